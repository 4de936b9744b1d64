"""Charges as the customer reads them: letter, annex, e-mail, preview."""

import re
from datetime import timedelta

from lxml import html

from odoo import Command, fields
from odoo.tests import tagged

from .common import TODAY
from .letter_common import LetterCommon


@tagged("post_install", "-at_install")
class TestLetterCharges(LetterCommon):
    """1,000.00 € due on 1 December 2025, 400.00 paid on 28 February 2026, written to on
    31 March: 30 days at 12.15, 59 at 12.40, then 31 on 600.00: 9.99 + 20.04 + 6.32."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.series = cls.env["collection.rate.series"].create(
            {
                "name": "Central bank",
                "rate_ids": [
                    Command.create({"date_from": "2025-07-01", "rate": 2.15}),
                    Command.create({"date_from": "2026-01-01", "rate": 2.40}),
                ],
            }
        )
        cls.rule = cls.env["collection.fee.rule"].create(
            {
                "name": "Law",
                "interest_kind": "statutory",
                "series_id": cls.series.id,
                "margin": 10.0,
                "fixed_scope": "invoice",
                "fixed_amount": 40.0,
                "currency_id": cls.euro.id,
                "legal_basis": "Article 1 of the Code",
            }
        )
        cls.policy.fee_rule_id = cls.rule
        (cls.wrong | cls.ultimatum).make_charges = True

    def _story(self, partner=None, paid=True, **values):
        """The invoice of the class, about to be asked what is wrong."""
        invoice = self._debt(partner or self.english, 120, amount=1000.0, **values)
        if paid:
            self._pay(invoice, amount=400.0, on=fields.Date.to_date("2026-02-28"))
        return self._at(invoice, self.wrong)

    def _owed(self, partner):
        """What the customer owes in the ledger, in the currency of his debts."""
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "child_of", partner.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
        return round(sum(lines.mapped("amount_residual_currency")), 2)

    def _annex_words(self, notice):
        """The annex alone, in words."""
        node = html.fromstring(self._html(notice)).xpath("//div[@name='annex']")[0]
        return re.sub(r"\s+", " ", " ".join(node.itertext()).replace("\ufeff", ""))

    def test_letter_and_annex(self):
        invoice = self._story()
        pages = self._pages(self._issue(self.english).letter_attachment_id.raw)
        self.assertEqual(len(pages), 2)
        self.assertSays(
            pages[0],
            "including 76.35 € of late interest and costs, to reach our account by",
            "Charges for late payment Period Days Interest EUR Compensation EUR Total EUR",
            f"{invoice.name} 12/02/2025 – 03/31/2026 120 36.35 40.00 76.35",
            "Open items 600.00 €",
            "Late interest 36.35 €",
            "Compensation and fees 40.00 €",
            "Total due 676.35 €",
            "Amount payable by April 8, 2026: 676.35 €",
            "six hundred and seventy-six euros and thirty-five cents",
        )
        self.assertSilent(pages[0], "Annex", "12.15")
        document = invoice.collection_charge_ids.charge_move_id
        self.assertSays(
            pages[1],
            "Annex: calculation of interest",
            "Central bank + 10 points, each half-year at its own rate",
            "balance × rate × days / 365; simple interest; from the day after the due date",
            "Article 1 of the Code",
            "40.00 € per invoice",
            f"{invoice.name} 12/02/2025 12/31/2025 30 1,000.00 12.15 9.99",
            f"{invoice.name} 01/01/2026 02/28/2026 59 1,000.00 12.40 20.04",
            f"{invoice.name} 03/01/2026 03/31/2026 31 600.00 12.40 6.32",
            "Late interest 36.35",
            f"{invoice.name} Compensation 03/31/2026 40.00",
            f"Invoiced by: {document.name} (76.35 €)",
        )

    def test_b7_text_pdf_and_ledger_give_the_same_total(self):
        self._story()
        notice = self._issue(self.english)
        self.assertEqual(notice.amount_total, 676.35)
        self.assertEqual(notice.amount_demanded, 676.35)
        self.assertEqual(self._owed(self.english), 676.35)
        mail = re.sub(r"\s+", " ", " ".join(html.fromstring(notice.email_body).itertext()))
        mail = mail.replace("\u00a0", " ")
        self.assertSays(mail, "Late interest 36.35", "Compensation and fees 40.00")
        self.assertSays(mail, "Total due 676.35 €", "including 76.35 € of late interest and costs")
        self.assertIn("676.35", notice.email_subject)
        self.assertSays(self._text(notice.letter_attachment_id.raw), "Total due 676.35 €")
        again = self._words(notice)
        self.assertSays(again.replace("\u00a0", " "), "Total due 676.35 €")

    def test_b8_the_preview_is_what_is_issued(self):
        self._story()
        notice = self._propose(self.english)
        before = (notice._letter_charges(), notice.amount_total, notice._letter_charge_totals())
        annex = notice._letter_annex()
        self.assertSays(self._words(notice), "PROPOSAL", "12.15", "Annex: calculation of interest")
        self.assertFalse(notice.letter_details, "a preview keeps nothing")
        notice.action_issue()
        self.assertEqual(
            (notice._letter_charges(), notice.amount_total, notice._letter_charge_totals()), before
        )
        issued = notice._letter_annex()
        self.assertEqual(issued["rules"], annex["rules"])
        self.assertEqual(annex["documents"], "", "nothing is invoiced yet")

    def test_issued_letters_do_not_change(self):
        """Promise 7: whatever becomes of rule, rates, invoice and charge document."""
        invoice = self._story()
        notice = self._issue(self.english)
        before, pdf = self._words(notice), notice.letter_attachment_id.raw
        self.rule.write(
            {
                "name": "Other",
                "margin": 1.0,
                "day_count": "thirty_360",
                "legal_basis": "Another article",
                "fixed_amount": 7.0,
            }
        )
        self.series.name = "Another bank"
        document = invoice.collection_charge_ids.charge_move_id
        self._pay(document, amount=10.0)
        self._pay(invoice)
        invoice.button_draft()
        invoice.invoice_line_ids.price_unit = 5.0
        invoice.action_post()
        self.env.invalidate_all()
        self.assertEqual(self._words(notice), before)
        self.assertEqual(self._print(notice), pdf)

    def test_settled_invoice_stands_among_the_charges_only(self):
        paid = self._story()
        other = self._at(self._debt(self.english, 20, amount=500.0), self.wrong)
        self._issue(self.english, pdf=False)
        self._pay(paid)
        later = TODAY + timedelta(days=12)
        notice = self._issue(self.english, on=later, pdf=False)
        rows = notice._letter_table()["rows"]
        self.assertEqual([row["label"] for row in rows], [other.name])
        charges = notice._letter_charges()["rows"]
        self.assertEqual(
            [(row["label"], row["total"]) for row in charges][0],
            (f"{paid.name} (settled)", "76.35"),
        )
        self.assertEqual(notice.amount_total, self._owed(self.english))
        self.assertSays(self._annex_words(notice), f"{paid.name} (settled)")

    def test_partly_paid_charges_say_so(self):
        """Payments settle costs before interest: 40.00 and 6.35 of 36.35."""
        invoice = self._story()
        self._issue(self.english, pdf=False)
        self._pay(invoice.collection_charge_ids.charge_move_id, amount=46.35)
        notice = self._issue(self.english, on=TODAY + timedelta(days=12), pdf=False)
        annex = self._annex_words(notice)
        self.assertSays(
            annex,
            "of 36.35 claimed before, settled since -6.35",
            f"{invoice.name} 04/01/2026 04/12/2026 12 600.00 12.40 2.45",
            "Late interest 32.45",
        )
        self.assertSilent(annex, "Compensation and fees")
        self.assertEqual(notice.amount_total, 632.45)
        self.assertEqual(self._owed(self.english), 632.45)

    def test_compensation_in_another_currency(self):
        """40 € at the notice's date: 1 EUR = 5 RON."""
        for currency, rate in ((self.euro, 0.5), (self.leu, 2.5)):
            self.env["res.currency.rate"].create(
                {
                    "name": "2025-01-01",
                    "currency_id": currency.id,
                    "rate": rate,
                    "company_id": self.company.id,
                }
            )
        self._story(self.romanian, paid=False, currency=self.leu)
        notice = self._issue(self.romanian, pdf=False)
        words = self._annex_words(notice).replace("\u00a0", " ")
        self.assertSays(words, "40,00 € la cursul 1 EUR = 5,0000 RON", "200,00", "12,15")
        self.assertEqual(notice.amount_charges, 240.56)
        self.assertEqual(self._owed(self.romanian), notice.amount_total)

    def test_fees_alone_need_no_page(self):
        self.policy.fee_rule_id = self.env["collection.fee.rule"].create(
            {"name": "Fee", "notice_fee": 10.0, "currency_id": self.euro.id, "legal_basis": "Terms"}
        )
        self._at(self._debt(self.english, 31, amount=100.0), self.ultimatum)
        notice = self._issue(self.english)
        pages = self._pages(notice.letter_attachment_id.raw)
        self.assertSays(pages[0], "Reminder fee 10.00", "Total due 110.00 €")
        text = " ".join(pages)
        self.assertSays(text, "Annex: compensation and fees", "10.00 € per reminder", "Terms")
        self.assertSilent(text, "calculation of interest", "Late interest")

    def test_a_long_annex_repeats_its_head(self):
        for number in range(20):
            self._at(self._debt(self.english, 100 + number, amount=300.0), self.wrong)
        notice = self._issue(self.english)
        pages = self._pages(notice.letter_attachment_id.raw)
        annex = [page for page in pages if re.search(r"300\.00 12\.15", page)]
        self.assertGreater(len(annex), 1, "the story is too short")
        for page in annex:
            self.assertSays(page, "Rate (% a year)")
        rows = re.findall(r"300\.00 12\.(?:15|40)", " ".join(pages))
        self.assertEqual(len(rows), 40)

    def test_instalments_are_told_apart_by_their_due_dates(self):
        self.rule.fixed_scope = "item"
        invoice = self._story(paid=False)
        term = self.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": 0}),
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": 10}),
                ],
            }
        )
        invoice.button_draft()
        invoice.invoice_payment_term_id = term
        invoice.action_post()
        self._at(invoice, self.wrong)
        labels = [row["label"] for row in self._propose(self.english)._letter_charges()["rows"]]
        dues = sorted(self._item(invoice).mapped("date_maturity"))
        self.assertEqual(
            labels, [f"{invoice.name}, due {due.strftime('%m/%d/%Y')}" for due in dues]
        )

    def test_rules_in_words(self):
        self.rule.write(
            {
                "fixed_amount": 0.0,
                "tier_ids": [
                    Command.create({"amount_from": 0.0, "amount": 40.0}),
                    Command.create({"amount_from": 1000.0, "amount": 70.0}),
                ],
                "rate_mode": "fixed_at_start",
                "compounding": "yearly",
                "interest_from": "notice",
                "base_includes_tax": False,
            }
        )
        texts = self.rule.with_context(lang="en_US")._letter_texts()
        said = {key: text.replace("\u00a0", " ") for key, text in texts.items()}
        self.assertEqual(said["compensation"], "per invoice: 40.00 €; from 1,000.00 €: 70.00 €")
        self.assertEqual(said["rate"], "Central bank + 10 points, the rate of the first day stays")
        self.assertEqual(
            said["calculation"],
            "balance × rate × days / 365; interest is added to the balance each year; from the "
            "day after the first reminder, the day of payment included; on the amount without "
            "tax; rounded on the sum",
        )
        self.rule.write(
            {
                "interest_kind": "contractual",
                "rate": 1.5,
                "rate_period": "month",
                "floor_series_id": self.series.id,
                "cap_percent": 100.0,
            }
        )
        self.assertEqual(
            self.rule.with_context(lang="en_US")._letter_texts()["rate"],
            "agreed rate of 1.5 % a month, at least 3 times: Central bank, the rate of the first "
            "day stays, in all at most 100 % of the amount",
        )

    def test_french(self):
        self._story(self.french)
        notice = self._issue(self.french)
        text = self._text(notice.letter_attachment_id.raw)
        self.assertSays(text, "676,35 €", "02/12/2025", "12,15", "9,99", "20,04", "6,32")
