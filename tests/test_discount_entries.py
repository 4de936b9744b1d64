"""What the books say when a tier is taken, as tables; one tier alone is as in core."""

from odoo.tests import tagged
from odoo.tools import SQL

from .discounts_common import FIRST_END, INVOICED, SECOND_END, SHOWN, DiscountsCommon, day

BANK, DISCOUNT, TAX, ITEM, EXCHANGE = "bank", "discount", "tax", "item", "exchange"


class EntriesCommon(DiscountsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # 1.25 dollars a euro on the invoice; 1 dollar a euro when it is paid.
        cls.euro = cls.setup_other_currency(
            "EUR", rates=[("2024-01-01", 0.8), ("2024-05-05", 1.0)]
        )
        cls.bank = cls.company_data["default_journal_bank"]

    def _kind(self, line):
        company = self.company
        if line.account_id.account_type in ("asset_receivable", "liability_payable"):
            return ITEM
        if line.tax_repartition_line_id:
            return TAX
        if line.account_id in (
            company.account_journal_early_pay_discount_loss_account_id,
            company.account_journal_early_pay_discount_gain_account_id,
        ):
            return DISCOUNT
        if line.account_id in (
            company.expense_currency_exchange_account_id,
            company.income_currency_exchange_account_id,
        ):
            return EXCHANGE
        return BANK

    def _table(self, payment):
        """``[(kind, amount in the document's currency, balance)]`` of a payment's entry."""
        order = [BANK, DISCOUNT, TAX, EXCHANGE, ITEM]
        rows = [
            (self._kind(line), line.amount_currency, line.balance)
            for line in payment.move_id.line_ids
        ]
        return sorted(rows, key=lambda row: (order.index(row[0]), -abs(row[2]), row[1]))

    def assertBooked(self, invoice, on, expected):
        payment = self._pay_on(invoice, on)
        self.assertEqual(self._table(payment), expected)
        self.assertTrue(all(item.reconciled for item in self._terms_items(invoice)))
        self.assertEqual(invoice.amount_residual, 0.0)
        return payment


@tagged("post_install", "-at_install")
class TestDiscountEntries(EntriesCommon):
    """1,000.00 and tax, paid by 8 May with 3 % and by 15 May with 2 %."""

    def _rows(self, *rows):
        """Company currency: the balance is the amount."""
        return [(kind, amount, amount) for kind, amount in rows]

    def test_tax_reduced_with_the_price(self):
        for name, lines, first, second in [
            (
                "no tax",
                [(1000.0, [])],
                [(BANK, 970.0), (DISCOUNT, 30.0), (ITEM, -1000.0)],
                [(BANK, 980.0), (DISCOUNT, 20.0), (ITEM, -1000.0)],
            ),
            (
                "one tax",
                [(1000.0, [self.tax_20])],
                [(BANK, 1164.0), (DISCOUNT, 30.0), (TAX, 6.0), (ITEM, -1200.0)],
                [(BANK, 1176.0), (DISCOUNT, 20.0), (TAX, 4.0), (ITEM, -1200.0)],
            ),
            (
                "two taxes, one a line",
                [(600.0, [self.tax_20]), (400.0, [self.tax_10])],
                [(BANK, 1125.2), (DISCOUNT, 18.0), (DISCOUNT, 12.0), (TAX, 3.6), (TAX, 1.2),
                 (ITEM, -1160.0)],
                [(BANK, 1136.8), (DISCOUNT, 12.0), (DISCOUNT, 8.0), (TAX, 2.4), (TAX, 0.8),
                 (ITEM, -1160.0)],
            ),
            (
                "two taxes on one line",
                [(1000.0, [self.tax_20, self.tax_10])],
                [(BANK, 1261.0), (DISCOUNT, 30.0), (TAX, 6.0), (TAX, 3.0), (ITEM, -1300.0)],
                [(BANK, 1274.0), (DISCOUNT, 20.0), (TAX, 4.0), (TAX, 2.0), (ITEM, -1300.0)],
            ),
            (
                "tax included in the price",
                [(1200.0, [self.tax_in_price])],
                [(BANK, 1164.0), (DISCOUNT, 30.0), (TAX, 6.0), (ITEM, -1200.0)],
                [(BANK, 1176.0), (DISCOUNT, 20.0), (TAX, 4.0), (ITEM, -1200.0)],
            ),
            (
                # The tax of 0.50 a piece stays; 97 % and 98 % are of the whole item, as in core.
                "fixed tax a piece",
                [(1000.0, [self.tax_20, self.tax_piece])],
                [(BANK, 1164.49), (DISCOUNT, 30.01), (TAX, 6.0), (ITEM, -1200.5)],
                [(BANK, 1176.49), (DISCOUNT, 20.01), (TAX, 4.0), (ITEM, -1200.5)],
            ),
            (
                "a line that takes off",
                [(1500.0, [self.tax_20]), (-500.0, [self.tax_20])],
                [(BANK, 1164.0), (DISCOUNT, 30.0), (TAX, 6.0), (ITEM, -1200.0)],
                [(BANK, 1176.0), (DISCOUNT, 20.0), (TAX, 4.0), (ITEM, -1200.0)],
            ),
        ]:
            for on, expected in [(FIRST_END, first), (SECOND_END, second)]:
                with self.subTest(name=name, on=on):
                    invoice = self._discounted(list(lines))
                    self.assertBooked(invoice, on, self._rows(*expected))

    def test_tax_never_reduced(self):
        term = self._term(mode="excluded", name="Net of tax")
        for name, lines, first, second in [
            (
                "one tax",
                [(1000.0, [self.tax_20])],
                [(BANK, 1170.0), (DISCOUNT, 30.0), (ITEM, -1200.0)],
                [(BANK, 1180.0), (DISCOUNT, 20.0), (ITEM, -1200.0)],
            ),
            (
                "two taxes",
                [(600.0, [self.tax_20]), (400.0, [self.tax_10])],
                [(BANK, 1130.0), (DISCOUNT, 30.0), (ITEM, -1160.0)],
                [(BANK, 1140.0), (DISCOUNT, 20.0), (ITEM, -1160.0)],
            ),
            (
                "tax included in the price",
                [(1200.0, [self.tax_in_price])],
                [(BANK, 1170.0), (DISCOUNT, 30.0), (ITEM, -1200.0)],
                [(BANK, 1180.0), (DISCOUNT, 20.0), (ITEM, -1200.0)],
            ),
            (
                "fixed tax a piece",
                [(1000.0, [self.tax_20, self.tax_piece])],
                [(BANK, 1170.5), (DISCOUNT, 30.0), (ITEM, -1200.5)],
                [(BANK, 1180.5), (DISCOUNT, 20.0), (ITEM, -1200.5)],
            ),
        ]:
            for on, expected in [(FIRST_END, first), (SECOND_END, second)]:
                with self.subTest(name=name, on=on):
                    invoice = self._discounted(list(lines), term=term)
                    self.assertBooked(invoice, on, self._rows(*expected))

    def test_tax_reduced_on_the_invoice(self):
        """20 % of 970.00, by the first and best tier, whatever the customer does."""
        term = self._term(mode="mixed", name="Belgian")
        for name, lines, first, second in [
            (
                "one tax",
                [(1000.0, [self.tax_20])],
                [(BANK, 1164.0), (DISCOUNT, 30.0), (ITEM, -1194.0)],
                [(BANK, 1174.0), (DISCOUNT, 20.0), (ITEM, -1194.0)],
            ),
            (
                "two taxes",
                [(600.0, [self.tax_20]), (400.0, [self.tax_10])],
                [(BANK, 1125.2), (DISCOUNT, 30.0), (ITEM, -1155.2)],
                [(BANK, 1135.2), (DISCOUNT, 20.0), (ITEM, -1155.2)],
            ),
            (
                "fixed tax a piece",
                [(1000.0, [self.tax_20, self.tax_piece])],
                [(BANK, 1164.5), (DISCOUNT, 30.0), (ITEM, -1194.5)],
                [(BANK, 1174.5), (DISCOUNT, 20.0), (ITEM, -1194.5)],
            ),
        ]:
            for on, expected in [(FIRST_END, first), (SECOND_END, second)]:
                with self.subTest(name=name, on=on):
                    invoice = self._discounted(list(lines), term=term)
                    self.assertBooked(invoice, on, self._rows(*expected))

    def test_foreign_currency_at_another_rate(self):
        """Invoiced at 1.25 dollars a euro, paid at 1.00: the discount goes at the invoice's
        rate, the rest is an exchange difference."""
        excluded = self._term(mode="excluded", name="Net of tax")
        for term, on, expected in [
            (
                self.term,
                FIRST_END,
                [(BANK, 1164.0, 1164.0), (DISCOUNT, 30.0, 37.5), (TAX, 6.0, 7.5),
                 (EXCHANGE, 0.0, -9.0), (ITEM, -1200.0, -1200.0)],
            ),
            (
                self.term,
                SECOND_END,
                [(BANK, 1176.0, 1176.0), (DISCOUNT, 20.0, 25.0), (TAX, 4.0, 5.0),
                 (EXCHANGE, 0.0, -6.0), (ITEM, -1200.0, -1200.0)],
            ),
            (
                excluded,
                SECOND_END,
                [(BANK, 1180.0, 1180.0), (DISCOUNT, 20.0, 25.0), (EXCHANGE, 0.0, -5.0),
                 (ITEM, -1200.0, -1200.0)],
            ),
        ]:
            with self.subTest(term=term.name, on=on):
                invoice = self._discounted(1000.0, term, taxes=self.tax_20,
                                           currency_id=self.euro.id)
                self.assertBooked(invoice, on, expected)

    def test_foreign_currency_at_the_same_rate(self):
        invoice = self._discounted(1000.0, taxes=self.tax_20, currency_id=self.euro.id)
        self.assertBooked(
            invoice,
            day("2024-05-03"),
            [(BANK, 1164.0, 1455.0), (DISCOUNT, 30.0, 37.5), (TAX, 6.0, 7.5),
             (ITEM, -1200.0, -1500.0)],
        )

    def test_cash_rounding(self):
        for rounding, first, second in [
            # 1,200.05 x 0.97 = 1,164.05 (.0485), up to .05; x 0.98 = 1,176.05 (.049)
            (
                self.cash_rounding_a,
                [(BANK, 1164.05), (DISCOUNT, 30.0), (TAX, 6.0), (ITEM, -1200.05)],
                [(BANK, 1176.05), (DISCOUNT, 20.0), (TAX, 4.0), (ITEM, -1200.05)],
            ),
            # down to 1,200.00: 1,164.00 and 1,176.00
            (
                self.cash_rounding_b,
                [(BANK, 1164.0), (DISCOUNT, 30.02), (TAX, 5.98), (ITEM, -1200.0)],
                [(BANK, 1176.0), (DISCOUNT, 20.02), (TAX, 3.98), (ITEM, -1200.0)],
            ),
        ]:
            for on, expected in [(FIRST_END, first), (SECOND_END, second)]:
                with self.subTest(rounding=rounding.name, on=on):
                    invoice = self._discounted(
                        1000.02, taxes=self.tax_20, invoice_cash_rounding_id=rounding.id
                    )
                    self.assertBooked(invoice, on, self._rows(*expected))

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


@tagged("post_install", "-at_install")
class TestDiscountEntriesAsCore(EntriesCommon):
    """A term of one tier books what core's own early discount books, to the cent."""

    def _parts(self, invoice, on):
        """The counterpart items of the discount, as the payment wizard asks for them."""
        item = self._terms_items(invoice)
        saved = item.amount_currency - item.discount_amount_currency
        open_balance = invoice.currency_id._convert(
            saved, self.company.currency_id, self.company, on
        )
        parts = invoice.with_context(
            collection_discount_date=on
        )._get_invoice_counterpart_amls_for_early_payment_discount([{"aml": item}], open_balance)
        return {
            kind: [
                {
                    name: round(value, 6) if isinstance(value, float) else value
                    for name, value in line.items()
                }
                for line in lines
            ]
            for kind, lines in parts.items()
        }

    def _as_core(self, invoice):
        """The same invoice without frozen offers is core's alone."""
        self.env.flush_all()
        self.env.execute_query(
            SQL("DELETE FROM collection_discount_offer WHERE move_id = %s RETURNING id", invoice.id)
        )
        self.env.invalidate_all()

    def _check(self, mode, percent, lines, on, books=True, **values):
        invoice = self._discounted(list(lines), self._core_term(percent, mode=mode), **values)
        shown = self._terms_items(invoice).read(SHOWN)
        ours = self._parts(invoice, on)
        draft = self._discounted(
            list(lines), invoice.invoice_payment_term_id, post=False, **values
        )
        core_shown = self._terms_items(draft).read(SHOWN)
        core_shown[0]["id"] = shown[0]["id"]
        self.assertEqual(shown, core_shown, "what is to pay")
        self._as_core(invoice)
        if books:
            self.assertEqual(ours, self._parts(invoice, on), "what is booked")

    def test_company_currency(self):
        cases = [
            [(1000.0, [])],
            [(1000.0, [self.tax_20])],
            [(1234.56, [self.tax_20])],
            [(333.33, [self.tax_20]), (666.66, [self.tax_10]), (0.07, [])],
            [(99.99, [self.tax_in_price])],
            [(1234.56, [self.tax_20, self.tax_10]), (-34.56, [self.tax_10])],
            [(0.37, [self.tax_20])],
        ]
        for mode, percent in [("included", 3.0), ("included", 1.75), ("excluded", 3.0),
                              ("mixed", 1.75)]:
            for lines in cases:
                with self.subTest(mode=mode, percent=percent, lines=lines):
                    self._check(mode, percent, lines, FIRST_END)

    def test_fixed_tax(self):
        for mode in ("included", "excluded", "mixed"):
            for price in (1000.0, 57.13):
                with self.subTest(mode=mode, price=price):
                    lines = [(price, [self.tax_20, self.tax_piece])]
                    self._check(mode, 3.0, lines, FIRST_END)

    def test_foreign_currency(self):
        for mode in ("included", "excluded", "mixed"):
            for on in (day("2024-05-03"), FIRST_END):
                for lines in ([(1234.57, [self.tax_20])], [(333.33, [self.tax_10]), (0.07, [])]):
                    with self.subTest(mode=mode, on=on, lines=lines):
                        self._check(mode, 3.0, lines, on, currency_id=self.euro.id)

    def test_cash_rounding(self):
        for mode in ("included", "excluded", "mixed"):
            for rounding in (self.cash_rounding_a, self.cash_rounding_b):
                for price in (1000.02, 123.41):
                    with self.subTest(mode=mode, rounding=rounding.name, price=price):
                        self._check(
                            mode, 3.0, [(price, [self.tax_20])], FIRST_END,
                            # Core forgets the tax where its item is rounded: it then books
                            # 230.02 of price and -194.02 of tax for 36.00.
                            books=mode != "included" or rounding == self.cash_rounding_a,
                            invoice_cash_rounding_id=rounding.id,
                        )

    def test_vendor_bill(self):
        tax = self._tax("20 % purchases", 20, type_tax_use="purchase")
        for mode in ("included", "excluded", "mixed"):
            for currency in (self.company.currency_id, self.euro):
                with self.subTest(mode=mode, currency=currency.name):
                    self._check(
                        mode, 3.0, [(1234.56, [tax])], FIRST_END, move_type="in_invoice",
                        currency_id=currency.id,
                    )

    def test_one_tier_is_paid_as_in_core(self):
        """From the wizard to the entry: core's term, one tier, and core alone."""
        lines = [(333.33, [self.tax_20]), (666.66, [self.tax_10]), (0.07, [])]
        for on in (INVOICED, FIRST_END):
            tables = []
            for term in (self._core_term(), self._core_term(), self._term(((3.0, 8),))):
                invoice = self._discounted(list(lines), term, currency_id=self.euro.id)
                if not tables:
                    self._as_core(invoice)
                tables.append(self._table(self._pay_on(invoice, on)))
            self.assertEqual(tables[1], tables[0])
            self.assertEqual(tables[2], tables[0])
