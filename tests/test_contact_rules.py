"""At most n contacts a week, quiet hours and days: every channel obeys."""

from datetime import date, datetime, timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from odoo.addons.mail.tests.common import MockEmail

from .access_common import AccessCommon
from .common import TODAY, later

# A Tuesday, 11:00 in Paris.
WORKING_HOURS = "2026-03-31 09:00:00"
NIGHT = "2026-03-31 21:30:00"


@tagged("post_install", "-at_install")
@freeze_time(WORKING_HOURS)
class TestContactRules(AccessCommon, MockEmail):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "Europe/Paris"
        cls.rules = cls.env["collection.contact.rules"]

    def _contact(self, days_ago=1, partner=None, **values):
        return self.env["collection.communication"].create(
            {
                "partner_id": (partner or self.customer).id,
                "company_id": self.company.id,
                "channel": "call",
                "summary": "Talked",
                "date": fields.Datetime.now() - timedelta(days=days_ago),
                **values,
            }
        )

    def _night(self):
        self.company.write({"collection_quiet_from": 20.0, "collection_quiet_to": 8.0})

    def _limited(self, on=TODAY):
        return self.rules._limited(self.company, on, self.customer)

    # Contacts a week

    def test_a_customer_at_the_limit_is_left_alone_with_the_reason(self):
        self.company.collection_max_contacts = 2
        self._contact(days_ago=1)
        self._contact(days_ago=3, channel="letter")
        invoice = self._invoice(days_late=5)
        run = self._run()
        self.assertFalse(run.notice_ids)
        self.assertSkipped(run, invoice, "contact_limit")
        self.assertIn("2 contacts in seven days", run.skip_ids.detail)
        self.assertFalse(invoice.collection_level_id)
        # The letter leaves the week, and the level follows.
        notice = self._run(on=later(4)).notice_ids
        self.assertEqual((notice.state, notice.level_id), ("issued", self.level_1))

    def test_without_a_limit_nothing_is_counted(self):
        self._contact()
        self._invoice(days_late=5)
        # Settings are read together, once.
        self.assertEqual(self.company.collection_max_contacts, 0)
        before = self.env.cr.sql_log_count
        self.assertEqual(self._limited(), {})
        self.assertIsNone(self.rules._room(self.company, TODAY, self.customer))
        self.assertEqual(self.env.cr.sql_log_count, before)
        self.assertEqual(self._run().notice_ids.state, "issued")

    def test_a_notice_is_one_contact_whatever_ways_it_takes(self):
        self.company.collection_max_contacts = 2
        invoice = self._invoice(days_late=16)
        self._item(invoice).collection_level_id = self.level_1
        self._item(invoice).collection_manual_date = TODAY - timedelta(days=20)
        notice = self._run().notice_ids
        channels = set(notice.communication_ids.mapped("channel"))
        self.assertEqual(channels, {"email", "letter", "call"})
        self.assertEqual(self._limited(), {})
        self._contact(days_ago=0)
        reason, _detail, until = self._limited()[self.customer.id]
        self.assertEqual((reason, until), ("contact_limit", later(6)))

    def test_what_is_no_contact(self):
        self.company.collection_max_contacts = 1
        other_company = self.setup_other_company()["company"]
        for values in (
            {"direction": "in"},
            {"state": "failed", "failure_kind": "address"},
            {"state": "failed", "failure_kind": "cancelled"},
            {"outcome_code": "wrong_number"},
            {"channel": "meeting"},
            {"channel": "portal"},
            {"state": "queued"},
            {"company_id": other_company.id},
            {"partner_id": self._create_customer("Somebody else").id},
            {"days_ago": 8},
        ):
            row = self._contact(**values)
            with self.subTest(values):
                self.assertEqual(self._limited(), {})
            row.sudo().unlink()
        # It may have arrived.
        self._contact(state="failed", failure_kind="unknown")
        self.assertTrue(self._limited())

    def test_two_notices_on_one_day_are_two_contacts(self):
        """The limit holds within a run, and proposing again changes nothing."""
        self.company.collection_max_contacts = 1
        currency = self.setup_other_currency("EUR")
        early = self._invoice(days_late=5)
        late = self._invoice(days_late=5, currency_id=currency.id)
        self._item(late).collection_level_id = self.level_1
        self._item(late).collection_manual_date = TODAY - timedelta(days=20)
        late.line_ids.date_maturity = TODAY - timedelta(days=16)
        run = self._run(issue=False)
        self.assertEqual(run.notice_ids.level_id, self.level_2, "the most urgent")
        self.assertSkipped(run, early, "contact_limit")
        run.action_propose()
        self.assertEqual(len(run.notice_ids), 1)
        self.assertSkipped(run, early, "contact_limit")
        run.action_issue()
        self.assertEqual(run.notice_ids.state, "issued")
        self.assertSkipped(self._run(on=later(3)), early, "contact_limit")
        self.assertEqual(self._run(on=later(7)).notice_ids.currency_id, early.currency_id)

    def test_a_contact_between_proposal_and_issue_counts(self):
        self.company.collection_max_contacts = 1
        invoice = self._invoice(days_late=5)
        run = self._run(issue=False)
        self._contact(days_ago=0)
        run.action_issue()
        self.assertEqual(run.notice_ids.state, "cancelled")
        self.assertSkipped(run, invoice, "contact_limit")
        self.assertFalse(invoice.collection_level_id)

    def test_two_proposals_of_different_days_are_not_both_issued(self):
        self.company.collection_max_contacts = 1
        other = self._create_policy("Other", is_default=False)
        self._invoice(days_late=5)
        first = self._run(issue=False)
        self._invoice(days_late=5, collection_policy_id=other.id)
        second = self._run(on=later(1), issue=False)
        notices = first.notice_ids | second.notice_ids
        self.assertEqual(len(notices), 2)
        with freeze_time(f"{later(1)} 09:00:00"):
            notices.action_issue()
        self.assertEqual(sorted(notices.mapped("state")), ["cancelled", "issued"])

    def _cron(self, day):
        with freeze_time(f"{later(day)} 09:00:00"):
            self.env["collection.run"]._cron_advance(later(day))

    def test_what_waits_for_approval_is_sent_in_the_end(self):
        """Neither waiting for the manager nor for the end of the week loses its place."""
        self.company.collection_max_contacts = 1
        self.level_1.requires_approval = True
        other = self._create_policy("Other", is_default=False)
        old = self._invoice(days_late=5)
        self._cron(0)
        ultimatum = self._item(old).collection_notice_line_ids.notice_id
        self.assertEqual(ultimatum.state, "to_approve")
        new = self._invoice(days_late=2, collection_policy_id=other.id)
        self._cron(1)
        self.assertTrue(new.collection_level_id, "the week has a place")
        self._cron(2)
        self.assertEqual(ultimatum.state, "to_approve", "it is not sent yet")
        with freeze_time(f"{later(3)} 08:00:00"):
            self._as("manager", ultimatum).action_approve()
        for day in (3, 3, 4, 7):
            self._cron(day)
            self.assertEqual((ultimatum.state, old.collection_level_id.id), ("proposed", False))
            with freeze_time(f"{later(day)} 10:00:00"):
                self.assertNotIn(ultimatum, ultimatum.run_id._issuable())
        late = self._invoice(days_late=-4, collection_policy_id=other.id)
        self._cron(8)
        self.assertEqual(ultimatum.state, "issued", "the first to go")
        self.assertFalse(late.collection_level_id)
        self.assertEqual(len(self._item(old).collection_notice_line_ids), 1)

    def test_an_approved_notice_pressed_by_hand_waits_with_the_reason(self):
        self.company.collection_max_contacts = 1
        self.level_1.requires_approval = True
        invoice = self._invoice(days_late=5)
        run = self._run(issue=False)
        run.notice_ids.action_approve()
        self._contact(days_ago=0)
        run.notice_ids.action_issue()
        self.assertEqual(run.notice_ids.state, "proposed")
        self.assertSkipped(run, invoice, "contact_limit")

    def test_the_number_of_queries_does_not_grow(self):
        self.company.collection_max_contacts = 3
        few = [self._create_customer(f"Few {n}") for n in range(2)]
        many = [self._create_customer(f"Many {n}") for n in range(8)]
        counts = []
        for customers in (few, few, many):
            for customer in customers:
                self._invoice(days_late=5, partner=customer)
                self._contact(partner=customer)
            self.env.flush_all()
            partners = self.env["res.partner"].union(*customers)
            before = self.env.cr.sql_log_count
            self.env["collection.proposal"]._compute(self.company, TODAY, partners)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    # Quiet hours and days

    def test_an_email_of_the_night_leaves_in_the_morning(self):
        self._night()
        self._invoice(days_late=5)
        with freeze_time(NIGHT):
            row = self._run().notice_ids.communication_ids
            morning = datetime(2026, 4, 1, 6, 0)
            self.assertEqual(row.mail_mail_id.scheduled_date, morning)
            self.assertEqual((row.state, row.date), ("queued", morning))
            with self.mock_mail_gateway():
                self.env["mail.mail"].process_email_queue(email_ids=row.mail_mail_id.ids)
            self.assertEqual(row.state, "queued")
        with freeze_time("2026-04-01 06:01:00"), self.mock_mail_gateway():
            row.mail_mail_id.send()
            self.assertEqual(row.state, "sent")

    def test_nothing_leaves_in_the_morning_to_whoever_has_paid_in_the_night(self):
        """Allocated or not, as at the moment of issue."""
        self._night()
        self._invoice(days_late=5)
        other = self._create_customer("Pays a part")
        self._invoice(days_late=5, partner=other)
        with freeze_time(NIGHT):
            rows = self._run().notice_ids.communication_ids
        self._unallocated_payment(100.0, on=later(1))
        self._unallocated_payment(99.0, partner=other, on=later(1))
        with freeze_time("2026-04-01 06:01:00"), self.mock_mail_gateway():
            rows.mail_mail_id.send()
        states = {row.partner_id: (row.state, row.failure_kind) for row in rows}
        self.assertEqual(states[self.customer], ("failed", "cancelled"))
        self.assertEqual(states[other], ("sent", False))

    def test_a_queue_that_comes_late_waits_for_the_morning(self):
        """The server was down until the night: the e-mail of the day does not leave."""
        self._night()
        self._invoice(days_late=5)
        row = self._run().notice_ids.communication_ids
        self.assertFalse(row.mail_mail_id.scheduled_date)
        with freeze_time(NIGHT), self.mock_mail_gateway():
            row.mail_mail_id.send()
            self.assertEqual((row.state, row.mail_mail_id.state), ("queued", "outgoing"))
            self.assertEqual(row.mail_mail_id.scheduled_date, datetime(2026, 4, 1, 6, 0))

    def test_quiet_days_come_from_the_working_hours(self):
        self.company.write(
            {"collection_quiet_weekend": True, "collection_quiet_holidays": True}
        )
        self.env["resource.calendar.leaves"].sudo().create(
            {
                "name": "Easter Monday",
                "calendar_id": self.company.resource_calendar_id.id,
                "company_id": self.company.id,
                "resource_id": False,
                "date_from": "2026-04-05 22:00:00",
                "date_to": "2026-04-06 21:59:59",
            }
        )
        saturday = datetime(2026, 4, 4, 10, 0)
        midnight = datetime(2026, 4, 6, 22, 0)
        self.assertEqual(self.rules._earliest(self.company, saturday), midnight)
        friday = datetime(2026, 4, 3, 10, 0)
        self.assertEqual(self.rules._earliest(self.company, friday), friday)
        self.company.collection_quiet_holidays = False
        monday = datetime(2026, 4, 5, 22, 0)
        self.assertEqual(self.rules._earliest(self.company, saturday), monday)

    def test_calls_are_planned_for_days_on_which_one_calls(self):
        self.company.collection_quiet_weekend = True
        self.level_1.make_call = True
        self._invoice(days_late=5)
        with freeze_time("2026-04-04 09:00:00"):
            notice = self._run(on=date(2026, 4, 4)).notice_ids
        call = notice.communication_ids.filtered(lambda row: row.channel == "call")
        self.assertEqual(call.call_date, date(2026, 4, 6))

    # Calls

    def test_a_collector_does_not_call_at_night_a_manager_may(self):
        self._night()
        with freeze_time(NIGHT):
            with self.assertRaisesRegex(UserError, "quiet time"):
                self._as("collector", self.customer).action_collection_call()
            # Whoever calls us may do so at any time.
            self.assertTrue(self._as("collector", self.customer).action_collection_called())
            action = self._as("manager", self.customer).action_collection_call()
            call = self._as("manager", self.env["collection.call"]).browse(action["res_id"])
            self.assertIn("quiet time", call.exception_reason)
            call.outcome = "Picked up"
            call.action_done()
        row = self.env["collection.communication"].search([("user_id", "=", call.create_uid.id)])
        self.assertIn("quiet time", row.exception_reason)

    def test_a_collector_does_not_call_too_often(self):
        self.company.collection_max_contacts = 1
        self.level_1.make_call = True
        self._invoice(days_late=5)
        notice = self._run().notice_ids
        planned = notice.communication_ids.filtered(lambda row: row.channel == "call")
        with self.assertRaisesRegex(UserError, "contacted often enough"):
            self._as("collector", self.customer).action_collection_call()
        # The call of the notice is the same contact as its e-mail.
        self.assertTrue(self._as("collector", planned).action_log_call())
        self._contact(days_ago=0)
        with self.assertRaisesRegex(UserError, "contacted often enough"):
            self._as("collector", planned).action_log_call()

    def test_settings_of_one_company(self):
        settings = self.env["res.config.settings"].sudo().create({"company_id": self.company.id})
        settings.write({"collection_max_contacts": 3, "collection_quiet_from": 19.5})
        self.assertEqual(self.company.collection_max_contacts, 3)
        other = self.setup_other_company()["company"]
        self.assertFalse(other.collection_max_contacts)
        arch = settings.get_view(self.env.ref("account.res_config_settings_view_form").id)["arch"]
        for name in ("collection_max_contacts", "collection_quiet_to", "collection_already_paid_days"):
            self.assertIn(name, arch)
