"""One transfer for several items, each less its discount."""

from odoo.tests import freeze_time, tagged

from .deductions_common import IN_TIME, LATE, DeductionsCommon


@tagged("post_install", "-at_install")
@freeze_time("2024-05-20 12:00:00")
class TestTogether(DeductionsCommon):
    def _match_all(self, invoices, amount, on):
        payment = self._unallocated_payment(amount, on=on)
        money = payment.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        (money | self._terms_items(invoices)).reconcile()
        return payment

    def test_several_invoices(self):
        invoices = (
            self._discounted() | self._discounted(2000.0) | self._invoice(0, 100.0, on=IN_TIME)
        )
        self._match_all(invoices, 3010.0, IN_TIME)
        self.assertEqual(invoices.mapped("amount_residual"), [0.0, 0.0, 0.0])
        for invoice, amount in zip(invoices[:2], (30.0, 60.0), strict=True):
            self.assertDeduction(invoice, "granted", amount, reason="Paid in time", user_id=False)
            self.assertEqual(self._states(invoice), ["taken", "lapsed"])
        self.assertFalse(self._deductions(invoices[2]))

    def test_instalments(self):
        invoice = self._discounted(term=self._in_two())
        self._match(invoice, 970.0, IN_TIME)
        self.assertPaid(invoice)
        self.assertEqual(self._deductions(invoice).mapped("amount"), [15.0, 15.0])

    def test_credit_notes_in_the_wizard(self):
        self.company.collection_discount_grant = "ask"
        term = self._term(collection_discount_method="credit_note")
        invoices = self._discounted(term=term) | self._discounted(2000.0, term=term)
        payment = self._pay_on(invoices, IN_TIME, group_payment=True)
        self.assertEqual(payment.amount, 2910.0)
        self.assertEqual(invoices.mapped("amount_residual"), [0.0, 0.0])
        for invoice in invoices:
            self.assertDeduction(invoice, "granted")

    def test_anything_else_is_matched_as_ever(self):
        self.company.collection_discount_tolerance_days = 0
        for amount, on, grant in (
            (2950.0, LATE, "auto"),
            (2911.0, IN_TIME, "auto"),
            (2909.0, IN_TIME, "ask"),
        ):
            with self.subTest(amount=amount, on=on, grant=grant):
                self.company.collection_discount_grant = grant
                invoices = self._discounted() | self._discounted(2000.0)
                self._match_all(invoices, amount, on)
                self.assertEqual(sum(invoices.mapped("amount_residual")), 3000.0 - amount)
                self.assertFalse(self._deductions(invoices[0]))

    def test_what_cannot_be_booked_stops_nothing(self):
        self.company.account_journal_early_pay_discount_loss_account_id = False
        invoices = self._discounted() | self._discounted(2000.0)
        with self.assertLogs(
            "odoo.addons.account_collections.models.account_move_line_together", "WARNING"
        ):
            self._match_all(invoices, 2910.0, IN_TIME)
        # Each is left open by its own discount, and somebody is asked.
        self.assertEqual(invoices.mapped("amount_residual"), [30.0, 60.0])
        self.assertEqual(self._deductions(invoices[0]).state, "open")

    def test_undone(self):
        invoices = self._discounted() | self._discounted(2000.0)
        payment = self._match_all(invoices, 2910.0, IN_TIME)
        self._unmatch(invoices[0], payment.move_id)
        self.assertEqual(invoices.mapped("amount_residual"), [1000.0, 0.0])
        self.assertDeduction(invoices[0], "cancelled")
        self.assertDeduction(invoices[1], "granted")

    def test_ordinary_invoices_cost_one_query(self):
        invoices = self._invoice(0, 100.0, on=IN_TIME) | self._invoice(0, 200.0, on=IN_TIME)
        payment = self._unallocated_payment(290.0, on=IN_TIME)
        lines = self._item(invoices) | payment.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        lines.mapped("move_id.move_type")
        lines.mapped("amount_residual_currency")
        lines.company_id.sudo().mapped("collection_discount_grant")
        self.env.flush_all()
        with self.assertQueryCount(1):
            lines._collection_grant_together()
