from odoo import api, models

from .collection_charge import CLAIMED_STATES
from .collection_charge_follow_up import ACTIVITY


class CollectionCharge(models.Model):
    """“Paid without the charges”: claim, keep for the next notice, or waive."""

    _inherit = "collection.charge"

    @api.model
    def _ask_leftovers(self, company, date):
        """“Paid without the charges”: small sums are waived, else somebody decides."""
        self._forget_questions(company)
        left = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "in", CLAIMED_STATES),
                ("leftover", "in", ("none", "to_decide")),
                "|",
                "|",
                ("move_line_id.reconciled", "=", True),
                ("move_id.state", "=", "cancel"),
                # The item was built anew since.
                "&",
                ("move_line_id", "=", False),
                ("move_id.payment_state", "in", ("paid", "in_payment", "reversed")),
            ]
        ).filtered(lambda row: row.amount_open > 0 and row._is_expired(date))
        groups = left.grouped(lambda row: (row.partner_id, row.currency_id)).values()
        return [
            text
            for charges in groups
            for text in self._attempt(charges._waive_or_ask, company, date)
        ]

    @api.model
    def _forget_questions(self, company):
        """Questions the ledger has answered: the money bounced, or came after all."""
        asked = self.search([("company_id", "=", company.id), ("leftover", "=", "to_decide")])
        answered = asked.filtered(
            lambda row: row.state not in CLAIMED_STATES
            or row.currency_id.is_zero(row.amount_open)
            or (row.move_id.state == "posted" and row.move_line_id and not row._item().reconciled)
        )
        answered.leftover = "none"
        answered._close_questions()

    def _is_expired(self, date):
        """The customer had his time to pay it."""
        self.ensure_one()
        due = self.charge_move_id.invoice_date_due or self.notice_id.deadline_date or self.date
        return due < date or self.move_id.state == "cancel"

    def _was_left_over(self):
        """True when it was demanded before the invoice was paid. What was charged at
        payment, or on an invoice that is gone, is no small rest of it."""
        self.ensure_one()
        days = self.move_line_id.matched_credit_ids.credit_move_id.mapped("date")
        before = self.notice_id or (days and self.date < max(days))
        return bool(before) and self.move_id.state == "posted"

    def _waive_or_ask(self, company, date):
        """Of one customer and currency."""
        currency = self.currency_id
        total = sum(self.mapped("amount_open"))
        tolerance = company.currency_id._convert(
            company.collection_charge_tolerance, currency, company, date
        )
        small = currency.compare_amounts(total, tolerance) <= 0
        if small and all(charge._was_left_over() for charge in self):
            self._waive(
                {charge.id: charge.amount_open for charge in self},
                self.env._("Left over after payment, within the tolerance"),
            )
            self._close_questions()
            return
        new = self.filtered(lambda row: row.leftover == "none")
        new._ask(company, self.partner_id, date)

    def _ask(self, company, customer, date):
        """One task a customer: claim, keep or waive."""
        if not self:
            return
        self.write({"leftover": "to_decide"})
        for move in self.move_id.filtered(lambda move: not move.activity_search([ACTIVITY])):
            collector = customer._collection_collectors(company)[customer.id]
            move.activity_schedule(
                ACTIVITY,
                date,
                summary=self.env._("Paid without the charges: claim, keep or waive?"),
                user_id=(collector or company._collection_responsible()).id,
            )

    def _close_questions(self):
        """The tasks about leftovers that have been decided."""
        for move in self.move_id:
            waiting = move.collection_charge_ids.filtered(lambda row: row.leftover == "to_decide")
            if not waiting:
                move.activity_feedback([ACTIVITY])

    def action_keep(self):
        """Leave these charges for the customer's next notice."""
        self._check_manager()
        self.sudo().write({"leftover": "keep"})
        self.sudo()._close_questions()

    def action_claim(self):
        """Claim these charges on their own: they climb the ladder like an invoice."""
        self._check_manager()
        charges = self.sudo().filtered(lambda row: row.state in CLAIMED_STATES)
        for company, group in charges.grouped("company_id").items():
            group._book(company._collection_today())
        charges.charge_move_id.collection_climbs = True
        charges.write({"leftover": "claim"})
        charges._close_questions()
