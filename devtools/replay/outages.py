"""The same ledger with the server down now and then, beside the run without outages.

A server that was down for days must catch up: what is still open has the levels it would have
had, what was paid meanwhile was reminded no more often, and interest is the same to the cent.
Here are the days on which the server is down, and the judge of the two runs, which knows them
only by their outcomes (see ``outcome``) and the ledger.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

LONGEST = 9  # days an outage lasts at most
GAPS = (5, 40)  # days from the end of one to the start of the next, at least and at most
ONE_DAY = timedelta(days=1)

UNTOUCHED = "open in no outage"
LONG_AFTER = "open long after an outage"
DURING = "paid during an outage"
SHORTLY_AFTER = "paid or still open shortly after one"
GROUPS = (UNTOUCHED, LONG_AFTER, DURING, SHORTLY_AFTER)


def draw(seed, first, last, quiet=30):
    """Return the outages, ``(first day, last day)``, between two days.

    :param quiet: so many days at both ends are without, so that there is something to
        interrupt and something to catch up
    """
    chance = random.Random(seed)
    outages, day = [], first + timedelta(days=quiet)
    while True:
        day += timedelta(days=chance.randint(*GAPS))
        end = day + timedelta(days=chance.randint(1, LONGEST) - 1)
        if end > last - timedelta(days=quiet):
            return outages
        outages.append((day, end))
        day = end + ONE_DAY


def days_of(outages):
    """Return every day on which the server is down."""
    return {
        start + timedelta(days=number)
        for start, end in outages
        for number in range((end - start).days + 1)
    }


@dataclass
class Group:
    """What became of the invoices of one kind in both runs."""

    invoices: int = 0
    calm: int = 0  # reminders without outages
    stormy: int = 0  # reminders with them
    fewer: int = 0  # invoices with fewer reminders because of the outages
    courtesies: int = 0  # invoices whose courtesy's time passed during an outage
    problems: int = 0


@dataclass
class Judge:
    """Compares the outcome of the run without outages with that of the run with them.

    ``spacing``: so many days after an outage an invoice must have caught up.
    """

    ledger: object
    outages: list
    calm: dict
    stormy: dict
    spacing: int
    groups: dict = field(default_factory=lambda: {name: Group() for name in GROUPS})
    interest: Counter = field(default_factory=Counter)
    problems: list = field(default_factory=list)

    def __post_init__(self):
        self._down = {str(day) for day in days_of(self.outages)}

    def run(self):
        """Compare everything; ``problems`` has what is wrong."""
        for run, outcome in (("without", self.calm), ("with", self.stormy)):
            for text in outcome["problems"]:
                self.problems.append(f"{run} outages: {text}")
        for invoice in self.ledger.invoices:
            if invoice.posted <= self.ledger.last:
                self._compare_levels(invoice)
                self._compare_interest(invoice)
        if not self.groups[LONG_AFTER].calm or not self.groups[DURING].invoices:
            self.problems.append("nothing to compare: no invoice lived through an outage")
        return self

    def group_of(self, invoice):
        """Return which promise the outages put to the test on an invoice."""
        last = self.ledger.last
        is_paid = invoice.paid is not None and invoice.paid <= last
        end = invoice.paid if is_paid else last
        met = [one for one in self.outages if one[0] <= end and one[1] >= invoice.posted]
        if not met:
            return UNTOUCHED
        if is_paid and met[-1][0] <= end <= met[-1][1]:
            return DURING
        # The day after its last day the server is back.
        back = met[-1][1] + ONE_DAY
        return LONG_AFTER if (end - back).days >= self.spacing else SHORTLY_AFTER

    def _compare_levels(self, invoice):
        name = self.group_of(invoice)
        group = self.groups[name]
        calm, stormy = (
            outcome["reminders"].get(invoice.number, []) for outcome in (self.calm, self.stormy)
        )
        group.invoices += 1
        group.calm += len(calm)
        group.stormy += len(stormy)
        group.fewer += len(stormy) < len(calm)
        group.courtesies += len(_before_due(stormy)) < len(_before_due(calm))
        found = self._judge(invoice, name, calm, stormy)
        if found:
            group.problems += 1
            self.problems.append(f"{invoice.number}, {name}: {found}; {calm} became {stormy}")

    def _judge(self, invoice, name, calm, stormy):
        """Return what is wrong with the reminders of one invoice, or ""."""
        if len(stormy) > len(calm):
            return "more reminders"
        if name == UNTOUCHED and stormy != calm:
            return "other reminders"
        if any(row[0] in self._down for row in stormy):
            return "reminded while the server was down"
        # A courtesy before the due date makes no sense after it; everything else is owed.
        on_time, late = ([row[1:] for row in _after_due(rows)] for rows in (calm, stormy))
        if late != on_time[: len(late)]:
            return "other levels, or another order"
        if name == LONG_AFTER and _first_times(late) != _first_times(on_time):
            return "a level is missing"
        if any(row[1:] not in [other[1:] for other in calm] for row in _before_due(stormy)):
            return "another courtesy"
        ends = [outcome["levels"].get(invoice.number) for outcome in (self.calm, self.stormy)]
        if name == LONG_AFTER and late and ends[0] != ends[1]:
            return f"it stands on {ends[1]} and not on {ends[0]}"
        return ""

    def _compare_interest(self, invoice):
        """Charged up to the same day, it is the same: cents, first day, last day."""
        calm, stormy = (
            outcome["interest"].get(invoice.number) for outcome in (self.calm, self.stormy)
        )
        if calm is None and stormy is None:
            return
        self.interest["invoices"] += 1
        for name, row in (("calm", calm), ("stormy", stormy)):
            self.interest[f"{name} charges"] += row[3] if row else 0
            self.interest[name, invoice.currency] += row[0] if row else 0
        if calm is None or stormy is None or calm[:3] != stormy[:3]:
            self.interest["different"] += 1
            self.problems.append(f"{invoice.number}, interest: {calm} became {stormy}")


def _before_due(rows):
    return [row for row in rows if row[2] < 0]


def _after_due(rows):
    return [row for row in rows if row[2] >= 0]


def _first_times(rows):
    """Without the repeats of the last level: what delays one delays all that follow."""
    return [row for row in rows if row[-1] == 1]


def spacing(rungs):
    """Return in how many days an invoice has caught up, whatever it missed: the longest way
    from one level to the next, or all the intervals one after the other; and a day for the
    manager's approval."""
    delays = sorted(rung.delay for rung in rungs)
    steps = [after - before for before, after in zip(delays, delays[1:], strict=False)]
    intervals = sum(max(rung.interval, 1) for rung in rungs if rung.delay >= 0)
    return max([*steps, intervals]) + 1
