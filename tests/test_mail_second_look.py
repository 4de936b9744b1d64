"""Between a notice and its e-mail lie hours or days: what must not leave any more does not,
what could not leave is sent again, and nothing leaves twice."""

import contextlib
import smtplib
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MockEmail

from .common import TODAY, CollectionsCommon, later

MAIL_LOGGER = "odoo.addons.mail.models.mail_mail"
NOON = "2026-03-31 10:00:00"


class MailTests(CollectionsCommon, MockEmail):
    def _send(self, error=None, mails=None):
        """Work the mail queue; with ``error`` the mail server raises it.

        :return: the subjects that left
        """
        server = type(self.env["ir.mail_server"])
        mails = mails or self.env["mail.mail"].search([("state", "=", "outgoing")])
        with self.mock_mail_gateway(), mute_logger(MAIL_LOGGER):
            if error:
                with patch.object(server, "send_email", side_effect=error):
                    mails.send()
            else:
                mails.send()
            return [mail["subject"] for mail in self._mails]

    def _issue(self, days_late=5, **values):
        """An invoice and its notice, of noon of ``TODAY``."""
        self.invoice = self._invoice(days_late, **values)
        with freeze_time(NOON):
            return self._run().notice_ids

    def _email(self, notice):
        rows = notice.communication_ids.filtered(lambda row: row.channel == "email")
        return rows.sorted("id")[-1:]


