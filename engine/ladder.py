"""Which dunning level an item has earned on a day, and why it does not get it.

An *item* is one receivable instalment. A *ladder* is the ordered set of levels
of a dunning policy. All delays are calendar days counted from the due date; the
due day itself is never late (its day count is 0).
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

ADVANCE = "advance"
WAIT = "wait"
SKIP = "skip"
FINISHED = "finished"

STEP = "step"
JUMP = "jump"
HIGHEST = "highest"


@dataclass(frozen=True, slots=True)
class Level:
    """One rung: ``delay_days`` after the due date (negative: before it)."""

    id: int
    sequence: int
    delay_days: int
    min_interval_days: int = 0
    repeat_days: int = 0
    max_repeats: int = 0

    @property
    def before_due(self):
        """A courtesy level: its wording only makes sense until the due day."""
        return self.delay_days < 0


@dataclass(frozen=True, slots=True)
class Ladder:
    """A policy's levels in ascending order of sequence and delay."""

    id: int
    levels: tuple[Level, ...]
    advance_mode: str = STEP

    def rank_of(self, item):
        """Number of rungs the item already stands on or above.

        A level of another policy (the customer changed policy) counts by its
        delay, so that nobody starts again from the bottom.
        """
        for position, level in enumerate(self.levels, start=1):
            if level.id == item.level_id:
                return position
        if item.level_delay is None:
            return 0
        return sum(level.delay_days <= item.level_delay for level in self.levels)


@dataclass(frozen=True, slots=True)
class Item:
    """One open receivable item as it stands.

    Amounts are in the item's own currency. ``pause`` is a ``(reason, detail,
    until)`` triple (until: last day of the pause, or None), or None.
    """

    id: int
    customer: int | None
    currency: int
    residual: float
    due: date | None
    ladder: int | None
    level_id: int | None = None
    level_delay: int | None = None
    level_date: date | None = None
    occurrence: int = 0
    disputed: float = 0.0
    pause: tuple[str, str, date | None] | None = None

    @property
    def owed(self):
        """The undisputed part of what is open."""
        return self.residual - self.disputed


