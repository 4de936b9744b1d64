from odoo import api, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Nobody sells to a customer whose debt was handed over: core's credit warning says so,
    and posting is refused where the company wants it."""

    _inherit = "account.move"

    @api.depends("partner_id", "company_id", "state", "move_type")
    def _compute_partner_credit_warning(self):
        """Also where core's credit limit is not in use."""
        result = super()._compute_partner_credit_warning()
        for move in self:
            if move.state == "draft" and move._collection_gives_credit():
                problem = move.partner_id._collection_credit_problem(move.company_id)
                if problem and problem not in (move.partner_credit_warning or ""):
                    lines = (problem, move.partner_credit_warning)
                    move.partner_credit_warning = "\n".join(filter(None, lines))
        return result

    def _build_credit_warning_message(self, record, *args, **kwargs):
        """Orders ask here too."""
        message = super()._build_credit_warning_message(record, *args, **kwargs)
        company = record.company_id or self.env.company
        problem = record.partner_id._collection_credit_problem(company)
        return "\n".join(filter(None, (problem, message)))

    def _post(self, soft=True):
        """:raises UserError: for an invoice to a customer who gets no more credit"""
        self._collection_check_credit()
        return super()._post(soft)

    def _collection_check_credit(self):
        # Safe: what the company wants; a customer who pays online posts his invoice too.
        companies = self.company_id.sudo()
        strict = companies.filtered(lambda row: row.collection_block_credit == "block")
        asked = self.filtered(lambda move: move.company_id in strict) if strict else self.browse()
        for move in asked.filtered(lambda move: move._collection_gives_credit()):
            refusal = move.partner_id._collection_credit_refusal(move.company_id)
            if refusal and not move._collection_paid_in_advance():
                raise UserError(refusal)

    def _collection_gives_credit(self):
        """True for what a customer gets now and pays later.

        Not so: late interest and fees, debts taken up again, the reversal of a credit note,
        and an invoice that was posted before and is corrected.
        """
        move = self.sudo()
        return (
            move.move_type == "out_invoice"
            and bool(move.partner_id)
            and not (
                move.collection_is_charge
                or move.collection_recovery_line_id
                or move.reversed_entry_id
                or move.posted_before
            )
        )

    def _collection_paid_in_advance(self):
        """Paid online before: no credit is given."""
        paid = self.sudo().transaction_ids.filtered(
            lambda row: row.state in ("authorized", "done") and row.currency_id == self.currency_id
        )
        return (
            bool(paid)
            and self.currency_id.compare_amounts(sum(paid.mapped("amount")), self.amount_total) >= 0
        )
