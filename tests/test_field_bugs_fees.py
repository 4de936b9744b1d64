"""FIELD_BUGS B: fees and interest. K3: an invoice with charges is not locked."""

from odoo import Command
from odoo.tests import freeze_time, tagged

from .charges_common import ChargesCommon
from .common import TODAY, later

ACTIVITY = "account_collections.mail_activity_type_charges"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestFieldBugsFees(ChargesCommon):
    def test_b1_fifty_runs_a_day_charge_once(self):
        """B1: a fee of an item, a level and a rule is charged once, however often
        the scheduled action runs."""
        self.rule.write({"fixed_scope": "level", "notice_fee": 5.0})
        invoice = self._late()
        for _number in range(50):
            self.env["collection.run"]._cron_advance(TODAY)
        self.assertRecordValues(
            self._charges(invoice).sorted("amount"),
            [
                {"kind": "interest", "amount": 4.93, "is_notice_fee": False},
                {"kind": "fee", "amount": 5.0, "is_notice_fee": True},
                {"kind": "fee", "amount": 40.0, "is_notice_fee": False},
            ],
        )
        self.assertEqual(self._owed(), 1049.93)

    def test_b2_reversing_credits_what_was_charged_and_no_more(self):
        """B2: with several lines, tax, a waived part: the ledger is back, to the cent."""
        self._tax_the_rule()
        self.rule.write({"fixed_amount": 39.99, "notice_fee": 7.77})
        first, second = self._late(1234.56), self._late(777.77)
        before = self._owed()
        run = self._run()
        compensation = self._charges(first, "compensation")
        compensation.waive("Part of it", amount=10.03)
        self.assertEqual(
            self._owed(), self.company.currency_id.round(before + self._total() - 10.03)
        )
        run.action_reverse()
        charges = self._charges(first) | self._charges(second)
        self.assertEqual(set(charges.mapped("state")), {"reversed"})
        self.assertEqual(self._owed(), before)
        entries = charges.charge_move_id | charges.refund_move_ids
        for account in entries.line_ids.account_id:
            lines = entries.line_ids.filtered(lambda line, own=account: line.account_id == own)
            balance = self.company.currency_id.round(sum(lines.mapped("balance")))
            self.assertFalse(balance, account.name)

    def _tax_the_rule(self, **values):
        """20 % on what the rule charges."""
        tax = self.percent_tax(20, **values)
        product = self.env["product.product"].create(
            {"name": "Lateness", "type": "service", "taxes_id": tax.ids}
        )
        self.rule.write({"tax_handling": "product", "product_id": product.id})
        return tax

    def _total(self):
        charges = self.env["collection.charge"].search([("partner_id", "=", self.customer.id)])
        return sum(charges.mapped("amount_total"))

    def test_b3_day_5_and_day_35_are_one_claim(self):
        """B3: what day 5 charged, day 35 does not charge again."""
        invoice = self._invoice(0, 777.77)
        whole = self._amounts(self.rule, invoice, later(35))["interest"]
        item = self._item(invoice)
        for days in (5, 6, 20, 35):
            rows = self.rule.compute_charges(item, later(days))
            interest = [
                {**row, "fee_rule_id": self.rule.id} for row in rows if row["kind"] == "interest"
            ]
            self.env["collection.charge"].sudo()._make(interest, later(days))
        charged = self._charges(invoice, "interest")
        self.assertEqual(len(charged), 4)
        self.assertAlmostEqual(sum(charged.mapped("amount")), whole, 2)
        days = sum(segment["days"] for charge in charged for segment in charge.segments)
        self.assertEqual(days, 35)
        self.assertNotIn("interest", self._amounts(self.rule, invoice, later(35)))

    def test_b4_invoice_paid_without_interest(self):
        """B4: the fee stays a receivable of its own until it is paid or waived."""
        invoice = self._late()
        notice = self._run().notice_ids
        self._pay(invoice)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(notice.state, "issued")
        self.assertEqual(self._owed(), 44.93)
        # Due on the day of the notice: the day after, somebody is asked.
        self.env["collection.charge"]._cron_charges(later(1))
        self.assertEqual(set(self._charges(invoice).mapped("leftover")), {"to_decide"})
        self.assertTrue(invoice.activity_search([ACTIVITY]))
        self._charges(invoice).waive("Not worth it")
        self.assertEqual(notice.state, "settled")
        self.assertEqual(self._owed(), 0.0)

    def test_b5_several_payments_journal_and_term(self):
        """B5: interest per stretch of days; the charge document has its own journal and
        payment term."""
        journal = self.company_data["default_journal_sale"].copy({"code": "LATE"})
        self.rule.journal_id = journal
        term = self.env["account.payment.term"].create(
            {
                "name": "Seven days",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 100, "nb_days": 7})
                ],
            }
        )
        self.company.collection_charge_payment_term_id = term
        invoice = self._late(days_late=20)
        self._pay(invoice, 300.0, on=later(-15))
        self._pay(invoice, 200.0, on=later(-5))
        self._run()
        interest = self._charges(invoice, "interest")
        self.assertEqual(
            [(row["days"], row["balance"], row["amount"]) for row in interest.segments],
            [(5, 1000.0, 1.64), (10, 700.0, 2.31), (5, 500.0, 0.82)],
        )
        self.assertEqual(interest.amount, 4.77)
        self.assertRecordValues(
            interest.charge_move_id,
            [{"journal_id": journal.id, "invoice_date_due": later(7), "invoice_date": TODAY}],
        )

    def test_b6_nothing_is_no_fee(self):
        """B6: a rule of zeros makes no charge, no line, no document."""
        self.rule.write({"rate": 0.0, "fixed_amount": 0.0, "notice_fee": 0.0})
        invoice = self._late()
        notice = self._run().notice_ids
        self.assertRecordValues(
            notice, [{"state": "issued", "amount_charges": 0.0, "amount_total": 1000.0}]
        )
        self.assertFalse(self._charges(invoice))
        self.assertFalse(self._documents())

    def _documents(self):
        return self.env["account.move"].search(
            [("partner_id", "=", self.customer.id), ("collection_is_charge", "=", True)]
        )

    def test_b7_mail_letter_and_ledger_say_the_same(self):
        self._tax_the_rule()
        self.level_2.write({"send_letter": True})
        self.template.body_html = (
            "<p>Pay <t t-out='format_amount(object.amount_total, object.currency_id)'/></p>"
        )
        self._late()
        notice = self._run().notice_ids
        self.assertEqual(self._owed(), 1053.92)
        self.assertEqual(notice.amount_total, 1053.92)
        self.assertIn("1,053.92", notice.email_body)
        letter = self.env["ir.actions.report"]._render_qweb_html(
            "account_collections.action_report_notice", notice.ids
        )[0]
        self.assertIn("1,053.92", letter.decode())

    def test_b8_preview_is_what_is_issued(self):
        """B8: proposal, notice and ledger agree, however taxes are rounded."""
        for rounding in ("round_per_line", "round_globally"):
            for included in ("tax_excluded", "tax_included"):
                with self.subTest(rounding=rounding, included=included):
                    self.company.tax_calculation_rounding_method = rounding
                    self._tax_the_rule(price_include_override=included)
                    customer = self._create_customer(f"{rounding} {included}", is_company=True)
                    for amount in (1000.0, 1010.0, 1020.0):
                        self._ready(self._invoice(15, amount, partner=customer))
                    run = self._run(issue=False, partner_ids=customer.ids)
                    proposed = run.notice_ids.amount_total
                    self.assertIn(proposed, (3191.93, 3191.94))
                    run.action_issue()
                    self.assertEqual(run.notice_ids.amount_total, proposed)
                    self.assertAlmostEqual(self._owed(customer), proposed, 2)

    def test_b9_last_letter_carries_the_fees_of_all_levels(self):
        """B9: principal and the fees of levels 1 to 3 are the customer's balance."""
        self.rule.write({"interest_kind": "none", "fixed_scope": "level", "fixed_amount": 12.5})
        (self.level_1 | self.level_3).fee_rule_id = self.rule
        invoice = self._invoice(3, 1000.0)
        for days, fees in ((0, 12.5), (12, 25.0), (27, 37.5)):
            notice = self._run(on=later(days)).notice_ids
            self.assertEqual(notice.amount_charges, fees)
            self.assertEqual(notice.amount_total, self._owed())
        self.assertEqual(self._charges(invoice).level_id, self.policy.level_ids)
        self.assertEqual(notice.line_ids.amount_charges, 37.5)

    def test_b10_archived_customer_is_charged_nothing(self):
        """B10: archived: no fee, and the item is among the exceptions."""
        invoice = self._late()
        self.customer.action_archive()
        run = self._run()
        self.assertFalse(self._charges(invoice))
        self.assertFalse(run.notice_ids)
        self.assertSkipped(run, invoice, "archived_customer")
        self.assertFalse(self.rule.compute_charges(self._item(invoice), TODAY))

    # K3

    def test_k3_invoice_with_charges_is_reset_changed_and_posted(self):
        """K3: nothing is blocked, lost, or charged twice on the new item."""
        invoice = self._late()
        self._run()
        charges = self._charges(invoice)
        invoice.button_draft()
        self.assertEqual(set(charges.mapped("state")), {"posted"})
        invoice.invoice_date_due = later(-16)
        invoice.invoice_line_ids.price_unit = 1100.0
        invoice.action_post()
        self.assertEqual(self._charges(invoice), charges)
        self.assertEqual(charges.move_id, invoice)
        self.assertEqual(sum(charges.mapped("amount_open")), 44.93)
        rows = self.rule.compute_charges(self._item(invoice), later(10))
        self.assertEqual([row["kind"] for row in rows], ["interest", "interest"])
        self.assertEqual([row["date_from"] for row in rows], [later(-15), later(1)])

    def test_k3_items_built_anew(self):
        """K3: charges stay, and count for the items that came in the place of theirs."""
        invoice = self._late()
        self._run()
        charges = self._charges(invoice)
        invoice.button_draft()
        invoice.invoice_payment_term_id = self.env["account.payment.term"].create(
            {
                "name": "Two instalments",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (28, 30)
                ],
            }
        )
        invoice.action_post()
        items = self._item(invoice)
        self.assertEqual(len(items), 2)
        self.env.flush_all()
        # In one transaction everything is of the same moment.
        self.env.cr.execute(
            "UPDATE account_move_line SET create_date = create_date + interval '1 day'"
            " WHERE id IN %s",
            [tuple((items - charges.move_line_id).ids)],
        )
        self.assertEqual(sum(charges.mapped("amount_open")), 44.93)
        rows = self.rule.compute_charges(items, later(10))
        self.assertEqual({row["kind"] for row in rows}, {"interest"})
        days = sorted((row["date_from"], row["date_to"], row["amount"]) for row in rows)
        self.assertEqual(
            days,
            [
                (later(-16), later(-15), 0.33),
                (later(1), later(10), 1.64),
                (later(1), later(10), 1.65),
            ],
        )
        charges.action_reverse()
        self.assertEqual(self._owed(), 1000.0)

    def test_k3_cancelled_and_reversed_invoices(self):
        """K3: the invoice goes, its charges stay claimed until somebody decides."""
        cancelled, reversed_ = self._late(), self._late(500.0)
        self._run()
        cancelled.button_draft()
        cancelled.button_cancel()
        self._reverse_invoice(reversed_, post=True)
        for invoice, total in ((cancelled, 44.93), (reversed_, 42.47)):
            charges = self._charges(invoice)
            self.assertEqual(set(charges.mapped("state")), {"posted"})
            self.assertAlmostEqual(sum(charges.mapped("amount_open")), total, 2)
            self.assertFalse(self._amounts(self.rule, invoice, later(30)))
            charges.action_reverse()
        self.assertEqual(self._owed(), 0.0)
