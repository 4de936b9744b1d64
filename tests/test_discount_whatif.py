"""The calculator: what it proposes from the books, and what it answers."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, new_test_user, tagged

from ..engine.discount_cost import Take, annual_cost, break_even, cost_between, what_if
from .common import TODAY
from .test_discount_report import DiscountCostCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestDiscountWhatif(DiscountCostCommon):
    def _open(self, term=None, **values):
        """The calculator as the button on the payment terms opens it."""
        term = self.term if term is None else term
        return self.env["collection.discount.whatif"].create({"term_id": term.id, **values})

    def _single(self, net=30, **values):
        return self.env["account.payment.term"].create(
            {
                "name": "2/10",
                "early_discount": True,
                "discount_percentage": 2.0,
                "discount_days": 10,
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 100.0, "nb_days": net})
                ],
                **values,
            }
        )

    # Proposals

    def test_the_terms_tiers_and_due_date_are_proposed(self):
        wizard = self._open()
        self.assertEqual(
            [(line.discount_percentage, line.discount_days) for line in wizard.line_ids],
            [(3, 8), (2, 15)],
        )
        self.assertEqual((wizard.usual_days, wizard.turnover), (30, 0))
        self.assertIn("due date", wizard.ledger_note)
        self.assertFalse(wizard.is_changed)
        single = self._open(self._single(net=45))
        self.assertEqual(single.line_ids.mapped("discount_days"), [10])
        self.assertEqual(single.usual_days, 45)
        self.assertFalse(single.is_changed)

    def test_instalments_weigh_those_that_bear_the_discount(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Instalments",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": share, "nb_days": days,
                                    "collection_discount": bears})
                    for share, days, bears in ((25, 20, True), (25, 40, True), (50, 90, False))
                ],
                "discount_tier_ids": [
                    Command.create({"discount_percentage": 2.0, "discount_days": 5})
                ],
            }
        )  # fmt: skip
        self.assertEqual(self._open(term).usual_days, 30)

    def test_the_books_of_the_last_year_are_proposed(self):
        plain = self.env.ref("account.account_payment_term_30days")
        start = TODAY - timedelta(days=90)
        for days in (40, 47):
            self._pay(self._bill(start), on=start + timedelta(days=days))
        taken = self._bill(start, amount=500.0)
        self._take(taken, 0, start + timedelta(days=8))
        credited = self._bill(start, amount=300.0)
        self._reverse_invoice(credited, is_modify=False).action_post()
        # A discount given as a credit note is not less business.
        self.term.collection_discount_method = "credit_note"
        granted = self._bill(start, amount=500.0)
        offer = self._offers(granted)[0]
        self._pay(granted, amount=485.0, on=start + timedelta(days=8))
        if not offer.discount_move_id:
            note = self._reverse_invoice(granted, is_modify=False)
            note.invoice_line_ids.price_unit = 15
            note.action_post()
            offer._mark_taken(note, start + timedelta(days=8), 15)
        self.assertEqual(offer.discount_move_id.move_type, "out_refund")
        self.assertTrue(offer.discount_move_id.reversed_entry_id)
        # None of these counts: other terms, too old, a draft, a vendor's.
        self._pay(self._bill(start, term=plain), on=start + timedelta(days=1))
        old = TODAY - timedelta(days=400)
        self._pay(self._bill(old), on=old + timedelta(days=3))
        self._bill(start).button_draft()
        self._bill(start, move_type="in_invoice", partner=self._create_customer("Vendor"))
        wizard = self._open()
        self.assertEqual(wizard.turnover, 3000)
        self.assertEqual(wizard.usual_days, 44)  # 43.5
        self.assertIn("43.5", wizard.ledger_note)
        self.assertIn("2 items", wizard.ledger_note)

    def test_without_terms_all_customer_invoices_count(self):
        plain = self.env.ref("account.account_payment_term_30days")
        self._pay(self._bill(TODAY - timedelta(days=50), term=plain), on=TODAY)
        self._bill(TODAY)
        wizard = self.env["collection.discount.whatif"].create({})
        self.assertEqual((wizard.turnover, wizard.usual_days), (2000, 50))
        self.assertEqual(wizard.line_ids.mapped("discount_percentage"), [2])

    # The answer

    def test_2_10_net_30(self):
        wizard = self._open(self._single(), turnover=365_000.0, cost_of_money=8.0)
        wizard.line_ids.share = 40
        line = wizard.line_ids
        self.assertEqual(line.date_end, TODAY + timedelta(days=10))
        self.assertEqual(line.amount_to_pay, 980)
        self.assertAlmostEqual(line.cost_nominal, 37.24, 2)
        self.assertAlmostEqual(line.cost_effective, 44.59, 2)
        self.assertEqual(line.cost_step, line.cost_nominal)
        self.assertAlmostEqual(line.break_even, break_even(8, 20), 2)
        self.assertFalse(line.note)
        self.assertAlmostEqual(wizard.discount, 2920)
        self.assertAlmostEqual(wizard.saved, 146_000 * 0.98 * 20 * 0.08 / 365, 2)
        self.assertAlmostEqual(wizard.net, wizard.saved - 2920, 2)
        self.assertEqual((wizard.days_before, wizard.days_after), (30, 22))
        self.assertAlmostEqual(wizard.freed, 8000)
        self.assertIn("This discount costs you as much as a loan at 37.2 % a year",
                      wizard.explanation)  # fmt: skip
        self.assertIn("44.6 % with compounding", wizard.explanation)
        self.assertIn("you lose", wizard.explanation)
        self.assertIn("22.0 days on average instead of 30.0", wizard.explanation)

    def test_money_dearer_than_the_discount(self):
        wizard = self._open(self._single(), turnover=365_000.0, cost_of_money=50.0)
        self.assertGreater(wizard.net, 0)
        self.assertIn("you gain", wizard.explanation)

    def test_two_tiers(self):
        wizard = self._open(turnover=100_000.0, usual_days=40, cost_of_money=10.0)
        first, second = wizard.line_ids
        self.assertAlmostEqual(first.cost_nominal, annual_cost(3, 8, 40).nominal, 2)
        self.assertAlmostEqual(first.cost_step, cost_between((3, 8), (2, 15)).nominal, 2)
        self.assertAlmostEqual(second.cost_step, annual_cost(2, 15, 40).nominal, 2)
        year = what_if(100_000, 40, [Take(3, 8, 25), Take(2, 15, 25)], 10)
        self.assertAlmostEqual(wizard.net, year.net, 2)
        self.assertAlmostEqual(wizard.cost_effective, round(year.cost.effective, 1))
        self.assertIn("These discounts cost", wizard.explanation)
        first.share = 0
        self.assertIn("This discount costs", wizard.explanation)

    def test_the_day_of_the_month_counts_from_the_invoice(self):
        wizard = self._open(date="2026-03-25", usual_days=60)
        wizard.line_ids = [
            Command.clear(),
            Command.create({"discount_percentage": 2.0, "discount_days": 0, "share": 10,
                            "end_type": "day_following_month", "day_of_month": 10}),
        ]  # fmt: skip
        self.assertEqual(wizard.line_ids.date_end.isoformat(), "2026-04-10")
        self.assertAlmostEqual(wizard.line_ids.cost_nominal, annual_cost(2, 16, 60).nominal, 2)

    def test_what_cannot_be_answered_says_why(self):
        wizard = self._open(turnover=1000.0, usual_days=8)
        first, second = wizard.line_ids
        self.assertEqual((first.note, second.note), ("Paid by then anyway",) * 2)
        self.assertIn("gains nothing", wizard.explanation)
        wizard.usual_days = 30
        wizard.line_ids.share = 60
        self.assertIn("120.0 %", wizard.explanation)
        wizard.line_ids.share = 0
        self.assertIn("Enter what you invoice", wizard.explanation)
        second.write({"discount_percentage": 3, "share": 10})
        self.assertIn("no earlier", first.note)
        self.assertFalse(first.cost_nominal)
        self.assertFalse(second.note)
        for values in ({"discount_percentage": 0}, {"discount_percentage": 100}, {"share": 101}):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                first.write(values)
        with self.assertRaises(ValidationError):
            wizard.turnover = -1

    def test_it_answers_while_typing(self):
        with Form(
            self.env["collection.discount.whatif"].with_context(default_term_id=self.term.id)
        ) as form:
            form.turnover = 10_000
            self.assertAlmostEqual(form.discount, 125)
            with form.line_ids.edit(0) as line:
                before = line.cost_nominal
                line.discount_percentage = 4
                self.assertGreater(line.cost_nominal, before)
            self.assertAlmostEqual(form.discount, 150)
            self.assertTrue(form.is_changed)
            with form.line_ids.edit(1) as line:
                cost = line.cost_nominal
            form.usual_days = 60
            with form.line_ids.edit(1) as line:
                self.assertLess(line.cost_nominal, cost)
            form.line_ids.remove(0)
            self.assertAlmostEqual(form.discount, 50)
        self.assertEqual(self.term.discount_tier_ids.mapped("discount_percentage"), [3, 2])

    # Back to the terms

    def test_use_these_tiers(self):
        kept = self.term.discount_tier_ids[0]
        posted = self._bill(TODAY)
        wizard = self._open()
        wizard.line_ids[1].write({"discount_percentage": 1.5, "discount_days": 20})
        self.assertTrue(wizard.is_changed)
        action = wizard.action_use_tiers()
        self.assertIn(self.term.name, action["params"]["message"])
        self.assertEqual(
            [(tier.discount_percentage, tier.discount_days)
             for tier in self.term.discount_tier_ids],
            [(3, 8), (1.5, 20)],
        )  # fmt: skip
        self.assertIn(kept, self.term.discount_tier_ids)
        self.assertFalse(wizard.is_changed)
        # What was posted keeps its tiers.
        self.assertEqual(self._offers(posted).mapped("discount_percentage"), [3, 2])

    def test_what_the_terms_refuse_is_refused_here(self):
        wizard = self._open()
        wizard.line_ids[1].discount_percentage = 5
        with self.assertRaises(ValidationError):
            wizard.action_use_tiers()
        with self.assertRaises(UserError):
            self.env["collection.discount.whatif"].create({}).action_use_tiers()
        wizard.line_ids.unlink()
        with self.assertRaises(UserError):
            wizard.action_use_tiers()

    def test_who_may(self):
        for role, groups in (
            ("auditor", "account_collections.group_collections_auditor"),
            ("collector", "account_collections.group_collections_collector"),
            ("invoicer", "account.group_account_invoice"),
        ):
            with self.subTest(role):
                user = new_test_user(
                    self.env(su=True), login=f"whatif_{role}", groups=groups,
                    company_id=self.company.id, company_ids=[Command.set(self.company.ids)],
                )  # fmt: skip
                wizard = self.env["collection.discount.whatif"].with_user(user)
                wizard = wizard.create({"term_id": self.term.id, "turnover": 1000.0})
                self.assertGreater(wizard.discount, 0)
                wizard.line_ids[0].discount_percentage = 4
                with self.assertRaises(AccessError):
                    wizard.action_use_tiers()
        nobody = new_test_user(self.env(su=True), login="whatif_nobody", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.env["collection.discount.whatif"].with_user(nobody).create({})
        with self.assertRaises(AccessError):
            self.report.with_user(nobody).search([])

    def test_other_companies_stay_theirs(self):
        other = self.setup_other_company()["company"]
        self._bill(TODAY)
        user = new_test_user(
            self.env(su=True), login="report_other",
            groups="account_collections.group_collections_auditor",
            company_id=other.id, company_ids=[Command.set(other.ids)],
        )  # fmt: skip
        self.assertFalse(self.report.with_user(user).search([]))
        self.assertTrue(self.report.search([]))
        wizard = self.env["collection.discount.whatif"].with_user(user).create({})
        self.assertEqual((wizard.company_id, wizard.turnover), (other, 0))
