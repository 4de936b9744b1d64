"""Early-payment discounts in tiers: until when, how much, and which one counts.

A tier says "so many percent when the money is here by its last day". The last day
counts. A later tier only makes sense with a lower percentage.
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from .days import plus
from .netting import rounded
from .workdays import next_working_day, previous_working_day

INCLUDED, EXCLUDED, MIXED = "included", "excluded", "mixed"
# What happens to a last day on which nobody works.
KEEP, AFTER, BEFORE = "keep", "after", "before"
# Due dates of the year 9999 are dates people do type.
LAST_DAY = date.max


@dataclass(frozen=True, slots=True)
class Tier:
    """``percent`` when paid within ``days`` of the invoice date.

    With ``month_day`` the last day is that day of the month after (the last day of a
    shorter month): "the 10th of the following month".
    """

    id: int
    percent: float
    days: int = 0
    month_day: int | None = None


def tier_end(tier, invoice_date, shift=KEEP, weekdays=(), holidays=()):
    """The last day of a tier, after the move off a day nobody works.

    :param shift: ``keep``, ``after`` (next working day) or ``before``
    :return: a date
    """
    day = plus(invoice_date, tier.days)
    if tier.month_day:
        day = _day_of_next_month(day, tier.month_day)
    if shift == AFTER:
        return next_working_day(day, weekdays, holidays)
    if shift == BEFORE:
        # Never before the invoice itself.
        return max(previous_working_day(day, weekdays, holidays), min(day, invoice_date))
    return day


def _day_of_next_month(day, month_day):
    if (day.year, day.month) == (LAST_DAY.year, LAST_DAY.month):
        return LAST_DAY
    first = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
    length = calendar.monthrange(first.year, first.month)[1]
    return first.replace(day=min(month_day, length))


def dated(tiers, invoice_date, shift=KEEP, weekdays=(), holidays=()):
    """The tiers with their last days, in the order they end.

    One that gives no more than another which ends no earlier is never worth anything
    and left out (a fixed day of the month can overtake a number of days).

    :return: list of ``(Tier, last day)``, days ascending, percentages descending
    """
    ends = [(tier, tier_end(tier, invoice_date, shift, weekdays, holidays)) for tier in tiers]
    ends.sort(key=lambda pair: (pair[1], -pair[0].percent))
    kept, best_later = [], 0.0
    for tier, end in reversed(ends):
        if tier.percent > best_later:
            kept.append((tier, end))
            best_later = tier.percent
    # Of two that end on the same day only the better one is left.
    unique = {}
    for tier, end in kept:
        if end not in unique or tier.percent > unique[end].percent:
            unique[end] = tier
    return [(unique[end], end) for end in sorted(unique)]


def in_force(ends, on):
    """Index of the tier that counts on a day: the first whose last day has not passed.

    :param ends: last days, ascending
    :return: an index, or None when the last tier is over
    """
    return next((index for index, end in enumerate(ends) if on <= end), None)


def amount_to_pay(amount, percent, precision, untaxed=0.0, total=0.0, tax_mode=INCLUDED):
    """What is left to pay of an item with the discount, rounded to the currency.

    Where the tax is reduced with the price (``included``) the percentage applies to the
    whole item; else (``excluded``, and ``mixed``, whose tax was reduced on the invoice)
    to its untaxed part. Amounts are signed alike.

    :param untaxed: untaxed amount of the document
    :param total: total of the document, taxes included
    """
    base = exact(amount)
    if tax_mode != INCLUDED and total:
        base = base * exact(untaxed) / exact(total)
    return half_up(exact(amount) - base * exact(percent) / 100, precision)


def shrunk(value, amount, credited, precision):
    """``value`` (a discount, or what is to pay) after credit notes over ``credited``
    of ``amount``: it shrinks in proportion to what is no longer owed.

    Signed alike; a credit note over more than the item leaves nothing.
    """
    if not amount:
        return 0.0
    left = min(max((exact(amount) - exact(credited)) / exact(amount), exact(0)), exact(1))
    return half_up(exact(value) * left, precision)


def kept_back(left_open, discounts, tolerance, precision):
    """Which discount a customer kept back when ``left_open`` is what is still open.

    The one it equals; else the one it exceeds by the least, within the tolerance.
    A customer who keeps back less than a discount has not taken that one.

    :param left_open: open amount of the item after the payment, positive
    :param discounts: what each tier saves on the item, positive
    :param tolerance: by how much more may be kept back, in the item's currency
    :return: an index, or None
    """
    best = None
    for index, discount in enumerate(discounts):
        excess = rounded(left_open - discount, precision)
        if discount <= 0 or excess < 0 or excess > tolerance + precision / 2:
            continue
        if best is None or excess < best[0]:
            best = (excess, index)
    return best[1] if best else None


def exact(amount):
    """A float as the decimal number a person reads."""
    return amount if isinstance(amount, Decimal) else Decimal(str(amount))


def half_up(amount, precision):
    """To the currency's rounding, halves away from zero as core rounds."""
    unit = exact(precision)
    return float((amount / unit).to_integral_value(ROUND_HALF_UP) * unit)
