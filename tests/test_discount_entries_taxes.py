"""How taxes are corrected: published entries, split taxes, tags, taxes typed by hand."""

from odoo.tests import tagged

from .discounts_common import BANK, DISCOUNT, ITEM, SECOND_END, TAX, EntriesCommon, day


@tagged("post_install", "-at_install")
class TestDiscountEntriesTaxes(EntriesCommon):
    def test_published_german_entries(self):
        """bwrspicker.de, Verkauf; FH Wedel, Rechnungswesen; ionos.de: Skonto at 19 %."""
        tax = self._tax("19 %", 19)
        in_price = self._tax("19 % included", 19, price_include_override="tax_included")
        for lines, percent, expected in [
            ([(1000.0, [tax])], 2, [1166.2, 20.0, 3.8, -1190.0]),
            ([(10000.0, [tax])], 2, [11662.0, 200.0, 38.0, -11900.0]),
            ([(2000.0, [in_price])], 3, [1940.0, 50.42, 9.58, -2000.0]),
        ]:
            with self.subTest(lines=lines):
                term = self._term(tiers=((percent, 14),), name="Skonto")
                kinds = (BANK, DISCOUNT, TAX, ITEM)
                self.assertBooked(
                    self._discounted(list(lines), term=term),
                    day("2024-05-10"),
                    self._rows(*zip(kinds, expected, strict=True)),
                )

    def test_published_french_entry(self):
        """financefrancophone.com: escompte net de taxe, 665 debited with 5.00 of 300.00."""
        term = self._term(tiers=((2, 25),), mode="excluded", name="Escompte net de taxe")
        self.assertBooked(
            self._discounted(250.0, term, taxes=self.tax_20),
            day("2024-05-20"),
            self._rows((BANK, 295.0), (DISCOUNT, 5.0), (ITEM, -300.0)),
        )

    def test_tax_tags_and_accounts(self):
        """The correction goes onto the tax account, with the refund's tags."""
        base_tag, tax_tag = self.env["account.account.tag"].create(
            [
                {"name": name, "applicability": "taxes", "country_id": self.company.country_id.id}
                for name in ("-base", "-tax")
            ]
        )
        refund = self.tax_20.refund_repartition_line_ids
        refund.filtered(lambda line: line.repartition_type == "base").tag_ids = base_tag
        refund.filtered(lambda line: line.repartition_type == "tax").tag_ids = tax_tag
        payment = self._pay_on(self._discounted(taxes=self.tax_20), SECOND_END)
        lines = payment.move_id.line_ids
        by_kind = {self._kind(line): line for line in lines}
        self.assertEqual(by_kind[TAX].account_id, self.company_data["default_account_tax_sale"])
        self.assertEqual(by_kind[TAX].tax_tag_ids, tax_tag)
        self.assertEqual(by_kind[DISCOUNT].tax_ids, self.tax_20)
        self.assertEqual(by_kind[DISCOUNT].tax_tag_ids, base_tag)

    def test_one_tax_in_several_items(self):
        """Analytic accounts split one tax's items; each is corrected once."""
        self.tax_20.analytic = True
        plan = self.env["account.analytic.plan"].create({"name": "Projects"})
        accounts = self.env["account.analytic.account"].create(
            [{"name": name, "plan_id": plan.id} for name in ("A", "B")]
        )
        invoice = self._discounted([(600.0, [self.tax_20]), (400.0, [self.tax_20])], post=False)
        for line, account in zip(invoice.invoice_line_ids, accounts, strict=True):
            line.analytic_distribution = {str(account.id): 100}
        invoice.action_post()
        self.assertEqual(len(invoice.line_ids.filtered("tax_repartition_line_id")), 2)
        self.assertBooked(
            invoice,
            SECOND_END,
            self._rows((BANK, 1176.0), (DISCOUNT, 12.0), (DISCOUNT, 8.0), (TAX, 2.4), (TAX, 1.6),
                       (ITEM, -1200.0)),
        )

    def test_a_tax_in_parts(self):
        """A tax of two repartition lines, and a reverse charge."""
        account = self.company_data["default_account_tax_sale"]
        other = self.company_data["default_account_tax_purchase"]

        def parts(first, second):
            return [
                (0, 0, {"repartition_type": "base"}),
                (0, 0, {"repartition_type": "tax", "factor_percent": first,
                        "account_id": account.id}),
                (0, 0, {"repartition_type": "tax", "factor_percent": second,
                        "account_id": other.id}),
            ]

        for first, second, expected in [
            (75, 25, [(BANK, 1176.0), (DISCOUNT, 20.0), (TAX, 3.0), (TAX, 1.0), (ITEM, -1200.0)]),
            (100, -100, [(BANK, 980.0), (DISCOUNT, 20.0), (TAX, -4.0), (TAX, 4.0),
                         (ITEM, -1000.0)]),
        ]:
            with self.subTest(first=first, second=second):
                tax = self._tax(
                    f"Parts {first} {second}", 20,
                    invoice_repartition_line_ids=parts(first, second),
                    refund_repartition_line_ids=parts(first, second),
                )
                self.assertBooked(
                    self._discounted(taxes=tax), SECOND_END, self._rows(*expected)
                )

    def test_tax_corrected_by_hand(self):
        """The tax that was posted is what is reduced: 198.00 came from a person."""
        invoice = self._discounted(taxes=self.tax_20, post=False)
        tax_line = invoice.line_ids.filtered("tax_repartition_line_id")
        item = self._terms_items(invoice)
        invoice.write(
            {"line_ids": [(1, tax_line.id, {"amount_currency": -198.0}),
                          (1, item.id, {"amount_currency": 1198.0})]}
        )
        invoice.action_post()
        self.assertEqual(invoice.amount_total, 1198.0)
        payment = self._pay_on(invoice, SECOND_END)
        self.assertEqual(payment.amount, 1174.04)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertEqual(
            self._table(payment),
            # 196.00 of tax stay, as on 980.00; the cents of rounding go with the price.
            self._rows((BANK, 1174.04), (DISCOUNT, 21.96), (TAX, 2.0), (ITEM, -1198.0)),
        )
