"""Credit notes shrink the discount in proportion."""

from odoo.tests import tagged

from .discounts_common import (
    BANK,
    DISCOUNT,
    EXCHANGE,
    FIRST_END,
    ITEM,
    SECOND_END,
    TAX,
    THIRDS,
    EntriesCommon,
    day,
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
        self.assertEqual(invoice._collection_offers().mapped("balance_to_pay"), [909.37, 918.75])
        self.assertBooked(
            invoice,
            SECOND_END,
            [(BANK, 735.0, 735.0), (DISCOUNT, 15.0, 18.75), (EXCHANGE, 0.0, -3.75),
             (ITEM, -750.0, -750.0)],
        )

    def test_the_same_half_cent_in_both_columns(self):
        """7.45 less a tenth is 6.705: rounded alike as amount and as balance."""
        term = self._term(tiers=((5.0, 8), (2.8, 15)), mode="excluded", name="Net of tax")
        invoice = self._discounted(266.08, term, taxes=self.tax_20)
        self._credit(invoice, 31.93)
        offer = invoice._collection_offers()[1]
        self.assertEqual((offer.amount_discount, offer.balance_discount), (6.71, 6.71))
        self.assertEqual((offer.amount_to_pay, offer.balance_to_pay), (280.66, 280.66))
        for offer in invoice._collection_offers():
            self.assertEqual(offer.amount_discount, offer.balance_discount)

    def test_cash_rounding(self):
        """What is left to pay is a sum of coins: 674.97 at 3 % is 654.75 (.7209), up to .05."""
        invoice = self._discounted(1000.02, invoice_cash_rounding_id=self.cash_rounding_a.id)
        self._credit(invoice, 325.08)
        self.assertOffers(invoice, [("2024-05-08", 654.75, 20.22), ("2024-05-15", 661.5, 13.47)])
        self.assertBooked(
            invoice,
            SECOND_END,
            [(BANK, 661.5, 661.5), (DISCOUNT, 13.47, 13.47), (ITEM, -674.97, -674.97)],
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
