"""The payment wizard proposes and books the tier of the payment's day."""

from odoo.tests import Form, tagged

from .discounts_common import (
    BANK,
    DISCOUNT,
    FIRST_END,
    ITEM,
    SECOND_END,
    TAX,
    EntriesCommon,
    day,
)


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
