"""A voucher used on an invoice that gives a discount itself: both promises hold."""

from odoo.tests import tagged

from .discounts_common import FIRST_END, INVOICED, DiscountsCommon


@tagged("post_install", "-at_install")
class TestDiscountVoucherUsed(DiscountsCommon):
    def _voucher(self, amount, taxes=()):
        note = self._create_invoice_one_line(
            move_type="out_refund",
            price_unit=amount,
            tax_ids=[],
            partner_id=self.customer.id,
            invoice_date=INVOICED,
            invoice_payment_term_id=False,
            post=True,
        )
        note.sudo().collection_is_voucher = True
        return note

    def test_it_pays_like_money_that_was_there_before(self):
        with self._on(INVOICED):
            invoice = self._discounted(1000.0)
            (self._item(self._voucher(30.0)) | self._terms_items(invoice)).reconcile()
            # 970.00 and 980.00 as promised, less 30.00.
            self.assertOffers(invoice, [("2024-05-08", 940.0, 30.0), ("2024-05-15", 950.0, 20.0)])
        with self._on(FIRST_END):
            payment = self._pay_on(invoice, FIRST_END)
        self.assertEqual(payment.amount, 940.0)
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_with_a_credit_note_too(self):
        with self._on(INVOICED):
            invoice = self._discounted(1000.0)
            (self._item(self._voucher(30.0)) | self._terms_items(invoice)).reconcile()
            self._credit(invoice, 200.0)
            # 800.00 are left of the goods: 24.00 and 16.00 off, less the voucher.
            self.assertOffers(invoice, [("2024-05-08", 746.0, 24.0), ("2024-05-15", 754.0, 16.0)])

    def test_a_voucher_that_pays_nearly_all(self):
        with self._on(INVOICED):
            invoice = self._discounted(1000.0)
            (self._item(self._voucher(990.0)) | self._terms_items(invoice)).reconcile()
            self.assertOffers(invoice, [("2024-05-08", 0.0, 10.0), ("2024-05-15", 0.0, 10.0)])
