"""What the books say when a tier is taken, as tables."""

from odoo.tests import tagged

from .discounts_common import (
    BANK,
    DISCOUNT,
    EXCHANGE,
    FIRST_END,
    ITEM,
    SECOND_END,
    TAX,
    EntriesCommon,
    day,
)


@tagged("post_install", "-at_install")
class TestDiscountEntries(EntriesCommon):
    """1,000.00 and tax, paid by 8 May with 3 % and by 15 May with 2 %."""

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
