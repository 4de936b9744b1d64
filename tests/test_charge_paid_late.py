"""Charged when the item is paid: only who paid late, and only by money."""

from odoo import Command
from odoo.tests import freeze_time, tagged

from .charges_common import ChargesCommon
from .common import TODAY, later


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestChargePaidLate(ChargesCommon):
    """Everything was due ten days ago."""

    def setUp(self):
        super().setUp()
        self.policy.write({"charge_at_payment": "all", "charge_paid_since": later(-60)})
        self.invoice = self._invoice(10, 1000.0)

    def _settled_by(self, *lines):
        """What the task charges on the invoice once these items are set against it."""
        if lines:
            self._item(self.invoice).union(*lines).filtered(
                lambda line: not line.reconciled
            ).reconcile()
        self.assertTrue(self._item(self.invoice).reconciled)
        self.env["collection.charge"]._cron_charges(TODAY)
        return self._charges(self.invoice, "interest").amount

    def _entry(self, amount, day, account, **values):
        receivable = self._item(self.invoice)
        entry = self.env["account.move"].create(
            {
                "journal_id": self.company_data["default_journal_misc"].id,
                "date": later(day),
                "line_ids": [
                    Command.create({"account_id": account.id, "debit": amount}),
                    Command.create(
                        {
                            "account_id": receivable.account_id.id,
                            "partner_id": self.customer.id,
                            "credit": amount,
                        }
                    ),
                ],
                **values,
            }
        )
        entry.action_post()
        return self._item(entry)

    def _expense(self, amount, day):
        return self._entry(amount, day, self.company_data["default_account_expense"])

    def test_a_small_rest_is_written_off_after_a_payment_in_time(self):
        self._pay(self.invoice, 999.5, on=later(-12))
        self.assertFalse(self._settled_by(self._expense(0.5, 0)))
        self.assertFalse(self._charges(self.invoice))

    def test_a_bad_debt_is_written_off(self):
        self.assertFalse(self._settled_by(self._expense(1000.0, 0)))
        self.assertFalse(self._charges(self.invoice))

    def test_goods_are_returned_after_a_payment_in_time(self):
        self._pay(self.invoice, 900.0, on=later(-12))
        credit = self._credit_note(100.0, on=later(-2))
        self.assertFalse(self._settled_by(self._item(credit)))
        self.assertFalse(self._charges(self.invoice))

    def test_money_came_late_and_the_rest_was_credited_later(self):
        """600 for four days, 100 for eight."""
        self._pay(self.invoice, 300.0, on=later(-12))
        self._pay(self.invoice, 600.0, on=later(-6))
        credit = self._credit_note(100.0, on=later(-2))
        self.assertEqual(self._settled_by(self._item(credit)), 1.05)
        self.assertTrue(self._charges(self.invoice, "compensation"))

    def test_money_came_long_ago_and_the_rest_was_credited_lately(self):
        """Looked for by the day on which the item was settled."""
        self.policy.charge_paid_since = later(-300)
        self.invoice = self._invoice(200, 1000.0)
        self._pay(self.invoice, 900.0, on=later(-150))
        credit = self._credit_note(100.0, on=later(-2))
        self.assertGreater(self._settled_by(self._item(credit)), 14.0)

    def test_a_claim_of_the_customer_is_offset(self):
        """An entry without income and cost: he has paid, as by money."""
        account = self.company_data["default_account_payable"]
        self.assertEqual(self._settled_by(self._entry(1000.0, -4, account)), 1.97)

    def test_money_in_a_foreign_currency_came_in_time(self):
        """What the rate has cost is booked when the two are matched, after the due date."""
        francs = self.setup_other_currency("CHF", rates=[("2020-01-01", 2.0)])
        self.env["res.currency.rate"].create(
            {"currency_id": francs.id, "name": later(-12), "rate": 1.5,
             "company_id": self.company.id}
        )  # fmt: skip
        self.invoice = self._invoice(10, 1000.0, currency_id=francs.id)
        payment = self._unallocated_payment(1000.0, currency=francs, on=later(-11))
        self.assertFalse(self._settled_by(self._item(payment.move_id)))
        self.assertFalse(self._charges(self.invoice))
