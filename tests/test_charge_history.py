"""Interest follows the real history of each balance."""

from datetime import datetime, time

from odoo import Command
from odoo.tests import freeze_time, tagged

from ..models.collection_assessment import Request
from .charges_common import ChargesCommon
from .common import TODAY, later

ACTIVITY = "account_collections.mail_activity_type_charges_changed"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestChargeHistory(ChargesCommon):
    """Everything is due on TODAY: day 1 is the first day of interest."""

    def _charge_until(self, invoice, day):
        rows, _problems = self.env["collection.assessment"].sudo()._assess(
            [Request(item.sudo(), self.rule) for item in self._item(invoice)], later(day)
        )
        with freeze_time(later(day)):
            return self.env["collection.charge"].sudo()._make(rows, later(day))

    def test_partial_payments_and_credit_notes(self):
        """The day of payment still bears the old balance."""
        invoice = self._due_today()
        self._pay(invoice, 300.0, on=later(5))
        credit = self._credit_note(200.0, on=later(8))
        (self._item(invoice) | self._item(credit)).reconcile()
        self.assertEqual(
            self._days(invoice), [(1, 5, 1000.0), (6, 8, 700.0), (9, 30, 500.0)]
        )

    def test_paid_before_the_due_date(self):
        invoice = self._due_today()
        self._pay(invoice, 300.0, on=later(-5))
        self._pay(invoice, 100.0, on=TODAY)
        self.assertEqual(self._days(invoice), [(1, 30, 600.0)])
        in_time = self._due_today()
        self._pay(in_time, on=TODAY)
        self.assertFalse(self.rule.compute_charges(self._item(in_time), later(30)))

    def test_overpaid_days_are_not_negative(self):
        invoice = self._due_today()
        self._pay(invoice, on=later(4))
        self.assertEqual(self._days(invoice), [(1, 4, 1000.0)])

    # Undone settlements

    def _pay_and_undo(self, invoice, paid, undone):
        """The money came, and the bank took it back."""
        with freeze_time(later(paid)):
            payment = self._pay(invoice, on=later(paid))
        self._backdate(invoice, paid)
        with freeze_time(later(undone)):
            self._item(invoice).remove_move_reconcile()
            payment.action_cancel()
        self.assertEqual(invoice.amount_residual, 1000.0)
        return payment

    def _backdate(self, invoice, day):
        """The database's own clock does not stand still."""
        partials = self._item(invoice).matched_credit_ids
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_partial_reconcile SET create_date = %s WHERE id IN %s",
            [datetime.combine(later(day), time(12)), tuple(partials.ids)],
        )
        partials.invalidate_recordset()

    def test_undone_settlement(self):
        """Paid on day 10, undone on day 20: days 11 to 20 count as paid."""
        invoice = self._due_today()
        payment = self._pay_and_undo(invoice, 10, 20)
        self.assertRecordValues(
            self.env["collection.undone.settlement"].search(
                [("move_line_id", "=", self._item(invoice).id)]
            ),
            [{"amount": 1000.0, "date_from": later(10), "date_to": later(20)}],
        )
        self.assertEqual(self._days(invoice), [(1, 10, 1000.0), (21, 30, 1000.0)])
        with freeze_time(later(25)):
            payment.action_draft()
            payment.action_post()
            (self._item(invoice) | self._item(payment.move_id)).reconcile()
        self.assertEqual(self._days(invoice), [(1, 10, 1000.0)])

    def test_undone_and_paid_by_other_money(self):
        invoice = self._due_today()
        self._pay_and_undo(invoice, 10, 20)
        self._pay(invoice, on=later(24))
        self.assertEqual(self._days(invoice), [(1, 10, 1000.0), (21, 24, 1000.0)])

    def test_money_that_is_not_set_against_anything(self):
        """It counts once, from its day on, whether it is allocated, or was, or not."""
        invoice = self._due_today()
        payment = self._unallocated_payment(400.0, on=later(10))
        history = [(1, 10, 1000.0), (11, 30, 600.0)]
        self.assertEqual(self._days(invoice), history)
        with freeze_time(later(12)):
            (self._item(invoice) | self._item(payment.move_id)).reconcile()
        self.assertEqual(self._days(invoice), history)
        self._backdate(invoice, 12)
        with freeze_time(later(20)):
            self._item(invoice).remove_move_reconcile()
        self.assertEqual(self._days(invoice), history)

    def test_slip_of_the_same_day(self):
        invoice = self._due_today()
        self._pay_and_undo(invoice, 10, 10)
        self.assertFalse(self.env["collection.undone.settlement"].search([]))
        self.assertEqual(self._days(invoice), [(1, 30, 1000.0)])

    def test_undone_after_charging_at_the_payment(self):
        """What was charged up to the payment is not charged again."""
        invoice = self._due_today()
        self._charge_until(invoice, 10)
        self._pay_and_undo(invoice, 10, 20)
        self.assertEqual(self._days(invoice), [(21, 30, 1000.0)])

    # Payments booked late

    def test_payment_booked_after_the_charge(self):
        """Charged for 20 days, then 400 of day 5 are booked: charge again."""
        invoice = self._due_today()
        charges = self._charge_until(invoice, 20)
        interest = self._charges(invoice, "interest")
        self.assertEqual(interest.amount, 6.58)
        with freeze_time(later(22)):
            self._pay(invoice, 400.0, on=later(5))
            self.env["collection.charge"]._cron_charges(later(22))
            self.assertTrue(interest.is_outdated)
            self.assertTrue(invoice.activity_search([ACTIVITY]))
            interest.action_charge_again()
        self.assertEqual(interest.state, "reversed")
        again = self._charges(invoice, "interest") - interest
        self.assertEqual(again.amount, 4.60)
        self.assertEqual(
            [(row["days"], row["balance"]) for row in again.segments], [(5, 1000.0), (15, 600.0)]
        )
        self.assertFalse(invoice.activity_search([ACTIVITY]))
        self.assertAlmostEqual(self._owed(), 600.0 + 40.0 + 4.60, 2)
        self.assertEqual(len(charges), 2)

    def test_payment_of_days_before_a_later_charge(self):
        """A payment before the days of a charge lowers it too."""
        invoice = self._due_today()
        self._charge_until(invoice, 10)
        self._charge_until(invoice, 30)
        interest = self._charges(invoice, "interest")
        with freeze_time(later(31)):
            self._pay(invoice, 400.0, on=later(5))
            self.env["collection.charge"]._cron_charges(later(31))
            self.assertEqual(interest.mapped("is_outdated"), [True, True])
            interest.action_charge_again()
        again = self._charges(invoice, "interest") - interest
        self.assertAlmostEqual(sum(again.mapped("amount")), 6.58, 2)

    def test_payment_after_the_charge_changes_nothing(self):
        invoice = self._due_today()
        self._charge_until(invoice, 20)
        self._pay(invoice, 400.0, on=later(20))
        self.env["collection.charge"]._cron_charges(later(21))
        self.assertFalse(any(self._charges(invoice).mapped("is_outdated")))

    # What bears no interest

    def test_disputed_part_bears_no_interest(self):
        invoice = self._due_today()
        dispute = self._pause("dispute", invoice, amount_disputed=400.0)
        self.assertEqual(self._days(invoice), [(1, 30, 600.0)])
        dispute.sudo().state = "rejected"
        self.assertEqual(self._days(invoice), [(1, 30, 1000.0)])

    def test_credited_invoice_costs_nothing(self):
        invoice = self._due_today()
        with freeze_time(later(10)):
            self._reverse_invoice(invoice, post=True, date=later(10))
        credit = invoice.reversal_move_ids
        if not self._item(invoice).reconciled:
            (self._item(invoice) | self._item(credit)).reconcile()
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertFalse(self.rule.compute_charges(self._item(invoice), later(30)))

    def test_instalments_bear_their_own_interest(self):
        terms = self.env["account.payment.term"].create(
            {
                "name": "Two instalments",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": percent, "nb_days": days}
                    )
                    for percent, days in ((40, 10), (60, 20))
                ],
            }
        )
        invoice = self._create_invoice_one_line(
            name="Project",
            price_unit=1000.0,
            tax_ids=[],
            partner_id=self.customer.id,
            invoice_date=later(-10),
            invoice_payment_term_id=terms.id,
            post=True,
        )
        self.assertEqual(self._days(invoice), [(1, 30, 400.0), (11, 30, 600.0)])
        self.assertEqual(self._days(invoice, until=9), [(1, 9, 400.0)])

    def test_write_off_settles_on_the_day_of_payment(self):
        invoice = self._due_today()
        self._register_payment(
            invoice,
            payment_date=later(5),
            amount=980.0,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.company_data["default_account_expense"].id,
        )
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self._days(invoice), [(1, 5, 1000.0)])

    def test_early_payment_discount(self):
        """Taken in time, it leaves nothing that could be late."""
        terms = self.env["account.payment.term"].create(
            {
                "name": "2 % in 7 days",
                "early_discount": True,
                "discount_percentage": 2.0,
                "discount_days": 7,
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 100, "nb_days": 10})
                ],
            }
        )
        invoice = self._create_invoice_one_line(
            name="Goods",
            price_unit=1000.0,
            tax_ids=[],
            partner_id=self.customer.id,
            invoice_date=later(-10),
            invoice_payment_term_id=terms.id,
            post=True,
        )
        self._pay(invoice, on=later(-4))
        self.assertEqual(invoice.payment_state, "paid")
        self.assertFalse(self.rule.compute_charges(self._item(invoice), later(30)))

    def test_exchange_differences_are_no_payments(self):
        euro = self.setup_other_currency("EUR", rates=[("2016-01-01", 0.5), (later(4), 0.8)])
        invoice = self._due_today(currency_id=euro.id)
        self._register_payment(
            invoice, payment_date=later(5), amount=400.0, currency_id=euro.id
        )
        self.assertEqual(self._days(invoice), [(1, 5, 1000.0), (6, 30, 600.0)])
        self._register_payment(
            invoice, payment_date=later(12), amount=600.0, currency_id=euro.id
        )
        self.assertEqual(self._days(invoice), [(1, 5, 1000.0), (6, 12, 600.0)])