@dataclass(frozen=True, slots=True)
class Start:
    """Going live on old debt.

    ``due_from``: items due earlier are left alone. ``delay_days``: the delay of
    the level at which an item that was never reminded starts, if it has earned
    that level already.
    """

    due_from: date | None = None
    delay_days: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to an item, and why.

    ``step`` is ``advance`` (to ``level``), ``skip`` (it has earned ``level``
    but is left out for ``reason``), ``wait`` (until ``next_date``) or
    ``finished`` (it stands on the last level and is not repeated).
    """

    step: str
    level: Level | None = None
    occurrence: int = 0
    reason: str | None = None
    detail: str = ""
    next_date: date | None = None


def days_overdue(due, on):
    """Days late on day ``on``: 0 on the due day, negative before it."""
    return (on - due).days


def is_overdue(item, on):
    return item.due is not None and days_overdue(item.due, on) > 0


def earned_levels(ladder, item, on):
    """The levels above the item's own whose delay has passed, lowest first.

    Levels before the due date are passed over once the item is late: a
    courtesy text about a coming due date would be wrong then.
    """
    late = days_overdue(item.due, on)
    return [
        level
        for level in ladder.levels[ladder.rank_of(item) :]
        if level.delay_days <= late and not (level.before_due and late > 0)
    ]


def repeat_of_last(ladder, item, on):
    """The last level once more, when its repeat is due; else None."""
    last = ladder.levels[-1] if ladder.levels else None
    if last is None or last.id != item.level_id or item.level_date is None:
        return None
    if not last.repeat_days or item.occurrence > last.max_repeats:
        return None
    return last if on >= item.level_date + timedelta(days=last.repeat_days) else None


def target_level(ladder, item, on, start=None, worst_delay=None):
    """The level the item has earned on day ``on``, or None.

    :param worst_delay: in mode ``highest``, the delay in days of the highest
        level that any overdue item of the same customer has reached or earned
    """
    earned = earned_levels(ladder, item, on)
    if ladder.advance_mode == HIGHEST and worst_delay is not None and is_overdue(item, on):
        above = ladder.levels[ladder.rank_of(item) :]
        earned = [level for level in above if 0 <= level.delay_days <= worst_delay]
    if not earned:
        return repeat_of_last(ladder, item, on)
    if start and start.delay_days is not None and not item.level_id:
        within = [level for level in earned if level.delay_days <= start.delay_days]
        return within[-1] if within else earned[0]
    return earned[0] if ladder.advance_mode == STEP else earned[-1]


def decide(item, ladder, on, start=None, worst_delay=None):
    """Decide one item on day ``on``.

    :param item: the :class:`Item`
    :param ladder: its :class:`Ladder`, or None when no policy applies
    :param start: go-live limits, see :class:`Start`
    :return: a :class:`Decision`
    """
    if ladder is None or not ladder.levels:
        return Decision(FINISHED, reason="no_policy")
    if item.due is None:
        return Decision(SKIP, reason="no_due_date")
    level = target_level(ladder, item, on, start, worst_delay)
    if level is None:
        return _not_yet(ladder, item, on)
    occurrence = item.occurrence + 1 if level.id == item.level_id else 1
    earned = Decision(ADVANCE, level=level, occurrence=occurrence, next_date=on)
    if start and start.due_from and item.due < start.due_from:
        return replace(earned, step=SKIP, reason="before_start", detail=str(start.due_from))
    if item.pause:
        reason, detail, until = item.pause
        following = until + timedelta(days=1) if until else None
        return replace(earned, step=SKIP, reason=reason, detail=detail, next_date=following)
    free_from = _interval_end(level, item)
    if free_from and on < free_from:
        return replace(
            earned,
            step=SKIP,
            reason="min_interval",
            detail=str(free_from),
            next_date=free_from,
        )
    return earned


def _interval_end(level, item):
    """First day on which the level's minimum interval no longer forbids it."""
    if item.level_date is None or not level.min_interval_days:
        return None
    return item.level_date + timedelta(days=level.min_interval_days)


def _not_yet(ladder, item, on):
    """Nothing is earned: when will something be, if ever?"""
    late = days_overdue(item.due, on)
    for level in ladder.levels[ladder.rank_of(item) :]:
        if level.before_due and (late > 0 or level.delay_days <= late):
            continue
        day = item.due + timedelta(days=level.delay_days)
        day = max(filter(None, (day, _interval_end(level, item))))
        return Decision(WAIT, level=level, next_date=day)
    last = ladder.levels[-1]
    repeats = last.id == item.level_id and last.repeat_days and item.level_date
    if repeats and item.occurrence <= last.max_repeats:
        day = item.level_date + timedelta(days=last.repeat_days)
        return Decision(WAIT, level=last, next_date=day)
    return Decision(FINISHED)


def worst_delays(items, ladders, on):
    """The delay of the worst level per (customer, currency, ladder).

    Only ladders in mode ``highest`` matter; paused items and items that are not
    late do not pull the others up.
    """
    worst = {}
    for item in items:
        ladder = ladders.get(item.ladder)
        if ladder is None or ladder.advance_mode != HIGHEST:
            continue
        if item.pause or not is_overdue(item, on):
            continue
        reached = ladder.rank_of(item)
        levels = [*ladder.levels[:reached], *earned_levels(ladder, item, on)]
        if levels:
            key = (item.customer, item.currency, item.ladder)
            worst[key] = max(worst.get(key, levels[-1].delay_days), levels[-1].delay_days)
    return worst


def decide_all(items, ladders, on, start=None):
    """Decide many items; returns ``{item.id: Decision}``.

    :param ladders: ``{policy id: Ladder}``
    """
    worst = worst_delays(items, ladders, on)
    return {
        item.id: decide(
            item,
            ladders.get(item.ladder),
            on,
            start,
            worst.get((item.customer, item.currency, item.ladder)),
        )
        for item in items
    }
