from odoo import api, fields, models

from .res_partner import STAFF


class ResPartner(models.Model):
    """Who works a customer, by whom he was assigned, and who stands in."""

    _inherit = "res.partner"

    collector_assigned_by = fields.Selection(
        [("rule", "A rule"), ("hand", "Hand")],
        string="Collector Assigned by",
        company_dependent=True,
        readonly=True,
        groups=STAFF,
        help="What a person assigned is not changed by the assignment rules; without a "
        "collector they apply again.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._collection_say_by_hand(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._collection_say_by_hand(vals))

    @api.model
    def _collection_say_by_hand(self, vals):
        """Whatever names a collector is a person's choice, but for the rules."""
        if "collector_id" not in vals or self.env.context.get("collection_by_rule"):
            return vals
        return {**vals, "collector_assigned_by": "hand" if vals["collector_id"] else False}

    def _collection_collectors(self, company):
        """While somebody is away his delegate works his customers."""
        collectors = super()._collection_collectors(company)
        stand_ins = self.env["collection.absence"]._stand_ins(
            company, company._collection_today()
        )
        return {
            customer: stand_ins.get(user.id, user) for customer, user in collectors.items()
        }
