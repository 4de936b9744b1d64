"""Every way to pay sees the tier of its day: the wizard, credit notes, bank matching."""

from odoo.tests import Form, tagged

from .discounts_common import FIRST_END, SECOND_END, day
from .test_discount_entries import BANK, DISCOUNT, ITEM, TAX, EntriesCommon

THIRDS = ((30, 10, True), (70, 40, True))


@tagged("post_install", "-at_install")
class TestDiscountWizard(EntriesCommon):
    def _form(self, invoices):
        return Form(
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=invoices.ids
            )
        )

    def test_amount_follows_the_day(self):
        invoice = self._discounted()
        for on, amount, discounted in [
            ("2024-04-30", 970.0, True),
            ("2024-05-08", 970.0, True),
            ("2024-05-09", 980.0, True),
            ("2024-05-15", 980.0, True),
            ("2024-05-16", 1000.0, False),
            ("2024-07-01", 1000.0, False),
        ]:
            with self.subTest(on=on):
                wizard = self._wizard(invoice, day(on))
                self.assertEqual(wizard.amount, amount)
                self.assertEqual(wizard.early_payment_discount_mode, discounted)
                self.assertEqual(wizard.payment_difference, 1000.0 - amount)

    def test_the_date_is_changed_on_the_screen(self):
        invoice = self._discounted()
        form = self._form(invoice)
        for on, amount, handling in [
            ("2024-05-08", 970.0, "reconcile"),
            ("2024-05-10", 980.0, "reconcile"),
            ("2024-05-20", 1000.0, "open"),
            ("2024-05-15", 980.0, "reconcile"),
        ]:
            form.payment_date = day(on)
            self.assertEqual((form.amount, form.payment_difference_handling), (amount, handling))
        payment = form.save()._create_payments()
        self.assertEqual(payment.amount, 980.0)
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_another_amount(self):
        """What is not the tier's amount is a payment in part, and no discount."""
        for amount in (970.0, 985.0, 500.0):
            with self.subTest(amount=amount):
                invoice = self._discounted()
                form = self._form(invoice)
                form.payment_date = day("2024-05-10")
                form.amount = amount
                wizard = form.save()
                self.assertFalse(wizard.early_payment_discount_mode)
                payment = wizard._create_payments()
                kinds = [self._kind(line) for line in payment.move_id.line_ids]
                self.assertNotIn(DISCOUNT, kinds)
                self.assertEqual(invoice.amount_residual, 1000.0 - amount)

    def test_the_full_amount_in_time(self):
        """Whoever pays all of it gets no discount."""
        invoice = self._discounted()
        payment = self._pay_on(invoice, FIRST_END, amount=1000.0)
        self.assertEqual(payment.amount, 1000.0)
        self.assertEqual(len(payment.move_id.line_ids), 2)
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_several_invoices_at_once(self):
        """Each with the tier of its own dates; one that has no discount any more."""
        one = self._discounted()
        two = self._discounted(500.0, on=day("2024-05-05"))  # until 13 and 20 May
        late = self._discounted(100.0, on=day("2024-04-01"))
        plain = self._discounted(50.0, term=self._term(tiers=(), name="Net"))
        invoices = one | two | late | plain
        wizard = self._wizard(invoices, day("2024-05-10"), group_payment=True)
        # 980.00 + 485.00 + 100.00 + 50.00
        self.assertEqual(wizard.amount, 1615.0)
        payment = wizard._create_payments()
        self.assertEqual(len(payment), 1)
        self.assertEqual(
            self._table(payment),
            [(BANK, 1615.0, 1615.0), (DISCOUNT, 35.0, 35.0), (ITEM, -1650.0, -1650.0)],
        )
        self.assertEqual(invoices.mapped("amount_residual"), [0.0] * 4)

    def test_one_payment_an_invoice(self):
        one, two = self._discounted(), self._discounted(500.0, on=day("2024-05-05"))
        payments = self._pay_on(one | two, day("2024-05-10"), group_payment=False)
        self.assertEqual(sorted(payments.mapped("amount")), [485.0, 980.0])
        self.assertEqual((one | two).mapped("amount_residual"), [0.0, 0.0])

    def test_several_customers(self):
        other = self._create_customer("Another Customer")
        one = self._discounted(taxes=self.tax_20)
        two = self._discounted(500.0, partner_id=other.id, on=day("2024-05-05"))
        payments = self._pay_on(one | two, day("2024-05-10"))
        self.assertEqual(sorted(payments.mapped("amount")), [485.0, 1176.0])
        self.assertEqual((one | two).mapped("amount_residual"), [0.0, 0.0])
        self.assertEqual(
            self._table(payments.filtered(lambda payment: payment.amount > 1000)),
            [(BANK, 1176.0, 1176.0), (DISCOUNT, 20.0, 20.0), (TAX, 4.0, 4.0),
             (ITEM, -1200.0, -1200.0)],
        )

    def test_other_currency_of_the_payment(self):
        """As in core: who pays in another currency is not proposed the discount."""
        invoice = self._discounted(currency_id=self.euro.id)
        wizard = self._wizard(invoice, FIRST_END, currency_id=self.company.currency_id.id)
        self.assertEqual((wizard.amount, wizard.early_payment_discount_mode), (1000.0, False))
        self.assertEqual(self._wizard(invoice, FIRST_END).amount, 970.0)

    def test_invoices_in_two_currencies(self):
        dollars, euros = self._discounted(), self._discounted(currency_id=self.euro.id)
        payments = self._pay_on(dollars | euros, FIRST_END, group_payment=False)
        self.assertEqual(len(payments), 2)
        self.assertEqual((dollars | euros).mapped("amount_residual"), [0.0, 0.0])

    def test_paid_in_part_ends_it(self):
        invoice = self._discounted()
        item = self._terms_items(invoice)
        payment = self._pay_on(invoice, day("2024-05-02"), amount=100.0)
        self.assertFalse(item._collection_discount_at(FIRST_END))
        wizard = self._wizard(invoice, FIRST_END)
        self.assertEqual((wizard.amount, wizard.early_payment_discount_mode), (900.0, False))
        # taken back: it is there again
        payment.move_id.line_ids.remove_move_reconcile()
        self.assertTrue(item._collection_discount_at(FIRST_END))
        self.assertEqual(self._wizard(invoice, FIRST_END).amount, 970.0)

    def test_paid_with_discount_and_taken_back(self):
        invoice = self._discounted()
        payment = self._pay_on(invoice, FIRST_END)
        self.assertFalse(self._terms_items(invoice)._collection_discount_at(FIRST_END))
        payment.action_draft()
        payment.action_cancel()
        self.assertEqual(invoice.amount_residual, 1000.0)
        self.assertEqual(self._wizard(invoice, SECOND_END).amount, 980.0)

    def test_a_refund_of_the_customer_is_no_discount(self):
        note = self._discounted(move_type="out_refund")
        self.assertEqual(self._wizard(note, FIRST_END).amount, 1000.0)


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


