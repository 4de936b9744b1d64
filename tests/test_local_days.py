"""FIELD_BUGS G: time zones, weekends and holidays. Promise 9: local dates."""

from datetime import date, timedelta

from odoo.tests import freeze_time, tagged

from .common import TODAY, CollectionsCommon


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
