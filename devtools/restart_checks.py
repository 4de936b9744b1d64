"""Promise 6, with real processes: killed at any instant, nothing is lost and nothing repeated.

Odoo's tests live in one transaction that is rolled back; what a `kill -9` leaves behind can only
be seen from outside. `./dev test` therefore runs these checks after Odoo's tests, each in a clone
of the database in which the module was installed: one process dies in the middle of its work, a
second one does the rest, and SQL and the mail sink say what the customers got.
"""

import contextlib
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter
from email import message_from_bytes, policy
from pathlib import Path

from . import paths, script_runs, smtp_sink
from .log_rules import is_allowed
from .test_report import PROBLEM_LEVELS, RECORD
from .ui import DevError

NAME = "restart"
CUSTOMERS = 6
TIMEOUT = 300
STATE = """
    SELECT p.email,
           (SELECT count(*) FROM collection_notice n
             WHERE n.partner_id = p.id AND n.stage = 'issued'),
           (SELECT count(*) FROM collection_notice n
             WHERE n.partner_id = p.id AND n.stage NOT IN ('issued', 'cancelled')),
           (SELECT count(*) FROM collection_notice_line l
              JOIN collection_notice n ON n.id = l.notice_id
             WHERE n.partner_id = p.id AND l.kind = 'item' AND l.stage = 'issued'),
           (SELECT count(*) FROM mail_mail m JOIN mail_mail_res_partner_rel r
                ON r.mail_mail_id = m.id WHERE r.res_partner_id = p.id),
           (SELECT string_agg(c.state || coalesce(' ' || c.failure_kind, ''), ', ')
              FROM collection_communication c WHERE c.partner_id = p.id),
           (SELECT count(*) FROM account_move_line i WHERE i.partner_id = p.id
               AND i.collection_level_id IS NOT NULL AND i.collection_date IS NOT NULL)
      FROM res_partner p WHERE p.email LIKE 'customer__@example.com' ORDER BY p.email
"""
ONCE = [1, 0, 1, 1, "sent", 1]
UNKNOWN = [1, 0, 1, 1, "failed unknown", 1]


def wanted(pattern):
    """Tell whether a PATTERN of `./dev test` asks for these checks."""
    return not pattern or pattern.lower() in NAME


def run(prepared, databases, installed):
    """Run all checks in clones of a database and yield (name, what is wrong or "", seconds).

    :param installed: database with the module, to which nobody is connected
    """
    template = f"{installed}_restart"
    world = World(prepared, databases, template)
    try:
        for name, check in {"prepared": _prepared(installed), **CHECKS}.items():
            started = time.monotonic()
            try:
                problem = check(world) or world.logged()
            except (DevError, subprocess.TimeoutExpired) as error:
                problem = str(error)
            yield f"{NAME}: {name}", problem, time.monotonic() - started
            if problem and name == "prepared":
                return
    finally:
        world.drop(template)


def _prepared(installed):
    """Make the database with customers that the checks clone."""

    def prepared(world):
        world.databases.clone(installed, world.template)
        world.step(world.template, "prepare", customers=CUSTOMERS)

    return prepared


