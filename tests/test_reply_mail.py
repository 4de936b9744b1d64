"""Answers by e-mail, as the mail server hands them over: they land on the notice, pause
the next level and ask the collector; what machines write does not."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MockEmail

from .common import TODAY, CollectionsCommon, later

RAW = """\
Return-Path: <{sender}>
From: Anna <{sender}>
To: Collections <collections@example.com>
Subject: {subject}
Date: {date}
Message-ID: <{id}@customer.example.com>
In-Reply-To: {original}
References: {original}
MIME-Version: 1.0
{headers}Content-Type: text/plain; charset="utf-8"

{body}
"""
BOUNCE = """\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example.com>
To: bounce@example.com
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce1@mx.example.com>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

The mail could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

From: collections@example.com
To: {recipient}
Subject: Reminder
Message-ID: {original}

Please pay.

--b--
"""


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31 09:00:00")
class TestReplies(CollectionsCommon, MockEmail):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = new_test_user(
            cls.env(su=True),
            login="reply_collector",
            groups="account_collections.group_collections_collector",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.customer.collector_id = cls.collector
        cls.invoice = cls._invoice(days_late=5)
        cls.notice = cls._run().notice_ids
        cls.original = cls.notice.communication_ids.sudo().mail_mail_id.message_id

    def _receive(self, body="We pay on Friday", headers=(), on=TODAY, **values):
        """Hand a raw mail to the gateway, as the mail server does."""
        self.count = getattr(self, "count", 0) + 1
        raw = RAW.format(
            **{
                "sender": self.customer.email,
                "subject": "Re: Reminder",
                "date": f"{on:%a, %d %b %Y} 09:00:00 +0000",
                "id": f"reply{self.count}",
                "original": self.original,
                "headers": "".join(f"{line}\n" for line in headers),
                "body": body,
                **values,
            }
        )
        before = self._answers()
        with freeze_time(f"{on} 09:00:00"), self.mock_mail_gateway(), mute_logger(
            "odoo.addons.mail.models.mail_thread"
        ):
            self.env["mail.thread"].with_user(self.env.ref("base.user_root")).message_process(
                False, raw
            )
        return self._answers() - before

    def _answers(self):
        return self.env["collection.communication"].search(
            [("partner_id", "=", self.customer.id), ("direction", "=", "in")]
        )

    def test_answer_lands_pauses_and_asks_the_collector(self):
        answer = self._receive()
        self.assertRecordValues(
            answer,
            [
                {
                    "notice_id": self.notice.id,
                    "channel": "email",
                    "state": "done",
                    "summary": "Re: Reminder",
                    "address": self.customer.email,
                    "handled": False,
                    "is_to_handle": True,
                    "pauses_until": later(7),
                }
            ],
        )
        self.assertIn("We pay on Friday", answer.body)
        self.assertIn("We pay on Friday", self.notice.message_ids[0].body)
        task = self.notice.activity_ids
        self.assertRecordValues(
            task, [{"user_id": self.collector.id, "date_deadline": TODAY}]
        )
        domain = self.env.ref(
            "account_collections.collection_communication_action_replies"
        ).domain
        self.assertIn("is_to_handle", domain)
        self.assertIn(
            answer, self.env["collection.communication"].search([("is_to_handle", "=", True)])
        )

    def test_next_level_waits_for_n_days_then_follows(self):
        self._receive(on=later(8))
        for day in (10, 15):
            run = self._run(on=later(day))
            self.assertSkipped(run, self.invoice, "replied")
            self.assertFalse(run.notice_ids)
        self.assertEqual(self._run(on=later(16)).notice_ids.level_id, self.level_2)

    def test_another_invoice_of_the_same_customer_waits_too(self):
        self._receive()
        young = self._invoice(days_late=3)
        stranger = self._invoice(days_late=3, partner=self._create_customer("Stranger"))
        run = self._run(on=later(1))
        self.assertSkipped(run, young, "replied")
        self.assertEqual(run.notice_ids.line_ids.move_id, stranger)

    def test_invoice_says_until_when(self):
        self._receive(on=later(9))
        with freeze_time(later(10)):
            self.invoice.invalidate_recordset()
            self.assertRecordValues(
                self.invoice,
                [{"collection_status": "paused", "collection_next_date": later(17)}],
            )

    def test_handled_answer_pauses_nothing(self):
        answer = self._receive(on=later(9))
        answer.with_user(self.collector).action_handled()
        self.assertRecordValues(
            answer, [{"handled": True, "handled_by_id": self.collector.id, "is_to_handle": False}]
        )
        self.assertFalse(self.notice.activity_ids)
        self.assertEqual(self._run(on=later(10)).notice_ids.level_id, self.level_2)
        answer.with_user(self.collector).action_not_handled()
        self.assertTrue(answer.is_to_handle)

    def test_task_that_is_done_handles_the_answer(self):
        answer = self._receive()
        self.notice.activity_ids.with_user(self.collector)._action_done(feedback="Called back")
        self.assertRecordValues(
            answer, [{"handled": True, "handled_by_id": self.collector.id}]
        )

    def test_two_answers_one_task(self):
        first, second = self._receive(), self._receive("And please send the invoice")
        self.assertEqual(len(self.notice.activity_ids), 1)
        first.with_user(self.collector).action_handled()
        self.assertEqual(len(self.notice.activity_ids), 1)
        second.with_user(self.collector).action_handled()
        self.assertFalse(self.notice.activity_ids)

    def test_answer_that_comes_while_a_proposal_is_open(self):
        """Promise 3 at the moment of issue: read first, then remind."""
        run = self._run(on=later(10), issue=False)
        self.assertTrue(run.notice_ids)
        self._receive(on=later(10))
        with freeze_time(f"{later(10)} 10:00:00"):
            run.action_issue()
        self.assertEqual(run.notice_ids.mapped("state"), ["cancelled"])
        self.assertEqual(self.invoice.collection_level_id, self.level_1)

    def test_out_of_office_is_kept_and_pauses_nothing(self):
        for values in (
            {"headers": ["Auto-Submitted: auto-replied"]},
            {"headers": ["X-Autoreply: yes"]},
            {"headers": ["Precedence: bulk"]},
            {"subject": "Automatic reply: Reminder"},
            {"subject": "=?utf-8?q?R=C3=A9ponse_automatique_=3A_Relance?="},
        ):
            with self.subTest(values=values):
                answer = self._receive("Back on Monday", **values)
                self.assertRecordValues(
                    answer,
                    [{"pauses_until": False, "is_to_handle": False, "notice_id": self.notice.id}],
                )
                self.assertEqual(answer.outcome, "Automatic answer")
                self.assertFalse(self.notice.activity_ids)
        self.assertEqual(self._run(on=later(10)).notice_ids.level_id, self.level_2)

    def test_bounce_is_no_answer(self):
        self.notice.communication_ids.sudo()._sent()
        with self.mock_mail_gateway(), mute_logger("odoo.addons.mail.models.mail_thread"):
            self.env["mail.thread"].with_user(self.env.ref("base.user_root")).message_process(
                False, BOUNCE.format(recipient=self.customer.email, original=self.original)
            )
        self.assertFalse(self._answers())
        self.assertFalse(self.notice.activity_ids)
        self.assertEqual(self.notice.communication_ids.failure_kind, "address")

    def test_colleague_in_the_thread_is_no_customer(self):
        self.assertFalse(self._receive(sender=self.collector.partner_id.email or "x@x"))

    def test_answer_to_what_a_collector_wrote(self):
        """It lands on the customer, and counts like an answer to a notice."""
        wizard = self.env["collection.write"].browse(
            self.env["collection.write"]._open(self.customer)["res_id"]
        )
        wizard.write({"notice_id": False, "subject": "Your order", "body": "<p>When?</p>"})
        wizard.with_context(lang="en_US").action_send()
        written = self.env["collection.communication"].search(
            [("partner_id", "=", self.customer.id), ("summary", "=", "Your order")]
        )
        answer = self._receive(original=written.sudo().mail_mail_id.message_id)
        self.assertRecordValues(
            answer, [{"notice_id": False, "is_to_handle": True, "pauses_until": later(7)}]
        )
        task = self.customer.activity_ids
        self.assertEqual(task.user_id, self.collector)
        task.with_user(self.collector)._action_done()
        self.assertTrue(answer.handled)

    def test_company_that_does_not_pause(self):
        self.company.collection_reply_pause_days = 0
        answer = self._receive(on=later(9))
        self.assertFalse(answer.pauses_until)
        self.assertTrue(self.notice.activity_ids)
        self.assertEqual(self._run(on=later(10)).notice_ids.level_id, self.level_2)

    def test_why_he_is_late_may_be_read_from_the_answer(self):
        cash = self.env.ref("account_collections.reason_cash")
        answer = self._receive("We have no money").with_user(self.collector)
        answer.lateness_reason_id = cash
        self.assertEqual(answer.amount_overdue, 100.0)
        with self.assertRaises(UserError):
            answer.body = "We have lots of money"
        with self.assertRaises(UserError):
            answer.write({"lateness_reason_id": cash.id, "summary": "x"})

    def test_only_the_system_says_what_an_answer_pauses(self):
        row = (
            self.env["collection.communication"]
            .with_user(self.collector)
            .create(
                {
                    "company_id": self.company.id,
                    "partner_id": self.customer.id,
                    "channel": "meeting",
                    "direction": "in",
                    "summary": "Came by",
                    "pauses_until": later(900),
                }
            )
        )
        self.assertFalse(row.pauses_until)
        self.assertFalse(row.is_to_handle)
        row.write({"pauses_until": later(900), "summary": "Came by again"})
        self.assertFalse(row.pauses_until)
