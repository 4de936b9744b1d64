"""Which customer comes first: amount × lateness × level × broken promises.

Each factor is raised to its weight: 1 counts as it is, 0 leaves it out, 2 counts it
twice. The product can be recomputed by anybody from what the screen shows.
"""

from dataclasses import dataclass

# Days late that add once the amount: 30 days late counts double, 60 days triple.
LATENESS_UNIT = 30
# Above that one factor would drown all others.
MAX_WEIGHT = 5.0


@dataclass(frozen=True, slots=True)
class Weights:
    """The exponents of the factors, from the company's settings."""

    amount: float = 1.0
    lateness: float = 1.0
    level: float = 1.0
    promises: float = 1.0


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a customer stands.

    ``amount`` is what is overdue less open credits, in the company's currency;
    ``days_late`` the average of the overdue items, weighted with their amounts;
    ``level`` how many levels after the due date the worst item has reached.
    """

    amount: float
    days_late: float = 0.0
    level: int = 0
    broken_promises: int = 0


@dataclass(frozen=True, slots=True)
class Factors:
    """What the score is the product of."""

    amount: float
    lateness: float
    level: float
    promises: float

    @property
    def score(self):
        return self.amount * self.lateness * self.level * self.promises


def factors(standing, weights):
    """The factors of one customer's score; a weight of 0 makes its factor 1."""
    return Factors(
        amount=max(standing.amount, 0.0) ** weights.amount,
        lateness=(1 + max(standing.days_late, 0.0) / LATENESS_UNIT) ** weights.lateness,
        level=float(1 + standing.level) ** weights.level,
        promises=float(1 + standing.broken_promises) ** weights.promises,
    )