class World:
    """Starts the steps and sees what the customers got."""

    def __init__(self, prepared, databases, template):
        self.prepared = prepared
        self.databases = databases
        self.template = template
        self.log = paths.LOGS / f"{template}.log"
        self.log.unlink(missing_ok=True)
        self._read = 0

    def logged(self):
        """Return the first warning or error that the processes logged, or ""."""
        lines = self.log.read_text(errors="replace").splitlines()[self._read :]
        self._read += len(lines)
        for line in lines:
            found = RECORD.match(line)
            serious = found and found["level"] in PROBLEM_LEVELS
            if serious and not is_allowed(found["logger"], found["text"]):
                return f"{found['level']} {found['logger']}: {found['text']}"
        return ""

    @contextlib.contextmanager
    def scene(self, letters=False):
        """Yield a database of its own and a mail sink; ``letters``: its e-mails carry one."""
        name = f"{self.template}_scene"
        self.databases.clone(self.template, name)
        if letters:
            attach = "UPDATE collection_level SET attach_letter = true WHERE send_email"
            self.databases.sql((attach, None), database=name)
        with tempfile.TemporaryDirectory() as folder, smtp_sink.Sink(Path(folder)) as sink:
            threading.Thread(target=sink.serve_forever, daemon=True).start()
            try:
                yield Scene(self, name, sink, letters)
            finally:
                sink.shutdown()
                self.drop(name)

    def drop(self, name):
        """Drop a database; one that cannot be dropped is no defect of the module."""
        with contextlib.suppress(DevError):
            self.databases.drop(name)

    def start(self, database, step, port=None, **arguments):
        """Start a step in a process of its own."""
        arguments = {"step": step, "kill": None, "together": False, **arguments}
        command = script_runs.command(
            self.prepared, "restart.py", database, arguments, smtp_port=port
        )
        with open(self.log, "a") as log:
            return subprocess.Popen(
                command,
                env=self.prepared.variables,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def step(self, database, step, port=None, **arguments):
        """Run a step to its end and return its exit code."""
        process = self.start(database, step, port, **arguments)
        try:
            process.communicate(timeout=TIMEOUT)
        finally:
            process.kill()
        killed = process.returncode == -signal.SIGKILL
        if process.returncode and not (killed and arguments.get("kill")):
            raise DevError(f"{step} ended with {process.returncode}, see {self.log}")
        return process.returncode


class Scene:
    """One database and one mail sink."""

    def __init__(self, world, database, sink, letters):
        self.world = world
        self.database = database
        self.sink = sink
        self.letters = letters

    def step(self, step, **arguments):
        """Run a step and return its exit code."""
        return self.world.step(self.database, step, self.sink.port, **arguments)

    def killed(self, step, at, count):
        """Run a step in a process that kills itself; return what is wrong with that."""
        code = self.step(step, kill={"at": at, "count": count})
        return "" if code == -signal.SIGKILL else f"the process lived, killed at {at} {count}"

    def together(self, step):
        """Run a step in two processes at once."""
        both = [
            self.world.start(self.database, step, self.sink.port, together=True)
            for _number in range(2)
        ]
        try:
            for answer in ("ready", "done"):
                for process in both:
                    line = process.stdout.readline().strip()
                    if line != answer:
                        raise DevError(f"expected {answer}, got {line!r}: {step} in two processes")
                for process in both:
                    process.stdin.write("go on\n")
                    process.stdin.flush()
                    if answer == "done":
                        process.wait(TIMEOUT)
        finally:
            for process in both:
                process.kill()
                process.wait()

    def issued(self):
        """Return the number of notices that were issued."""
        query = "SELECT count(*) FROM collection_notice WHERE stage = 'issued'"
        return self.world.databases.sql((query, None), database=self.database)[0][0]

    def delivered(self):
        """Return how many mails each customer got, and those without their letter."""
        counts, bare = Counter(), []
        for path in self.sink.folder.glob("*.eml"):
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            address = mail["To"].addresses[0].addr_spec
            counts[address] += 1
            types = {part.get_content_type() for part in mail.walk()}
            if self.letters and "application/pdf" not in types:
                bare.append(address)
        return counts, bare

    def judge(self, unknown=0):
        """Return what is wrong, or "": everybody got one notice and one mail.

        :param unknown: how many customers' mails have an outcome that a person must find out
        """
        rows = self.world.databases.sql((STATE, None), database=self.database)
        problems = [
            f"{email}: {found}"
            for email, *found in rows
            if found != ONCE and not (unknown and found == UNKNOWN)
        ]
        seen = sum(found == UNKNOWN for _email, *found in rows)
        counts, bare = self.delivered()
        expected = Counter(row[0] for row in rows)
        if len(rows) != CUSTOMERS:
            problems.append(f"{len(rows)} customers")
        if seen != unknown:
            problems.append(f"{seen} unknown outcomes instead of {unknown}")
        if counts != expected:
            problems.append(f"mails: {dict(counts)}")
        if bare:
            problems.append(f"mails without letter: {bare}")
        return "; ".join(problems)


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
    """Two processes run the scheduled action and the mail queue at once."""
    with world.scene() as scene:
        scene.together("finish")
        scene.step("finish")
        return scene.judge()


CHECKS = {
    "killed between two customers": _between_customers,
    "killed at any instant": _any_instant,
    "killed while sending": _while_sending,
    "two processes at once": _two_at_once,
}
