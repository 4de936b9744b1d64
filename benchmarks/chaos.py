"""`./dev chaos`: faults on a ledger of thousands, each followed by a count of what is left.

Every fault happens in a database of its own, a clone of the same ledger. Then whatever was
stopped is started again and the scheduler's work is finished, and SQL compares with a run that
nothing disturbed: what customers have, what left, what can be read about what did not.
"""

import random
import time

from devtools.ui import DevError, say, step

from . import (
    chaos_conflicts,
    chaos_data,
    chaos_kills,
    chaos_letters,
    chaos_mail,
    chaos_persons,
    chaos_table,
)
from .chaos_count import Count, judge, read_state
from .chaos_mailbox import read_mails
from .chaos_world import FINISHED, ISSUED, LEDGER, World

FAULTS = {
    **chaos_kills.FAULTS,
    **chaos_conflicts.FAULTS,
    **chaos_mail.FAULTS,
    **chaos_persons.FAULTS,
    **chaos_letters.FAULTS,
    **chaos_data.FAULTS,
}


def run(size=2000, seed=1, only=(), write=False, ledger=None, tries=None):
    """Run the faults, print the table and return the exit code."""
    unknown = [name for name in only if not any(key.startswith(name) for key in FAULTS)]
    if unknown:
        raise DevError(f"no such fault: {', '.join(unknown)}", f"There are: {', '.join(FAULTS)}")
    chosen = {
        name: fault
        for name, fault in FAULTS.items()
        if not only or any(name.startswith(prefix) for prefix in only)
    }
    started = time.monotonic()
    world = World(size, ledger)
    try:
        with step(f"A ledger of {size:,} invoices on a PostgreSQL of its own"):
            world.make()
        chaos = Chaos(world, seed, tries)
        with step("The same day without any fault"):
            chaos.measure()
        rows = []
        for name, (title, fault) in chosen.items():
            rows.append(chaos.row(name, title, fault))
            say(chaos_table.line(rows[-1]))
        seconds = time.monotonic() - started
    finally:
        world.close()
    say()
    text, found = chaos_table.about(rows, chaos, seconds), chaos_table.lines(rows, size)
    say(f"{text}\n\n{chaos_table.table(found)}")
    if write:
        chaos_table.write(text, found, [title for title, _fault in FAULTS.values()])
    return 1 if any(row.count.problems for row in rows) else 0


class Chaos:
    """The undisturbed runs that faults are compared with, and the dice."""

    def __init__(self, world, seed, tries=None):
        self.world = world
        self.seed = seed
        self.tries = tries
        self.random = random.Random(seed)
        self.measured = {}
        self.seconds = {}
        self.mails = 0

    def measure(self):
        """Do the day, the day after, and the reversal, undisturbed; keep what comes between."""
        problems = []
        with self.world.scene(LEDGER) as scene:
            told = self._timed(scene, "advance")
            self._note_instants(told.data)
            scene.done("letters")
            self.world.keep(scene, ISSUED)
        with self.world.scene(ISSUED) as scene:
            self._whole(scene, "send", ISSUED)
            self.mails = len(read_mails(scene))
            charged = self._timed(scene, "charge").data
            self.measured["charge_paid"] = (ISSUED, "charge", charged["marks"]["charge"])
            self.seconds["day"] = sum(self.seconds.values())
            problems += scene.finish()
            self.reference = read_state(scene)
            problems += judge(scene, self.reference).problems
            self.world.keep(scene, FINISHED)
        with self.world.scene(FINISHED) as scene:
            problems += scene.finish((1,))
            self.next_reference = read_state(scene)
            problems += judge(scene, self.next_reference).problems
        with self.world.scene(FINISHED) as scene:
            told = self._whole(scene, "reverse", FINISHED)
            problems += [told.data["refused"]] if told.data.get("refused") else []
            problems += scene.finish()
            self.reversed_reference = read_state(scene)
            problems += judge(scene, self.reversed_reference).problems
        if problems:
            raise DevError("without any fault: " + "; ".join(map(str, problems)))

    def _timed(self, scene, name):
        started = time.monotonic()
        told = scene.done(name)
        self.seconds[name] = time.monotonic() - started
        return told

    def _whole(self, scene, name, template):
        """Every instant of a step counts."""
        told = self._timed(scene, name)
        self.measured[name] = (template, name, [(1, told.data["instants"])])
        return told

    def _note_instants(self, data):
        """Tell apart the instants of the scheduled action."""
        issue = data["marks"]["issue"]
        spans = {
            "propose": [(1, issue[0][0] - 1)],
            "issue": issue,
            "charge": data["marks"]["charge"],
            "letters": data["marks"]["letters"],
        }
        for name, found in spans.items():
            self.measured[name] = (LEDGER, "advance", found)

    def row(self, name, title, fault):
        """Let a fault happen as often as it wants to, and count."""
        started, total, tries = time.monotonic(), Count(), 0
        try:
            for count in fault(self):
                total.add(count)
                tries += 1
                if tries == self.tries:
                    break
        except (DevError, OSError) as error:
            total.problems.append(f"could not be tried: {error}")
        return chaos_table.Row(name, title, tries, total, time.monotonic() - started)
