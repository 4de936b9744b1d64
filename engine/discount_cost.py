"""What an early-payment discount costs, told as a yearly rate.

Whoever gives ``d`` percent to be paid some days earlier borrows from the customer:
``100 - d`` now instead of 100 then. With ``r = d / (100 - d)`` and ``t`` days between
the discount's last day and the day the money would come otherwise:

* nominal rate: ``r x year / t`` (no compounding; ``year`` 365, banks also use 360)
* effective rate: ``(1 + r) ^ (year / t) - 1`` (the discount given again and again)

2/10 net 30 is 37.24 % nominal (36.73 % in a year of 360 days) and 44.59 % effective.
Source: the formulas of "cost of trade credit" in corporate finance textbooks (Brigham
and Houston, Fundamentals of Financial Management; CFA Institute, Corporate Finance).
Money that comes later than the due day is counted to the day it does come.

Percentages and rates are percents (2.0 is 2 %), rates a year; amounts are of one
currency and are not rounded here.
"""

import math
from dataclasses import dataclass

YEAR, BANK_YEAR = 365, 360
# Why there is no rate.
NO_DISCOUNT, TOO_MUCH, NO_DAYS, TOO_HIGH = "no_discount", "too_much", "no_days", "too_high"
# e^20 is 48 thousand million percent: no rate any more, and beyond e^709 no number.
MAX_EXPONENT = 20.0


@dataclass(frozen=True, slots=True)
class AnnualCost:
    """Percents a year, or None with the reason why there is none."""

    nominal: float | None
    effective: float | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Take:
    """A tier, and the share of the turnover (in percent) that is expected to take it."""

    percent: float
    days: float
    share: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a set of tiers does in a year; amounts in the currency of the turnover."""

    discount: float
    saved: float
    days_before: float
    days_after: float
    freed: float
    cost: AnnualCost

    @property
    def net(self):
        """What earlier money brings more than the discounts cost; negative: less."""
        return self.saved - self.discount


def otherwise_paid(net_days, usual_days=None):
    """The day the money would come without the discount: the due day, or later."""
    return net_days if usual_days is None else max(net_days, usual_days)


def annual_cost(percent, discount_days, net_days, usual_days=None, year=YEAR):
    """The yearly rate of a discount.

    :param discount_days: days from the invoice to the day paid with the discount
    :param net_days: days from the invoice to the due date
    :param usual_days: days after which the money really comes without the discount;
        counts when later than ``net_days``
    :return: :class:`AnnualCost`
    """
    # Told this way round, NaN is refused too.
    if not percent > 0:
        return AnnualCost(None, None, NO_DISCOUNT)
    if not percent < 100:
        return AnnualCost(None, None, TOO_MUCH)
    days = otherwise_paid(net_days, usual_days) - discount_days
    if not days > 0:
        return AnnualCost(None, None, NO_DAYS)
    return _rates(percent / (100.0 - percent), days, year)


def _rates(interest, days, year):
    """:param interest: what is paid for the ``days``, per unit of money received"""
    periods = year / days
    nominal = interest * periods * 100.0
    exponent = periods * math.log1p(interest)
    if exponent > MAX_EXPONENT:
        return AnnualCost(nominal, None, TOO_HIGH)
    return AnnualCost(nominal, math.expm1(exponent) * 100.0)


def cost_between(better, worse, year=YEAR):
    """The yearly rate of the better tier against the next one.

    3 % within 8 days against 2 % within 15: 97 are paid instead of 98, seven days
    earlier, so that 1 is the price of 97 for seven days.

    :param better: ``(percent, days)`` of the tier that ends first
    :param worse: the same of the next tier
    :return: :class:`AnnualCost`
    """
    (percent, days), (next_percent, next_days) = better, worse
    if not 0 <= next_percent < 100:
        return AnnualCost(None, None, TOO_MUCH if next_percent >= 100 else NO_DISCOUNT)
    step = (percent - next_percent) / (100.0 - next_percent) * 100.0
    return annual_cost(step, days, next_days, year=year)


def break_even(cost_of_money, days_gained, year=YEAR):
    """The discount (in percent) at which money that much earlier is just worth it.

    The inverse of the nominal rate: who gives less than this gains.

    :param cost_of_money: percents a year the seller pays for money, without compounding
    :return: percent of the invoice; 0 when no day is gained or money costs nothing
    """
    if not (cost_of_money > 0 and days_gained > 0):
        return 0.0
    interest = cost_of_money / 100.0 * days_gained / year
    return interest / (1.0 + interest) * 100.0


def what_if(turnover, usual_days, takes, cost_of_money, year=YEAR):
    """What a year with these tiers brings and costs.

    Who takes a tier pays on its last day, or on the usual day when that is earlier:
    a discount for money that comes early anyway gains nothing. Everybody else
    pays as usual.

    :param turnover: invoiced a year
    :param takes: list of :class:`Take`, the shares together at most 100
    :param cost_of_money: percents a year
    :return: :class:`Outcome`
    """
    discount = received = money_days = moved_days = 0.0
    for take in takes:
        share = turnover * take.share / 100.0
        days = max(0.0, usual_days - take.days)
        discount += share * take.percent / 100.0
        received += share * (1.0 - take.percent / 100.0)
        money_days += share * (1.0 - take.percent / 100.0) * days
        moved_days += take.share / 100.0 * days
    return Outcome(
        discount=discount,
        saved=money_days * cost_of_money / 100.0 / year,
        days_before=usual_days,
        days_after=usual_days - moved_days,
        freed=turnover * moved_days / year,
        cost=cost_of_all(discount, received, money_days, year),
    )


def cost_of_all(discount, received, money_days, year=YEAR):
    """The yearly rate of many discounts together, each weighing what was received.

    :param discount: all discounts
    :param received: all money received with a discount
    :param money_days: each amount received times the days it came earlier, added up
    :return: :class:`AnnualCost`
    """
    if not discount > 0:
        return AnnualCost(None, None, NO_DISCOUNT)
    if not received > 0:
        return AnnualCost(None, None, TOO_MUCH)
    if not money_days > 0:
        return AnnualCost(None, None, NO_DAYS)
    return _rates(discount / received, money_days / received, year)
