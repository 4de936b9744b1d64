"""Discounts on instalments: the next one, those overdue, all of them."""

from odoo.tests import tagged

from .discounts_common import (
    BANK,
    DISCOUNT,
    FIRST_END,
    ITEM,
    SECOND_END,
    TAX,
    THIRDS,
    EntriesCommon,
    day,
)


@tagged("post_install", "-at_install")
class TestDiscountInstalments(EntriesCommon):
    """1,000.00: 300.00 by 10 May, 700.00 by 9 June; 3 % until 8 May, 2 % until 15 May."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parts = cls._term(lines=THIRDS, name="30/70")

    def test_offers(self):
        invoice = self._discounted(term=self.parts)
        self.assertOffers(
            invoice,
            [("2024-05-08", 291.0, 9.0), ("2024-05-15", 294.0, 6.0),
             ("2024-05-08", 679.0, 21.0), ("2024-05-15", 686.0, 14.0)],
        )
        self.assertFalse(self.parts.early_discount)
        with self._on("2024-05-10"):
            first, second = self._terms_items(invoice)
            self.assertShows(first, SECOND_END, 294.0)
            self.assertShows(second, SECOND_END, 686.0)

    def test_only_one_bears_it(self):
        term = self._term(lines=((30, 10, False), (70, 40, True)), name="Later only")
        invoice = self._discounted(term=term)
        self.assertOffers(invoice, [("2024-05-08", 679.0, 21.0), ("2024-05-15", 686.0, 14.0)])
        first, second = self._terms_items(invoice)
        self.assertFalse(first.discount_date)
        wizard = self._wizard(invoice, FIRST_END)
        self.assertEqual((wizard.amount, wizard.installments_mode), (300.0, "next"))
        self.assertFalse(wizard.early_payment_discount_mode)
        wizard._create_payments()
        self.assertTrue(first.reconciled)
        wizard = self._wizard(invoice, FIRST_END)
        self.assertEqual((wizard.amount, wizard.early_payment_discount_mode), (679.0, True))
        wizard._create_payments()
        self.assertTrue(second.reconciled)

    def test_the_next_one(self):
        for on, amount, discount in [("2024-05-08", 291.0, 9.0), ("2024-05-09", 294.0, 6.0)]:
            with self.subTest(on=on):
                invoice = self._discounted(term=self.parts)
                wizard = self._wizard(invoice, day(on))
                self.assertEqual((wizard.amount, wizard.installments_mode), (amount, "next"))
                self.assertEqual(wizard.payment_difference, discount)
                payment = wizard._create_payments()
                self.assertEqual(
                    self._table(payment),
                    [(BANK, amount, amount), (DISCOUNT, discount, discount),
                     (ITEM, -300.0, -300.0)],
                )
                first, second = self._terms_items(invoice)
                self.assertTrue(first.reconciled)
                self.assertEqual(second.amount_residual, 700.0)
                self.assertEqual(self._wizard(invoice, SECOND_END).amount, 686.0)

    def test_all_of_them(self):
        invoice = self._discounted(term=self.parts, taxes=self.tax_20)
        wizard = self._wizard(invoice, day("2024-05-09"), amount=1176.0)
        self.assertEqual(wizard.installments_mode, "full")
        self.assertEqual((wizard.payment_difference, wizard.early_payment_discount_mode),
                         (24.0, True))
        payment = wizard._create_payments()
        self.assertEqual(
            self._table(payment),
            [(BANK, 1176.0, 1176.0), (DISCOUNT, 20.0, 20.0), (TAX, 4.0, 4.0),
             (ITEM, -1200.0, -1200.0)],
        )
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_overdue(self):
        """On 12 May the first is overdue, its second tier still runs."""
        invoice = self._discounted(term=self.parts)
        wizard = self._wizard(invoice, day("2024-05-12"))
        self.assertEqual((wizard.amount, wizard.installments_mode), (294.0, "overdue"))
        self.assertTrue(wizard.early_payment_discount_mode)
        wizard._create_payments()
        self.assertEqual(invoice.amount_residual, 700.0)
        # On 20 May nothing is left of it.
        invoice = self._discounted(term=self.parts)
        wizard = self._wizard(invoice, day("2024-05-20"))
        self.assertEqual((wizard.amount, wizard.early_payment_discount_mode), (300.0, False))

    def test_with_an_invoice_of_one_due_date(self):
        parts, one = self._discounted(term=self.parts), self._discounted(500.0)
        wizard = self._wizard(parts | one, day("2024-05-09"), group_payment=True)
        self.assertEqual(wizard.amount, 294.0 + 490.0)
        wizard._create_payments()
        self.assertEqual(one.amount_residual, 0.0)
        self.assertEqual(parts.amount_residual, 700.0)

    def test_several_customers(self):
        """Several payments at once pay what is next, as in core, each with its discount."""
        other = self._create_customer("Another Customer")
        parts = self._discounted(term=self.parts, taxes=self.tax_20)
        one = self._discounted(500.0, partner_id=other.id)
        payments = self._pay_on(parts | one, day("2024-05-09"))
        self.assertEqual(sorted(payments.mapped("amount")), [352.8, 490.0])
        self.assertEqual((parts | one).mapped("amount_residual"), [840.0, 0.0])
        self.assertEqual(
            self._table(payments.filtered(lambda payment: payment.amount < 400)),
            [(BANK, 352.8, 352.8), (DISCOUNT, 6.0, 6.0), (TAX, 1.2, 1.2), (ITEM, -360.0, -360.0)],
        )

    def test_from_the_later_item(self):
        """Opened on one journal item, the wizard pays that one."""
        invoice = self._discounted(term=self.parts)
        first, second = self._terms_items(invoice)
        payment = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move.line", active_ids=second.ids)
            .create({"payment_date": FIRST_END})
            ._create_payments()
        )
        self.assertEqual(payment.amount, 679.0)
        self.assertEqual((first.reconciled, second.reconciled), (False, True))

    def test_vendor_bill(self):
        bill = self._discounted(term=self.parts, move_type="in_invoice")
        for amount, residual in [(294.0, 700.0), (686.0, 0.0)]:
            payment = self._pay_on(bill, day("2024-05-09"))
            self.assertEqual((payment.amount, payment.payment_type), (amount, "outbound"))
            self.assertEqual(bill.amount_residual, residual)

    def test_foreign_currency(self):
        invoice = self._discounted(
            term=self.parts, taxes=self.tax_20, currency_id=self.euro.id
        )
        for amount, tax, discount in [(352.8, 1.2, 6.0), (823.2, 2.8, 14.0)]:
            payment = self._pay_on(invoice, SECOND_END)
            rows = self._table(payment)
            self.assertEqual(rows[0], (BANK, amount, amount))
            self.assertEqual(rows[1:3], [(DISCOUNT, discount, discount * 1.25),
                                         (TAX, tax, tax * 1.25)])
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_cents_add_up(self):
        invoice = self._discounted(
            [(333.33, [self.tax_20]), (66.67, [self.tax_10])], term=self.parts
        )
        payments = self._pay_on(invoice, FIRST_END)
        payments |= self._pay_on(invoice, FIRST_END)
        self.assertEqual(invoice.amount_residual, 0.0)
        for payment in payments:
            self.assertAlmostEqual(sum(payment.move_id.line_ids.mapped("balance")), 0.0)
        saved = sum(payments.move_id.line_ids.filtered(
            lambda line: self._kind(line) in (DISCOUNT, TAX)).mapped("balance"))
        self.assertAlmostEqual(
            saved, sum(invoice._collection_offers().filtered(
                lambda offer: offer.sequence == 1).mapped("amount_discount"))
        )

    def test_due_on_one_day(self):
        """Due dates that fall together are one item."""
        term = self._term(lines=((30, 30, False), (70, 30, True)), name="Together")
        invoice = self._discounted(term=term)
        self.assertEqual(len(self._terms_items(invoice)), 1)
        self.assertOffers(
            invoice, [("2024-05-08", 970.0, 30.0), ("2024-05-15", 980.0, 20.0)]
        )
