"""`./dev bench --books`: what others pay for the module, in two databases of the same ledger."""

import contextlib
import json
import random
import statistics
import subprocess

from . import paths, script_runs
from .ui import DevError, say, step

SIZE = 1000
ROUNDS = 300
WARM_UP = 10
SIDES = ("without", "with")
WORKS = ("post", "pay")
MORE = 0.05  # of time, at most


def measure(bench, template):
    """Return the table of posting, paying and looking."""
    names = {side: f"bench_books_{side}" for side in SIDES}
    templates = {"without": bench.databases.base_template(), "with": template}
    with contextlib.ExitStack() as stack:
        for side, name in names.items():
            stack.enter_context(bench.database(name))
            with step(f"Making a ledger {side} the module"):
                bench.ledger(templates[side], SIZE, name)
        screens = {side: bench.step(name, SIZE, "screens") for side, name in names.items()}
        with step(f"Posting and paying, {ROUNDS} pairs"):
            found = _interleave(bench, names)
    text = _table(found, screens)
    say(text)
    return text


def _interleave(bench, names):
    """Let the two processes take turns; return ``{side: {work: [{"cpu", "wall"}]}}``.

    Neighbours are a tenth of a second apart: what slows the machine is in both.
    """
    found = {side: {work: [] for work in WORKS} for side in SIDES}
    processes = {}
    try:
        for side, name in names.items():
            processes[side] = _start(bench, name)
        for number in range(WARM_UP + ROUNDS):
            for work in WORKS:
                # Who comes first changes from round to round.
                for side in SIDES[:: 1 if number % 2 else -1]:
                    cost = _ask(processes[side], work)
                    if number >= WARM_UP:
                        found[side][work].append(cost)
    finally:
        for process in processes.values():
            process.stdin.close()
            process.wait()
    return found


def _start(bench, name):
    environment = bench.databases.environment
    log = paths.LOGS / "bench-books.log"
    command = script_runs.command(environment, "bench.py", name, {"step": "books"}, log=log)
    process = subprocess.Popen(
        command,
        env=environment.variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    if process.stdout.readline().strip() != "ready":
        process.kill()
        raise DevError("posting and paying did not start", f"The log is in {log}")
    return process


def _ask(process, work):
    process.stdin.write(f"{work}\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise DevError("posting and paying ended too soon")
    return json.loads(line)


def _table(found, screens):
    rows = [
        f"Median of {ROUNDS} pairs, one with and one without the module, as in the web client, "
        "measured in turns; in brackets the middle half of what resampling the pairs gives.",
        "",
        "| Work | without | with | more |",
        "|---|--:|--:|--:|",
    ]
    for work in WORKS:
        for kind, label in (("cpu", "CPU of Odoo and PostgreSQL, ms"), ("wall", "wall, ms")):
            rows.append(_row(f"{work} an invoice ({label})", found, work, kind))
    queries = {side: {row["work"]: row["queries"] for row in screens[side]} for side in SIDES}
    for work, ours in queries["with"].items():
        theirs = queries["without"].get(work, 0)
        rows.append(f"| open: {work} (queries) | {theirs} | {ours} | {ours - theirs:+} |")
    return "\n".join(rows + ["", *_verdicts(found)])


def _row(label, found, work, kind):
    medians = [
        statistics.median(cost[kind] for cost in found[side][work]) * 1000 for side in SIDES
    ]
    more, low, high = (100 * (ratio - 1) for ratio in _ratio(found, work, kind))
    return (
        f"| {label} | {medians[0]:.1f} | {medians[1]:.1f}"
        f" | {more:+.1f} % ({low:+.1f} … {high:+.1f}) |"
    )


def _ratio(found, work, kind):
    """``(median, lower, upper)`` of with / without, the range by resampling the pairs."""
    ratios = [
        ours[kind] / theirs[kind]
        for theirs, ours in zip(found["without"][work], found["with"][work], strict=True)
    ]
    chance = random.Random(1)
    samples = [statistics.median(chance.choices(ratios, k=len(ratios))) for _ in range(1000)]
    low, _middle, high = statistics.quantiles(samples, n=4)
    return statistics.median(ratios), low, high


def _verdicts(found):
    """Say of each work whether it is within what is promised, and how sure that is."""
    for work in WORKS:
        more, low, high = _ratio(found, work, "cpu")
        kept = "reached" if more - 1 <= MORE else "**missed**"
        sure = "" if (low - 1 <= MORE) == (high - 1 <= MORE) else ", but too close to tell"
        yield f"- At most {MORE:.0%} more to {work} an invoice: {more - 1:+.1%}, {kept}{sure}."
