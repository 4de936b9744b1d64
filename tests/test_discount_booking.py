"""The entries that book a discount after the payment, and how they are taken back."""

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .deductions_common import IN_TIME, LATE, NOW, DeductionsCommon, day
from .discounts_common import INVOICED


class BookingCommon(DeductionsCommon):
    def _booked(self, invoice):
        return self._deductions(invoice).discount_move_id

    def assertBooked(self, move, expected):
        """:param expected: ``[(account, taxes, tax of the line, amount, balance)]``"""
        self.assertRecordValues(
            move.line_ids.sorted(lambda line: (-line.balance, line.id)),
            [
                {
                    "account_id": account.id,
                    "tax_ids": [tax.id for tax in taxes],
                    "tax_line_id": tax_line.id if tax_line else False,
                    "amount_currency": amount,
                    "balance": balance,
                }
                for account, taxes, tax_line, amount, balance in expected
            ],
        )


@tagged("post_install", "-at_install")
@freeze_time("2024-05-20 12:00:00")
class TestEntries(BookingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax_account = cls.company_data["default_account_tax_sale"]

    def test_without_tax(self):
        invoice = self._discounted()
        self._match(invoice, 970.0, IN_TIME)
        entry = self._booked(invoice)
        self.assertBooked(
            entry,
            [
                (self.loss, [], None, 30.0, 30.0),
                (self.receivable, [], None, -30.0, -30.0),
            ],
        )
        self.assertRecordValues(
            entry,
            [
                {
                    "move_type": "entry",
                    "state": "posted",
                    "date": IN_TIME,
                    "ref": f"Discount 3 % on {invoice.name}, paid on 05/08/2024",
                    "partner_id": self.customer.id,
                }
            ],
        )
        self.assertEqual(entry.journal_id.type, "general")
        self.assertNotEqual(entry.journal_id, self.company.currency_exchange_journal_id)

    def test_tax_included(self):
        """The tax is corrected: 36.00 of 1,200.00 are 30.00 and 6.00 of tax."""
        invoice = self._discounted(taxes=[self.tax_20])
        self._match(invoice, 1164.0, IN_TIME)
        self.assertPaid(invoice)
        self.assertBooked(
            self._booked(invoice),
            [
                (self.loss, [self.tax_20], None, 30.0, 30.0),
                (self.tax_account, [], self.tax_20, 6.0, 6.0),
                (self.receivable, [], None, -36.0, -36.0),
            ],
        )

    def test_two_taxes(self):
        invoice = self._discounted([(1000.0, [self.tax_20]), (500.0, [self.tax_10])])
        self._match(invoice, 1697.5, IN_TIME)
        self.assertPaid(invoice)
        self.assertBooked(
            self._booked(invoice),
            [
                (self.loss, [self.tax_20], None, 30.0, 30.0),
                (self.loss, [self.tax_10], None, 15.0, 15.0),
                (self.tax_account, [], self.tax_20, 6.0, 6.0),
                (self.tax_account, [], self.tax_10, 1.5, 1.5),
                (self.receivable, [], None, -52.5, -52.5),
            ],
        )

    def test_tax_excluded(self):
        """The discount applies to what is without tax, and the tax stays."""
        invoice = self._discounted(taxes=[self.tax_20], term=self._term(mode="excluded"))
        self._match(invoice, 1170.0, IN_TIME)
        self.assertPaid(invoice)
        self.assertBooked(
            self._booked(invoice),
            [
                (self.loss, [], None, 30.0, 30.0),
                (self.receivable, [], None, -30.0, -30.0),
            ],
        )

    def test_tax_mixed(self):
        """The tax was lowered on the invoice already."""
        invoice = self._discounted(taxes=[self.tax_20], term=self._term(mode="mixed"))
        self.assertEqual(invoice.amount_total, 1194.0)
        self._match(invoice, 1164.0, IN_TIME)
        self.assertPaid(invoice)
        self.assertBooked(
            self._booked(invoice),
            [
                (self.loss, [], None, 30.0, 30.0),
                (self.receivable, [], None, -30.0, -30.0),
            ],
        )

    def test_tax_within_prices(self):
        invoice = self._discounted(1200.0, taxes=[self.tax_in_price])
        self._match(invoice, 1164.0, IN_TIME)
        self.assertPaid(invoice)
        self.assertBooked(
            self._booked(invoice),
            [
                (self.loss, [self.tax_in_price], None, 30.0, 30.0),
                (self.tax_account, [], self.tax_in_price, 6.0, 6.0),
                (self.receivable, [], None, -36.0, -36.0),
            ],
        )

    def test_odd_cents_add_up(self):
        invoice = self._discounted([(33.33, [self.tax_20]), (66.71, [self.tax_10])])
        offer = invoice._collection_offers()[0]
        self._match(invoice, offer.amount_to_pay, IN_TIME)
        self.assertPaid(invoice)
        entry = self._booked(invoice)
        self.assertAlmostEqual(sum(entry.line_ids.mapped("balance")), 0.0)
        credit = entry.line_ids.filtered(lambda line: line.account_id == self.receivable)
        self.assertEqual(credit.balance, -offer.amount_discount)

    def test_cash_rounding(self):
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "0.05",
                "rounding": 0.05,
                "strategy": "add_invoice_line",
                "profit_account_id": self.company_data["default_account_revenue"].id,
                "loss_account_id": self.company_data["default_account_expense"].id,
                "rounding_method": "HALF-UP",
            }
        )
        invoice = self._discounted(
            99.99, taxes=[self.tax_20], invoice_cash_rounding_id=rounding.id
        )
        offer = invoice._collection_offers()[0]
        self._match(invoice, offer.amount_to_pay, IN_TIME)
        self.assertPaid(invoice)
        self.assertEqual(offer.amount_taken, offer.amount_discount)

    def test_foreign_currency(self):
        """The item is settled at the invoice's rate; exchange differences are the
        payment's."""
        currency = self.setup_other_currency(
            "EUR", rates=[("2024-01-01", 2.0), ("2024-05-08", 4.0)]
        )
        invoice = self._discounted(
            taxes=[self.tax_20], currency_id=currency.id
        )
        self._match(invoice, 1164.0, IN_TIME, currency=currency)
        self.assertPaid(invoice)
        self.assertBooked(
            self._booked(invoice),
            [
                (self.loss, [self.tax_20], None, 30.0, 15.0),
                (self.tax_account, [], self.tax_20, 6.0, 3.0),
                (self.receivable, [], None, -36.0, -18.0),
            ],
        )
        offer = invoice._collection_offers()[0]
        self.assertEqual((offer.amount_taken, offer.amount_taken_company), (36.0, 18.0))
        self.assertEqual(self._terms_items(invoice).amount_residual, 0.0)

    def test_paid_in_company_currency(self):
        currency = self.setup_other_currency("EUR", rates=[("2024-01-01", 2.0)])
        invoice = self._discounted(currency_id=currency.id)
        self._match(invoice, 485.0, IN_TIME)
        self.assertPaid(invoice)
        self.assertDeduction(invoice, "granted", 30.0, currency_id=currency.id)

    def test_more_than_the_discount(self):
        """What was kept back beyond it is discount too, without tax."""
        self.company.collection_discount_tolerance_amount = 1.0
        invoice = self._discounted(taxes=[self.tax_20])
        self._match(invoice, 1163.5, IN_TIME)
        self._deductions(invoice).accept("Bank charges")
        self.assertPaid(invoice)
        self.assertBooked(
            self._booked(invoice),
            [
                (self.loss, [self.tax_20], None, 30.0, 30.0),
                (self.tax_account, [], self.tax_20, 6.0, 6.0),
                (self.loss, [], None, 0.5, 0.5),
                (self.receivable, [], None, -36.5, -36.5),
            ],
        )

    def test_a_claim_that_was_paid_in_part_and_then_given_up(self):
        """What is left is discount, with its tax."""
        for method, tax_lines in (("price", 1), ("credit_note", 1)):
            with self.subTest(method):
                invoice = self._discounted(
                    taxes=[self.tax_20], term=self._term(collection_discount_method=method)
                )
                self._match(invoice, 1164.0, LATE)
                self._match(invoice, 12.0, day("2024-05-19"))
                row = self.assertDeduction(invoice, "claimed", 36.0)
                row.accept("Enough")
                self.assertPaid(invoice)
                self.assertDeduction(invoice, "granted", 24.0)
                move = self._booked(invoice)
                taxes = move.line_ids.filtered("tax_line_id")
                self.assertEqual((len(taxes), taxes.balance), (tax_lines, 4.0))
                self.assertEqual(invoice._collection_offers()[0].amount_taken, 24.0)

    def test_own_journal(self):
        journal = self.env["account.journal"].create(
            {"name": "Discounts", "code": "DISC", "type": "general"}
        )
        self.company.collection_discount_journal_id = journal
        invoice = self._discounted()
        self._match(invoice, 970.0, IN_TIME)
        self.assertEqual(self._booked(invoice).journal_id, journal)

    def test_instalments(self):
        invoice = self._discounted(taxes=[self.tax_20], term=self._in_two())
        self._match(invoice, 582.0, IN_TIME)
        self.assertBooked(
            self._booked(invoice),
            [
                (self.loss, [self.tax_20], None, 15.0, 15.0),
                (self.tax_account, [], self.tax_20, 3.0, 3.0),
                (self.receivable, [], None, -18.0, -18.0),
            ],
        )

    def test_receipt(self):
        invoice = self._discounted(move_type="out_receipt")
        self._match(invoice, 970.0, IN_TIME)
        self.assertPaid(invoice)


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
class TestUndo(BookingCommon):
    def test_the_payment_is_unmatched(self):
        """The discount was given for it: its entry is reversed."""
        invoice = self._discounted(taxes=[self.tax_20])
        payment = self._match(invoice, 1164.0, IN_TIME)
        entry = self._booked(invoice)
        self._unmatch(invoice, payment.move_id)
        self.assertEqual(invoice.amount_residual, 1200.0)
        self.assertEqual(entry.reversal_move_ids.state, "posted")
        self.assertEqual(entry.reversal_move_ids.date, day(NOW))
        self.assertFalse(entry.collection_discount_offer_id)
        self.assertEqual(self._states(invoice), ["open", "open"])
        self.assertDeduction(invoice, "cancelled", reason="The payment was undone")
        lines = (entry | entry.reversal_move_ids).line_ids
        self.assertFalse(any(self._by_account(lines).values()))

    def _by_account(self, lines):
        return {
            account: round(sum(group.mapped("balance")), 2)
            for account, group in lines.grouped("account_id").items()
        }

    def test_matched_again_it_is_granted_again(self):
        invoice = self._discounted()
        payment = self._match(invoice, 970.0, IN_TIME)
        first = self._booked(invoice)
        self._unmatch(invoice, payment.move_id)
        self._assign(invoice, payment.move_id)
        self.assertPaid(invoice)
        self.assertDeduction(invoice, "granted", 30.0)
        self.assertNotEqual(self._booked(invoice), first)

    def test_what_a_person_decided_about_a_payment_stands(self):
        invoice = self._discounted()
        payment = self._match(invoice, 980.0, LATE)
        self._deductions(invoice).accept("Good customer")
        self._unmatch(invoice, payment.move_id)
        self._assign(invoice, payment.move_id)
        self.assertDeduction(invoice, "granted", user_id=self.env.uid)
        self.assertPaid(invoice)

    def test_a_bounced_payment(self):
        invoice = self._discounted()
        payment = self._match(invoice, 970.0, IN_TIME)
        payment.action_draft()
        # Core: a draft payment stays matched until it is cancelled.
        self.assertDeduction(invoice, "granted")
        payment.action_cancel()
        self.assertEqual(invoice.amount_residual, 1000.0)
        self.assertDeduction(invoice, "cancelled")
        self.assertEqual(self._states(invoice), ["open", "open"])

    def test_invoice_reset_to_draft(self):
        invoice = self._discounted()
        self._match(invoice, 970.0, IN_TIME)
        invoice.button_draft()
        invoice.action_post()
        self.assertPaid(invoice)
        self.assertDeduction(invoice, "granted")
        self.assertEqual(self._states(invoice), ["taken", "lapsed"])

    def test_invoice_cancelled(self):
        invoice = self._discounted()
        self._match(invoice, 970.0, IN_TIME)
        entry = self._booked(invoice)
        invoice.button_draft()
        invoice.button_cancel()
        self.assertEqual(entry.reversal_move_ids.state, "posted")
        self.assertDeduction(invoice, "cancelled")

    def test_the_discount_is_taken_off_by_hand(self):
        """The money is still there: somebody decides again, nothing is booked by itself."""
        invoice = self._discounted()
        self._match(invoice, 970.0, IN_TIME)
        entry = self._booked(invoice)
        self._unmatch(invoice, entry)
        self.assertEqual(invoice.amount_residual, 30.0)
        row = self.assertDeduction(invoice, "open", 30.0)
        self.assertEqual(self._states(invoice), ["open", "open"])
        row.accept("After all")
        self.assertPaid(invoice)
        self.assertEqual(self._booked(invoice), entry)

    def test_the_discount_is_reversed_by_hand(self):
        invoice = self._discounted()
        self._match(invoice, 970.0, IN_TIME)
        entry = self._booked(invoice)
        entry._reverse_moves([{"date": day(NOW)}], cancel=True)
        row = self.assertDeduction(invoice, "open", 30.0)
        row.accept("After all")
        self.assertPaid(invoice)
        self.assertNotEqual(self._booked(invoice), entry)

    def test_the_discount_is_cancelled(self):
        invoice = self._discounted()
        self._match(invoice, 970.0, IN_TIME)
        entry = self._booked(invoice)
        entry.button_draft()
        entry.button_cancel()
        self.assertDeduction(invoice, "open", 30.0)
        self.assertEqual(invoice.amount_residual, 30.0)

    def test_wizard_payment_is_undone(self):
        invoice = self._discounted()
        payment = self._pay_on(invoice, IN_TIME)
        self._unmatch(invoice, payment.move_id)
        self.assertEqual(self._states(invoice), ["open", "open"])
        self.assertEqual(invoice._collection_offers()[0].amount_taken, 0.0)
        self._assign(invoice, payment.move_id)
        self.assertEqual(self._states(invoice), ["taken", "lapsed"])

    def test_what_was_claimed_and_paid_is_claimed_again(self):
        invoice = self._discounted()
        self._match(invoice, 980.0, LATE)
        self._deductions(invoice).action_claim("No")
        second = self._match(invoice, 20.0, day("2024-05-19"))
        self.assertDeduction(invoice, "cancelled")
        self._unmatch(invoice, second.move_id)
        self.assertDeduction(invoice, "claimed", 20.0, user_id=self.env.uid)
        self.assertEqual(self._states(invoice), ["lapsed", "refused"])

    def test_an_open_question_goes_with_its_payment(self):
        invoice = self._discounted()
        payment = self._match(invoice, 980.0, LATE)
        row = self._deductions(invoice)
        self._unmatch(invoice, payment.move_id)
        self.assertDeduction(invoice, "cancelled")
        self.assertFalse(row.activity_ids)

    def test_what_cannot_be_reversed_is_asked_about(self):
        invoice = self._discounted()
        payment = self._match(invoice, 970.0, IN_TIME)

        def refuse(moves, *_args, **_kwargs):
            raise UserError(moves.env._("The journal is sealed."))

        self.patch(self.env.registry["account.move"], "_reverse_moves", refuse)
        self._unmatch(invoice, payment.move_id)
        row = self.assertDeduction(invoice, "granted")
        self.assertTrue(row.error)
        self.assertIn("still booked", row.activity_ids.summary)


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
