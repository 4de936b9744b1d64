"""The entries that book a discount after the payment."""

from odoo.tests import freeze_time, tagged

from .deductions_common import IN_TIME, LATE, BookingCommon, day


@tagged("post_install", "-at_install")
@freeze_time("2024-05-20 12:00:00")
class TestEntries(BookingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax_account = cls.company_data["default_account_tax_sale"]

    def test_without_tax(self):
        invoice = self._discounted()
        self._match(invoice, 970.0, IN_TIME)
        entry = self._booked(invoice)
        self.assertBooked(
            entry,
            [
                (self.loss, [], None, 30.0, 30.0),
                (self.receivable, [], None, -30.0, -30.0),
            ],
        )
        self.assertRecordValues(
            entry,
            [
                {
                    "move_type": "entry",
                    "state": "posted",
                    "date": IN_TIME,
                    "ref": f"Discount 3 % on {invoice.name}, paid on 05/08/2024",
                    "partner_id": self.customer.id,
                }
            ],
        )
        self.assertEqual(entry.journal_id.type, "general")
        self.assertNotEqual(entry.journal_id, self.company.currency_exchange_journal_id)

    def test_tax_included(self):
        """The tax is corrected: 36.00 of 1,200.00 are 30.00 and 6.00 of tax."""
        invoice = self._discounted(taxes=[self.tax_20])
        self._match(invoice, 1164.0, IN_TIME)
        self.assertPaid(invoice)
        self.assertBooked(
            self._booked(invoice),
            [
                (self.loss, [self.tax_20], None, 30.0, 30.0),
                (self.tax_account, [], self.tax_20, 6.0, 6.0),
                (self.receivable, [], None, -36.0, -36.0),
            ],
        )

    def test_two_taxes(self):
        invoice = self._discounted([(1000.0, [self.tax_20]), (500.0, [self.tax_10])])
        self._match(invoice, 1697.5, IN_TIME)
        self.assertPaid(invoice)
        self.assertBooked(
            self._booked(invoice),
            [
                (self.loss, [self.tax_20], None, 30.0, 30.0),
                (self.loss, [self.tax_10], None, 15.0, 15.0),
                (self.tax_account, [], self.tax_20, 6.0, 6.0),
                (self.tax_account, [], self.tax_10, 1.5, 1.5),
                (self.receivable, [], None, -52.5, -52.5),
            ],
        )

    def test_tax_excluded(self):
        """The discount applies to what is without tax, and the tax stays."""
        invoice = self._discounted(taxes=[self.tax_20], term=self._term(mode="excluded"))
        self._match(invoice, 1170.0, IN_TIME)
        self.assertPaid(invoice)
        self.assertBooked(
            self._booked(invoice),
            [
                (self.loss, [], None, 30.0, 30.0),
                (self.receivable, [], None, -30.0, -30.0),
            ],
        )

    def test_tax_mixed(self):
        """The tax was lowered on the invoice already."""
        invoice = self._discounted(taxes=[self.tax_20], term=self._term(mode="mixed"))
        self.assertEqual(invoice.amount_total, 1194.0)
        self._match(invoice, 1164.0, IN_TIME)
        self.assertPaid(invoice)
        self.assertBooked(
            self._booked(invoice),
            [
                (self.loss, [], None, 30.0, 30.0),
                (self.receivable, [], None, -30.0, -30.0),
            ],
        )

    def test_tax_within_prices(self):
        invoice = self._discounted(1200.0, taxes=[self.tax_in_price])
        self._match(invoice, 1164.0, IN_TIME)
        self.assertPaid(invoice)
        self.assertBooked(
            self._booked(invoice),
            [
                (self.loss, [self.tax_in_price], None, 30.0, 30.0),
                (self.tax_account, [], self.tax_in_price, 6.0, 6.0),
                (self.receivable, [], None, -36.0, -36.0),
            ],
        )

    def test_odd_cents_add_up(self):
        invoice = self._discounted([(33.33, [self.tax_20]), (66.71, [self.tax_10])])
        offer = invoice._collection_offers()[0]
        self._match(invoice, offer.amount_to_pay, IN_TIME)
        self.assertPaid(invoice)
        entry = self._booked(invoice)
        self.assertAlmostEqual(sum(entry.line_ids.mapped("balance")), 0.0)
        credit = entry.line_ids.filtered(lambda line: line.account_id == self.receivable)
        self.assertEqual(credit.balance, -offer.amount_discount)

    def test_cash_rounding(self):
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "0.05",
                "rounding": 0.05,
                "strategy": "add_invoice_line",
                "profit_account_id": self.company_data["default_account_revenue"].id,
                "loss_account_id": self.company_data["default_account_expense"].id,
                "rounding_method": "HALF-UP",
            }
        )
        invoice = self._discounted(
            99.99, taxes=[self.tax_20], invoice_cash_rounding_id=rounding.id
        )
        offer = invoice._collection_offers()[0]
        self._match(invoice, offer.amount_to_pay, IN_TIME)
        self.assertPaid(invoice)
        self.assertEqual(offer.amount_taken, offer.amount_discount)

    def test_foreign_currency(self):
        """The item is settled at the invoice's rate; exchange differences are the
        payment's."""
        currency = self.setup_other_currency(
            "EUR", rates=[("2024-01-01", 2.0), ("2024-05-08", 4.0)]
        )
        invoice = self._discounted(
            taxes=[self.tax_20], currency_id=currency.id
        )
        self._match(invoice, 1164.0, IN_TIME, currency=currency)
        self.assertPaid(invoice)
        self.assertBooked(
            self._booked(invoice),
            [
                (self.loss, [self.tax_20], None, 30.0, 15.0),
                (self.tax_account, [], self.tax_20, 6.0, 3.0),
                (self.receivable, [], None, -36.0, -18.0),
            ],
        )
        offer = invoice._collection_offers()[0]
        self.assertEqual((offer.amount_taken, offer.amount_taken_company), (36.0, 18.0))
        self.assertEqual(self._terms_items(invoice).amount_residual, 0.0)

    def test_paid_in_company_currency(self):
        currency = self.setup_other_currency("EUR", rates=[("2024-01-01", 2.0)])
        invoice = self._discounted(currency_id=currency.id)
        self._match(invoice, 485.0, IN_TIME)
        self.assertPaid(invoice)
        self.assertDeduction(invoice, "granted", 30.0, currency_id=currency.id)

    def test_more_than_the_discount(self):
        """What was kept back beyond it is discount too, without tax."""
        self.company.collection_discount_tolerance_amount = 1.0
        invoice = self._discounted(taxes=[self.tax_20])
        self._match(invoice, 1163.5, IN_TIME)
        self._deductions(invoice).accept("Bank charges")
        self.assertPaid(invoice)
        self.assertBooked(
            self._booked(invoice),
            [
                (self.loss, [self.tax_20], None, 30.0, 30.0),
                (self.tax_account, [], self.tax_20, 6.0, 6.0),
                (self.loss, [], None, 0.5, 0.5),
                (self.receivable, [], None, -36.5, -36.5),
            ],
        )

    def test_a_claim_that_was_paid_in_part_and_then_given_up(self):
        """What is left is discount, with its tax."""
        for method, tax_lines in (("price", 1), ("credit_note", 1)):
            with self.subTest(method):
                invoice = self._discounted(
                    taxes=[self.tax_20], term=self._term(collection_discount_method=method)
                )
                self._match(invoice, 1164.0, LATE)
                self._match(invoice, 12.0, day("2024-05-19"))
                row = self.assertDeduction(invoice, "claimed", 36.0)
                row.accept("Enough")
                self.assertPaid(invoice)
                self.assertDeduction(invoice, "granted", 24.0)
                move = self._booked(invoice)
                taxes = move.line_ids.filtered("tax_line_id")
                self.assertEqual((len(taxes), taxes.balance), (tax_lines, 4.0))
                self.assertEqual(invoice._collection_offers()[0].amount_taken, 24.0)

    def test_own_journal(self):
        journal = self.env["account.journal"].create(
            {"name": "Discounts", "code": "DISC", "type": "general"}
        )
        self.company.collection_discount_journal_id = journal
        invoice = self._discounted()
        self._match(invoice, 970.0, IN_TIME)
        self.assertEqual(self._booked(invoice).journal_id, journal)

    def test_instalments(self):
        invoice = self._discounted(taxes=[self.tax_20], term=self._in_two())
        self._match(invoice, 582.0, IN_TIME)
        self.assertBooked(
            self._booked(invoice),
            [
                (self.loss, [self.tax_20], None, 15.0, 15.0),
                (self.tax_account, [], self.tax_20, 3.0, 3.0),
                (self.receivable, [], None, -18.0, -18.0),
            ],
        )

    def test_receipt(self):
        invoice = self._discounted(move_type="out_receipt")
        self._match(invoice, 970.0, IN_TIME)
        self.assertPaid(invoice)
