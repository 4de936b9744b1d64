"""One transfer for several invoices, each less its discount, where a person is asked."""

from odoo.tests import tagged

from .discounts_common import FIRST_END, INVOICED, DiscountsCommon, day


@tagged("post_install", "-at_install")
class TestDiscountTogetherAsked(DiscountsCommon):
    def _paid(self, amount, on):
        with self._on(INVOICED):
            invoices = self._discounted(1000.0) | self._discounted(2000.0)
        with self._on(on):
            payment = self._unallocated_payment(amount, on=on)
            items = invoices.line_ids.filtered(lambda line: line.display_type == "payment_term")
            money = payment.move_id.line_ids.filtered(
                lambda line: line.account_id == items.account_id
            )
            (items | money).reconcile()
        self.assertTrue(money.reconciled)
        return invoices

    def _questions(self, invoices):
        found = self.env["collection.discount.deduction"].search(
            [("move_id", "in", invoices.ids)], order="amount"
        )
        return [(row.move_id.amount_residual, row.amount, row.state) for row in found]

    def test_in_time_and_asked(self):
        self.company.collection_discount_grant = "ask"
        invoices = self._paid(2910.0, FIRST_END)
        self.assertEqual(self._questions(invoices), [(30.0, 30.0, "open"), (60.0, 60.0, "open")])
        for row in self.env["collection.discount.deduction"].search([]):
            row.sudo()._grant("Good customers", self.env.user)
        self.assertEqual(invoices.mapped("payment_state"), ["paid", "paid"])

    def test_late_within_the_tolerance(self):
        self.company.collection_discount_tolerance_days = 3
        invoices = self._paid(2940.0, day("2024-05-17"))
        self.assertEqual(self._questions(invoices), [(20.0, 20.0, "open"), (40.0, 40.0, "open")])

    def test_too_late(self):
        invoices = self._paid(2940.0, day("2024-05-17"))
        self.assertEqual(
            self._questions(invoices), [(20.0, 20.0, "claimed"), (40.0, 40.0, "claimed")]
        )

    def test_the_first_tier_taken_too_late(self):
        invoices = self._paid(2910.0, day("2024-05-17"))
        self.assertEqual(
            self._questions(invoices), [(30.0, 30.0, "claimed"), (60.0, 60.0, "claimed")]
        )

    def test_any_other_amount_fills_item_after_item(self):
        invoices = self._paid(2900.0, FIRST_END)
        self.assertEqual(sum(invoices.mapped("amount_residual")), 100.0)
        self.assertEqual(self._questions(invoices), [])

    def test_more_than_asked_in_time(self):
        """970.00 settle it: of who pays 975.00 nobody claims 25.00 unasked."""
        with self._on(INVOICED):
            invoice = self._discounted(1000.0)
        with self._on(FIRST_END):
            payment = self._unallocated_payment(975.0, on=FIRST_END)
            item = self._terms_items(invoice)
            lines = item | payment.move_id.line_ids
            lines.filtered(lambda row: row.account_id == item.account_id).reconcile()
        self.assertEqual(self._questions(invoice), [(25.0, 25.0, "open")])

    def test_a_write_off_is_no_payment(self):
        with self._on(INVOICED):
            invoice = self._discounted(1000.0)
            item = self._terms_items(invoice)
            entry = self.env["account.move"].create(
                {
                    "journal_id": self.company_data["default_journal_misc"].id,
                    "line_ids": [
                        (0, 0, {
                            "account_id": item.account_id.id,
                            "partner_id": self.customer.id,
                            "credit": 970.0,
                        }),
                        (0, 0, {
                            "account_id": self.company_data["default_account_expense"].id,
                            "debit": 970.0,
                        }),
                    ],
                }
            )
            entry.action_post()
            (item | entry.line_ids.filtered(lambda row: row.account_id == item.account_id)).reconcile()
        self.assertEqual(self._questions(invoice), [])
        self.assertEqual(invoice.amount_residual, 30.0)
