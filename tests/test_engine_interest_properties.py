"""What holds for every balance history, rate and way to compute interest.

The oracle walks from day to day in fractions and shares no code with the engine.
"""

import calendar
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine.daycount import ACT_360, ACT_365, THIRTY_360
from ..engine.interest import (
    DAILY,
    END,
    MONTHLY,
    NONE,
    SEGMENT,
    YEARLY,
    History,
    InterestRule,
    interest,
    segments,
)
from ..engine.rates import RateRule
from .engine_common import stable
from .interest_common import half_years

YEAR = 2023
LAST = 500  # days after the due date up to which the stories run
PRECISIONS = (0.01, 0.01, 1.0, 0.001, 0.05)
cents = st.integers(1, 5_000_000).map(lambda amount: amount / 100)
percents = st.integers(-500, 3000).map(lambda rate: rate / 100)
due_dates = st.dates(date(YEAR, 1, 1), date(YEAR + 1, 12, 31)) | st.sampled_from(
    [date(2023, 1, 31), date(2024, 2, 29), date(2023, 12, 31), date(2024, 6, 30)]
)
precisions = st.sampled_from(PRECISIONS)
cut_days = st.lists(st.integers(1, LAST - 1), max_size=5).map(lambda days: sorted(set(days)))


@st.composite
def histories(draw):
    start, principal = draw(due_dates), draw(cents)
    shares = st.sampled_from((-100, -100, -60, -40, -25, 10, 40, 100))
    changes = [
        (start + timedelta(draw(st.integers(-20, LAST))), round(principal * share / 100, 2))
        for share in draw(st.lists(shares, max_size=4))
    ]
    return History(start, principal, tuple(changes))


@st.composite
def rates(draw):
    series = None
    if draw(st.booleans()):
        series = half_years(YEAR, *draw(st.lists(percents, min_size=8, max_size=8)))
    return RateRule(
        percent=draw(percents),
        series=series,
        margin=draw(st.integers(0, 10)),
        floating=draw(st.booleans()),
        round_up_to_half=draw(st.booleans()),
    )


rules = st.builds(
    InterestRule,
    rate=rates(),
    day_count=st.sampled_from((ACT_365, ACT_360, THIRTY_360)),
    rounding=st.sampled_from((END, SEGMENT, DAILY)),
    compounding=st.sampled_from((NONE, MONTHLY, YEARLY)),
    grace_days=st.just(0),
    cap_percent=st.sampled_from((0.0, 0.0, 1.0, 7.5)),
)


def days_after(history, days):
    return history.start + timedelta(days)


def whole(history, rule, precision=0.01):
    return interest(history, rule, days_after(history, 1), days_after(history, LAST), precision)


def units(amount, precision):
    """An amount as a number of the currency's smallest unit."""
    return Fraction(str(amount)) / Fraction(str(precision))


def half_up(amount, precision):
    unit = Fraction(str(precision))
    return (amount / unit + Fraction(1, 2)).__floor__() * unit


class Oracle:
    """Interest from day to day, not rounded (or each day's, for DAILY)."""

    def __init__(self, history, rule, precision):
        self.history, self.rule, self.precision = history, rule, precision

    def balance(self, day):
        total = Fraction(str(self.history.principal))
        for changed, amount in self.history.changes:
            paid_in_grace = amount < 0 and changed <= days_after(self.history, self.rule.grace_days)
            if changed < day or paid_in_grace:
                total += Fraction(str(amount))
        return max(total, Fraction(0))

    def percent(self, day):
        terms = self.rule.rate
        if not terms.floating:
            day = days_after(self.history, 1)
        rate = Fraction(str(terms.percent))
        if terms.series:
            values = dict(terms.series.values)
            rate = Fraction(str(values[date(day.year, 7 if day.month > 6 else 1, 1)]))
            rate += Fraction(str(terms.margin))
        if terms.round_up_to_half:
            rate = Fraction(-((-rate * 2).__floor__()), 2)
        return max(rate, Fraction(0))

    def weight(self, day):
        """How many days a day is worth: in 30/360 the 31st is none, and 1 March makes
        up for what February lacks."""
        if self.rule.day_count != THIRTY_360:
            return 1
        if (day.month, day.day) == (3, 1):
            return 2 if calendar.isleap(day.year) else 3
        return 0 if day.day == 31 else 1

    def is_added_after(self, day):
        """Whether the interest so far bears interest from the next day on."""
        start = self.history.start
        if self.rule.compounding == NONE or day <= start:
            return False
        if self.rule.compounding == MONTHLY and self.rule.day_count == ACT_360:
            return (day - start).days % 30 == 0
        same_day = day.day == min(start.day, calendar.monthrange(day.year, day.month)[1])
        return same_day and (self.rule.compounding == MONTHLY or day.month == start.month)

    def interest(self, last):
        year = 365 if self.rule.day_count == ACT_365 else 360
        total = added = Fraction(0)
        day = self.history.start
        while day < last:
            day += timedelta(1)
            balance = self.balance(day)
            borne = (balance + added if balance else 0) * self.percent(day) / (100 * year)
            if self.rule.rounding == DAILY:
                borne = half_up(borne, self.precision)
            total += borne * self.weight(day)
            if self.is_added_after(day):
                added = total
        if self.rule.cap_percent:
            share = Fraction(str(self.rule.cap_percent)) / 100
            cap = half_up(Fraction(str(self.history.principal)) * share, self.precision)
            total = min(total, cap)
        return total


