"""Arithmetic of a statement of account: running balances and ages, without the ORM."""

from dataclasses import dataclass, field
from datetime import date as Date

from .netting import rounded

# What is owed for how long: the first day late and the last; the last one has no end.
NOT_DUE, CREDITS = "not_due", "credits"
LATE = (
    ("late_30", 1, 30),
    ("late_60", 31, 60),
    ("late_90", 61, 90),
    ("late_more", 91, None),
)
BUCKETS = (NOT_DUE, *(name for name, _first, _last in LATE), CREDITS)


@dataclass(slots=True)
class Movement:
    """What changed the balance on a day: a document, a payment, a settlement."""

    day: Date
    amount: float
    document: int | None = None
    settled_with: int | None = None
    balance: float = 0.0


@dataclass(slots=True)
class Item:
    """What is open at the end: a debt, or (negative) a credit nobody has used yet."""

    id: int
    due: Date | None
    original: float
    open: float
    days_late: int = 0
    bucket: str = NOT_DUE
    balance: float = 0.0


@dataclass(slots=True)
class Statement:
    """One customer's account in one currency."""

    opening: float
    closing: float
    movements: list
    items: list
    aging: dict
    overdue: float = field(default=0.0)


def bucket_of(due, amount, day):
    """``(bucket, days late)`` of an open amount; the due day itself is never late."""
    if amount < 0:
        return CREDITS, 0
    days = (day - due).days if due else 0
    if days <= 0:
        return NOT_DUE, 0
    for name, first, last in LATE:
        if days >= first and (last is None or days <= last):
            return name, days
    raise AssertionError("every lateness has its bucket")


def run(opening, movements, precision):
    """Fill in the balance after each movement, in the order they are given.

    :return: the closing balance
    """
    balance = opening
    for movement in movements:
        balance = rounded(balance + movement.amount, precision)
        movement.balance = balance
    return rounded(balance, precision)


def build(opening, movements, items, day, precision):
    """:param items: what is open at the end of ``day``
    :return: :class:`Statement`, debts by due date first, then credits
    """
    movements = sorted(movements, key=lambda one: one.day)
    closing = run(opening, movements, precision)
    aging = dict.fromkeys(BUCKETS, 0.0)
    for item in items:
        item.bucket, item.days_late = bucket_of(item.due, item.open, day)
        aging[item.bucket] = rounded(aging[item.bucket] + item.open, precision)
    items = sorted(items, key=lambda one: (one.open < 0, one.due or Date.max, one.id))
    balance = 0.0
    for item in items:
        balance = rounded(balance + item.open, precision)
        item.balance = balance
    late = sum(aging[name] for name, _first, _last in LATE)
    return Statement(
        rounded(opening, precision), closing, movements, items, aging, rounded(late, precision)
    )
