from odoo import api, fields, models


class CollectionDiscountAccept(models.TransientModel):
    """Why a discount is accepted that was taken late."""

    _name = "collection.discount.accept"
    _description = "Accept Discounts"

    reason = fields.Char()
    deduction_ids = fields.Many2many(
        "collection.discount.deduction", string="Discounts", readonly=True
    )

    @api.constrains("deduction_ids")
    def _check_readable(self):
        """Their names are shown without asking; constraints run in sudo."""
        self.deduction_ids.with_user(self.env.user).check_access("read")

    @api.model
    def _open(self, deductions):
        wizard = self.create({"deduction_ids": [fields.Command.set(deductions.ids)]})
        return {**wizard._get_records_action(target="new"), "name": self.env._("Accept Discount")}

    def action_accept(self):
        """Grant them and book them, with the reason on each.

        :raises AccessError: for whoever may not
        :raises UserError: without a reason, or when one cannot be booked
        """
        self.ensure_one()
        self.deduction_ids.accept(self.reason)
        return {"type": "ir.actions.act_window_close"}
