"""FIELD_BUGS G: dates and time zones. Promise 9: the due day itself is never late."""

from datetime import date, timedelta

from odoo import Command
from odoo.tests import freeze_time, tagged

from .common import TODAY, CollectionsCommon


def later(days):
    return TODAY + timedelta(days=days)


@tagged("post_install", "-at_install")
class TestDueDates(CollectionsCommon):
    """Which day is late, and what a missed or moved day does."""

    def _set_due(self, invoice, due):
        self._item(invoice).date_maturity = due

    def _notice_days(self, invoice):
        notices = self._item(invoice).collection_notice_line_ids.notice_id
        return [(notice.date - TODAY).days for notice in notices.sorted("id")]

    def test_g1_reminder_says_the_due_date_of_the_invoice(self):
        """G1, G5: no day is lost between the invoice and the text, west of Greenwich
        or east of it."""
        self.template.body_html = (
            "<p>due <t t-out='format_date(object.line_ids[0].date_maturity,"
            ' date_format="yyyy-MM-dd")\'/></p>'
        )
        for zone in ("America/Los_Angeles", "Pacific/Auckland"):
            with self.subTest(zone=zone):
                self.company.partner_id.tz = self.env.user.tz = zone
                customer = self._create_customer(f"In {zone}", tz=zone)
                invoice = self._invoice(days_late=5, partner=customer)
                notice = self._run(partner_ids=customer.ids).notice_ids
                self.assertEqual(notice.line_ids.date_maturity, invoice.invoice_date_due)
                self.assertEqual(invoice.invoice_date_due, later(-5))
                self.assertIn("due 2026-03-26", notice.email_body)
                self.assertEqual(notice.line_ids.days_overdue, 5)

    def test_g2_sixty_days_late_is_after_the_due_date(self):
        """G2: the sign of the delay is not inverted."""
        self._replace_policy("Sixty", delays=(60,))
        invoice = self._invoice(days_late=0)
        for day in (-60, -59, 0, 1, 59):
            run = self._run(on=later(day))
            self.assertFalse(run.notice_ids, f"{day} days after the due date")
            self.assertFalse(run.skip_ids)
        self._run(on=later(60))
        self.assertEqual(self._notice_days(invoice), [60])

    def test_g2_negative_delay_is_before_the_due_date(self):
        self._replace_policy("Courtesy", delays=(-7, 60))
        invoice = self._invoice(days_late=0)
        for day in (-60, -8, -7, -6, 7):
            self._run(on=later(day))
        self.assertEqual(self._notice_days(invoice), [-7])

    def test_g3_missed_days_are_caught_up_once(self):
        """G3: no run on the very day: reminded on the next one, and only once."""
        invoice = self._invoice(days_late=0)
        for day in (2, 8, 9, 10, 14):
            self._run(on=later(day))
        self.assertEqual(self._notice_days(invoice), [8])

    def test_g3_missed_five_days_of_the_scheduled_action(self):
        first = self._invoice(days_late=0)
        second = self._invoice(days_late=3)
        for day in (7, 8):
            self.env["collection.run"]._cron_advance(later(day))
        self.assertEqual(self._notice_days(first), [7])
        self.assertEqual(self._notice_days(second), [7])

    def test_g4_due_day_itself_is_never_late(self):
        """G4: due today is not overdue, tomorrow it is."""
        self._replace_policy("At once", delays=(1, 15))
        invoice = self._invoice(days_late=0)
        run = self._run()
        self.assertFalse(run.notice_ids)
        self.assertFalse(run.skip_ids)
        self._run(on=later(1))
        self.assertEqual(self._notice_days(invoice), [1])
        self.assertEqual(self._item(invoice).collection_notice_line_ids.days_overdue, 1)

    def test_g4_letter_lists_only_what_is_overdue(self):
        """G4: what falls due today or later is not among the overdue items."""
        overdue = self._invoice(days_late=5, amount=100)
        barely = self._invoice(days_late=1, amount=10)
        self._invoice(days_late=0, amount=1000)
        self._invoice(days_late=-1, amount=2000)
        notice = self._run().notice_ids
        self.assertEqual(notice.line_ids.move_id, overdue | barely)
        self.assertRecordValues(
            notice.line_ids.sorted("date_maturity"),
            [
                {"kind": "item", "days_overdue": 5, "level_id": self.level_1.id},
                {"kind": "listed", "days_overdue": 1, "level_id": False},
            ],
        )
        self.assertRecordValues(notice, [{"amount_due": 110.0, "amount_overdue": 110.0}])

    def test_g4_all_open_items_are_listed_but_not_called_overdue(self):
        self.policy.listed_items = "open"
        self._invoice(days_late=5, amount=100)
        self._invoice(days_late=0, amount=1000)
        self._invoice(days_late=-10, amount=2000)
        notice = self._run().notice_ids
        self.assertRecordValues(
            notice.line_ids.sorted("date_maturity"),
            [
                {"kind": "item", "days_overdue": 5},
                {"kind": "listed", "days_overdue": 0},
                {"kind": "listed", "days_overdue": 0},
            ],
        )
        self.assertRecordValues(notice, [{"amount_due": 3100.0, "amount_overdue": 100.0}])

    def test_g5_later_due_date_is_seen_by_the_open_proposal(self):
        """G5: a due date moved between proposal and issue."""
        invoice = self._invoice(days_late=5)
        run = self._run(issue=False)
        self._set_due(invoice, later(10))
        run.action_issue()
        self.assertRecordValues(run.notice_ids, [{"state": "cancelled"}])
        self.assertFalse(invoice.collection_level_id)
        self.assertEqual(len(run.skip_ids), 1)
        self._run(on=later(13))
        self.assertEqual(
            self._item(invoice).collection_notice_line_ids.sorted("id")[-1].date_maturity,
            later(10),
        )
        self.assertEqual(invoice.collection_level_id, self.level_1)

    def test_g5_changed_due_date_is_re_evaluated(self):
        """G5: after level 1 the customer gets more time: level 2 counts from there."""
        invoice = self._invoice(days_late=5)
        self._run()
        self._set_due(invoice, later(20))
        for day in (12, 34):
            self.assertFalse(self._run(on=later(day)).notice_ids)
        with freeze_time(later(34)):
            self.assertEqual(invoice.collection_next_date, later(35))
        notice = self._run(on=later(35)).notice_ids
        self.assertRecordValues(
            notice.line_ids,
            [{"level_id": self.level_2.id, "days_overdue": 15, "date_maturity": later(20)}],
        )

    def test_g5_issued_notice_keeps_the_date_it_named(self):
        invoice = self._invoice(days_late=5)
        line = self._run().notice_ids.line_ids
        self._set_due(invoice, later(20))
        self.assertEqual(line.date_maturity, later(-5))

    def test_g5_no_due_date_is_no_crash(self):
        """G5: an entry without a due date is left out with that reason, its
        customer's invoices are not."""
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": later(-60),
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self.company_data["default_account_receivable"].id,
                            "partner_id": self.customer.id,
                            "debit": 77.0,
                            "no_followup": False,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.company_data["default_account_revenue"].id,
                            "credit": 77.0,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        self._item(entry).date_maturity = False
        self._invoice(days_late=5)
        run = self._run()
        self.assertSkipped(run, entry, "no_due_date")
        self.assertRecordValues(run.notice_ids, [{"amount_due": 100.0}])

    def test_g5_due_date_in_the_year_9999(self):
        """A date people do type to say “never”."""
        invoice = self._invoice(days_late=5)
        never = self._invoice(days_late=5)
        self._set_due(never, date(9999, 12, 31))
        notice = self._run().notice_ids
        self.assertEqual(notice.line_ids.move_id, invoice)
        with freeze_time(TODAY):
            self.assertFalse(never.collection_next_date)


