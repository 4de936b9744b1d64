"""Arithmetic of a statement of account, without books."""

from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from ..engine import statement

DAY = date(2026, 3, 31)


def ago(days):
    return DAY - timedelta(days=days)


@tagged("post_install", "-at_install")
class TestStatementEngine(BaseCase):
    def test_bucket_edges(self):
        for days, bucket in (
            (-1, "not_due"),
            (0, "not_due"),
            (1, "late_30"),
            (30, "late_30"),
            (31, "late_60"),
            (60, "late_60"),
            (61, "late_90"),
            (90, "late_90"),
            (91, "late_more"),
            (4000, "late_more"),
        ):
            with self.subTest(days):
                found, late = statement.bucket_of(ago(days), 10.0, DAY)
                self.assertEqual((found, late), (bucket, max(days, 0)))

    def test_a_credit_has_no_age(self):
        self.assertEqual(statement.bucket_of(ago(400), -5.0, DAY), ("credits", 0))
        self.assertEqual(statement.bucket_of(None, 5.0, DAY), ("not_due", 0))

    def test_running_balance(self):
        rows = [
            statement.Movement(ago(3), -40.1),
            statement.Movement(ago(9), 100.3),
            statement.Movement(ago(3), -60.2),
        ]
        account = statement.build(10.0, rows, [], DAY, 0.01)
        self.assertEqual([row.balance for row in account.movements], [110.3, 70.2, 10.0])
        self.assertEqual((account.opening, account.closing), (10.0, 10.0))

    def test_age_adds_up_to_the_balance(self):
        items = [
            statement.Item(number, ago(days), amount, amount)
            for number, (days, amount) in enumerate(
                ((-5, 0.1), (1, 0.2), (45, 0.3), (80, 0.4), (200, 0.5), (300, -0.6))
            )
        ]
        account = statement.build(0.0, [], items, DAY, 0.01)
        self.assertAlmostEqual(sum(account.aging.values()), 0.9, places=9)
        self.assertEqual(account.overdue, 1.4)
        self.assertEqual(account.items[-1].balance, 0.9)
        self.assertLess(account.items[-1].open, 0)

    def test_no_negative_zero(self):
        rows = [statement.Movement(DAY, 0.1), statement.Movement(DAY, -0.1)]
        self.assertEqual(str(statement.build(0.0, rows, [], DAY, 0.01).closing), "0.0")

    def test_currency_without_cents(self):
        rows = [statement.Movement(DAY, 1500.0), statement.Movement(DAY, -700.0)]
        self.assertEqual(statement.build(0.0, rows, [], DAY, 1.0).closing, 800.0)
