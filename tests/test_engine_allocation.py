"""Which debts a payment settles first."""

from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine.allocation import (
    COST,
    COSTS_FIRST,
    INTEREST,
    ORDERS,
    PRINCIPAL,
    PRINCIPAL_FIRST,
    Debt,
    allocate,
)
from .engine_common import day, stable

# Invoices 1 and 2, the interest and costs of both.
DEBTS = (
    Debt(1, PRINCIPAL, 100.0, day(0)),
    Debt(2, PRINCIPAL, 50.0, day(-30)),
    Debt(3, INTEREST, 8.0, day(10)),
    Debt(4, INTEREST, 2.0, day(5)),
    Debt(5, COST, 40.0, day(10)),
)


@st.composite
def open_debts(draw):
    rows = st.tuples(
        st.sampled_from((COST, INTEREST, PRINCIPAL)),
        st.integers(0, 100_000).map(lambda amount: amount / 100),
        st.none() | st.dates(date(2025, 1, 1), date(2025, 1, 5)),
    )
    return [Debt(id_, *row) for id_, row in enumerate(draw(st.lists(rows, max_size=6)))]


def exact(amount):
    return Fraction(str(amount))


@tagged("post_install", "-at_install")
class TestAllocation(BaseCase):
    def parts(self, amount, order, debts=DEBTS, **kwargs):
        return [(debt.id, part) for debt, part in allocate(amount, debts, order, **kwargs)]

    def test_stories(self):
        rows = [
            # story, amount, order, [(debt, part)]
            ("nothing", 0.0, PRINCIPAL_FIRST, []),
            ("a refund settles nothing", -20.0, COSTS_FIRST, []),
            ("the oldest invoice first", 70.0, PRINCIPAL_FIRST, [(2, 50.0), (1, 20.0)]),
            ("then interest, then costs", 165.0, PRINCIPAL_FIRST,
             [(2, 50.0), (1, 100.0), (4, 2.0), (3, 8.0), (5, 5.0)]),
            ("costs first", 30.0, COSTS_FIRST, [(5, 30.0)]),
            ("then interest, the oldest first, then principal", 60.5, COSTS_FIRST,
             [(5, 40.0), (4, 2.0), (3, 8.0), (2, 10.5)]),
            ("all of it", 200.0, COSTS_FIRST,
             [(5, 40.0), (4, 2.0), (3, 8.0), (2, 50.0), (1, 100.0)]),
            ("more than all", 999.0, COSTS_FIRST,
             [(5, 40.0), (4, 2.0), (3, 8.0), (2, 50.0), (1, 100.0)]),
        ]  # fmt: skip
        for story, amount, order, expected in rows:
            with self.subTest(story):
                self.assertEqual(self.parts(amount, order), expected)

    def test_the_invoice_comes_first_unless_said_otherwise(self):
        self.assertEqual([debt.id for debt, _part in allocate(70.0, DEBTS)], [2, 1])

    def test_ties_and_debts_without_a_date(self):
        debts = [
            Debt(9, PRINCIPAL, 10.0, day(0)),
            Debt(3, PRINCIPAL, 10.0),
            Debt(8, PRINCIPAL, 10.0, day(0)),
            Debt(7, PRINCIPAL, 0.0, day(-9)),
            Debt(6, PRINCIPAL, -5.0, day(-9)),
        ]
        self.assertEqual(self.parts(25.0, PRINCIPAL_FIRST, debts), [(8, 10.0), (9, 10.0), (3, 5.0)])

    def test_amounts_are_the_currency_s(self):
        debts = [Debt(n, COST, 0.1) for n in range(3)]
        self.assertEqual(self.parts(0.3, COSTS_FIRST, debts), [(0, 0.1), (1, 0.1), (2, 0.1)])
        yen = [Debt(1, COST, 100.4), Debt(2, COST, 50.0)]
        self.assertEqual(self.parts(120.4, COSTS_FIRST, yen, precision=1.0), [(1, 100), (2, 20)])
        self.assertEqual(self.parts(20.4, COSTS_FIRST, yen, precision=1.0), [(1, 20)])
        millimes = [Debt(1, COST, 1.0005), Debt(2, COST, 5.0)]
        found = self.parts(1.234, COSTS_FIRST, millimes, precision=0.001)
        self.assertEqual(sum(exact(part) for _id, part in found), exact(1.234))

    @stable
    @given(st.integers(0, 300_000), open_debts(), st.sampled_from(sorted(ORDERS)))
    def test_all_the_money_in_order_and_no_debt_twice(self, amount, debts, order):
        amount /= 100
        found = allocate(amount, debts, order)
        owed = sum(exact(debt.amount) for debt in debts)
        self.assertEqual(sum(exact(part) for _debt, part in found), min(exact(amount), owed))
        served = [debt.id for debt, _part in found]
        self.assertEqual(len(set(served)), len(served))
        for debt, part in found:
            self.assertGreater(part, 0)
            self.assertLessEqual(part, debt.amount)
        keys = [self.key(debt, order) for debt, _part in found]
        self.assertEqual(keys, sorted(keys))
        # Only the last one served may be settled in part; whoever is left out comes after.
        for debt, part in found[:-1]:
            self.assertEqual(part, debt.amount)
        for debt in debts:
            if found and debt.amount and debt.id not in served:
                self.assertGreater(self.key(debt, order), keys[-1])

    def key(self, debt, order):
        kinds = [COST, INTEREST, PRINCIPAL]
        if order == PRINCIPAL_FIRST:
            kinds.reverse()
        return kinds.index(debt.kind), debt.due is None, debt.due or date.min, debt.id
