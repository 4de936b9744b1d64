"""Letters by core's post service, in printed batches, and registered ones."""

import base64
import io
from contextlib import contextmanager
from unittest.mock import patch

import requests
from pypdf import PdfReader
from reportlab.pdfgen.canvas import Canvas

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from odoo.addons.snailmail.models import snailmail_letter

from .access_common import AccessCommon
from .common import TODAY

TOMORROW = fields.Date.add(TODAY, days=1)


def pdf(*pages):
    """A file with one text a page."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for text in pages:
        canvas.drawString(72, 720, text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@tagged("post_install", "-at_install")
class TestPostDelivery(AccessCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.france = cls.env.ref("base.fr")
        cls.level_1.write({"send_email": False, "send_letter": True})
        cls.customer.write({"zip": "69001", "country_id": cls.france.id})
        cls.company.paperformat_id = cls.env.ref("base.paperformat_euro")

    def setUp(self):
        super().setUp()

        def split(report, _ref, _content, _type):
            notices = self.env["collection.notice"].browse(self.rendering)
            return {notice.id: pdf(f"Letter {notice.name}") for notice in notices}

        def pre_render(report, _ref, data=None, res_ids=None):
            self.rendering = res_ids
            return {}, "pdf"

        def render(report, _ref, res_ids=None, data=None):
            return pdf("Cover list"), "pdf"

        engine = self.env.registry["ir.actions.report"]
        self.startPatcher(patch.object(engine, "_pre_render_qweb_pdf", pre_render))
        self.startPatcher(patch.object(engine, "_get_splitted_report", split))
        self.startPatcher(patch.object(engine, "_render_qweb_pdf", render))

    @contextmanager
    def _service(self, error=None, outage=None):
        """Odoo's post service; ``self.posted`` is what it got."""
        self.posted = []

        def answer(_url, params=None, **_options):
            self.posted += params["documents"]
            if outage:
                raise AccessError("no answer") from outage  # pylint: disable=translation-required
            documents = [
                {**one, "sent": not error, "send_id": 4711, "error": error}
                for one in params["documents"]
            ]
            return {"request_code": 200, "request": {"documents": documents}}

        with (
            patch.object(snailmail_letter.iap_tools, "iap_jsonrpc", answer),
            patch.object(self.env.cr, "commit", lambda: None),
        ):
            yield

    def _post(self, **options):
        with self._service(**options):
            self.env["snailmail.letter"].sudo()._snailmail_cron(autocommit=False)
        self.env.invalidate_all()
        return self.posted

    def _notice(self, partner=None):
        self.invoice = self._invoice(days_late=5, partner=partner)
        return self._run(partner_ids=(partner or self.customer).ids).notice_ids

    def _letter_row(self, notice):
        return notice.communication_ids.filtered(lambda row: row.channel == "letter")

    # By the service

    def _by_service(self):
        self.company.collection_letter_channel = "snailmail"

    def test_the_service_posts_the_frozen_letter(self):
        self._by_service()
        notice = self._notice()
        row = self._letter_row(notice)
        self.assertEqual((row.state, row.by_post_service), ("queued", True))
        self.assertFalse(notice.letters_to_post)
        action = self.env.ref("account_collections.collection_communication_action_letters")
        listed = self.env["collection.communication"].search(safe_eval(action.domain))
        self.assertNotIn(row, listed)
        row.action_mark_posted()
        self.assertEqual(row.state, "queued", "the service says itself what it posted")
        posted = self._post()
        self.assertEqual(len(posted), 1)
        text = PdfReader(io.BytesIO(base64.b64decode(posted[0]["pdf_bin"]))).pages[0].extract_text()
        self.assertIn(notice.name, text)
        self.assertEqual(posted[0]["address"]["zip"], "69001")
        self.assertEqual(row.state, "sent")
        self.assertIn("4711", row.outcome)
        self.assertFalse(self._post(), "nothing is posted twice")

    def test_the_service_gets_nothing_for_whoever_has_paid(self):
        self._by_service()
        notice = self._notice()
        self._pay(self.invoice)
        self.assertFalse(self._post())
        row = self._letter_row(notice)
        self.assertEqual(row.failure_kind, "cancelled")
        self.assertEqual(row.sudo().snailmail_letter_id.state, "canceled")

    def test_without_credit_the_level_is_given_back_and_core_does_not_try_again(self):
        self._by_service()
        notice = self._notice()
        self._post(error="CREDIT_ERROR")
        row = self._letter_row(notice)
        self.assertEqual((row.state, row.failure_kind), ("failed", "temporary"))
        self.assertIn("credit", row.failure_reason)
        self.assertEqual(notice.state, "failed")
        self.assertFalse(self.invoice.collection_level_id)
        self.assertFalse(self._post(), "the next run makes a letter with new dates")
        letter = row.sudo().snailmail_letter_id
        with self._service():
            letter.snailmail_print()
        self.assertFalse(self.posted)
        again = self._run(on=TOMORROW).notice_ids
        self.assertEqual(len(self._post()), 1)
        self.assertEqual(self._letter_row(again).state, "sent")

    def test_a_country_without_service_is_a_wrong_address(self):
        self._by_service()
        notice = self._notice()
        self._post(error="NO_PRICE_AVAILABLE")
        self.assertEqual(self._letter_row(notice).failure_kind, "address")

    def test_a_silent_service_is_left_to_a_person(self):
        self._by_service()
        notice = self._notice()
        self._post(outage=requests.exceptions.ReadTimeout())
        row = self._letter_row(notice)
        self.assertEqual((row.state, row.failure_kind), ("failed", "unknown"))
        self.assertEqual(notice.state, "issued")
        self.assertFalse(self._post())

    def test_an_interrupted_letter_is_not_posted_again(self):
        self._by_service()
        notice = self._notice()
        row = self._letter_row(notice)
        row.sudo().claimed_on = fields.Datetime.subtract(fields.Datetime.now(), minutes=2)
        self.assertFalse(self._post())
        self.assertEqual(row.state, "queued", "somebody else may be at it")
        row.sudo().claimed_on = fields.Datetime.subtract(fields.Datetime.now(), hours=2)
        self.assertFalse(self._post())
        self.assertEqual((row.state, row.failure_kind), ("failed", "unknown"))

    def test_a_failed_letter_is_sent_again_by_a_person(self):
        self._by_service()
        notice = self._notice()
        self._post(error="FORMAT_ERROR")
        self._letter_row(notice).action_resend()
        self.assertEqual(notice.stage, "issued")
        self.assertEqual(len(self._post()), 1)
        self.assertEqual(
            sorted(self._letter_row(notice).mapped("state")), ["failed", "sent"]
        )

    def test_the_service_needs_the_whole_address(self):
        self._by_service()
        self.customer.zip = False
        invoice = self._invoice(days_late=5)
        run = self._run(issue=False)
        self.assertSkipped(run, invoice, "no_recipient")
        self.company.collection_letter_channel = "print"
        self.assertTrue(self._run(issue=False, on=TOMORROW).notice_ids)

    def test_a_person_takes_a_letter_back_in_cores_screen(self):
        self._by_service()
        notice = self._notice()
        row = self._letter_row(notice)
        row.sudo().snailmail_letter_id.cancel()
        self.assertEqual(row.failure_kind, "cancelled")
        self.assertFalse(self._post())

    # Printed here, in batches

    def _three_letters(self):
        germany = self.env.ref("base.de")
        far = self._create_customer("Zebra", zip="75001", country_id=self.france.id)
        abroad = self._create_customer("Anton", zip="99999", country_id=germany.id)
        invoices = [self._invoice(5, partner=who) for who in (self.customer, far, abroad)]
        notices = self._run(partner_ids=(self.customer | far | abroad).ids).notice_ids
        return self._letter_row(notices), invoices

    def _batch(self, rows):
        action = self._as("collector", rows).action_make_batch()
        model = self.env["collection.letter.batch"].with_user(self.users["collector"])
        if action.get("res_id"):
            return model.browse(action["res_id"])
        return model.search(action["domain"])

    def _pages(self, batch):
        reader = PdfReader(io.BytesIO(batch.sudo().file_id.raw))
        return [page.extract_text().strip() for page in reader.pages]

    def test_a_batch_is_sorted_printed_once_and_posted_by_a_person(self):
        rows, _invoices = self._three_letters()
        batch = self._batch(rows)
        self.assertEqual(batch.communication_ids, rows)
        self.assertTrue(batch.name.startswith("POST/2026/"))
        action = batch.action_print()
        self.assertEqual(action["url"], f"/web/content/{batch.file_id.id}?download=true")
        ordered = batch._listed()
        self.assertEqual(ordered.partner_id.mapped("name"), ["Anton", "Customer", "Zebra"])
        expected = ["Cover list", *(f"Letter {name}" for name in ordered.notice_id.mapped("name"))]
        self.assertEqual(self._pages(batch), expected)
        self.assertEqual(batch.page_count, 3)
        self.assertEqual(set(rows.mapped("state")), {"queued"})
        file = batch.file_id
        batch.action_print()
        self.assertEqual(batch.file_id, file)
        batch.action_post()
        self.assertEqual(set(rows.mapped("state")), {"sent"})
        self.assertEqual(rows.user_id, self.users["collector"])
        self.assertEqual((batch.state, batch.posted_by_id), ("posted", self.users["collector"]))
        with self.assertRaises(UserError):
            batch.action_post()
        with self.assertRaises(UserError):
            self._as("collector", rows).action_leave_batch()

    def test_a_batch_takes_in_what_waits_and_nothing_twice(self):
        rows, _invoices = self._three_letters()
        first = self._batch(rows[:1])
        batch = self.env["collection.letter.batch"].with_user(self.users["collector"]).create({})
        batch.action_collect()
        self.assertEqual(batch.communication_ids, rows - rows[:1])
        with self.assertRaises(UserError):
            self._as("collector", rows).action_make_batch()
        self.assertEqual(first.communication_ids, rows[:1])

    def test_whoever_has_paid_gets_no_letter(self):
        rows, invoices = self._three_letters()
        batch = self._batch(rows)
        self._pay(invoices[0])
        batch.action_print()
        self.assertEqual(batch.letter_count, 2)
        self._pay(invoices[1])
        self.assertEqual(batch.needless_count, 1)
        with self.assertRaises(UserError):
            batch.action_post()
        batch.action_drop_needless()
        batch.action_post()
        states = {row.partner_id.name: (row.state, row.failure_kind) for row in rows}
        self.assertEqual(
            states,
            {
                "Customer": ("failed", "cancelled"),
                "Zebra": ("failed", "cancelled"),
                "Anton": ("sent", False),
            },
        )

    def test_a_letter_taken_back_is_taken_out_of_the_printed_pile(self):
        rows, _invoices = self._three_letters()
        batch = self._batch(rows)
        batch.action_print()
        rows[0].notice_id.action_reverse()
        self.assertEqual(batch.needless_count, 1)
        with self.assertRaises(UserError):
            batch.action_post()
        batch.action_drop_needless()
        self.assertEqual(batch.communication_ids, rows[1:])
        batch.action_post()
        self.assertEqual(rows.mapped("state"), ["failed", "sent", "sent"])

    def test_printed_on_both_sides_each_letter_has_its_own_sheet(self):
        self.company.collection_letter_duplex = True
        rows, _invoices = self._three_letters()
        batch = self._batch(rows)
        batch.action_print()
        pages = self._pages(batch)
        self.assertEqual(len(pages), 8)
        self.assertEqual([bool(page) for page in pages], [True, False] * 4)

    def test_back_to_draft_and_printed_again(self):
        rows, _invoices = self._three_letters()
        batch = self._batch(rows)
        batch.action_print()
        batch.action_draft()
        self.assertFalse(batch.file_id)
        self._as("collector", rows[0]).action_leave_batch()
        batch.action_print()
        self.assertEqual(len(self._pages(batch)), 3)
        self.assertEqual(rows[0].state, "queued")

    # Registered

    def test_registered_letters_have_batches_numbers_and_proof_of_their_own(self):
        self._by_service()
        rows, _invoices = self._three_letters()
        self.level_1.registered_letter = True
        other = self._create_customer("Registered", zip="13001", country_id=self.france.id)
        row = self._letter_row(self._notice(other))
        self.assertEqual((row.registered, row.by_post_service), (True, False))
        self.assertTrue(rows[0].by_post_service)
        batch = self._batch(row)
        self.assertTrue(batch.registered)
        batch.action_print()
        self.assertEqual(batch.untracked_count, 1)
        with Form(batch) as form, form.communication_ids.edit(0) as line:
            line.tracking_number = "RR 123 456 789 FR"
        self.assertEqual(batch.untracked_count, 0)
        batch.action_post()
        proof = self.env["ir.attachment"].with_user(self.users["collector"]).create(
            {"name": "receipt.pdf", "raw": b"signed", "res_model": row._name, "res_id": row.id}
        )
        mine = self._as("collector", row)
        mine.write(
            {"date_delivered": TOMORROW, "proof_attachment_ids": [Command.link(proof.id)]}
        )
        self.assertRecordValues(
            row,
            [
                {
                    "state": "sent",
                    "tracking_number": "RR 123 456 789 FR",
                    "date_delivered": TOMORROW,
                    "proof_attachment_ids": proof.ids,
                }
            ],
        )
        self.assertEqual(self._as("auditor", row).proof_attachment_ids.raw, b"signed")
        with self.assertRaises(UserError):
            mine.summary = "Another letter"
        with self.assertRaises(AccessError):
            self._as("auditor", row).tracking_number = "x"

    def test_what_people_may_not_write(self):
        rows, _invoices = self._three_letters()
        batch = self._batch(rows)
        with self.assertRaises(UserError):
            batch.state = "posted"
        with self.assertRaises(UserError):
            self._as("collector", rows[0]).batch_id = False
        with self.assertRaises(AccessError):
            self._as("auditor", batch).action_post()
        batch.action_print()
        batch.action_post()
        with self.assertRaises(UserError):
            self._as("manager", batch).unlink()

    def test_settings(self):
        self.env.user.group_ids |= self.env.ref("base.group_system")
        settings = self.env["res.config.settings"].create(
            {"collection_letter_channel": "snailmail", "collection_letter_duplex": True}
        )
        settings.execute()
        self.assertEqual(self.company.collection_letter_channel, "snailmail")
        self.assertTrue(self.company.collection_letter_duplex)
