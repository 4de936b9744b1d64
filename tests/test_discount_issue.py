"""Issuing, failing, taking back: a discount notice is a notice like any other."""

import smtplib
from unittest.mock import patch

import psycopg2

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MockEmail

from .common import TODAY, later
from .discount_notice_common import DiscountNoticeCommon

MAIL_LOGGER = "odoo.addons.mail.models.mail_mail"


@tagged("post_install", "-at_install")
class TestDiscountIssue(DiscountNoticeCommon, MockEmail):
    def _send(self, error=None):
        """Work the mail queue; with ``error`` the mail server raises it."""
        server = type(self.env["ir.mail_server"])
        mails = self.env["mail.mail"].search([("state", "=", "outgoing")])
        with self.mock_mail_gateway():
            if error:
                with patch.object(server, "send_email", side_effect=error):
                    mails.send()
            else:
                mails.send()

    def test_paid_since_the_proposal(self):
        for pay, reason in ((None, "nothing_due"), (100.0, "discount_lost")):
            with self.subTest(pay):
                invoice = self._offer(partner=self._create_customer(f"Paid {pay}"))
                run = self._run(issue=False, partner_ids=invoice.partner_id.ids)
                self._pay(invoice, pay)
                run.action_issue()
                self.assertEqual(run.notice_ids.state, "cancelled")
                self.assertEqual(run.notice_ids.line_ids.drop_reason, reason)
                self.assertEqual(self._discount_reasons(run), [(invoice.name, reason)])
                self.assertFalse(self._told(invoice))

    def test_held_since_the_proposal(self):
        invoice = self._offer()
        run = self._run(issue=False)
        self._pause("hold", invoice)
        run.action_issue()
        self.assertEqual(run.notice_ids.line_ids.drop_reason, "held")

    def test_a_credit_note_since_the_proposal(self):
        """The notice says what can be saved on the day it leaves."""
        invoice = self._offer()
        run = self._run(issue=False)
        note = self._credit_note(200)
        (self._item(invoice) | self._item(note)).reconcile()
        run.action_issue()
        self.assertRecordValues(
            run.notice_ids,
            [{"state": "issued", "amount_due": 800.0, "amount_discount": 24.0,
              "amount_demanded": 776.0}],  # fmt: skip
        )
        self.assertEqual(self._told(invoice).amount_to_pay, 776.0)

    def test_ended_since_the_proposal(self):
        """A proposal left lying must not promise what is over."""
        with freeze_time(TODAY):
            invoice = self._offer()
            run = self._run(issue=False)
        with freeze_time(later(4)):
            run.action_issue()
        self.assertEqual(run.notice_ids.state, "cancelled")
        self.assertEqual(run.notice_ids.line_ids.drop_reason, "discount_ended")
        self.assertFalse(self._told(invoice))

    def test_the_discount_of_an_invoice_built_anew(self):
        invoice = self._offer()
        run = self._run(issue=False)
        invoice.button_draft()
        invoice.invoice_line_ids.price_unit = 2000
        invoice.action_post()
        run.action_issue()
        self._run()
        self.assertEqual(self._told(invoice).mapped("amount_discount"), [60.0])

    def test_a_person_takes_an_item_out(self):
        first, second = self._offer(), self._offer(500)
        run = self._run(issue=False)
        run.notice_ids.line_ids.filtered(lambda line: line.move_id == first).action_drop()
        self.assertEqual(run.notice_ids.amount_discount, 15.0)
        run.action_issue()
        self.assertFalse(self._told(first))
        self.assertTrue(self._told(second))

    def test_no_level_is_lowered_on_it(self):
        self._offer()
        invoice = self._invoice(5)
        notices = self._run(issue=False).notice_ids
        tells = notices.filtered(lambda notice: notice._is_discount())
        with self.assertRaisesRegex(ValidationError, "no level for"):
            tells.line_ids.level_id = self.level_1
        with self.assertRaises(ValidationError):
            (notices - tells).line_ids.level_id = self.discount_level
        self.assertTrue(invoice)

    def test_approval(self):
        self.discount_level.requires_approval = True
        invoice = self._offer()
        run = self._run(issue=False)
        self.assertEqual(run.notice_ids.state, "to_approve")
        self.assertEqual(self._run().skip_ids.reason, "waiting_approval")
        run.notice_ids.action_approve()
        run.notice_ids.action_issue()
        self.assertTrue(self._told(invoice))

    def test_taken_back_it_may_be_told_again(self):
        invoice = self._offer()
        run = self._run()
        run.action_reverse()
        self.assertEqual(run.notice_ids.state, "reversed")
        self.assertFalse(self._told(invoice))
        self._run(on=later(1))
        self.assertEqual(self._told(invoice).notice_id.date, later(1))

    @mute_logger(MAIL_LOGGER)
    def test_what_did_not_arrive_is_told_again_the_next_day(self):
        invoice = self._offer()
        with freeze_time(TODAY):
            notice = self._run().notice_ids
            self._send(smtplib.SMTPRecipientsRefused({}))
            self.assertEqual(notice.state, "failed")
            self.assertFalse(self._told(invoice))
            self.assertNotTold(invoice, "not_delivered")
            notice.communication_ids.action_resolve()
        with freeze_time(later(1)):
            self._run(on=later(1))
            self.assertEqual(self._told(invoice).notice_id.date, later(1))
            with self.assertRaisesRegex(UserError, "has taken the place"):
                notice.communication_ids.action_resend()

    @mute_logger(MAIL_LOGGER)
    def test_nothing_is_sent_again_after_the_end(self):
        self._offer()
        with freeze_time(TODAY):
            notice = self._run().notice_ids
            self._send(smtplib.SMTPRecipientsRefused({}))
        with freeze_time(later(4)), self.assertRaisesRegex(UserError, "nothing left to tell"):
            notice.communication_ids.action_resend()

    def test_a_mail_that_waited_too_long_does_not_leave(self):
        self._offer()
        with freeze_time(TODAY):
            notice = self._run().notice_ids
        with freeze_time(later(4)):
            self._send()
        self.assertRecordValues(
            notice.communication_ids, [{"state": "failed", "failure_kind": "cancelled"}]
        )
        self.assertEqual(notice.state, "issued")

    def test_a_mail_in_time_leaves(self):
        self._offer()
        with freeze_time(TODAY):
            notice = self._run().notice_ids
            self._send()
        self.assertEqual(notice.communication_ids.state, "sent")

    def test_the_notice_is_settled_with_its_item(self):
        invoice = self._offer()
        with freeze_time(TODAY):
            notice = self._run().notice_ids
            self._pay(invoice)
        self.assertEqual(notice.state, "settled")

    @mute_logger("odoo.sql_db")
    def test_the_database_keeps_the_promise(self):
        """One open or issued line an offer, whatever the code does."""
        invoice = self._offer()
        line = self._run().notice_ids.line_ids
        self.assertTrue(invoice)
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.env.cr.savepoint():
            line.sudo().copy({"level_id": line.level_id.id, "occurrence": 9})
            self.env.flush_all()

    def test_frozen(self):
        invoice = self._offer()
        notice = self._run().notice_ids
        before = notice.read(["amount_discount", "discount_date", "amount_demanded"])
        note = self._credit_note(200)
        (self._item(invoice) | self._item(note)).reconcile()
        self.discount_level.delay_days = -1
        self.assertEqual(
            before, notice.read(["amount_discount", "discount_date", "amount_demanded"])
        )
        invoice.button_draft()
        self.assertRecordValues(
            notice.line_ids, [{"amount_discount": 30.0, "amount_to_pay": 970.0}]
        )
        self.assertFalse(self._item(invoice).collection_level_id)

    def test_remind_now_shows_and_sends_it(self):
        invoice = self._offer()
        with freeze_time(TODAY):
            action = self.env["collection.remind"]._open(self.customer, invoice)
            wizard = self.env["collection.remind"].browse(action["res_id"])
            self.assertRecordValues(
                wizard.line_ids,
                [{"outcome": "notice", "level_id": self.discount_level.id, "amount": 1000.0}],
            )
            wizard.action_issue()
        self.assertTrue(self._told(invoice))

    def test_the_screens_open(self):
        self._offer()
        notice = self._run(issue=False).notice_ids
        with Form(notice) as form:
            self.assertEqual(form.amount_discount, 30.0)
        with Form(self.policy) as form, form.discount_level_ids.edit(0) as level:
            level.delay_days = -5
        self.assertEqual(self.discount_level.delay_days, -5)
        with Form(self.discount_level) as form:
            form.min_discount = 5
        self.assertEqual(self.discount_level.min_discount, 5)
