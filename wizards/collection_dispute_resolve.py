from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import plaintext2html

from ..models.collection_dispute import RESOLUTIONS

CREDITING = ("credit_note", "agreement")


class CollectionDisputeResolve(models.TransientModel):
    """How a dispute ends: by credit note, agreement or rejection."""

    _name = "collection.dispute.resolve"
    _description = "Resolve a Dispute"

    dispute_id = fields.Many2one(
        "collection.dispute", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="dispute_id.company_id")
    partner_id = fields.Many2one(related="dispute_id.partner_id")
    kind = fields.Selection(RESOLUTIONS, string="How", required=True, default="credit_note")
    resolution = fields.Text(string="What Was Found", help="For the record.")
    title = fields.Char(
        string="Reason on the Credit Note", help="The customer reads it; in his language."
    )
    line_ids = fields.One2many("collection.dispute.resolve.line", "wizard_id")
    may_credit = fields.Boolean(compute="_compute_may_credit")
    rejected_days = fields.Integer(related="company_id.collection_dispute_rejected_days")

    @api.constrains("dispute_id")
    def _check_readable(self):
        """The related fields show it without asking; constraints run in sudo."""
        self.dispute_id.with_user(self.env.user).check_access("read")

    @api.depends_context("uid")
    def _compute_may_credit(self):
        for wizard in self:
            wizard.may_credit = wizard.dispute_id._may_credit()

    @api.onchange("kind")
    def _onchange_kind(self):
        """An agreement is about an amount somebody has named."""
        if self.kind == "agreement":
            self.line_ids.amount = 0.0
        elif self.kind == "credit_note":
            amounts = self.dispute_id._suggested_amounts()
            for line in self.line_ids:
                line.amount = amounts.get(line.move_line_id._origin, 0.0)

    @api.model
    def _open(self, dispute, kind="credit_note"):
        dispute.ensure_one()
        dispute.check_access("write")
        wizard = self.create(
            {
                "dispute_id": dispute.id,
                "kind": kind,
                "title": dispute.reason,
                "line_ids": [
                    Command.create({"move_line_id": item.id, "amount": amount})
                    for item, amount in dispute._suggested_amounts().items()
                ],
            }
        )
        return {**wizard._get_records_action(target="new"), "name": self.env._("Resolve Dispute")}

    def action_resolve(self):
        """End the dispute this way, with the credit notes it needs.

        :raises AccessError: for whoever may not book the credit note
        :raises UserError: when something is missing, or cannot be credited
        """
        self.ensure_one()
        dispute = self._open_dispute()
        if self.kind in ("agreement", "rejected") and not (self.resolution or "").strip():
            raise UserError(self.env._("Write what was found, or agreed: it is for the record."))
        amounts = self._amounts()
        if self.kind == "credit_note" and not amounts:
            raise UserError(self.env._("Say how much of which item is credited."))
        if amounts:
            dispute._credit(amounts, self._title())
        dispute._resolve(self.kind, self.resolution)
        return {"type": "ir.actions.act_window_close"}

    def action_ask(self):
        """Whoever may not book asks for the credit note; the dispute stays open.

        :raises UserError: when no amount is given
        """
        self.ensure_one()
        dispute = self._open_dispute()
        amounts = self._amounts()
        if not amounts:
            raise UserError(self.env._("Say how much of which item is to be credited."))
        dispute._ask_for_credit(amounts, plaintext2html(self.resolution or ""))
        return {"type": "ir.actions.act_window_close"}

    def _open_dispute(self):
        """:raises UserError: when somebody else has resolved it meanwhile"""
        dispute = self.dispute_id
        dispute.check_access("write")
        if dispute.state != "open":
            raise UserError(self.env._("This dispute is resolved already."))
        return dispute

    def _amounts(self):
        """``{item: amount}`` to credit."""
        if self.kind not in CREDITING:
            return {}
        return {
            line.move_line_id: line.amount
            for line in self.line_ids
            if line.currency_id.compare_amounts(line.amount, 0) > 0
        }

    def _title(self):
        return (self.title or "").strip() or self.dispute_id.reason


class CollectionDisputeResolveLine(models.TransientModel):
    """How much of an item is credited."""

    _name = "collection.dispute.resolve.line"
    _description = "Item of a Dispute to Resolve"

    wizard_id = fields.Many2one(
        "collection.dispute.resolve", required=True, ondelete="cascade", index=True
    )
    move_line_id = fields.Many2one(
        "account.move.line", string="Item", required=True, readonly=True, ondelete="cascade"
    )
    move_id = fields.Many2one(related="move_line_id.move_id", string="Invoice")
    date_maturity = fields.Date(related="move_line_id.date_maturity")
    currency_id = fields.Many2one(related="move_line_id.currency_id")
    amount_open = fields.Monetary(
        related="move_line_id.amount_residual_currency",
        string="Open Amount",
        currency_field="currency_id",
    )
    amount = fields.Monetary(string="Credit", help="Tax included.")

    @api.constrains("move_line_id")
    def _check_readable(self):
        self.move_line_id.with_user(self.env.user).check_access("read")

    @api.constrains("amount")
    def _check_amount(self):
        if any(line.amount < 0 for line in self):
            raise UserError(self.env._("An amount to credit cannot be negative."))
