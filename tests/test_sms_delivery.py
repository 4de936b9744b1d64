"""SMS as a channel: core's queue, contact hours, once, and only who still owes."""

from datetime import timedelta
from unittest.mock import patch

import requests

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, freeze_time, tagged

from odoo.addons.sms.models.sms_sms import SmsSms
from odoo.addons.sms.tools.sms_api import SmsApi

from ..engine import sms_text
from .common import CollectionsCommon

MOBILE = "+33612345678"
NOON = "2026-03-31 10:00:00"
NIGHT = "2026-03-31 21:00:00"
MORNING = "2026-04-01 08:00:00"


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class TestSmsDelivery(CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].sudo().set_param("web.base.url", "https://pay.example.com")
        cls.company.write({"collection_quiet_from": 0.0, "collection_quiet_to": 0.0})
        cls.company.partner_id.tz = cls.env.user.tz = "Europe/Paris"
        cls.customer.phone = "+33 6 12 34 56 78"
        cls.level_1.write(
            {
                "send_email": False,
                "send_sms": True,
                "sms_body": "{{ object.company_id.name }}: "
                "{{ format_amount(object.amount_demanded, object.currency_id, object.lang) }} "
                "{{ payment_link(object) }}",
            }
        )

    def _message(self, notice):
        row = notice.communication_ids.filtered(lambda one: one.channel == "sms")
        return self.env["sms.sms"].sudo()._collection_of(row)

    def _work(self, answer="success", error=None):
        """Work core's queue against a service that answers so; :return: what it got."""
        sent = []

        def contact(api, endpoint, params, **_options):
            batch = [
                (number["number"], message["content"], number["uuid"])
                for message in params["messages"]
                for number in message["numbers"]
            ]
            sent.extend(batch)
            if error:
                raise AccessError("no answer") from error  # pylint: disable=translation-required
            return [{"uuid": uuid, "state": answer} for _number, _text, uuid in batch]

        with patch.object(SmsApi, "_contact_iap", contact):
            self._process_queue()
        return sent

    def _process_queue(self):
        """Core's scheduled action, without its commit."""
        cron = type(self.env["ir.cron"])
        with patch.object(cron, "_commit_progress", lambda *args, **kwargs: 0):
            self.env["sms.sms"].sudo()._process_queue()
        self.env.invalidate_all()

    def _notice(self, **values):
        self.invoice = self._invoice(days_late=5, **values)
        return self._run().notice_ids

    def test_sms_leaves_with_its_text_frozen_and_a_link_to_pay(self):
        notice = self._notice(amount=1234.5)
        row = notice.communication_ids
        self.assertRecordValues(
            row, [{"channel": "sms", "state": "queued", "address": MOBILE, "automatic": True}]
        )
        self.assertIn("1,234.50", notice.sms_body)
        self.assertIn(
            f"https://pay.example.com/my/invoices/{self.invoice.id}?access_token="
            f"{self.invoice.access_token}",
            notice.sms_body,
        )
        self.assertNotIn("\u00a0", notice.sms_body)
        frozen = notice.sms_body
        self.level_1.sms_body = "Something else"
        sent = self._work()
        self.assertEqual([(number, text) for number, text, _uuid in sent], [(MOBILE, frozen)])
        self.assertEqual(row.state, "sent")
        self.assertEqual(notice.state, "issued")
        self.assertEqual(self.invoice.collection_level_id, self.level_1)
        self.assertIn("pay.example.com", row.body)
        self.assertIn("SMS", notice.sms_length)

    def test_several_invoices_have_one_page_to_pay_them(self):
        self._invoice(days_late=6)
        notice = self._notice()
        self.assertEqual(len(notice._advancing()), 2)
        self.assertIn(f"/my/collections/notice/{notice.id}?access_token=", notice.sms_body)

    def test_the_delivery_report_comes_back(self):
        """Sent is what the service took, delivered what the network says."""
        notice = self._notice()
        row, message = notice.communication_ids, self._message(notice)
        self._work()
        self.assertFalse(row.date_delivered)
        message.sms_tracker_id._action_update_from_sms_state("sent")
        self.assertEqual(row.date_delivered, fields.Date.to_date("2026-03-31"))
        other = self._create_customer("Other", phone="+33 6 99 99 99 99")
        invoice = self._invoice(days_late=5, partner=other)
        notice = self._run().notice_ids
        message = self._message(notice)
        self._work()
        message.sms_tracker_id._action_update_from_provider_error("invalid_destination")
        self.assertRecordValues(
            notice.communication_ids, [{"state": "failed", "failure_kind": "address"}]
        )
        self.assertEqual(notice.state, "failed")
        self.assertFalse(invoice.collection_level_id)
        run = self._run(on=fields.Date.to_date("2026-04-01"), issue=False)
        self.assertSkipped(run, invoice, "no_recipient")
        self.assertIn("wrong number", run.skip_ids.detail)

    def test_nothing_leaves_to_whoever_has_paid(self):
        notice = self._notice()
        self._pay(self.invoice)
        self.assertFalse(self._work())
        self.assertRecordValues(
            notice.communication_ids, [{"state": "failed", "failure_kind": "cancelled"}]
        )
        self.assertEqual(self._message(notice).state, "canceled")
        self.assertFalse(notice.is_undelivered)

    def test_a_reversed_notice_does_not_leave(self):
        notice = self._notice()
        notice.action_reverse()
        self.assertEqual(self._message(notice).state, "canceled")
        self.assertFalse(self._work())

    def test_nothing_leaves_twice(self):
        """Neither by a second turn of the queue, nor by buttons of core's screens, nor
        after a process that died between the service's answer and our commit."""
        notice = self._notice()
        row, message = notice.communication_ids, self._message(notice)
        with patch.object(SmsSms, "_send_with_api", lambda *args, **kwargs: None):
            self._process_queue()
        self.assertTrue(row.claimed_on)
        self.assertEqual((row.state, message.state), ("queued", "process"))
        self.assertFalse(self._work(), "somebody else may be at it")
        self.assertEqual(row.state, "queued")
        with freeze_time("2026-03-31 11:00:00"):
            self.assertFalse(self._work())
        self.assertRecordValues(row, [{"state": "failed", "failure_kind": "unknown"}])
        self.assertEqual(notice.state, "issued")
        message.resend_failed()
        self.assertFalse(self._work())
        self.assertEqual(message.state, "canceled")

    def test_core_buttons_send_through_the_queue(self):
        notice = self._notice()
        self._message(notice).send()
        self.assertEqual(self._message(notice).state, "outgoing")
        self.assertEqual(len(self._work()), 1)
        self.assertFalse(self._work())

    def test_a_silent_service_is_left_to_a_person(self):
        notice = self._notice()
        self._work(error=requests.exceptions.ReadTimeout())
        self.assertRecordValues(
            notice.communication_ids, [{"state": "failed", "failure_kind": "unknown"}]
        )
        self.assertEqual(notice.state, "issued")
        self.assertTrue(notice.is_undelivered)

    def test_a_service_that_was_not_reached_is_tried_again(self):
        notice = self._notice()
        self._work(error=requests.exceptions.ConnectTimeout())
        self.assertEqual(notice.communication_ids.failure_kind, "temporary")
        self.assertEqual(notice.state, "failed")
        again = self._run(on=fields.Date.to_date("2026-04-01")).notice_ids
        self.assertEqual(len(self._work()), 1)
        self.assertEqual(again.communication_ids.state, "sent")

    def test_without_credit_the_level_is_given_back(self):
        notice = self._notice()
        self._work(answer="insufficient_credit")
        row = notice.communication_ids
        self.assertEqual((row.state, row.failure_kind), ("failed", "temporary"))
        self.assertIn("Insufficient Credit", row.failure_reason)
        self.assertFalse(self.invoice.collection_level_id)
        row.action_resend()
        self.assertEqual(notice.stage, "issued")
        self.assertEqual(len(self._work()), 1)
        self.assertEqual(notice.communication_ids.sorted("id").mapped("state"), ["failed", "sent"])

    def test_a_quiet_time_is_waited_for(self):
        """Issued at eleven in the evening: it leaves in the morning, unless paid."""
        self.company.write({"collection_quiet_from": 20.0, "collection_quiet_to": 8.0})
        with freeze_time(NIGHT):
            notice = self._notice()
            message = self._message(notice)
            self.assertEqual(message.state, "waiting")
            self.assertFalse(self._work())
        with freeze_time(MORNING):
            self.assertEqual(len(self._work()), 1)
        self.assertEqual(notice.communication_ids.state, "sent")

    def test_a_late_turn_of_the_queue_keeps_quiet_too(self):
        self.company.write({"collection_quiet_from": 20.0, "collection_quiet_to": 8.0})
        notice = self._notice()
        with freeze_time(NIGHT):
            self.assertFalse(self._work())
        self.assertEqual(self._message(notice).state, "waiting")
        with freeze_time(MORNING):
            self.assertEqual(len(self._work()), 1)

    def test_no_number_no_level(self):
        for phone, word in ((False, "no phone"), ("ask at the desk", "no number")):
            with self.subTest(phone):
                customer = self._create_customer("Nobody", phone=phone)
                invoice = self._invoice(days_late=5, partner=customer)
                run = self._run(issue=False, partner_ids=customer.ids)
                self.assertSkipped(run, invoice, "no_recipient")
                self.assertIn(word, run.skip_ids.detail)

    def test_blacklisted_number(self):
        self.env["phone.blacklist"].sudo().create({"number": MOBILE})
        invoice = self._invoice(days_late=5)
        run = self._run(issue=False)
        self.assertSkipped(run, invoice, "no_recipient")
        self.assertIn("blacklist", run.skip_ids.detail)

    def test_second_channel_arrives_when_the_number_does_not(self):
        self.level_1.write({"send_email": True})
        self.customer.phone = False
        notice = self._notice()
        states = {row.channel: row.state for row in notice.communication_ids}
        self.assertEqual(states, {"email": "queued", "sms": "failed"})
        self.assertEqual(notice.state, "issued")

    def test_other_messages_of_the_database_leave_as_ever(self):
        notice = self._notice()
        stranger = self.env["sms.sms"].sudo().create({"number": "+33700000000", "body": "Hi"})
        self._pay(self.invoice)
        sent = self._work()
        self.assertEqual([text for _number, text, _uuid in sent], ["Hi"])
        self.assertEqual(stranger.state, "pending")
        self.assertEqual(notice.communication_ids.failure_kind, "cancelled")

    def test_each_company_by_its_own_account(self):
        companies = []
        original = SmsSms._send_with_api

        def listening(records, api, **options):
            companies.append(records.env.company)
            return original(records, api, **options)

        self._notice()
        elsewhere = self.env["res.company"].sudo().create({"name": "Elsewhere"})
        self.env["sms.sms"].sudo().create({"number": "+33700000000", "body": "Hi"})
        self.env = self.env(context={**self.env.context, "allowed_company_ids": elsewhere.ids})
        with patch.object(SmsSms, "_send_with_api", listening):
            self._work()
        self.assertEqual(companies, [elsewhere, self.company])

    def test_the_text_is_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.level_1.with_context(lang="fr_FR").sms_body = "Facture: {{ payment_link(object) }}"
        self.customer.lang = "fr_FR"
        self.assertTrue(self._notice().sms_body.startswith("Facture: https://"))

    def test_a_level_without_text_says_a_plain_sentence(self):
        self.level_1.sms_body = False
        text = self._notice().sms_body
        self.assertIn("please pay", text)
        self.assertIn("https://pay.example.com/my/invoices/", text)

    def test_a_level_of_sms_alone_is_a_level(self):
        self.assertFalse(self.level_1.send_email)
        with self.assertRaises(ValidationError):
            self.level_1.send_sms = False

    def test_the_form_says_how_long_the_text_is_in_each_language(self):
        self.env["res.lang"]._activate_lang("ro_RO")
        self.level_1.with_context(lang="ro_RO").sms_body = "Vă rugăm să plătiți " + "a" * 60
        with Form(self.level_1) as form:
            form.sms_body = "Please pay"
            lines = dict(line.split(": ") for line in form.sms_length.splitlines())
        self.assertIn("10 characters, 1 SMS", lines["English (US)"])
        romanian = next(text for name, text in lines.items() if "Rom" in name)
        self.assertIn("2 SMS", romanian)
        self.assertIn("ț", romanian)

    def test_the_preview_shows_it_and_sends_nothing(self):
        self._invoice(days_late=5)
        notice = self._run(issue=False).notice_ids
        action = notice.action_preview_email()
        preview = self.env[action["res_model"]].browse(action["res_id"])
        self.assertIn("pay.example.com", preview.sms_body)
        self.assertEqual(preview.sms_number, MOBILE)
        self.assertFalse(self.env["sms.sms"].sudo().search([("number", "=", MOBILE)]))

    def test_hostile_names_are_text(self):
        self.level_1.sms_body = "{{ object.partner_id.name }}: pay"
        self.customer.name = "<b>{{ 1/0 }}</b>"
        notice = self._notice()
        self.assertEqual(notice.sms_body, "<b>{{ 1/0 }}</b>: pay")
        self.assertNotIn("<b>", notice.communication_ids.body)

    # What the network counts

    def test_lengths(self):
        cases = (
            ("", 0, 0),
            ("a" * 160, 160, 1),
            ("a" * 161, 161, 2),
            ("a" * 306, 306, 2),
            ("€" * 80, 160, 1),
            ("ș" * 70, 70, 1),
            ("ș" * 71, 71, 2),
            ("😀" * 35, 70, 1),
        )
        for text, places, parts in cases:
            with self.subTest(text[:3], count=len(text)):
                length = sms_text.measure(text)
                self.assertEqual((length.places, length.parts), (places, parts))

    def test_plain_signs(self):
        self.assertEqual(sms_text.plain(" L’été –\u202f1\u00a0000 €… "), "L'été - 1 000 €...")
        self.assertEqual(sms_text.measure(sms_text.plain("1\u202f234,56 €")).special, "")

    def test_an_interrupted_claim_is_fifteen_minutes_old(self):
        notice = self._notice()
        row = notice.communication_ids.sudo()
        row.claimed_on = fields.Datetime.now() - timedelta(minutes=5)
        self._message(notice).state = "process"
        self._work()
        self.assertEqual(row.state, "queued")
