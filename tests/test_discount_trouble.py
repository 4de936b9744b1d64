"""Locked periods, missing accounts, several companies: matching money goes on."""

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .deductions_common import IN_TIME, INVOICED, LATE, NOW, BookingCommon, day


@tagged("post_install", "-at_install")
@freeze_time("2024-05-20 12:00:00")
class TestTrouble(BookingCommon):
    """What cannot be booked never stops the matching of money."""

    def test_locked_period_is_booked_today(self):
        invoice = self._discounted()
        payment = self._unallocated_payment(970.0, on=IN_TIME)
        self.company.sudo().fiscalyear_lock_date = day("2024-05-10")
        self._assign(invoice, payment.move_id)
        self.assertPaid(invoice)
        self.assertEqual(self._booked(invoice).date, day(NOW))

    def test_today_locked_too(self):
        """As core does: the first day that is open."""
        invoice = self._discounted()
        payment = self._unallocated_payment(970.0, on=IN_TIME)
        self.company.sudo().hard_lock_date = day("2024-05-31")
        self._assign(invoice, payment.move_id)
        self.assertPaid(invoice)
        self.assertGreater(self._booked(invoice).date, day("2024-05-31"))

    def test_no_journal(self):
        self.env["account.journal"].search([("type", "=", "general")]).sudo().active = False
        invoice = self._discounted()
        self._match(invoice, 970.0, IN_TIME)
        self.assertEqual(invoice.amount_residual, 30.0)
        row = self.assertDeduction(invoice, "open", 30.0)
        self.assertIn("no miscellaneous journal", row.error)

    def test_no_discount_account(self):
        self.company.account_journal_early_pay_discount_loss_account_id = False
        invoice = self._discounted()
        self._match(invoice, 970.0, IN_TIME)
        self.assertEqual(invoice.amount_residual, 30.0)
        row = self.assertDeduction(invoice, "open", 30.0)
        self.assertIn("cash-discount account", row.error)
        self.assertIn("could not be booked", row.activity_ids.summary)
        with self.assertRaisesRegex(UserError, "cash-discount account"):
            row.accept("Anyway")
        self.assertEqual(self._states(invoice), ["open", "open"])

    def test_the_scheduled_action_tries_again(self):
        self.company.account_journal_early_pay_discount_loss_account_id = False
        invoice = self._discounted()
        self._match(invoice, 970.0, IN_TIME)
        self._run_waiting()
        self.assertDeduction(invoice, "open")
        self.company.account_journal_early_pay_discount_loss_account_id = self.loss
        self._run_waiting()
        row = self.assertDeduction(invoice, "granted", error=False)
        self.assertFalse(row.activity_ids)
        self.assertPaid(invoice)
        self._run_waiting()
        self.assertDeduction(invoice, "granted")

    def test_the_scheduled_action_grants_nothing_a_person_is_asked_about(self):
        invoice = self._discounted()
        self._match(invoice, 980.0, LATE)
        self._run_waiting()
        self.assertDeduction(invoice, "open")
        self.assertEqual(len(self._deductions(invoice).activity_ids), 1)

    def _run_waiting(self):
        action = "account_collections.ir_cron_discount_deductions"
        with self.enter_registry_test_mode():
            self.env.ref(action).method_direct_trigger()
        self.env.invalidate_all()

    def test_twice_is_refused_by_the_database(self):
        invoice = self._discounted()
        self._match(invoice, 970.0, IN_TIME)
        row = self._deductions(invoice)
        with self.assertRaises(UserError):
            row.accept("Again")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            row._book()
            self.env.flush_all()

    def test_reasons_are_asked_for(self):
        invoice = self._discounted()
        self._match(invoice, 980.0, LATE)
        action = self._deductions(invoice).action_accept()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        with self.assertRaisesRegex(UserError, "Say why"):
            wizard.action_accept()
        wizard.reason = "Good customer"
        wizard.action_accept()
        self.assertDeduction(invoice, "granted", reason="Good customer")


@tagged("post_install", "-at_install")
@freeze_time("2024-05-20 12:00:00")
class TestDiscountCompanies(BookingCommon):
    def test_each_company_books_its_own(self):
        other = self.setup_other_company(name="Other")["company"]
        other.collection_discount_grant = "auto"
        env = self.env(context={**self.env.context, "allowed_company_ids": other.ids})
        customer = self.env["res.partner"].create({"name": "Theirs"}).with_env(env)
        term = self._term(company_id=False).with_env(env)
        invoice = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": customer.id,
                "invoice_date": INVOICED,
                "invoice_payment_term_id": term.id,
                "invoice_line_ids": [
                    Command.create({"name": "Service", "price_unit": 1000.0, "tax_ids": []})
                ],
            }
        )
        invoice.action_post()
        payment = env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_id": customer.id,
                "amount": 970.0,
                "date": IN_TIME,
            }
        )
        payment.action_post()
        self._assign(invoice, payment.move_id)
        self.assertPaid(invoice)
        row = self._deductions(invoice)
        self.assertEqual(row.company_id, other)
        self.assertEqual(row.discount_move_id.company_id, other)
        self.assertEqual(
            row.discount_move_id.line_ids.filtered("debit").account_id,
            other.account_journal_early_pay_discount_loss_account_id,
        )
