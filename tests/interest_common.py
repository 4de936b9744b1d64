"""What the tests of interest share.

Balances of stories are told at 36.5 percent a year: 1,000.00 then bears exactly
1.00 a day in a year of 365.
"""

from datetime import date

from odoo.tests import BaseCase

from ..engine import interest
from ..engine.interest import History, InterestRule
from ..engine.rates import RateRule, Series
from .engine_common import day

ONE_A_DAY = 36.5


def rule(rate=ONE_A_DAY, **values):
    """:param rate: percent a year, or a :class:`RateRule`"""
    return InterestRule(rate if isinstance(rate, RateRule) else RateRule(rate), **values)


def half_years(first_year, *rates, name="ECB", **values):
    """A series with one value for each half-year from 1 January of a year."""
    starts = [date(first_year + n // 2, 1 + 6 * (n % 2), 1) for n in range(len(rates))]
    return Series(name, tuple(zip(starts, rates, strict=True)), **values)


class InterestCase(BaseCase):
    """Stories of 1,000.00 due on 31 March; days are told as days late."""

    def rows(self, changes, a_rule=None, first=1, last=30, principal=1000.0, **kwargs):
        """``[(first day, last day, balance, amount)]`` of the segments."""
        told = tuple((day(late), amount) for late, amount in changes)
        found = interest.segments(
            History(day(0), principal, told), a_rule or rule(), day(first), day(last), **kwargs
        )
        return [
            (
                (part.date_from - day(0)).days,
                (part.date_to - day(0)).days,
                part.balance,
                part.amount,
            )
            for part in found
        ]

    def charged(self, principal, rate, start, end, changes=(), precision=0.01, **values):
        """All the interest of a debt from ``start``, which does not count, to ``end``."""
        history = History(start, principal, tuple(changes))
        found = interest.interest(history, rule(rate, **values), start, end, precision)
        return found
