"""Invoices that wait: sent recently, or old debt when going live (FIELD_BUGS C7)."""

from odoo.tests import freeze_time, tagged

from .common import TODAY, CollectionsCommon, later


@tagged("post_install", "-at_install")
class TestSentRecently(CollectionsCommon):
    """The customer has had the invoice for some days before he is reminded of it."""

    def test_waits_the_full_number_of_days(self):
        self.company.min_days_after_sending = 5
        invoice = self._invoice(days_late=20)
        with freeze_time(TODAY):
            invoice.is_move_sent = True
            self.assertRecordValues(
                invoice,
                [{"collection_status": "paused", "collection_next_date": later(5)}],
            )
            self.assertIn("03/31/2026", invoice.collection_status_detail)
        run = self._run(on=later(4))
        self.assertSkipped(run, invoice, "sent_recently")
        self.assertEqual(run.skip_ids.detail, "03/31/2026", "as the reader writes a day")
        self._run(on=later(5))
        self.assertEqual(invoice.collection_level_id, self.level_1)

    def test_sending_again_does_not_start_again(self):
        self.company.min_days_after_sending = 5
        invoice = self._invoice(days_late=20)
        for day in (0, 4):
            with freeze_time(later(day)):
                invoice.is_move_sent = True
        self.assertEqual(invoice.collection_sent_date, TODAY)
        self.assertTrue(self._run(on=later(5)).notice_ids)

    def test_other_invoices_of_the_customer_do_not_wait(self):
        self.company.min_days_after_sending = 5
        fresh = self._invoice(days_late=20)
        old = self._invoice(days_late=20)
        with freeze_time(later(-1)):
            fresh.is_move_sent = True
        run = self._run()
        self.assertSkipped(run, fresh, "sent_recently")
        self.assertEqual(run.notice_ids.line_ids.move_id, old)

    def test_without_the_setting_nothing_waits(self):
        self.company.min_days_after_sending = 0
        invoice = self._invoice(days_late=20)
        with freeze_time(TODAY):
            invoice.is_move_sent = True
        self._run()
        self.assertEqual(invoice.collection_level_id, self.level_1)


@tagged("post_install", "-at_install")
class TestGoLive(CollectionsCommon):
    """C7: the first run on old debt does not blast years of history."""

    def test_c7_debt_from_before_the_start_is_left_alone(self):
        self.company.collection_start_due_date = later(-30)
        ancient = self._invoice(days_late=31, amount=1000)
        old = self._invoice(days_late=30, amount=100)
        run = self._run()
        self.assertSkipped(run, ancient, "before_start")
        self.assertEqual(run.notice_ids.line_ids.move_id, old)
        self.assertRecordValues(run.notice_ids, [{"amount_due": 100.0}])
        with freeze_time(TODAY):
            self.assertEqual(ancient.collection_status, "paused")
            self.assertFalse(ancient.collection_next_date)

    def test_c7_old_debt_starts_at_the_chosen_level(self):
        self.company.write(
            {"collection_start_level_id": self.level_2.id, "collection_live_date": TODAY}
        )
        cases = {5: "Level 1", 14: "Level 1", 15: "Level 2", 29: "Level 2", 900: "Level 2"}
        invoices = {days: self._invoice(days_late=days) for days in cases}
        self._run()
        self.assertEqual(
            {days: move.collection_level_id.name for days, move in invoices.items()}, cases
        )
        self._run(on=later(1))
        self.assertEqual(invoices[900].collection_level_id, self.level_3)

    def test_c7_chosen_level_caps_the_jump(self):
        """In mode “jump” five years of history do not start with the ultimatum."""
        self.policy.advance_mode = "jump"
        self.company.write(
            {"collection_start_level_id": self.level_1.id, "collection_live_date": TODAY}
        )
        invoice = self._invoice(days_late=1800)
        self._run()
        self.assertEqual(invoice.collection_level_id, self.level_1)
        self._run(on=later(1))
        self.assertEqual(invoice.collection_level_id, self.level_3)

    def test_c7_what_falls_due_after_going_live_is_no_old_debt(self):
        """Promise 6: months later, a run that comes late skips no level."""
        self.company.write(
            {"collection_start_level_id": self.level_2.id, "collection_live_date": TODAY}
        )
        fresh = self._invoice(days_late=0)
        last_of_the_old = self._invoice(days_late=1)
        self._run(on=later(20))
        self.assertEqual(
            [fresh.collection_level_id, last_of_the_old.collection_level_id],
            [self.level_1, self.level_2],
        )

    def test_c7_day_of_going_live_is_remembered(self):
        with freeze_time(TODAY):
            self.company.collection_start_level_id = self.level_2
        self.assertEqual(self.company.collection_live_date, TODAY)
        with freeze_time(later(5)):
            self.company.collection_start_level_id = self.level_1
        self.assertEqual(self.company.collection_live_date, TODAY)

    def test_c7_chosen_level_of_another_policy_counts_by_its_delay(self):
        self.company.write(
            {"collection_start_level_id": self.level_2.id, "collection_live_date": TODAY}
        )
        self.customer.collection_policy_id = self._create_policy(
            "Patient", delays=(10, 14, 60), is_default=False
        )
        invoice = self._invoice(days_late=100)
        self._run()
        self.assertEqual(invoice.collection_level_id.delay_days, 14)
