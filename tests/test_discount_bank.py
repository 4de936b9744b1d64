"""Bank reconciliation asks, and books what it is told."""

from odoo.tests import tagged

from .discounts_common import (
    BANK,
    DISCOUNT,
    FIRST_END,
    ITEM,
    SECOND_END,
    TAX,
    EntriesCommon,
    day,
)


@tagged("post_install", "-at_install")
class TestDiscountBankMatching(EntriesCommon):
    """As bank reconciliation asks: may it be, how much, and which items to book."""

    def _match(self, invoices, amount, on):
        """A statement line with the helper's items, reconciled with the invoices."""
        statement_line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "date": on,
                "payment_ref": "Customer",
                "partner_id": self.customer.id,
                "amount": amount,
            }
        )
        items = self._terms_items(invoices)
        for invoice in invoices:
            self.assertTrue(
                invoice._is_eligible_for_early_payment_discount(invoice.currency_id, on)
            )
        open_items = sum(items.mapped("amount_residual"))
        parts = self.env["account.move"]._get_invoice_counterpart_amls_for_early_payment_discount(
            [
                {
                    "aml": item,
                    "amount_currency": -item.amount_residual_currency,
                    "balance": -item.amount_residual,
                }
                for item in items
            ],
            open_items - amount,
        )
        _liquidity, suspense, _other = statement_line._seek_for_lines()
        receivable = {
            "account_id": items.account_id.id,
            "partner_id": self.customer.id,
            "balance": -open_items,
            "amount_currency": -open_items,
            "name": "Invoices",
        }
        lines = [line for group in parts.values() for line in group]
        statement_line.move_id.with_context(
            force_delete=True, skip_readonly_check=True, skip_account_move_synchronization=True
        ).write(
            {
                "line_ids": [(2, suspense.id)]
                + [(0, 0, line) for line in [receivable, *lines]]
            }
        )
        counterpart = statement_line.move_id.line_ids.filtered(
            lambda line: line.account_id == items.account_id
        )
        (counterpart | items).reconcile()
        return statement_line

    def test_on_the_day(self):
        for on, amount, discount, tax in [
            (FIRST_END, 1164.0, 30.0, 6.0), (day("2024-05-12"), 1176.0, 20.0, 4.0)
        ]:
            with self.subTest(on=on), self._on(on):
                invoice = self._discounted(taxes=self.tax_20)
                self.assertShows(
                    self._terms_items(invoice), FIRST_END if tax == 6 else SECOND_END, amount
                )
                entry = self._match(invoice, amount, on)
                self.assertEqual(
                    self._table(entry),
                    [(BANK, amount, amount), (DISCOUNT, discount, discount), (TAX, tax, tax),
                     (ITEM, -1200.0, -1200.0)],
                )
                self.assertEqual(invoice.amount_residual, 0.0)

    def test_days_later(self):
        """The statement is worked on later: the money that is lacking says which tier."""
        for on, amount, discount in [(FIRST_END, 970.0, 30.0), (SECOND_END, 980.0, 20.0)]:
            with self.subTest(on=on), self._on("2024-05-25"):
                invoice = self._discounted()
                entry = self._match(invoice, amount, on)
                self.assertEqual(
                    self._table(entry),
                    [(BANK, amount, amount), (DISCOUNT, discount, discount),
                     (ITEM, -1000.0, -1000.0)],
                )

    def test_several_invoices(self):
        with self._on("2024-05-12"):
            invoices = self._discounted() | self._discounted(500.0)
            entry = self._match(invoices, 1470.0, FIRST_END + (SECOND_END - FIRST_END))
            self.assertEqual(
                self._table(entry),
                [(BANK, 1470.0, 1470.0), (DISCOUNT, 30.0, 30.0), (ITEM, -1500.0, -1500.0)],
            )
            self.assertEqual(invoices.mapped("amount_residual"), [0.0, 0.0])

    def test_too_late(self):
        invoice = self._discounted()
        self.assertFalse(
            invoice._is_eligible_for_early_payment_discount(
                invoice.currency_id, day("2024-05-16")
            )
        )
        self.assertFalse(
            invoice._is_eligible_for_early_payment_discount(self.euro, FIRST_END)
        )
