"""Paid online at the lower price: the discount is granted, whatever the setting."""

from odoo.tests import freeze_time, tagged

from odoo.addons.account_payment.tests.common import AccountPaymentCommon

from .deductions_common import IN_TIME, DeductionsCommon


@tagged("post_install", "-at_install")
@freeze_time("2024-05-08 12:00:00")
class TestOnlineGranted(DeductionsCommon, AccountPaymentCommon):
    def test_by_credit_note(self):
        self.company.collection_discount_grant = "ask"
        invoice = self._discounted(term=self._term(collection_discount_method="credit_note"))
        transaction = self._create_transaction(
            reference="Online",
            flow="direct",
            amount=970.0,
            currency_id=invoice.currency_id.id,
            partner_id=self.customer.id,
            invoice_ids=[invoice.id],
            sudo=True,
        )
        transaction._set_done()
        transaction._post_process()
        self.assertPaid(invoice)
        row = self.assertDeduction(invoice, "granted", 30.0, date_paid=IN_TIME)
        self.assertEqual(row.discount_move_id.move_type, "out_refund")

    def test_price_confirmed_the_day_after(self):
        """The day counts on which the customer paid."""
        invoice = self._discounted()
        transaction = self._create_transaction(
            reference="Online",
            flow="direct",
            amount=970.0,
            currency_id=invoice.currency_id.id,
            partner_id=self.customer.id,
            invoice_ids=[invoice.id],
            sudo=True,
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE payment_transaction SET create_date = '2024-05-08 12:00:00' WHERE id = %s",
            [transaction.id],
        )
        transaction.invalidate_recordset(["create_date"])
        with self._on("2024-05-09"):
            transaction._set_done()
            transaction._post_process()
        self.assertPaid(invoice)
        self.assertEqual(self._states(invoice), ["taken", "lapsed"])
