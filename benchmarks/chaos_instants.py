"""Instants of a process: it counts its SQL statements and commits, and dies at one of them.

The module knows nothing of it. The same seed dies at the same statements.
"""

import os
import signal

from odoo.sql_db import Cursor


class Meter:
    """Counts instants; ``marks`` says between which of them a kind of work was done."""

    def __init__(self, kill):
        self.kill = kill or {}
        self.count = 0
        self.mails = 0
        self.marks = {}

    def tick(self):
        """One more instant has come: the last one, if it is the one to die at."""
        self.count += 1
        if self.kill.get("at") == self.count:
            die()

    def mark(self, name, first):
        """Note that work of a name was done from instant ``first`` until now."""
        self.marks.setdefault(name, []).append((first, self.count))

    def read(self):
        """Return what was counted."""
        return {"instants": self.count, "marks": self.marks}


def die():
    """End as `kill -9` ends a process."""
    os.kill(os.getpid(), signal.SIGKILL)


def install(env, kill):
    """Count from now on; ``kill`` names the instant to die at.

    :param kill: ``{"at": number of the instant}``, ``{"mail": number of the mail after which}``,
        or None
    """
    meter = Meter(kill)
    _count_statements(meter)
    _mark(meter, env.registry["collection.issue"], "_issue_texts", "issue")
    _mark(meter, env.registry["collection.charge"], "_make", "charge")
    _mark(meter, env.registry["collection.delivery"], "_render_letters", "letters")
    _count_mails(meter, env.registry["ir.mail_server"])
    return meter


def _count_statements(meter):
    """Every statement, and either side of every commit, is an instant."""
    execute, commit = Cursor.execute, Cursor.commit

    def counted_execute(self, *args, **kwargs):
        result = execute(self, *args, **kwargs)
        meter.tick()
        return result

    def counted_commit(self):
        meter.tick()
        result = commit(self)
        meter.tick()
        return result

    Cursor.execute, Cursor.commit = counted_execute, counted_commit


def _mark(meter, model, method, name):
    original = getattr(model, method)

    def marked(self, *args, **kwargs):
        first = meter.count + 1
        result = original(self, *args, **kwargs)
        meter.mark(name, first)
        return result

    setattr(model, method, marked)


def _count_mails(meter, model):
    original = model.send_email

    def send_email(self, *args, **kwargs):
        result = original(self, *args, **kwargs)
        meter.mails += 1
        if meter.kill.get("mail") == meter.mails:
            die()
        return result

    model.send_email = send_email
