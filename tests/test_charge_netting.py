"""Whatever was charged, waived and paid: reversing nets to zero, to the cent."""

import random
from datetime import timedelta

from odoo.tests import tagged

from ..models.collection_assessment import Request
from .charges_common import ChargesCommon
from .common import TODAY


@tagged("post_install", "-at_install")
class TestChargeNetting(ChargesCommon):
    """Stories told by seeded dice, so that a failure can be told again."""

    def _charge(self, invoice, date):
        assessment = self.env["collection.assessment"].sudo()
        rows, problems = assessment._assess([Request(self._item(invoice), self.rule)], date)
        self.assertFalse(problems)
        return self.env["collection.charge"].sudo()._make(rows, date)

    def _story(self, seed):
        dice = random.Random(seed)
        self.rule.rounding = dice.choice(["segment", "end", "daily"])
        self.rule.day_count = dice.choice(["act_365", "act_360", "thirty_360"])
        invoice = self._invoice(
            days_late=dice.randint(60, 400), amount=round(dice.uniform(10, 20000), 2)
        )
        due = self._item(invoice).date_maturity
        days = sorted(dice.sample(range(1, 300), 4))
        for day in days:
            date = due + timedelta(days=day)
            charges = self._charge(invoice, date)
            residual = invoice.amount_residual
            if residual and dice.random() < 0.5:
                self._pay(invoice, round(residual * dice.uniform(0.1, 0.6), 2), on=date)
            for charge in charges:
                if dice.random() < 0.4 and charge.amount_open >= 0.02:
                    part = round(charge.amount_open * dice.uniform(0.2, 0.9), 2)
                    charge.waive("Story", max(part, 0.01))
        return invoice, due + timedelta(days=days[-1])

    def test_reversing_everything_nets_to_zero(self):
        for seed in range(3):
            with self.subTest(seed=seed):
                invoice, _last = self._story(seed)
                charges = self._charges(invoice)
                self.assertTrue(charges)
                charges.action_reverse()
                documents = charges.charge_move_id | charges.refund_move_ids
                lines = documents.line_ids
                self.assertEqual(set(charges.mapped("state")), {"reversed"})
                for account in lines.account_id:
                    own = lines.filtered(lambda line, account=account: line.account_id == account)
                    self.assertEqual(round(sum(own.mapped("balance")), 2), 0.0)
                self.assertEqual(round(sum(charges.mapped("amount_open")), 2), 0.0)

    def test_steps_are_as_good_as_once(self):
        """Interest charged step by step is what one charge at the end would have been."""
        for seed in range(12, 14):
            with self.subTest(seed=seed):
                invoice, last = self._story(seed)
                stepwise = self._charges(invoice, "interest")
                total = sum(stepwise.mapped("amount"))
                stepwise.action_reverse()
                at_once = self._amounts(self.rule, invoice, last)
                self.assertAlmostEqual(at_once.get("interest", 0.0), total, 2)

    def test_charging_twice_a_day_charges_once(self):
        invoice = self._invoice(days_late=90, amount=777.77)
        self._charge(invoice, TODAY)
        self.assertFalse(self._charge(invoice, TODAY))
        self.assertFalse(self._charge(invoice, TODAY - timedelta(days=10)))
