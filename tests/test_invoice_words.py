"""The printed invoice: every tier, codes, vouchers, no discount, lateness."""

from lxml import html

from odoo import Command
from odoo.tests import tagged

from .words_common import APRIL_30, HOSTILE, WordsCommon, plain


@tagged("post_install", "-at_install")
class TestInvoiceTiers(WordsCommon):
    def test_english(self):
        text = self._printed(self._bill())
        self.assertSays(
            text,
            "970.00 € if paid by May 8, 2026 (you save 30.00 €)",
            "980.00 € if paid by May 15, 2026 (you save 20.00 €)",
            "1,000.00 € by May 30, 2026",
        )
        self.assertSilent(text, "due if paid before", "Instalment", "No discount")

    def test_french(self):
        text = self._printed(self._bill(partner=self.french))
        self.assertSays(
            text,
            "970,00 € jusqu’au 8 mai 2026 (vous économisez 30,00 €)",
            "980,00 € jusqu’au 15 mai 2026 (vous économisez 20,00 €)",
            "1 000,00 € jusqu’au 30 mai 2026",
        )
        self.assertSilent(text, "if paid", "you save", "May")

    def test_romanian(self):
        text = self._said(self._bill(partner=self.romanian))
        self.assertSays(
            text,
            "970,00 € dacă plătiți până la 8 mai 2026 (economisiți 30,00 €)",
            "980,00 € dacă plătiți până la 15 mai 2026 (economisiți 20,00 €)",
            "1.000,00 € până la 30 mai 2026",
        )
        self.assertSilent(text, "if paid", "you save", "May")

    def test_every_layout(self):
        layouts = self.env["report.layout"].search([])
        self.assertGreater(len(layouts), 3)
        invoice = self._bill()
        for layout in layouts:
            self.company.external_report_layout_id = layout.view_id
            self.assertSays(self._said(invoice), "970.00 € if paid by May 8, 2026")

    def test_instalments(self):
        term = self._term("Two halves", instalments=((50.0, 30), (50.0, 60)))
        text = self._printed(self._bill(term))
        self.assertSays(
            text,
            "Instalment 1 of 2 485.00 € if paid by May 8, 2026 (you save 15.00 €) "
            "490.00 € if paid by May 15, 2026 (you save 10.00 €) 500.00 € by May 30, 2026",
            "Instalment 2 of 2 485.00 € if paid by May 8, 2026 (you save 15.00 €)",
            "500.00 € by June 29, 2026",
        )
        self.assertSilent(text, "Installment of")

    def test_instalment_without_discount(self):
        term = self._term("First half only", instalments=((50.0, 30), (50.0, 60)))
        term.line_ids[1].collection_discount = False
        self.assertEqual(
            self._texts(self._bill(term)),
            [
                "485.00 € if paid by May 8, 2026 (you save 15.00 €)",
                "490.00 € if paid by May 15, 2026 (you save 10.00 €)",
                "500.00 € by May 30, 2026",
                "500.00 € by June 29, 2026",
            ],
        )

    def test_methods(self):
        term = self._term("Credit note", collection_discount_method="credit_note")
        self.assertIn(
            "970.00 € if paid by May 8, 2026 (you save 30.00 €, for which you get a credit note)",
            self._said(self._bill(term)),
        )
        term = self._term("Voucher", collection_discount_method="voucher")
        invoice = self._bill(term)
        self.assertSays(
            self._said(invoice),
            "Pay in full by May 8, 2026 and receive a voucher of 30.00 € for your next order",
            "1,000.00 € by May 30, 2026",
        )
        self.assertEqual(
            [row["amount"] for row in invoice._collection_payment_options()], [1000.0] * 3
        )

    def test_terms_are_those_of_the_day_of_posting(self):
        invoice = self._bill()
        self.term.discount_tier_ids[0].discount_percentage = 9.0
        self.assertIn("970.00 € if paid by May 8", self._said(invoice))

    def test_draft_shows_what_the_term_would_offer(self):
        invoice = self._bill(post=False)
        before = self._texts(invoice)
        self.assertEqual(len(before), 3)
        self.assertIn("970.00 € if paid by May 8, 2026", self._said(invoice))
        invoice.action_post()
        self.assertEqual(self._texts(invoice), before)

    def test_paper_states_the_terms_mails_what_is_left(self):
        invoice = self._bill()
        self._on("2026-05-09")
        self.assertEqual(len(self._texts(invoice)), 3)
        self.assertEqual(
            self._texts(invoice, possible_only=True),
            [
                "980.00 € if paid by May 15, 2026 (you save 20.00 €)",
                "1,000.00 € by May 30, 2026",
            ],
        )
        self._on("2026-05-16")
        self.assertEqual(self._texts(invoice, possible_only=True), [])

    def test_credit_note_shrinks_what_is_said(self):
        invoice = self._bill()
        refund = self._credit_note(
            100.0, partner=self.english, on=APRIL_30, currency_id=self.euro.id
        )
        (self._item(invoice) | self._item(refund)).reconcile()
        self.assertEqual(
            self._texts(invoice),
            [
                "873.00 € if paid by May 8, 2026 (you save 27.00 €)",
                "882.00 € if paid by May 15, 2026 (you save 18.00 €)",
                "900.00 € by May 30, 2026",
            ],
        )

    def test_money_ends_the_discount_of_its_instalment(self):
        term = self._term("Halves", instalments=((50.0, 30), (50.0, 60)))
        invoice = self._bill(term)
        first = self._item(invoice).sorted("date_maturity")[0]
        money = self._unallocated_payment(100.0, self.english, APRIL_30, self.euro)
        (first | self._item(money.move_id)).reconcile()
        self.assertEqual(
            self._texts(invoice),
            [
                "400.00 € by May 30, 2026",
                "485.00 € if paid by May 8, 2026 (you save 15.00 €)",
                "490.00 € if paid by May 15, 2026 (you save 10.00 €)",
                "500.00 € by June 29, 2026",
            ],
        )

    def test_paid_invoice_promises_nothing(self):
        invoice = self._bill()
        self._pay(invoice, on=APRIL_30)
        self.assertEqual(self._texts(invoice), [])
        self.assertSilent(self._said(invoice), "if paid by", "you save", "No discount")

    def test_core_speaks_where_nothing_was_frozen(self):
        """Posted before this module came: core's own line stays."""
        term = self._term("Core", tiers=())
        term.write({"early_discount": True, "discount_percentage": 2.0, "discount_days": 10})
        invoice = self._bill(term)
        self.assertIn("980.00 € if paid by May 10, 2026", self._said(invoice))
        invoice.line_ids.sudo().collection_offer_ids.unlink()
        text = self._said(invoice)
        self.assertSays(text, "980.00 € due if paid before")
        self.assertSilent(text, "you save", "No discount")

    def test_term_that_is_not_shown(self):
        """The term's own words say it: core's option to print no dates is obeyed."""
        self.term.display_on_invoice = False
        self.assertSilent(self._said(self._bill()), "you save", "No discount")

    def test_vendor_bill(self):
        bill = self._bill(move_type="in_invoice")
        self.assertEqual(self._texts(bill)[0], "970.00 € if paid by May 8, 2026")
        self.assertSilent(self._said(bill), "you save")

    def test_hostile_names(self):
        self.english.name = self.term.name = HOSTILE
        self.term.note = f"<p>{HOSTILE}</p>"
        invoice = self._bill(name=HOSTILE)
        page = self._page(invoice)
        self.assertNotIn("<script>alert", page)
        self.assertIn("970.00", page)

    def test_other_currency_is_written_its_own_way(self):
        invoice = self._bill(partner=self.romanian, post=False)
        invoice.currency_id = self.leu
        invoice.action_post()
        self.assertIn("970,00 lei dacă plătiți", self._said(invoice))


