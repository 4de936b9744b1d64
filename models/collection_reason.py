from odoo import api, fields, models
from odoo.exceptions import UserError


class CollectionReason(models.Model):
    """Why a customer disputes an invoice, or pays late: a list to count by."""

    _name = "collection.reason"
    _description = "Reason for a Dispute or for Paying Late"
    _order = "kind, sequence, id"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(
        [("dispute", "Dispute"), ("lateness", "Paying late")], required=True, index=True
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: all companies.")
    on_portal = fields.Boolean(
        string="Offered on the Portal",
        default=True,
        help="Customers can choose it themselves.",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """:raises UserError: for a reason that records name"""
        for model, field in (
            ("collection.dispute", "reason_id"),
            ("collection.communication", "lateness_reason_id"),
        ):
            if self.env[model].sudo().search_count([(field, "in", self.ids)], limit=1):
                raise UserError(
                    self.env._("This reason is used; archive it instead of deleting it.")
                )
