"""Which level an invoice must get on which day, worked out from the file alone.

Written against DESIGN.md and not with the module's engine, whose work it judges: an invoice
climbs one level at a time (mode ``step``) or to the level its delay has earned (``jump``);
a level is due ``delay`` days after the due date, not before ``interval`` days have passed
since the previous one; a courtesy before the due date makes no sense after it.
"""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Rung:
    """A level of the policy, as its record has it."""

    id: int
    name: str
    delay: int
    interval: int
    repeat: int
    repeats: int


@dataclass(slots=True)
class State:
    """Where an invoice stands: index of its rung (-1: none), since when, how often."""

    rung: int = -1
    since: date | None = None
    times: int = 0


class Oracle:
    """The ladder and where each invoice stands on it according to what was really issued."""

    def __init__(self, rungs, mode):
        self.rungs = sorted(rungs, key=lambda rung: rung.delay)
        self.mode = mode
        self.index = {rung.id: position for position, rung in enumerate(self.rungs)}
        self.states = {}
        self.waiting = set()  # invoices in a proposal that waits for approval

    @property
    def knows(self):
        """Tell whether it can judge this policy at all."""
        return self.mode in ("step", "jump")

    def state(self, number):
        """Return where an invoice stands."""
        return self.states.setdefault(number, State())

    def expected(self, invoice, day):
        """Return (level id, occurrence) that the invoice must get on a day, or None."""
        state = self.state(invoice.number)
        if invoice.number in self.waiting or state.since == day:
            return None
        late = (day - invoice.due).days
        due = [
            position
            for position, rung in enumerate(self.rungs)
            if position > state.rung
            and late >= rung.delay
            and not (rung.delay < 0 and late > 0)
        ]
        if not due:
            return self._repeat(state, day)
        position = due[0] if self.mode == "step" else due[-1]
        rung = self.rungs[position]
        if state.since and day < state.since + timedelta(days=rung.interval):
            return None
        return rung.id, 1

    def _repeat(self, state, day):
        last = self.rungs[-1]
        if state.rung != len(self.rungs) - 1 or not last.repeat or state.times > last.repeats:
            return None
        if day < state.since + timedelta(days=max(last.repeat, last.interval)):
            return None
        return last.id, state.times + 1

    def follows(self, invoice, level_id, occurrence, day):
        """Tell whether a level may follow the one the invoice has; none is left out."""
        state, position = self.state(invoice.number), self.index[level_id]
        if position == state.rung:
            return occurrence == state.times + 1
        if occurrence != 1 or position < state.rung:
            return False
        between = self.rungs[state.rung + 1 : position]
        passed = day > invoice.due
        return self.mode != "step" or all(rung.delay < 0 and passed for rung in between)

    def issued(self, number, level_id, occurrence, day):
        """Note that an invoice was really reminded at a level."""
        state = self.state(number)
        state.rung, state.since, state.times = self.index[level_id], day, occurrence
