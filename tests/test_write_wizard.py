"""A collector writes to a customer: his language, the timeline, the contact rules."""

from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from odoo.addons.mail.tests.common import MockEmail

from .access_common import AccessCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31 10:00:00")
class TestWriteWizard(AccessCommon, MockEmail):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.company.partner_id.tz = "UTC"
        cls.invoice = cls._invoice(days_late=16, amount=1234.5)

    def _open(self, role="collector", customer=None):
        action = (
            self._as(role, self.env["collection.write"])
            .with_company(self.company)
            ._open(customer or self.customer)
        )
        self.assertEqual(action["target"], "new")
        return self._as(role, self.env["collection.write"]).browse(action["res_id"])

    def _row(self):
        return self.env["collection.communication"].search(
            [("partner_id", "=", self.customer.id), ("channel", "=", "email")], limit=1
        )

    def test_an_email_is_queued_and_in_the_timeline(self):
        wizard = self._open()
        wizard.write({"subject": "Our call of today", "body": "<p>As agreed…</p>"})
        wizard.action_send()
        row = self._row()
        self.assertEqual(
            (row.state, row.direction, row.summary, row.address, row.user_id),
            ("queued", "out", "Our call of today", self.customer.email, self.users["collector"]),
        )
        mail = row.mail_mail_id.sudo()
        self.assertEqual((mail.state, mail.recipient_ids), ("outgoing", self.customer))
        self.assertFalse(mail.scheduled_date)
        self.assertIn("As agreed", mail.body_html)
        with self.mock_mail_gateway():
            mail.send()
        self.assertEqual(row.state, "sent")

    def test_it_starts_with_the_items_in_the_customer_s_language(self):
        wizard = self._open()
        self.assertIn(self.invoice.name, wizard.body)
        self.assertIn("1,234.50", wizard.body)
        self.customer.lang = "fr_FR"
        wizard = self._open()
        self.assertEqual(wizard.lang, "fr_FR")
        self.assertRegex(str(wizard.body), r"1(&nbsp;|\s)234,50")

    def test_a_template_is_filled_in(self):
        template = self.env["mail.template"].create(
            {
                "name": "Thanks",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "subject": "Thank you {{ object.name }}",
                "body_html": "<p>Dear <t t-out='object.name'/></p>",
            }
        )
        wizard = self._open()
        wizard.template_id = template
        self.assertEqual(wizard.subject, "Thank you Customer")
        self.assertIn("Dear Customer", wizard.body)

    def test_quiet_hours_delay_it(self):
        self.company.write({"collection_quiet_from": 8.0, "collection_quiet_to": 12.5})
        wizard = self._open()
        self.assertEqual(wizard.leaves_on, datetime(2026, 3, 31, 12, 30))
        wizard.action_send()
        self.assertEqual(
            self._row().mail_mail_id.sudo().scheduled_date, datetime(2026, 3, 31, 12, 30)
        )

    def test_contacted_often_enough(self):
        self.company.collection_max_contacts = 1
        self._open().action_send()
        wizard = self._open()
        self.assertTrue(wizard.limit_text)
        wizard.override = True
        with self.assertRaises(UserError, msg="a collector may not"):
            wizard.action_send()
        wizard = self._open("manager")
        with self.assertRaises(UserError, msg="a manager says so first"):
            wizard.action_send()
        wizard.override = True
        wizard.action_send()
        self.assertEqual(self._row().user_id, self.users["manager"])
        self.assertEqual(self._row().exception_reason, wizard.limit_text)

    def test_answers_land_on_the_notice(self):
        notice = self._run().notice_ids
        wizard = self._open()
        self.assertEqual(wizard.notice_id, notice)
        wizard.action_send()
        mail = self._row().mail_mail_id.sudo()
        self.assertEqual((mail.model, mail.res_id), ("collection.notice", notice.id))
        self.assertFalse(self._row().notice_id, "it is no delivery of the notice")
        wizard = self._open()
        wizard.notice_id = False
        wizard.action_send()
        mail = self._row().mail_mail_id.sudo()
        self.assertEqual((mail.model, mail.res_id), ("res.partner", self.customer.id))

    def test_a_failure_of_it_is_no_failure_of_the_notice(self):
        notice = self._run().notice_ids
        self._open().action_send()
        row = self._row()
        row.sudo()._fail("address", "unknown user")
        self.assertEqual((row.state, notice.state), ("failed", "issued"))

    def test_letter_statement_and_files_go_with_it(self):
        notice = self._run().notice_ids
        letter = self.env["ir.attachment"].create({"name": "letter.pdf", "raw": b"%PDF"})
        notice.sudo().letter_attachment_id = letter
        photo = self._as("collector", self.env["ir.attachment"]).create(
            {"name": "proof.png", "raw": b"x"}
        )
        wizard = self._open()
        self.assertTrue(wizard.has_letter)
        wizard.write(
            {"attach_letter": True, "attach_statement": True, "attachment_ids": photo.ids}
        )
        wizard.action_send()
        names = self._row().mail_mail_id.sudo().attachment_ids.mapped("name")
        self.assertEqual(len(names), 3)
        self.assertLessEqual({"letter.pdf", "proof.png"}, set(names))

    def test_without_an_address_or_a_text(self):
        wizard = self._open()
        wizard.body = "<p><br></p>"
        with self.assertRaises(UserError):
            wizard.action_send()
        silent = self._create_customer("Silent", email=False)
        with self.assertRaises(UserError):
            self._open(customer=silent).action_send()
        self.env["mail.blacklist"].sudo()._add(self.customer.email)
        with self.assertRaises(UserError):
            self._open().action_send()

    def test_hostile_text_is_cleaned(self):
        wizard = self._open()
        wizard.body = "<p>Hello</p><script>alert(1)</script>"
        wizard.action_send()
        self.assertNotIn("script", self._row().body)
        self.assertNotIn("script", self._row().mail_mail_id.sudo().body_html)

    def test_who_may_write(self):
        for role in ("auditor", "salesperson"):
            with self.subTest(role), self.assertRaises(AccessError):
                self._open(role)
