"""Credits against debts: once, oldest first, nothing lost and nothing invented."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine.netting import Credit, Share, covered_on, pour, rounded
from .engine_common import EUR, OTHER_POLICY, POLICY, PRECISIONS, USD, day, item, stable

CENT, YEN, MILLIME, FIVE_CENTIMES = 0.01, 1.0, 0.001, 0.05


def debt(id_, late, amount, disputed=0.0):
    """An item due so many days before 31 March; None: without a due date."""
    due = None if late is None else day(-late)
    return item(id=id_, due=due, residual=amount, disputed=disputed)


def credit(id_, booked, amount):
    return Credit(id_, 1, 1, amount, None if booked is None else day(booked))


def units(amount, precision):
    """An amount as a whole number of the currency's smallest unit."""
    return round(Fraction(amount) / Fraction(str(precision)))


@tagged("post_install", "-at_install")
class TestPour(BaseCase):
    def test_who_is_served_with_what(self):
        rows = [
            # story, debts (id, days late, amount, disputed), credits, shares
            ("no credit", [(1, 5, 100.0)], [], []),
            ("no debt", [], [(8, 0, 50.0)], []),
            ("a part", [(1, 5, 100.0)], [(8, 0, 30.0)], [(8, 1, 30.0)]),
            ("exactly", [(1, 5, 100.0)], [(8, 0, 100.0)], [(8, 1, 100.0)]),
            ("more than is owed", [(1, 5, 100.0)], [(8, 0, 130.0)], [(8, 1, 100.0)]),
            ("the oldest first, whatever the order",
             [(1, 5, 100.0), (2, 40, 60.0), (3, 20, 50.0)], [(8, 0, 80.0)],
             [(8, 2, 60.0), (8, 3, 20.0)]),
            ("the oldest credit first",
             [(1, 5, 100.0)], [(8, 2, 70.0), (9, 1, 50.0)],
             [(9, 1, 50.0), (8, 1, 50.0)]),
            ("one credit over several debts, and several over one",
             [(1, 9, 50.0), (2, 5, 50.0)], [(8, 1, 30.0), (9, 2, 40.0)],
             [(8, 1, 30.0), (9, 1, 20.0), (9, 2, 20.0)]),
            ("same day: by number", [(2, 5, 10.0), (1, 5, 10.0)],
             [(9, 0, 5.0), (8, 0, 10.0)], [(8, 1, 10.0), (9, 2, 5.0)]),
            ("without a due date comes last", [(1, None, 10.0), (2, -30, 10.0)],
             [(8, 0, 15.0)], [(8, 2, 10.0), (8, 1, 5.0)]),
            ("an undated credit comes first", [(1, 5, 10.0)],
             [(8, 0, 10.0), (9, None, 4.0)], [(9, 1, 4.0), (8, 1, 6.0)]),
            ("the disputed part takes none", [(1, 9, 100.0, 80.0), (2, 5, 50.0)],
             [(8, 0, 60.0)], [(8, 1, 20.0), (8, 2, 40.0)]),
            ("disputed altogether", [(1, 9, 100.0, 100.0), (2, 5, 50.0)],
             [(8, 0, 60.0)], [(8, 2, 50.0)]),
            ("an empty credit among others", [(1, 9, 50.0)],
             [(7, 0, 0.0), (8, 1, 20.0)], [(8, 1, 20.0)]),
        ]  # fmt: skip
        for story, debts, credits, expected in rows:
            with self.subTest(story):
                shares = pour([debt(*row) for row in debts], [credit(*row) for row in credits])
                self.assertEqual(shares, [Share(*row) for row in expected])

    def test_e3_each_currency_by_its_own_rounding(self):
        rows = [
            # story, precision, debts, credits, amounts of the shares
            ("0.1 + 0.2 is 0.3", CENT, [0.1, 0.2], [0.3], [0.1, 0.2]),
            ("three tenths leave nothing", CENT, [0.3], [0.1, 0.1, 0.1, 5.0], [0.1, 0.1, 0.1]),
            ("yen have no cents", YEN, [1000.0, 500.0], [1200.0], [1000.0, 200.0]),
            ("a rest below a yen is nothing", YEN, [1000.0, 500.0], [1000.4], [1000.0]),
            ("millimes count", MILLIME, [1.001, 2.0], [1.003], [1.001, 0.002]),
            ("and would be lost as cents", CENT, [1.001], [0.004], []),
            ("five centimes", FIVE_CENTIMES, [0.15, 0.1], [0.2], [0.15, 0.05]),
            ("noise is no debt", CENT, [0.1 + 0.2 - 0.3, 4.0], [1.0], [1.0]),
            ("noise is no credit", CENT, [4.0], [0.1 + 0.2 - 0.3, 1.0], [1.0]),
            ("large amounts", CENT, [99999999.99, 0.01], [100000000.0], [99999999.99, 0.01]),
        ]
        for story, precision, debts, credits, expected in rows:
            with self.subTest(story):
                shares = pour(
                    [debt(number, 50 - number, owed) for number, owed in enumerate(debts)],
                    [credit(number, number, amount) for number, amount in enumerate(credits)],
                    precision,
                )
                self.assertEqual([share.amount for share in shares], expected)

    def test_half_a_unit_ends(self):
        """Amounts that are no multiple of the rounding: it ends, and gives nothing
        that is not there."""
        for owed in (0.5, 1.5, 2.5):
            for amount in (0.5, 1.5, 2.5):
                shares = pour([debt(1, 5, owed)], [credit(8, 0, amount)], YEN)
                self.assertLessEqual(sum(share.amount for share in shares), round(owed))

    def test_rounded_is_free_of_noise(self):
        rows = [
            (0.1 + 0.2, CENT, 0.3),
            (1.1 - 1.0, CENT, 0.1),
            (67 * 0.05, FIVE_CENTIMES, 3.35),
            (3 * 0.001, MILLIME, 0.003),
            (1999.6, YEN, 2000.0),
            (-0.1 - 0.2, CENT, -0.3),
            (0.000001 * 3, 0.000001, 0.000003),
        ]
        for amount, precision, expected in rows:
            self.assertEqual(rounded(amount, precision), expected)

    def test_what_credits_pay_on_some_ladders(self):
        both = {POLICY, OTHER_POLICY}
        elsewhere = {"ladder": OTHER_POLICY}
        rows = [
            # story, ladders, debts (id, days late, amount, disputed, more), credits, covered
            ("nobody asks", set(), [(1, 9, 50.0, 0.0, {})], [(8, 0, 50.0)], set()),
            ("paid", both, [(1, 9, 50.0, 0.0, {})], [(8, 0, 50.0)], {1}),
            ("paid in part", both, [(1, 9, 50.0, 0.0, {})], [(8, 0, 49.0)], set()),
            ("the rest is disputed", both, [(1, 9, 50.0, 40.0, {})], [(8, 0, 10.0)], {1}),
            ("the oldest only", both, [(1, 9, 50.0, 0.0, {}), (2, 5, 50.0, 0.0, {})],
             [(8, 0, 60.0)], {1}),
            ("one on another ladder takes its part, and is not asked about", {POLICY},
             [(1, 9, 50.0, 0.0, elsewhere), (2, 5, 50.0, 0.0, {})], [(8, 0, 60.0)], set()),
            ("nor is it when it is paid", {OTHER_POLICY},
             [(1, 9, 50.0, 0.0, elsewhere), (2, 5, 10.0, 0.0, {})], [(8, 0, 60.0)], {1}),
            ("another currency", both, [(1, 9, 50.0, 0.0, {"currency": USD})],
             [(8, 0, 50.0)], set()),
            ("another customer", both, [(1, 9, 50.0, 0.0, {"customer": 2})],
             [(8, 0, 50.0)], set()),
        ]  # fmt: skip
        for story, ladders, debts, credits, expected in rows:
            with self.subTest(story):
                items = [replace(debt(*row), **more) for *row, more in debts]
                theirs = [credit(*row) for row in credits]
                self.assertEqual({one.currency for one in theirs}, {EUR})
                self.assertEqual(covered_on(ladders, items, theirs, PRECISIONS), expected)


