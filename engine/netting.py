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


def rounded(amount, precision):
    """``amount`` as a multiple of the currency's rounding, free of float noise.

    Odoo keeps six decimals of a currency's rounding.
    """
    return round(round(amount / precision) * precision, 6)


def pour(items, credits, precision=0.01):
    """Set the credits against the undisputed part of the items.

    Items are served by due date (those without one last), credits by date, both
    then by id, so that the same books always give the same answer. All items
    and credits must share one customer and one currency.

    :param precision: the currency's rounding; smaller rests are nothing
    :return: list of :class:`Share`
    """
    if not credits:
        return []
    queue = sorted(credits, key=lambda credit: (credit.booked or date.min, credit.id))
    rest = {credit.id: rounded(credit.amount, precision) for credit in queue}
    queue = [credit for credit in queue if rest[credit.id] > 0]
    shares = []
    position = 0
    for item in sorted(items, key=lambda item: (item.due or date.max, item.id)):
        open_amount = rounded(item.owed, precision)
        while open_amount > 0 and position < len(queue):
            credit_id = queue[position].id
            part = min(open_amount, rest[credit_id])
            shares.append(Share(credit_id, item.id, part))
            # Both are multiples of the rounding, so one of them is 0 now.
            open_amount = rounded(open_amount - part, precision)
            rest[credit_id] = rounded(rest[credit_id] - part, precision)
            if not rest[credit_id]:
                position += 1
    return shares


def covered(items, shares, precision):
    """Ids of the items whose undisputed part the credits cover: nothing is owed
    on them, they only wait to be allocated."""
    least = precision / 2
    if not shares:
        return {item.id for item in items if item.residual - item.disputed < least}
    net = {item.id: item.owed for item in items}
    for share in shares:
        net[share.item_id] -= share.amount
    return {item_id for item_id, amount in net.items() if amount < least}


def with_credits(items, credits):
    """``(currency, items, credits)`` of each customer and currency with both."""
    groups = {}
    for kind, rows in ((0, items), (1, credits)):
        for row in rows:
            groups.setdefault((row.customer, row.currency), ([], []))[kind].append(row)
    for (_customer, currency), (debts, theirs) in groups.items():
        if debts and theirs:
            yield currency, debts, theirs


def covered_on(ladders, items, credits, precisions):
    """Ids of the items on some ladders that open credits pay, see :func:`covered`.

    :param ladders: policy ids; without any, nothing is looked at
    :param items, credits: all open ones of the customers, as a credit pays his oldest
        debt first, on whatever ladder
    :param precisions: ``{currency id: rounding}``
    """
    found = set()
    if not ladders:
        return found
    for currency, debts, theirs in with_credits(items, credits):
        mine = {item.id for item in debts if item.ladder in ladders}
        if mine:
            shares = pour(debts, theirs, precisions[currency])
            found |= mine & covered(debts, shares, precisions[currency])
    return found
