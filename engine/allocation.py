"""Which debts a payment settles first, where neither side said so."""

from dataclasses import dataclass
from datetime import date

from .netting import rounded

PRINCIPAL_FIRST = "principal_first"
# Costs, then interest, then principal: BGB s. 367, Romanian civil code art. 1509.
COSTS_FIRST = "costs_first"

COST, INTEREST, PRINCIPAL = "cost", "interest", "principal"
ORDERS = {
    PRINCIPAL_FIRST: (PRINCIPAL, INTEREST, COST),
    COSTS_FIRST: (COST, INTEREST, PRINCIPAL),
}


@dataclass(frozen=True, slots=True)
class Debt:
    """Something open, in one currency; ``kind`` is cost, interest or principal."""

    id: int
    kind: str
    amount: float
    due: date | None = None


def allocate(amount, debts, order=PRINCIPAL_FIRST, precision=0.01):
    """Set ``amount`` against debts: by kind, then the oldest first.

    :return: list of ``(debt, part)`` in the order of settlement, without zeros
    """
    ranks = {kind: rank for rank, kind in enumerate(ORDERS[order])}
    rest = rounded(amount, precision)
    result = []
    for debt in sorted(debts, key=lambda d: (ranks[d.kind], d.due or date.max, d.id)):
        part = min(rest, rounded(debt.amount, precision))
        if part > 0:
            result.append((debt, part))
            rest = rounded(rest - part, precision)
    return result
