"""Discounts by credit note and as a voucher."""

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .deductions_common import IN_TIME, LATE, NOW, DeductionsCommon, day


@tagged("post_install", "-at_install")
@freeze_time("2024-05-20 12:00:00")
class TestCreditNotes(DeductionsCommon):
    def _by_credit_note(self, *args, mode="included", **values):
        term = self._term(mode=mode, collection_discount_method="credit_note")
        return self._discounted(*args, term=term, **values)

    def _note(self, invoice):
        return self._deductions(invoice).discount_move_id

    def assertNote(self, note, total, tax, lines):
        """:param lines: ``[(taxes, amount without tax)]``"""
        self.assertRecordValues(
            note,
            [
                {
                    "move_type": "out_refund",
                    "state": "posted",
                    "amount_total": total,
                    "amount_tax": tax,
                    "amount_residual": 0.0,
                    "collection_is_voucher": False,
                }
            ],
        )
        self.assertRecordValues(
            note.invoice_line_ids,
            [
                {
                    "account_id": self.loss.id,
                    "tax_ids": [each.id for each in taxes],
                    "price_subtotal": amount,
                }
                for taxes, amount in lines
            ],
        )

    def test_one_tax(self):
        invoice = self._by_credit_note(taxes=[self.tax_20])
        self._match(invoice, 1164.0, IN_TIME)
        self.assertPaid(invoice)
        note = self._note(invoice)
        self.assertNote(note, 36.0, 6.0, [([self.tax_20], 30.0)])
        self.assertRecordValues(
            note,
            [
                {
                    "invoice_date": day(NOW),
                    "reversed_entry_id": invoice.id,
                    "invoice_origin": invoice.name,
                    "ref": f"Discount 3 % on {invoice.name}, paid on 05/08/2024",
                    "journal_id": invoice.journal_id.id,
                    "partner_id": self.customer.id,
                }
            ],
        )
        self.assertTrue(note.name and note.name != "/")

    def test_per_tax(self):
        invoice = self._by_credit_note([(1000.0, [self.tax_20]), (500.0, [self.tax_10])])
        self._match(invoice, 1697.5, IN_TIME)
        self.assertPaid(invoice)
        self.assertNote(
            self._note(invoice), 52.5, 7.5, [([self.tax_20], 30.0), ([self.tax_10], 15.0)]
        )

    def test_prices_with_tax(self):
        invoice = self._by_credit_note(1200.0, taxes=[self.tax_in_price])
        self._match(invoice, 1164.0, IN_TIME)
        self.assertNote(self._note(invoice), 36.0, 6.0, [([self.tax_in_price], 30.0)])

    def test_tax_excluded_and_mixed(self):
        for mode, paid in (("excluded", 1170.0), ("mixed", 1164.0)):
            with self.subTest(mode):
                invoice = self._by_credit_note(taxes=[self.tax_20], mode=mode)
                self._match(invoice, paid, IN_TIME)
                self.assertPaid(invoice)
                self.assertNote(self._note(invoice), 30.0, 0.0, [([], 30.0)])

    def test_odd_cents(self):
        for amount in (33.33, 99.99, 0.67, 1234.56, 17.17):
            with self.subTest(amount):
                invoice = self._by_credit_note(
                    [(amount, [self.tax_20]), (amount * 2, [self.tax_10])]
                )
                offer = invoice._collection_offers()[0]
                self._match(invoice, offer.amount_to_pay, IN_TIME)
                self.assertPaid(invoice)
                self.assertEqual(self._note(invoice).amount_total, offer.amount_discount)

    def test_foreign_currency_at_the_invoices_rate(self):
        currency = self.setup_other_currency(
            "EUR", rates=[("2024-01-01", 2.0), ("2024-05-08", 4.0)]
        )
        invoice = self._by_credit_note(taxes=[self.tax_20], currency_id=currency.id)
        self._match(invoice, 1164.0, IN_TIME, currency=currency)
        self.assertPaid(invoice)
        note = self._note(invoice)
        self.assertEqual((note.amount_total, abs(note.amount_total_signed)), (36.0, 18.0))

    def test_taken_back_at_the_rate_it_was_given(self):
        """Undone at another rate, the credit note and its reversal leave nothing."""
        currency = self.setup_other_currency(
            "EUR", rates=[("2024-01-01", 2.0), ("2024-05-08", 4.0), ("2024-05-18", 5.0)]
        )
        invoice = self._by_credit_note(taxes=[self.tax_20], currency_id=currency.id)
        payment = self._match(invoice, 1164.0, IN_TIME, currency=currency)
        note = self._note(invoice)
        self._unmatch(invoice, payment.move_id)
        self.assertEqual(invoice.amount_residual, 1200.0)
        lines = (note | note.reversal_move_ids).line_ids
        self.assertEqual(note.reversal_move_ids.state, "posted")
        for account, group in lines.grouped("account_id").items():
            self.assertAlmostEqual(sum(group.mapped("balance")), 0.0, msg=account.name)
            self.assertAlmostEqual(sum(group.mapped("amount_currency")), 0.0, msg=account.name)

    def test_it_does_not_shrink_the_discount_itself(self):
        invoice = self._by_credit_note()
        self._match(invoice, 970.0, IN_TIME)
        self.assertEqual(
            invoice._collection_offers().mapped("amount_discount"), [30.0, 20.0]
        )

    def test_only_the_item_it_is_about(self):
        """Core would set it against the first open instalment."""
        term = self._in_two(collection_discount_method="credit_note")
        invoice = self._discounted(term=term)
        first, second = self._terms_items(invoice)
        payment = self._unallocated_payment(485.0, on=IN_TIME)
        money = payment.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        (money | second).reconcile()
        self.assertTrue(second.reconciled)
        self.assertEqual(first.amount_residual, 500.0)

    def test_late_and_accepted(self):
        invoice = self._by_credit_note(taxes=[self.tax_20])
        self._match(invoice, 1176.0, LATE)
        row = self.assertDeduction(invoice, "open", 24.0)
        row.accept("Good customer")
        self.assertPaid(invoice)
        self.assertNote(self._note(invoice), 24.0, 4.0, [([self.tax_20], 20.0)])
        self.assertEqual(self._states(invoice), ["lapsed", "taken_late"])

    def test_more_than_the_discount(self):
        self.company.collection_discount_tolerance_amount = 1.0
        invoice = self._by_credit_note(taxes=[self.tax_20])
        self._match(invoice, 1163.5, IN_TIME)
        self._deductions(invoice).accept("Bank charges")
        self.assertPaid(invoice)
        self.assertNote(
            self._note(invoice), 36.5, 6.0, [([self.tax_20], 30.0), ([], 0.5)]
        )

    def test_undone_with_its_payment(self):
        invoice = self._by_credit_note(taxes=[self.tax_20])
        payment = self._match(invoice, 1164.0, IN_TIME)
        note = self._note(invoice)
        self._unmatch(invoice, payment.move_id)
        self.assertEqual(invoice.amount_residual, 1200.0)
        self.assertEqual(note.reversal_move_ids.state, "posted")
        self.assertEqual(note.amount_residual, 0.0)
        self.assertEqual(
            invoice._collection_offers().mapped("amount_discount"), [36.0, 24.0]
        )
        self._assign(invoice, payment.move_id)
        self.assertPaid(invoice)
        self.assertDeduction(invoice, "granted", 36.0)

    def test_no_interest_on_a_note_that_is_written_later(self):
        invoice = self._by_credit_note()
        self._match(invoice, 970.0, IN_TIME)
        item = self._terms_items(invoice).sudo()
        accounts = self.env["collection.balance"]._read_accounts(item, day(NOW))
        self.assertEqual({change[0] for change in accounts[item.id].history.changes}, {IN_TIME})

    def test_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        invoice = self._by_credit_note()
        self._match(invoice, 970.0, IN_TIME)
        self.assertIn("08/05/2024", self._note(invoice).ref)


