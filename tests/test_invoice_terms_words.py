"""The printed invoice: no discount, lateness, vouchers."""

from lxml import html

from odoo import Command
from odoo.tests import tagged

from .words_common import APRIL_30, HOSTILE, WordsCommon, plain


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
            self._printed(self._bill(False, partner=self.french)),
            "En cas de retard de paiement, pénalités",
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

    def test_story_of_a_voucher(self):
        """Paid in full in time: what was promised is on the next invoice."""
        term = self._term("Voucher", collection_discount_method="voucher")
        first = self._bill(term)
        self._pay(first, on=APRIL_30)
        voucher = self.env["account.move"].search(
            [("partner_id", "=", self.english.id), ("collection_is_voucher", "=", True)]
        )
        self.assertEqual((voucher.state, voucher.amount_residual), ("posted", 30.0))
        text = self._said(self._bill(False, day="2026-05-05"))
        self.assertSays(text, f"Your voucher {voucher.name} of 30.00 €", "Left to pay then: 970.00")

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
        self.assertSays(
            text, "of 30.00 €: deduct", "of 20.00 €: deduct", "Left to pay then: 950.00"
        )

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
