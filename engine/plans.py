"""Instalment plans: dates and amounts, and when a plan has lapsed."""

from dataclasses import dataclass
from datetime import date

from .daycount import anniversary
from .days import plus
from .netting import rounded

MONTHS = "months"
WEEKS = "weeks"
ACTIVE = "active"
KEPT = "kept"
BROKEN = "broken"
CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Instalment:
    """``amount`` until ``until`` (its date and grace); ``received`` of it so far."""

    amount: float
    until: date
    received: float = 0.0


def add_months(day, months):
    """The same day of a later month, or its last day when it is shorter."""
    return anniversary(day, months)


def dates(first, count, every=1, unit=MONTHS):
    """``count`` dates from ``first``; months are counted from the first one, so that
    the 31st comes back after a short month."""
    if unit == WEEKS:
        return [plus(first, 7 * every * number) for number in range(count)]
    return [add_months(first, every * number) for number in range(count)]


def spread(total, count, precision=0.01):
    """``count`` equal amounts, the rest of the division in the last.

    :raises ValueError: when there is nothing left for some of them
    """
    units = round(total / precision)
    if count < 1 or units < count:
        raise ValueError("too many instalments for the amount")
    part = units // count
    return [rounded(part * precision, precision)] * (count - 1) + [
        rounded((units - part * (count - 1)) * precision, precision)
    ]


def missing(instalments, on, precision=0.01):
    """The instalments whose time is over without all of their money."""
    return [
        one
        for one in instalments
        if one.until < on and one.amount - one.received > precision / 2
    ]


def verdict(
    instalments, on, lapses_after=1, lapse_days=0, precision=0.01, called_off=0.0
):
    """What is to be said of an active plan on day ``on``.

    :param lapses_after: so many instalments missing at the same time
    :param lapse_days: or one missing for so many days after its date and grace (0: any)
    :param called_off: what of the plan no instalment is to bring any more
    :return: ``active``, ``kept``, ``broken``, or ``cancelled`` when the rest of it was
        called off
    """
    late = missing(instalments, on, precision)
    if len(late) >= lapses_after:
        return BROKEN
    if lapse_days and any((on - one.until).days >= lapse_days for one in late):
        return BROKEN
    waiting = [one for one in instalments if one.amount - one.received > precision / 2]
    if not waiting:
        return CANCELLED if called_off > precision / 2 or not instalments else KEPT
    return BROKEN if all(one.until < on for one in instalments) else ACTIVE
