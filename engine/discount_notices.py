"""Who is told that an early-payment discount ends: by the engine that duns.

An offer is an item of its own here, due on the discount's last day, on a ladder of one
level whose delay counts from that day (−3: three days before it ends). It is told once;
when the next tier takes over, that is another offer.
"""

from collections import defaultdict
from dataclasses import replace

from .compose import ITEM, OFFER, compose, not_now
from .discounts import shrunk
from .ladder import decide
from .netting import rounded
from .terms import ADVANCE, SKIP, WAIT, Decision

__all__ = [
    "as_item",
    "compose_offers",
    "decide_offers",
    "give_way",
    "leave_covered",
    "present",
    "to_pay",
    "with_credits",
]

# What credits may still cover: a saving they have shrunk to nothing is theirs too.
EARNED = ((ADVANCE, None), (SKIP, "small_discount"))


def as_item(item, offer, ladder):
    """The offer as the dunning engine reads it."""
    told = offer.reminded_on is not None
    return replace(
        item,
        due=offer.end,
        level_id=ladder.levels[0].id if told else None,
        level_delay=None,
        level_date=offer.reminded_on,
        occurrence=int(told),
        pause=offer.pause,
    )


def decide_offers(items, offers, ladders, on, minimum=None):
    """Decide the offers in force on a day.

    :param offers: ``{item id: Offer}``; after its last day an offer is nobody's business
    :param ladders: ``{policy id: Ladder of the one discount level}``
    :param minimum: ``{policy id: {currency id: smallest saving worth a notice}}``
    :return: ``{item id: Decision}`` of the items with an offer, whose number is the
        occurrence
    """
    decisions = {}
    for item in items:
        offer, ladder = offers.get(item.id), ladders.get(item.ladder)
        if offer is None or ladder is None or not ladder.levels or on > offer.end:
            continue
        decision = decide(as_item(item, offer, ladder), ladder, on)
        least = (minimum or {}).get(item.ladder, {}).get(item.currency, 0.0)
        if decision.step == ADVANCE and (offer.saving <= 0 or offer.saving < least):
            decision = replace(decision, step=SKIP, reason="small_discount")
        decisions[item.id] = replace(decision, occurrence=offer.sequence)
    return decisions


def with_credits(items, offers, shares, precisions):
    """The offers after open credit notes that nobody has set against the items yet:
    what can be saved shrinks with what is owed.

    :param shares: the :class:`~.netting.Share` of credit notes, poured
    :return: ``{item id: Offer}``
    """
    credited = defaultdict(float)
    for share in shares:
        credited[share.item_id] += share.amount
    return {
        item.id: replace(
            offer,
            saving=shrunk(
                offer.saving, item.residual, credited[item.id], precisions[item.currency]
            ),
        )
        for item in items
        if (offer := offers.get(item.id))
    }


def leave_covered(items, offers, decisions, shares, precisions):
    """The decisions, less those of items on which open credits leave nothing to pay."""
    credited = defaultdict(float)
    for share in shares:
        credited[share.item_id] += share.amount
    result = dict(decisions)
    for item in items:
        decision = decisions.get(item.id)
        if decision is None or (decision.step, decision.reason) not in EARNED:
            continue
        precision = precisions[item.currency]
        if to_pay(item.residual, offers[item.id], precision) - credited[item.id] < precision / 2:
            result[item.id] = replace(decision, step=SKIP, reason="net_credit")
    return result


def to_pay(amount, offer, precision):
    """What the customer pays of an open amount until the offer ends."""
    return amount if offer.voucher else rounded(amount - offer.saving, precision)


def compose_offers(items, offers, decisions, rules, credits, on, precisions):
    """Notices that a discount ends: one per customer, currency and last day, and apart
    for vouchers, so that each names one date and one amount.

    :param items: all open items of the customers
    :param decisions: see :func:`decide_offers`
    :return: ``(drafts, omissions)`` as :func:`~.compose.compose`
    """
    groups = defaultdict(set)
    for item in items:
        if item.id in decisions:
            offer = offers[item.id]
            groups[offer.end, offer.voucher].add(item.id)
    alone = {policy: replace(rule, listed_items="advancing") for policy, rule in rules.items()}
    drafts, omissions = [], []
    for _key, ids in sorted(groups.items()):
        chosen = {item.id: _only(decisions, item.id, ids) for item in items}
        customers = {item.customer for item in items if item.id in ids}
        own = [item for item in items if item.customer in customers]
        theirs = [credit for credit in credits if credit.customer in customers]
        made, left_out = compose(own, chosen, alone, theirs, on, precisions)
        for draft in made:
            present(draft, offers, precisions[draft.currency])
        drafts += made
        omissions += left_out
    return drafts, omissions


def _only(decisions, item_id, ids):
    decision = decisions.get(item_id, Decision(WAIT))
    return decision if item_id in ids else not_now(decision)


def present(draft, offers, precision):
    """Say on a draft that it is about discounts, and what they come to."""
    draft.lines = [
        replace(line, kind=OFFER, offer=offers[line.item_id]) if line.kind == ITEM else line
        for line in draft.lines
    ]
    draft.amount_discount = rounded(
        sum(line.offer.saving for line in draft.lines if line.kind == OFFER), precision
    )


def give_way(decisions, told):
    """A courtesy level waits while its item is told that a discount ends: two friendly
    messages about one invoice on one day, with two amounts, help nobody.

    :param told: ids of the items that are, or were today
    """
    if not told:
        return decisions
    return {
        item_id: replace(decision, step=SKIP, reason="discount_notice")
        if item_id in told and decision.step == ADVANCE and decision.level.before_due
        else decision
        for item_id, decision in decisions.items()
    }
