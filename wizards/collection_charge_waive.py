from odoo import api, fields, models
from odoo.exceptions import UserError


class CollectionChargeWaive(models.TransientModel):
    """Give up charges, or parts of them, with a reason that stays on record."""

    _name = "collection.charge.waive"
    _description = "Waive Charges"

    reason = fields.Char()
    line_ids = fields.One2many("collection.charge.waive.line", "wizard_id", string="Charges")

    @api.model
    def _open(self, charges):
        """Ask what to waive of these charges.

        :raises AccessError: unless a collections manager asks
        :raises UserError: when nothing of them is open
        """
        charges._check_manager()
        owed = charges.filtered(lambda row: not row.currency_id.is_zero(row.amount_open))
        if not owed:
            raise UserError(self.env._("Nothing is open of these charges: nothing to waive."))
        wizard = self.create(
            {
                "line_ids": [
                    fields.Command.create({"charge_id": row.id, "amount": row.amount_open})
                    for row in owed
                ],
            }
        )
        return {**wizard._get_records_action(target="new"), "name": self.env._("Waive Charges")}

    def action_waive(self):
        """Waive the amounts chosen; 0 leaves a charge as it is.

        :raises AccessError: unless a collections manager asks
        :raises UserError: without a reason, or for more than is open
        """
        self.ensure_one()
        charges = self.line_ids.filtered("amount").charge_id
        charges._check_manager()
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why the charge is waived."))
        if not charges:
            raise UserError(self.env._("Say how much to waive."))
        # Safe: the manager may; credit notes are booked on his word.
        charges.sudo()._waive(
            {line.charge_id.id: line.amount for line in self.line_ids}, self.reason
        )
        charges.sudo()._close_questions()
        return {"type": "ir.actions.act_window_close"}


class CollectionChargeWaiveLine(models.TransientModel):
    _name = "collection.charge.waive.line"
    _description = "Charge to Waive"

    wizard_id = fields.Many2one(
        "collection.charge.waive", required=True, ondelete="cascade", index=True
    )
    charge_id = fields.Many2one(
        "collection.charge", required=True, readonly=True, ondelete="cascade"
    )
    move_id = fields.Many2one(related="charge_id.move_id")
    kind = fields.Selection(related="charge_id.kind")
    currency_id = fields.Many2one(related="charge_id.currency_id")
    amount_open = fields.Monetary(related="charge_id.amount_open")
    amount = fields.Monetary(string="Waive", required=True)

    _once = models.UniqueIndex("(wizard_id, charge_id)", "A charge is waived once at a time.")
    _positive = models.Constraint("CHECK(amount >= 0)", "A waived amount cannot be negative.")

    @api.constrains("charge_id")
    def _check_readable(self):
        """The related fields show it without asking; constraints run in sudo."""
        self.charge_id.with_user(self.env.user).check_access("read")