@tagged("post_install", "-at_install")
class TestSecondLook(MailTests):
    def _assert_kept_back(self, notice, reason, stage="failed"):
        row = self._email(notice)
        self.assertRecordValues(row, [{"state": "failed", "failure_kind": "cancelled"}])
        self.assertIn(reason, row.failure_reason)
        self.assertEqual(notice.stage, stage)
        self.assertEqual(row.mail_mail_id.state, "cancel")
        self.assertFalse(notice.is_undelivered)

    def test_a_hold_entered_meanwhile(self):
        """The level goes back, and the notice is made afresh when the hold has ended."""
        notice = self._issue()
        hold = self._pause("hold", self.invoice)
        with freeze_time(NOON):
            self.assertFalse(self._send())
        self._assert_kept_back(notice, "On hold")
        self.assertFalse(self.invoice.collection_level_id)
        hold.action_end()
        self.assertEqual(self._run(on=later(1)).notice_ids.level_id, self.level_1)

    def test_a_promise_entered_meanwhile(self):
        notice = self._issue()
        self._pause("promise", self.invoice, amount=100, date_promised=later(300))
        with freeze_time(NOON):
            self.assertFalse(self._send())
        self._assert_kept_back(notice, "Promise")

    def test_a_dispute_about_everything(self):
        notice = self._issue()
        self._pause("dispute", self.invoice)
        with freeze_time(NOON):
            self.assertFalse(self._send())
        self._assert_kept_back(notice, "Disputed")

    def test_a_dispute_about_one_of_two_invoices(self):
        """What is undisputed is still chased."""
        self._invoice(days_late=6)
        notice = self._issue()
        self._pause("dispute", self.invoice)
        with freeze_time(NOON):
            self.assertEqual(len(self._send()), 1)
        self.assertEqual(notice.stage, "issued")

    def test_the_letter_has_gone_already(self):
        """Then the level stays: only the e-mail does not follow."""
        self.level_1.send_letter = True
        notice = self._issue()
        notice.action_mark_posted()
        self._pause("hold", self.invoice)
        with freeze_time(NOON):
            self.assertFalse(self._send())
        self._assert_kept_back(notice, "On hold", stage="issued")

    def test_a9_a_later_notice_has_gone(self):
        """The mail queue stood still for days: the customer gets what counts today."""
        notice = self._issue(days_late=14)
        with freeze_time("2026-04-05 10:00:00"):
            second = self._run(on=later(5)).notice_ids
            self.assertEqual(second.level_id, self.level_2)
            self.assertEqual(len(self._send()), 1)
        self._assert_kept_back(notice, "later notice", stage="issued")
        self.assertEqual(self._email(second).state, "sent")

    def test_two_levels_of_one_day_both_leave(self):
        """Only what has waited is looked at so."""
        self._issue(days_late=14)
        with freeze_time(NOON):
            self._run(on=later(5))
            self.assertEqual(len(self._send()), 2)

    def test_past_its_own_firm_date(self):
        self.level_1.deadline_days = 3
        notice = self._issue()
        with freeze_time("2026-04-12 10:00:00"):
            self.assertFalse(self._send())
            self._assert_kept_back(notice, "firm date")
            again = self._run(on=later(12)).notice_ids
        self.assertEqual(again.level_id, self.level_1)
        self.assertGreater(again.deadline_date, later(12))

    def test_a9_what_cannot_leave_blocks_the_next_level(self):
        """A letter that nobody can render keeps its e-mail: the next level waits."""
        notice = self._issue(days_late=14)
        row = self._email(notice)
        row.sudo().failure_reason = "The PDF engine does not start"
        run = self._run(on=later(5), issue=False)
        self.assertSkipped(run, self.invoice, "not_delivered")
        self.assertIn("PDF engine", run.skip_ids.detail)
        row.sudo().failure_reason = False
        self.assertEqual(self._run(on=later(5), issue=False).notice_ids.level_id, self.level_2)

    def test_paid_while_the_one_before_was_sent(self):
        """Looked at again for each, not for the whole queue at its beginning."""
        first = self._issue()
        other = self._create_customer("Other")
        second = self._issue(partner=other)
        invoice, server = self.invoice, type(self.env["ir.mail_server"])
        test = self

        def pay(self, message, *args, **kwargs):
            if invoice.payment_state == "not_paid":
                test._pay(invoice)
            return message["Message-Id"]

        with freeze_time(NOON), self.mock_mail_gateway(), patch.object(server, "send_email", pay):
            (self._email(first) | self._email(second)).mail_mail_id.sorted("id").send()
        self.assertEqual(self._email(first).state, "sent")
        self.assertRecordValues(
            self._email(second), [{"state": "failed", "failure_kind": "cancelled"}]
        )

    def test_no_such_mailbox_is_a_wrong_address(self):
        notice = self._issue()
        refused = smtplib.SMTPRecipientsRefused({self.customer.email: (550, b"no such user")})
        self._send(error=refused)
        self.assertEqual(self._email(notice).failure_kind, "address")
        run = self._run(on=later(1), issue=False)
        self.assertSkipped(run, self.invoice, "no_recipient")

    def test_a_full_mailbox_or_a_sender_on_a_black_list_is_none(self):
        for code, text in ((452, b"mailbox full"), (550, b"5.7.1 listed at example.org")):
            with self.subTest(code=code):
                customer = self._create_customer(f"Customer {code}")
                notice = self._issue(partner=customer)
                refused = smtplib.SMTPRecipientsRefused({customer.email: (code, text)})
                self._send(error=refused)
                self.assertEqual(self._email(notice).failure_kind, "temporary")

    def test_an_interrupted_one_that_was_taken_back_stays_in_question(self):
        """Reversing does not make it known whether the message arrived."""
        notice = self._issue()
        row = self._email(notice)
        row.sudo().claimed_on = fields.Datetime.now()
        notice.action_reverse()
        self.assertRecordValues(row, [{"state": "failed", "failure_kind": "unknown"}])
        self.assertTrue(notice.is_undelivered)
        self.assertFalse(self._send())

    def test_a_process_that_is_sending_is_left_alone(self):
        """Its rows are locked: another process neither sends nor judges."""
        notice = self._issue()
        row = self._email(notice)
        nothing = self.env["collection.communication"]
        with patch.object(type(nothing), "try_lock_for_update", lambda self, **kw: self.browse()):
            self.assertFalse(self._send())
        self.assertEqual((row.state, row.claimed_on), ("queued", False))
        self.assertEqual(len(self._send()), 1)

    def test_a5_killed_while_the_server_has_it(self):
        """The claim is made before the message is handed over."""
        notice = self._issue()
        # Without the savepoint of `assertRaises`, which would take the claim back.
        with contextlib.suppress(SystemExit):
            self._send(error=SystemExit())
        row = self._email(notice)
        self.assertTrue(row.claimed_on)
        row.mail_mail_id.state = "outgoing"  # as the rollback of a killed process leaves it
        self.assertFalse(self._send())
        self.assertRecordValues(row, [{"state": "failed", "failure_kind": "unknown"}])


