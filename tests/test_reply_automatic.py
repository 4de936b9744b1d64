"""What a machine answers is told from what a person writes."""

from odoo.tests import BaseCase, tagged

from ..engine.automatic_mail import is_automatic


@tagged("post_install", "-at_install")
class TestAutomaticMail(BaseCase):
    def test_headers(self):
        for headers in (
            {"Auto-Submitted": "auto-replied"},
            {"auto-submitted": "auto-generated; type=vacation"},
            {"X-Autoreply": "yes"},
            {"X-Autorespond": ""},
            {"Precedence": "bulk"},
            {"Precedence": "auto_reply"},
            {"Return-Path": "<>"},
            {"Content-Type": "multipart/report; report-type=disposition-notification"},
        ):
            with self.subTest(headers=headers):
                self.assertTrue(is_automatic(headers, "anna@example.com", "Re: Reminder"))
        for headers in (
            {},
            {"Auto-Submitted": "no"},
            {"Precedence": "list"},
            {"Return-Path": "<anna@example.com>"},
            {"X-Auto-Response-Suppress": "OOF"},
        ):
            with self.subTest(headers=headers):
                self.assertFalse(is_automatic(headers, "anna@example.com", "Re: Reminder"))

    def test_subjects(self):
        for subject in (
            "Automatic reply: Reminder REM/2026/00001",
            "Out of Office: Reminder",
            "Out of the office until Monday",
            "Réponse automatique : Relance",
            "Absence du bureau",
            "Absent jusqu'au 5 avril",
            "Răspuns automat: Somație",
            "În concediu până pe 5",
            "Automatische Antwort: Mahnung",
            "Undeliverable: Reminder",
        ):
            with self.subTest(subject):
                self.assertTrue(is_automatic({}, "anna@example.com", subject))
        for subject in (
            "Re: Reminder",
            "Re: Automatic reply",
            "Undelivered goods, invoice 12",
            "Absence de facture",
            "Office out of paper",
            "Delivery status of our order?",
            "Nelivrat: marfa din factura 7",
            "",
            None,
        ):
            with self.subTest(subject):
                self.assertFalse(is_automatic({}, "anna@example.com", subject))

    def test_senders(self):
        for sender in ("MAILER-DAEMON@example.com", "postmaster@example.com", "noreply@x.com"):
            self.assertTrue(is_automatic({}, sender, "Hello"))
        self.assertFalse(is_automatic({}, "", "Hello"))
