"""What stands on the letter, in the customer's language and in nobody else's."""

from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TODAY
from .letter_common import LetterCommon


@tagged("post_install", "-at_install")
class TestLetter(LetterCommon):
    def test_english(self):
        self._at(self._debt(self.english, 16, ref="PO-4711"), self.wrong)
        text = self._text(self._issue(self.english).letter_attachment_id.raw)
        self.assertSays(
            text,
            "Overdue payment: what is wrong?",
            "Dear Sir or Madam",
            "Smith Brothers",
            "1 Main Street",
            "March 31, 2026",
            "PO-4711",
            "03/15/2026",
            "1,234.56 €",
            "Amount payable by April 8, 2026: 1,234.56 €",
            "one thousand two hundred and thirty-four euros and fifty-six cents",
            "FR76 3000 6000 0112 3456 7890 189",
            "BNPAFRPPXXX",
            "Banque du Rhône",
            "office@example.com",
            "Page 1 / 1",
        )
        self.assertSilent(text, "PROPOSAL", "Disputed", "Charges", "<", "t-out", "object.")

    def test_french(self):
        self._at(self._debt(self.french, 31), self.ultimatum)
        notice = self._issue(self.french)
        text = self._text(notice.letter_attachment_id.raw)
        self.assertSays(
            text,
            "Mise en demeure de payer",
            "Madame, Monsieur,",
            "Café de l’Hôtel",
            "31 mars 2026",
            "28/02/2026",
            "1 234,56 €",
            "Montant à régler au plus tard le 8 avril 2026 : 1 234,56 €",
            "mille deux cent trente-quatre euros et cinquante-six centimes",
            "Échéance",
            "Référence de paiement",
            "salutations distinguées",
        )
        self.assertSilent(text, "Dear", "Due date", "Outstanding", "Total due", "March")

    def test_romanian(self):
        self._at(self._debt(self.romanian, 31, currency=self.leu), self.ultimatum)
        text = self._text(self._issue(self.romanian).letter_attachment_id.raw)
        self.assertSays(
            text,
            "Ultimă notificare de plată",
            "Țesătura Română",
            "31 martie 2026",
            "28.02.2026",
            "1.234,56 lei",
            "Sumă de plată până la 8 aprilie 2026: 1.234,56 lei",
            "o mie două sute treizeci și patru de lei și cincizeci și șase de bani",
            "încredința creanța noastră unui terț",
            "Scadență",
            "Cu stimă",
            "Pagina 1 / 1",
        )
        self.assertSilent(text, "Dear", "Due date", "Outstanding", "EUR", "€")

    def test_l1_the_users_language_does_not_show(self):
        """L1: a French user, a Romanian customer: everything Romanian, the table too."""
        self.env.user.lang = "fr_FR"
        self._at(self._debt(self.romanian, 16, currency=self.leu), self.wrong)
        notices = self._propose(self.romanian).with_context(lang="fr_FR")
        text = self._words(notices)
        self.assertSays(
            text, "Factură", "Zile întârziere", "PROPUNERE – netrimisă", "Total în litere"
        )
        self.assertSilent(text, "Facture", "Échéance", "Total dû", "PROPOSITION", "mars")

    def test_l1_a_language_without_translation_still_gets_a_letter(self):
        """Greek: no translation, no number words. Figures only, dates and amounts as
        Greeks write them."""
        self.env["res.lang"]._activate_lang("el_GR")
        greek = self._create_customer("Καφενείο", lang="el_GR")
        self._at(self._debt(greek, 31), self.ultimatum)
        notice = self._issue(greek)
        self.assertFalse(notice.amount_in_words)
        text = self._text(notice.letter_attachment_id.raw)
        self.assertSays(text, "Καφενείο", "1.234,56 €", "Final demand for payment")
        self.assertSilent(text, "in words", "thousand")

    def test_d3_credits_stand_as_negative_rows(self):
        """D3: credit notes and unallocated payments are listed, the total is net."""
        self._at(self._debt(self.english, 16, amount=1000.0), self.wrong)
        self._debt(self.english, 10, amount=80.0, move_type="out_refund")
        self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.english.id,
                "amount": 20.0,
                "currency_id": self.euro.id,
                "date": TODAY - timedelta(days=2),
                "memo": "on account",
            }
        ).action_post()
        notice = self._issue(self.english, pdf=False)
        self.assertEqual(notice.amount_total, 900.0)
        rows = notice._letter_table()["rows"]
        self.assertEqual([row["open"] for row in rows], ["1,000.00", "-80.00", "-20.00"])
        text = self._words(notice)
        self.assertSays(text, "Credit note RINV", "Payment received", "-80.00", "900.00 €")

    def test_e1_symbol_of_the_notices_currency(self):
        """E1: a debt in lei of a company whose books are in another currency."""
        self.assertNotEqual(self.company.currency_id, self.leu)
        self._at(self._debt(self.french, 31, amount=77.0, currency=self.leu), self.ultimatum)
        text = self._words(self._issue(self.french, pdf=False))
        self.assertSays(text, "77,00 lei", "Solde RON", "soixante-dix-sept lei roumains")
        self.assertSilent(text, "€", "$", "EUR", "USD")

    def test_l2_g5_j3_amounts_and_dates_of_the_item(self):
        """L2, G5, J3: an instalment shows its own amount, paid part and due date, not
        the invoice's."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Half now, half later",
                "line_ids": [
                    (0, 0, {"value": "percent", "value_amount": 50, "nb_days": 0}),
                    (0, 0, {"value": "percent", "value_amount": 50, "nb_days": 60}),
                ],
            }
        )
        invoice = self._create_invoice_one_line(
            name="Service",
            price_unit=1000.0,
            tax_ids=[],
            partner_id=self.english.id,
            currency_id=self.euro.id,
            invoice_date=TODAY - timedelta(days=20),
            invoice_payment_term_id=term.id,
            post=True,
        )
        first = self._item(invoice).sorted("date_maturity")[0]
        first.sudo().write(
            {
                "collection_manual_level_id": self.oops.id,
                "collection_manual_date": TODAY - timedelta(days=15),
            }
        )
        self._pay(invoice, amount=100.0)
        notice = self._issue(self.english, pdf=False)
        row = notice._letter_table()["rows"][0]
        self.assertEqual(row["original"], "500.00")
        self.assertEqual(row["paid"], "100.00")
        self.assertEqual(row["open"], "400.00")
        self.assertEqual(row["due"], "03/11/2026")
        self.assertEqual(row["late"], "20")
        text = self._words(notice)
        self.assertSays(text, "03/11/2026", "500.00", "100.00", "400.00 €")
        self.assertSilent(text, "1,000.00")

    def test_not_yet_due_is_said_and_not_demanded(self):
        self.policy.listed_items = "open"
        self._at(self._debt(self.english, 16, amount=500.0), self.wrong)
        self._debt(self.english, -20, amount=50.0)
        notice = self._issue(self.english, pdf=False)
        self.assertEqual(notice.amount_demanded, 500.0)
        self.assertEqual(notice.amount_total, 550.0)
        text = self._words(notice)
        self.assertSays(
            text,
            "not yet due",
            "Total due 550.00 €",
            "of which overdue 500.00 €",
            "Amount payable by April 8, 2026: 500.00 €",
        )

    def test_due_today_is_not_late(self):
        """The due day itself is never late."""
        self.policy.listed_items = "open"
        self._at(self._debt(self.english, 16, amount=500.0), self.wrong)
        self._debt(self.english, 0, amount=50.0)
        lateness = [row["late"] for row in self._propose(self.english)._letter_table()["rows"]]
        self.assertEqual(lateness, ["16", "due today"])

    def test_disputed_part_has_its_column(self):
        invoice = self._at(self._debt(self.english, 16, amount=500.0), self.wrong)
        self.env["collection.dispute"].create(
            {
                "partner_id": self.english.id,
                "move_line_ids": self._item(invoice).ids,
                "reason": "One crate broken",
                "date_from": TODAY - timedelta(days=5),
                "amount_disputed": 120.0,
            }
        )
        notice = self._issue(self.english, pdf=False)
        row = notice._letter_table()["rows"][0]
        self.assertEqual((row["disputed"], row["open"]), ("120.00", "380.00"))
        self.assertSays(self._words(notice), "Disputed EUR", "380.00 €")

    def test_dropped_items_are_not_shown(self):
        first = self._at(self._debt(self.english, 16, amount=500.0), self.wrong)
        second = self._at(self._debt(self.english, 17, amount=70.0), self.wrong)
        notice = self._propose(self.english)
        notice.line_ids.filtered(lambda line: line.move_id == second).action_drop()
        labels = [row["label"] for row in notice._letter_table()["rows"]]
        self.assertEqual(labels, [first.name])

    def test_collector_signs(self):
        collector = self.env["res.users"].create(
            {
                "name": "Ana Ionescu",
                "login": "ana.ionescu",
                "email": "ana@example.com",
                "phone": "+40 21 000 00 00",
            }
        )
        self.english.with_company(self.company).collector_id = collector
        self._at(self._debt(self.english, 16), self.wrong)
        text = self._words(self._issue(self.english, pdf=False))
        self.assertSays(text, "Ana Ionescu", "+40 21 000 00 00", "ana@example.com")

    def test_reference_is_the_invoices_own_when_there_is_one(self):
        invoice = self._at(self._debt(self.english, 16), self.wrong)
        notice = self._issue(self.english, pdf=False)
        self.assertEqual(notice._letter_reference(), invoice.payment_reference)

    def test_contact_of_a_company_is_addressed_there(self):
        customer = self._create_customer("Big Company", lang="fr_FR", is_company=True)
        self._create_customer(
            "Anaïs Lefèvre", parent_id=customer.id, type="invoice", lang="fr_FR", city="Paris"
        )
        self._at(self._debt(customer, 16), self.wrong)
        notice = self._propose(customer)
        self.assertEqual(
            notice._letter_details()["address"][:3],
            ["Big Company", "Anaïs Lefèvre", "1 Main Street"],
        )

    # Core asks the network for a Hebrew font, and does without it.
    @mute_logger("odoo.addons.base.models.ir_actions_report")
    def test_hostile_names_are_only_names(self):
        """Escaped, never evaluated, never a broken page."""
        hostile = self._create_customer("Hostile", lang="en_US", street="<b>1</b> {{ 6*7 }}")
        hostile.name = "<script>alert('x')</script> {{ 7*7 }} \"A\" & B 😀 שלום"
        self._at(self._debt(hostile, 16, ref="<img src=x onerror=y>{{ 5*5 }}"), self.wrong)
        notice = self._issue(hostile)
        text = self._text(notice.letter_attachment_id.raw)
        self.assertSays(text, "<script>alert('x')</script> {{ 7*7 }}", "<b>1</b> {{ 6*7 }}")
        self.assertSays(text, "onerror=y>{{ 5*5 }}")
        html = self._html(notice)
        self.assertIn("&lt;script&gt;alert(", html)
        self.assertNotIn("<script>alert(", html)
        self.assertNotIn("<img src=x", html)
        self.assertIn("&lt;img src=x", notice.email_body)
        self.assertNotIn("<script>", notice.email_body)

    def test_level_without_texts_still_makes_sense(self):
        self.wrong.write({"letter_subject": False, "letter_body": False, "letter_closing": False})
        self._at(self._debt(self.english, 16), self.wrong)
        text = self._words(self._issue(self.english, pdf=False))
        self.assertSays(text, "What is holding up your payment", "Please find below", "1,234.56 €")

    def test_qr_code_where_core_offers_one(self):
        self.company.qr_code = True
        self._at(self._debt(self.english, 16), self.wrong)
        bank_class = self.env.registry["res.partner.bank"]
        asked = []

        def build_qr_code_base64(bank, amount, free, structured, currency, debtor, **options):
            asked.append((bank, amount, structured, currency, debtor, options))
            return "data:image/png;base64,iVBORw0KGgo="

        notice = self._propose(self.english)
        self.assertFalse(notice._letter_qr_code(), "no method is installed: silent")
        self.patch(bank_class, "build_qr_code_base64", build_qr_code_base64)
        html = self._html(notice)
        self.assertIn("iVBORw0KGgo=", html)
        self.assertEqual(
            asked[0],
            (
                self.bank,
                1234.56,
                notice._letter_reference(),
                self.euro,
                self.english,
                {"silent_errors": True},
            ),
        )
