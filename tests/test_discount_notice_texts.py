"""What a discount notice says: e-mail and letter, friendly and exact."""

import re
from datetime import timedelta

from lxml import html

from odoo import Command
from odoo.tests import tagged

from .common import TODAY, later
from .letter_common import LetterCommon

LATE_WORDS = ("overdue", "Days late", "not yet due", "reminder", "Outstanding")


@tagged("post_install", "-at_install")
class TestDiscountNoticeTexts(LetterCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.level = cls.env.ref("account_collections.level_discount")
        cls.level.write({"send_letter": True, "attach_letter": True})
        cls.terms = {
            method: cls.env["account.payment.term"].create(
                {
                    "name": f"3 % within 8 days, {method}",
                    "collection_discount_method": method,
                    "line_ids": [
                        Command.create(
                            {
                                "value": "percent",
                                "value_amount": 100,
                                "nb_days": 30,
                                "collection_discount": True,
                            }
                        )
                    ],
                    "discount_tier_ids": [
                        Command.create({"discount_days": 8, "discount_percentage": 3}),
                    ],
                }
            )
            for method in ("price", "voucher")
        }

    @classmethod
    def _offer(cls, partner, amount=1000.0, method="price", **values):
        return cls._create_invoice_one_line(
            name="Service",
            price_unit=amount,
            tax_ids=[],
            partner_id=partner.id,
            currency_id=cls.euro.id,
            invoice_payment_term_id=cls.terms[method].id,
            post=True,
            **{"invoice_date": TODAY - timedelta(days=5), **values},
        )

    def _email(self, notice):
        """Subject and text of the e-mail, spaces told apart no more."""
        body = " ".join(html.fromstring(notice.email_body).itertext())
        return self._plain(f"{notice.email_subject} | {body}")

    def _letter(self, notice):
        return self._plain(self._words(notice))

    def _plain(self, text):
        """Words as they are read: no space before a stop, where a tag ended."""
        return re.sub(r" (?=[.,])", "", " ".join(text.replace("\xa0", " ").split()))

    def test_the_level_comes_with_the_standard_policy(self):
        self.assertEqual(self.policy.discount_level_ids, self.level)
        self.assertEqual((self.level.delay_days, self.level.send_email), (-3, True))
        self.assertNotIn(self.level, self.policy.level_ids)

    def test_the_email(self):
        invoice = self._offer(self.english, ref="PO 77")
        notice = self._issue(self.english, pdf=False)
        email = self._email(notice)
        self.assertSays(
            email,
            "Your early-payment discount of 30.00 € ends on April 3, 2026 |",
            "pay 970.00 € by April 3, 2026 and save 30.00 €.",
            f"{invoice.name} PO 77 03/26/2026 1,000.00 04/03/2026 970.00 30.00",
            "Total 1,000.00 970.00 30.00",
            "Amount 970.00 €",
            "At the latest on April 3, 2026",
            "FR76 3000 6000 0112 3456 7890 189",
        )
        self.assertSilent(email, *LATE_WORDS, "voucher", "None", "False")

    def test_the_letter(self):
        invoice = self._offer(self.english, ref="PO 77")
        notice = self._issue(self.english, pdf=False)
        letter = self._letter(notice)
        self.assertSays(
            letter,
            "pay 970.00 € by April 3, 2026 and save 30.00 €.",
            f"{invoice.name} PO 77 03/26/2026 1,000.00 04/03/2026 970.00 30.00",
            "To pay with discount 970.00 €",
            "Amount payable by April 3, 2026, discount deducted: 970.00 €",
            invoice.payment_reference,
        )
        self.assertSilent(letter, *LATE_WORDS, "voucher", "Total in words", "None", "False")

    def test_a_voucher(self):
        self._offer(self.english, method="voucher")
        notice = self._issue(self.english, pdf=False)
        for text in (self._email(notice), self._letter(notice)):
            self.assertSays(
                text,
                "pay 1,000.00 € by April 3, 2026, and you get a voucher of 30.00 € for your next",
                "Your voucher EUR",
                "1,000.00 04/03/2026 30.00",
            )
            self.assertSilent(text, *LATE_WORDS, "You save", "With discount", "deducted")

    def test_a_credit_lowers_what_is_paid(self):
        self._offer(self.english)
        self._credit_note(200, partner=self.english, currency_id=self.euro.id)
        notice = self._issue(self.english, pdf=False)
        self.assertSays(
            self._email(notice), "pay 776.00 € by", "Credit note", "-200.00", "save 24.00 €"
        )

    def test_each_currency_for_itself(self):
        self._offer(self.english)
        self._create_invoice_one_line(
            name="Service", price_unit=2000.0, tax_ids=[], partner_id=self.english.id,
            currency_id=self.leu.id, invoice_date=TODAY - timedelta(days=5),
            invoice_payment_term_id=self.terms["price"].id, post=True,
        )  # fmt: skip
        notices = self._issue(self.english, pdf=False)
        self.assertEqual(len(notices), 2)
        in_lei = notices.filtered(lambda notice: notice.currency_id == self.leu)
        self.assertSays(self._email(in_lei), "60.00")
        self.assertSilent(self._email(in_lei), "€")

    def test_in_the_language_of_the_customer(self):
        """Dates and amounts at least; the words follow the translations."""
        self._offer(self.french)
        self._offer(self.romanian)
        for notice in self._issue(self.french | self.romanian, pdf=False):
            day = {"fr_FR": "3 avril 2026", "ro_RO": "3 aprilie 2026"}[notice.lang]
            self.assertSays(self._email(notice), day, "970,00", "30,00")
            self.assertSays(self._letter(notice), day, "970,00", "30,00")

    def test_the_qr_code_pays_the_discounted_amount(self):
        self.company.qr_code = True
        self._offer(self.english)
        asked = []

        def build_qr_code_base64(bank, amount, *args, **options):
            asked.append((bank, amount))
            return "data:image/png;base64,iVBORw0KGgo="

        self.patch(
            self.env.registry["res.partner.bank"], "build_qr_code_base64", build_qr_code_base64
        )
        self.assertIn("iVBORw0KGgo=", self._html(self._propose(self.english)))
        self.assertEqual(asked[0], (self.bank, 970.0))

    def test_the_pdf_and_its_attachment(self):
        self._offer(self.english)
        notice = self._issue(self.english)
        self.assertTrue(notice.letter_attachment_id)
        self.assertEqual(
            notice.communication_ids.mail_mail_id.attachment_ids, notice.letter_attachment_id
        )
        text = self._text(notice.letter_attachment_id.raw)
        self.assertSays(text, "discount ends on April 3, 2026", "save 30.00 €")

    def test_the_preview_reads_like_the_notice(self):
        self._offer(self.english)
        notice = self._propose(self.english)
        preview = self.env["collection.preview"].create({"notice_id": notice.id})
        self.assertSays(str(preview.subject).replace("\xa0", " "), "30.00 € ends on")
        self.assertSays(self._letter(notice), "PROPOSAL", "save 30.00 €")

    def test_it_stays_as_it_was(self):
        invoice = self._offer(self.english)
        notice = self._issue(self.english, pdf=False)
        before = (self._email(notice), self._words(notice))
        self.level.letter_body = "<p>Other</p>"
        note = self._credit_note(200, partner=self.english, currency_id=self.euro.id, on=later(0))
        (self._item(invoice) | self._item(note)).reconcile()
        self.assertEqual(before, (self._email(notice), self._words(notice)))

    def test_a_discount_taken_too_late_is_explained(self):
        """The rest that was kept back climbs the ladder, and the notice says why it is
        owed; the sentence is frozen with it."""
        invoice = self._offer(self.english, invoice_date=later(-40))
        self._pay(invoice, 970.0, on=later(-30))
        proposal = self._propose(self.english)
        sentence = (
            "A discount of 30.00 € was deducted from your payment of March 1, 2026; it ended "
            "on February 27, 2026, so this amount is still owed."
        )
        self.assertSays(self._letter(proposal), sentence)
        proposal.action_issue()
        self.assertEqual(proposal.state, "issued")
        for text in (self._email(proposal), self._letter(proposal)):
            self.assertSays(text, sentence, "30.00")
        self._pay(invoice)
        self.assertSays(str(proposal.line_ids.note).replace("\xa0", " "), sentence)
