"""How often and when a customer may be contacted, as plain dates and times.

Times are naive and local to the company; a week is any seven days in a row.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from .days import plus

WEEK = 7
MINUTES_A_DAY = 24 * 60
# A company that is always quiet is a configuration error; the search must still end.
HORIZON_DAYS = 366


@dataclass(frozen=True, slots=True)
class Quiet:
    """When nobody is contacted.

    :param start: hour (8.5 is half past eight) at which the quiet hours begin
    :param end: hour at which they end; the same as ``start``: there are none
    :param weekdays: the days on which customers are contacted, Monday is 0; empty:
        every day
    :param holidays: dates on which nobody is contacted
    """

    start: float = 0.0
    end: float = 0.0
    weekdays: frozenset = frozenset()
    holidays: frozenset = frozenset()


def is_quiet_day(day, quiet):
    """True when nobody is contacted on ``day``."""
    return bool(quiet.weekdays and day.weekday() not in quiet.weekdays) or day in quiet.holidays


def next_allowed_day(day, quiet):
    """``day`` itself, or the first day after it that is not quiet.

    :return: a date; ``day`` when no day of the year that follows is allowed
    """
    for offset in range(HORIZON_DAYS + 1):
        candidate = plus(day, offset)
        if not is_quiet_day(candidate, quiet):
            return candidate
    return day


def last_allowed_day(day, quiet):
    """``day`` itself, or the last day before it that is not quiet.

    :return: a date; ``day`` when no day of the year before is allowed
    """
    for offset in range(HORIZON_DAYS + 1):
        candidate = plus(day, -offset)
        if not is_quiet_day(candidate, quiet):
            return candidate
    return day


def next_allowed(moment, quiet):
    """``moment`` itself, or the first one after it that is not quiet.

    :return: a naive local ``datetime``; ``moment`` when the year that follows is all quiet
    """
    candidate = moment
    for _step in range(2 * HORIZON_DAYS):
        if is_quiet_day(candidate.date(), quiet):
            if candidate.date() == date.max:
                return moment
            candidate = datetime.combine(plus(candidate.date(), 1), time())
            continue
        end = _end_of_quiet_hours(candidate, quiet)
        if end is None:
            return candidate
        if end <= candidate:
            # The calendar ends before the night does.
            return moment
        candidate = end
    return moment


def _end_of_quiet_hours(moment, quiet):
    """When the quiet hours end in which ``moment`` lies; None outside of them."""
    start, end = (round(hour * 60) % MINUTES_A_DAY for hour in (quiet.start, quiet.end))
    now = moment.hour * 60 + moment.minute
    midnight = datetime.combine(moment.date(), time())
    if start < end:
        inside = start <= now < end
    else:
        # Over midnight: the evening belongs to the night that ends tomorrow.
        inside = start != end and (now >= start or now < end)
        if now >= start:
            midnight = datetime.combine(plus(moment.date(), 1), time())
    return midnight + timedelta(minutes=end) if inside else None


def contacts_in_week(contacts, day):
    """The days of ``contacts`` within the week that ends on ``day``, newest first."""
    first = plus(day, 1 - WEEK)
    return sorted((contact for contact in contacts if first <= contact <= day), reverse=True)


def room(contacts, limit, day):
    """How many more contacts are allowed on ``day``, never less than none."""
    return max(limit - len(contacts_in_week(contacts, day)), 0)


def limited_until(contacts, limit, day):
    """The last day on which no more contact is allowed; None when one is on ``day``.

    :param contacts: the day of each contact, in any order
    :param limit: contacts allowed in seven days; 0: any number
    """
    recent = contacts_in_week(contacts, day)
    if limit <= 0 or len(recent) < limit:
        return None
    return plus(recent[limit - 1], WEEK - 1)
