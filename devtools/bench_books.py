"""`./dev bench --books`: what others pay for the module, in two databases of the same ledger."""

import contextlib
import json
import statistics
import subprocess

from . import paths, script_runs
from .ui import DevError, say, step

SIZE = 1000
ROUNDS = 30
WARM_UP = 3
SIDES = ("without", "with")


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
        with step(f"Posting and paying, {ROUNDS} rounds each"):
            rounds = _interleave(bench, names)
    text = _table(rounds, screens)
    say(text)
    return text


def _interleave(bench, names):
    """Let the two processes take turns; return ``{side: [{"post", "pay"}]}``."""
    rounds = {side: [] for side in SIDES}
    processes = {}
    try:
        for side, name in names.items():
            processes[side] = _start(bench, name)
        for number in range(WARM_UP + ROUNDS):
            # Who comes first changes from round to round.
            for side in SIDES[:: 1 if number % 2 else -1]:
                found = _ask(processes[side])
                if number >= WARM_UP:
                    rounds[side].append(found)
    finally:
        for process in processes.values():
            process.stdin.close()
            process.wait()
    return rounds


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


def _ask(process):
    process.stdin.write("go\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise DevError("posting and paying ended too soon")
    return json.loads(line)


def _table(rounds, screens):
    rows = [
        "| Work | without | with | more |",
        "|---|--:|--:|--:|",
    ]
    for work in ("post", "pay"):
        medians = {
            side: statistics.median(found[work] for found in rounds[side]) * 100 for side in SIDES
        }
        # Neighbours are compared: a slow minute of the machine is in both.
        more = statistics.median(
            ours[work] / theirs[work]
            for theirs, ours in zip(rounds["without"], rounds["with"], strict=True)
        )
        rows.append(
            f"| {work} an invoice (ms, median of {ROUNDS} rounds) | {medians['without']:.1f}"
            f" | {medians['with']:.1f} | {(more - 1) * 100:+.1f} % |"
        )
    queries = {side: {row["work"]: row["queries"] for row in screens[side]} for side in SIDES}
    for work, ours in queries["with"].items():
        theirs = queries["without"].get(work, 0)
        rows.append(f"| open: {work} (queries) | {theirs} | {ours} | {ours - theirs:+} |")
    return "\n".join(rows)
