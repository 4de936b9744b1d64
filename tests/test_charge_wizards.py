"""Charging and waiving by hand: what the dialogs show is what happens."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged

from .access_common import AccessCommon
from .charges_common import ChargesCommon
from .common import TODAY, later


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestChargeWizards(AccessCommon, ChargesCommon):
    """12 % a year: 1,000.00 bears 4.93 in 15 days; and 40.00 once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.fee_rule_id = cls.rule
        cls.invoice = cls._invoice(15, 1000.0)

    def _wizard(self, records, role="collector"):
        action = self._as(role, records).action_collection_charge_lateness()
        self.assertEqual(action["target"], "new")
        return self._as(role, self.env[action["res_model"]]).browse(action["res_id"])

    def _shown(self, wizard):
        return [
            (line.move_id, line.kind, line.days, line.amount_total)
            for line in wizard.line_ids
            if line.selected and not line.problem
        ]

    def test_preview_shows_what_is_charged(self):
        wizard = self._wizard(self.invoice)
        self.assertEqual(
            self._shown(wizard),
            [(self.invoice, "compensation", 0, 40.0), (self.invoice, "interest", 15, 4.93)],
        )
        self.assertIn("44.93", wizard.totals)
        self.assertFalse(self._charges(self.invoice), "a preview writes nothing")
        action = wizard.action_charge()
        charges = self._charges(self.invoice)
        self.assertEqual(set(action["domain"][0][2]), set(charges.ids))
        self.assertEqual(sum(charges.mapped("amount_total")), 44.93)
        self.assertEqual(charges.charge_move_id.amount_total, 44.93)
        self.assertEqual(charges.create_uid, self.users["collector"])

    def test_it_goes_on_where_the_last_one_stopped(self):
        self._wizard(self.invoice).action_charge()
        self.assertFalse(self._wizard(self.invoice).line_ids)
        with freeze_time("2026-04-10"):
            wizard = self._wizard(self.invoice)
            self.assertEqual(wizard.line_ids.mapped("date_from"), [later(1)])
            wizard.action_charge()
        interest = self._charges(self.invoice, "interest")
        # 25 days at 0.32877 a day.
        self.assertAlmostEqual(sum(interest.mapped("amount")), 8.22)

    def test_date_kinds_and_rule_change_the_preview(self):
        rule = self._fee_rule("Twice", rate=24.0, fixed_amount=0.0)
        with Form(self._wizard(self.invoice)) as form:
            form.charge_compensation = False
            self.assertEqual([row["amount_total"] for row in form.line_ids._records], [4.93])
            form.date = later(-5)
            self.assertEqual([row["days"] for row in form.line_ids._records], [10])
            form.fee_rule_id = rule
            self.assertEqual([row["amount_total"] for row in form.line_ids._records], [6.58])
        form.record.action_charge()
        charge = self._charges(self.invoice)
        self.assertEqual((charge.amount, charge.fee_rule_id), (6.58, rule))
        self.assertEqual((charge.date_to, charge.date), (later(-5), TODAY))

    def test_only_what_is_ticked(self):
        wizard = self._wizard(self.invoice)
        with Form(wizard) as form:
            with form.line_ids.edit(0) as line:
                line.selected = False
            self.assertIn("4.93", form.totals)
            self.assertNotIn("44.93", form.totals)
        wizard.action_charge()
        self.assertEqual(self._charges(self.invoice).mapped("kind"), ["interest"])
        wizard = self._wizard(self.invoice)
        wizard.line_ids.selected = False
        with self.assertRaises(UserError):
            wizard.action_charge()

    def test_not_in_advance(self):
        wizard = self._wizard(self.invoice)
        with self.assertRaises(ValidationError):
            wizard.date = later(1)

    def test_a_stale_preview_is_refused(self):
        wizard = self._wizard(self.invoice)
        self.assertEqual(len(wizard.line_ids), 2)
        self._pay(self.invoice, 600, on=later(-10))
        with self.assertRaisesRegex(UserError, "changed since"):
            wizard.action_charge()
        self.assertFalse(self._charges(self.invoice))
        wizard.action_refresh()
        wizard.action_charge()
        # 5 days of 1,000.00 and 10 of 400.00.
        self.assertEqual(self._charges(self.invoice, "interest").amount, 2.96)

    def test_forged_lines_charge_nothing(self):
        """What a client sends is compared, never believed."""
        wizard = self._wizard(self.invoice)
        wizard.line_ids.amount_total = 1000.0
        with self.assertRaises(UserError):
            wizard.action_charge()
        self.assertFalse(self._charges(self.invoice))

    def test_what_cannot_be_charged_says_why(self):
        consumer = self._create_customer("Consumer")
        archived = self._create_customer("Archived", is_company=True)
        series = self._series({"2020-01-01": 2.0}, validity="half_year")
        statutory = self._fee_rule("Legal", interest_kind="statutory", series_id=series.id)
        missing = self._create_customer(
            "Missing", is_company=True, collection_fee_rule_id=statutory.id
        )
        self.rule.customer_type = "business"
        invoices = self.invoice.union(
            *(self._invoice(15, 1000.0, partner=who) for who in (consumer, archived, missing))
        )
        archived.active = False
        wizard = self._wizard(invoices)
        problems = {line.partner_id: line.problem for line in wizard.line_ids if line.problem}
        self.assertEqual(
            {who.name for who in problems}, {"Consumer", "Archived", "Missing"}, problems
        )
        self.assertIn("consumer", problems[consumer])
        self.assertIn("Archived", problems[archived])
        self.assertIn("Reference", problems[missing])
        self.assertTrue(wizard.has_problems)
        wizard.action_charge()
        charges = self.env["collection.charge"].search([("move_id", "in", invoices.ids)])
        self.assertEqual(charges.move_id, self.invoice)

    def test_items_without_a_rule_are_counted(self):
        self.policy.fee_rule_id = self.level_2.fee_rule_id = False
        wizard = self._wizard(self.invoice)
        self.assertFalse(wizard.line_ids)
        self.assertEqual(wizard.without_rule_count, 1)
        wizard.fee_rule_id = self.rule
        self.assertEqual(len(wizard.line_ids), 2)
        self.assertFalse(wizard.without_rule_count)

    def test_customers_and_everybody(self):
        other = self._create_customer("Other", is_company=True)
        theirs = self._invoice(15, 1000.0, partner=other)
        wizard = self._wizard(other)
        self.assertEqual(wizard.line_ids.move_id, theirs)
        action = self._as("collector", self.env["collection.charge"]).action_charge_lateness()
        wizard = self.env["collection.charge.items"].browse(action["res_id"])
        self.assertLessEqual(theirs | self.invoice, wizard.line_ids.move_id)

    def test_paid_invoices_are_charged_when_chosen(self):
        self._pay(self.invoice, on=later(-5))
        self.assertFalse(self._wizard(self.customer).line_ids)
        self.assertIn((self.invoice, "interest", 10, 3.29), self._shown(self._wizard(self.invoice)))

    def test_two_currencies_are_never_one_sum(self):
        euro = self.setup_other_currency("EUR", rates=[("2020-01-01", 2.0)])
        foreign = self._invoice(15, 1000.0, currency_id=euro.id)
        wizard = self._wizard(self.invoice | foreign)
        self.assertIn("+", wizard.totals)
        self.assertIn("44.93", wizard.totals)
        # The compensation of 40.00 is 80.00 in the other currency.
        self.assertIn("84.93", wizard.totals)

    def test_preview_total_includes_tax(self):
        tax = self.company_data["default_tax_sale"]
        product = self.env["product.product"].create(
            {"name": "Reminder", "taxes_id": [Command.set(tax.ids)]}
        )
        self.rule.write({"tax_handling": "product", "product_id": product.id})
        wizard = self._wizard(self.invoice)
        shown = sum(line.amount_total for line in wizard.line_ids)
        wizard.action_charge()
        document = self._charges(self.invoice).charge_move_id
        self.assertTrue(document.amount_tax)
        self.assertAlmostEqual(document.amount_total, shown)

    def test_who_may_charge(self):
        for role in ("auditor", "invoicer", "salesperson"):
            with self.assertRaises(AccessError):
                self._wizard(self.invoice, role)
            with self.assertRaises(AccessError):
                self._as(role, self.env["collection.charge.items"]).create(
                    {"company_id": self.company.id, "date": TODAY}
                )
        self.assertTrue(self._wizard(self.invoice, "manager").line_ids)

    # Waiving

    def _waive(self, charges, role="manager"):
        action = self._as(role, charges).action_waive()
        return self._as(role, self.env[action["res_model"]]).browse(action["res_id"])

    def test_waive_all_or_a_part(self):
        self._wizard(self.invoice).action_charge()
        charges = self._charges(self.invoice)
        wizard = self._waive(charges)
        self.assertEqual(sorted(wizard.line_ids.mapped("amount")), [4.93, 40.0])
        with self.assertRaises(UserError, msg="no reason"):
            wizard.action_waive()
        wizard.reason = "Goodwill"
        wizard.line_ids.filtered(lambda line: line.kind == "compensation").amount = 15.0
        wizard.action_waive()
        interest, compensation = (
            self._charges(self.invoice, kind) for kind in ("interest", "compensation")
        )
        self.assertEqual((interest.state, interest.amount_open), ("waived", 0.0))
        self.assertEqual((compensation.state, compensation.amount_open), ("posted", 25.0))
        self.assertEqual(set(charges.mapped("reason")), {"Goodwill"})
        self.assertEqual(charges.charge_move_id.amount_residual, 25.0)
        self.assertEqual(len(charges.refund_move_ids), 1, "one credit note a document")

    def test_no_more_than_open_and_no_less_than_nothing(self):
        self._wizard(self.invoice).action_charge()
        wizard = self._waive(self._charges(self.invoice, "compensation"))
        wizard.write({"reason": "Goodwill"})
        wizard.line_ids.amount = 41.0
        with self.assertRaises(UserError):
            wizard.action_waive()
        wizard.line_ids.amount = 0.0
        with self.assertRaises(UserError):
            wizard.action_waive()

    def test_waiving_answers_the_question(self):
        self.company.collection_charge_booking = "claim"
        self._wizard(self.invoice).action_charge()
        self._pay(self.invoice)
        self.env["collection.charge"].sudo()._ask_leftovers(
            self.company, TODAY + timedelta(days=1)
        )
        charges = self._charges(self.invoice)
        self.assertEqual(set(charges.mapped("leftover")), {"to_decide"})
        self.assertTrue(self.invoice.activity_ids)
        wizard = self._waive(charges)
        wizard.reason = "Paid at last"
        wizard.action_waive()
        self.assertEqual(set(charges.mapped("state")), {"waived"})
        self.assertFalse(self.invoice.activity_ids)

    def test_nothing_open_is_nothing_to_waive(self):
        self._wizard(self.invoice).action_charge()
        charges = self._charges(self.invoice)
        self._as("manager", charges).waive("Goodwill")
        with self.assertRaises(UserError):
            self._waive(charges)

    def test_collectors_decide_nothing(self):
        self._wizard(self.invoice).action_charge()
        charges = self._as("collector", self._charges(self.invoice))
        for name in (
            "action_waive",
            "action_reverse",
            "action_book",
            "action_claim",
            "action_keep",
            "action_charge_again",
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(charges, name)()
        with self.assertRaises(AccessError):
            self._as("collector", self.env["collection.charge.waive"]).create({})
        arch = charges.get_view(view_type="form")["arch"]
        self.assertNotIn("action_waive", arch)
        self.assertIn("action_waive", self._as("manager", charges).get_view(view_type="form")["arch"])
