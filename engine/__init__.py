"""Business arithmetic of collections in plain Python.

Nothing in this package imports Odoo or reads a clock: dates and amounts come
in, decisions with their reasons go out.

* ``terms``: levels, ladders, items and decisions as plain values
* ``ladder``: which dunning level an item has earned, and when the next is due
* ``netting``: how open credits are poured over open debts, oldest first
* ``compose``: how advancing items become one notice per customer
* ``discount_notices``: who is told that a discount ends, by the same two
* ``workdays``: working days, and shifting to the next one
* ``contact_rules``: how often and when a customer may be contacted
* ``discounts``: early-payment discounts in tiers: last days, amounts, what is kept back
* ``discount_cost``: what early-payment discounts cost a year
* ``daycount``: days of interest between two dates
* ``rates``: reference rates in time, and the rate an item bears
* ``interest``: interest from the history of an item's balance, in segments
* ``fixed_amounts``: compensation, reminder fees and collection scales
* ``allocation``: which debts a payment settles first
* ``words``: amounts in words for the letter
"""

from . import (
    allocation,
    compose,
    contact_rules,
    daycount,
    discount_cost,
    discount_notices,
    discounts,
    fixed_amounts,
    interest,
    ladder,
    netting,
    rates,
    terms,
    words,
    workdays,
)

__all__ = [
    "allocation",
    "compose",
    "contact_rules",
    "daycount",
    "discount_cost",
    "discount_notices",
    "discounts",
    "fixed_amounts",
    "interest",
    "ladder",
    "netting",
    "rates",
    "terms",
    "words",
    "workdays",
]
