"""Promises in one currency, kept by money in another."""

from odoo import Command
from odoo.tests import freeze_time, tagged

from .common import TODAY, CollectionsCommon, later


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestPromiseCurrency(CollectionsCommon):
    """1 dollar, the company's currency, is 0.80 euros."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.setup_other_currency("EUR", rates=[("2016-01-01", 0.8)])

    def _promise(self, invoices=None, days=7, **values):
        return self._pause(
            "promise", invoices, date_promised=later(days), date_from=TODAY, **values
        )

    def _allocate(self, invoice, amount, on, currency=None):
        payment = self._unallocated_payment(amount, on=later(on), currency=currency)
        (self._item(invoice) | self._item(payment.move_id)).reconcile()

    def _follow_up(self, days):
        self.env["collection.promise"]._cron_follow_up(later(days))

    def test_promised_in_euros_and_paid_in_dollars(self):
        invoice = self._invoice(5, 1000.0, currency_id=self.euro.id)
        promise = self._promise(invoice, amount=400.0)
        self.assertEqual(promise.currency_id, self.euro)
        self._allocate(invoice, 500.0, 5)
        self.assertEqual(self._item(invoice).amount_residual_currency, 600.0)
        self._follow_up(9)
        self.assertRecordValues(promise, [{"state": "kept", "amount_received": 400.0}])

    def test_promised_in_dollars_and_paid_in_euros(self):
        invoice = self._invoice(5, 1000.0)
        promise = self._promise(invoice, amount=500.0)
        self._allocate(invoice, 400.0, 5, self.euro)
        self.assertEqual(self._item(invoice).amount_residual, 500.0)
        self._follow_up(9)
        self.assertRecordValues(promise, [{"state": "kept", "amount_received": 500.0}])

    def test_the_rest_of_a_payment_is_in_its_own_currency(self):
        """1,000 dollars: 800 euros settle the invoice of 240; 700 dollars are left."""
        invoice = self._invoice(5, 240.0, currency_id=self.euro.id)
        euros = self._promise(invoice)
        dollars = self._promise(amount=900.0, currency_id=self.company.currency_id.id)
        self._allocate(invoice, 1000.0, 5)
        self._follow_up(9)
        self.assertRecordValues(
            euros | dollars,
            [
                {"state": "kept", "amount_received": 240.0},
                {"state": "partly_kept", "amount_received": 700.0},
            ],
        )

    def test_instalments_in_euros_paid_in_dollars(self):
        invoice = self._invoice(5, 1000.0, currency_id=self.euro.id)
        plan = self.env["collection.plan"].create(
            {
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "move_line_ids": self._item(invoice).ids,
                "needs_signature": False,
                "promise_ids": [
                    Command.create({"amount": 500.0, "date_promised": later(days)})
                    for days in (5, 60)
                ],
            }
        )
        plan.action_propose()
        plan.action_activate()
        self._allocate(invoice, 625.0, 2)
        self._follow_up(30)
        self.assertEqual(plan.state, "active")
        self.assertEqual(plan.promise_ids.sorted("date_promised").mapped("amount_received"),
                         [500.0, 0.0])  # fmt: skip
