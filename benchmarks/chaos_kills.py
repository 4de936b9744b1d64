"""Faults of machines: processes killed at random instants, PostgreSQL restarted underneath."""

import os
import signal
import time

from .chaos_count import judge
from .chaos_world import FINISHED, ISSUED, LEDGER

KILLED = -signal.SIGKILL


def _instants(chaos, work, number):
    """Return random instants of a kind of work, one in each of ``number`` equal parts.

    :param work: key of ``chaos.measured``: where it begins, in which step, in which instants
    """
    template, step, spans = chaos.measured[work]
    instants = [at for first, last in spans for at in range(first, last + 1)]
    part = len(instants) / number
    chosen = [
        instants[min(len(instants) - 1, int((position + chaos.random.random()) * part))]
        for position in range(number)
    ]
    return template, step, chosen


def kill(chaos, work, number, unknown=0):
    """Kill at random instants of a kind of work; yield what customers got."""
    template, step, instants = _instants(chaos, work, number)
    for at in instants:
        with chaos.world.scene(template) as scene:
            told = scene.step(step, kill={"at": at})
            problems = [] if told.code == KILLED else [f"lived at instant {at}: {told}"]
            yield _finished(chaos, scene, step, problems, unknown)


def kill_after_mail(chaos, number):
    """Kill when the mail server has taken a mail and nobody has written that down."""
    for _each in range(number):
        with chaos.world.scene(ISSUED) as scene:
            told = scene.step("send", kill={"mail": chaos.random.randint(1, chaos.mails)})
            problems = [] if told.code == KILLED else [f"lived: {told}"]
            yield _finished(chaos, scene, "send", problems, 1)


def kill_by_the_clock(chaos, number):
    """Kill from outside, at a random moment of the whole day's work, renderers included."""
    for _each in range(number):
        with chaos.world.scene(LEDGER) as scene:
            started = scene.start("day")
            time.sleep(chaos.random.uniform(0.1, chaos.seconds["day"]))
            os.killpg(started[0], signal.SIGKILL)
            scene.wait(started)
            yield _finished(chaos, scene, "day", [], 1)


def restart_database(chaos, step, number):
    """`pg_ctl restart -m immediate` at random moments of a step."""
    template = {"send": ISSUED, "charge": ISSUED, "reverse": FINISHED}.get(step, LEDGER)
    for _each in range(number):
        with chaos.world.scene(template) as scene:
            # A clone's sequences begin anew after a crash unless a checkpoint came between.
            chaos.world.cluster.checkpoint()
            started = scene.start(step)
            time.sleep(chaos.random.uniform(0.1, chaos.seconds[step]))
            chaos.world.cluster.crash()
            scene.wait(started)
            scene.stop_web()
            yield _finished(chaos, scene, step, [], 1 if step in ("send", "day") else 0)


def _finished(chaos, scene, step, problems, unknown):
    """Do what the scheduler, or the person, does afterwards, and count."""
    reference = chaos.reference
    if step == "reverse":
        reference = chaos.reversed_reference
        told = scene.step("reverse")
        if told.code or told.data.get("refused"):
            problems.append(f"cannot be reversed any more: {told}")
    problems += scene.finish()
    return judge(scene, reference, unknown=unknown, problems=problems)


FAULTS = {
    "kill-propose": ("kill -9 while proposing", lambda chaos: kill(chaos, "propose", 4)),
    "kill-issue": ("kill -9 while issuing", lambda chaos: kill(chaos, "issue", 6)),
    "kill-letters": ("kill -9 while rendering letters", lambda chaos: kill(chaos, "letters", 2)),
    "kill-send": ("kill -9 while sending", lambda chaos: kill(chaos, "send", 4, unknown=1)),
    "kill-mail": (
        "kill -9 when a mail was handed over",
        lambda chaos: kill_after_mail(chaos, 2),
    ),
    "kill-charge": ("kill -9 while charging", lambda chaos: kill(chaos, "charge", 4)),
    "kill-charge-paid": (
        "kill -9 while charging late payments",
        lambda chaos: kill(chaos, "charge_paid", 3),
    ),
    "kill-reverse": ("kill -9 while reversing a run", lambda chaos: kill(chaos, "reverse", 4)),
    "kill-clock": ("kill -9 at any moment of the day", lambda chaos: kill_by_the_clock(chaos, 3)),
    "pg-advance": (
        "PostgreSQL restarted: propose, issue",
        lambda chaos: restart_database(chaos, "advance", 3),
    ),
    "pg-send": ("PostgreSQL restarted: send", lambda chaos: restart_database(chaos, "send", 2)),
    "pg-charge": (
        "PostgreSQL restarted: charge",
        lambda chaos: restart_database(chaos, "charge", 2),
    ),
    "pg-reverse": (
        "PostgreSQL restarted: reverse",
        lambda chaos: restart_database(chaos, "reverse", 2),
    ),
}
