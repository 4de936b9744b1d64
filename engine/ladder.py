"""Which dunning level an item has earned on a day, and why it does not get it.

The due day itself is never late: its day count is 0. Every decision depends on
the day it is made for, never on the days on which somebody happened to ask:
whoever asks late gets the same levels, later.
"""

from datetime import date

from .days import plus
from .terms import (
    ADVANCE,
    FINISHED,
    HIGHEST,
    JUMP,
    NEXT,
    RESUME,
    SKIP,
    STEP,
    WAIT,
    Decision,
    Item,
    Ladder,
    Level,
    Offer,
    Start,
)

__all__ = [
    "ADVANCE",
    "FINISHED",
    "HIGHEST",
    "JUMP",
    "NEXT",
    "RESUME",
    "SKIP",
    "STEP",
    "WAIT",
    "Decision",
    "Item",
    "Ladder",
    "Level",
    "Offer",
    "Start",
    "days_overdue",
    "decide",
    "decide_all",
    "earned_levels",
    "is_hurried",
    "is_overdue",
    "next_chance",
    "repeat_of_last",
    "target_level",
    "worst_delays",
]


def days_overdue(due, on):
    """Days late on day ``on``: 0 on the due day, negative before it."""
    return (on - due).days


def is_overdue(item, on):
    return item.due is not None and days_overdue(item.due, on) > 0


def earned_levels(ladder, item, on, worst_delay=None):
    """The levels above the item's own whose delay has passed, lowest first.

    Levels before the due date are passed over once the item is late: a
    courtesy text about a coming due date would be wrong then.

    :param worst_delay: in mode ``highest``, the delay in days of the level that
        pulls the customer's overdue items up, see :func:`worst_delays`
    """
    late = days_overdue(item.due, on)
    reach = late
    if ladder.advance_mode == HIGHEST and worst_delay is not None and late > 0:
        reach = max(late, worst_delay)
    return [
        level
        for level in ladder.levels[ladder.rank_of(item) :]
        if level.delay_days <= reach and not (level.before_due and late > 0)
    ]


def is_hurried(ladder, item, on):
    """True when a broken promise brings an overdue item its next level at once.

    Once: the level it reaches by that is reached on that day or later.
    """
    if ladder.after_broken != NEXT or item.broken_on is None or item.broken_on > on:
        return False
    return is_overdue(item, on) and (
        item.level_date is None or item.level_date < item.broken_on
    )


def next_levels(ladder, item):
    """The levels above the item's own that make sense after the due date."""
    return [level for level in ladder.levels[ladder.rank_of(item) :] if not level.before_due]


def repeat_of_last(ladder, item, on):
    """The last level once more, when its repeat is due; else None."""
    last = ladder.levels[-1] if ladder.levels else None
    if last is None or last.id != item.level_id or item.level_date is None:
        return None
    if not last.repeat_days or item.occurrence > last.max_repeats:
        return None
    if last.before_due and days_overdue(item.due, on) > 0:
        return None
    return last if (on - item.level_date).days >= last.repeat_days else None


def target_level(ladder, item, on, start=None, worst_delay=None):
    """The level the item has earned on day ``on``, or None."""
    earned = earned_levels(ladder, item, on, worst_delay)
    if not earned and is_hurried(ladder, item, on):
        earned = next_levels(ladder, item)[:1]
    if not earned:
        return repeat_of_last(ladder, item, on)
    if start and start.applies_to(item):
        within = [level for level in earned if level.delay_days <= start.delay_days]
        return within[-1] if within else earned[0]
    return earned[0] if ladder.advance_mode == STEP else earned[-1]


def is_too_soon(ladder, level, item, on):
    """True until ``level`` may follow the item's previous one: on another day at
    least, and after the level's minimum interval, which a broken promise forfeits."""
    if item.level_date is None:
        return False
    interval = level.min_interval_days
    if level.id != item.level_id and is_hurried(ladder, item, on):
        interval = 0
    return (on - item.level_date).days < max(1, interval)


def next_chance(ladder, item, after, start=None, worst_delay=None):
    """When the item advances next if nothing changes, pauses apart.

    :return: ``(day, level)`` of the first such day after ``after``, or
        ``(None, None)`` when there is none
    """
    for day in _turning_days(ladder, item, after):
        level = target_level(ladder, item, day, start, worst_delay)
        if level and not is_too_soon(ladder, level, item, day):
            return day, level
    return None, None


