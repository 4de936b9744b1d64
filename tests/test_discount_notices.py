"""A discount that ends soon: who is told, once, and when."""

from odoo.tests import freeze_time, tagged

from .common import TODAY, later
from .discount_notice_common import BEFORE, DiscountNoticeCommon


@tagged("post_install", "-at_install")
class TestDiscountNotices(DiscountNoticeCommon):
    def test_told_n_days_before_the_end_with_the_money_at_stake(self):
        invoice = self._offer()
        early = self._run(on=later(-1))
        self.assertFalse(early.notice_ids)
        run = self._run()
        self.assertRecordValues(
            run.notice_ids,
            [
                {
                    "state": "issued",
                    "level_id": self.discount_level.id,
                    "amount_due": 1000.0,
                    "amount_total": 1000.0,
                    "amount_overdue": 0.0,
                    "amount_charges": 0.0,
                    "amount_discount": 30.0,
                    "amount_demanded": 970.0,
                    "discount_date": later(BEFORE),
                    "deadline_date": False,
                    "is_voucher": False,
                }
            ],
        )
        offer = self._item(invoice).collection_offer_ids.sorted("date_end")[0]
        self.assertRecordValues(
            run.notice_ids.line_ids,
            [
                {
                    "kind": "discount",
                    "stage": "issued",
                    "offer_id": offer.id,
                    "occurrence": offer.sequence,
                    "discount_date": later(BEFORE),
                    "amount_residual": 1000.0,
                    "amount_discount": 30.0,
                    "amount_to_pay": 970.0,
                    "days_overdue": 0,
                }
            ],
        )
        self.assertFalse(run.skip_ids)

    def test_each_tier_once_however_often_the_action_runs(self):
        invoice = self._offer()
        for day in range(-2, 30):
            for _again in range(2):
                self.env["collection.run"]._cron_advance(later(day))
        self.assertEqual(
            [(line.notice_id.date, line.amount_discount) for line in self._told(invoice)],
            [(TODAY, 30.0), (later(7), 20.0)],
        )
        self.assertEqual(self._told(invoice).mapped("occurrence"), [1, 2])

    def test_the_last_day_counts_and_the_next_does_not(self):
        """Nobody looked for days: on the last day the customer is still told."""
        term = self._create_term("One", [(8, 3.0)])
        last, gone = (self._offer(ends_in=days, term=term) for days in (0, -1))
        run = self._run()
        self.assertEqual(run.notice_ids.line_ids.move_id, last)
        self.assertFalse(self._told(gone))
        self.assertFalse(run.skip_ids)

    def test_on_the_last_day_itself(self):
        self.discount_level.delay_days = 0
        term = self._create_term("One", [(8, 3.0)])
        invoice = self._offer(ends_in=0, term=term)
        self._run(on=later(-1))
        self.assertFalse(self._told(invoice))
        self._run()
        self.assertTrue(self._told(invoice))

    def test_a_day_off_is_made_up_for_within_the_discount(self):
        """Sunday's notice goes out on Monday; one that ended on Sunday does not."""
        self.company.collection_workdays_only = True
        sunday, monday = later(5), later(6)
        self.assertEqual(sunday.weekday(), 6)
        term = self._create_term("One", [(8, 3.0)])
        told = self._offer(on=sunday, term=term)
        gone = self._offer(on=sunday, ends_in=0, term=term, partner=self._create_customer("B"))
        with freeze_time(sunday):
            self.env["collection.run"]._cron_advance(sunday)
        self.assertFalse(self._told(told))
        with freeze_time(monday):
            self.env["collection.run"]._cron_advance(monday)
        self.assertEqual(self._told(told).notice_id.date, monday)
        self.assertFalse(self._told(gone))

    def test_instalments_are_told_apart(self):
        term = self._create_term("Instalments", [(8, 3.0)], due_days=(30, 60))
        invoice = self._offer(term=term)
        notice = self._run().notice_ids
        self.assertEqual(sorted(notice.line_ids.mapped("amount_discount")), [15.0, 15.0])
        self.assertEqual(notice.line_ids.move_line_id, self._item(invoice))
        self.assertEqual(notice.amount_demanded, 970.0)

    def test_one_notice_for_each_last_day(self):
        """So that each names one date and one amount."""
        self.policy.advance_mode = "highest"
        rows = ((1000, 3), (500, 3), (200, 1))
        first, second, third = (self._offer(amount, ends_in=days) for amount, days in rows)
        notices = self._tells(self._run()).sorted("discount_date")
        self.assertEqual(notices.mapped("discount_date"), [later(1), later(3)])
        self.assertEqual(notices.mapped("amount_discount"), [6.0, 45.0])
        self.assertEqual(notices[1].line_ids.move_id, first | second)
        self.assertEqual(notices[0].line_ids.move_id, third)

    def test_vouchers_are_paid_in_full(self):
        term = self._create_term("V", [(8, 3.0)], collection_discount_method="voucher")
        other = self._create_term("C", [(8, 2.0)], collection_discount_method="credit_note")
        self._offer(term=term)
        self._offer(500, term=other)
        notices = self._run().notice_ids.sorted("is_voucher")
        self.assertRecordValues(
            notices,
            [
                {"is_voucher": False, "amount_discount": 10.0, "amount_demanded": 490.0},
                {"is_voucher": True, "amount_discount": 30.0, "amount_demanded": 1000.0},
            ],
        )

    def test_no_discount_level_no_notice(self):
        self.discount_level.unlink()
        run = self._run() if self._offer() else None
        self.assertFalse(run.notice_ids)
        self.assertFalse(run.skip_ids)

    # Who is left alone

    def test_paused_for_the_same_reasons_as_dunning(self):
        for kind, reason, values in (
            ("hold", "held", {}),
            ("promise", "promise", {"date_promised": later(20)}),
            ("dispute", "disputed", {"amount_disputed": 10}),
        ):
            with self.subTest(kind):
                invoice = self._offer(partner=self._create_customer(kind))
                self._pause(kind, invoice, **values)
                self.assertNotTold(invoice, reason, partner_ids=invoice.partner_id.ids)
        invoice = self._offer(partner=self._create_customer("Whole"))
        self._pause("hold", partner=invoice.partner_id)
        self.assertNotTold(invoice, "held", partner_ids=invoice.partner_id.ids)
        invoice = self._offer(partner=self._create_customer("Excluded"))
        invoice.no_followup = True
        self.assertNotTold(invoice, "no_followup", partner_ids=invoice.partner_id.ids)

    def test_a_hold_that_ends_in_time_only_delays(self):
        invoice = self._offer()
        self._pause("hold", invoice, date_until=TODAY)
        self.assertNotTold(invoice, "held")
        self._run(on=later(1))
        self.assertEqual(self._told(invoice).notice_id.date, later(1))

    def test_below_the_minima(self):
        invoice = self._offer()
        self.policy.min_amount = 1000.01
        self.assertNotTold(invoice, "below_minimum")
        self.policy.min_amount = 0
        self.discount_level.min_discount = 30.01
        self.assertNotTold(invoice, "small_discount")
        self.discount_level.min_discount = 30.0
        self.assertTrue(self._tells(self._run()))

    def test_the_minimum_discount_in_another_currency(self):
        currency = self.setup_other_currency("GBP", rates=[("2016-01-01", 2.0)])
        self.discount_level.min_discount = 20.0
        small = self._offer(1300, currency_id=currency.id)
        enough = self._offer(1400, currency_id=currency.id)
        run = self._run()
        self.assertEqual(self._discount_reasons(run), [(small.name, "small_discount")])
        self.assertRecordValues(
            self._tells(run), [{"currency_id": currency.id, "amount_discount": 42.0}]
        )
        self.assertEqual(self._told(enough).amount_to_pay, 1358.0)

    def test_who_has_paid_something_has_decided(self):
        """As in core, money that came in part ends the discount; nobody is told."""
        paid, part = self._offer(), self._offer(500)
        self._pay(paid)
        self._pay(part, 100)
        self.assertNotTold(part, None)

    def test_open_credits_that_leave_nothing(self):
        invoice = self._offer()
        self._unallocated_payment(970.0)
        self.assertNotTold(invoice, "net_credit")

    def test_a_credit_note_shrinks_what_can_be_saved(self):
        """Set against the invoice or still open, it comes to the same."""
        customers = [self._create_customer(name) for name in ("Allocated", "Open")]
        invoices = [self._offer(partner=customer) for customer in customers]
        notes = [self._credit_note(200, partner=customer) for customer in customers]
        (self._item(invoices[0]) | self._item(notes[0])).reconcile()
        notices = self._run().notice_ids.sorted(lambda notice: notice.partner_id.name)
        for notice in notices:
            self.assertRecordValues(
                notice, [{"amount_due": 800.0, "amount_discount": 24.0, "amount_demanded": 776.0}]
            )
        self.assertEqual(notices[0].line_ids.mapped("kind"), ["discount"])
        self.assertEqual(sorted(notices[1].line_ids.mapped("amount_to_pay")), [-200.0, 976.0])

    def test_money_nobody_allocated_lowers_what_is_paid(self):
        self._offer()
        self._unallocated_payment(100.0)
        self.assertRecordValues(
            self._run().notice_ids,
            [{"amount_due": 900.0, "amount_discount": 30.0, "amount_demanded": 870.0}],
        )

    def test_due_before_going_live(self):
        invoice = self._offer()
        self.company.collection_start_due_date = later(60)
        self.assertNotTold(invoice, "before_start")

    def test_nobody_to_write_to(self):
        invoice = self._offer(partner=self._create_customer("Silent", email=False))
        self.assertNotTold(invoice, "no_recipient")

    def test_only_the_own_customers_invoices_and_policies(self):
        mine, other = self._offer(), self._offer(500)
        run = self._run(move_ids=mine.ids)
        self.assertEqual(run.notice_ids.line_ids.move_id, mine)
        strange = self._create_policy("Strange", is_default=False)
        self.assertFalse(self._run(policy_ids=strange.ids).notice_ids)
        self.assertFalse(self._run(partner_ids=self._create_customer("No").ids).notice_ids)
        self.assertEqual(self._run().notice_ids.line_ids.move_id, other)

    def test_two_companies_and_currencies(self):
        other = self.setup_other_company()["company"]
        currency = self.setup_other_currency("EUR")
        one, two = self._offer(), self._offer(500, currency_id=currency.id)
        self.assertFalse(self._run(company=other).notice_ids)
        notices = self._run().notice_ids
        self.assertEqual(len(notices), 2)
        for invoice in (one, two):
            notice = self._told(invoice).notice_id
            self.assertEqual(notice.currency_id, invoice.currency_id)
            self.assertEqual(notice.company_id, self.company)
