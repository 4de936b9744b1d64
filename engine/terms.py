"""The terms of the engine: level, ladder, item, start, decision.

An *item* is one receivable instalment. A *ladder* is the ordered set of levels
of a dunning policy. All delays are calendar days counted from the due date.
"""

from dataclasses import dataclass
from datetime import date

ADVANCE = "advance"
WAIT = "wait"
SKIP = "skip"
FINISHED = "finished"

STEP = "step"
JUMP = "jump"
HIGHEST = "highest"

RESUME = "resume"
NEXT = "next"


@dataclass(frozen=True, slots=True)
class Level:
    """One rung: ``delay_days`` after the due date (negative: before it).

    ``min_interval_days`` since the item's previous level or repeat;
    ``repeat_days`` between two repeats of the last level, ``max_repeats`` of
    them after its first notice.
    """

    id: int
    sequence: int
    delay_days: int
    min_interval_days: int = 0
    repeat_days: int = 0
    max_repeats: int = 0

    @property
    def before_due(self):
        """A courtesy level: its wording makes sense until the due day, inclusive."""
        return self.delay_days < 0


@dataclass(frozen=True, slots=True)
class Ladder:
    """A policy's levels, lowest first whatever the order they come in.

    ``after_broken``: what a broken promise does to its items: ``resume`` the climb
    where they stood, or the ``next`` level at once.
    """

    id: int
    levels: tuple[Level, ...]
    advance_mode: str = STEP
    after_broken: str = RESUME

    def __post_init__(self):
        climbing = sorted(self.levels, key=lambda level: (level.delay_days, level.sequence))
        object.__setattr__(self, "levels", tuple(climbing))

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


# Made by the hundred thousand: a frozen one takes three times as long to make. Nobody
# changes one all the same; `replace` makes another.
@dataclass(unsafe_hash=True, slots=True)
class Item:
    """One open receivable item as it stands.

    Amounts are in the item's own currency. ``level_id`` was reached on
    ``level_date``, by its ``occurrence``-th notice (1: the first); ``level_delay``
    is that level's delay in days. ``pause`` is a ``(reason, detail, until)``
    triple (until: last day of the pause, or None), or None. ``broken_on``: the day
    on which a promise about it was found broken.
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
    broken_on: date | None = None

    @property
    def owed(self):
        """The undisputed part of what is open."""
        return self.residual - self.disputed


@dataclass(frozen=True, slots=True)
class Offer:
    """The early-payment discount in force on one item.

    ``end`` is its last day, which counts. ``saving`` is what the customer keeps by
    paying until then, in the item's currency; a ``voucher`` he gets instead, and pays
    in full. ``reminded_on``: the day a notice of this offer was issued. ``pause`` as on
    an :class:`Item`.
    """

    id: int
    item_id: int
    sequence: int
    end: date
    saving: float
    voucher: bool = False
    reminded_on: date | None = None
    pause: tuple[str, str, date | None] | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """Going live on old debt.

    ``due_from``: items due earlier are left alone. ``delay_days``: the delay of
    the level at which old debt that was never reminded starts, if it has earned
    that level already. ``live_on``: the day of going live; what falls due from
    then on is no old debt and climbs from the bottom (None: everything is old).
    """

    due_from: date | None = None
    delay_days: int | None = None
    live_on: date | None = None

    def leaves_alone(self, item):
        return self.due_from is not None and item.due < self.due_from

    def applies_to(self, item):
        """True when the item starts at the go-live level."""
        is_old = self.live_on is None or item.due < self.live_on
        return self.delay_days is not None and not item.level_id and is_old


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to an item, and why.

    ``step`` is ``advance`` (to ``level``), ``skip`` (it has earned ``level``
    but is left out for ``reason``), ``wait`` (for ``level`` on ``next_date``) or
    ``finished`` (nothing will follow: it stands on the last level and is not
    repeated, or ``reason`` says why).

    ``next_date`` is the first day on which the item advances if nothing changes
    until then; for a skip, the first after what holds it back ends (None: no end
    is known). In mode ``highest`` the customer's other items count as they stand
    today: a worse one may pull the item up earlier, nothing makes it later.
    """

    step: str
    level: Level | None = None
    occurrence: int = 0
    reason: str | None = None
    detail: str = ""
    next_date: date | None = None