def _turning_days(ladder, item, after):
    """The days after ``after`` on which the decision can change, ascending.

    Between two of them it is the same every day. Counted as ordinals, since a
    due date in the year 9999 is a date people do type.
    """
    due = item.due.toordinal()
    days = {after.toordinal() + 1, due + 1}
    days.update(due + level.delay_days for level in ladder.levels)
    if item.broken_on:
        days.add(item.broken_on.toordinal())
    if item.level_date:
        reached = item.level_date.toordinal()
        days.add(reached + 1)
        for level in ladder.levels:
            days.update((reached + level.min_interval_days, reached + level.repeat_days))
    future = (day for day in days if after.toordinal() < day <= date.max.toordinal())
    return map(date.fromordinal, sorted(future))


def decide(item, ladder, on, start=None, worst_delay=None):
    """Decide one item on day ``on``.

    :param item: the :class:`Item`
    :param ladder: its :class:`Ladder`, or None when no policy applies
    :param start: go-live limits, see :class:`Start`
    :param worst_delay: see :func:`worst_delays`
    :return: a :class:`Decision`
    """
    if ladder is None or not ladder.levels:
        return Decision(FINISHED, reason="no_policy")
    if item.due is None:
        return Decision(SKIP, reason="no_due_date")
    # One level a day: what was reached today (or, asked about the past, later)
    # is no reason to explain why the next one does not follow at once.
    reached_today = item.level_date is not None and on <= item.level_date
    level = None if reached_today else target_level(ladder, item, on, start, worst_delay)
    if start and start.leaves_alone(item):
        step = FINISHED if level is None else SKIP
        return Decision(step, level, reason="before_start", detail=str(start.due_from))
    if level is None:
        day, level = next_chance(ladder, item, on, start, worst_delay)
        return Decision(WAIT, level, next_date=day) if day else Decision(FINISHED)
    occurrence = item.occurrence + 1 if level.id == item.level_id else 1
    if item.pause:
        reason, detail, until = item.pause
        day = None
        if until:
            day, _level = next_chance(ladder, item, max(on, until), start, worst_delay)
        return Decision(SKIP, level, occurrence, reason, detail, day)
    if is_too_soon(ladder, level, item, on):
        day, _level = next_chance(ladder, item, on, start, worst_delay)
        free_from = plus(item.level_date, level.min_interval_days)
        return Decision(SKIP, level, occurrence, "min_interval", str(free_from), day)
    return Decision(ADVANCE, level, occurrence, next_date=on)


def worst_delays(items, ladders, on, start=None, covered=frozenset()):
    """How far the worst item pulls the customer's other overdue items up.

    Only ladders in mode ``highest`` matter. What counts is the level an overdue
    item has reached or advances to today; paused items, those from before going
    live and those on which nothing is owed do not pull.

    :param covered: ids of items that open credits pay
    :return: ``{(customer, currency, policy id): delay in days}``
    """
    worst = {}
    if all(ladder.advance_mode != HIGHEST for ladder in ladders.values()):
        return worst
    for item in items:
        ladder = ladders.get(item.ladder)
        if ladder is None or ladder.advance_mode != HIGHEST:
            continue
        if item.pause or item.id in covered or not is_overdue(item, on):
            continue
        if start and start.leaves_alone(item):
            continue
        level = target_level(ladder, item, on, start)
        if level is None or is_too_soon(ladder, level, item, on):
            reached = ladder.levels[: ladder.rank_of(item)]
            level = reached[-1] if reached else None
        if level:
            key = (item.customer, item.currency, item.ladder)
            worst[key] = max(worst.get(key, level.delay_days), level.delay_days)
    return worst


def decide_all(items, ladders, on, start=None, covered=frozenset()):
    """Decide many items; returns ``{item.id: Decision}``.

    :param ladders: ``{policy id: Ladder}``
    :param start: go-live limits, the same for all, see :class:`Start`
    :param covered: see :func:`worst_delays`
    """
    worst = worst_delays(items, ladders, on, start, covered)
    known = {}
    decisions = {}
    for item in items:
        delay = worst.get((item.customer, item.currency, item.ladder)) if worst else None
        # All that `decide` looks at: thousands of items are alike in it.
        alike = (
            item.ladder,
            item.due,
            item.level_id,
            item.level_delay,
            item.level_date,
            item.occurrence,
            item.pause,
            item.broken_on,
            delay,
        )
        decision = known.get(alike)
        if decision is None:
            decision = known[alike] = decide(item, ladders.get(item.ladder), on, start, delay)
        decisions[item.id] = decision
    return decisions