@tagged("post_install", "-at_install")
class TestInvoiceCodes(WordsCommon):
    def _codes(self, move):
        nodes = html.fromstring(self._page(move)).xpath("//div[contains(@class,'o_collection_qr')]")
        return [plain(" ".join(node.itertext())).strip() for node in nodes]

    def test_a_code_for_each_amount(self):
        asked = self._offer_codes()
        invoice = self._bill(partner_bank_id=self.bank.id)
        self.assertEqual(
            self._codes(invoice),
            [
                "970.00 € until May 8, 2026",
                "980.00 € until May 15, 2026",
                "1,000.00 € until May 30, 2026",
            ],
        )
        self.assertEqual(set(asked), {970.0, 980.0, 1000.0})
        self.assertEqual(invoice.qr_code_method, "test_qr")
        page = html.fromstring(self._page(invoice))
        self.assertFalse(page.xpath("//div[@id='qrcode']"))
        sources = page.xpath("//div[contains(@class,'o_collection_qr')]/img/@src")
        self.assertEqual(len(set(sources)), 3)
        self.assertTrue(all(source.startswith("data:image/png;base64,") for source in sources))

    def test_no_code_for_a_tier_that_is_over(self):
        self._offer_codes()
        invoice = self._bill(partner_bank_id=self.bank.id)
        self._on("2026-05-09")
        self.assertEqual(
            self._codes(invoice), ["980.00 € until May 15, 2026", "1,000.00 € until May 30, 2026"]
        )

    def test_core_prints_its_one_code(self):
        """After the last tier, without tiers, for vouchers."""
        self._offer_codes()
        voucher = self._term("Voucher", collection_discount_method="voucher")
        for invoice in (
            self._bill(False, partner_bank_id=self.bank.id),
            self._bill(voucher, partner_bank_id=self.bank.id),
        ):
            page = html.fromstring(self._page(invoice))
            self.assertEqual(len(page.xpath("//div[@id='qrcode']//img")), 2)
            self.assertEqual(self._codes(invoice), [])

    def test_no_codes_unless_the_company_wants_them(self):
        self._offer_codes()
        self.company.qr_code = False
        self.assertEqual(self._codes(self._bill(partner_bank_id=self.bank.id)), [])

    def test_a_code_that_cannot_be_made(self):
        self._offer_codes()
        invoice = self._bill(partner_bank_id=self.bank.id)
        invoice.partner_bank_id = False
        self.assertEqual(self._codes(invoice), [])
        self.assertIn("970.00 € if paid by", self._said(invoice))

    def test_sepa_codes(self):
        if "sct_qr" not in dict(self.env["res.partner.bank"].get_available_qr_methods_in_sequence()):
            self.skipTest("account_qr_code_sepa is not installed")
        self.company.qr_code = True
        invoice = self._bill(partner_bank_id=self.bank.id)
        self.assertEqual(len(self._codes(invoice)), 3)


