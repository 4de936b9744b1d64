"""From decided items to notices: grouping, listing, netting, minimum.

One customer's advancing items become one notice per currency (and policy), or
one per level. The other items the letter shows are listed for information, and
open credits appear once, against the oldest items first.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from .ladder import ADVANCE, SKIP, WAIT, Decision, Level, is_overdue
from .netting import pour

ITEM = "item"
LISTED = "listed"
CREDIT = "credit"


@dataclass(frozen=True, slots=True)
class Rules:
    """How one policy makes notices. ``minimum`` maps a currency id to the
    smallest amount worth a notice, in that currency."""

    grouping: str = "customer"
    listed_items: str = "overdue"
    net_credits: bool = True
    minimum: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a notice; ``amount`` is negative for a credit."""

    kind: str
    item_id: int
    amount: float
    disputed: float = 0.0
    level: Level | None = None
    previous_level_id: int | None = None
    occurrence: int = 0


@dataclass(slots=True)
class Draft:
    """A notice to be: ``level`` is the highest of its advancing lines."""

    customer: int | None
    currency: int
    policy: int
    level: Level
    lines: list[Line]
    amount_due: float = 0.0
    amount_overdue: float = 0.0
    collectable: float = 0.0

    @property
    def advancing(self):
        return [line for line in self.lines if line.kind == ITEM]


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
    drafts = []
    omissions = [
        Omission(item.id, decision.reason, decision.detail, decision.level)
        for item in items
        if (decision := decisions[item.id]).step == SKIP
    ]
    open_items, open_credits = defaultdict(list), defaultdict(list)
    for item in items:
        open_items[item.customer, item.currency].append(item)
    for credit in credits:
        open_credits[credit.customer, credit.currency].append(credit)
    for key, group in open_items.items():
        if not any(decisions[item.id].step == ADVANCE for item in group):
            continue
        made = _compose_customer(
            group, decisions, rules, open_credits[key], on, precisions.get(key[1], 0.01)
        )
        for draft, reason in made:
            if reason:
                omissions += omit(draft, reason)
            else:
                drafts.append(draft)
    return drafts, omissions


def not_now(decision):
    """The same item, outside the scope of this run: it neither advances nor is
    it left out."""
    return decision if decision.step not in (ADVANCE, SKIP) else Decision(WAIT)


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
    _apply_credits(draft, items, shares if rules.net_credits else [], on)
    return draft, _reason_to_omit(draft, rules, precision)


def _compose_customer(items, decisions, rules, credits, on, precision):
    """Drafts of one customer in one currency, each with its reason to be left
    out or None."""
    groups = defaultdict(list)
    for item in items:
        if decisions[item.id].step == ADVANCE:
            level = decisions[item.id].level
            by_level = rules[item.ladder].grouping == "level"
            groups[item.ladder, level.id if by_level else None].append(item)
    netted = any(rules[policy].net_credits for policy, _level in groups)
    shares = pour(items, credits, precision) if netted else []
    # The listed items go once, on the highest notice of each policy.
    groups = sorted(groups.items(), key=lambda group: -_highest(group[1], decisions).delay_days)
    listed_policies = set()
    result = []
    for (policy, _level), advancing in groups:
        listed = []
        if policy not in listed_policies:
            listed_policies.add(policy)
            listed = _listed(items, decisions, rules[policy], policy, on)
        draft = _draft(advancing, listed, decisions, policy)
        _apply_credits(draft, items, shares if rules[policy].net_credits else [], on)
        result.append((draft, _reason_to_omit(draft, rules[policy], precision)))
    return result


def _highest(items, decisions):
    return max((decisions[item.id].level for item in items), key=lambda lvl: lvl.delay_days)


def _listed(items, decisions, rules, policy, on):
    """What else the letter shows: never items that are paused or disputed away."""
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
    lines = []
    for item in advancing:
        decision = decisions[item.id]
        lines.append(
            Line(
                ITEM,
                item.id,
                item.residual,
                item.disputed,
                decision.level,
                item.level_id,
                decision.occurrence,
            )
        )
    for item in listed:
        lines.append(
            Line(LISTED, item.id, item.residual, item.disputed, None, item.level_id, 0)
        )
    first = advancing[0]
    return Draft(first.customer, first.currency, policy, _highest(advancing, decisions), lines)


def _apply_credits(draft, items, shares, on):
    """Add the credit lines and the totals of a draft."""
    by_id = {item.id: item for item in items}
    demanded = {
        line.item_id
        for line in draft.lines
        if line.kind == ITEM or is_overdue(by_id[line.item_id], on)
    }
    shown = {line.item_id for line in draft.lines}
    credit_lines = defaultdict(float)
    draft.amount_due = sum(line.amount - line.disputed for line in draft.lines)
    draft.collectable = sum(by_id[item_id].owed for item_id in demanded)
    overdue = {item_id for item_id in shown if is_overdue(by_id[item_id], on)}
    draft.amount_overdue = sum(by_id[item_id].owed for item_id in overdue)
    for share in shares:
        if share.item_id not in shown:
            continue
        credit_lines[share.credit_id] += share.amount
        draft.amount_due -= share.amount
        draft.collectable -= share.amount if share.item_id in demanded else 0.0
        draft.amount_overdue -= share.amount if share.item_id in overdue else 0.0
    draft.lines += [
        Line(CREDIT, credit_id, -amount) for credit_id, amount in credit_lines.items()
    ]


def _reason_to_omit(draft, rules, precision):
    if draft.collectable < precision / 2:
        return "net_credit"
    minimum = rules.minimum.get(draft.currency, 0.0)
    # Half a rounding unit of tolerance: the amounts are floats.
    if draft.collectable < minimum - precision / 2:
        return "below_minimum"
    return None
