"""Which money counts for which promise, and what a broken one does to its items."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine import ladder
from ..engine.promises import (
    BROKEN,
    KEPT,
    OPEN,
    PARTLY_KEPT,
    Money,
    Promise,
    Taken,
    pour,
    verdict,
)
from .engine_common import (
    COURTESY,
    OOPS,
    ULTIMATUM,
    WHY,
    LadderCase,
    climb,
    day,
    item,
    ladder_of,
    stable,
)

MADE = date(2026, 3, 1)


def on(number):
    return MADE + timedelta(days=number)


def promise(number, amount, until, **values):
    values.setdefault("date_from", MADE)
    promised = values.pop("promised", until)
    return Promise(number, amount, date_promised=on(promised), until=on(until), **values)


amounts = st.integers(0, 300_000).map(lambda cents: cents / 100)
some_items = st.frozensets(st.integers(1, 4), max_size=3)
promises_of_one = st.lists(
    st.builds(
        lambda amount, first, length, items: (amount, first, length, items),
        amounts,
        st.integers(0, 20),
        st.integers(0, 30),
        some_items,
    ),
    max_size=5,
).map(
    lambda rows: [
        promise(
            number,
            amount,
            first + length,
            date_from=on(first),
            items=items,
            latest_due=on(0) if items else None,
        )
        for number, (amount, first, length, items) in enumerate(rows, start=1)
    ]
)
money_of_one = st.lists(
    st.tuples(st.integers(1, 4), st.integers(-5, 60), amounts, st.integers(0, 4), st.booleans()),
    max_size=6,
).map(
    lambda rows: [
        Money(
            number,
            on(days),
            amount,
            target or None,
            on(-target) if target else None,
            is_cash,
        )
        for number, days, amount, target, is_cash in rows
    ]
)


@tagged("post_install", "-at_install")
class TestMoneyOfPromises(BaseCase):
    def counted(self, promises, money, taken=()):
        return {
            number: round(sum(parts.values()), 2)
            for number, parts in pour(promises, money, taken).items()
        }

    def test_a_promise_without_an_amount_is_kept_by_paying_only(self):
        made = promise(1, 0.0, 10, items=frozenset({7}), latest_due=on(0))
        self.assertEqual(verdict(made, 0.0, on(10)), "open")
        self.assertEqual(verdict(made, 0.0, on(11)), "broken")
        self.assertEqual(verdict(made, 0.0, on(11), settled_on=on(9)), "kept")

    def test_money_within_the_time_counts_allocated_or_not(self):
        rows = (
            ("unallocated", Money(1, on(3), 100.0), 100.0),
            ("on the first day", Money(1, on(0), 100.0), 100.0),
            ("on the last day", Money(1, on(10), 100.0), 100.0),
            ("a day late", Money(1, on(11), 100.0), 0.0),
            ("a day before", Money(1, on(-1), 100.0), 0.0),
            ("against the item", Money(1, on(3), 100.0, 7, on(-30)), 100.0),
            ("against an older debt", Money(1, on(3), 100.0, 8, on(-90)), 100.0),
            ("against a newer debt", Money(1, on(3), 100.0, 8, on(5)), 0.0),
            ("credit note on the item", Money(1, on(3), 100.0, 7, on(-30), False), 100.0),
            ("credit note elsewhere", Money(1, on(3), 100.0, 8, on(-90), False), 0.0),
            ("open credit note", Money(1, on(3), 100.0, is_cash=False), 0.0),
            ("more than promised", Money(1, on(3), 500.0), 100.0),
        )
        one = promise(1, 100.0, 10, items=frozenset({7}), latest_due=on(-30))
        for story, money, expected in rows:
            with self.subTest(story):
                self.assertEqual(self.counted([one], [money]), {1: expected})

    def test_what_was_paid_before_he_promised_does_not_count(self):
        one = promise(1, 100.0, 10, made=datetime(2026, 3, 1, 14))
        before = Money(1, on(0), 60.0, entered=datetime(2026, 3, 1, 9))
        after = Money(2, on(0), 25.0, entered=datetime(2026, 3, 1, 15))
        self.assertEqual(self.counted([one], [before, after]), {1: 25.0})

    def test_the_promise_due_first_gets_the_money_first(self):
        later, sooner = promise(1, 100.0, 20), promise(2, 80.0, 10)
        self.assertEqual(
            self.counted([later, sooner], [Money(1, on(3), 100.0)]), {1: 20.0, 2: 80.0}
        )

    def test_money_against_an_item_is_for_the_promise_about_it(self):
        sooner = promise(1, 100.0, 10)
        about = promise(2, 100.0, 20, items=frozenset({7}), latest_due=on(-30))
        money = [Money(1, on(3), 100.0, 7, on(-30))]
        self.assertEqual(self.counted([sooner, about], money), {1: 0.0, 2: 100.0})

    def test_what_a_closed_promise_took_counts_for_no_other(self):
        about = promise(2, 100.0, 20, items=frozenset({7}), latest_due=on(-30))
        parts = [Money(1, on(3), 100.0, 6, on(-40)), Money(1, on(3), 100.0, 7, on(-30))]
        taken = [Taken(1, 100.0, frozenset({6}))]
        self.assertEqual(self.counted([about], parts, taken), {2: 100.0})
        self.assertEqual(self.counted([about], parts[:1], taken), {2: 0.0})

    @stable
    @given(promises_of_one, money_of_one)
    def test_each_amount_counts_once(self, promises, money):
        counted = pour(promises, money)
        used = {}
        for one in promises:
            self.assertLessEqual(sum(counted[one.id].values()), one.amount + 0.004)
            for number, amount in counted[one.id].items():
                self.assertGreater(amount, 0)
                used[number] = used.get(number, 0.0) + amount
        for number, amount in used.items():
            there = sum(part.amount for part in money if part.id == number)
            self.assertLessEqual(amount, there + 0.004)

    @stable
    @given(promises_of_one, money_of_one, st.integers(0, 60))
    def test_verdicts_are_exhaustive_and_evaluating_twice_changes_nothing(
        self, promises, money, days
    ):
        """What was closed keeps its money; who is still open gets the same again."""
        counted = pour(promises, money)
        closed, still_open = [], []
        for one in promises:
            received = sum(counted[one.id].values())
            found = verdict(one, received, on(days))
            if on(days) > one.until:
                self.assertIn(found, (KEPT, PARTLY_KEPT, BROKEN))
                whole = received > one.amount - 0.005
                expected = KEPT if whole else PARTLY_KEPT if received else BROKEN
                self.assertEqual(found, expected)
            else:
                self.assertIn(found, (OPEN, KEPT))
            (still_open if found == OPEN else closed).append(one)
        taken = [
            Taken(number, amount, one.items)
            for one in closed
            for number, amount in counted[one.id].items()
        ]
        again = pour(still_open, money, taken)
        for one in still_open:
            self.assertLessEqual(
                sum(again[one.id].values()), one.amount + 0.004, "more than promised"
            )
        total = sum(sum(parts.values()) for parts in again.values())
        total += sum(part.amount for part in taken)
        self.assertLessEqual(total, sum(part.amount for part in money) + 0.01)
        self.assertEqual(again, pour(still_open, money, taken))

    def test_verdicts(self):
        one = promise(1, 100.0, 10)
        rows = (
            ("nothing yet", 0.0, 10, None, OPEN),
            ("part of it, time left", 40.0, 10, None, OPEN),
            ("all of it, early", 100.0, 2, None, KEPT),
            ("all of it", 100.0, 11, None, KEPT),
            ("a cent short", 99.99, 11, None, PARTLY_KEPT),
            ("part of it", 40.0, 11, None, PARTLY_KEPT),
            ("nothing", 0.0, 11, None, BROKEN),
            ("settled with a discount", 97.0, 11, on(9), KEPT),
            ("settled too late", 0.0, 15, on(12), BROKEN),
        )
        for story, received, days, settled, expected in rows:
            with self.subTest(story):
                self.assertEqual(verdict(one, received, on(days), settled), expected)

    def test_nothing_to_promise_is_not_broken(self):
        empty = promise(1, 0.0, 10)
        self.assertEqual(verdict(empty, 0.0, on(5)), OPEN)
        self.assertEqual(verdict(empty, 0.0, on(11)), KEPT)


@tagged("post_install", "-at_install")
class TestBrokenPromiseLadder(LadderCase):
    """The promise was found broken on the day ``broken``, in days late."""

    def setUp(self):
        super().setUp()
        self.resume = ladder_of()
        self.next = replace(self.resume, after_broken=ladder.NEXT)

    def broken(self, days, *args, **values):
        return item(*args, broken_on=day(days), **values)

    def test_resume_goes_on_where_it_stood(self):
        self.check(
            self.resume,
            [
                ("not earned yet", self.broken(8, OOPS), 8, ("wait", WHY, 15)),
                ("earned meanwhile", self.broken(20, OOPS), 20, WHY),
            ],
        )

    def test_next_comes_at_once_and_once(self):
        self.check(
            self.next,
            [
                ("before its delay", self.broken(8, OOPS), 8, WHY),
                ("days later, still", self.broken(8, OOPS), 12, WHY),
                ("known only from tomorrow on", self.broken(9, OOPS), 8, ("wait", WHY, 9)),
                ("it has advanced since", self.broken(8, WHY, 8), 9, ("wait", ULTIMATUM, 30)),
                ("advanced days ago", self.broken(8, WHY, 9), 12, ("wait", ULTIMATUM, 30)),
                ("never reminded", self.broken(1), 1, OOPS),
                ("on the last level", self.broken(40, ULTIMATUM), 40, ("finished", None, None)),
                ("not due yet", self.broken(-2), -2, COURTESY),
                ("due today", self.broken(0), 0, COURTESY),
            ],
        )

    def test_the_interval_is_waived_but_not_the_day(self):
        slow = replace(WHY, min_interval_days=10)
        hurried = replace(ladder_of(COURTESY, OOPS, slow, ULTIMATUM), after_broken=ladder.NEXT)
        self.check(
            hurried,
            [
                ("two days after the level before", self.broken(5, OOPS, 3), 5, slow),
                ("the same day as the level before", self.broken(4, OOPS, 4), 4,
                 ("wait", slow, 15)),
            ],
        )

    def test_another_pause_comes_first(self):
        held = self.broken(8, OOPS, pause=("held", "", day(12)))
        self.check(self.next, [("held", held, 8, ("skip", "held", 13))])

    @stable
    @given(st.integers(1, 60), st.integers(1, 5))
    def test_one_extra_level_at_most(self, broken, runs):
        """Whenever the promise is broken, no level comes twice or two on a day."""
        history = climb(self.broken(broken), self.next, map(day, range(1, 90)), runs_a_day=runs)
        days = [reached for reached, _level, _nth in history]
        levels = [level.id for _reached, level, _nth in history]
        self.assertEqual(levels, [OOPS.id, WHY.id, ULTIMATUM.id])
        self.assertEqual(len(set(days)), 3)
        early = [
            level
            for reached, level, _nth in history
            if (reached - day(0)).days < level.delay_days
        ]
        self.assertLessEqual(len(early), 1)
