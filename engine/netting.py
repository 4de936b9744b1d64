"""Open credits against open debts: once, and the oldest debt first."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Credit:
    """An open credit note or unallocated payment; ``amount`` is positive."""

    id: int
    customer: int | None
    currency: int
    amount: float
    booked: date | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a credit that was set against one item."""

    credit_id: int
    item_id: int
    amount: float


def pour(items, credits, precision=0.01):
    """Set the credits against the undisputed part of the items.

    Items are served by due date (those without one last), credits by date, both
    then by id, so that the same books always give the same answer. All items
    and credits must share one customer and one currency.

    :param precision: the currency's rounding; smaller rests are nothing
    :return: list of :class:`Share`
    """
    queue = sorted(credits, key=lambda credit: (credit.booked or date.min, credit.id))
    rest = {credit.id: credit.amount for credit in queue}
    shares = []
    position = 0
    for item in sorted(items, key=lambda item: (item.due or date.max, item.id)):
        open_amount = item.owed
        while open_amount >= precision / 2 and position < len(queue):
            credit = queue[position]
            part = min(open_amount, rest[credit.id])
            if part >= precision / 2:
                shares.append(Share(credit.id, item.id, part))
                open_amount -= part
                rest[credit.id] -= part
            if rest[credit.id] < precision / 2:
                position += 1
    return shares
