"""The printed invoice: every tier, with a code for each amount."""

from lxml import html

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
        if "sct_qr" not in dict(
            self.env["res.partner.bank"].get_available_qr_methods_in_sequence()
        ):
            self.skipTest("account_qr_code_sepa is not installed")
        self.company.qr_code = True
        invoice = self._bill(partner_bank_id=self.bank.id)
        self.assertEqual(len(self._codes(invoice)), 3)
