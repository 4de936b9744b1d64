"""What the restart checks play in: databases of their own, processes, a mail server, a judge."""

import contextlib
import re
import signal
import subprocess
import tempfile
import threading
from collections import Counter
from email import message_from_bytes, policy
from pathlib import Path

from . import paths, queue_job, script_runs, smtp_sink
from .log_rules import is_allowed
from .test_report import PROBLEM_LEVELS, RECORD
from .ui import DevError

TIMEOUT = 300
# Two processes met, and one takes its work up again. Odoo logs the statement that told it so.
CONFLICT = re.compile(
    r"(bad query|Failed processing mail queue)\b.*could not serialize access", re.DOTALL
)
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


class World:
    """Starts the steps and sees what the customers got."""

    def __init__(self, prepared, databases, template, customers):
        self.prepared = prepared
        self.databases = databases
        self.template = template
        self.customers = customers
        self.log = paths.LOGS / f"{template}.log"
        self.log.unlink(missing_ok=True)
        self._read = 0

    def logged(self):
        """Return the first warning or error that the processes logged, or ""."""
        text = self.log.read_text(errors="replace")[self._read :]
        self._read += len(text)
        for record in re.split(r"^(?=\d{4}-\d\d-\d\d )", text, flags=re.MULTILINE):
            found = RECORD.match(record.split("\n", 1)[0])
            if not found or found["level"] not in PROBLEM_LEVELS or CONFLICT.search(record):
                continue
            if not is_allowed(found["logger"], found["text"]):
                return f"{found['level']} {found['logger']}: {found['text']}"
        return ""

    @contextlib.contextmanager
    def scene(self, letters=False, template=None, queue=False):
        """Yield a database of its own and a mail sink.

        :param letters: its e-mails carry one
        :param template: database to clone, if it is not the usual one
        :param queue: queue_job is installed in it
        """
        name = f"{self.template}_scene"
        self.databases.clone(template or self.template, name)
        if letters:
            attach = "UPDATE collection_level SET attach_letter = true WHERE send_email"
            self.databases.sql((attach, None), database=name)
        with tempfile.TemporaryDirectory() as folder, smtp_sink.Sink(Path(folder)) as sink:
            threading.Thread(target=sink.serve_forever, daemon=True).start()
            try:
                yield Scene(self, name, sink, letters, queue)
            finally:
                sink.shutdown()
                self.drop(name)

    def drop(self, name):
        """Drop a database; one that cannot be dropped is no defect of the module."""
        with contextlib.suppress(DevError):
            self.databases.drop(name)

    def start(self, database, step, port=None, queue=False, **arguments):
        """Start a step in a process of its own; ``queue``: with queue_job."""
        arguments = {"step": step, "kill": None, "together": False, **arguments}
        command = script_runs.command(
            self.prepared, "restart.py", database, arguments, smtp_port=port
        )
        variables = self.prepared.variables
        if queue:
            command += queue_job.options()
            variables = queue_job.variables(self.prepared)
        with open(self.log, "a") as log:
            return subprocess.Popen(
                command,
                env=variables,
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

    def __init__(self, world, database, sink, letters, queue):
        self.world = world
        self.database = database
        self.sink = sink
        self.letters = letters
        self.queue = queue

    def sql(self, statement):
        """Run one SQL statement and return its rows."""
        return self.world.databases.sql((statement, None), database=self.database)

    def step(self, step, **arguments):
        """Run a step and return its exit code."""
        return self.world.step(
            self.database, step, self.sink.port, queue=self.queue, **arguments
        )

    def killed(self, step, at, count):
        """Run a step in a process that kills itself; return what is wrong with that."""
        code = self.step(step, kill={"at": at, "count": count})
        return "" if code == -signal.SIGKILL else f"the process lived, killed at {at} {count}"

    def together(self, *steps, kill=None):
        """Run steps at once, each in a process of its own.

        :param kill: the instant at which the first process kills itself
        :return: how many batches each of them issued; None: it was killed
        """
        kills = [kill] + [None] * (len(steps) - 1)
        processes = [
            self.world.start(
                self.database, step, self.sink.port, self.queue, together=True, kill=deadly
            )
            for step, deadly in zip(steps, kills, strict=True)
        ]
        try:
            for process in processes:
                self._expect(process, "ready")
            for process in processes:
                self._go_on(process)
            shares = [
                None if deadly and self._died(process) else int(self._expect(process, "done"))
                for process, deadly in zip(processes, kills, strict=True)
            ]
            for process, share in zip(processes, shares, strict=True):
                if share is not None:
                    self._go_on(process)
                    process.wait(TIMEOUT)
        finally:
            for process in processes:
                process.kill()
                process.wait()
        return shares

    def _expect(self, process, word):
        """Return what follows the word that a process has to say next."""
        line = process.stdout.readline().strip()
        if not line.startswith(word):
            raise DevError(f"expected {word}, got {line!r}, see {self.world.log}")
        return line.removeprefix(word)

    def _go_on(self, process):
        process.stdin.write("go on\n")
        process.stdin.flush()

    def _died(self, process):
        """Wait for a process that kills itself."""
        code = process.wait(TIMEOUT)
        if code != -signal.SIGKILL:
            raise DevError(f"the process was to kill itself and ended with {code}")
        return True

    def issued(self):
        """Return the number of notices that were issued."""
        return self.sql("SELECT count(*) FROM collection_notice WHERE stage = 'issued'")[0][0]

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
        rows = self.sql(STATE)
        problems = [
            f"{email}: {found}"
            for email, *found in rows
            if found != ONCE and not (unknown and found == UNKNOWN)
        ]
        seen = sum(found == UNKNOWN for _email, *found in rows)
        counts, bare = self.delivered()
        expected = Counter(row[0] for row in rows)
        if len(rows) != self.world.customers:
            problems.append(f"{len(rows)} customers")
        if seen != unknown:
            problems.append(f"{seen} unknown outcomes instead of {unknown}")
        if counts != expected:
            problems.append(f"mails: {dict(counts)}")
        if bare:
            problems.append(f"mails without letter: {bare}")
        return "; ".join(problems)
