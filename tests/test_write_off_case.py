"""The money of a case: what is claimed, came, was given up, and what the agency costs."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .common import TODAY, later
from .write_off_common import WriteOffCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestWriteOffCase(WriteOffCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agency = cls._create_customer("Agency")

    def _case(self, *invoices, hand_over=True):
        items = self.env["account.move.line"].union(
            *(self._item(invoice) for invoice in invoices)
        )
        case = self.env["collection.case"].create(
            {
                "partner_id": items.partner_id.commercial_partner_id.id,
                "agency_id": self.agency.id,
                "move_line_ids": [Command.set(items.ids)],
            }
        )
        if hand_over:
            case._hand_over(TODAY)
        return case

    def _money(self, case):
        return (
            case.amount_claimed,
            case.amount_recovered,
            case.amount_written_off,
            case.amount_open,
        )

    def test_a_case_adds_up(self):
        foreign = self.setup_other_currency("HUF", rates=[("2025-01-01", 4.0)])
        here = self._invoice(60, 1000.0)
        abroad = self._invoice(60, 400.0, currency_id=foreign.id)
        self._pay(here, 100.0)
        case = self._case(here, abroad)
        self.assertEqual(self._money(case), (1000.0, 0.0, 0.0, 1000.0))
        self.assertIn("900.00", case.claimed_text)
        self.assertIn("400.00", case.claimed_text)
        self.assertIn(" · ", case.open_text)
        self._pay(here, 300.0)
        self.assertEqual(self._money(case), (1000.0, 300.0, 0.0, 700.0))
        context = case.action_write_off()["context"]
        self.assertEqual(context["default_case_id"], case.id)
        write_off = self._write_off(self._item(here), 600.0)
        self.assertEqual(write_off.case_id, case)
        self.assertEqual(self._money(case), (1000.0, 300.0, 600.0, 100.0))
        # A credit note is neither money nor a write-off.
        self._write_off(self._item(abroad))
        self.assertEqual(self._money(case), (1000.0, 300.0, 700.0, 0.0))
        self.env["collection.hold"]._cron_follow_up(TODAY)
        self.assertEqual(case.state, "settled")
        write_off.action_reverse()
        self.assertEqual(self._money(case), (1000.0, 300.0, 100.0, 600.0))

    def test_payments_are_followed(self):
        invoice = self._invoice(60, 1000.0)
        case = self._case(invoice, hand_over=False)
        self._pay(invoice, 50.0)
        self.assertEqual(case.payment_ids.amount, 50.0)
        case._hand_over(TODAY)
        self.assertEqual((case.amount_claimed, case.amount_recovered), (950.0, 0.0))
        # The agency says that it has 200, passes them on, and 100 come to us.
        reported = self.env["collection.case.payment"].with_user(self.collector).create(
            {"case_id": case.id, "amount": 200.0, "date": TODAY}
        )
        self.assertEqual((reported.state, reported.paid_to), ("reported", "agency"))
        self.assertEqual((case.amount_recovered, case.amount_reported), (0.0, 200.0))
        self._pay(invoice, 200.0, on=later(5))
        self.assertEqual((reported.state, reported.balance), ("received", 200.0))
        self._pay(invoice, 100.0, on=later(6))
        self.assertEqual((case.amount_recovered, case.amount_reported), (300.0, 0.0))
        direct = case.payment_ids.filtered(lambda row: row.amount == 100.0)
        self.assertEqual(direct.paid_to, "us")
        with self.assertRaises(UserError):
            direct.with_user(self.collector).amount = 1.0
        direct.with_user(self.collector).note = "By cheque"
        with self.assertRaises(UserError):
            direct.with_user(self.collector).unlink()
        # Money that bounced did not come.
        direct.payment_move_id.line_ids.remove_move_reconcile()
        self.assertEqual(case.amount_recovered, 200.0)
        self.assertFalse(direct.exists())
        reported.sudo().payment_move_id.line_ids.remove_move_reconcile()
        self.assertEqual((reported.state, case.amount_reported), ("reported", 200.0))

    def test_credit_notes_are_no_money(self):
        invoice = self._invoice(60, 1000.0)
        case = self._case(invoice)
        note = self._credit_note(100.0)
        (self._item(note) | self._item(invoice)).reconcile()
        self.assertFalse(case.payment_ids)
        self.assertEqual(self._money(case), (1000.0, 0.0, 0.0, 900.0))

    def test_money_after_the_write_off_counts_for_the_case(self):
        invoice = self._invoice(60, 1000.0)
        case = self._case(invoice)
        self._write_off(invoice)
        self._unallocated_payment(400.0)
        wizard = self.env["collection.recovery"].browse(case.action_recover()["res_id"])
        wizard.action_recover()
        self.assertEqual(self._money(case), (1000.0, 400.0, 1000.0, 0.0))

    def test_fees_are_billed(self):
        costs = self._account("622600", "Fees", "expense")
        self.company.collection_agency_account_id = costs
        invoice = self._invoice(60, 1000.0)
        case = self._case(invoice)
        self._pay(invoice, 500.0)
        fees = self.env["collection.case.fee"].create(
            [
                {"case_id": case.id, "name": "Opening", "amount": 30.0},
                {"case_id": case.id, "name": "Success", "kind": "percent", "percent": 12.5},
            ]
        )
        self.assertEqual(fees.mapped("amount"), [30.0, 62.5])
        self.assertEqual(case.amount_fees, 92.5)
        self.assertTrue(case.fees_to_bill)
        bill = self.env["account.move"].browse(case.action_bill_fees()["res_id"])
        self.assertEqual((bill.state, bill.move_type), ("draft", "in_invoice"))
        self.assertEqual((bill.partner_id, bill.amount_untaxed), (self.agency, 92.5))
        self.assertEqual(bill.invoice_line_ids.account_id, costs)
        self.assertFalse(case.fees_to_bill)
        with self.assertRaises(UserError):
            fees[:1].amount = 5.0
        with self.assertRaises(UserError):
            case.action_bill_fees()
        # Of what has come since.
        self._pay(invoice, 100.0)
        next_one = fees.create(
            {"case_id": case.id, "name": "Success", "kind": "percent", "percent": 10.0}
        )
        self.assertEqual((next_one.amount_base, next_one.amount), (100.0, 10.0))
        bill.button_cancel()
        self.assertTrue(case.fees_to_bill)
        with self.assertRaises(AccessError):
            fees.with_user(self.collector).action_create_bill()

    def test_what_was_received_the_books_say(self):
        """Over RPC as little as on the screen: an agency earns a share of it."""
        invoice = self._invoice(60, 1000.0)
        case = self._case(invoice)
        self._pay(invoice, 100.0)
        partial = case.payment_ids.partial_id
        other = self._case(self._invoice(60, 70.0), hand_over=False)
        rows = self.env["collection.case.payment"].with_user(self.collector)
        forged = {"partial_id": partial.id, "balance": 900.0, "state": "received"}
        row = rows.create({"case_id": other.id, "amount": 900.0, **forged})
        row |= rows.with_context(
            **{f"default_{name}": value for name, value in forged.items()}
        ).create({"case_id": other.id, "amount": 900.0})
        row.write(forged)
        self.assertFalse(row.partial_id)
        self.assertEqual(set(row.mapped("state")), {"reported"})
        self.assertEqual(other.amount_recovered, 0.0)
        for name in ("amount_recovered", "amount_claimed", "amount_written_off", "amount_fees"):
            with self.subTest(name), self.assertRaises(UserError):
                other.with_user(self.collector).write({name: 900.0})
        fee = self.env["collection.case.fee"].with_context(default_bill_id=invoice.id)
        self.assertFalse(fee.create({"case_id": case.id, "name": "Fee", "amount": 1.0}).bill_id)
