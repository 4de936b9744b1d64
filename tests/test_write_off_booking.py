"""What a write-off books, and that taking it back leaves nothing, to the cent."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .common import TODAY
from .write_off_common import WriteOffCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestWriteOffBooking(WriteOffCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls.setup_other_currency("HUF", rates=[("2025-01-01", 3.7), ("2026-03-30", 4.9)])
        cls.receivable = cls.company_data["default_account_receivable"].code
        cls.tax_code = cls.company_data["default_account_tax_sale"].code

    def test_without_relief_the_whole_amount_is_an_expense(self):
        invoice = self._billed([(1000.0, self.tax_20)])
        write_off = self._write_off(invoice)
        self.assertEqual(write_off.state, "posted")
        document = write_off.line_ids.document_id
        self.assertEqual(document.move_type, "entry")
        self.assertEqual(
            self._parts(document), {"654000": 1200.0, self.receivable: -1200.0}
        )
        self.assertTrue(self._item(invoice).reconciled)
        self.assertEqual(write_off.amount_total, 1200.0)
        self.assertIn(invoice.name, document.ref)

    def test_with_relief_the_taxes_come_back(self):
        """``(lines, amount given up or None, what the credit note books)``"""
        twenty, ten, included, piece = (
            self.tax_20, self.tax_10, self.tax_in_price, self.tax_piece,
        )
        table = [
            ("whole", [(1000.0, twenty)], None, 1000.0, 200.0),
            ("a third", [(1000.0, twenty)], 400.0, 333.33, 66.67),
            ("a cent", [(1000.0, twenty)], 0.01, 0.01, 0.0),
            ("two rates", [(1000.0, twenty), (500.0, ten)], None, 1500.0, 250.0),
            ("two rates in part", [(33.33, twenty), (10.10, ten)], 17.77, 15.10, 2.67),
            ("price with tax", [(120.0, included)], None, 100.0, 20.0),
            ("price with tax in part", [(99.99, included)], 33.33, 27.77, 5.56),
            ("so much a piece", [(10.0, twenty + piece)], None, 10.5, 2.0),
            ("no tax", [(77.77, self.env["account.tax"])], 12.34, 12.34, 0.0),
            ("a rebate line", [(100.0, twenty), (-10.0, twenty)], None, 90.0, 18.0),
        ]
        for name, lines, amount, base, tax in table:
            with self.subTest(name):
                before = None
                invoice = self._billed(lines)
                before = self._balances()
                write_off = self._write_off(invoice, amount, tax_relief=True)
                document = write_off.line_ids.document_id
                self.assertEqual(document.move_type, "out_refund")
                parts = self._parts(document)
                self.assertEqual(parts["654000"], base)
                self.assertEqual(parts.get(self.tax_code, 0.0), tax)
                self.assertEqual(document.reversed_entry_id, invoice)
                left = invoice.amount_total - (amount or invoice.amount_total)
                self.assertAlmostEqual(invoice.amount_residual, left, 2)
                write_off.action_reverse()
                self.assertEqual(self._balances(), before)
                self.assertEqual(invoice.amount_residual, invoice.amount_total)

    def test_after_a_part_payment_the_rest_is_given_up(self):
        invoice = self._billed([(1000.0, self.tax_20)])
        self._pay(invoice, 800.0)
        document = self._write_off(invoice, tax_relief=True).line_ids.document_id
        self.assertEqual(
            self._parts(document),
            {"654000": 333.33, self.tax_code: 66.67, self.receivable: -400.0},
        )
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_foreign_currency_at_the_rate_of_the_invoice(self):
        for relief in (False, True):
            for amount in (None, 333.33):
                with self.subTest(relief=relief, amount=amount):
                    invoice = self._billed(
                        [(1000.0, self.tax_20)], currency_id=self.foreign.id
                    )
                    item = self._item(invoice)
                    before, owed = self._balances(), item.amount_residual
                    write_off = self._write_off(invoice, amount, tax_relief=relief)
                    line = write_off.line_ids
                    self.assertEqual(line.document_id.line_ids.currency_id, self.foreign)
                    self.assertAlmostEqual(
                        item.amount_residual_currency, 1200.0 - (amount or 1200.0), 2
                    )
                    share = (amount or 1200.0) / 1200.0
                    self.assertAlmostEqual(line.balance, owed * share, 1)
                    self.assertAlmostEqual(write_off.amount_total, owed * share, 1)
                    write_off.action_reverse()
                    self.assertEqual(item.amount_residual, owed)
                    self.assertEqual(self._balances(), before)

    def test_each_instalment_is_settled_by_its_own_document(self):
        """Core would set a credit note against the first open instalment."""
        terms = self._term(tiers=(), lines=((50, 10, False), (50, 40, False)))
        invoice = self._discounted([(1000.0, self.tax_20)], term=terms, on="2026-01-02")
        first, second = self._terms_items(invoice)
        self._write_off(second, tax_relief=True)
        self.assertEqual(first.amount_residual, 600.0)
        self.assertTrue(second.reconciled)

    def test_a_tax_due_on_payment_never_falls_due(self):
        self.company.tax_exigibility = True
        waiting = self._account("445800", "Tax in waiting", "liability_current")
        waiting.reconcile = True
        tax = self._tax(
            "20 % on payment", 20, tax_exigibility="on_payment",
            cash_basis_transition_account_id=waiting.id,
        )
        invoice = self._billed([(1000.0, tax)])
        asked = self._write_off(invoice, post=False)
        self.assertTrue(asked.tax_relief, "chosen by itself")
        asked.tax_relief = False
        with self.assertRaisesRegex(UserError, "on payment"):
            asked.action_request()
        asked.action_draft()
        before = self._balances()
        asked.tax_relief = True
        asked.action_request()
        moves = asked.line_ids.document_id.tax_cash_basis_created_move_ids
        due = (moves | invoice.tax_cash_basis_created_move_ids).line_ids.filtered(
            lambda line: line.account_id.code == self.tax_code
        )
        self.assertAlmostEqual(sum(due.mapped("balance")), 0.0, 2)
        asked.action_reverse()
        self.assertEqual(self._balances(), before)

    def test_a_locked_day_moves_the_entry_to_today(self):
        invoice = self._billed([(100.0, self.env["account.tax"])])
        self.company.fiscalyear_lock_date = "2026-02-28"
        for relief in (False, True):
            with self.subTest(relief=relief):
                write_off = self._write_off(
                    invoice, 40.0, date="2026-02-10", tax_relief=relief
                )
                self.assertEqual(write_off.line_ids.document_id.date, TODAY)

    def test_the_law_is_named_in_the_language_of_the_customer(self):
        invoice = self._billed([(1000.0, self.tax_20)])
        line = self._write_off(invoice, tax_relief=True).line_ids
        for code, words in (("FR", "CGI, art. 272"), ("RO", "art. 287"), ("DE", "")):
            with self.subTest(code):
                self.company.account_fiscal_country_id = self.env["res.country"].search(
                    [("code", "=", code)]
                )
                mention = line._mention(line.document_id)
                if words:
                    for part in (words, invoice.name, "1,000.00", "200.00"):
                        self.assertIn(part, mention)
                else:
                    self.assertFalse(mention)

    def test_the_chart_suggests_accounts(self):
        self.company.write(
            {"collection_write_off_account_id": False, "collection_recovery_account_id": False}
        )
        (self.bad_debts | self.recovered).unlink()
        france = self.env.ref("base.fr")
        self.company.account_fiscal_country_id = france
        losses = self._account("654100", "Créances de l'exercice", "expense")
        self.assertEqual(self.company._collection_write_off_account(), losses)
        self.company.account_fiscal_country_id = self.env.ref("base.de")
        debts = self._account("2406", "Bad debt losses", "expense")
        self.assertEqual(self.company._collection_write_off_account(), debts)
        # Chosen in the settings, it is that one.
        self.company.collection_write_off_account_id = losses
        self.assertEqual(self.company._collection_write_off_account(), losses)

    def test_reversed_twice_or_by_hand_is_refused(self):
        invoice = self._billed([(1000.0, self.tax_20)])
        write_off = self._write_off(invoice, tax_relief=True)
        with self.assertRaisesRegex(UserError, write_off.name):
            write_off.line_ids.document_id.button_draft()
        write_off.action_reverse()
        self.assertEqual(write_off.state, "reversed")
        with self.assertRaises(UserError):
            write_off.action_reverse()
        # What was reversed may be given up again.
        self._write_off(invoice, tax_relief=True)
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_only_what_is_owed_at_the_moment(self):
        invoice = self._billed([(1000.0, self.env["account.tax"])])
        self.company.collection_write_off_limit = 10.0
        asked = self._write_off(invoice)
        self.assertEqual(asked.state, "to_approve")
        self._pay(invoice, 700.0)
        with self.assertRaisesRegex(UserError, "300.00"):
            asked.with_user(self.colleague).action_approve()
        asked.action_draft()
        asked.line_ids.amount = 300.0
        asked.action_request()
        asked.with_user(self.colleague).action_approve()
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_a_customers_credits_and_paid_items_are_left_out(self):
        invoice = self._billed([(100.0, self.env["account.tax"])])
        self._credit_note(30.0)
        action = self.customer.action_collection_write_off()
        lines = action["context"]["default_line_ids"]
        self.assertEqual(
            [line[2]["move_line_id"] for line in lines], self._item(invoice).ids
        )
        self._pay(invoice)
        with self.assertRaises(UserError):
            invoice.action_collection_write_off()

    def test_an_item_of_another_customer_is_refused(self):
        other = self._invoice(40, partner=self._create_customer("Other"))
        own = self._invoice(40)
        with self.assertRaises(UserError):
            (own | other).action_collection_write_off()
        document = self._write_off(own, post=False)
        with self.assertRaises(UserError):
            document.line_ids = [Command.create({"move_line_id": self._item(other).id})]
