"""Faults of the mail server; see ``chaos_smtp.py`` for what each mode does."""

from .chaos_count import EXACT, LATER, judge
from .chaos_mailbox import unanswered
from .chaos_world import ISSUED

DAYS = (0, 1)  # what the server has refused today is proposed again tomorrow
CALLS = 3  # of the mail queue, while the trouble lasts


def trouble(chaos, mode, aspects=EXACT):
    """Send the day's mails through a server with trouble, then all goes well again.

    :param aspects: LATER, where the server has refused a mail or could not be reached: it is
        repeated on another day. Of one that was slow, nothing is to be seen afterwards.
    """
    with chaos.world.scene(ISSUED, mode) as scene:
        problems = []
        for _call in range(CALLS):
            told = scene.step("send", smtp_timeout=1)
            problems += [] if told.code == 0 else [f"the queue ended with {told}"]
        problems += scene.finish(DAYS)
        yield judge(
            scene,
            chaos.next_reference,
            aspects,
            unknown=unanswered(scene),
            problems=problems,
        )


def _fault(title, mode, aspects=EXACT):
    return title, lambda chaos: trouble(chaos, mode, aspects)


FAULTS = {
    "smtp-refuses": _fault("SMTP server refuses connections", "refuses", LATER),
    "smtp-silent": _fault("SMTP server accepts and says nothing", "silent", LATER),
    "smtp-late": _fault("SMTP server does not answer after DATA", "late"),
    "smtp-dies": _fault("SMTP server dies after DATA", "dies"),
    "smtp-drops": _fault("SMTP server breaks off in DATA", "drops"),
    "smtp-crash": _fault("SMTP server crashes for good", "crash", LATER),
    "smtp-slow": _fault("SMTP server is slow", "slow"),
    "smtp-busy": _fault("SMTP server says 451 to some", "busy", LATER),
    "smtp-unknown": _fault("SMTP server says 550 to some", "unknown_user", LATER),
    "smtp-rejects": _fault("SMTP server says 554 after DATA to some", "rejects", LATER),
}
