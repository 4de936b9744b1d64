"""Disputes that end by a credit note or an agreement: the books say the same."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged

from .access_common import AccessCommon
from .common import TODAY, later


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestDisputeCredit(AccessCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tax = cls.company_data["default_tax_sale"]
        cls.tax_20 = tax.copy({"name": "20 %", "amount": 20.0})
        cls.tax_10 = tax.copy({"name": "10 %", "amount": 10.0})
        cls.income = cls.company_data["default_account_revenue"]
        cls.income_2 = cls.income.copy({"code": "411222"})

    def _taxed(self, lines, days_late=5, **values):
        """:param lines: ``[(price, taxes, account)]``"""
        due = TODAY - timedelta(days=days_late)
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": due - timedelta(days=30),
                "invoice_date_due": due,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": f"Goods {number}",
                            "price_unit": price,
                            "quantity": 1,
                            "tax_ids": [Command.set(taxes.ids)],
                            "account_id": (account or self.income).id,
                        }
                    )
                    for number, (price, taxes, account) in enumerate(lines)
                ],
                **values,
            }
        )
        invoice.action_post()
        return invoice

    def _dispute(self, invoices, **values):
        return self._pause("dispute", invoices, **{"date_from": TODAY, **values})

    def _wizard(self, dispute, role=None, **values):
        dispute = self._as(role, dispute) if role else dispute
        action = dispute.action_resolve()
        wizard = dispute.env[action["res_model"]].browse(action["res_id"])
        wizard.write(values)
        return wizard

    def test_whole_invoice_is_reversed_by_core(self):
        invoice = self._taxed([(100.0, self.tax_20, None), (50.0, self.tax_10, self.income_2)])
        dispute = self._dispute(invoice)
        wizard = self._wizard(dispute, resolution="All broken", title="Broken in transit")
        self.assertEqual(wizard.line_ids.amount, 175.0)
        wizard.action_resolve()
        note = dispute.credit_note_ids
        self.assertRecordValues(
            note,
            [
                {
                    "move_type": "out_refund",
                    "state": "posted",
                    "reversed_entry_id": invoice.id,
                    "amount_total": 175.0,
                    "invoice_date": TODAY,
                    "payment_state": "paid",
                }
            ],
        )
        self.assertIn("Broken in transit", note.ref)
        self.assertEqual(note.invoice_line_ids.mapped("name"), ["Goods 0", "Goods 1"])
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertRecordValues(
            dispute,
            [
                {
                    "state": "accepted",
                    "resolution_kind": "credit_note",
                    "amount_credited": 175.0,
                    "date_resolved": TODAY,
                    "date_wait": False,
                }
            ],
        )
        self.assertEqual(dispute.action_open_credit_notes()["res_id"], note.id)
        self.assertFalse(self._run(on=later(1)).notice_ids)

    def test_part_is_credited_with_accounts_and_taxes_in_proportion(self):
        """A third of 110.00 + 10 % and 120.00 with 20 %: 33.00 and 40.00."""
        invoice = self._taxed([(100.0, self.tax_10, None), (200.0, self.tax_20, self.income_2)])
        self.assertEqual(invoice.amount_total, 350.0)
        dispute = self._dispute(invoice, amount_disputed=70)
        wizard = self._wizard(dispute)
        self.assertEqual(wizard.line_ids.amount, 70.0)
        wizard.action_resolve()
        note = dispute.credit_note_ids
        self.assertEqual((note.amount_untaxed, note.amount_total), (60.0, 70.0))
        self.assertCountEqual(
            [
                (line.account_id, line.price_subtotal, line.tax_ids)
                for line in note.invoice_line_ids
            ],
            [(self.income, 20.0, self.tax_10), (self.income_2, 40.0, self.tax_20)],
        )
        self.assertCountEqual(
            [
                (line.tax_line_id, line.balance)
                for line in note.line_ids.filtered("tax_line_id")
            ],
            [(self.tax_10, 2.0), (self.tax_20, 8.0)],
        )
        self.assertEqual(self._item(invoice).amount_residual, 280.0)
        notice = self._run(on=later(1)).notice_ids
        self.assertEqual(notice.amount_due, 280.0, "what was never disputed goes on at once")

    def test_cents_add_up(self):
        """Odd parts of odd prices, taxes included or not: exactly the amount."""
        included = self.tax_20.copy({"name": "20 % in", "price_include_override": "tax_included"})
        piece = self.tax_20.copy({"name": "0.17 a piece", "amount_type": "fixed", "amount": 0.17})
        cases = (
            [(33.33, self.tax_20, None), (66.67, self.tax_10, None), (0.07, None, None)],
            [(99.99, included, None)],
            [(99.99, self.tax_20 | piece, None), (-10.01, self.tax_20, None)],
        )
        for lines in cases:
            lines = [
                (price, taxes or self.env["account.tax"], account)
                for price, taxes, account in lines
            ]
            invoice = self._taxed(lines)
            for amount in (0.01, 12.34, 50.55):
                with self.subTest(lines=lines, amount=amount):
                    dispute = self._dispute(invoice, amount_disputed=amount)
                    before = invoice.amount_residual
                    self._wizard(dispute).action_resolve()
                    self.assertEqual(dispute.credit_note_ids.amount_total, amount)
                    self.assertAlmostEqual(invoice.amount_residual, before - amount)

    def test_the_disputed_instalment_is_settled(self):
        """Core would set the credit note against the oldest instalment."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Two halves",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (0, 30)
                ],
            }
        )
        invoice = self._taxed([(200.0, self.tax_20, None)], invoice_payment_term_id=term.id)
        first, second = self._item(invoice).sorted("date_maturity")
        dispute = self.env["collection.dispute"].create(
            {
                "partner_id": self.customer.id,
                "move_line_ids": second.ids,
                "reason": "The second delivery",
                "company_id": self.company.id,
            }
        )
        self._wizard(dispute).action_resolve()
        self.assertEqual((first.amount_residual, second.amount_residual), (120.0, 0.0))
        self.assertEqual(dispute.credit_note_ids.amount_total, 120.0)

    def test_several_invoices_one_credit_note_each(self):
        older = self._taxed([(100.0, self.tax_20, None)], days_late=20)
        newer = self._taxed([(100.0, self.tax_20, None)], days_late=10)
        dispute = self._dispute(older | newer, amount_disputed=150)
        self._wizard(dispute).action_resolve()
        self.assertEqual(
            sorted(dispute.credit_note_ids.mapped("amount_total")), [30.0, 120.0]
        )
        self.assertEqual((older.amount_residual, newer.amount_residual), (0.0, 90.0))

    def test_in_the_invoices_currency_at_its_rate(self):
        euro = self.setup_other_currency(
            "EUR", rates=[("2016-01-01", 2.0), ("2026-03-30", 4.0)]
        )
        invoice = self._taxed([(100.0, self.tax_20, None)], currency_id=euro.id)
        dispute = self._dispute(invoice, amount_disputed=30)
        self._wizard(dispute).action_resolve()
        note = dispute.credit_note_ids
        self.assertEqual((note.currency_id, note.amount_total), (euro, 30.0))
        self.assertEqual(note.amount_total_signed, -15.0)
        self.assertFalse(self._item(invoice).matched_credit_ids.exchange_move_id)

    def test_agreement_credits_a_part_and_the_rest_is_owed(self):
        """Of 60.00 contested, 25.00 are credited; 35.00 wait for the customer's days, the
        other 60.00 are asked for meanwhile."""
        invoice = self._taxed([(100.0, self.tax_20, None)])
        dispute = self._dispute(invoice, amount_disputed=60)
        wizard = self._wizard(dispute)
        with Form(wizard) as form:
            form.kind = "agreement"
            form.resolution = "We meet at 25"
            with form.line_ids.edit(0) as line:
                self.assertEqual(line.amount, 0.0)
                line.amount = 25.0
        wizard.action_resolve()
        self.assertRecordValues(
            dispute,
            [
                {
                    "state": "accepted",
                    "resolution_kind": "agreement",
                    "amount_credited": 25.0,
                    "date_wait": later(7),
                }
            ],
        )
        notice = self._run(on=later(1)).notice_ids
        self.assertEqual(notice.amount_due, 60.0)
        notice = self._run(on=later(15)).notice_ids
        self.assertEqual(notice.amount_due, 95.0)

    def test_interest_on_what_was_never_owed_is_taken_back(self):
        """Charged before the customer complained: the part he did not owe bore none."""
        rule = self.env["collection.fee.rule"].create(
            {"name": "One a day", "interest_kind": "contractual", "rate": 36.5}
        )
        invoice = self._invoice(days_late=30, amount=1000)
        item = self._item(invoice)
        dispute = self._dispute(invoice, amount_disputed=400)
        self._wizard(dispute).action_resolve()
        rows = rule.compute_charges(item, TODAY)
        self.assertAlmostEqual(sum(row["amount"] for row in rows), 18.0)

    def test_more_than_is_open_is_refused(self):
        invoice = self._taxed([(100.0, self.tax_20, None)])
        dispute = self._dispute(invoice)
        wizard = self._wizard(dispute)
        wizard.line_ids.amount = 200.0
        with self.assertRaisesRegex(UserError, "is open of"):
            wizard.action_resolve()
        with self.assertRaisesRegex(UserError, "negative"):
            wizard.line_ids.amount = -1.0
        wizard.line_ids.amount = 0.0
        with self.assertRaisesRegex(UserError, "how much"):
            wizard.action_resolve()
        self.assertEqual(dispute.state, "open")

    def test_entry_that_is_no_invoice(self):
        receivable = self.company_data["default_account_receivable"]
        move = self.env["account.move"].create(
            {
                "date": later(-60),
                "line_ids": [
                    Command.create(
                        {"account_id": receivable.id, "debit": 10.0, **self._entry_line()}
                    ),
                    Command.create({"account_id": self.income.id, "credit": 10.0}),
                ],
            }
        )
        move.action_post()
        dispute = self._dispute(move, partner=self.customer)
        with self.assertRaisesRegex(UserError, "is no invoice"):
            self._wizard(dispute).action_resolve()
        dispute.action_accept()
        self.assertEqual(dispute.resolution_kind, "other")

    def _entry_line(self):
        return {
            "partner_id": self.customer.id,
            "date_maturity": later(-5),
            "no_followup": False,
        }

    # Who may

    def test_collector_asks_and_a_manager_books(self):
        invoice = self._taxed([(100.0, self.tax_20, None)])
        dispute = self._dispute(invoice, user_id=self.users["collector"].id)
        self.company.collection_responsible_id = self.users["manager"]
        wizard = self._wizard(dispute, "collector", resolution="Two crates broken")
        self.assertFalse(wizard.may_credit)
        with self.assertRaisesRegex(AccessError, "ask for it"):
            wizard.action_resolve()
        wizard.action_ask()
        task = dispute.activity_ids
        self.assertEqual(task.user_id, self.users["manager"])
        self.assertIn("120.00", task.summary)
        self.assertEqual(dispute.state, "open")
        self._wizard(dispute, "manager").action_resolve()
        self.assertEqual(dispute.credit_note_ids.state, "posted")
        self.assertFalse(dispute.activity_ids)

    def test_collector_rejects_and_agrees_without_booking(self):
        for kind in ("rejected", "agreement"):
            dispute = self._dispute(self._invoice(days_late=5))
            wizard = self._wizard(dispute, "collector", kind=kind, resolution="Said so")
            wizard.line_ids.amount = 0.0
            wizard.action_resolve()
            self.assertEqual(dispute.resolution_kind, kind)
            self.assertEqual(dispute.resolved_by_id, self.users["collector"])

    def test_bystanders_are_refused(self):
        dispute = self._dispute(self._invoice(days_late=5))
        wizard = self._wizard(dispute)
        for role in ("salesperson", "portal", "auditor"):
            with self.subTest(role=role):
                for call in (dispute.action_resolve, dispute.action_reopen, wizard.action_ask):
                    with self.assertRaises(AccessError):
                        getattr(self._as(role, call.__self__), call.__name__)()
        self.assertEqual(self._as("auditor", dispute).days_open, 0)
