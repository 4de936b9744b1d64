"""`./dev bench`: ledgers of growing size, and what a day's work costs on them."""

import contextlib
import json
import tempfile
import threading
from datetime import date, timedelta
from pathlib import Path

from benchmarks import report
from benchmarks.sizes import INVOICES, WORKS

from . import bench_peer, environment, paths, script_runs, smtp_sink
from .database import Databases
from .ui import DevError, say, step, warn

SIZES = (1000, 10000, 100000)
# The third level is 17 days after the first, and nobody works in the future.
AGO = timedelta(days=20)
PREFIX = "bench"
BOOKS = "books"


def make(size, name):
    """Make a database with a ledger of ``size`` invoices of a tenth as many customers."""
    databases = Databases(environment.prepare())
    make_ledger(databases, databases.module_template(), size, name)
    say(f"Database {name} is ready (user admin, password admin).")
    return 0


def make_ledger(databases, template, size, name, day=None):
    """Clone ``template`` and fill it.

    :param day: the day on which 65 of 100 invoices are overdue (today)
    """
    if size < INVOICES or size % INVOICES:
        raise DevError(f"{size} is no multiple of {INVOICES}: the ledger comes in such pieces")
    databases.clone(template, name)
    arguments = {"step": "ledger", "invoices": size, "day": (day or date.today()).isoformat()}
    if script_runs.run(databases.environment, "bench.py", name, arguments):
        raise DevError("the ledger was not made")
    # The planner's statistics and the visibility map, as autovacuum would have made them.
    databases.vacuum(name)


class Bench:
    """One run of the benchmarks: its databases, its mail server, what it measured."""

    def __init__(self, databases, folder, port, keep):
        self.databases = databases
        self.day = date.today() - AGO
        self.result = folder / "result.jsonl"
        self.port = port
        self.keep = keep

    def ledger(self, template, size, name):
        """Make a ledger of the benchmark's day."""
        make_ledger(self.databases, template, size, name, self.day)
        # A query's parallel workers are processes nobody could add to its cost.
        setting = f'ALTER DATABASE "{name}" SET max_parallel_workers_per_gather = 0'
        self.databases.sql((setting, None))

    def step(self, database, size, name, addons=(), **arguments):
        """Run one step in a process of its own; return what it measured."""
        arguments |= {"step": name, "size": size, "day": self.day.isoformat()}
        arguments["result"] = str(self.result)
        self.result.unlink(missing_ok=True)
        log = paths.LOGS / "bench.log"
        command = script_runs.command(
            self.databases.environment, "bench.py", database, arguments, self.port, log
        )
        if addons:
            command.append(f"--addons-path={','.join(map(str, [paths.ADDONS, *addons]))}")
        if environment.call(command, env=self.databases.environment.variables):
            raise DevError(f"{name} {arguments} ended with an error; the log is in {log}")
        # What autovacuum would have done by the time the next work begins.
        self.databases.vacuum(database)
        if not self.result.is_file():
            return []
        return [json.loads(line) for line in self.result.read_text().splitlines()]

    @contextlib.contextmanager
    def database(self, name):
        """Drop a database afterwards, unless it is to be kept."""
        try:
            yield name
        finally:
            if not self.keep:
                self.databases.drop(name)


def run(options):
    """Measure and print; write `benchmarks/RESULTS.md` when asked."""
    # Alone, it leaves the other sections of the results as they are.
    only_books = options.only == [BOOKS]
    wanted = () if only_books else _wanted(options.only)
    databases = Databases(environment.prepare())
    template = databases.module_template()
    costs, sections = [], {}
    with tempfile.TemporaryDirectory() as folder, _sink(Path(folder)) as sink:
        bench = Bench(databases, Path(folder), sink.port, options.keep)
        sizes = () if only_books else options.size or SIZES
        for size in sizes:
            _measure_size(bench, template, size, wanted, options.peer, costs)
        if options.books or only_books:
            sections[BOOKS] = _books(bench, template)
    if not costs and not sections:
        raise DevError("nothing could be measured")
    machine = report.machine(databases.sql(("SHOW server_version", None))[0][0])
    if costs:
        sections["works"] = report.works(costs)
    if costs and options.peer:
        sections["peer"] = report.verdicts(costs)
    for text in (machine, *sections.values()):
        say(f"\n{text}")
    if options.write:
        report.write(paths.CHECKOUT / "benchmarks" / "RESULTS.md", machine, sections)
    return 0


@contextlib.contextmanager
def _sink(folder):
    mails = folder / "mails"
    mails.mkdir()
    with smtp_sink.Sink(mails) as sink:
        threading.Thread(target=sink.serve_forever, daemon=True).start()
        try:
            yield sink
        finally:
            sink.shutdown()


def _measure_size(bench, template, size, works, peer, costs):
    """Measure everything at one size; what fails leaves what was measured before it."""
    name = f"{PREFIX}_{size}"
    try:
        _measure_in(bench, template, size, name, works, peer, costs)
    except DevError as error:
        warn(f"N = {size:,}: {error}")


def _measure_in(bench, template, size, name, works, peer, costs):
    with bench.database(name):
        with step(f"Making a ledger of {size:,} invoices"):
            bench.ledger(template, size, name)
        if peer:
            costs += bench_peer.measure(bench, name, size)
        for work in works:
            found = bench.step(name, size, "work", work=work)
            for cost in found:
                say(report.line(cost))
            costs += found


def _wanted(only):
    """The works asked for, with those they build on."""
    if not only:
        return WORKS
    unknown = set(only) - set(WORKS)
    if unknown:
        raise DevError(f"unknown work {', '.join(sorted(unknown))}: choose from {', '.join(WORKS)}")
    last = max(WORKS.index(work) for work in only)
    return WORKS[: last + 1]


def _books(bench, template):
    """Posting and paying, and screens, with the module and without."""
    from . import bench_books

    return bench_books.measure(bench, template)
