"""What came of promises to pay: which money counts for which, and the verdict.

Amounts are in the one currency of a customer's promises; dates are the company's
local days, first and last included.
"""

from dataclasses import dataclass
from datetime import date, datetime

from .netting import rounded

OPEN = "open"
KEPT = "kept"
PARTLY_KEPT = "partly_kept"
BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Promise:
    """``amount`` promised on ``made`` for ``date_promised``; money counts from
    ``date_from`` until ``until``.

    ``items``: the items it is about, empty: all of the customer's; ``latest_due``:
    when the last of them fell due.
    """

    id: int
    amount: float
    date_from: date
    date_promised: date
    until: date
    items: frozenset[int] = frozenset()
    latest_due: date | None = None
    made: datetime | None = None


@dataclass(frozen=True, slots=True)
class Money:
    """One part of a credit in the books, dated ``day`` and entered at ``entered``.

    ``item``: what the part was set against, due on ``item_due`` (None: nothing yet).
    ``is_cash``: a payment; a credit note or write-off is none, and counts only for a
    promise about the very item it settles.
    """

    id: int
    day: date
    amount: float
    item: int | None = None
    item_due: date | None = None
    is_cash: bool = True
    entered: datetime | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """Part of the money ``id`` that counted for a promise (about ``items``) that is
    closed; it counts for no other."""

    id: int
    amount: float
    items: frozenset[int] = frozenset()


def counts(promise, money):
    """True when this money may be what the customer promised.

    What was set against a debt that fell due after all he promised to pay was meant
    for that debt; set against an older one it is the bookkeeper's choice, not his.
    """
    if not promise.date_from <= money.day <= promise.until:
        return False
    if money.day == promise.date_from and _came_before(money, promise):
        return False
    if money.item is None:
        return money.is_cash
    if not promise.items or money.item in promise.items:
        return True
    if not money.is_cash:
        return False
    return bool(promise.latest_due and money.item_due and money.item_due <= promise.latest_due)


def _came_before(money, promise):
    """True when he had paid that already when he promised, on the same day."""
    return bool(money.entered and promise.made and money.entered < promise.made)


def pour(promises, money, taken=(), precision=0.01):
    """Count each amount once, for the promise that was due first.

    Money set against an item counts for a promise about this item first. All of one
    customer and currency.

    :param taken: what closed promises have used up, see :class:`Taken`
    :return: ``{promise id: {money id: amount}}``
    """
    parts = sorted(money, key=lambda part: (part.day, part.id, part.item or 0))
    rest = _after(parts, taken, precision)
    queue = sorted(promises, key=lambda one: (one.date_promised, one.date_from, one.id))
    missing = {promise.id: rounded(promise.amount, precision) for promise in queue}
    counted = {promise.id: {} for promise in queue}
    for named_only in (True, False):
        for promise in queue:
            for position, part in enumerate(parts):
                if named_only and part.item not in promise.items:
                    continue
                amount = min(missing[promise.id], rest[position])
                if amount <= 0 or not counts(promise, part):
                    continue
                rest[position] = rounded(rest[position] - amount, precision)
                missing[promise.id] = rounded(missing[promise.id] - amount, precision)
                so_far = counted[promise.id].get(part.id, 0.0)
                counted[promise.id][part.id] = rounded(so_far + amount, precision)
    return counted


def _after(parts, taken, precision):
    """What is left of each part: closed promises took from the parts set against their
    items first, then from what is set against nothing, then from the others."""
    rest = [rounded(part.amount, precision) for part in parts]
    for use in taken:
        amount = rounded(use.amount, precision)
        own = [place for place, part in enumerate(parts) if part.id == use.id]
        own.sort(key=lambda place: (parts[place].item not in use.items, parts[place].item or 0))
        for place in own:
            part = min(amount, rest[place])
            rest[place] = rounded(rest[place] - part, precision)
            amount = rounded(amount - part, precision)
    return rest


def verdict(promise, received, on, settled_on=None, precision=0.01):
    """What is to be said of an open promise on day ``on``.

    :param received: what counts for it
    :param settled_on: the day on which nothing was open any more of the items it is
        about; None: something is, or it names none
    :return: ``open``, ``kept``, ``partly_kept`` or ``broken``
    """
    if settled_on and settled_on <= promise.until:
        return KEPT
    is_enough = received > promise.amount - precision / 2
    if promise.amount < precision / 2 and promise.items:
        # Without an amount it is kept by paying the items, never by doing nothing.
        is_enough = False
    if on <= promise.until:
        return KEPT if is_enough and promise.amount > 0 else OPEN
    if is_enough:
        return KEPT
    return PARTLY_KEPT if received >= precision / 2 else BROKEN
