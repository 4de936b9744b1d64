"""After the notice: charging at payment, leftovers, the daily task."""

from unittest.mock import patch

from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .charges_common import ChargesCommon
from .common import TODAY, later

ACTIVITY = "account_collections.mail_activity_type_charges"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestChargeFollowUp(ChargesCommon):
    def _cron(self, on=TODAY, times=2):
        """The daily task, twice: the second time changes nothing."""
        states = []
        for _time in range(times):
            self.env["collection.charge"]._cron_charges(on)
            states.append(self._state())
        self.assertEqual(states[0], states[-1])

    def _state(self):
        self.env.flush_all()
        charges = self.env["collection.charge"].search([], order="id")
        moves = self.env["account.move"].search([], order="id")
        activities = self.env["mail.activity"].search([], order="id")
        return (
            charges.mapped(lambda row: (row.id, row.state, row.amount, row.leftover)),
            moves.mapped(lambda row: (row.id, row.state, row.amount_residual)),
            activities.ids,
        )

    # At payment

    def _at_payment(self, mode, since=-60):
        self.policy.write({"charge_at_payment": mode, "charge_paid_since": later(since)})

    def test_all_late_payments(self):
        """Interest up to the day of the payment, and the compensation."""
        self._at_payment("all")
        late, in_time = self._invoice(10, 1000.0), self._invoice(10, 1000.0)
        self._pay(late, on=later(-4))
        self._pay(in_time, on=later(-10))
        self._cron()
        self.assertRecordValues(
            self._charges(late),
            [
                {"kind": "interest", "date_from": later(-9), "date_to": later(-4), "amount": 1.97},
                {"kind": "compensation", "date_to": TODAY, "date_from": TODAY, "amount": 40.0},
            ],
        )
        self.assertFalse(self._charges(in_time))
        self.assertEqual(self._owed(), 41.97)

    def test_the_rest_of_what_was_charged_before(self):
        """Charged by a notice, paid six days later: six days more, no second 40."""
        self._at_payment("rest")
        charged, never = self._late(), self._invoice(2, 1000.0)
        self._run()
        self._pay(charged, on=later(6))
        self._pay(never, on=later(6))
        self._cron(later(8))
        interest = self._charges(charged, "interest").sorted("date_from")
        self.assertRecordValues(
            interest,
            [
                {"date_from": later(-14), "date_to": TODAY, "amount": 4.93},
                {"date_from": later(1), "date_to": later(6), "amount": 1.97},
            ],
        )
        self.assertEqual(len(self._charges(charged, "compensation")), 1)
        self.assertFalse(self._charges(never))

    def test_nobody_is_charged_for_earlier_payments(self):
        self._at_payment("all", since=-3)
        invoice = self._invoice(10, 1000.0)
        self._pay(invoice, on=later(-4))
        self._cron()
        self.assertFalse(self._charges(invoice))

    def test_partly_paid_is_not_settled(self):
        self._at_payment("all")
        invoice = self._invoice(10, 1000.0)
        self._pay(invoice, 999.0, on=later(-4))
        self._cron()
        self.assertFalse(self._charges(invoice))

    def test_credited_invoices_cost_nothing_at_payment(self):
        self._at_payment("all")
        invoice = self._invoice(10, 1000.0)
        self._reverse_invoice(invoice, post=True)
        if not self._item(invoice).reconciled:
            (self._item(invoice) | self._item(invoice.reversal_move_ids)).reconcile()
        self._cron()
        self.assertFalse(self._charges(invoice))

    # Leftovers

    def _left_over(self, amount=1000.0):
        invoice = self._late(amount)
        notice = self._run().notice_ids
        self._pay(invoice)
        return invoice, notice

    def test_task_once(self):
        invoice, notice = self._left_over()
        self._cron()
        self._cron(later(1))
        self.assertEqual(set(self._charges(invoice).mapped("leftover")), {"to_decide"})
        self.assertEqual(len(invoice.activity_search([ACTIVITY])), 1)
        self.assertEqual(notice.state, "issued")

    def test_no_task_while_the_invoice_is_open(self):
        invoice = self._late()
        self._run()
        self._pay(invoice, 999.0)
        self._cron()
        self.assertEqual(set(self._charges(invoice).mapped("leftover")), {"none"})
        self.assertFalse(invoice.activity_search([ACTIVITY]))

    def test_tolerance(self):
        """Per customer: one of 44.93 is waived, one of 85 is asked about."""
        self.company.collection_charge_tolerance = 50.0
        invoice, notice = self._left_over()
        other = self._create_customer("Other", is_company=True)
        pair = [self._late(1000.0, partner=other), self._late(10.0, partner=other)]
        self._run(partner_ids=other.ids)
        for paid in pair:
            self._pay(paid)
        self._cron()
        self.assertEqual(set(self._charges(invoice).mapped("state")), {"posted"})
        self._cron(later(1))
        self.assertEqual(set(self._charges(invoice).mapped("state")), {"waived"})
        self.assertEqual(self._owed(), 0.0)
        self.assertEqual(notice.state, "settled")
        self.assertFalse(invoice.activity_search([ACTIVITY]))
        for paid in pair:
            self.assertEqual(set(self._charges(paid).mapped("leftover")), {"to_decide"})

    def test_kept_charges_come_with_the_next_notice(self):
        """The paid invoice is a line of nothing, with its charges; the ledger agrees."""
        for listed in ("overdue", "advancing"):
            with self.subTest(listed=listed):
                customer = self._create_customer(f"Keeps {listed}", is_company=True)
                self.policy.listed_items = listed
                invoice = self._late(partner=customer)
                self._run(partner_ids=customer.ids)
                self._pay(invoice)
                self._cron()
                self._charges(invoice).action_keep()
                self.assertFalse(invoice.activity_search([ACTIVITY]))
                second = self._invoice(-5, 200.0, partner=customer)
                notice = self._run(on=later(10), partner_ids=customer.ids).notice_ids
                self.assertEqual(notice.level_id, self.level_1)
                self.assertRecordValues(
                    notice.line_ids.sorted("amount_residual"),
                    [
                        {
                            "move_id": invoice.id,
                            "kind": "listed",
                            "amount_residual": 0.0,
                            "amount_charges": 44.93,
                        },
                        {
                            "move_id": second.id,
                            "kind": "item",
                            "amount_residual": 200.0,
                            "amount_charges": 0.0,
                        },
                    ],
                )
                self.assertEqual(notice.amount_total, 244.93)
                self.assertEqual(notice.amount_total, self._owed(customer))

    def test_claimed_charges_climb_by_themselves(self):
        invoice, _notice = self._left_over()
        self._cron()
        self._charges(invoice).action_claim()
        document = self._charges(invoice).charge_move_id
        self.assertFalse(invoice.activity_search([ACTIVITY]))
        notice = self._run(on=later(3)).notice_ids
        self.assertRecordValues(
            notice, [{"amount_due": 44.93, "amount_charges": 0.0, "amount_total": 44.93}]
        )
        self.assertEqual(notice.line_ids.move_id, document)
        self._run(on=later(15))
        self.assertEqual(document.collection_level_id, self.level_2)
        self.assertFalse(self._charges(document), "interest on interest")
        self.assertEqual(self._owed(), 44.93)

    def test_notice_is_settled_when_its_charges_are(self):
        invoice, notice = self._left_over()
        document = self._charges(invoice).charge_move_id
        self.assertEqual(notice.state, "issued")
        self._pay(document, 40.0)
        self.assertEqual(notice.state, "issued")
        self.assertRecordValues(
            self._charges(invoice),
            [{"kind": "interest", "amount_open": 4.93}, {"kind": "compensation", "amount_open": 0}],
        )
        self._pay(document)
        self.assertEqual(notice.state, "settled")
        self._cron()
        self.assertFalse(invoice.activity_search([ACTIVITY]))

    def test_waived_in_part_before_it_is_booked(self):
        """What was given up is not invoiced."""
        self.company.collection_charge_booking = "claim"
        invoice = self._late()
        self._run()
        compensation = self._charges(invoice, "compensation")
        compensation.waive("Part of it", amount=15.0)
        self.assertEqual(compensation.amount_open, 25.0)
        self._charges(invoice).action_book()
        document = compensation.charge_move_id
        self.assertEqual(document.amount_total, 29.93)
        self.assertEqual(compensation.amount_open, 25.0)
        self.assertEqual(self._owed(), 1029.93)
        self._charges(invoice).action_reverse()
        self.assertEqual(self._owed(), 1000.0)
        self.assertEqual(document.payment_state, "reversed")

    # Nobody stops anybody

    def test_one_failing_company_stops_no_other(self):
        """An error in the first company: the second is served, the first tomorrow."""
        self._at_payment("all")
        invoice = self._invoice(10, 1000.0)
        self._pay(invoice, on=later(-4))
        other = self.setup_other_company(name="Broken")["company"]
        Charge = type(self.env["collection.charge"])
        genuine = Charge._charge_paid_items

        def broken(charges, company, date):
            if company == other:
                raise ValueError("Broken")
            return genuine(charges, company, date)

        logger = "odoo.addons.account_collections.models.res_company_trouble"
        with patch.object(Charge, "_charge_paid_items", broken), mute_logger(logger):
            self._cron(times=1)
        self.assertEqual(len(self._charges(invoice)), 2)

    def test_one_failing_customer_stops_no_other(self):
        """Receivables on two accounts cannot be matched: that customer waits."""
        self.company.collection_charge_booking = "claim"
        odd = self._create_customer("Odd", is_company=True)
        late, late_odd = self._late(), self._late(partner=odd)
        self._run()
        account = self.company_data["default_account_receivable"].copy({"name": "Other"})
        odd.property_account_receivable_id = account
        for invoice in (late_odd, late):
            payment = self._unallocated_payment(1044.93, partner=invoice.partner_id)
            line = self._item(payment.move_id)
            if invoice == late_odd:
                payment.move_id.button_draft()
                line.account_id = self._item(late_odd).account_id
                payment.move_id.action_post()
            (self._item(invoice) | line).reconcile()
        logger = "odoo.addons.account_collections.models.collection_charge_follow_up"
        with mute_logger(logger):
            self._cron(times=1)
        self.assertEqual(set(self._charges(late).mapped("state")), {"posted"})
        self.assertEqual(self._charges(late).charge_move_id.payment_state, "paid")
        self.assertEqual(set(self._charges(late_odd).mapped("state")), {"draft"})
