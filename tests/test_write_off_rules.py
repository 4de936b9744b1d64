"""Who gives up debts, what becomes of discounts, charges, notices and pauses, and money
that comes after all."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged

from .common import TODAY, later
from .write_off_common import WriteOffCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestWriteOffRules(WriteOffCommon):
    # Who

    def test_a_collector_asks_and_a_manager_books(self):
        invoice = self._invoice(60, 500.0)
        context = invoice.with_user(self.collector).action_collection_write_off()["context"]
        model = self.env["collection.write.off"].with_user(self.collector)
        form = Form(model.with_context(**context))
        form.reason = "Cannot be found"
        self.assertEqual(form.account_id, self.bad_debts)
        asked = form.save()
        self.assertEqual(asked.amount_total, 500.0)
        asked.action_request()
        self.assertEqual((asked.state, asked.requested_by), ("to_approve", self.collector))
        task = asked.activity_ids
        self.assertEqual(len(task), 1)
        self.assertTrue(
            task.user_id.has_group("account_collections.group_collections_manager")
        )
        with self.assertRaises(AccessError):
            asked.action_approve()
        with self.assertRaises(AccessError):
            asked.write({"state": "posted"})
        with self.assertRaises(AccessError):
            asked.write({"state": "draft"})
        # What the manager reads is what he approves.
        with self.assertRaises(UserError):
            asked.line_ids.amount = 400.0
        with self.assertRaises(UserError):
            asked.reason = "Other"
        asked.with_user(self.colleague).action_approve()
        self.assertEqual((asked.state, asked.approved_by), ("posted", self.colleague))
        self.assertFalse(asked.activity_ids)
        self.assertEqual(invoice.amount_residual, 0.0)
        with self.assertRaises(AccessError):
            asked.action_reverse()

    def test_above_the_limit_four_eyes_see_it(self):
        self.company.collection_write_off_limit = 1000.0
        small = self._write_off(self._invoice(60, 1000.0))
        self.assertEqual((small.state, small.approved_by), ("posted", self.env.user))
        other = self._create_customer("Big")
        big = self._write_off(self._invoice(60, 1000.01, partner=other))
        self.assertEqual(big.state, "to_approve")
        self.assertFalse(big.can_approve)
        with self.assertRaisesRegex(AccessError, "another collections manager"):
            big.action_approve()
        self.assertTrue(big.with_user(self.colleague).can_approve)
        self.assertEqual(big.activity_ids.user_id.has_group(
            "account_collections.group_collections_manager"), True)
        self.assertNotEqual(big.activity_ids.user_id, self.env.user)
        big.with_user(self.colleague).action_approve()
        self.assertEqual(big.state, "posted")

    def test_pieces_count_together(self):
        self.company.collection_write_off_limit = 1000.0
        invoice = self._invoice(60, 1800.0)
        first = self._write_off(invoice, 900.0)
        second = self._write_off(invoice, 900.0)
        self.assertEqual((first.state, second.state), ("posted", "to_approve"))

    def test_a_request_may_be_taken_back(self):
        self.company.collection_write_off_limit = 10.0
        invoice = self._invoice(60, 500.0)
        asked = self._write_off(invoice)
        asked.action_cancel()
        self.assertEqual(asked.state, "cancelled")
        self.assertFalse(asked.activity_ids)
        asked.action_draft()
        asked.action_request()
        asked.with_user(self.colleague).action_approve()
        with self.assertRaises(UserError):
            asked.action_cancel()
        with self.assertRaises(UserError):
            asked.unlink()

    # What it means

    def test_no_discount_is_taken_by_a_write_off(self):
        """With a discount still running, and with a payment in time short by it."""
        with self._on("2024-05-06"):
            for relief in (False, True):
                with self.subTest(relief=relief):
                    invoice = self._discounted([(1000.0, self.tax_20)])
                    self._write_off(invoice, tax_relief=relief, date="2024-05-06")
                    self.assertEqual(invoice.amount_residual, 0.0)
                    self.assertFalse(invoice.sudo().collection_deduction_ids)
                    self.assertNotIn(
                        "taken", invoice._collection_offers().mapped("state")
                    )
                    partly = self._discounted([(1000.0, self.tax_20)])
                    # 36.00 is the discount of the first tier.
                    self._write_off(partly, 36.0, tax_relief=False, date="2024-05-06")
                    self.assertEqual(partly.amount_residual, 1164.0)
                    self.assertFalse(partly.sudo().collection_deduction_ids)

    def test_its_notices_settle_and_nobody_is_reminded(self):
        invoice = self._invoice(16, 500.0)
        notice = self._run().notice_ids
        self.assertEqual(notice.state, "issued")
        write_off = self._write_off(invoice)
        self.assertEqual(notice.state, "settled")
        self.assertFalse(self._run(on=later(20)).notice_ids)
        write_off.action_reverse()
        self.assertEqual(notice.state, "issued")

    def test_pauses_about_it_end(self):
        given_up, other = self._invoice(60, 500.0), self._invoice(60, 300.0)
        future = later(10)
        promise = self._pause("promise", given_up, date_promised=future, amount=500.0)
        wider = self._pause("promise", given_up | other, date_promised=future, amount=800.0)
        dispute = self._pause("dispute", given_up)
        hold = self._pause("hold", given_up, date_until=future)
        whole = self._pause("hold", date_until=future)
        self._write_off(given_up)
        self.assertEqual(promise.state, "cancelled")
        self.assertEqual(dispute.state, "withdrawn")
        self.assertEqual(hold.state, "ended")
        self.assertEqual((wider.state, whole.state), ("open", "active"))
        self._write_off(other)
        self.assertEqual((wider.state, whole.state), ("cancelled", "ended"))

    def _charged(self):
        rule = self.env["collection.fee.rule"].create(
            {
                "name": "Contract",
                "interest_kind": "contractual",
                "rate": 12.0,
                "fixed_amount": 40.0,
                "currency_id": self.company.currency_id.id,
            }
        )
        self.customer.is_company = True
        self.policy.charge_at_payment = "all"
        self.level_1.fee_rule_id = rule
        invoice = self._invoice(16, 1000.0)
        notice = self._run().notice_ids
        charges = self.env["collection.charge"].search([("move_id", "=", invoice.id)])
        self.assertTrue(charges)
        return invoice, notice, charges

    def test_charges_stay_open_unless_they_are_given_up(self):
        self.company.collection_charge_booking = "claim"
        invoice, notice, charges = self._charged()
        amounts = charges.mapped("amount_open")
        self._write_off(invoice)
        self.assertEqual(charges.mapped("amount_open"), amounts)
        self.assertEqual(notice.state, "issued", "its charges are open")
        # Nobody paid: no interest for having paid late, no question about the rest.
        self.env["collection.charge"]._cron_charges(later(40))
        again = self.env["collection.charge"].search([("move_id", "=", invoice.id)])
        self.assertEqual(again, charges)
        self.assertEqual(set(charges.mapped("leftover")), {"none"})

    def test_charges_are_given_up_with_it(self):
        for booking in ("claim", "invoice"):
            with self.subTest(booking):
                self.company.collection_charge_booking = booking
                invoice, notice, charges = self._charged()
                write_off = self._write_off(invoice, include_charges=True)
                self.assertEqual(sum(charges.mapped("amount_open")), 0.0)
                self.assertEqual(notice.state, "settled")
                if booking == "invoice":
                    self.assertIn(
                        charges.charge_move_id, write_off.line_ids.move_line_id.move_id
                    )
                self._write_off_everything_else()

    def _write_off_everything_else(self):
        self.level_1.fee_rule_id = False
        self.assertFalse(self._run(on=later(1)).notice_ids)

    def test_a_reversed_write_off_was_no_payment(self):
        """The debt bears interest all the time."""
        invoice = self._invoice(30, 1000.0)
        rule = self.env["collection.fee.rule"].create(
            {"name": "Contract", "interest_kind": "contractual", "rate": 12.0}
        )
        with self._on(TODAY - timedelta(days=10)):
            write_off = self._write_off(invoice, date=TODAY - timedelta(days=10))
        write_off.action_reverse()
        self.assertFalse(
            self.env["collection.undone.settlement"].search(
                [("move_line_id", "in", self._item(invoice).ids)]
            )
        )
        (row,) = rule.compute_charges(self._item(invoice), TODAY)
        self.assertEqual(row["amount"], self.company.currency_id.round(1000 * 0.12 * 30 / 365))

    # Money that comes after all

    def _recover(self, write_off, amount=None):
        wizard = self.env["collection.recovery"].browse(
            write_off.action_recover()["res_id"]
        )
        if amount is not None:
            wizard.line_ids[:1].amount = amount
        wizard.action_recover()
        return write_off

    def test_money_after_a_write_off_is_income(self):
        invoice = self._billed([(1000.0, self.tax_20)])
        write_off = self._write_off(invoice)
        with self.assertRaisesRegex(UserError, "no open money"):
            write_off.action_recover()
        payment = self._unallocated_payment(500.0)
        self._recover(write_off)
        self.assertEqual(write_off.amount_recovered, 500.0)
        document = write_off.line_ids.recovery_move_ids
        self.assertEqual(self._parts(document)["754000"], -500.0)
        self.assertEqual(payment.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        ).amount_residual, 0.0)
        # Not reversed behind its back.
        with self.assertRaisesRegex(UserError, "undo the recovery"):
            write_off.action_reverse()
        before = write_off.line_ids.document_id
        write_off.action_undo_recovery()
        self.assertEqual(write_off.amount_recovered, 0.0)
        write_off.action_reverse()
        self.assertEqual(write_off.line_ids.document_id, before)
        self.assertEqual(invoice.amount_residual, 1200.0)

    def test_its_tax_is_owed_again(self):
        invoice = self._billed([(1000.0, self.tax_20)])
        write_off = self._write_off(invoice, tax_relief=True)
        self._unallocated_payment(2000.0)
        self._recover(write_off)
        self.assertEqual(write_off.amount_recovered, 1200.0)
        document = write_off.line_ids.recovery_move_ids
        parts = self._parts(document)
        self.assertEqual((parts["754000"], document.move_type), (-1000.0, "out_invoice"))
        self.assertEqual(document.amount_tax, 200.0)
        self.assertEqual(document.payment_state, "paid")
        # 800 are left, but nothing is missing.
        with self.assertRaises(UserError):
            write_off.action_recover()

    def test_a_payment_says_what_it_was_for(self):
        invoice = self._billed([(1000.0, self.env["account.tax"])])
        write_off = self._write_off(invoice)
        payment = self._unallocated_payment(100.0)
        self._unallocated_payment(50.0)
        wizard = self.env["collection.recovery"].browse(
            payment.action_collection_recovery()["res_id"]
        )
        self.assertEqual(wizard.line_ids.move_line_id.move_id, payment.move_id)
        wizard.line_ids.amount = 500.0
        with self.assertRaises(UserError):
            wizard.action_recover()
        wizard.line_ids.amount = 60.0
        wizard.action_recover()
        self.assertEqual(write_off.amount_recovered, 60.0)
        with self.assertRaises(AccessError):
            payment.with_user(self.collector).action_collection_recovery()

    def test_the_oldest_write_off_first_and_in_its_currency(self):
        foreign = self.setup_other_currency("HUF", rates=[("2025-01-01", 3.7)])
        first = self._write_off(self._invoice(60, 100.0))
        second = self._write_off(self._invoice(60, 100.0))
        third = self._write_off(self._invoice(60, 1000.0, currency_id=foreign.id))
        self._unallocated_payment(150.0)
        payment = self._unallocated_payment(370.0, currency=foreign)
        both = first | second | third
        self._recover(both)
        self.assertEqual((first | second).mapped("amount_recovered"), [100.0, 50.0])
        self.assertEqual(third.line_ids.amount_recovered, 370.0)
        self.assertEqual(third.amount_recovered, 100.0)
        items = payment.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        self.assertEqual(items.amount_residual, 0.0)

    def test_money_that_bounced_recovers_nothing(self):
        write_off = self._write_off(self._invoice(60, 100.0))
        payment = self._unallocated_payment(100.0)
        self._recover(write_off)
        payment.move_id.line_ids.remove_move_reconcile()
        payment.action_draft()
        payment.action_cancel()
        self.assertEqual(write_off.amount_recovered, 0.0)
        self.env["collection.hold"]._cron_follow_up(TODAY)
        document = write_off.line_ids.recovery_move_ids
        self.assertEqual(len(document), 1)
        self.assertTrue(document.reversal_move_ids)
        self.assertTrue(self._item(document).reconciled)
        # Fifty calls a day change nothing after the first.
        self.env["collection.hold"]._cron_follow_up(TODAY)
        self.assertEqual(len(document.reversal_move_ids), 1)
        self.assertFalse(self._run(on=later(60)).notice_ids)

    def test_money_that_came_makes_one_task(self):
        write_off = self._write_off(self._invoice(60, 100.0))
        self.env["collection.hold"]._cron_follow_up(TODAY)
        self.assertFalse(write_off.activity_ids)
        self._unallocated_payment(70.0)
        for _again in range(3):
            self.env["collection.hold"]._cron_follow_up(TODAY)
        self.assertEqual(len(write_off.activity_ids), 1)
        self.assertIn("70.00", write_off.activity_ids.summary)
        self._recover(write_off)
        self.assertFalse(write_off.activity_ids)

    def test_nobody_but_a_manager_sees_the_wizard(self):
        write_off = self._write_off(self._invoice(60, 100.0))
        self._unallocated_payment(70.0)
        with self.assertRaises(AccessError):
            write_off.with_user(self.collector).action_recover()
        with self.assertRaises(AccessError):
            write_off.with_user(self.collector).action_undo_recovery()

    def test_money_of_another_customer_is_not_taken(self):
        write_off = self._write_off(self._invoice(60, 100.0))
        self._unallocated_payment(70.0)
        other = self._unallocated_payment(90.0, partner=self._create_customer("Other"))
        wizard = self.env["collection.recovery"].browse(write_off.action_recover()["res_id"])
        item = other.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        with self.assertRaises(UserError):
            wizard.line_ids = [Command.create({"move_line_id": item.id, "amount": 90.0})]

    def test_the_limit_cannot_be_typed_away(self):
        """What is written off counts, not what somebody says of it."""
        self.company.collection_write_off_limit = 1000.0
        invoice = self._invoice(60, 5000.0)
        line = {"move_line_id": self._item(invoice).id, "balance": 1.0, "state": "posted"}
        model = self.env["collection.write.off"].with_user(self.collector)
        vals = {
            "partner_id": self.customer.id,
            "reason": "Bankrupt",
            "line_ids": [Command.create(line)],
            "amount_total": 1.0,
        }
        forged = {"default_state": "posted", "default_approved_by": self.colleague.id}
        forged |= {"default_balance": 1.0, "default_document_id": invoice.id}
        for context in ({}, forged):
            asked = model.with_context(**context).create([vals])
            self.assertEqual((asked.state, asked.approved_by.id), ("draft", False))
            asked.line_ids.write({"balance": 2.0, "state": "posted"})
            asked.write({"amount_total": 2.0})
            self.assertEqual((asked.amount_total, asked.line_ids.state), (5000.0, "draft"))
            self.assertFalse(asked.line_ids.document_id)
        mine = asked.with_user(self.env.user)
        mine.action_request()
        self.assertEqual(mine.state, "to_approve")

    def test_charges_given_up_count_for_the_limit(self):
        self.company.collection_write_off_limit = 1000.0
        for booking in ("claim", "invoice"):
            with self.subTest(booking):
                self.company.collection_charge_booking = booking
                invoice, _notice, _charges = self._charged()
                self.assertEqual(self._write_off(invoice, post=False).needs_second, False)
                asked = self._write_off(invoice, include_charges=True)
                self.assertEqual(asked.state, "to_approve")
                asked.action_cancel()

    def test_an_accountant_reversed_its_entry_himself(self):
        """It is not taken back a second time."""
        for relief in (False, True):
            with self.subTest(relief=relief):
                invoice = self._billed([(500.0, self.tax_20)])
                before = self._balances()
                write_off = self._write_off(invoice, tax_relief=relief)
                document = write_off.line_ids.document_id
                document._reverse_moves([{"date": TODAY}], cancel=True)
                self.assertEqual(invoice.amount_residual, 600.0)
                write_off.action_reverse()
                self.assertEqual(write_off.state, "reversed")
                self.assertEqual(invoice.amount_residual, 600.0)
                self.assertEqual(self._balances(), before)