@tagged("post_install", "-at_install")
class TestInvoiceMention(WordsCommon):
    MENTION = "No discount for early payment."

    def _company_in(self, code):
        return self.env["res.company"].create(
            {"name": f"Company {code}", "country_id": self.env.ref(f"base.{code}").id}
        )

    def test_french_companies_start_with_it(self):
        company = self._company_in("fr")
        self.assertEqual(company.collection_no_discount_mention, self.MENTION)
        french = company.with_context(lang="fr_FR")
        self.assertEqual(
            french.collection_no_discount_mention, "Pas d’escompte pour paiement anticipé."
        )
        self.assertFalse(self._company_in("ro").collection_no_discount_mention)

    def test_company_that_moves_to_france(self):
        company = self._company_in("ro")
        company.country_id = self.env.ref("base.fr")
        self.assertEqual(company.collection_no_discount_mention, self.MENTION)
        company.collection_no_discount_mention = False
        company.name = "Another"
        self.assertFalse(company.collection_no_discount_mention)

    def test_printed_in_the_language_of_the_customer(self):
        self.company.collection_no_discount_mention = self.MENTION
        self.assertIn(self.MENTION, self._said(self._bill(False)))
        self.assertIn(
            "Pas d’escompte pour paiement anticipé.",
            self._said(self._bill(False, partner=self.french)),
        )
        self.assertIn(
            "Nu se acordă reducere pentru plata anticipată.",
            self._said(self._bill(False, partner=self.romanian)),
        )

    def test_own_words(self):
        self.company.collection_no_discount_mention = "Net <b>cash</b>, no discount"
        self.company.with_context(lang="fr_FR").collection_no_discount_mention = "Sans escompte"
        page = self._page(self._bill(False))
        self.assertIn("Net &lt;b&gt;cash&lt;/b&gt;, no discount", page)
        self.assertIn("Sans escompte", self._said(self._bill(False, partner=self.french)))

    def test_only_where_there_is_no_discount(self):
        self.company.collection_no_discount_mention = self.MENTION
        paid = self._bill()
        self._pay(paid, on=APRIL_30)
        silent = [
            self._bill(),
            self._bill(post=False),
            paid,
            self._bill(False, move_type="out_refund"),
            self._bill(False, move_type="out_receipt"),
            self._bill(False, move_type="in_invoice"),
        ]
        for move in silent:
            self.assertSilent(self._said(move), self.MENTION)
        self.company.collection_no_discount_mention = False
        self.assertSilent(self._said(self._bill(False)), self.MENTION)