@tagged("post_install", "-at_install")
class TestSendAgain(MailTests):
    def test_the_email_beside_a_letter_is_sent_again_by_itself(self):
        """The customer has the letter: no run makes that notice again."""
        self.level_1.send_letter = True
        notice = self._issue()
        with freeze_time(NOON):
            self._send(error=smtplib.SMTPResponseException(451, b"try later"))
        first = self._email(notice)
        self.assertRecordValues(first, [{"state": "failed", "failure_kind": "temporary"}])
        self.assertEqual(notice.stage, "issued")
        with freeze_time("2026-03-31 16:00:00"):
            self.env["collection.run"]._cron_advance(TODAY)
        self.assertEqual(self._email(notice), first, "once a day")
        with freeze_time("2026-04-01 10:00:00"):
            self.env["collection.run"]._cron_advance(later(1))
            self.env["collection.run"]._cron_advance(later(1))
            self.assertEqual(len(self._send()), 1)
        self.assertEqual(self._email(notice).state, "sent")
        self.assertTrue(first.resolved)
        self.assertFalse(notice.is_undelivered)

    def test_it_is_not_tried_for_ever(self):
        self.level_1.send_letter = True
        notice = self._issue()
        for day in range(8):
            with freeze_time(f"2026-04-{day + 1:02} 10:00:00"):
                self.env["collection.run"]._cron_advance(later(day + 1))
                self._send(error=smtplib.SMTPResponseException(451, b"try later"))
        failed = notice.communication_ids.filtered(lambda row: row.state == "failed")
        self.assertEqual(len(failed), 3)
        self.assertTrue(notice.is_undelivered, "a person sees it")

    def test_twice_is_once(self):
        notice = self._issue()
        self._send(error=smtplib.SMTPResponseException(451, b"try later"))
        row = self._email(notice)
        row.action_resend()
        row.action_resend()
        self.assertEqual(len(notice.communication_ids), 2)
        self.assertEqual(len(self._send()), 1)

    def test_what_was_taken_back_is_not_sent_again(self):
        self.level_1.send_letter = True
        notice = self._issue()
        self._send(error=smtplib.SMTPResponseException(451, b"try later"))
        row = self._email(notice)
        notice.action_reverse()
        self.assertTrue(row.resolved)
        row.sudo().resolved = False
        with self.assertRaises(UserError):
            row.action_resend()
        self.assertEqual(notice.stage, "reversed")

    def test_a_failed_notice_somebody_closed(self):
        notice = self._issue()
        self._send(error=smtplib.SMTPResponseException(451, b"try later"))
        notice.action_cancel()
        row = self._email(notice)
        self.assertTrue(row.resolved)
        row.sudo().resolved = False
        with self.assertRaises(UserError):
            row.action_resend()
        self.assertEqual(notice.stage, "cancelled")

    def test_a_run_taken_back_takes_its_failed_notices_along(self):
        other = self._create_customer("Other")
        self._invoice(5, partner=other)
        notices = self._issue()
        self._send(error=smtplib.SMTPResponseException(451, b"try later"), mails=self._email(notices[0]).mail_mail_id)
        self.assertEqual(notices.mapped("stage"), ["failed", "issued"])
        notices.run_id.action_reverse()
        self.assertEqual(notices.mapped("stage"), ["cancelled", "reversed"])
        self.assertFalse(notices[0].is_undelivered)

    def test_one_that_cannot_go_keeps_no_other(self):
        """What a later notice has overtaken is said; the others are sent again."""
        other = self._create_customer("Other")
        self._invoice(5, partner=other)
        notices = self._issue()
        self._send(error=smtplib.SMTPResponseException(451, b"try later"))
        rows = notices.communication_ids
        mine = notices.filtered(lambda notice: notice.partner_id == self.customer)
        self._run(on=later(1), partner_ids=self.customer.ids)
        rows.sudo().resolved = False
        result = rows.action_resend()
        self.assertIn("taken the place", result["params"]["message"])
        self.assertEqual(mine.stage, "failed")
        self.assertEqual((notices - mine).stage, "issued")

    def test_what_the_next_run_made_afresh_is_no_task_any_more(self):
        notice = self._issue()
        self._send(error=smtplib.SMTPResponseException(451, b"try later"))
        self.assertTrue(notice.is_undelivered)
        self._run(on=later(1))
        self.assertFalse(notice.is_undelivered)


