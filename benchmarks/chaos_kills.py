"""Faults of machines: processes killed at random instants, PostgreSQL restarted underneath."""

import os
import signal
import time

from .chaos_count import Count, judge
from .chaos_world import FINISHED, ISSUED, LEDGER

KILLED = -signal.SIGKILL
ATTEMPTS = 6
EARLIEST = 0.05  # seconds
# What a process says whose connection was cut.
LOST = ("psycopg2.OperationalError", "psycopg2.InterfaceError", "AdminShutdown", "CrashShutdown")


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
        yield from _interrupt(chaos, "day", 1, _kill_group, _was_killed)


def restart_database(chaos, step, number):
    """`pg_ctl restart -m immediate` at random moments of a step."""

    def crash(_started):
        chaos.world.cluster.crash()

    for _each in range(number):
        unknown = 1 if step == "send" else 0
        yield from _interrupt(chaos, step, unknown, crash, _lost_the_database)


def _interrupt(chaos, step, unknown, strike, was_hit):
    """Strike at a random moment of a step; when it was over by then, again and earlier.

    :param strike: what to do to the step that was started
    :param was_hit: whether that is how a step has ended
    """
    template = {"send": ISSUED, "charge": ISSUED, "reverse": FINISHED}.get(step, LEDGER)
    latest = chaos.seconds[step]
    for _attempt in range(ATTEMPTS):
        with chaos.world.scene(template) as scene:
            # A clone's sequences begin anew after a crash unless a checkpoint came between.
            chaos.world.cluster.checkpoint()
            started = scene.start(step)
            time.sleep(chaos.random.uniform(EARLIEST, max(latest, EARLIEST)))
            strike(started)
            told = scene.wait(started)
            if told.code == 0:
                latest /= 2
                continue  # nothing was interrupted
            scene.stop_web()
            problems = [] if was_hit(told) else [f"ended by something else: {told}"]
            yield _finished(chaos, scene, step, problems, unknown)
            return
    yield Count(problems=[f"{step} was over each of {ATTEMPTS} times before it could be hit"])


def _kill_group(started):
    os.killpg(started[0], signal.SIGKILL)


def _was_killed(told):
    return told.code == KILLED


def _lost_the_database(told):
    return any(sign in told.data.get("error", "") for sign in LOST)


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
