from odoo import api, fields, models

from ..engine import allocation


class CollectionAllocateLine(models.TransientModel):
    _name = "collection.allocate.line"
    _description = "Debt to Settle"
    _order = "sequence, id"

    wizard_id = fields.Many2one(
        "collection.allocate", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer()
    selected = fields.Boolean(string="Settle", default=True)
    move_line_id = fields.Many2one(
        "account.move.line", string="Item", readonly=True, ondelete="cascade"
    )
    charge_id = fields.Many2one("collection.charge", readonly=True, ondelete="cascade")
    name = fields.Char(string="Debt", readonly=True)
    kind = fields.Selection(
        [
            (allocation.PRINCIPAL, "Principal"),
            (allocation.INTEREST, "Interest"),
            (allocation.COST, "Costs"),
        ],
        readonly=True,
    )
    is_booked = fields.Boolean(string="Booked", compute="_compute_is_booked")
    date_due = fields.Date(string="Due Date", readonly=True)
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    amount_open = fields.Monetary(string="Open Amount", readonly=True)
    offer_id = fields.Many2one(
        "collection.discount.offer", readonly=True, ondelete="cascade"
    )
    amount_saving = fields.Monetary(readonly=True)
    with_discount = fields.Boolean(
        string="Give Discount", help="Give the discount that the payment has earned by its date."
    )
    amount_discount = fields.Monetary(string="Discount", compute="_compute_amount")
    amount = fields.Monetary(string="Amount Settled", compute="_compute_amount")

    @api.depends("move_line_id")
    def _compute_is_booked(self):
        for line in self:
            line.is_booked = bool(line.move_line_id)

    @api.depends(
        "wizard_id.amount",
        "wizard_id.order",
        "wizard_id.line_ids.selected",
        "wizard_id.line_ids.with_discount",
        "wizard_id.line_ids.sequence",
    )
    def _compute_amount(self):
        for wizard, lines in self.grouped("wizard_id").items():
            parts = wizard._parts() if wizard else {}
            for line in lines:
                line.amount = parts.get(line, 0.0)
                line.amount_discount = line.amount_saving if line._is_granted(line.amount) else 0.0

    def _to_pay(self):
        """What settles it."""
        self.ensure_one()
        saving = self.amount_saving if self.with_discount else 0.0
        return self.currency_id.round(self.amount_open - saving)

    def _is_granted(self, amount):
        """Only who pays all the rest gets the discount."""
        self.ensure_one()
        earned = self.with_discount and self.amount_saving
        return bool(earned) and not self.currency_id.compare_amounts(amount, self._to_pay())

    def _open_now(self):
        """What the books say is open of it, in the currency of the proposal."""
        self.ensure_one()
        if self.move_line_id:
            return self.move_line_id.amount_residual_currency
        # Safe: read for who may reconcile, of a charge the system proposed.
        charge = self.charge_id.sudo()
        return charge.amount_open if charge in self.wizard_id._claimed_charges() else 0.0