@st.composite
def accounts(draw):
    """``(precision, debts, credits)`` of one customer, in random order, with the
    noise of sums of floats."""
    precision = draw(st.sampled_from((CENT, YEN, MILLIME, FIVE_CENTIMES)))
    amounts = st.integers(0, 10 ** draw(st.integers(1, 9))).map(lambda count: count * precision)
    debts = []
    for number in range(draw(st.integers(0, 6))):
        residual, share = draw(amounts), draw(st.sampled_from((0, 0, 0.5, 1)))
        disputed = rounded(residual * share, precision)
        late = draw(st.none() | st.integers(-20, 90))
        debts.append(debt(number, late, residual, min(disputed, residual)))
    credits = [
        credit(100 + number, draw(st.none() | st.integers(-90, 0)), draw(amounts))
        for number in range(draw(st.integers(0, 5)))
    ]
    return precision, draw(st.permutations(debts)), draw(st.permutations(credits))


@tagged("post_install", "-at_install")
class TestPourAlways(BaseCase):
    @stable
    @given(accounts())
    def test_d_nothing_is_lost_and_nothing_is_invented(self, account):
        precision, debts, credits = account
        used, served = {}, {}
        for share in pour(debts, credits, precision):
            amount = units(share.amount, precision)
            self.assertGreater(amount, 0)
            used[share.credit_id] = used.get(share.credit_id, 0) + amount
            served[share.item_id] = served.get(share.item_id, 0) + amount
        owed = {one.id: units(one.residual, precision) - units(one.disputed, precision)
                for one in debts}  # fmt: skip
        given_ = {one.id: units(one.amount, precision) for one in credits}
        for id_, amount in used.items():
            self.assertLessEqual(amount, given_[id_])
        for id_, amount in served.items():
            self.assertLessEqual(amount, owed[id_])
        total = min(sum(owed.values()), sum(given_.values()))
        self.assertEqual(sum(used.values()), total)

    @stable
    @given(accounts())
    def test_d_no_debt_is_served_before_an_older_one_is_settled(self, account):
        precision, debts, credits = account
        shares = pour(debts, credits, precision)
        served = dict.fromkeys((one.id for one in debts), 0)
        for share in shares:
            served[share.item_id] += units(share.amount, precision)
        in_order = sorted(debts, key=lambda one: (one.due or date.max, one.id))
        states = []
        for one in in_order:
            owed = units(one.residual, precision) - units(one.disputed, precision)
            if owed:
                states.append((served[one.id] == owed, served[one.id] > 0))
        settled = [full for full, _some in states]
        touched = [some for _full, some in states]
        self.assertEqual(settled, sorted(settled, reverse=True))
        # At most one debt is served in part, and it follows the settled ones.
        self.assertLessEqual(sum(touched) - sum(settled), 1)
        self.assertEqual(touched, sorted(touched, reverse=True))

    @stable
    @given(accounts(), st.randoms(use_true_random=False))
    def test_the_same_books_give_the_same_answer(self, account, random):
        precision, debts, credits = account
        shuffled_debts, shuffled_credits = list(debts), list(credits)
        random.shuffle(shuffled_debts)
        random.shuffle(shuffled_credits)
        self.assertEqual(
            pour(debts, credits, precision), pour(shuffled_debts, shuffled_credits, precision)
        )

    @stable
    @given(accounts())
    def test_amounts_are_clean_multiples_of_the_rounding(self, account):
        precision, debts, credits = account
        for share in pour(debts, credits, precision):
            self.assertEqual(share.amount, rounded(share.amount, precision))
            self.assertLessEqual(len(repr(share.amount).partition(".")[2]), 6)
