"""Invoices with discounts in tiers, as customers read them."""

import re
from unittest.mock import patch

from lxml import html

from odoo import Command, fields
from odoo.tests import freeze_time

from odoo.addons.account.models.res_partner_bank import ResPartnerBank
from odoo.addons.base.models.ir_actions_report import IrActionsReport

from .letter_common import LetterCommon

APRIL_30 = fields.Date.to_date("2026-04-30")
INVOICE = "account.account_invoices"
INVOICE_HTML = "account.report_invoice_with_payments"
HOSTILE = "<script>alert('x')</script> & <b>Sons</b>"


def plain(text):
    """Plain spaces, once."""
    for space in ("\u00a0", "\u202f", "\ufeff"):
        text = text.replace(space, "" if space == "\ufeff" else " ")
    return re.sub(r"\s+", " ", text)


class WordsCommon(LetterCommon):
    """1,000.00 € of 30 April 2026: 3 % within 8 days, 2 % within 15, net 30."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.module.module"]._load_module_terms(["account"], ["fr_FR", "ro_RO"])
        cls.term = cls._term("Three or two")

    def setUp(self):
        super().setUp()
        self._on("2026-05-04")

    def _on(self, day):
        """Today is that day, until the test says otherwise."""
        self.startPatcher(freeze_time(day))

    @classmethod
    def _term(cls, name, tiers=((8, 3.0), (15, 2.0)), instalments=((100.0, 30),), **values):
        return cls.env["account.payment.term"].create(
            {
                "name": name,
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": share, "nb_days": days})
                    for share, days in instalments
                ],
                "discount_tier_ids": [
                    Command.create({"discount_days": days, "discount_percentage": percent})
                    for days, percent in tiers
                ],
                **values,
            }
        )

    @classmethod
    def _bill(cls, term=None, partner=None, amount=1000.0, day=APRIL_30, post=True, **values):
        """An invoice in euros under these terms (False: none)."""
        return cls._create_invoice_one_line(
            name=values.pop("name", "Service"),
            price_unit=amount,
            tax_ids=values.pop("tax_ids", []),
            partner_id=(partner or cls.english).id,
            currency_id=cls.euro.id,
            invoice_date=day,
            invoice_payment_term_id=(cls.term if term is None else term).id
            if term is not False
            else False,
            post=post,
            **values,
        )

    def _page(self, move):
        """The printed document's HTML."""
        return self.env["ir.actions.report"]._render_qweb_html(INVOICE_HTML, move.ids)[0].decode()

    def _said(self, move):
        """What stands on the printed document, in plain words."""
        return plain(" ".join(html.fromstring(self._page(move)).itertext()))

    def _printed(self, move):
        """The text of the true PDF."""
        content, kind = (
            self.env["ir.actions.report"]
            .with_context(force_report_rendering=True)
            ._render_qweb_pdf(INVOICE, move.ids)
        )
        self.assertEqual(kind, "pdf")
        return plain(self._text(content))

    def _texts(self, move, **options):
        return [plain(row["text"]) for row in move._collection_payment_options(**options)]

    def _offer_codes(self):
        """A QR method as localizations add them; keeps the amounts it was asked for."""
        asked = []

        def params(bank, method, amount, *args):
            asked.append(amount)
            return {
                "barcode_type": "QR",
                "width": 128,
                "height": 128,
                "humanreadable": 1,
                "value": f"{method} {amount}",
            }

        self.startPatcher(
            patch.object(
                ResPartnerBank,
                "_get_available_qr_methods",
                lambda bank: [("test_qr", "Test", 1)],
            )
        )
        self.startPatcher(patch.object(ResPartnerBank, "_get_qr_code_generation_params", params))
        # Drawing is core's, and wants a library not every machine has.
        self.startPatcher(
            patch.object(IrActionsReport, "barcode", lambda report, **kw: kw["value"].encode())
        )
        self.company.qr_code = True
        return asked
