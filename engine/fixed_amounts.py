"""Fixed amounts a late debt costs: compensation, reminder fees, collection scales."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

# Which tier a principal on the edge belongs to.
FROM = "from"  # the tier that starts there (UK: 70 from 1,000 on)
ABOVE = "above"  # the one that ends there (IE: 40 up to and including 1,000)

# What the percent of a tier is taken of.
PRINCIPAL = "principal"  # the whole
EXCESS = "excess"  # the part above the tier's lower edge (NL, BE consumer scales)


@dataclass(frozen=True, slots=True)
class Tier:
    """From ``amount_from`` of principal on: ``amount`` plus ``percent``."""

    amount_from: float
    amount: float = 0.0
    percent: float = 0.0


@dataclass(frozen=True, slots=True)
class FixedRule:
    """What a debt costs once, in the rule's currency.

    ``amount`` + ``percent`` of the principal, or what its tier says where there are
    ``tiers``. ``minimum`` and ``maximum`` bound a result that is not zero (0: no
    bound).
    """

    amount: float = 0.0
    percent: float = 0.0
    tiers: tuple[Tier, ...] = ()
    tier_edge: str = FROM
    percent_of: str = PRINCIPAL
    minimum: float = 0.0
    maximum: float = 0.0


def fixed_amount(rule, principal, precision=0.01):
    """What a debt of ``principal`` costs by ``rule``, both in the rule's currency.

    :return: 0.0 where the rule says nothing, for instance below its lowest tier
    """
    amount, percent, base = rule.amount, rule.percent, principal
    if rule.tiers:
        tier = _tier(rule, principal)
        if tier is None:
            return 0.0
        amount, percent = tier.amount, tier.percent
        if rule.percent_of == EXCESS:
            base = float(Decimal(str(principal)) - Decimal(str(tier.amount_from)))
    if principal <= 0:
        return 0.0
    unit = Decimal(str(precision))
    exact = Decimal(str(amount)) + Decimal(str(base)) * Decimal(str(percent)) / 100
    if exact <= 0:
        return 0.0
    if rule.minimum:
        exact = max(exact, Decimal(str(rule.minimum)))
    if rule.maximum:
        exact = min(exact, Decimal(str(rule.maximum)))
    return float((exact / unit).to_integral_value(ROUND_HALF_UP) * unit)


def _tier(rule, principal):
    """The highest tier the principal reaches."""
    reached = [
        tier
        for tier in rule.tiers
        if tier.amount_from < principal
        or (tier.amount_from == principal and rule.tier_edge == FROM)
    ]
    return max(reached, key=lambda tier: tier.amount_from, default=None)
