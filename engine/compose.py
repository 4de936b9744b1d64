"""From decided items to notices: grouping, listing, netting, minimum.

One customer's advancing items become one notice per currency (and policy), or
one per level. The other items the letter shows are listed for information, and
open credits appear once, against the oldest items first.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace

from .ladder import is_overdue
from .netting import covered, pour, rounded
from .terms import ADVANCE, SKIP, WAIT, Decision, Level, Offer

ITEM = "item"
LISTED = "listed"
CREDIT = "credit"
# An item of which the notice says that a discount ends; it climbs no ladder.
OFFER = "discount"
# What a notice is about: without such a line it has nothing to say.
SUBJECTS = (ITEM, OFFER)


@dataclass(frozen=True, slots=True)
class Rules:
    """How one policy makes notices, see ``collection.policy``.

    ``minimum`` maps a currency id to the smallest amount worth a notice, in that
    currency.
    """

    grouping: str = "customer"
    listed_items: str = "overdue"
    net_credits: bool = True
    minimum: dict[int, float] = field(default_factory=dict)


# Made by the hundred thousand, see `terms.Item`.
@dataclass(unsafe_hash=True, slots=True)
class Line:
    """A line of a notice, in its currency.

    ``item_id`` is the credit's id on a credit line, and ``amount`` negative.
    ``level`` is where an advancing item goes; others have none. ``offer`` is the
    discount that a line of kind ``discount`` tells of.
    """

    kind: str
    item_id: int
    amount: float
    disputed: float = 0.0
    level: Level | None = None
    previous_level_id: int | None = None
    occurrence: int = 0
    offer: Offer | None = None


@dataclass(slots=True)
class Draft:
    """A notice to be: ``level`` is the highest of its advancing lines.

    Amounts are net of disputed parts and credits: ``amount_due`` of all lines,
    ``amount_overdue`` of those past their due date, ``collectable`` of those past
    it or advancing. The last decides whether the notice is worth sending.
    ``amount_discount`` is what can be saved, on a notice that a discount ends.
    ``charges`` are demanded besides; whoever assesses them fills them in.
    """

    customer: int | None
    currency: int
    policy: int
    level: Level
    lines: list[Line]
    amount_due: float = 0.0
    amount_overdue: float = 0.0
    collectable: float = 0.0
    amount_discount: float = 0.0
    charges: list = field(default_factory=list)

    @property
    def advancing(self):
        return [line for line in self.lines if line.kind in SUBJECTS]

    @property
    def is_discount(self):
        return any(line.kind == OFFER for line in self.lines)


@dataclass(frozen=True, slots=True)
class Omission:
    """An item that has earned a level and is left out."""

    item_id: int
    reason: str
    detail: str = ""
    level: Level | None = None


def compose(items, decisions, rules, credits, on, precisions):
    """Group decided items into notices.

    :param items: all open items (:class:`~.ladder.Item`) of the customers
    :param decisions: ``{item id: Decision}``
    :param rules: ``{policy id: Rules}``
    :param credits: all open :class:`~.netting.Credit` of the customers
    :param on: the day of the run
    :param precisions: ``{currency id: rounding}``
    :return: ``(drafts, omissions)``
    """
    drafts, omissions = [], []
    decisions = dict(decisions)
    open_items, open_credits = defaultdict(list), defaultdict(list)
    for item in items:
        open_items[item.customer, item.currency].append(item)
    for credit in credits:
        open_credits[credit.customer, credit.currency].append(credit)
    for key, group in open_items.items():
        precision = precisions.get(key[1], 0.01)
        shares = pour(group, open_credits[key], precision)
        decisions.update(_leave_covered(group, decisions, rules, shares, precision))
        for draft, reason in _compose_customer(group, decisions, rules, shares, on, precision):
            if reason:
                omissions += omit(draft, reason)
            else:
                drafts.append(draft)
    omissions += [
        Omission(item.id, decision.reason, decision.detail, decision.level)
        for item in items
        if (decision := decisions[item.id]).step == SKIP
    ]
    return drafts, omissions


def _leave_covered(items, decisions, rules, shares, precision):
    """The decisions of covered items: they do not advance."""
    nothing_owed = covered(items, shares, precision)
    if not nothing_owed:
        return {}
    return {
        item.id: replace(decisions[item.id], step=SKIP, reason="net_credit")
        for item in items
        if item.id in nothing_owed
        and decisions[item.id].step == ADVANCE
        and rules[item.ladder].net_credits
    }


def not_now(decision):
    """The same item, outside the scope of this run: it neither advances nor is
    it left out. Its reason stays, as it decides whether the letter lists it."""
    if decision.step not in (ADVANCE, SKIP):
        return decision
    return replace(decision, step=WAIT)


def omit(draft, reason, detail=""):
    """The omissions of every advancing item of a draft."""
    return [Omission(line.item_id, reason, detail, line.level) for line in draft.advancing]


def redraft(items, chosen, listed_ids, policy, rules, shares, on, precision):
    """A proposal made again from today's books, for issuing.

    :param items: open items of the customer in the notice's currency
    :param chosen: ``{item id: Decision}`` of the items that still advance
    :param listed_ids: ids of the items listed for information
    :param shares: the customer's credits, poured over all his items
    :return: ``(draft, reason it must not go out, or None)``
    """
    decisions = {item.id: chosen.get(item.id, Decision(WAIT)) for item in items}
    advancing = [item for item in items if item.id in chosen]
    listed = [item for item in items if item.id in listed_ids and not item.pause]
    draft = _draft(advancing, listed, decisions, policy)
    _net(draft, advancing, listed, shares if rules.net_credits else [], on, precision)
    return draft, _reason_to_omit(draft, rules, precision)


def _compose_customer(items, decisions, rules, shares, on, precision):
    """Drafts of one customer in one currency, each with its reason to be left
    out or None."""
    groups = defaultdict(list)
    for item in items:
        decision = decisions[item.id]
        if decision.step == ADVANCE:
            by_level = rules[item.ladder].grouping == "level"
            groups[item.ladder, decision.level.id if by_level else None].append(item)
    # The listed items go once, on the highest notice of each policy that goes out.
    groups = sorted(groups.items(), key=lambda group: -_highest(group[1], decisions).delay_days)
    listed_policies = set()
    result = []
    for (policy, _level), advancing in groups:
        listed = []
        if policy not in listed_policies:
            listed = _listed(items, decisions, rules[policy], policy, on)
        draft = _draft(advancing, listed, decisions, policy)
        netted = shares if rules[policy].net_credits else []
        _net(draft, advancing, listed, netted, on, precision)
        reason = _reason_to_omit(draft, rules[policy], precision)
        if not reason:
            listed_policies.add(policy)
        result.append((draft, reason))
    return result


def _highest(items, decisions):
    return max((decisions[item.id].level for item in items), key=lambda lvl: lvl.delay_days)


def _listed(items, decisions, rules, policy, on):
    """What else the letter shows: never items that are paused (disputed ones are)
    or were due before going live."""
    if rules.listed_items == "advancing":
        return []
    return [
        item
        for item in items
        if item.ladder == policy
        and decisions[item.id].step != ADVANCE
        and not item.pause
        and item.due is not None
        and decisions[item.id].reason != "before_start"
        and (rules.listed_items == "open" or is_overdue(item, on))
    ]


def _draft(advancing, listed, decisions, policy):
    """A draft with its lines, not netted yet."""
    lines = []
    for item in advancing:
        level, nth = decisions[item.id].level, decisions[item.id].occurrence
        lines.append(
            Line(ITEM, item.id, item.residual, item.disputed, level, item.level_id, nth)
        )
    lines += [
        Line(LISTED, item.id, item.residual, item.disputed, previous_level_id=item.level_id)
        for item in listed
    ]
    first = advancing[0]
    return Draft(first.customer, first.currency, policy, _highest(advancing, decisions), lines)


def _net(draft, advancing, listed, shares, on, precision):
    """Add the credit lines and the totals of a draft.

    :param advancing, listed: the items the draft shows
    :param shares: credits set against items; those of items not shown are not
    """
    poured, credits = defaultdict(float), defaultdict(float)
    if shares:
        shown = {line.item_id for line in draft.lines}
        for share in shares:
            if share.item_id in shown:
                poured[share.item_id] += share.amount
                credits[share.credit_id] += share.amount
    due = overdue = collectable = 0.0
    for items, advances in ((advancing, True), (listed, False)):
        for item in items:
            net = item.residual - item.disputed
            if poured:
                net -= poured.get(item.id, 0.0)
            is_late = is_overdue(item, on)
            due += net
            if is_late:
                overdue += net
            if is_late or advances:
                collectable += net
    draft.amount_due = rounded(due, precision)
    draft.amount_overdue = rounded(overdue, precision)
    draft.collectable = rounded(collectable, precision)
    draft.lines += [
        Line(CREDIT, credit_id, -rounded(amount, precision))
        for credit_id, amount in credits.items()
    ]


def _reason_to_omit(draft, rules, precision):
    if draft.collectable <= 0:
        return "net_credit"
    if draft.collectable < rounded(rules.minimum.get(draft.currency, 0.0), precision):
        return "below_minimum"
    return None
