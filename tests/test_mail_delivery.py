"""FIELD_BUGS I, A4 and A5: delivery decides what the record says."""

import smtplib
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MockEmail

from .common import TODAY, CollectionsCommon

MAIL_LOGGER = "odoo.addons.mail.models.mail_mail"


@tagged("post_install", "-at_install")
class TestMailDelivery(CollectionsCommon, MockEmail):
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

    def test_i1_state_follows_the_mail(self):
        """I1, I3: queued until the mail left, then sent."""
        self._invoice(days_late=5)
        notice = self._run().notice_ids
        self.assertEqual(notice.communication_ids.state, "queued")
        self._send()
        self.assertEqual(notice.communication_ids.state, "sent")
        self.assertFalse(notice.is_undelivered)

    def test_i2_blacklisted_is_said_not_queued_for_ever(self):
        self.env["mail.blacklist"]._add(self.customer.email)
        invoice = self._invoice(days_late=5)
        run = self._run(issue=False)
        self.assertFalse(run.notice_ids)
        self.assertSkipped(run, invoice, "no_recipient")
        self.assertIn("blacklist", run.skip_ids.detail)

    def test_i4_printing_a_preview_changes_nothing(self):
        invoice = self._invoice(days_late=5)
        notice = self._run(issue=False).notice_ids
        before = notice.read(load=None)
        notice.action_print()
        self.env["ir.actions.report"]._render_qweb_pdf(
            "account_collections.action_report_notice", notice.ids
        )
        self.assertEqual(notice.read(load=None), before)
        self.assertFalse(invoice.collection_level_id)
        self.assertFalse(
            self.env["ir.attachment"].search([("res_model", "=", "collection.notice")])
        )

    def test_i5_no_address_no_level(self):
        """I5, I6: nothing is called sent that had no way to be."""
        customer = self._create_customer("Nowhere", email=False)
        invoice = self._invoice(days_late=5, partner=customer)
        run = self._run(issue=False)
        self.assertFalse(run.notice_ids)
        self.assertSkipped(run, invoice, "no_recipient")
        self.assertFalse(invoice.collection_level_id)

    def test_i7_i8_ten_customers_three_fail(self):
        """Ten customers, #4 raises, #7 has no address, #8 is blacklisted: seven
        are sent, three have a reason and their level, the next run retries only
        them."""
        customers = [self._create_customer(f"Customer {n}") for n in range(10)]
        invoices = [self._invoice(5, partner=customer) for customer in customers]
        customers[7].email = False
        self.env["mail.blacklist"]._add(customers[8].email)
        self.template.subject = (
            "{{ 1 / (0 if object.partner_id.name == 'Customer 4' else 1) }}"
        )
        run = self._run(issue=False)
        with mute_logger("odoo.addons.mail.models.mail_render_mixin"):
            run.action_issue()
        self._send()
        self.assertEqual(
            [bool(invoice.collection_level_id) for invoice in invoices],
            [n not in (4, 7, 8) for n in range(10)],
        )
        self.assertEqual(
            {skip.partner_id.name: skip.reason for skip in run.skip_ids},
            {"Customer 4": "error", "Customer 7": "no_recipient", "Customer 8": "no_recipient"},
        )
        communications = self.env["collection.communication"].search([])
        self.assertEqual(communications.mapped("state"), ["sent"] * 7)
        self.template.subject = "Mended"
        customers[7].email = "seven@example.com"
        self.env["mail.blacklist"]._remove(customers[8].email)
        again = self._run()
        self.assertEqual(
            set(again.notice_ids.partner_id.mapped("name")),
            {"Customer 4", "Customer 7", "Customer 8"},
        )
        self.assertEqual(set(again.notice_ids.level_id), {self.level_1})

    def test_smtp_refusal_gives_the_level_back(self):
        """The server said no: the notice failed, the next run tries again."""
        invoice = self._invoice(days_late=5)
        notice = self._run().notice_ids
        with mute_logger(MAIL_LOGGER):
            self._send(error=smtplib.SMTPResponseException(451, b"try again later"))
        communication = notice.communication_ids
        self.assertEqual(communication.state, "failed")
        self.assertIn("try again later", communication.failure_reason)
        self.assertEqual(notice.state, "failed")
        self.assertTrue(notice.is_undelivered)
        self.assertFalse(invoice.collection_level_id)
        same_day = self._run(issue=False)
        self.assertSkipped(same_day, invoice, "not_delivered")
        again = self._run(on=TODAY + timedelta(days=1))
        self.assertEqual(again.notice_ids.level_id, self.level_1)
        self._send()
        self.assertEqual(again.notice_ids.communication_ids.state, "sent")
        self.assertEqual(invoice.collection_level_id, self.level_1)

    def test_a4_unknown_outcome_is_left_to_a_person(self):
        """A4: a time-out is not resent, and the next level waits for a person."""
        invoice = self._invoice(days_late=14)
        notice = self._run().notice_ids
        with mute_logger(MAIL_LOGGER):
            self._send(error=TimeoutError("timed out"))
        self.assertEqual(notice.communication_ids.failure_kind, "unknown")
        self.assertEqual(notice.state, "issued")
        self.assertTrue(notice.is_undelivered)
        self.assertEqual(invoice.collection_level_id, self.level_1)
        later = TODAY + timedelta(days=5)
        run = self._run(on=later, issue=False)
        self.assertSkipped(run, invoice, "not_delivered")
        notice.communication_ids.action_resolve()
        self.assertEqual(self._run(on=later, issue=False).notice_ids.level_id, self.level_2)

    def test_a5_interrupted_sending_is_not_repeated(self):
        """A5, promise 6: the process died between the server's OK and our commit;
        the claim says so and the mail is not sent a second time."""
        self._invoice(days_late=5)
        other = self._create_customer("Other")
        self._invoice(days_late=5, partner=other)
        notices = self._run().notice_ids
        claimed = notices[0].communication_ids
        claimed.sudo().claimed_on = "2026-03-31 10:00:00"
        with self.mock_mail_gateway():
            self.env["mail.mail"].search([("state", "=", "outgoing")]).send()
            self.assertEqual(len(self._mails), 1)
        self.assertRecordValues(claimed, [{"state": "failed", "failure_kind": "unknown"}])
        self.assertEqual(notices[1].communication_ids.state, "sent")

    def test_bounce_shows_on_the_notice_and_is_not_repeated(self):
        invoice = self._invoice(days_late=5)
        notice = self._run().notice_ids
        self._send()
        notice._message_receive_bounce(self.customer.email, self.customer)
        self.assertRecordValues(
            notice.communication_ids, [{"state": "failed", "failure_kind": "address"}]
        )
        self.assertEqual(notice.state, "failed")
        self.assertFalse(invoice.collection_level_id)
        run = self._run(on=TODAY + timedelta(days=1), issue=False)
        self.assertSkipped(run, invoice, "no_recipient")
        self.customer.email = "new@example.com"
        again = self._run(on=TODAY + timedelta(days=1))
        self.assertEqual(again.notice_ids.communication_ids.address, "new@example.com")

    def test_person_sends_again(self):
        self._invoice(days_late=5)
        notice = self._run().notice_ids
        notice._message_receive_bounce(self.customer.email, self.customer)
        self.customer.email = "new@example.com"
        notice.communication_ids.action_resend()
        self.assertEqual(notice.state, "issued")
        self.assertEqual(
            sorted(notice.communication_ids.mapped("state")), ["failed", "queued"]
        )
        self.assertFalse(notice.is_undelivered)

    def test_i9_the_letter_travels_with_the_mail(self):
        self.level_1.attach_letter = True
        self._invoice(days_late=5)
        notice = self._run().notice_ids
        mail = notice.communication_ids.mail_mail_id
        self.assertEqual(mail.attachment_ids, notice.letter_attachment_id)
        self.assertTrue(mail.attachment_ids.raw)

    def test_i9_a_letter_that_cannot_be_rendered_holds_its_mail(self):
        self.level_1.attach_letter = True
        invoice = self._invoice(days_late=5)
        delivery = type(self.env["collection.delivery"])

        def broken(*args):
            raise ValueError("no PDF today")

        with (
            patch.object(delivery, "_render_batch", broken),
            mute_logger("odoo.addons.account_collections.models.collection_delivery_letters"),
        ):
            notice = self._run().notice_ids
            self.assertFalse(notice.letter_attachment_id)
            with self.mock_mail_gateway():
                self.env["mail.mail"].search([("state", "=", "outgoing")]).send()
                self.assertFalse(self._mails)
        self.assertEqual(notice.state, "failed")
        self.assertFalse(invoice.collection_level_id)

    def test_letter_rendered_just_before_the_mail_leaves(self):
        self.level_1.attach_letter = True
        self._invoice(days_late=5)
        delivery = type(self.env["collection.delivery"])
        with patch.object(
            delivery, "_render_letters", lambda self, notices: notices.browse()
        ):
            notice = self._run().notice_ids
        self.assertFalse(notice.letter_attachment_id)
        self._send()
        self.assertTrue(notice.letter_attachment_id)
        self.assertEqual(notice.communication_ids.state, "sent")

    def test_reply_reaches_the_notice_and_the_timeline(self):
        self._invoice(days_late=5)
        notice = self._run().notice_ids
        notice.with_user(self.env.ref("base.user_root")).message_post(
            body="We paid yesterday",
            message_type="email",
            author_id=self.customer.id,
            email_from=self.customer.email,
            subject="Re: Reminder",
        )
        answer = notice.communication_ids.filtered(lambda row: row.direction == "in")
        self.assertRecordValues(
            answer, [{"channel": "email", "state": "done", "partner_id": self.customer.id}]
        )

    def test_call_is_planned_done_and_logged(self):
        self.level_1.write(
            {"make_call": True, "call_script": "<p>Hello <t t-out='object.partner_id.name'/></p>"}
        )
        self._invoice(days_late=5)
        notice = self._run().notice_ids
        call = notice.communication_ids.filtered(lambda row: row.channel == "call")
        self.assertIn("Hello Customer", call.activity_id.note)
        call.activity_id._action_done(feedback="Reached, pays on Friday")
        self.assertRecordValues(call, [{"state": "done", "outcome": "Reached, pays on Friday"}])

    def test_payment_cancels_the_open_call(self):
        self.level_1.make_call = True
        invoice = self._invoice(days_late=5)
        notice = self._run().notice_ids
        call = notice.communication_ids.filtered(lambda row: row.channel == "call")
        self._pay(invoice)
        self.assertFalse(notice.activity_ids)
        self.assertRecordValues(call, [{"state": "failed", "failure_kind": "cancelled"}])
        self.assertFalse(notice.is_undelivered)

    def test_what_was_sent_is_neither_edited_nor_deleted(self):
        self._invoice(days_late=5)
        row = self._run().notice_ids.communication_ids
        with self.assertRaises(UserError):
            row.summary = "Something else"
        with self.assertRaises(UserError):
            row.unlink()
        with self.assertRaises(UserError):
            row.state = "done"

    def test_letter_by_post_waits_for_the_person(self):
        self.level_1.write({"send_email": False, "send_letter": True})
        self._invoice(days_late=5)
        notice = self._run().notice_ids
        self.assertTrue(notice.letter_attachment_id)
        self.assertEqual(notice.communication_ids.state, "queued")
        notice.action_print()
        self.assertEqual(notice.communication_ids.state, "queued")
        notice.action_mark_posted()
        self.assertEqual(notice.communication_ids.state, "sent")

    def test_l6_the_timeline_shows_the_issued_number(self):
        """L6: never the name of the proposal."""
        self.level_1.send_letter = True
        self._invoice(days_late=5)
        run = self._run(issue=False)
        draft_name = run.notice_ids.display_name
        run.action_issue()
        notice = run.notice_ids
        self.assertNotEqual(notice.name, draft_name)
        for row in notice.communication_ids:
            self.assertIn(notice.name, row.summary)
            self.assertNotIn(draft_name, row.summary)

    def test_i10_the_communications_menu_stays_unfiltered(self):
        """I10: what one customer's button shows is not written into the menu."""
        action = self.env.ref("account_collections.collection_communication_action").sudo()
        before = action.read(["domain", "context"])
        self._invoice(days_late=5)
        notice = self._run().notice_ids
        self.customer.action_collection_communications()
        self.customer.action_collection_notices()
        notice.run_id.action_open_notices()
        self._send()
        self.env.invalidate_all()
        self.assertEqual(action.read(["domain", "context"]), before)
