from odoo import fields, models

from ..engine import priority
from .res_partner import STAFF


class ResCompany(models.Model):
    """How a company ranks its worklist."""

    _inherit = "res.company"

    collection_weight_amount = fields.Float(
        string="Weight of the Amount",
        default=1.0,
        help="How much the overdue amount counts in the ranking of the worklist. 0: not at all, "
        "1: as it is, 2: twice.",
        groups=STAFF,
    )
    collection_weight_lateness = fields.Float(
        string="Weight of Lateness",
        default=1.0,
        help="How much the days late count. With 1, a debt 30 days late ranks like one of "
        "twice the amount that is due today.",
        groups=STAFF,
    )
    collection_weight_level = fields.Float(
        string="Weight of the Level",
        default=1.0,
        help="How much the dunning level counts. With 1, level 1 doubles the rank, level 2 "
        "triples it.",
        groups=STAFF,
    )
    collection_weight_promises = fields.Float(
        string="Weight of Broken Promises",
        default=1.0,
        help="How much broken promises count. With 1, the first doubles the rank, the second "
        "triples it.",
        groups=STAFF,
    )
    collection_contact_again_days = fields.Integer(
        string="Contact Again After (days)",
        default=7,
        help="A customer with overdue items for whom nothing else is planned comes back to "
        "the worklist this many days after the last contact.",
        groups=STAFF,
    )

    _collection_weights_valid = models.Constraint(
        "CHECK(LEAST(collection_weight_amount, collection_weight_lateness,"
        " collection_weight_level, collection_weight_promises) >= 0"
        " AND GREATEST(collection_weight_amount, collection_weight_lateness,"
        f" collection_weight_level, collection_weight_promises) <= {priority.MAX_WEIGHT})",
        "The weights of the worklist go from 0 to 5.",
    )
    _collection_contact_again_positive = models.Constraint(
        "CHECK(collection_contact_again_days > 0)",
        "Name at least one day after which a customer is contacted again.",
    )

    def _collection_weights(self):
        """The weights of the ranking as the engine reads them."""
        self.ensure_one()
        company = self.sudo()
        return priority.Weights(
            company.collection_weight_amount,
            company.collection_weight_lateness,
            company.collection_weight_level,
            company.collection_weight_promises,
        )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_weight_amount = fields.Float(
        related="company_id.collection_weight_amount", readonly=False
    )
    collection_weight_lateness = fields.Float(
        related="company_id.collection_weight_lateness", readonly=False
    )
    collection_weight_level = fields.Float(
        related="company_id.collection_weight_level", readonly=False
    )
    collection_weight_promises = fields.Float(
        related="company_id.collection_weight_promises", readonly=False
    )
    collection_contact_again_days = fields.Integer(
        related="company_id.collection_contact_again_days", readonly=False
    )