@tagged("post_install", "-at_install")
class TestInterestProperties(BaseCase):
    @stable
    @given(histories(), rules, cut_days, precisions)
    def test_charging_in_steps_is_charging_once(self, history, rule, cuts, precision):
        edges = [0, *cuts, LAST]
        parts = [
            interest(history, rule, days_after(history, low + 1), days_after(history, high),
                     precision)
            for low, high in zip(edges, edges[1:], strict=False)
        ]  # fmt: skip
        once = units(whole(history, rule, precision), precision)
        self.assertEqual(sum(units(part, precision) for part in parts), once)

    @stable
    @given(histories(), rules, st.integers(0, 60), cut_days)
    def test_steps_with_grace_days_go_on_where_something_was_charged(
        self, history, rule, grace, cuts
    ):
        rule = replace(rule, grace_days=grace)
        total, first = Fraction(0), days_after(history, 1)
        for late in [*cuts, LAST]:
            parts = segments(history, rule, first, days_after(history, late))
            total += sum(units(part.amount, 0.01) for part in parts)
            if parts:
                first = parts[-1].date_to + timedelta(1)
        self.assertEqual(total, units(whole(history, rule), 0.01))

    @stable
    @given(histories(), rules, st.integers(-10, LAST), st.integers(-10, LAST), precisions)
    def test_segments_lie_in_the_period_one_after_the_other(
        self, history, rule, one, other, precision
    ):
        first, last = (days_after(history, days) for days in sorted((one, other)))
        parts = segments(history, rule, first, last, precision)
        previous = max(first, days_after(history, 1)) - timedelta(1)
        for part in parts:
            self.assertLess(previous, part.date_from)
            self.assertLessEqual(part.date_from, part.date_to)
            self.assertLessEqual(part.date_to, last)
            previous = part.date_to
            self.assertGreater(part.days, 0)
            self.assertGreater(part.balance, 0 if precision <= 0.01 else -1)
            self.assertGreaterEqual(part.amount, 0)
            self.assertEqual(units(part.amount, precision).denominator, 1)
        total = sum(units(part.amount, precision) for part in parts)
        self.assertEqual(units(interest(history, rule, first, last, precision), precision), total)

    @stable
    @given(histories(), rules)
    def test_no_day_between_segments_bears_interest(self, history, rule):
        rule = replace(rule, cap_percent=0.0)
        parts = segments(history, rule, days_after(history, 1), days_after(history, LAST))
        listed = {
            part.date_from + timedelta(n)
            for part in parts
            for n in range((part.date_to - part.date_from).days + 1)
        }
        oracle = Oracle(history, rule, 0.01)
        days = (days_after(history, late) for late in range(1, LAST + 1))
        owing = {day for day in days if oracle.balance(day) and oracle.weight(day)}
        self.assertLessEqual(owing, listed)
        self.assertFalse([day for day in listed if not oracle.balance(day)])

    @stable
    @given(histories(), rules, st.integers(0, 60), st.integers(1, LAST), precisions)
    def test_it_is_what_a_walk_from_day_to_day_gives(self, history, rule, grace, late, precision):
        rule = replace(rule, grace_days=grace, rounding=END)
        last = days_after(history, late)
        found = Fraction(str(interest(history, rule, history.start, last, precision)))
        exact = Oracle(history, rule, precision).interest(last) if late > grace else 0
        self.assertLessEqual(abs(found - exact), Fraction(str(precision)) / 2)

    @stable
    @given(histories(), rules, st.integers(1, LAST), precisions)
    def test_rounding_the_interest_of_a_day_is_exact(self, history, rule, late, precision):
        rule = replace(rule, rounding=DAILY)
        last = days_after(history, late)
        found = Fraction(str(interest(history, rule, history.start, last, precision)))
        self.assertEqual(found, Oracle(history, rule, precision).interest(last))

    @stable
    @given(histories(), rules)
    def test_rounding_segments_strays_half_a_cent_a_segment(self, history, rule):
        rule = replace(rule, rounding=SEGMENT, compounding=NONE)
        last = days_after(history, LAST)
        parts = segments(history, rule, history.start, last)
        found = sum(Fraction(str(part.amount)) for part in parts)
        exact = Oracle(history, rule, 0.01).interest(last)
        self.assertLessEqual(abs(found - exact), Fraction(len(parts), 200))

    @stable
    @given(histories(), rules, cents, percents.filter(lambda rate: rate > 0))
    def test_more_debt_or_a_higher_rate_never_costs_less(self, history, rule, debt, points):
        found = whole(history, rule)
        larger = replace(history, principal=history.principal + debt)
        self.assertGreaterEqual(whole(larger, rule), found)
        terms = rule.rate
        dearer = replace(terms, percent=terms.percent + points, margin=terms.margin + points)
        self.assertGreaterEqual(whole(history, replace(rule, rate=dearer)), found)

    @stable
    @given(histories(), rules, st.sampled_from((0.5, 3.0, 20.0)), precisions)
    def test_the_cap_is_never_exceeded_and_takes_nothing_below_it(
        self, history, rule, percent, precision
    ):
        free = whole(history, replace(rule, cap_percent=0.0), precision)
        capped = whole(history, replace(rule, cap_percent=percent), precision)
        share = Fraction(str(history.principal)) * Fraction(str(percent)) / 100
        cap = half_up(share, precision)
        self.assertEqual(Fraction(str(capped)), min(Fraction(str(free)), cap))
