"""The table of the faults program, and its place in RESULTS.md."""

import dataclasses
import os
import platform
import re
from datetime import date

from devtools import paths
from devtools.ui import say

from .chaos_count import Count

RESULTS = paths.CHECKOUT / "benchmarks" / "RESULTS.md"
BEGIN, END = "<!-- chaos: begin -->", "<!-- chaos: end -->"
SHOWN = 6  # problems of a fault that are printed


@dataclasses.dataclass
class Row:
    """One fault."""

    name: str
    title: str
    tries: int
    count: Count
    seconds: float

    @property
    def verdict(self):
        """Say whether every promise held."""
        if self.count.problems or self.count.doubled or self.count.lost:
            return "**violated**"
        return "holds" if self.tries else "not tried"


def line(row):
    """Return what is printed while the program runs."""
    text = f"{row.name}: {row.tries} tries in {row.seconds:.0f} s, {row.verdict.strip('*')}"
    if row.count.doubled or row.count.lost:
        text += f": {row.count.doubled} mails doubled, {row.count.lost} lost"
    shown = [f"    {problem}" for problem in row.count.problems[:SHOWN]]
    if len(row.count.problems) > SHOWN:
        shown.append(f"    and {len(row.count.problems) - SHOWN} more")
    return "\n".join([f"- {text}", *shown])


HEAD = (
    "| Fault | Invoices | Tries | Items | Notices | Mails left | Outcome unknown | Doubled | Lost"
    " | Unexplained | Verdict |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|"
)


def lines(rows, size):
    """Return ``{title: line of the table}``; numbers are sums over the tries of a fault."""
    return {
        row.title: f"| {row.title} | {size:,} | {row.tries} | {row.count.items:,}"
        f" | {row.count.notices:,} | {row.count.mails:,} | {row.count.unknown}"
        f" | {row.count.doubled} | {row.count.lost} | {row.count.unexplained} | {row.verdict} |"
        for row in rows
    }


def about(rows, chaos, seconds):
    """Say what was run, where, and how long it took."""
    tries = sum(row.tries for row in rows)
    return (
        f"`./dev chaos --size {chaos.world.size} --seed {chaos.seed}`, {date.today()}:"
        f" {tries} tries of {len(rows)} faults in {seconds / 60:.0f} minutes;"
        f" {os.cpu_count()} processors, {platform.machine()}, Python {platform.python_version()}."
    )


def table(found):
    """Return the table in Markdown."""
    return "\n".join([HEAD, *found.values()])


def write(text, found, titles):
    """Put the table between its marks in RESULTS.md; the rest of the file is others'.

    :param titles: of all faults, in order: lines of those that were not tried now are kept
    """
    old = RESULTS.read_text() if RESULTS.is_file() else "# Results\n"
    section = re.compile(re.escape(BEGIN) + "(.*?)" + re.escape(END), re.DOTALL)
    before = section.search(old)
    kept = [line for line in (before[1] if before else "").splitlines() if line.startswith("| ")]
    known = {line.split(" | ")[0].removeprefix("| "): line for line in kept} | found
    new = f"{BEGIN}\n{text}\n\n{table({t: known[t] for t in titles if t in known})}\n{END}"
    if before:
        new = section.sub(lambda _match: new, old)
    else:
        new = f"{old.rstrip()}\n\n## Faults\n\n{new}\n"
    RESULTS.write_text(new)
    say(f"Written into {RESULTS.relative_to(paths.CHECKOUT)}.")