@tagged("post_install", "-at_install")
class TestLocalDays(CollectionsCommon):
    """G, promise 9: dates are the company's local dates, whatever the server's clock."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._replace_policy("At once", delays=(1, 15))
        cls.company.partner_id.tz = "Pacific/Auckland"

    def _automatic_runs(self, companies=None):
        companies = companies or self.company
        return self.env["collection.run"].search(
            [("automatic", "=", True), ("company_id", "in", companies.ids)], order="id"
        )

    def test_g_today_is_the_companys(self):
        for zone, moment, today in (
            ("Pacific/Auckland", "2026-03-30 10:59:00", date(2026, 3, 30)),
            ("Pacific/Auckland", "2026-03-30 11:01:00", date(2026, 3, 31)),
            ("America/Los_Angeles", "2026-03-31 06:59:00", date(2026, 3, 30)),
            ("America/Los_Angeles", "2026-03-31 07:01:00", date(2026, 3, 31)),
        ):
            with self.subTest(zone=zone, moment=moment), freeze_time(moment):
                self.company.partner_id.tz = zone
                self.assertEqual(self.company._collection_today(), today)

    def test_g_users_time_zone_does_not_matter(self):
        self.env.user.tz = "America/Los_Angeles"
        with freeze_time("2026-03-30 11:01:00"):
            run = self.env["collection.run"].with_context(tz="America/Los_Angeles").create({})
        self.assertEqual(run.date, TODAY)

    def test_g_company_without_time_zone_uses_its_calendars(self):
        self.company.partner_id.tz = False
        self.company.resource_calendar_id.tz = "America/Los_Angeles"
        with freeze_time("2026-03-31 06:59:00"):
            self.assertEqual(self.company._collection_today(), date(2026, 3, 30))

    def test_g_scheduled_action_in_auckland(self):
        """Due on the 30th: late from the first minute of the 31st there, which is
        still the 30th in UTC."""
        invoice = self._invoice(days_late=1)
        with freeze_time("2026-03-30 10:59:00"):
            self.env["collection.run"]._cron_advance()
            self.assertFalse(invoice.collection_level_id)
            self.assertEqual(invoice.collection_next_date, TODAY)
        with freeze_time("2026-03-30 11:01:00"):
            self.env["collection.run"]._cron_advance()
        self.assertEqual(invoice.collection_notice_ids.date, TODAY)
        self.assertEqual(
            self._automatic_runs().mapped("date"), [date(2026, 3, 30), date(2026, 3, 31)]
        )

    def test_g_scheduled_action_in_los_angeles(self):
        """Due on the 30th: not late at 23:59 there, when the server has the 31st."""
        self.company.partner_id.tz = "America/Los_Angeles"
        invoice = self._invoice(days_late=1)
        with freeze_time("2026-03-31 06:59:00"):
            self.env["collection.run"]._cron_advance()
        self.assertFalse(invoice.collection_level_id)
        with freeze_time("2026-03-31 07:01:00"):
            self.env["collection.run"]._cron_advance()
        self.assertEqual(invoice.collection_notice_ids.date, TODAY)

    def test_g_one_moment_two_companies_two_days(self):
        """The same instant is the 31st in Auckland and the 30th in Los Angeles."""
        other = self.setup_other_company(name="Westerners")["company"]
        other.partner_id.tz = "America/Los_Angeles"
        self._create_policy("Westerners", company_id=other.id)
        with freeze_time("2026-03-30 12:00:00"):
            self.env["collection.run"]._cron_advance()
        self.assertRecordValues(
            self._automatic_runs(self.company | other),
            [
                {"company_id": self.company.id, "date": date(2026, 3, 31)},
                {"company_id": other.id, "date": date(2026, 3, 30)},
            ],
        )

    def test_g_twice_in_one_local_day_across_midnight_utc(self):
        """23:30 and 00:30 UTC are one day in Auckland: nothing happens twice."""
        self._invoice(days_late=1)
        for moment in ("2026-03-30 23:30:00", "2026-03-31 00:30:00"):
            with freeze_time(moment):
                self.env["collection.run"]._cron_advance()
        run = self._automatic_runs()
        self.assertRecordValues(run, [{"date": TODAY, "state": "issued"}])
        self.assertEqual(len(run.notice_ids), 1)

    def test_g_sent_date_is_the_companys_day(self):
        invoice = self._invoice(days_late=1)
        with freeze_time("2026-03-30 11:01:00"):
            invoice.is_move_sent = True
        self.assertEqual(invoice.collection_sent_date, TODAY)

    def test_g_firm_date_is_local_and_on_a_working_day(self):
        """31 March and 4 days is Saturday, 4 April: the firm date is Monday."""
        level = self.env["collection.policy"]._default_of(self.company)._ordered_levels()[0]
        level.deadline_days = 4
        self._invoice(days_late=1)
        self.company.collection_workdays_only = True
        with freeze_time("2026-03-30 11:01:00"):
            self.env["collection.run"]._cron_advance()
        self.assertEqual(self._automatic_runs().notice_ids.deadline_date, date(2026, 4, 6))


@tagged("post_install", "-at_install")
class TestWorkingDays(CollectionsCommon):
    """Weekends and holidays shift sending to the next working day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.collection_workdays_only = True
        cls.saturday = date(2026, 4, 4)

    def _cron(self, on):
        self.env["collection.run"]._cron_advance(on)

    def _holiday(self, day):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.company.resource_calendar_id.id,
                "company_id": self.company.id,
                "resource_id": False,
                "date_from": f"{day} 00:00:00",
                "date_to": f"{day} 23:59:59",
            }
        )

    def _dates(self, invoice):
        return invoice.collection_notice_ids.sorted("id").mapped("date")

    def test_weekend_waits_for_monday(self):
        invoice = self._invoice(days_late=3, on=self.saturday)
        for offset in range(4):
            self._cron(self.saturday + timedelta(days=offset))
        self.assertEqual(self._dates(invoice), [date(2026, 4, 6)])
        self.assertFalse(
            self.env["collection.run"].search(
                [("date", "=", self.saturday), ("company_id", "=", self.company.id)]
            )
        )

    def test_holiday_after_the_weekend_waits_for_tuesday(self):
        """Easter Monday 2026."""
        self._holiday("2026-04-06")
        invoice = self._invoice(days_late=3, on=self.saturday)
        for offset in range(4):
            self._cron(self.saturday + timedelta(days=offset))
        self.assertEqual(self._dates(invoice), [date(2026, 4, 7)])

    def test_next_date_is_a_working_day(self):
        """Promise 11: the invoice shows the day it will really go out."""
        self._holiday("2026-04-06")
        invoice = self._invoice(days_late=3, on=self.saturday)
        with freeze_time(TODAY):
            self.assertEqual(invoice.collection_next_date, date(2026, 4, 7))

    def test_every_day_is_a_sending_day_unless_the_company_says_otherwise(self):
        self.company.collection_workdays_only = False
        invoice = self._invoice(days_late=3, on=self.saturday)
        self._cron(self.saturday)
        self.assertEqual(self._dates(invoice), [self.saturday])

    def test_a_person_may_send_on_a_sunday(self):
        invoice = self._invoice(days_late=4, on=date(2026, 4, 5))
        self._run(on=date(2026, 4, 5))
        self.assertEqual(self._dates(invoice), [date(2026, 4, 5)])
