"""Interest whose days look different now: noticed, and charged again."""

from odoo.tests import freeze_time, tagged

from ..models.collection_assessment import Request
from .charges_common import ChargesCommon
from .common import TODAY, later


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestChargeAgain(ChargesCommon):
    """Everything is due on TODAY: day 1 is the first day of interest."""

    def _charge_until(self, invoice, *days):
        """A charge up to each of these days, in that order."""
        self.company.collection_charge_booking = "claim"
        self.rule.fixed_amount = 0.0
        charges = self.env["collection.charge"]
        for day in days:
            rows, _problems = self.env["collection.assessment"].sudo()._assess(
                [Request(self._item(invoice).sudo(), self.rule)], later(day)
            )
            with freeze_time(later(day)):
                charges |= charges.sudo()._make(rows, later(day))
        return charges

    def _state(self, charges):
        return [
            ((row.date_from - TODAY).days, (row.date_to - TODAY).days, row.amount,
             row.amount_waived, row.state)
            for row in charges.sorted("date_from")
        ]  # fmt: skip

    def _again(self, invoice, charges, day):
        with freeze_time(later(day)):
            self._pay(invoice, 500.0, on=TODAY)
            self.env["collection.charge"]._cron_charges(later(day))
            self.assertTrue(all(charges.mapped("is_outdated")))
            # As the list has them: the newest first.
            charges.sorted("date_to", reverse=True).action_charge_again()
        return self._charges(invoice) - charges

    def test_each_charge_takes_its_own_days_again(self):
        invoice = self._due_today()
        charges = self._charge_until(invoice, 10, 25)
        self.assertEqual([row[2] for row in self._state(charges)], [3.29, 4.93])
        again = self._again(invoice, charges, 26)
        self.assertEqual(
            self._state(again), [(1, 10, 1.64, 0.0, "draft"), (11, 25, 2.47, 0.0, "draft")]
        )

    def test_what_was_waived_stays_waived(self):
        """Waived on the last, on the first, and more than is left of the first."""
        rows = [
            (1, 2.0, [(1, 10, 1.64, 0.0, "draft"), (11, 25, 2.47, 2.0, "draft")]),
            (0, 1.0, [(1, 10, 1.64, 1.0, "draft"), (11, 25, 2.47, 0.0, "draft")]),
            (0, 3.0, [(1, 10, 1.64, 1.64, "waived"), (11, 25, 2.47, 1.36, "draft")]),
        ]
        for position, amount, expected in rows:
            with self.subTest(position=position, amount=amount):
                invoice = self._due_today()
                charges = self._charge_until(invoice, 10, 25)
                charges.sorted("date_from")[position].waive("Goodwill", amount)
                again = self._again(invoice, charges, 26)
                self.assertEqual(self._state(again), expected)
                waived = again.filtered("amount_waived")
                self.assertEqual(set(waived.mapped("reason")), {"Goodwill"})

    # The due date

    def _check(self, day):
        self.env["collection.charge"]._cron_charges(later(day))

    def test_a_posted_item_is_put_off(self):
        invoice = self._due_today()
        interest = self._charge_until(invoice, 10)
        self._item(invoice).date_maturity = later(5)
        self._check(11)
        self.assertTrue(interest.is_outdated)
        interest.action_charge_again()
        again = self._charges(invoice) - interest
        self.assertEqual(self._state(again), [(6, 10, 1.64, 0.0, "draft")])

    def test_put_off_and_back_again(self):
        invoice = self._due_today()
        interest = self._charge_until(invoice, 10)
        for day in (5, 0):
            self._item(invoice).date_maturity = later(day)
            self._check(11)
            self.assertEqual(interest.is_outdated, bool(day))

    def test_put_off_by_the_due_date_of_the_invoice(self):
        invoice = self._due_today()
        interest = self._charge_until(invoice, 10)
        invoice.invoice_date_due = later(5)
        self.assertEqual(self._item(invoice).date_maturity, later(5))
        self._check(11)
        self.assertTrue(interest.is_outdated)

    def test_another_writing_is_no_change(self):
        invoice = self._due_today()
        interest = self._charge_until(invoice, 10)
        self._item(invoice).write({"date_maturity": TODAY, "name": "Another"})
        self.assertFalse(interest.to_check)