@tagged("post_install", "-at_install")
class TestInvoiceLateTerms(WordsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.env.ref("account_collections.fee_rule_fr_b2b")
        cls.company.collection_print_late_terms = True
        cls.policy.is_default = True
        (cls.english | cls.french | cls.romanian).is_company = True

    def _terms(self, move):
        nodes = html.fromstring(self._page(move)).xpath("//p[@id='collection_late_terms']")
        return plain(nodes[0].text_content()).strip() if nodes else ""

    def test_no_rule_no_words(self):
        self.assertEqual(self._terms(self._bill(False)), "")

    def test_words_of_the_policys_rule(self):
        self.policy.fee_rule_id = self.rule
        text = self._terms(self._bill(False))
        self.assertSays(
            text,
            "In case of late payment, interest: ",
            "+ 10 points, each half-year at its own rate, from the day after the due date",
            "; compensation for the costs of collection: 40.00 € per invoice",
            "(Articles L. 441-10 and D. 441-5 of the French Commercial Code).",
        )
        french = self._terms(self._bill(partner=self.french))
        self.assertSays(
            french,
            "En cas de retard de paiement, pénalités de retard : ",
            " ; indemnité forfaitaire pour frais de recouvrement : 40,00 € par facture",
        )
        self.assertSilent(french, "interest", "late", "Commercial Code")
        self.assertIn(
            "În caz de întârziere la plată, dobândă penalizatoare: ",
            self._terms(self._bill(partner=self.romanian)),
        )

    def test_on_paper(self):
        self.policy.fee_rule_id = self.rule
        self.assertSays(
            self._printed(self._bill(False, partner=self.french)), "En cas de retard de paiement, pénalités"
        )

    def test_whose_rule(self):
        """The customer's own, else his policy's, else that of the policy's levels."""
        contract = self.env.ref("account_collections.fee_rule_contractual")
        self.oops.fee_rule_id = contract
        self.assertIn("agreed rate of 1 % a month", self._terms(self._bill(False)))
        self.policy.fee_rule_id = self.rule
        self.assertIn("+ 10 points", self._terms(self._bill(False)))
        self.english.collection_fee_rule_id = contract
        text = self._terms(self._bill(False))
        self.assertSays(text, "agreed rate of 1 % a month", "costs of reminders: ")
        self.english.collection_fee_rule_id = self.env.ref("account_collections.fee_rule_none")
        self.assertEqual(self._terms(self._bill(False)), "")

    def test_consumers(self):
        self.policy.fee_rule_id = self.rule
        self.english.is_company = False
        self.assertEqual(self._terms(self._bill(False)), "")
        self.policy.fee_rule_id = self.env.ref("account_collections.fee_rule_fr_b2c")
        text = self._terms(self._bill(False))
        self.assertIn("from the day after the first reminder", text)
        self.assertSilent(text, "compensation")
        self.assertEqual(self._terms(self._bill(False, partner=self.french)), "")

    def test_customer_invoices_only(self):
        self.policy.fee_rule_id = self.rule
        for kind in ("out_refund", "out_receipt", "in_invoice", "in_refund"):
            self.assertEqual(self._terms(self._bill(False, move_type=kind)), "", kind)

    def test_switched_off(self):
        self.policy.fee_rule_id = self.rule
        self.company.collection_print_late_terms = False
        self.assertEqual(self._terms(self._bill(False)), "")

    def test_bystander_prints_the_same(self):
        """Whoever may print invoices need not read fee rules."""
        self.policy.fee_rule_id = self.rule
        invoice = self._bill()
        words = invoice._collection_invoice_words()
        clerk = self._create_new_internal_user(
            login="clerk", groups="base.group_user,account.group_account_invoice"
        )
        self.assertEqual(invoice.with_user(clerk)._collection_late_terms(), words["late_terms"])
        self.assertEqual(
            [row["text"] for row in invoice.with_user(clerk)._collection_payment_options()],
            [row["text"] for row in words["options"]],
        )

    def test_hostile_law(self):
        self.rule.legal_basis = HOSTILE
        self.policy.fee_rule_id = self.rule
        self.assertNotIn("<script>alert", self._page(self._bill(False)))


@tagged("post_install", "-at_install")
class TestInvoiceVouchers(WordsCommon):
    def _voucher(self, amount=30.0, day=APRIL_30, **values):
        voucher = self._bill(False, move_type="out_refund", amount=amount, day=day, **values)
        voucher.sudo().collection_is_voucher = True
        return voucher

    def test_next_invoice_says_it(self):
        voucher = self._voucher()
        invoice = self._bill(False)
        self.assertSays(
            self._printed(invoice),
            f"Your voucher {voucher.name} of 30.00 €: deduct it when you pay.",
            "Left to pay then: 970.00 €",
        )

    def test_one_invoice_says_it(self):
        """Nobody deducts a voucher twice."""
        self._voucher()
        first, second = self._bill(False), self._bill(False, day="2026-05-02")
        self.assertIn("Your voucher", self._said(first))
        self.assertNotIn("Your voucher", self._said(second))
        self._pay(first, on=APRIL_30)
        self.assertIn("Your voucher", self._said(second))
        self.assertNotIn("Your voucher", self._said(first))

    def test_whose_voucher(self):
        voucher = self._voucher(partner=self.french)
        self.assertNotIn("Your voucher", self._said(self._bill(False)))
        self.assertIn(
            f"Votre avoir {voucher.name} de 30,00 € : déduisez-le",
            self._said(self._bill(False, partner=self.french)),
        )
        lei = self._bill(False, partner=self.french, post=False)
        lei.currency_id = self.leu
        lei.action_post()
        self.assertNotIn("Votre avoir", self._said(lei))

    def test_plain_credit_notes_are_no_vouchers(self):
        self._bill(False, move_type="out_refund", amount=30.0)
        self.assertNotIn("Your voucher", self._said(self._bill(False)))

    def test_used_voucher(self):
        voucher, invoice = self._voucher(), self._bill(False)
        (self._item(voucher) | self._item(invoice)).reconcile()
        self.assertNotIn("Your voucher", self._said(self._bill(False, day="2026-05-02")))

    def test_several(self):
        self._voucher()
        self._voucher(amount=20.0)
        text = self._said(self._bill(False))
        self.assertSays(text, "of 30.00 €: deduct", "of 20.00 €: deduct", "Left to pay then: 950.00")

    def test_with_tiers_no_single_amount(self):
        self._voucher()
        text = self._said(self._bill())
        self.assertIn("deduct it when you pay", text)
        self.assertNotIn("Left to pay then", text)

    def test_earlier_invoice_and_other_documents_do_not(self):
        old = self._bill(False, day="2026-04-01")
        self._voucher()
        for move in (
            old,
            self._bill(False, move_type="out_refund"),
            self._bill(False, move_type="in_invoice"),
        ):
            self.assertNotIn("Your voucher", self._said(move))

    def test_partner_of_the_group(self):
        voucher = self._voucher()
        branch = self.env["res.partner"].create(
            {"name": "Branch", "parent_id": self.english.id, "child_ids": [Command.clear()]}
        )
        self.assertIn(voucher.name, self._said(self._bill(False, partner=branch)))
