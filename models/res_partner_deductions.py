from odoo import api, fields, models

from .account_move import COLLECTIONS_GROUPS


class ResPartner(models.Model):
    _inherit = "res.partner"

    collection_deduction_count = fields.Integer(
        compute="_compute_collection_counts", groups=COLLECTIONS_GROUPS
    )

    @api.model
    def _collection_counters(self):
        domain = [("state", "!=", "cancelled")]
        taken = ("collection.discount.deduction", domain, None)
        return super()._collection_counters() | {"collection_deduction_count": taken}

    def action_collection_deductions(self):
        """The discounts this customer has taken."""
        self.ensure_one()
        deductions = self.env["collection.discount.deduction"]
        customer = self.commercial_partner_id
        return deductions._show(deductions.search([("partner_id", "=", customer.id)]))
