"""Charges are taken back from whom they were booked on, as they were booked."""

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .charges_common import ChargesCommon
from .common import TODAY, later


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestChargeTakenBack(ChargesCommon):
    def _charged(self, **values):
        """The run, and the document it charged the customer on."""
        invoice = self._late(**values)
        run = self._run()
        return run, invoice, self._charges(invoice).charge_move_id

    def _books(self, document):
        """``{account: balance}`` of a document and what took it back, where any is left."""
        refunds = self._charges(document.collection_booked_charge_ids.move_id).refund_move_ids
        lines = (document | refunds).line_ids
        partials = lines.matched_debit_ids | lines.matched_credit_ids
        lines |= partials.exchange_move_id.line_ids
        return {account: total for account, total in self._balances(lines).items() if total}

    def _balances(self, lines):
        return {
            account: self.company.currency_id.round(sum(group.mapped("balance")))
            for account, group in lines.grouped("account_id").items()
        }

    def test_the_account_of_the_customer_has_changed(self):
        run, invoice, document = self._charged()
        account = self._item(invoice).account_id
        self.customer.property_account_receivable_id = account.copy({"name": "New receivable"})
        run.action_reverse()
        self.assertEqual(set(self._charges(invoice).mapped("state")), {"reversed"})
        self.assertEqual(document.payment_state, "reversed")
        refund = self._charges(invoice).refund_move_ids
        self.assertEqual(self._item(refund).account_id, account)
        self.assertFalse(self._books(document))
        self.assertEqual(self._owed(), 1000.0)

    def test_a_part_is_waived_on_the_account_it_was_charged_on(self):
        _run, invoice, document = self._charged()
        account = self._item(invoice).account_id
        self.customer.property_account_receivable_id = account.copy({"name": "New receivable"})
        self._charges(invoice, "compensation").waive("Goodwill", 15.0)
        self.assertEqual(document.amount_residual, 29.93)

    def test_the_invoice_has_gone_to_another_customer(self):
        """Whoever was charged is credited, in the journal of the document."""
        run, invoice, document = self._charged()
        other = self._create_customer("Other")
        invoice.button_draft()
        invoice.partner_id = other
        invoice.action_post()
        journal = document.journal_id
        self.company.collection_charge_journal_id = journal.copy({"name": "New", "code": "NEWJ"})
        run.notice_ids.charge_ids.action_reverse()
        refund = run.notice_ids.charge_ids.refund_move_ids
        self.assertEqual(refund.partner_id, self.customer)
        self.assertEqual(refund.journal_id, journal)
        self.assertEqual(document.payment_state, "reversed")
        self.assertEqual(self._owed(), 0.0)
        self.assertEqual(self._owed(other), 1000.0)

    def test_another_rate_leaves_nothing_in_the_books(self):
        eur = self.setup_other_currency("EUR", rates=[("2016-01-01", 0.5)])
        run, _invoice, document = self._charged(currency_id=eur.id)
        booked = self._balances(document.line_ids)
        self.env["res.currency.rate"].create(
            {
                "currency_id": eur.id,
                "name": later(5),
                "rate": 0.8,
                "company_id": self.company.id,
            }
        )
        with freeze_time(later(10)):
            run.action_reverse()
        refund = run.notice_ids.charge_ids.refund_move_ids
        self.assertEqual(refund.invoice_date, later(10))
        taken = self._balances(refund.line_ids)
        self.assertEqual({account: -total for account, total in taken.items()}, booked)
        self.assertFalse(self._books(document))
        lines = (document | refund).line_ids
        partials = lines.matched_debit_ids | lines.matched_credit_ids
        self.assertFalse(partials.exchange_move_id)

    def test_books_locked_on_the_day_say_so(self):
        """The customer is told with the next run; why not today is said by name."""
        invoice = self._late()
        self.company.sudo().fiscalyear_lock_date = TODAY
        notice = self._run().notice_ids
        self.assertEqual(notice.state, "failed")
        self.assertIn("Charges cannot be booked on 03/31/2026", notice.failure_reason)
        self.assertIn("Global Lock Date (03/31/2026)", notice.failure_reason)
        self.assertEqual(invoice.collection_level_id, self.level_1)
        self.assertFalse(self._charges(invoice))
        with freeze_time(later(1)):
            notice = self._run(on=later(1)).notice_ids
        self.assertEqual(notice.state, "issued")
        self.assertEqual(self._charges(invoice).charge_move_id.date, later(1))

    def test_locked_days_before_today_stop_nothing(self):
        """Core books on the first day that is open."""
        invoice = self._late(days_late=16)
        self.company.sudo().fiscalyear_lock_date = later(-1)
        run = self._run(on=later(-1))
        self.assertEqual(run.notice_ids.state, "issued")
        self.assertEqual(self._charges(invoice).charge_move_id.date, TODAY)

    def test_taking_back_in_locked_books_says_so(self):
        _run, invoice, _document = self._charged()
        self.company.sudo().fiscalyear_lock_date = TODAY
        with self.assertRaisesRegex(UserError, "as the books are locked"):
            self._charges(invoice).action_reverse()
