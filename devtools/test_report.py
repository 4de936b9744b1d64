"""Read Odoo's log of a test run: what ran, what failed, what was skipped, what was logged.

Odoo's own summary ("1 failed, 0 error(s) of 9 tests") counts failing subtests one by one and
knows no passes, so the tests are counted here, one by one, as they start and end.
"""

import re
import time
from dataclasses import dataclass, field

from .log_rules import is_allowed
from .pins import MODULE
from .ui import say

RECORD = re.compile(
    r"^(?P<when>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) \d+ (?P<level>[A-Z]+) \S+ "
    r"(?P<logger>[\w.\-]+): (?P<text>.*)$"
)
START = re.compile(r"^Starting (?P<test>\S+\.test\w*) \.\.\.")
SKIP = re.compile(r"^skipped (?P<test>.+?) : (?P<reason>.*)", re.DOTALL)
FAILURE = re.compile(r"^(?:FAIL|ERROR): (?:Subtest )?(?P<test>\S+\.test\w*|setUpClass \(.*?\)|tearDownClass \(.*?\))")
TOTAL = re.compile(r"^\d+ failed, \d+ error\(s\) of (?P<ran>\d+) tests")
MODULE_TOTAL = re.compile(r"^(Module \S+|At least one test failed).*(\d+ failures|loading the modules)")
# What speaks between two phases of tests; the time until the next test is not a test's.
BETWEEN_TESTS = ("odoo.modules.loading", "odoo.service.server", "odoo.tests.result")
CRASH_OF_THREAD = ("Exception in thread ", "Exception ignored in")
LONGEST_SHOWN = 150  # lines at each end of a failure; the log has all of it
PROBLEM_LEVELS = ("WARNING", "ERROR", "CRITICAL")
BROWSER_REASONS = ("chrom", "websocket-client")


@dataclass
class Record:
    """One record of the log, its continuation lines included."""

    level: str
    logger: str
    first: str
    more: list = field(default_factory=list)

    @property
    def text(self):
        """Return all of it."""
        return "\n".join([self.first, *self.more]).rstrip()

    def shown(self):
        """Return what the console gets: all of it, but of a novel only the start and the end."""
        lines = self.text.splitlines()
        left_out = len(lines) - 2 * LONGEST_SHOWN
        if left_out > 0:
            note = f"[… {left_out} lines: see the log …]"
            lines = [*lines[:LONGEST_SHOWN], note, *lines[-LONGEST_SHOWN:]]
        return "\n".join(lines)


@dataclass
class Report:
    """The counts of a run, filled line by line."""

    started: dict = field(default_factory=dict)
    failed: set = field(default_factory=set)
    skipped: dict = field(default_factory=dict)
    problems: dict = field(default_factory=dict)
    reported_total: int = -1
    _current: Record = None
    _class: tuple = None
    _class_tests: int = 0
    _class_since: float = 0.0

    def feed(self, line):
        """Take the next line of the log."""
        found = RECORD.match(line)
        if found:
            self._flush()
            self._current = Record(found["level"], found["logger"], found["text"])
            self._announce(self._current)
        elif line.startswith(CRASH_OF_THREAD) or not self._current and _is_raw_problem(line):
            # Written past Odoo's log: before it is set up, or by Python itself.
            self._flush()
            self._current = Record("ERROR", "stderr", line)
        elif self._current:
            self._current.more.append(line)

    def close(self, exit_code):
        """Take the end of the log and the exit code of Odoo."""
        self._flush()
        self._end_class()
        if exit_code and not self.failed and not self.problems:
            self._problem(Record("CRITICAL", "odoo", f"Odoo ended with exit code {exit_code}"))
        if self.reported_total not in (-1, len(self.started)):
            text = f"Odoo reports {self.reported_total} tests, {len(self.started)} were seen to start"
            self._problem(Record("CRITICAL", "devtools", text))

    def add(self, name, problem, seconds, skipped=""):
        """Count a check that was made outside of Odoo's tests, or why it was not made."""
        self.started["devtools", name] = True
        if skipped:
            self.skipped["devtools", name] = skipped
            say(f"  skipped {name}: {skipped}")
            return
        if problem:
            self.failed.add(("devtools", name))
            say(f"\nFAIL: {name}: {problem}\n")
        say(f"  {name}, {seconds:.1f} s")

    def merge(self, other):
        """Take in the counts of another part of the same run."""
        self.started.update(other.started)
        self.failed |= other.failed
        self.skipped.update(other.skipped)
        self.problems.update(other.problems)

    @property
    def counts(self):
        """Return the numbers of (passed, failed, skipped) tests; a logged problem is a failure."""
        unsuccessful = self.failed | set(self.skipped)
        passed = sum(1 for test in self.started if test not in unsuccessful)
        skipped = sum(1 for test in self.skipped if test not in self.failed)
        return passed, len(self.failed) + len(self.problems), skipped

    @property
    def browser_skips(self):
        """Return how many tests were skipped for want of a browser."""
        reasons = [reason.lower() for reason in self.skipped.values()]
        return sum(1 for r in reasons if any(word in r for word in BROWSER_REASONS))

    def last_line(self):
        """Return the line that closes a run."""
        passed, failed, skipped = self.counts
        return f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else "")

    def _announce(self, record):
        """Show progress: one line for each test class, when it is over."""
        if record.logger in BETWEEN_TESTS:
            self._end_class()
        found = START.match(record.first)
        if not found:
            return
        name = (record.logger, found["test"].rsplit(".", 1)[0])
        if name != self._class:
            self._end_class()
            self._class, self._class_since = name, time.monotonic()
        self._class_tests += 1

    def _end_class(self):
        if self._class:
            logger, name = self._class
            seconds = time.monotonic() - self._class_since
            say(f"  {logger.rsplit('.', 1)[-1]}.{name}: {self._class_tests} tests, {seconds:.1f} s")
        self._class, self._class_tests = None, 0

    def _flush(self):
        record, self._current = self._current, None
        if record is None:
            return
        if found := START.match(record.first):
            self.started[record.logger, found["test"]] = True
        elif found := SKIP.match(record.text):
            self._skip(record, found)
        elif found := TOTAL.match(record.first):
            self.reported_total = int(found["ran"])
        elif record.level in PROBLEM_LEVELS:
            self._failure_or_problem(record)

    def _skip(self, record, found):
        self.skipped[record.logger, found["test"]] = found["reason"].strip()
        say(f"  skipped {found['test']}: {found['reason'].strip()}")

    def _failure_or_problem(self, record):
        found = FAILURE.match(record.first)
        if found and record.level == "ERROR":
            self.failed.add((record.logger, found["test"]))
            say(f"\n{record.shown()}\n")
        elif not MODULE_TOTAL.match(record.first) and not is_allowed(record.logger, record.text):
            self._problem(record)

    def _problem(self, record):
        first = headline(record)
        key = (record.level, record.logger, re.sub(r"\d+", "#", first))
        if key not in self.problems:
            self.problems[key] = record
            say(f"\n{record.level} logged by {record.logger} (counts as a failure):\n{record.shown()}\n")


def _is_raw_problem(line):
    return "Traceback (most recent call last)" in line or "Warning: " in line and MODULE in line


def headline(record):
    """Return the first line of a record that says something."""
    return next((line for line in record.text.splitlines() if line.strip()), "")
