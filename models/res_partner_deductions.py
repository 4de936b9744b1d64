from odoo import fields, models

from .account_move import COLLECTIONS_GROUPS


class ResPartner(models.Model):
    _inherit = "res.partner"

    collection_deduction_count = fields.Integer(
        compute="_compute_collection_deduction_count", groups=COLLECTIONS_GROUPS
    )

    def _compute_collection_deduction_count(self):
        groups = self.env["collection.discount.deduction"]._read_group(
            [("partner_id", "in", self.ids), ("state", "!=", "cancelled")],
            ["partner_id"],
            ["__count"],
        )
        counts = {partner.id: count for partner, count in groups}
        for partner in self:
            partner.collection_deduction_count = counts.get(partner.id, 0)

    def action_collection_deductions(self):
        """The discounts this customer has taken."""
        self.ensure_one()
        deductions = self.env["collection.discount.deduction"]
        return deductions._show(deductions.search([("partner_id", "=", self.id)]))
