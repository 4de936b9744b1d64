"""What the tests of the engine share: a ladder, items, and days told as delays.

The due day of most stories is 31 March 2025, and a day is told by its distance
from it: ``day(3)`` is 3 April, three days late.
"""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..engine import compose, netting
from ..engine.ladder import (
    ADVANCE,
    FINISHED,
    HIGHEST,
    JUMP,
    SKIP,
    STEP,
    Item,
    Ladder,
    Level,
    Start,
    decide,
    decide_all,
)

# The same examples on every machine and in every run.
stable = settings(derandomize=True, deadline=None, database=None, max_examples=60)

DUE = date(2025, 3, 31)
POLICY = 7
OTHER_POLICY = 8
EUR, USD, JPY = 1, 2, 3
PRECISIONS = {EUR: 0.01, USD: 0.01, JPY: 1.0}
COURTESY = Level(1, 10, -3)
OOPS = Level(2, 20, 3)
WHY = Level(3, 30, 15)
ULTIMATUM = Level(4, 40, 30)
LEVELS = (COURTESY, OOPS, WHY, ULTIMATUM)
NAMES = {1: "courtesy", 2: "oops", 3: "why", 4: "ultimatum"}


def day(days_late):
    """The day that many days after the due day; negative: before it."""
    return DUE + timedelta(days=days_late)


def ladder_of(*levels, mode=STEP):
    return Ladder(POLICY, levels or LEVELS, mode)


def item(level=None, reached=None, *, late=None, **values):
    """An open item of customer 1, due on 31 March.

    :param level: the :class:`Level` it stands on
    :param reached: the day (in days late) on which it got there
    :param late: due so many days before 31 March (for items of one story)
    """
    defaults = {"id": 1, "customer": 1, "currency": 1, "residual": 100.0, "due": DUE}
    if late is not None:
        defaults["due"] = DUE - timedelta(days=late)
    defaults["ladder"] = POLICY
    if level:
        defaults.update(level_id=level.id, level_delay=level.delay_days, occurrence=1)
        defaults["level_date"] = day(level.delay_days if reached is None else reached)
    return Item(**{**defaults, **values})


def issued(an_item, decision, on):
    """The item after the notice of ``decision`` went out."""
    return replace(
        an_item,
        level_id=decision.level.id,
        level_delay=decision.level.delay_days,
        level_date=on,
        occurrence=decision.occurrence,
    )


def climb(an_item, ladder, days, start=None, runs_a_day=1):
    """Decide on each of the days and issue what advances.

    :param days: dates, ascending
    :return: the list of ``(date, level, occurrence)`` issued, until the ladder is
        climbed to its end
    """
    history = []
    for on in days:
        for _run in range(runs_a_day):
            decision = decide(an_item, ladder, on, start)
            if decision.step == FINISHED:
                return history
            if decision.step == ADVANCE:
                history.append((on, decision.level, decision.occurrence))
                an_item = issued(an_item, decision, on)
    return history


def days_from(first, gaps, limit):
    """``limit`` dates from ``first``, the gaps between them taken in turn."""
    on = first
    for number in range(limit):
        yield on
        on += timedelta(days=gaps[number % len(gaps)])


class LadderCase(BaseCase):
    """Rows are ``(story, item, day in days late, expected)``; expected is a level
    it advances to, or ``(step, reason or level waited for, next day)``."""

    def check(self, ladder, rows, **kwargs):
        for story, an_item, late, expected in rows:
            with self.subTest(story, late=late):
                decision = decide(an_item, ladder, day(late), **kwargs)
                if isinstance(expected, Level):
                    self.assertEqual((decision.step, decision.level), (ADVANCE, expected))
                    self.assertEqual(decision.next_date, day(late))
                    continue
                step, what, next_day = expected
                found = decision.reason if step == SKIP or decision.reason else decision.level
                self.assertEqual((decision.step, found), (step, what))
                expected_date = None if next_day is None else day(next_day)
                self.assertEqual(decision.next_date, expected_date)


class ComposeCase(BaseCase):
    """Stories told on 31 March: an item ``late=20`` was due 20 days before."""

    def propose(self, items, credits=(), start=None, other=None, **rules):
        """:param other: rules of the other policy (default: the same)"""
        ladders = {
            POLICY: ladder_of(),
            OTHER_POLICY: replace(ladder_of(), id=OTHER_POLICY),
        }
        own = compose.Rules(**rules)
        return compose.compose(
            items,
            decide_all(items, ladders, day(0), start),
            {POLICY: own, OTHER_POLICY: own if other is None else compose.Rules(**other)},
            [netting.Credit(*row) for row in credits],
            day(0),
            PRECISIONS,
        )

    def only(self, items, credits=(), left_out=None, **kwargs):
        """The only notice of a story, which leaves nobody out but ``left_out``
        (``{item id: reason}``)."""
        drafts, omissions = self.propose(items, credits, **kwargs)
        self.assertEqual((len(drafts), self.reasons(omissions)), (1, left_out or {}))
        return drafts[0]

    def lines(self, draft):
        """``[(kind, item, amount)]``"""
        return [(line.kind, line.item_id, line.amount) for line in draft.lines]

    def reasons(self, omissions):
        return {omission.item_id: omission.reason for omission in omissions}


due_dates = st.dates(date(2023, 12, 1), date(2025, 4, 30))


@st.composite
def ladders(draw, modes=(STEP, JUMP, HIGHEST), intervals=True):
    """Ladders of one to five levels between 20 days before and 60 days after."""
    delays = sorted(draw(st.sets(st.integers(-20, 60), min_size=1, max_size=5)))
    levels = [
        Level(
            number,
            10 * number,
            delay,
            draw(st.sampled_from((0, 0, 1, 5, 12))) if intervals else 0,
        )
        for number, delay in enumerate(delays, start=1)
    ]
    if draw(st.booleans()):
        repeat_days, max_repeats = draw(st.integers(1, 15)), draw(st.integers(0, 3))
        levels[-1] = replace(levels[-1], repeat_days=repeat_days, max_repeats=max_repeats)
    return Ladder(POLICY, tuple(levels), draw(st.sampled_from(modes)))


starts = st.builds(
    Start,
    due_from=st.none() | due_dates,
    delay_days=st.none() | st.integers(-20, 60),
    live_on=st.none() | due_dates,
)


@st.composite
def standing_items(draw, ladder, due):
    """An item anywhere on the ladder, reached on any plausible day."""
    stands_on = draw(st.sampled_from((None, *ladder.levels)))
    if stands_on is None:
        return item(due=due)
    reached = due + timedelta(days=draw(st.integers(stands_on.delay_days, 80)))
    an_item = item(stands_on, due=due, level_date=reached)
    if stands_on == ladder.levels[-1]:
        an_item = replace(an_item, occurrence=draw(st.integers(1, 4)))
    return an_item
