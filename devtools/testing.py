"""`./dev test`: a fresh database, the module installed with its tests, an honest count."""

import concurrent.futures
import contextlib
import fcntl
import os
import shutil
import subprocess
import time

from . import environment, paths, replay_check, restart_checks, test_selection, test_shards
from .database import Databases, manifest
from .pins import MODULE
from .test_report import Report, headline
from .ui import DevError, say, warn

BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


def run_tests(pattern=None, raw_tags=None, core=None, keep=False):
    """Run the tests and return the exit code; the last line printed has the counts."""
    manifest()  # says at once when there is no module
    selected = raw_tags or core or test_selection.tags(pattern)
    prepared = environment.prepare()
    databases = Databases(prepared)
    installs = not core
    template = databases.base_template() if installs else databases.module_template()
    prefix = f"ac_test_{paths.checkout_id()}_"
    databases.drop_abandoned(prefix)
    name = "test" if keep else f"{prefix}{os.getpid()}"
    if not pattern and installs and not raw_tags and not keep and test_shards.count() > 1:
        return _run_side_by_side(prepared, databases, template, name)
    with _log_file() as log:
        databases.clone(template, name)
        say(f"- Testing {selected} — the log is in {log.name}")
        try:
            report = _run(prepared, name, selected, installs, log)
            if installs and not raw_tags:
                _run_outside(prepared, databases, name, pattern, report)
        finally:
            if keep:
                say(f"The database is kept: ./dev psql -d {name}")
            else:
                with contextlib.suppress(DevError):
                    databases.drop(name)
    return _conclude(report, log.name)


def _run_side_by_side(prepared, databases, template, name):
    """Run all tests in parts, one a processor, and what needs processes of its own after them."""
    parts = test_shards.split(test_shards.count())
    checks = [[] for _part in parts]
    for number, outside in enumerate((restart_checks, replay_check)):
        checks[number % len(parts)].append(outside)

    def run_part(number):
        database = f"{name}_{number}"
        with _log_file(f"-{number + 1}") as log:
            say(f"- Part {number + 1} of {len(parts)} — the log is in {log.name}")
            try:
                report = _run(prepared, database, parts[number], True, log)
                _run_outside(prepared, databases, database, None, report, checks[number])
            finally:
                with contextlib.suppress(DevError):
                    databases.drop(database)
        return report, log.name

    for number in range(len(parts)):
        databases.clone(template, f"{name}_{number}")
    with concurrent.futures.ThreadPoolExecutor(len(parts)) as pool:
        results = list(pool.map(run_part, range(len(parts))))
    total = Report()
    for report, _log in results:
        total.merge(report)
    return _conclude(total, ", ".join(log for _report, log in results))


def has_browser():
    """Tell whether there is a browser that Odoo's tours can use."""
    return any(shutil.which(name) for name in BROWSERS)


def core_tags(selection):
    """Turn `account:TestClass` into a tag of Odoo for tests of other modules."""
    return selection if selection.startswith("/") else f"/{selection}"


@contextlib.contextmanager
def _log_file(part=""):
    """Open `.dev/log/test.log`, or one of our own when another run is writing it.

    :param part: ending of the name, for runs in parts
    """
    path = paths.LOGS / f"test{part}.log"
    with open(paths.DEV / f"test{part}.lock", "a") as guard:
        try:
            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            path = paths.LOGS / f"test-{os.getpid()}{part}.log"
        with open(path, "w") as log:
            yield log


def _run(prepared, name, selected, installs, log):
    arguments = ["-d", name, f"--db-filter=^{name}$", "--test-enable", "--test-tags", selected]
    arguments += ["--stop-after-init", "--workers=0", "--max-cron-threads=0"]
    arguments += [f"--http-port={environment.free_port()}"]
    arguments += [f"--gevent-port={environment.free_port()}"]
    if installs:
        arguments += ["-i", MODULE]
    report = Report()
    started = time.monotonic()
    process = subprocess.Popen(
        prepared.odoo_command(*arguments),
        env=prepared.variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    try:
        _follow(process, log, report)
    except KeyboardInterrupt:
        warn("interrupted: waiting for Odoo to stop")
        process.terminate()
        _follow(process, log, report)
        raise
    finally:
        code = process.wait()
        log.flush()
    report.close(code)
    say(f"- Tests ran for {time.monotonic() - started:.0f} s")
    return report


def _run_outside(prepared, databases, name, pattern, report, wanted=None):
    """Make the checks that need processes of their own, in clones of the database."""
    for checks in (restart_checks, replay_check) if wanted is None else wanted:
        if checks.wanted(pattern):
            for check in checks.run(prepared, databases, name):
                report.add(*check)


def _follow(process, log, report):
    for line in process.stdout:
        log.write(line)
        report.feed(line.rstrip("\n"))


def _conclude(report, log_name):
    """Print what the run came to and return its exit code."""
    _passed, failed, _skipped = report.counts
    say()
    for logger, test in sorted(report.failed):
        say(f"FAILED {logger.removeprefix('odoo.addons.')}: {test}")
    for record in report.problems.values():
        say(f"LOGGED {record.level} {record.logger}: {headline(record)[:150]}")
    if failed:
        say(f"The whole log: {log_name}")
    if not report.started:
        warn("no test ran")
    if report.browser_skips or not has_browser():
        warn(
            "there is no Chromium on this machine: browser tests are skipped. "
            "As root: apt-get install chromium"
        )
    say(report.last_line())
    return 1 if failed or not report.started else 0