@tagged("post_install", "-at_install")
@freeze_time("2024-05-20 12:00:00")
class TestVouchers(DeductionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vouchers = cls._term(collection_discount_method="voucher")

    def _voucher(self, invoice):
        return self._deductions(invoice).discount_move_id

    def test_paid_in_full_in_time(self):
        invoice = self._discounted(term=self.vouchers, taxes=[self.tax_20])
        self._match(invoice, 1200.0, IN_TIME)
        self.assertPaid(invoice)
        self.assertRecordValues(
            self._voucher(invoice),
            [
                {
                    "move_type": "out_refund",
                    "state": "posted",
                    "collection_is_voucher": True,
                    "amount_total": 36.0,
                    "amount_tax": 6.0,
                    "amount_residual": 36.0,
                    "payment_state": "not_paid",
                    "reversed_entry_id": invoice.id,
                    "ref": f"Voucher: 3 % on {invoice.name}, paid on 05/08/2024",
                }
            ],
        )
        self.assertEqual(self._states(invoice), ["taken", "lapsed"])
        self.assertDeduction(invoice, "granted", 36.0, method="voucher")

    def test_the_tier_of_the_last_payment(self):
        invoice = self._discounted(term=self.vouchers)
        self._match(invoice, 600.0, IN_TIME)
        self.assertFalse(self._deductions(invoice))
        self._match(invoice, 400.0, day("2024-05-14"))
        self.assertEqual(self._voucher(invoice).amount_total, 20.0)

    def test_late_or_short_earns_none(self):
        late = self._discounted(term=self.vouchers)
        self._match(late, 1000.0, LATE)
        self.assertFalse(self._deductions(late))
        self.assertEqual(self._states(late), ["lapsed", "lapsed"])
        short = self._discounted(term=self.vouchers)
        self._match(short, 970.0, IN_TIME)
        self.assertFalse(self._deductions(short))
        self.assertEqual(short.amount_residual, 30.0)

    def test_payment_wizard(self):
        invoice = self._discounted(term=self.vouchers)
        payment = self._pay_on(invoice, IN_TIME)
        self.assertEqual(payment.amount, 1000.0)
        self.assertEqual(self._voucher(invoice).amount_total, 30.0)

    def test_credited_goods_earn_less(self):
        invoice = self._discounted(term=self.vouchers)
        self._credit(invoice, 500.0)
        self._match(invoice, 500.0, IN_TIME)
        self.assertEqual(self._voucher(invoice).amount_total, 15.0)

    def test_used_on_the_next_invoice(self):
        invoice = self._discounted(term=self.vouchers)
        self._match(invoice, 1000.0, IN_TIME)
        following = self._discounted(100.0)
        self._assign(following, self._voucher(invoice))
        self.assertEqual(following.amount_residual, 70.0)
        self.assertEqual(self._states(following), ["open", "open"])

    def test_undone_with_its_payment(self):
        invoice = self._discounted(term=self.vouchers)
        payment = self._match(invoice, 1000.0, IN_TIME)
        voucher = self._voucher(invoice)
        self._unmatch(invoice, payment.move_id)
        self.assertEqual(voucher.amount_residual, 0.0)
        self.assertEqual(voucher.reversal_move_ids.state, "posted")
        self.assertDeduction(invoice, "cancelled")
        self.assertEqual(self._states(invoice), ["open", "open"])
        self._assign(invoice, payment.move_id)
        self.assertDeduction(invoice, "granted")
        self.assertEqual(self._voucher(invoice).amount_residual, 30.0)

    def test_a_used_one_is_asked_about(self):
        invoice = self._discounted(term=self.vouchers)
        payment = self._match(invoice, 1000.0, IN_TIME)
        self._assign(self._discounted(100.0), self._voucher(invoice))
        self._unmatch(invoice, payment.move_id)
        row = self.assertDeduction(invoice, "granted")
        self.assertIn("has been used", row.error)
        self.assertTrue(row.activity_ids)
        self._assign(invoice, payment.move_id)
        self.assertEqual(len(self._deductions(invoice)), 1)

    def test_without_an_account_it_waits(self):
        self.company.account_journal_early_pay_discount_loss_account_id = False
        invoice = self._discounted(term=self.vouchers)
        self._match(invoice, 1000.0, IN_TIME)
        self.assertPaid(invoice)
        row = self.assertDeduction(invoice, "open", 30.0)
        with self.assertRaises(UserError):
            row.action_claim()
        self.company.account_journal_early_pay_discount_loss_account_id = self.loss
        with self.enter_registry_test_mode():
            self.env.ref(
                "account_collections.ir_cron_discount_deductions"
            ).method_direct_trigger()
        self.env.invalidate_all()
        self.assertDeduction(invoice, "granted")
        self.assertEqual(self._voucher(invoice).amount_residual, 30.0)
