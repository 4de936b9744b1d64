"""Promise 6, with real processes: killed at any instant, nothing is lost and nothing repeated.

Odoo's tests live in one transaction that is rolled back; what a `kill -9` leaves behind can only
be seen from outside. `./dev test` therefore runs these checks after Odoo's tests, each in a clone
of the database in which the module was installed: one process dies in the middle of its work, a
second one does the rest, and SQL and the mail sink say what the customers got.
"""

import subprocess
import time

from . import queue_checks, restart_faults
from .restart_world import World
from .ui import DevError

NAME = "restart"
CUSTOMERS = 6


def wanted(pattern):
    """Tell whether a PATTERN of `./dev test` asks for these checks."""
    return not pattern or any(pattern.lower() in name for name in (NAME, queue_checks.NAME))


def run(prepared, databases, installed):
    """Run all checks in clones of a database and yield (name, what is wrong or "", seconds);
    those that cannot be made yield why as well.

    :param installed: database with the module, to which nobody is connected
    """
    template = f"{installed}_restart"
    world = World(prepared, databases, template, CUSTOMERS)
    try:
        checks = {"prepared": _prepared(installed), **CHECKS, **restart_faults.CHECKS}
        for name, check in checks.items():
            started = time.monotonic()
            try:
                problem = check(world) or world.logged()
            except (DevError, subprocess.TimeoutExpired) as error:
                problem = str(error)
            yield f"{NAME}: {name}", problem, time.monotonic() - started
            if problem and name == "prepared":
                return
        yield from queue_checks.run(world)
    finally:
        world.drop(template)


def _prepared(installed):
    """Make the database with customers that the checks clone."""

    def prepared(world):
        world.databases.clone(installed, world.template)
        world.step(world.template, "prepare", customers=CUSTOMERS)

    return prepared


def _between_customers(world):
    """A process dies between two customers, a second one finishes the run."""
    with world.scene(letters=True) as scene:
        problem = scene.killed("advance", "customer", 4)
        if not problem and scene.issued() != 3:
            problem = f"{scene.issued()} notices had been issued before"
        scene.step("finish")
        return problem or scene.judge()


def _any_instant(world):
    """Two processes die in the midst of things, a third one finishes the run."""
    with world.scene() as scene:
        problems = [scene.killed("advance", "statement", count) for count in (100, 200)]
        scene.step("finish")
        return "; ".join(filter(None, problems)) or scene.judge()


def _while_sending(world):
    """A process dies after the mail server took a mail and before that was written down."""
    with world.scene() as scene:
        problem = scene.killed("finish", "mail", 3)
        scene.step("finish")
        return problem or scene.judge(unknown=1)


def _two_at_once(world):
    """Two processes run the scheduled action and the mail queue at once, and a person
    presses the button of the run as soon as there is one."""
    with world.scene() as scene:
        scene.together("finish", "finish", "press")
        scene.step("finish")
        return scene.judge()


def _shared(world):
    """Two processes go on with one run side by side."""
    with world.scene() as scene:
        scene.step("begin")
        shares = scene.together("issue", "issue")
        scene.step("send")
        if not all(shares) or sum(shares) != CUSTOMERS:
            return f"batches of the two processes: {shares}"
        return scene.judge()


CHECKS = {
    "killed between two customers": _between_customers,
    "killed at any instant": _any_instant,
    "killed while sending": _while_sending,
    "two processes and a person at once": _two_at_once,
    "two processes share a run": _shared,
}
