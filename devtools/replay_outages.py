"""`./dev replay --outages`: a ledger replayed with the server down now and then, and without.

Both replays run side by side, each in a database of its own, and what they left behind is
compared item by item: see ``replay.outages``.
"""

import subprocess
import tempfile
import time
from pathlib import Path

from . import environment, paths, script_runs
from .database import Databases
from .replay import ledger as ledgers
from .replay import outages, outcome
from .ui import DevError, say

DATABASES = ("replay", "replay_outages")
RESULTS = paths.CHECKOUT / "benchmarks" / "RESULTS.md"
BEGIN, END = "<!-- replay with outages: begin -->", "<!-- replay with outages: end -->"
SHOWN = 20


def run(options):
    """Replay a ledger twice, print the comparison and return the exit code."""
    ledger = _read(options)
    down = outages.draw(options.outages, ledger.first, ledger.last)
    if not down:
        raise DevError("too few days for an outage", "Choose a later --until.")
    say(f"{len(down)} outages: " + ", ".join(_span(*one) for one in down))
    arguments = {
        "file": str(Path(options.file).expanduser().absolute()),
        "policy": options.policy,
        "until": str(ledger.last),
        "pdf": options.pdf,
        "fee_rule": options.fee_rule,
        "booking": options.booking,
        "customers": options.customers,
        "seed": options.outages,
    }
    prepared = environment.prepare()
    databases = Databases(prepared)
    template = databases.module_template()
    started = time.monotonic()
    judge = replay_both(prepared, databases, template, DATABASES, arguments, ledger, down, say)
    minutes = (time.monotonic() - started) / 60
    text = table(judge, options, minutes)
    say("\n" + text)
    for problem in judge.problems[:SHOWN]:
        say(f"VIOLATED {problem}")
    say(f"Problems: {len(judge.problems)}")
    if options.write:
        _write(text)
    return 1 if judge.problems else 0


def _read(options):
    try:
        return ledgers.read(
            options.file, options.until, customers=options.customers, seed=options.outages
        )
    except (ledgers.LedgerError, OSError, ValueError) as error:
        raise DevError(f"{options.file}: {error}", "./dev replay --help") from error


def replay_both(prepared, databases, template, names, arguments, ledger, down, show=None):
    """Replay a ledger in two clones of a database, and judge.

    :param names: of the databases, without and with outages
    :param down: the outages, ``(first day, last day)``
    :param show: called with each line the replay without outages prints
    :raises DevError: when a replay did not come to its end
    """
    with tempfile.TemporaryDirectory() as folder:
        runs = []
        for name, spans in zip(names, ((), down), strict=True):
            databases.clone(template, name)
            options = {
                **arguments,
                "outages": [[str(day) for day in span] for span in spans],
                "outcome": str(Path(folder) / f"{name}.json"),
            }
            runs.append(_start(prepared, name, options, Path(folder)))
        try:
            if show:
                _follow(runs[0], show)
            for process, _output, _outcome in runs:
                process.wait()
        finally:
            for process, _output, _outcome in runs:
                process.kill()
                process.wait()
        calm, stormy = (_load(*one) for one in runs)
    return outages.Judge(ledger, down, calm, stormy, calm["spacing"]).run()


def _start(prepared, name, options, folder):
    """Start a replay; its words go to a file, its log beside the others."""
    command = script_runs.command(
        prepared, "replay.py", name, options, log=paths.LOGS / f"{name}.log"
    )
    output = folder / f"{name}.txt"
    with open(output, "w") as handle:
        process = subprocess.Popen(
            command,
            env=prepared.variables,
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=subprocess.STDOUT,
        )
    return process, output, Path(options["outcome"])


def _follow(run, show):
    """Show what a replay says while it runs."""
    process, output, _outcome = run
    with open(output) as handle:
        while True:
            ended = process.poll() is not None
            for line in handle.read().splitlines():
                show(line)
            if ended:
                return
            time.sleep(1)


def _load(_process, output, path):
    if not path.is_file():
        last = output.read_text().strip().splitlines()[-3:]
        raise DevError("a replay failed: " + " / ".join(last or ["it said nothing"]))
    return outcome.load(path)


def table(judge, options, minutes):
    """Return the comparison as Markdown."""
    ledger, down = judge.ledger, outages.days_of(judge.outages)
    days = (ledger.last - ledger.first).days + 1
    which = f", {options.customers} of its customers" if options.customers else ""
    posted = sum(invoice.posted <= ledger.last for invoice in ledger.invoices)
    lines = [
        f"`./dev replay {Path(options.file).name} --outages {options.outages}`{which}: {days} "
        f"days, {ledger.first} to {ledger.last}, {posted:,} invoices of "
        f"{len(ledger.customers)} customers; {len(judge.outages)} outages, {len(down)} days "
        f"without a server. Both replays together took {minutes:.0f} minutes.",
        "",
        "| Invoices | number | reminders without outages | with | fewer or no reminder left "
        "| courtesy passed over | wrong |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for name, group in judge.groups.items():
        lines.append(
            f"| {name} | {group.invoices:,} | {group.calm:,} | {group.stormy:,} "
            f"| {group.fewer:,} | {group.courtesies:,} | {group.problems:,} |"
        )
    lines += [
        "",
        f"“Long after”: {judge.spacing} days or more after the last outage it was open in; in so "
        "many it climbs the ladder, whatever it missed.",
        "A courtesy is for the days before the due date, and never sent after it.",
        "",
        *_interest(judge),
        "",
        f"Notices {judge.calm['notices']:,} without outages, {judge.stormy['notices']:,} with; "
        f"messages {judge.calm['messages']:,} and {judge.stormy['messages']:,}; "
        f"doubled or forgotten: "
        f"{len(judge.calm['problems'])} and {len(judge.stormy['problems'])}.",
    ]
    return "\n".join(lines)


def _interest(judge):
    found = judge.interest
    if not found["invoices"]:
        return ["No interest was charged: name a rule with --fee-rule."]
    lines = [
        "| Interest up to the same day | without outages | with |",
        "|---|--:|--:|",
        f"| charges | {found['calm charges']:,} | {found['stormy charges']:,} |",
    ]
    for code in judge.ledger.currencies:
        calm, stormy = (found[name, code] / 100 for name in ("calm", "stormy"))
        lines.append(f"| {code} | {calm:,.2f} | {stormy:,.2f} |")
    lines += [
        "",
        f"Invoices that bear interest: {found['invoices']:,}; differing in cents, first or last "
        f"day: {found['different']:,}.",
    ]
    return lines


def _span(start, end):
    return f"{start}" if start == end else f"{start} to {end}"


def _write(text):
    """Put the comparison between its marks in the results, or at their end."""
    old = RESULTS.read_text() if RESULTS.is_file() else "# Results\n"
    section = f"{BEGIN}\n{text}\n{END}"
    if BEGIN in old and END in old:
        head, tail = old.split(BEGIN)[0], old.split(END)[1]
    else:
        head, tail = f"{old.rstrip()}\n\n## Days without a server\n\n", "\n"
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(f"{head}{section}{tail}")
    say(f"Written to {RESULTS.relative_to(paths.CHECKOUT)}.")
