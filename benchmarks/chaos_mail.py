"""Faults of the mail server; see ``chaos_smtp.py`` for what each mode does."""

from .chaos_count import judge
from .chaos_world import ISSUED

DAYS = (0, 1)  # what could not be sent today is proposed again tomorrow


def trouble(chaos, mode, unknown=0):
    """Send the day's mails through a server with trouble, then all goes well again.

    :param unknown: whether messages may end with an outcome that a person must find out
    """
    with chaos.world.scene(ISSUED, mode) as scene:
        told = scene.step("send", smtp_timeout=1)
        problems = [] if told.code == 0 else [f"the queue ended with {told}"]
        problems += scene.finish(DAYS)
        yield judge(
            scene,
            chaos.next_reference,
            later=True,
            unknown=None if unknown else 0,
            problems=problems,
        )


def _fault(title, mode, unknown=False):
    return title, lambda chaos: trouble(chaos, mode, unknown)


FAULTS = {
    "smtp-refuses": _fault("SMTP server refuses connections", "refuses"),
    "smtp-silent": _fault("SMTP server accepts and says nothing", "silent"),
    "smtp-late": _fault("SMTP server does not answer after DATA", "late", unknown=True),
    "smtp-dies": _fault("SMTP server dies after DATA", "dies", unknown=True),
    "smtp-drops": _fault("SMTP server breaks off in DATA", "drops", unknown=True),
    "smtp-crash": _fault("SMTP server crashes for good", "crash", unknown=True),
    "smtp-slow": _fault("SMTP server is slow", "slow"),
    "smtp-busy": _fault("SMTP server says 451 to some", "busy"),
    "smtp-unknown": _fault("SMTP server says 550 to some", "unknown_user"),
    "smtp-rejects": _fault("SMTP server says 554 after DATA to some", "rejects"),
}
