"""Invoices by dice: whatever is on them, a tier that is paid settles them and balances."""

from random import Random

from odoo.tests import tagged

from .discounts_common import DISCOUNT, EXCHANGE, INVOICED, TAX, THIRDS, EntriesCommon

# The last one had a discount that was a cent less in the company's own currency.
STORIES = [*range(16), 109]


@tagged("post_install", "-at_install")
class TestDiscountDice(EntriesCommon):
    def _story(self, dice):
        """``(invoice, day of the payment)``"""
        mode = dice.choice(["included", "included", "excluded", "mixed"])
        one = mode == "mixed" or dice.random() < 0.5
        first = dice.randint(100, 900) / 100
        term = self._term(
            tiers=((first, 8), (round(first / 2, 2), 15)),
            lines=((100, 30, True),) if one else THIRDS,
            mode=mode,
        )
        taxes = [[], [self.tax_20], [self.tax_10], [self.tax_20, self.tax_10],
                 [self.tax_in_price], [self.tax_20, self.tax_piece]]
        lines = [
            (dice.randint(1, 200000) / 100, dice.choice(taxes))
            for _number in range(dice.randint(1, 4))
        ]
        if dice.random() < 0.3:
            price, its_taxes = lines[0]
            lines.append((-round(price / 3, 2), its_taxes))
        values = {}
        if dice.random() < 0.4:
            values["currency_id"] = self.euro.id
        elif dice.random() < 0.3:
            values["invoice_cash_rounding_id"] = self.cash_rounding_a.id
        invoice = self._discounted(lines, term, **values)
        return invoice, INVOICED.replace(month=5, day=dice.randint(1, 15))

    def test_stories(self):
        for seed in STORIES:
            with self.subTest(seed=seed):
                self._check(Random(seed))

    def _check(self, dice):
        invoice, on = self._story(dice)
        if dice.random() < 0.4:
            part = round(invoice.amount_total * dice.choice([0.1, 0.25, 1 / 3]), 2)
            self._credit(invoice, part, on=on)
        for item in self._terms_items(invoice):
            if not item.reconciled:
                self._pay_one(invoice, item, on)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertIn(invoice.payment_state, ("paid", "in_payment", "reversed"))

    def _pay_one(self, invoice, item, on):
        offer = item._collection_discount_at(on)
        self.assertTrue(offer)
        currency, company = invoice.currency_id, self.company.currency_id
        left = item.amount_residual_currency
        self.assertEqual(
            currency.compare_amounts(offer.amount_to_pay + offer.amount_discount, left), 0
        )
        payment = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move.line", active_ids=item.ids)
            .create({"payment_date": on})
            ._create_payments()
        )
        self.assertEqual(currency.compare_amounts(payment.amount, offer.amount_to_pay), 0)
        self.assertTrue(item.reconciled)
        entry = payment.move_id.line_ids
        self.assertTrue(company.is_zero(sum(entry.mapped("balance"))))
        booked = entry.filtered(lambda line: self._kind(line) in (DISCOUNT, TAX))
        self.assertEqual(
            currency.compare_amounts(sum(booked.mapped("amount_currency")), offer.amount_discount),
            0,
        )
        self.assertEqual(
            company.compare_amounts(sum(booked.mapped("balance")), offer.balance_discount), 0
        )
        if currency == company:
            self.assertNotIn(EXCHANGE, entry.mapped(self._kind))
        self._check_tax(invoice, offer, entry)

    def _check_tax(self, invoice, offer, entry):
        """Each tax falls by the percentage of what is paid here; not at all where it stays."""
        corrected = entry.filtered(lambda line: self._kind(line) == TAX)
        if offer.tax_mode != "included":
            self.assertFalse(corrected)
            return
        share = (offer.amount_to_pay + offer.amount_discount) / invoice.amount_total
        for line in corrected:
            tax = line.tax_repartition_line_id.tax_id
            posted = -sum(
                invoice.line_ids.filtered(lambda item, tax=tax: item.tax_line_id == tax).mapped(
                    "amount_currency"
                )
            )
            expected = posted * offer.discount_percentage / 100 * share
            # The tax of the lowered prices is rounded, and so is its part.
            self.assertAlmostEqual(line.amount_currency, expected, delta=0.021)
