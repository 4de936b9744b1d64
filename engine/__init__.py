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
* ``days``: days counted from a date, to where the calendar ends
* ``daycount``: days of interest between two dates
* ``rates``: reference rates in time, and the rate an item bears
* ``interest``: interest from the history of an item's balance, in segments
* ``fixed_amounts``: compensation, reminder fees and collection scales
* ``allocation``: which debts a payment settles first
* ``priority``: which customer comes first, and why
* ``amounts``: an amount as a customer types it, in the notation of his language
* ``assignment``: who works a customer, and who stands in for him
* ``sms_text``: how long a text message is
* ``promises``: which money counts for which promise, and what came of it
* ``plans``: instalments, and when a plan has lapsed
* ``statement``: running balances and ages of a statement of account
* ``successors``: which items of a corrected invoice go on with which of the old ones
* ``words``: amounts in words for the letter
* ``wording``: counted nouns, and titles within a sentence
"""

from . import (
    allocation,
    amounts,
    assignment,
    compose,
    contact_rules,
    daycount,
    days,
    discount_cost,
    discount_notices,
    discounts,
    fixed_amounts,
    interest,
    ladder,
    netting,
    plans,
    priority,
    promises,
    rates,
    sms_text,
    statement,
    successors,
    terms,
    wording,
    words,
    workdays,
)

__all__ = [
    "allocation",
    "amounts",
    "assignment",
    "compose",
    "contact_rules",
    "daycount",
    "days",
    "discount_cost",
    "discount_notices",
    "discounts",
    "fixed_amounts",
    "interest",
    "ladder",
    "netting",
    "plans",
    "priority",
    "promises",
    "rates",
    "sms_text",
    "statement",
    "successors",
    "terms",
    "wording",
    "words",
    "workdays",
]
