"""Charging: what a notice charges, how it is booked, and how it is taken back."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .charges_common import ChargesCommon
from .common import TODAY, later


@tagged("post_install", "-at_install")
class TestCharges(ChargesCommon):
    def test_notice_of_a_charging_level_charges(self):
        """Level 1 charges nothing; level 2 interest up to its day, and 40 once."""
        invoice = self._invoice(days_late=3, amount=1000.0)
        self._run()
        self.assertFalse(self._charges(invoice))
        run = self._run(on=later(12))
        self.assertRecordValues(
            self._charges(invoice),
            [
                {"kind": "interest", "amount": 4.93, "state": "posted"},
                {"kind": "compensation", "amount": 40.0, "state": "posted"},
            ],
        )
        notice = run.notice_ids
        self.assertRecordValues(
            notice, [{"amount_due": 1000.0, "amount_charges": 44.93, "amount_total": 1044.93}]
        )
        document = self._charges(invoice).charge_move_id
        self.assertEqual(document.amount_total, 44.93)
        self.assertEqual(self._owed(), 1044.93)

    def test_entry_of_a_debit_invoice(self):
        invoice = self._invoice(days_late=15, amount=1000.0)
        self._item(invoice).sudo().collection_level_id = self.level_1
        self._item(invoice).sudo().collection_manual_date = TODAY - timedelta(days=9)
        self._run()
        document = self._charges(invoice).charge_move_id
        self.assertRecordValues(
            document,
            [
                {
                    "move_type": "out_invoice",
                    "state": "posted",
                    "invoice_date": TODAY,
                    "collection_is_charge": True,
                    "partner_id": self.customer.id,
                    "invoice_origin": invoice.name,
                }
            ],
        )
        income = self.company_data["default_account_revenue"]
        receivable = self.company_data["default_account_receivable"]
        self.assertRecordValues(
            document.line_ids.sorted(lambda line: (line.account_id != receivable, line.balance)),
            [
                {"account_id": receivable.id, "balance": 44.93, "tax_ids": []},
                {"account_id": income.id, "balance": -40.0, "tax_ids": []},
                {"account_id": income.id, "balance": -4.93, "tax_ids": []},
            ],
        )

    def test_charging_goes_on_where_it_stopped(self):
        """B3: interest of level 3 starts where level 2 stopped; together they are one."""
        self.level_3.fee_rule_id = self.rule
        invoice = self._invoice(days_late=3, amount=1000.0)
        self._run()
        self._run(on=later(12))
        self._run(on=later(27))
        interest = self._charges(invoice, "interest")
        self.assertEqual(
            [(row.date_from, row.date_to) for row in interest],
            [
                (TODAY - timedelta(days=2), later(12)),
                (later(13), later(27)),
            ],
        )
        self.assertEqual(sum(interest.mapped("amount")), 9.86)
        self.assertEqual(len(self._charges(invoice, "compensation")), 1)

    def test_reversing_the_notice_nets_to_zero(self):
        """B2: reversing takes back what was charged, once and to the cent."""
        invoice = self._invoice(days_late=3, amount=1000.0)
        self._run()
        run = self._run(on=later(12))
        run.action_reverse()
        charges = self._charges(invoice)
        self.assertEqual(set(charges.mapped("state")), {"reversed"})
        self.assertEqual(self._owed(), 1000.0)
        self.assertEqual(charges.charge_move_id.payment_state, "reversed")
        again = self._run(on=later(13))
        self.assertEqual(again.notice_ids.amount_charges, 45.26)
        self.assertEqual(self._owed(), 1045.26)

    def test_only_a_manager_waives(self):
        invoice = self._invoice(days_late=3, amount=1000.0)
        self._run()
        self._run(on=later(12))
        compensation = self._charges(invoice, "compensation")
        collector = self._user("collector", "account_collections.group_collections_collector")
        with self.assertRaises(AccessError):
            compensation.with_user(collector).waive("Good customer")
        with self.assertRaises(UserError):
            compensation.waive(" ")
        compensation.waive("Good customer", amount=15.0)
        self.assertRecordValues(
            compensation, [{"state": "posted", "amount_waived": 15.0, "amount_open": 25.0}]
        )
        compensation.waive("Very good customer")
        self.assertRecordValues(
            compensation, [{"state": "waived", "amount_waived": 40.0, "amount_open": 0.0}]
        )
        self.assertEqual(self._owed(), 1004.93)

    def _user(self, login, groups):
        return new_test_user(self.env, login=login, groups=groups)

    def test_unallocated_money_bears_no_interest(self):
        """What the customer paid counts from the day it came, allocated or not."""
        invoice = self._invoice(days_late=30, amount=1000.0)
        self._unallocated_payment(400.0, on=TODAY - timedelta(days=20))
        self.rule.fixed_amount = 0.0
        row = self.rule.compute_charges(self._item(invoice), TODAY)[0]
        self.assertEqual(
            [(part["days"], part["balance"], part["amount"]) for part in row["segments"]],
            [(10, 1000.0, 3.29), (20, 600.0, 3.94)],
        )
        self.assertEqual(row["amount"], 7.23)

    def test_charge_document_stays_what_it_says(self):
        """B2: accounting cannot change it, nor credit it behind the charges' back."""
        invoice = self._invoice(days_late=3, amount=1000.0)
        self._run()
        run = self._run(on=later(12))
        charges = self._charges(invoice)
        document = charges.charge_move_id
        with self.assertRaisesRegex(UserError, "reverse or waive"):
            document.button_draft()
        refund = document._reverse_moves([{"invoice_date": later(12)}])
        with self.assertRaisesRegex(UserError, "reverse or waive"):
            refund.action_post()
        refund.unlink()
        run.action_reverse()
        with self.assertRaisesRegex(UserError, "reverse or waive"):
            charges.refund_move_ids.button_draft()
        self.assertEqual(self._owed(), 1000.0)
        self.assertEqual(
            self._amounts(self.rule, invoice, later(12)),
            {"interest": 4.93, "compensation": 40.0},
        )

    def test_waived_stays_waived_when_the_notice_is_reversed(self):
        """A manager's word is not undone by the way; his own reversal undoes it."""
        invoice = self._invoice(days_late=3, amount=1000.0)
        self._run()
        run = self._run(on=later(12))
        charges = self._charges(invoice)
        charges.waive("A good customer")
        run.action_reverse()
        self.assertEqual(set(charges.mapped("state")), {"waived"})
        self.assertFalse(self._amounts(self.rule, invoice, later(12)))
        charges.action_reverse()
        self.assertEqual(
            self._amounts(self.rule, invoice, later(12)),
            {"interest": 4.93, "compensation": 40.0},
        )
        self.assertEqual(self._owed(), 1000.0)
