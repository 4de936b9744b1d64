"""Who works a customer: the first rule that fits him.

A criterion that is left empty fits everybody.
"""

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Customer:
    """What the rules look at; amounts in the company's currency."""

    id: int
    name: str
    country: int | None = None
    salesperson: int | None = None
    overdue: float = 0.0
    turnover: float = 0.0


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the company's assignment rules; 0 as upper amount is no limit."""

    id: int
    collector: int
    countries: frozenset = frozenset()
    salespeople: frozenset = frozenset()
    first: str = ""
    last: str = ""
    basis: str = "overdue"
    amount_from: float = 0.0
    amount_to: float = 0.0


def letters(text):
    """``text`` as it is sorted: without accents, in capitals, letters and digits only."""
    plain = unicodedata.normalize("NFKD", text or "").upper()
    return "".join(char for char in plain if char.isalnum())


def fits(rule, customer):
    """True when every criterion of the rule fits the customer."""
    if rule.countries and customer.country not in rule.countries:
        return False
    if rule.salespeople and customer.salesperson not in rule.salespeople:
        return False
    name, first, last = letters(customer.name), letters(rule.first), letters(rule.last)
    # "A to Me" takes Mercier in: a bound counts as far as it is written.
    if (first and name < first) or (last and name[: len(last)] > last):
        return False
    amount = customer.turnover if rule.basis == "turnover" else customer.overdue
    return amount >= rule.amount_from and (not rule.amount_to or amount < rule.amount_to)


def first_fit(rules, customer):
    """The first rule that fits, in the order given; None when none does."""
    return next((rule for rule in rules if fits(rule, customer)), None)


def stand_in(user, delegates):
    """Who works in the place of a user, following absences of delegates too.

    :param delegates: ``{absent user: delegate}`` of the day
    :return: the user himself when he is there; None when nobody of the chain is
    """
    seen = set()
    while user in delegates:
        if user in seen:
            return None
        seen.add(user)
        user = delegates[user]
    return user