@tagged("post_install", "-at_install")
class TestMailsByHand(MailTests):
    """Core's list of e-mails has buttons too."""

    def test_retry_sends_again_as_collections_do(self):
        notice = self._issue()
        self._send(error=smtplib.SMTPResponseException(451, b"try later"))
        failed = self._email(notice)
        failed.mail_mail_id.action_retry()
        self.assertEqual(notice.stage, "issued")
        self.assertTrue(failed.resolved)
        self.assertEqual(failed.mail_mail_id.state, "cancel")
        self.assertEqual(len(self._send()), 1)
        self.assertEqual(self._email(notice).state, "sent")
        self.assertFalse(self._run(on=later(1)).notice_ids, "he has it")

    def test_retry_of_what_was_taken_back(self):
        self.level_1.send_letter = True
        notice = self._issue()
        self._send(error=smtplib.SMTPResponseException(451, b"try later"))
        notice.action_reverse()
        with self.assertRaises(UserError):
            self._email(notice).mail_mail_id.action_retry()
        self.assertFalse(self._send())

    def test_send_now_of_what_failed(self):
        notice = self._issue()
        self._send(error=smtplib.SMTPResponseException(451, b"try later"))
        mail = self._email(notice).mail_mail_id
        mail.state = "outgoing"
        self.assertFalse(self._send(mails=mail))
        self.assertEqual(mail.state, "cancel")

    def test_cancelled_in_the_queue(self):
        """Nobody was reminded: the level goes back."""
        notice = self._issue()
        self._email(notice).mail_mail_id.cancel()
        self.assertRecordValues(
            self._email(notice), [{"state": "failed", "failure_kind": "temporary"}]
        )
        self.assertEqual(notice.stage, "failed")
        self.assertFalse(self.invoice.collection_level_id)
        self.assertEqual(self._run(on=later(1)).notice_ids.level_id, self.level_1)

    def test_cancelled_beside_a_letter(self):
        """The letter stands: nothing is made afresh, and the e-mail does not go again."""
        self.level_1.send_letter = True
        notice = self._issue()
        self._email(notice).mail_mail_id.cancel()
        self.assertRecordValues(
            self._email(notice), [{"state": "failed", "failure_kind": "cancelled"}]
        )
        self.assertEqual(notice.stage, "issued")
        with freeze_time("2026-04-01 10:00:00"):
            self.env["collection.run"]._cron_advance(later(1))
            self.assertFalse(self._send())

    def test_deleted_from_the_queue(self):
        notice = self._issue()
        row = self._email(notice)
        row.mail_mail_id.unlink()
        self.assertEqual(row.state, "failed")
        self.assertIn("deleted", row.failure_reason)
        self.assertEqual(notice.stage, "failed")

    def test_a_payment_cancels_it_for_another_reason(self):
        notice = self._issue()
        self._pay(self.invoice)
        self._send()
        self.assertRecordValues(
            self._email(notice), [{"state": "failed", "failure_kind": "cancelled"}]
        )

    def test_in_a_request_the_queue_sends(self):
        """The request may be undone, or repeated, after the server has taken the message."""
        notice = self._issue()
        mail = self._email(notice).mail_mail_id
        with patch("odoo.addons.account_collections.models.mail_mail.odoo_module.current_test", False):
            self.assertFalse(self._send(mails=mail))
        self.assertEqual((mail.state, self._email(notice).state), ("outgoing", "queued"))
        self.assertLessEqual(
            timedelta(0),
            fields.Datetime.now()
            - self.env["ir.cron.trigger"]
            .search([("cron_id", "=", self.env.ref("mail.ir_cron_mail_scheduler_action").id)])
            .sorted("id")[-1:]
            .call_at,
        )
