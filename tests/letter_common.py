"""Letters as the customer gets them: real PDFs, read back."""

import io
import re

from lxml import html
from pypdf import PdfReader

from odoo import Command
from odoo.tests import HttpCase

from .common import TODAY, CollectionsCommon

REPORT = "account_collections.action_report_notice"
IBAN = "FR7630006000011234567890189"


class LetterCommon(CollectionsCommon, HttpCase):
    """The default policy and customers of three languages. HttpCase: wkhtmltopdf
    fetches its style sheets from the test server."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for language in ("fr_FR", "ro_RO"):
            cls.env["res.lang"]._activate_lang(language)
        cls.env["ir.module.module"]._load_module_terms(
            ["account_collections", "web"], ["fr_FR", "ro_RO"]
        )
        cls.env["ir.config_parameter"].sudo().set_param("report.print_delay", "200")
        cls.policy.is_default = False
        cls.policy = cls.env.ref("account_collections.policy_default")
        cls.courtesy, cls.oops, cls.wrong, cls.ultimatum = cls.policy.level_ids.sorted("sequence")
        cls.euro = cls.env.ref("base.EUR")
        cls.leu = cls.env.ref("base.RON")
        (cls.euro | cls.leu).active = True
        cls.company.write({"phone": "+33 4 72 00 00 00", "email": "office@example.com"})
        cls.bank = cls.env["res.partner.bank"].create(
            {
                "acc_number": IBAN,
                "partner_id": cls.company.partner_id.id,
                "bank_id": cls.env["res.bank"]
                .create({"name": "Banque du Rhône", "bic": "BNPAFRPPXXX"})
                .id,
            }
        )
        cls.french = cls._create_customer("Café de l’Hôtel", lang="fr_FR")
        cls.romanian = cls._create_customer("Țesătura Română", lang="ro_RO")
        cls.english = cls._create_customer("Smith Brothers", lang="en_US")

    @classmethod
    def _debt(cls, partner, days_late, amount=1234.56, currency=None, **values):
        """An invoice in a currency, as all of the customer's debts are here."""
        invoice = cls._invoice(
            days_late, amount, partner=partner, currency_id=(currency or cls.euro).id, **values
        )
        return invoice

    @classmethod
    def _at(cls, invoice, level):
        """As if the item had been reminded up to the level before this one."""
        levels = cls.policy.level_ids.sorted("sequence")
        position = list(levels).index(level)
        cls._item(invoice).sudo().write(
            {
                "collection_manual_level_id": levels[position - 1].id if position else False,
                "collection_manual_date": TODAY.replace(month=1) if position else False,
            }
        )
        return invoice

    def _propose(self, partners, on=TODAY):
        run = self.env["collection.run"].create(
            {
                "company_id": self.company.id,
                "date": on,
                "partner_ids": [Command.set(partners.ids)],
            }
        )
        run.action_propose()
        return run.notice_ids

    def _issue(self, partners, on=TODAY, pdf=True):
        """Issue, with real PDFs unless the words alone matter."""
        notices = self._propose(partners, on).with_context(force_report_rendering=pdf)
        notices.filtered(lambda notice: notice.stage == "to_approve").action_approve()
        self.assertTrue(notices, "nothing was proposed")
        notices.action_issue()
        self.assertEqual(set(notices.mapped("stage")), {"issued"}, notices.mapped("failure_reason"))
        return notices

    def _print(self, notices):
        """The PDF a person gets."""
        content, kind = (
            self.env["ir.actions.report"]
            .with_context(force_report_rendering=True)
            ._render_qweb_pdf(REPORT, notices.ids)
        )
        self.assertEqual(kind, "pdf")
        return content

    def _html(self, notice):
        return (
            self.env["ir.actions.report"]
            ._render_qweb_html("account_collections.report_notice", notice.ids)[0]
            .decode()
        )

    def _words(self, notice):
        """The text of the letter, without the trouble of a PDF."""
        main = html.fromstring(self._html(notice)).xpath("//main")[0]
        return re.sub(r"\s+", " ", " ".join(main.itertext()).replace("\ufeff", ""))

    def _pages(self, content):
        """The text of each page, with plain spaces."""
        return [
            re.sub(r"\s+", " ", page.extract_text().replace("\u00a0", " ").replace("\ufeff", ""))
            for page in PdfReader(io.BytesIO(content)).pages
        ]

    def _text(self, content):
        return " ".join(self._pages(content))

    def assertSays(self, text, *phrases):
        for phrase in phrases:
            self.assertIn(phrase, text)

    def assertSilent(self, text, *phrases):
        for phrase in phrases:
            self.assertNotIn(phrase, text)
