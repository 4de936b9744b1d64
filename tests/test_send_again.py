"""“Send Again”, wherever the button is shown; bounces of what is settled."""

import smtplib
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MockEmail

from .access_common import AccessCommon
from .common import TODAY, later

MARCH = (TODAY.replace(day=1), TODAY)
MAIL_LOGGER = "odoo.addons.mail.models.mail_mail"


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestSendAgain(AccessCommon, MockEmail):
    def _send(self, rows, works=True):
        """Work the mail queue; else the mail server is away."""
        server = self.env.registry["ir.mail_server"]
        away = smtplib.SMTPConnectError(421, b"down")
        with self.mock_mail_gateway():
            if works:
                rows.mail_mail_id.send()
            else:
                with patch.object(server, "_connect__", side_effect=away), mute_logger(MAIL_LOGGER):
                    rows.mail_mail_id.send()
            return len(self._mails)

    def _again(self, rows):
        self._as("collector", rows).action_resend()

    # Plans

    def _plan(self, days=(10, 20, 30), **values):
        items = self._item(self._invoice(5, 300.0))
        return self.env["collection.plan"].create(
            {
                "partner_id": self.customer.id,
                "move_line_ids": [Command.set(items.ids)],
                "needs_signature": False,
                "reminder_days": 3,
                "promise_ids": [
                    Command.create({"date_promised": later(day), "amount": 100.0}) for day in days
                ],
                **values,
            }
        )

    def _follow_up(self, days):
        with freeze_time(later(days)):
            self.env["collection.promise"]._cron_follow_up(later(days))

    def test_letter_of_a_plan(self):
        plan = self._plan(needs_signature=True)
        plan.action_send()
        row = plan.communication_ids
        self._send(row, works=False)
        self.assertEqual((row.state, row.failure_kind), ("failed", "temporary"))
        self._again(row)
        new = plan.communication_ids - row
        self.assertTrue(row.resolved)
        self.assertEqual(new.state, "queued")
        self.assertTrue(new.mail_mail_id.attachment_ids.name.endswith(".pdf"))
        self._again(row)
        self.assertEqual(plan.communication_ids, row | new, "pressed twice")
        self._send(new, works=False)
        plan.action_cancel()
        with self.assertRaisesRegex(UserError, "nothing to send"):
            self._again(new)

    def test_reminder_of_an_instalment(self):
        plan = self._plan()
        plan.action_activate()
        self._follow_up(7)
        row = plan.communication_ids
        line = row.promise_id
        self._send(row, works=False)
        self._again(row)
        new = plan.communication_ids - row
        self.assertRecordValues(new, [{"state": "queued", "promise_id": line.id}])
        self.assertEqual(line.reminder_id, new)
        self.assertTrue(row.resolved)
        self.assertEqual(self._send(new), 1)
        self._follow_up(8)
        self.assertEqual(plan.communication_ids, row | new)

    def test_failed_reminders_are_repeated_until_the_date(self):
        """Once a day; not after the day it reminds of."""
        plan = self._plan()
        plan.action_activate()
        for day, count in ((7, 1), (7, 1), (8, 2), (9, 3), (10, 3), (11, 3)):
            self._follow_up(day)
            rows = plan.communication_ids
            self.assertEqual(len(rows), count, f"day {day}")
            with freeze_time(later(day)):
                self._send(rows.filtered(lambda row: row.state == "queued"), works=False)
        self.assertEqual(set(rows.mapped("failure_kind")), {"temporary"})
        self.assertEqual(len(rows.filtered(lambda row: not row.resolved)), 1)

    def test_reminder_at_an_address_that_was_put_right(self):
        plan = self._plan()
        plan.action_activate()
        self._follow_up(7)
        row = plan.communication_ids
        self._send(row)
        plan._message_receive_bounce(self.customer.email, self.customer)
        self._follow_up(8)
        self.assertEqual(plan.communication_ids, row)
        self.customer.email = "new@example.com"
        self._follow_up(9)
        self.assertEqual((plan.communication_ids - row).address, "new@example.com")

    def test_reminder_a_person_has_dealt_with(self):
        plan = self._plan()
        plan.action_activate()
        self._follow_up(7)
        row = plan.communication_ids
        self._send(row, works=False)
        row.action_resolve()
        self._follow_up(8)
        self.assertEqual(plan.communication_ids, row)

    # Statements

    def _statements(self):
        return self.env["collection.communication"].search([("statement_date_to", "!=", False)])

    def test_statement_pressed_twice(self):
        self._invoice(days_late=10)
        statements = self.env["collection.statement"].sudo()
        row = statements._send(self.company, self.customer, *MARCH)
        self._send(row, works=False)
        self._again(row)
        self._again(row)
        new = self._statements() - row
        self.assertRecordValues(new, [{"state": "queued"}])
        self.assertTrue(row.resolved)

    def test_statement_by_post(self):
        self._invoice(days_late=10)
        self.customer.write({"street": False, "city": False, "zip": False})
        row = self.env["collection.statement"].sudo()._post(self.company, self.customer, *MARCH)
        self.assertEqual((row.state, row.failure_kind), ("failed", "address"))
        self.customer.city = "Lyon"
        self._again(row)
        new = self._statements() - row
        self.assertRecordValues(new, [{"channel": "letter", "state": "queued"}])
        self.assertTrue(new.statement_attachment_id)
        self.assertTrue(row.resolved)

    # Bounces

    def test_bounce_of_what_is_settled(self):
        """He has paid: the notice has not failed, only his address is wrong."""
        invoice = self._invoice(days_late=5)
        notice = self._run().notice_ids
        self._send(notice.communication_ids)
        self._pay(invoice)
        self.assertEqual(notice.state, "settled")
        notice._message_receive_bounce(self.customer.email, self.customer)
        self.assertRecordValues(
            notice.communication_ids, [{"state": "failed", "failure_kind": "address"}]
        )
        self.assertEqual((notice.state, notice.stage), ("settled", "issued"))
        self._invoice(days_late=6)
        run = self._run(on=later(1), issue=False)
        self.assertFalse(run.notice_ids, "mail to that address was returned")
