"""FIELD_BUGS G: due dates. Promise 9: the due day itself is never late."""

from datetime import date

from odoo import Command
from odoo.tests import freeze_time, tagged

from .common import TODAY, CollectionsCommon, later


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
