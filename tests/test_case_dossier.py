"""The dossier and the mandate letter as the court or agency gets them: real PDFs."""

import io

from PIL import Image
from pypdf import PdfReader

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from .common import TODAY, later
from .letter_common import LetterCommon

MANDATE = "account_collections.action_report_case_mandate"
DOSSIER = "account_collections.action_report_dossier"


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestCaseDossier(LetterCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agency = cls.env["res.partner"].create(
            {"name": "Recouvrement Martin", "street": "2 rue Basse", "city": "Lyon"}
        )
        cls.customer.write({"name": "Hostile <script>alert(1)</script> & Sons", "ref": "=1+1"})
        cls.policy.fee_rule_id = cls.env["collection.fee.rule"].create(
            {
                "name": "Contract",
                "interest_kind": "contractual",
                "rate": 12.0,
                "fixed_amount": 40.0,
                "currency_id": cls.euro.id,
            }
        )
        cls.first = cls._at(
            cls._debt(cls.customer, 31, ref="PO-<b>7</b>", invoice_origin="SO123"), cls.ultimatum
        )

    def _ultimatum_case(self, pdf=False):
        notice = self._issue(self.customer, pdf=pdf)
        case = notice.case_ids
        case.write({"agency_id": self.agency.id, "lang": "en_US"})
        return case

    def _outline(self, content):
        """``[(bookmark, its page)]``"""
        reader = PdfReader(io.BytesIO(content))
        # Core makes the library resolve references: a bookmark holds the page itself.
        pages = list(reader.pages)
        return [(entry.title, pages.index(entry.page) + 1) for entry in reader.outline]

    def test_everything_in_one_file(self):
        """Claim, list, calculation, log, then invoice, letter and what was added, each
        where the table of contents says."""
        oops = self._at(self._debt(self.customer, 4), self.oops)
        self.first.line_ids.no_followup = True
        reminder = self._issue(self.customer, pdf=False)
        self.first.line_ids.no_followup = False
        case = self._ultimatum_case(pdf=True)
        case.move_line_ids |= self._item(oops)
        self.env["collection.communication"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "channel": "call",
                "summary": "Called <i>him</i>",
                "outcome": "Promised Friday",
            }
        )
        picture = io.BytesIO()
        Image.new("RGB", (50, 80), "white").save(picture, "PNG")
        files = self.env["ir.attachment"].create(
            [
                {"name": "delivery note.png", "raw": picture.getvalue()},
                {"name": "broken.pdf", "raw": b"%PDF-1.4 nothing", "mimetype": "application/pdf"},
            ]
        )
        case.document_ids = files
        case.claim_note = "Order of 3 January <script>x</script>"
        with mute_logger("pypdf._reader"):
            content = case._dossier_pdf()
        pages = self._pages(content)
        outline = dict(self._outline(content))
        notice = case.notice_id
        self.assertEqual(
            list(outline),
            [
                "Contents",
                "Statement of claim",
                "List of invoices",
                "Calculation of interest",
                "Log of contacts",
                f"Invoice {self.first.name}",
                f"Invoice {oops.name}",
                f"Notice {reminder.name}",
                f"Notice {notice.name}",
                "delivery note.png",
            ],
        )
        contents = pages[0]
        self.assertSays(contents, case.name, "Recouvrement Martin", "broken.pdf", "Annex 1")
        for title, page in list(outline.items())[1:]:
            self.assertRegex(contents, rf"{title}.*? {page}\b")
        claim = pages[outline["Statement of claim"] - 1]
        self.assertSays(
            claim,
            "Hostile <script>alert(1)</script> & Sons",
            "Order of 3 January <script>x</script>",
            "2,469.12",
            "Late interest to date",
            "April 8, 2026",
            notice.name,
        )
        items = pages[outline["List of invoices"] - 1]
        self.assertSays(items, self.first.name, "PO-<b>7</b>", "SO123", "1,234.56")
        interest = pages[outline["Calculation of interest"] - 1]
        self.assertSays(interest, "12.00", "agreed rate", "40.00", "03/01/2026")
        log = pages[outline["Log of contacts"] - 1]
        self.assertSays(log, "Called <i>him</i>", "Promised Friday", "Letter")
        self.assertIn("Final demand", pages[outline[f"Notice {notice.name}"] - 1])
        as_sent = pages[outline[f"Notice {reminder.name}"] - 1]
        self.assertFalse(reminder.letter_attachment_id)
        self.assertSays(as_sent, reminder.email_subject.replace("\u00a0", " "))
        total = len(pages)
        for number, page in enumerate(pages, start=1):
            self.assertIn(f"{number} / {total}", page)

    def _dossier_is(self, content):
        """Binding takes long; where it is not the point, this is what comes of it."""
        self.patch(type(self.env["collection.case"]), "_dossier_pdf", lambda case: content)

    def test_the_button_keeps_each_dossier(self):
        case = self._ultimatum_case()
        self._dossier_is(b"%PDF-1.4 first")
        action = case.action_make_dossier()
        first = case.dossier_attachment_id
        self.assertIn(str(first.id), action["url"])
        self.assertEqual(first.name, f"{case.name.replace('/', '-')} 2026-03-31.pdf")
        self._dossier_is(b"%PDF-1.4 second")
        with freeze_time("2026-04-30"):
            case.action_make_dossier()
        self.assertEqual(case.dossier_attachment_id.raw, b"%PDF-1.4 second")
        self.assertEqual(first.raw, b"%PDF-1.4 first", "what was handed out stays")

    def test_printing_gives_the_bound_file(self):
        case = self._ultimatum_case()
        self._dossier_is(b"%PDF-1.4 bound")
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        self.assertEqual(report._render_qweb_pdf(DOSSIER, case.ids), (b"%PDF-1.4 bound", "pdf"))

    def test_the_languages_of_court_and_agency(self):
        """The dossier in the chosen one, the mandate in the agency's."""
        case = self._ultimatum_case()
        case.lang = "ro_RO"
        self.agency.lang = "fr_FR"
        html = self._rendered(DOSSIER, case)
        self.assertSays(html, "31 martie 2026", "1.234,56")
        letter = self._rendered(MANDATE, case)
        self.assertSays(letter, "31 mars 2026", "1 234,56", "Recouvrement Martin")

    def _rendered(self, report, case):
        content = self.env["ir.actions.report"]._render_qweb_html(report, case.ids)[0].decode()
        return content.replace("\u00a0", " ").replace("\u202f", " ")

    def test_the_mandate(self):
        case = self._ultimatum_case()
        case._hand_over(later(0), "now")
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        text = self._text(report._render_qweb_pdf(MANDATE, case.ids)[0])
        self.assertSays(
            text,
            "Mandate to collect",
            case.name,
            "Recouvrement Martin",
            "2 rue Basse",
            "Hostile <script>",
            self.first.name,
            "1,234.56",
            "FR76 3000",
            self.company.name,
        )

    def test_a_mandate_has_somebody_to_be_given_to(self):
        case = self._ultimatum_case()
        case.agency_id = False
        with self.assertRaisesRegex(UserError, "which agency"):
            case.action_print_mandate()
        case.kind = "legal"
        case.lawyer_id = self.agency
        self.assertSays(self._rendered(MANDATE, case), "Power of attorney", "the competent court")

    def test_the_file_is_sent(self):
        """One message with mandate, data and dossier, for a person to send."""
        case = self._ultimatum_case()
        self.agency.email = "desk@agency.example"
        self._dossier_is(b"%PDF-1.4 bound")
        self.patch(type(case), "_make_mandate", lambda case: case._keep_export(b"x", "m.pdf", "csv"))
        context = case.action_send()["context"]
        self.assertEqual(context["default_partner_ids"], self.agency.ids)
        files = self.env["ir.attachment"].browse(context["default_attachment_ids"])
        self.assertEqual(
            sorted(name.rsplit(".", 1)[1] for name in files.mapped("name")), ["csv", "pdf", "pdf"]
        )

    def test_two_currencies_are_two_claims(self):
        case = self._ultimatum_case()
        foreign = self._debt(self.customer, 40, 500.0, currency=self.leu)
        self.env["res.currency.rate"].create(
            [
                {
                    "currency_id": currency.id,
                    "rate": rate,
                    "name": "2020-01-01",
                    "company_id": self.company.id,
                }
                for currency, rate in ((self.euro, 1.0), (self.leu, 5.0))
            ]
        )
        case.move_line_ids |= self._item(foreign)
        html = self._rendered(DOSSIER, case)
        self.assertSays(html, "1,234.56", "500.00")
        self.assertSilent(html, "1,734.56")

    def test_objections_are_told(self):
        case = self._ultimatum_case()
        self._pause("dispute", self.first, reason="Wrong goods").action_reject()
        self.assertIn("Wrong goods", self._rendered(DOSSIER, case))

    def test_files_the_user_may_not_read_are_not_bound(self):
        case = self._ultimatum_case()
        collector = new_test_user(
            self.env(su=True),
            login="dossier_collector",
            groups="account_collections.group_collections_collector",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        secret = self.env["ir.attachment"].sudo().create(
            {"name": "secret.pdf", "raw": b"x", "res_model": "ir.cron", "res_id": 1}
        )
        with self.assertRaises(AccessError):
            case.with_user(collector).document_ids = [(4, secret.id)]
        portal = new_test_user(self.env(su=True), login="dossier_portal", groups="base.group_portal")
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        with self.assertRaises(AccessError):
            report.with_user(portal)._render_qweb_pdf(DOSSIER, case.ids)

    def test_due_dates_in_words(self):
        case = self._ultimatum_case()
        self.assertEqual(case.date_handover_due, later(8))
        self.assertEqual(case.date_prepared, TODAY)
