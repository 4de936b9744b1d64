"""What the terms' screen shows of the tiers, and who may change them."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from .discounts_common import FIRST_END, INVOICED, DiscountsCommon


@tagged("post_install", "-at_install")
class TestDiscountTermPreview(DiscountsCommon):
    def _rows(self, term, total=1000.0, untaxed=1000.0):
        return [
            (row["number"], str(row["date"]), row["amount"], row["saving"], row["percent"])
            for row in term._collection_preview(
                total, untaxed, INVOICED, self.company.currency_id, self.company
            )
        ]

    def test_three_steps(self):
        self.assertEqual(
            self._rows(self.term),
            [(0, "2024-05-08", 970.0, 30.0, 3.0), (0, "2024-05-15", 980.0, 20.0, 2.0),
             (0, "2024-05-30", 1000.0, 0.0, 0.0)],
        )

    def test_three_tiers(self):
        term = self._term(tiers=((3, 8), (2, 15), (1, 20)))
        self.assertEqual(
            [row[2] for row in self._rows(term)], [970.0, 980.0, 990.0, 1000.0]
        )

    def test_tax(self):
        term = self._term(mode="excluded", name="Net of tax")
        self.assertEqual(
            [row[2] for row in self._rows(term, 1200.0, 1000.0)], [1170.0, 1180.0, 1200.0]
        )

    def test_instalments(self):
        term = self._term(lines=((30, 10, False), (70, 40, True)), name="30/70")
        self.assertEqual(
            self._rows(term),
            [(1, "2024-05-10", 300.0, 0.0, 0.0),
             (2, "2024-05-08", 679.0, 21.0, 3.0), (2, "2024-05-15", 686.0, 14.0, 2.0),
             (2, "2024-06-09", 700.0, 0.0, 0.0)],
        )

    def test_on_the_screen(self):
        self.term.write({"example_amount": 1000.0, "example_date": INVOICED})
        preview = str(self.term.collection_preview)
        for words in ("970.00", "980.00", "1,000.00", "05/08/2024", "05/15/2024", "05/30/2024"):
            self.assertIn(words, preview)
        self.term.name = "<script>alert(1)</script>"
        self.term.invalidate_recordset()
        self.assertNotIn("<script>", str(self.term.collection_preview))

    def test_before_it_is_saved(self):
        form = Form(self.env["account.payment.term"])
        with form.discount_tier_ids.new() as tier:
            tier.discount_percentage = 3
            tier.discount_days = 8
        self.assertIn("3 %", form.collection_preview)
        with form.discount_tier_ids.edit(0) as tier:
            tier.discount_percentage = 4
        self.assertIn("4 %", form.collection_preview)


@tagged("post_install", "-at_install")
class TestDiscountTermAccess(DiscountsCommon):
    def test_who_may_edit(self):
        editor = new_test_user(self.env, "tier_manager", "account.group_account_manager")
        self.term.with_user(editor).discount_tier_ids[0].discount_percentage = 3.5
        for login, groups in [
            ("tier_seller", "account.group_account_invoice"),
            ("tier_bystander", "base.group_user"),
            ("tier_collector", "account_collections.group_collections_collector"),
        ]:
            user = new_test_user(self.env, login, groups)
            tier = self.term.with_user(user).discount_tier_ids[0]
            with self.subTest(login=login):
                self.assertEqual(tier.discount_percentage, 3.5)
                with self.assertRaises(AccessError):
                    tier.discount_percentage = 50
                with self.assertRaises(AccessError):
                    tier.unlink()
                with self.assertRaises(AccessError):
                    tier.create(
                        {"term_id": self.term.id, "discount_percentage": 1, "discount_days": 20}
                    )

    def test_a_seller_posts_an_invoice(self):
        seller = new_test_user(self.env, "tier_poster", "account.group_account_invoice")
        invoice = self._discounted(post=False).with_user(seller)
        invoice.action_post()
        self.assertEqual(len(invoice._collection_offers()), 2)
        self.assertEqual(len(invoice.collection_offer_ids), 2)
        wizard = (
            self.env["account.payment.register"]
            .with_user(seller)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"payment_date": FIRST_END})
        )
        self.assertEqual(wizard.amount, 970.0)
        wizard._create_payments()
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_another_company(self):
        other = self.setup_other_company(name="Elsewhere")["company"]
        term = self._term(company_id=other.id)
        self.assertEqual(term.discount_tier_ids.company_id, other)
        user = new_test_user(self.env, "tier_here", "account.group_account_manager")
        tiers = self.env["collection.discount.tier"].with_user(user)
        self.assertFalse(tiers.search([("term_id", "=", term.id)]))
        self.assertTrue(tiers.search([("term_id", "=", self.term.id)]))
        with self.assertRaises(AccessError):
            term.discount_tier_ids.with_user(user).read(["discount_percentage"])

    def test_offers_of_another_company(self):
        other = self.setup_other_company(name="Elsewhere")["company"]
        invoice = self.env["account.move"].with_company(other).create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": INVOICED,
                "invoice_payment_term_id": self.term.id,
                "invoice_line_ids": [
                    Command.create({"name": "Service", "price_unit": 100.0, "tax_ids": []})
                ],
            }
        )
        invoice.action_post()
        user = new_test_user(self.env, "offer_here", "account.group_account_invoice")
        offers = self.env["collection.discount.offer"].with_user(user)
        self.assertFalse(offers.search([("move_id", "=", invoice.id)]))
