"""One tier alone books what core books, to the cent."""

from odoo.tests import tagged
from odoo.tools import SQL

from .discounts_common import FIRST_END, INVOICED, SHOWN, EntriesCommon, day


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
