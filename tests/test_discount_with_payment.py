"""Discounts in the payment's own entry; reminders of what was kept back; other invoices."""

from odoo.tests import freeze_time, tagged

from .common import later
from .deductions_common import IN_TIME, LATE, DeductionsCommon, day


@tagged("post_install", "-at_install")
@freeze_time("2024-05-20 12:00:00")
class TestWizardDiscount(DeductionsCommon):
    """Discounts that are part of the payment's own entry."""

    def test_payment_wizard_marks_the_offer(self):
        invoice = self._discounted()
        payment = self._pay_on(invoice, IN_TIME)
        self.assertPaid(invoice)
        self.assertFalse(self._deductions(invoice))
        self.assertEqual(self._states(invoice), ["taken", "lapsed"])
        self.assertRecordValues(
            invoice._collection_offers()[0],
            [{"amount_taken": 30.0, "discount_move_id": payment.move_id.id, "date_paid": IN_TIME}],
        )

    def test_several_invoices_in_one_payment(self):
        invoices = self._discounted() | self._discounted(2000.0)
        self._pay_on(invoices, IN_TIME, group_payment=True)
        self.assertEqual(invoices.mapped("payment_state"), ["paid", "paid"])
        for invoice, amount in zip(invoices, (30.0, 60.0), strict=True):
            self.assertEqual(self._states(invoice), ["taken", "lapsed"])
            self.assertEqual(invoice._collection_offers()[0].amount_taken, amount)

    def test_a_person_gives_it_late_in_the_wizard(self):
        invoice = self._discounted()
        self._pay_on(
            invoice,
            LATE,
            amount=980.0,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.loss.id,
        )
        self.assertPaid(invoice)
        self.assertEqual(self._states(invoice), ["lapsed", "taken_late"])
        self.assertDeduction(
            invoice, "granted", 20.0, days_late=2, user_id=self.env.uid
        )

    def test_an_entry_by_hand_on_the_discount_account(self):
        self.company.collection_discount_grant = "ask"
        invoice = self._discounted()
        self._match(invoice, 970.0, IN_TIME)
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2024-05-20",
                "line_ids": [
                    (0, 0, {"account_id": self.loss.id, "debit": 30.0}),
                    (
                        0,
                        0,
                        {
                            "account_id": self._terms_items(invoice).account_id.id,
                            "partner_id": self.customer.id,
                            "credit": 30.0,
                        },
                    ),
                ],
            }
        )
        entry.action_post()
        self._assign(invoice, entry)
        self.assertPaid(invoice)
        # The money's date counts, not that of the entry.
        self.assertEqual(self._states(invoice), ["taken", "lapsed"])
        self.assertDeduction(invoice, "granted", discount_move_id=entry.id)

    def test_written_off_elsewhere_is_no_discount(self):
        invoice = self._discounted()
        self._pay_on(
            invoice,
            IN_TIME,
            amount=965.0,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.company_data["default_account_expense"].id,
        )
        self.assertPaid(invoice)
        self.assertEqual(self._states(invoice), ["lapsed", "lapsed"])

    def test_credit_note_terms_in_the_wizard(self):
        """The customer pays the lower amount, a credit note follows; also where the
        company wants to be asked, as the person chose it."""
        self.company.collection_discount_grant = "ask"
        invoice = self._discounted(term=self._term(collection_discount_method="credit_note"))
        payment = self._pay_on(invoice, IN_TIME)
        self.assertEqual(payment.amount, 970.0)
        self.assertPaid(invoice)
        row = self.assertDeduction(invoice, "granted", 30.0)
        self.assertEqual(row.discount_move_id.move_type, "out_refund")


@tagged("post_install", "-at_install")
@freeze_time("2024-05-20 12:00:00")
class TestDunning(DeductionsCommon):
    def test_a_run_leaves_it_alone_until_somebody_decides(self):
        invoice = self._discounted()
        self._match(invoice, 980.0, LATE)
        run = self._run(on=day("2024-07-30"))
        self.assertSkipped(run, invoice, "discount_decision")
        self._deductions(invoice).action_claim()
        run = self._run(on=day("2024-07-31"))
        line = run.notice_ids.line_ids.filtered(lambda row: row.move_id == invoice)
        self.assertEqual(line.amount_residual, 20.0)

    def test_a_claimed_one_climbs(self):
        invoice = self._discounted()
        self._match(invoice, 970.0, LATE)
        run = self._run(on=day("2024-07-30"))
        self.assertIn(invoice, run.notice_ids.line_ids.move_id)


@tagged("post_install", "-at_install")
@freeze_time("2024-05-20 12:00:00")
class TestOrdinaryInvoices(DeductionsCommon):
    def test_invoices_without_discount_cost_one_query(self):
        """However many are matched."""
        invoices = self.env["account.move"]
        for amount in (100.0, 200.0, 300.0):
            invoices |= self._invoice(0, amount, on=later(0))
        items = self._item(invoices)
        self.env.flush_all()
        items.mapped("move_id.move_type")
        with self.assertQueryCount(1):
            items._collection_recognise_discounts()
