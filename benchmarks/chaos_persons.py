"""Faults of people: who works on the e-mails of notices in core's own list, and a manager who
reverses a notice while the mail server has its e-mail."""

import time

from .chaos_count import EXACT, LATER, judge
from .chaos_mailbox import read_mails, taken
from .chaos_world import ISSUED

DAYS = (0, 1)
SOME = 3  # one e-mail in so many is stopped
# A process that has to wait for the one that sends has been waiting for it by then.
SECONDS = 2
HOLDING_SECONDS = 60
# What goes out, and what is not needed any more, is not what it would have been.
REVERSED = tuple(aspect for aspect in EXACT if aspect != "contacts")


def retry(chaos, mode, methods, late=False):
    """Core's Retry on the e-mails that the server has refused.

    :param methods: behind the buttons a person presses: the queue sends what is outgoing
    :param late: when the day after has repeated the notices already
    """
    with chaos.world.scene(ISSUED, mode) as scene:
        scene.step("send")
        scene.set_smtp("ok")
        problems = scene.finish(DAYS) if late else []
        told = scene.step("press", state="exception", methods=methods)
        if told.code or not told.data.get("notices"):
            problems.append(f"there was nothing to retry: {told}")
        problems += scene.finish(DAYS[1:] if late else DAYS)
        yield judge(scene, chaos.next_reference, LATER, problems=problems)


def stop(chaos, method):
    """A person cancels, or deletes, some e-mails that wait in the queue."""
    with chaos.world.scene(ISSUED) as scene:
        told = scene.step("press", state="outgoing", methods=[method], every=SOME)
        problems, stopped = [], set(told.data.get("notices", ()))
        if told.code or not stopped:
            problems.append(f"there was nothing to stop: {told}")
        if told.data.get("refused"):
            stopped = set()
        problems += scene.finish(DAYS)
        if taken(scene) & stopped:
            problems.append(f"went all the same: {sorted(taken(scene) & stopped)}")
        yield judge(scene, chaos.next_reference, LATER, stopped=stopped, problems=problems)


def reverse_with_the_server(chaos):
    """A manager takes the day back while the mail server has one of its e-mails."""
    with chaos.world.scene(ISSUED, "holds") as scene:
        sending = scene.start("send", smtp_timeout=HOLDING_SECONDS)
        problems = [] if _wait_for(scene.mails / "holding") else ["no e-mail was held"]
        held = {notice for _address, notice in read_mails(scene)[-1:]}
        reversing = scene.start("reverse")
        time.sleep(chaos.seconds["reverse"] + SECONDS)
        (scene.mails / "release").touch()
        told = scene.wait(reversing)
        scene.wait(sending)
        if told.code or told.data.get("refused"):
            told = scene.step("reverse")
        if told.code or told.data.get("refused"):
            problems.append(f"cannot be reversed: {told}")
        problems += scene.finish()
        yield judge(
            scene, chaos.reversed_reference, REVERSED, unknown=held, problems=problems
        )


def _wait_for(path):
    deadline = time.monotonic() + HOLDING_SECONDS / 2
    while time.monotonic() < deadline:
        if path.exists():
            return True
        time.sleep(0.05)
    return False


def _retries(chaos):
    yield from retry(chaos, "unknown_user", ["mark_outgoing", "send"])
    yield from retry(chaos, "rejects", ["mark_outgoing"])


FAULTS = {
    "person-retry": ("a person retries e-mails that failed", _retries),
    "person-late": (
        "a person retries them the day after",
        lambda chaos: retry(chaos, "rejects", ["mark_outgoing", "send"], late=True),
    ),
    "person-cancel": (
        "a person cancels e-mails in the queue",
        lambda chaos: stop(chaos, "cancel"),
    ),
    "person-delete": (
        "a person deletes e-mails in the queue",
        lambda chaos: stop(chaos, "unlink"),
    ),
    "reverse-sending": (
        "a run is reversed while its e-mail is with the server",
        reverse_with_the_server,
    ),
}
