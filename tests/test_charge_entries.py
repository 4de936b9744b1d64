"""Charges in the ledger, whole entries as tables."""

from odoo.tests import freeze_time, tagged

from .charges_common import ChargesCommon
from .common import TODAY, later


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestChargeEntries(ChargesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.income = cls.company_data["default_account_revenue"]
        cls.receivable = cls.company_data["default_account_receivable"]
        cls.tax = cls.company_data["default_tax_sale"].copy({"name": "20 %", "amount": 20.0})
        cls.tax_account = cls.tax.invoice_repartition_line_ids.account_id

    @classmethod
    def _tax_the_rule(cls):
        cls.rule.product_id = cls.env["product.product"].create(
            {"name": "Lateness", "type": "service", "taxes_id": cls.tax.ids}
        )
        cls.rule.tax_handling = "product"

    def assertEntry(self, document, rows):
        """:param rows: ``(account, amount in its currency, balance)``, any order"""
        lines = document.line_ids.filtered(lambda line: line.display_type not in ("line_note",))
        found = [(line.account_id, line.amount_currency, line.balance) for line in lines]
        self.assertEqual(
            sorted(found, key=lambda row: (row[1], row[0].id)),
            sorted(rows, key=lambda row: (row[1], row[0].id)),
        )

    def test_debit_invoice_with_tax(self):
        """20 % on 4.93 and on 40; taken back, everything is zero, tax included."""
        self._tax_the_rule()
        invoice = self._late()
        run = self._run()
        charges = self._charges(invoice)
        self.assertRecordValues(
            charges,
            [
                {"kind": "interest", "amount": 4.93, "amount_tax": 0.99, "amount_total": 5.92},
                {"kind": "compensation", "amount": 40.0, "amount_tax": 8.0, "amount_total": 48.0},
            ],
        )
        document = charges.charge_move_id
        self.assertEntry(
            document,
            [
                (self.receivable, 53.92, 53.92),
                (self.income, -4.93, -4.93),
                (self.income, -40.0, -40.0),
                (self.tax_account, -8.99, -8.99),
            ],
        )
        run.action_reverse()
        refund = charges.refund_move_ids
        self.assertEntry(
            refund,
            [
                (self.receivable, -53.92, -53.92),
                (self.income, 4.93, 4.93),
                (self.income, 40.0, 40.0),
                (self.tax_account, 8.99, 8.99),
            ],
        )
        self.assertRecordValues(
            refund,
            [
                {
                    "move_type": "out_refund",
                    "reversed_entry_id": document.id,
                    "amount_residual": 0.0,
                    "collection_is_charge": True,
                }
            ],
        )
        self.assertEqual(document.payment_state, "reversed")

    def test_waiving_cents_with_tax_nets_to_zero(self):
        """3 cents with 20 % tax are no whole cents of net; the sum is right all the same."""
        self._tax_the_rule()
        invoice = self._late()
        self._run()
        compensation = self._charges(invoice, "compensation")
        for part in (0.03, 0.03, 10.01):
            compensation.waive("A little", amount=part)
        self.assertAlmostEqual(self._owed(), 1053.92 - 10.07, 2)
        self.assertAlmostEqual(compensation.amount_open, 37.93, 2)
        self._charges(invoice).action_reverse()
        self.assertEqual(self._owed(), 1000.0)
        entries = compensation.charge_move_id | self._charges(invoice).refund_move_ids
        for accounts in (self.income | self.tax_account, self.receivable):
            lines = entries.line_ids.filtered(lambda line, own=accounts: line.account_id in own)
            self.assertAlmostEqual(sum(lines.mapped("balance")), 0.0, 2)
        self.assertTrue(all(charge.state == "reversed" for charge in self._charges(invoice)))

    def test_foreign_currency(self):
        """40 dollars are 20 euros; the entry keeps both."""
        euro = self.setup_other_currency("EUR", rates=[("2016-01-01", 0.5)])
        invoice = self._late(currency_id=euro.id)
        notice = self._run().notice_ids
        self.assertRecordValues(
            notice, [{"currency_id": euro.id, "amount_charges": 24.93, "amount_total": 1024.93}]
        )
        self.assertEntry(
            self._charges(invoice).charge_move_id,
            [
                (self.receivable, 24.93, 49.86),
                (self.income, -4.93, -9.86),
                (self.income, -20.0, -40.0),
            ],
        )

    def test_credit_note_of_a_partial_waiver(self):
        invoice = self._late()
        self._run()
        compensation = self._charges(invoice, "compensation")
        compensation.waive("Good customer", amount=15.0)
        refund = compensation.refund_move_ids
        self.assertEntry(refund, [(self.receivable, -15.0, -15.0), (self.income, 15.0, 15.0)])
        self.assertRecordValues(
            compensation.charge_move_id, [{"amount_residual": 29.93, "payment_state": "partial"}]
        )
        self.assertRecordValues(
            compensation, [{"state": "posted", "amount_waived": 15.0, "amount_open": 25.0}]
        )

    def test_reversing_a_paid_document_leaves_a_credit(self):
        """What was paid stays the customer's."""
        invoice = self._late()
        self._run()
        charges = self._charges(invoice)
        self._pay(charges.charge_move_id)
        charges.action_reverse()
        self.assertEntry(
            charges.refund_move_ids,
            [
                (self.receivable, -44.93, -44.93),
                (self.income, 4.93, 4.93),
                (self.income, 40.0, 40.0),
            ],
        )
        self.assertRecordValues(
            charges.refund_move_ids, [{"amount_residual": 44.93, "payment_state": "not_paid"}]
        )
        self.assertEqual(charges.charge_move_id.payment_state, "paid")
        self.assertEqual(self._owed(), 955.07)

    def test_reversing_twice_credits_once(self):
        invoice = self._late()
        run = self._run()
        self._charges(invoice, "compensation").action_reverse()
        run.action_reverse()
        self._charges(invoice).action_reverse()
        self.assertEqual(self._owed(), 1000.0)

    def test_collective_document_at_the_end_of_the_month(self):
        """March is booked on 1 April: one document a customer."""
        self.company.collection_charge_booking = "collective"
        first, second = self._late(), self._late(500.0)
        other = self._create_customer("Other", is_company=True)
        third = self._late(200.0, partner=other)
        run = self._run()
        charges = self._charges(first) | self._charges(second)
        self.assertEqual(set(charges.mapped("state")), {"draft"})
        self.assertEqual(sum(run.notice_ids.mapped("amount_charges")), 44.93 + 42.47 + 40.99)
        self.env["collection.charge"]._cron_charges(TODAY)
        self.assertFalse(charges.charge_move_id)
        for _twice in range(2):
            self.env["collection.charge"]._cron_charges(later(1))
        self.assertEntry(
            charges.charge_move_id,
            [
                (self.receivable, 87.40, 87.40),
                (self.income, -4.93, -4.93),
                (self.income, -2.47, -2.47),
                (self.income, -40.0, -40.0),
                (self.income, -40.0, -40.0),
            ],
        )
        self.assertRecordValues(
            self._charges(third).charge_move_id,
            [{"amount_total": 40.99, "partner_id": other.id, "invoice_date": later(1)}],
        )
        self.assertEqual(set(charges.mapped("state")), {"posted"})

    def test_claimed_charges_are_booked_when_their_money_comes(self):
        """Claim: the ledger learns of charges when the customer pays them."""
        self.company.collection_charge_booking = "claim"
        invoice = self._late()
        notice = self._run().notice_ids
        self.assertEqual(notice.amount_total, 1044.93)
        self.assertEqual(self._owed(), 1000.0)
        payment = self._unallocated_payment(1044.93)
        (self._item(invoice) | self._item(payment.move_id)).reconcile()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(notice.state, "issued")
        for _twice in range(2):
            self.env["collection.charge"]._cron_charges(TODAY)
        charges = self._charges(invoice)
        self.assertEntry(
            charges.charge_move_id,
            [
                (self.receivable, 44.93, 44.93),
                (self.income, -4.93, -4.93),
                (self.income, -40.0, -40.0),
            ],
        )
        self.assertEqual(charges.charge_move_id.payment_state, "paid")
        self.assertTrue(self._item(payment.move_id).reconciled)
        self.assertEqual(notice.state, "settled")
        self.assertEqual(self._owed(), 0.0)

    def test_claimed_charges_are_not_booked_on_other_money(self):
        """Too little, or another invoice is open: nobody guesses."""
        self.company.collection_charge_booking = "claim"
        invoice = self._late()
        self._run()
        payment = self._unallocated_payment(1044.92)
        (self._item(invoice) | self._item(payment.move_id)).reconcile()
        self.env["collection.charge"]._cron_charges(TODAY)
        self.assertFalse(self._charges(invoice).charge_move_id)
        self._unallocated_payment(100.0)
        self._invoice(-10, 50.0)
        self.env["collection.charge"]._cron_charges(TODAY)
        self.assertFalse(self._charges(invoice).charge_move_id)

    def test_a_collective_document_keeps_what_letters_said(self):
        """Rounding taxes per document changes no cent of what the notice demanded."""
        self._tax_the_rule()
        self.company.write(
            {
                "tax_calculation_rounding_method": "round_globally",
                "collection_charge_booking": "collective",
            }
        )
        invoices = [self._late(amount) for amount in (1000.0, 1010.0, 1020.0)]
        notice = self._run().notice_ids
        self.env["collection.charge"]._cron_charges(later(1))
        charges = self.env["collection.charge"].concat(*map(self._charges, invoices))
        self.assertAlmostEqual(charges.charge_move_id.amount_total, notice.amount_charges, 2)
        self.assertAlmostEqual(self._owed(), notice.amount_total, 2)
        charges[:1].action_reverse()
        (charges - charges[:1]).action_reverse()
        self.assertAlmostEqual(self._owed(), 3030.0, 2)

    def test_entry_has_the_account_of_the_rule(self):
        other = self.income.copy({"name": "Lateness"})
        self.rule.account_id = other
        invoice = self._late()
        self._run()
        lines = self._charges(invoice).charge_move_id.invoice_line_ids
        self.assertEqual(lines.account_id, other)

    def test_extra_fields_of_lines_belong_to_the_invoices(self):
        """Linked both ways."""
        invoice = self._late()
        self._run()
        document = invoice.collection_charge_ids.charge_move_id
        self.assertEqual(document.collection_booked_charge_ids, invoice.collection_charge_ids)
        self.assertEqual(document.collection_booked_charge_ids.move_id, invoice)
        self.assertEqual(document.invoice_origin, invoice.name)
        self.assertIn(invoice.name, document.invoice_line_ids[0].name)
