"""Interest of an item over a period, from the history of its balance.

The day of payment counts, the due day does not (so the examples of gov.uk, the US
Treasury and the Irish department). Interest is always computed from the item's
first day of interest and then cut to the period asked for: charging in steps gives,
to the cent, what charging once gives, wherever the steps are.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from . import daycount
from .daycount import next_day, previous_day
from .days import plus
from .rates import RateRule

# When amounts are rounded to the currency.
SEGMENT = "segment"  # each segment
END = "end"  # the sum
DAILY = "daily"  # the interest of one day, then times the days (gov.uk)

NONE = "none"  # simple interest, the legal default (2011/7/EU art. 2(5), BGB s. 289)
MONTHLY = "monthly"  # after each month
YEARLY = "yearly"  # after each year (NL, BW 6:119(2))
MONTHS = {MONTHLY: 1, YEARLY: 12}


@dataclass(frozen=True, slots=True)
class InterestRule:
    """How interest is computed.

    ``grace_days``: what is paid within this many days after the start bears none;
    what is later bears it from the start. ``cap_percent`` of the principal is the
    most an item ever bears (0: no cap).
    """

    rate: RateRule
    day_count: str = daycount.ACT_365
    rounding: str = END
    compounding: str = NONE
    grace_days: int = 0
    cap_percent: float = 0.0


@dataclass(frozen=True, slots=True)
class History:
    """What was owed on an item, in its currency.

    ``start`` is the day interest runs from and does not count: the due date, or a
    notice's date. ``principal`` is what was owed before any of ``changes``:
    ``(day, amount)``, negative for a payment or credit, positive where a
    settlement was undone. The day of a change still bears the old balance.
    ``interest_paid``: ``(day, amount)`` of interest that was paid or given up; it is
    not added to what bears interest.
    """

    start: date
    principal: float
    changes: tuple[tuple[date, float], ...] = ()
    interest_paid: tuple[tuple[date, float], ...] = ()

    def is_in_grace(self, change, grace_days):
        """True for money that came within the days of grace."""
        day, amount = change
        return amount < 0 and (day - self.start).days <= grace_days

    def balance_on(self, day, grace_days=0):
        """What bears interest on ``day``; payments within the grace days count as
        made at once."""
        balance = Decimal(str(self.principal))
        for change in self.changes:
            if change[0] < day or self.is_in_grace(change, grace_days):
                balance += Decimal(str(change[1]))
        return max(balance, Decimal(0))


@dataclass(frozen=True, slots=True)
class Segment:
    """Days on which balance and rate stay the same; both days are included.

    ``days`` as the day count has them, ``rate`` in percent a year. The amounts of
    the segments of a period are rounded and add up to its interest.
    """

    date_from: date
    date_to: date
    days: int
    balance: float
    rate: float
    amount: float


def segments(history, rule, first, last, precision=0.01):
    """Interest for the days from ``first`` to ``last``, both included.

    :param precision: the currency's rounding
    :return: list of :class:`Segment`, without days that bear nothing
    :raises MissingRate: when a day that bears interest has no rate
    """
    if last <= history.start or (last - history.start).days <= rule.grace_days:
        return []
    start = next_day(history.start)
    ledger = _Ledger(history, rule, Decimal(str(precision)), last)
    result = []
    for stretch_first, stretch_last in _stretches(history, rule, start, last):
        parts = ledger.accrue(stretch_first, stretch_last, first)
        result += [part for part in parts if part.date_from >= first]
    return result


def interest(history, rule, first, last, precision=0.01):
    """The sum of :func:`segments`."""
    parts = segments(history, rule, first, last, precision)
    return float(sum((Decimal(str(part.amount)) for part in parts), Decimal(0)))


def _stretches(history, rule, start, last):
    """Consecutive ``(first, last)`` days on which balance, rate and base are the
    same, whatever period is asked for."""
    cuts = {
        plus(change[0], 1)
        for change in history.changes
        if not history.is_in_grace(change, rule.grace_days)
    }
    cuts |= rule.rate.changes(start, last)
    if rule.compounding != NONE:
        cuts |= {plus(day, 1) for day, _amount in history.interest_paid}
    cuts |= set(_capitalisations(history.start, rule, last))
    starts = [start, *sorted(day for day in cuts if start < day <= last)]
    ends = [previous_day(day) for day in starts[1:]] + [last]
    return zip(starts, ends, strict=True)


def _capitalisations(start, rule, last):
    """The first days on which the interest of a full month or year bears interest.

    A month of actual days in a year of 360 is 30 days, so that it bears a twelfth of
    the year's interest (US Prompt Payment, 5 CFR 1315.10(a)(3)).
    """
    step = MONTHS.get(rule.compounding)
    thirty_days = rule.compounding == MONTHLY and rule.day_count == daycount.ACT_360
    months = step
    while step:
        full = plus(start, 30 * months) if thirty_days else daycount.anniversary(start, months)
        if full >= last:
            return
        yield next_day(full)
        months += step


class _Ledger:
    """The sums carried from stretch to stretch."""

    def __init__(self, history, rule, unit, last):
        self.history = history
        self.rule = rule
        self.unit = unit
        self.exact = Decimal(0)  # of the stretches so far, not rounded
        self.total = Decimal(0)  # of the stretches so far, rounded as the rule says
        self.charged = Decimal(0)  # the total, capped
        self.accrued = Decimal(0)  # the total when interest was last added to the base
        self.capitalised = frozenset(_capitalisations(history.start, rule, last))
        self.cap = None
        if rule.cap_percent:
            share = Decimal(str(rule.cap_percent)) / 100
            self.cap = self._rounded(Decimal(str(history.principal)) * share)

    def accrue(self, first, last, cut):
        """Segments of one stretch; two when the period asked for starts inside."""
        base = self._base(first)
        if not base or self._is_capped():
            return []
        rate = self.rule.rate.on(first, next_day(self.history.start))
        starts = [first, cut] if first < cut <= last else [first]
        ends = [*(previous_day(day) for day in starts[1:]), last]
        parts = [
            self._part(first, part_first, part_last, base, rate)
            for part_first, part_last in zip(starts, ends, strict=True)
        ]
        self.total = self._total_through(base, rate, first, last)
        self.exact += self._exact(base, rate, self._days(first, last))
        return [part for part in parts if part.days and (part.amount or not self._is_capped())]

    def _base(self, first):
        """What bears interest from ``first`` on: what is owed, with the interest that
        has been added to it. Once the debt is paid, nothing does."""
        balance = self.history.balance_on(first, self.rule.grace_days)
        if first in self.capitalised:
            self.accrued = self.exact if self.rule.rounding == END else self.total
        paid = (Decimal(str(amount)) for day, amount in self.history.interest_paid if day < first)
        return balance and balance + max(self.accrued - sum(paid), Decimal(0))

    def _part(self, stretch_first, first, last, base, rate):
        through = self._total_through(base, rate, stretch_first, last)
        if self.cap is not None:
            through = min(through, self.cap)
        amount = through - self.charged
        self.charged = through
        return Segment(
            date_from=first,
            date_to=last,
            days=self._days(first, last),
            balance=float(self._rounded(base)),
            rate=float(rate),
            amount=float(amount),
        )

    def _total_through(self, base, rate, first, last):
        """All interest up to ``last``, which lies in the stretch that starts on
        ``first``, rounded as the rule says."""
        days = self._days(first, last)
        if self.rule.rounding == DAILY:
            return self.total + self._rounded(self._exact(base, rate, 1)) * days
        if self.rule.rounding == SEGMENT:
            return self.total + self._rounded(self._exact(base, rate, days))
        return self._rounded(self.exact + self._exact(base, rate, days))

    def _exact(self, base, rate, days):
        return base * rate * days / (100 * daycount.BASIS[self.rule.day_count])

    def _days(self, first, last):
        return daycount.days_between(previous_day(first), last, self.rule.day_count)

    def _is_capped(self):
        return self.cap is not None and self.charged >= self.cap

    def _rounded(self, amount):
        """To the currency's rounding, halves away from zero as people round."""
        return (amount / self.unit).to_integral_value(ROUND_HALF_UP) * self.unit