@tagged("post_install", "-at_install")
class TestDiscountCredits(EntriesCommon):
    """Credit notes shrink the discount in proportion."""

    def test_shrinks_and_grows(self):
        invoice = self._discounted()
        item = self._terms_items(invoice)
        note = self._credit(invoice, 250.0)
        self.assertOffers(
            invoice, [("2024-05-08", 727.5, 22.5), ("2024-05-15", 735.0, 15.0)]
        )
        with self._on("2024-05-10"):
            self.assertShows(item, SECOND_END, 735.0)
        self._item(note).remove_move_reconcile()
        self.assertOffers(
            invoice, [("2024-05-08", 970.0, 30.0), ("2024-05-15", 980.0, 20.0)]
        )
        self.assertEqual(invoice._collection_offers().mapped("amount_offered"), [30.0, 20.0])

    def test_booked_with_its_tax(self):
        invoice = self._discounted(taxes=self.tax_20)
        self._credit(invoice, 250.0, taxes=self.tax_20)
        self.assertBooked(
            invoice,
            day("2024-05-10"),
            [(BANK, 882.0, 882.0), (DISCOUNT, 15.0, 15.0), (TAX, 3.0, 3.0),
             (ITEM, -900.0, -900.0)],
        )

    def test_tax_never_reduced(self):
        invoice = self._discounted(
            taxes=self.tax_20, term=self._term(mode="excluded", name="Net of tax")
        )
        self._credit(invoice, 250.0, taxes=self.tax_20)
        self.assertBooked(
            invoice,
            FIRST_END,
            [(BANK, 877.5, 877.5), (DISCOUNT, 22.5, 22.5), (ITEM, -900.0, -900.0)],
        )

    def test_foreign_currency(self):
        invoice = self._discounted(currency_id=self.euro.id)
        self._credit(invoice, 250.0)
        self.assertEqual(invoice._collection_offers().mapped("balance_to_pay"), [909.38, 918.75])
        self.assertBooked(
            invoice,
            SECOND_END,
            [(BANK, 735.0, 735.0), (DISCOUNT, 15.0, 18.75), ("exchange", 0.0, -3.75),
             (ITEM, -750.0, -750.0)],
        )

    def test_two_notes_and_nothing_left(self):
        invoice = self._discounted()
        self._credit(invoice, 250.0)
        self._credit(invoice, 350.0)
        self.assertOffers(invoice, [("2024-05-08", 388.0, 12.0), ("2024-05-15", 392.0, 8.0)])
        self._credit(invoice, 400.0)
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertFalse(self._terms_items(invoice)._collection_discount_at(FIRST_END))

    def test_a_note_and_money(self):
        invoice = self._discounted()
        self._credit(invoice, 250.0)
        self._pay_on(invoice, FIRST_END, amount=100.0)
        self.assertEqual(self._wizard(invoice, FIRST_END).amount, 650.0)

    def test_several_at_once_with_a_note(self):
        invoice, other = self._discounted(), self._discounted(500.0)
        self._credit(invoice, 250.0)
        payment = self._pay_on(invoice | other, FIRST_END, group_payment=True)
        self.assertEqual(payment.amount, 727.5 + 485.0)
        self.assertEqual((invoice | other).mapped("amount_residual"), [0.0, 0.0])

    def test_vendor_bill(self):
        bill = self._discounted(move_type="in_invoice")
        note = self._create_invoice_one_line(
            move_type="in_refund", name="Returned", price_unit=250.0, tax_ids=[],
            partner_id=self.customer.id, invoice_date=FIRST_END, post=True,
        )
        (self._terms_items(bill) | self._terms_items(note)).reconcile()
        self.assertOffers(
            bill, [("2024-05-08", -727.5, -22.5), ("2024-05-15", -735.0, -15.0)]
        )
        self.assertEqual(self._pay_on(bill, SECOND_END).amount, 735.0)
        self.assertEqual(bill.amount_residual, 0.0)

    def test_instalments(self):
        """The note goes against the first due date; the second keeps its discount."""
        invoice = self._discounted(term=self._term(lines=THIRDS, name="30/70"))
        note = self._credit(invoice, 100.0)
        self.assertEqual(note.amount_residual, 0.0)
        self.assertOffers(
            invoice,
            [("2024-05-08", 194.0, 6.0), ("2024-05-15", 196.0, 4.0),
             ("2024-05-08", 679.0, 21.0), ("2024-05-15", 686.0, 14.0)],
        )
        self.assertEqual(self._pay_on(invoice, FIRST_END).amount, 194.0)


