"""Day counts of interest.

A period runs from a day that does not count (the due date, the last day charged)
to a day that does: days = end - start. All three counts add up: counting to a day
in between and on from there gives the same number.
"""

import calendar
from datetime import date

from .days import plus

ACT_365 = "act_365"  # usual in France, Germany, Italy, Romania, the UK: also in leap years
ACT_360 = "act_360"  # money market; US federal agencies
THIRTY_360 = "thirty_360"  # European 30E/360: every month has 30 days; usual in Switzerland

BASIS = {ACT_365: 365, ACT_360: 360, THIRTY_360: 360}


def days_between(start, end, day_count=ACT_365):
    """Days of interest after ``start`` up to and including ``end``."""
    if day_count == THIRTY_360:
        return _thirty(end) - _thirty(start)
    return (end - start).days


def _thirty(day):
    return 360 * day.year + 30 * day.month + min(day.day, 30)


def anniversary(start, months):
    """The day ``months`` after ``start``, or the last of a shorter month; the calendar's
    last day when there is no such year."""
    month = start.month - 1 + months
    year, month = start.year + month // 12, month % 12 + 1
    if year > date.max.year:
        return date.max
    last = calendar.monthrange(year, month)[1]
    return start.replace(year=year, month=month, day=min(start.day, last))


def half_year_start(day):
    """1 January or 1 July: legal rates are set for half-years."""
    return day.replace(month=1 if day.month < 7 else 7, day=1)


def next_day(day):
    return plus(day, 1)


def previous_day(day):
    return plus(day, -1)
