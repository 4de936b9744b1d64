from odoo import api, fields, models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    collection_can_allocate = fields.Boolean(
        compute="_compute_collection_can_allocate",
        groups="account.group_account_invoice",
        help="A part of this customer payment is not set against anything yet.",
    )

    # And on what is left of its entry: see `ledger_followers`.
    @api.depends("payment_type", "partner_type")
    def _compute_collection_can_allocate(self):
        for payment in self:
            payment.collection_can_allocate = bool(payment._collection_open_credits())

    def _collection_open_credits(self):
        """The unreconciled receivable rest of a posted customer payment."""
        self.ensure_one()
        if (self.payment_type, self.partner_type) != ("inbound", "customer"):
            return self.env["account.move.line"]
        return self.move_id.line_ids.filtered(
            lambda line: line.parent_state == "posted"
            and line.account_id.account_type == "asset_receivable"
            and not line.reconciled
            and line.amount_residual_currency < 0
        )

    def action_collection_allocate(self):
        """Set what is left of this payment against the customer's debts."""
        self.ensure_one()
        return self.env["collection.allocate"]._open(
            self.partner_id.commercial_partner_id, payment=self
        )