@tagged("post_install", "-at_install")
class TestDiscountBankMatching(EntriesCommon):
    """As bank reconciliation asks: may it be, how much, and which items to book."""

    def _match(self, invoices, amount, on):
        """A statement line with the helper's items, reconciled with the invoices."""
        statement_line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "date": on,
                "payment_ref": "Customer",
                "partner_id": self.customer.id,
                "amount": amount,
            }
        )
        items = self._terms_items(invoices)
        for invoice in invoices:
            self.assertTrue(
                invoice._is_eligible_for_early_payment_discount(invoice.currency_id, on)
            )
        open_items = sum(items.mapped("amount_residual"))
        parts = self.env["account.move"]._get_invoice_counterpart_amls_for_early_payment_discount(
            [
                {
                    "aml": item,
                    "amount_currency": -item.amount_residual_currency,
                    "balance": -item.amount_residual,
                }
                for item in items
            ],
            open_items - amount,
        )
        _liquidity, suspense, _other = statement_line._seek_for_lines()
        receivable = {
            "account_id": items.account_id.id,
            "partner_id": self.customer.id,
            "balance": -open_items,
            "amount_currency": -open_items,
            "name": "Invoices",
        }
        lines = [line for group in parts.values() for line in group]
        statement_line.move_id.with_context(
            force_delete=True, skip_readonly_check=True, skip_account_move_synchronization=True
        ).write(
            {
                "line_ids": [(2, suspense.id)]
                + [(0, 0, line) for line in [receivable, *lines]]
            }
        )
        counterpart = statement_line.move_id.line_ids.filtered(
            lambda line: line.account_id == items.account_id
        )
        (counterpart | items).reconcile()
        return statement_line

    def test_on_the_day(self):
        for on, amount, discount, tax in [
            (FIRST_END, 1164.0, 30.0, 6.0), (day("2024-05-12"), 1176.0, 20.0, 4.0)
        ]:
            with self.subTest(on=on), self._on(on):
                invoice = self._discounted(taxes=self.tax_20)
                self.assertShows(
                    self._terms_items(invoice), FIRST_END if tax == 6 else SECOND_END, amount
                )
                entry = self._match(invoice, amount, on)
                self.assertEqual(
                    self._table(entry),
                    [(BANK, amount, amount), (DISCOUNT, discount, discount), (TAX, tax, tax),
                     (ITEM, -1200.0, -1200.0)],
                )
                self.assertEqual(invoice.amount_residual, 0.0)

    def test_days_later(self):
        """The statement is worked on later: the money that is lacking says which tier."""
        for on, amount, discount in [(FIRST_END, 970.0, 30.0), (SECOND_END, 980.0, 20.0)]:
            with self.subTest(on=on), self._on("2024-05-25"):
                invoice = self._discounted()
                entry = self._match(invoice, amount, on)
                self.assertEqual(
                    self._table(entry),
                    [(BANK, amount, amount), (DISCOUNT, discount, discount),
                     (ITEM, -1000.0, -1000.0)],
                )

    def test_several_invoices(self):
        with self._on("2024-05-12"):
            invoices = self._discounted() | self._discounted(500.0)
            entry = self._match(invoices, 1470.0, FIRST_END + (SECOND_END - FIRST_END))
            self.assertEqual(
                self._table(entry),
                [(BANK, 1470.0, 1470.0), (DISCOUNT, 30.0, 30.0), (ITEM, -1500.0, -1500.0)],
            )
            self.assertEqual(invoices.mapped("amount_residual"), [0.0, 0.0])

    def test_too_late(self):
        invoice = self._discounted()
        self.assertFalse(
            invoice._is_eligible_for_early_payment_discount(
                invoice.currency_id, day("2024-05-16")
            )
        )
        self.assertFalse(
            invoice._is_eligible_for_early_payment_discount(self.euro, FIRST_END)
        )
