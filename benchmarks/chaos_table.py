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


def table(rows, chaos, seconds):
    """Return the table in Markdown."""
    head = (
        "| Fault | Tries | Items | Notices | Mails left | Outcome unknown | Doubled | Lost"
        " | Unexplained | Verdict |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|---|"
    )
    lines = [
        f"| {row.title} | {row.tries} | {row.count.items:,} | {row.count.notices:,}"
        f" | {row.count.mails:,} | {row.count.unknown} | {row.count.doubled} | {row.count.lost}"
        f" | {row.count.unexplained} | {row.verdict} |"
        for row in rows
    ]
    tries = sum(row.tries for row in rows)
    about = (
        f"`./dev chaos --size {chaos.world.size} --seed {chaos.seed}` on {date.today()}:"
        f" {chaos.world.size:,} invoices, {tries} tries of {len(rows)} faults in"
        f" {seconds / 60:.0f} minutes; {os.cpu_count()} processors, {platform.machine()},"
        f" Python {platform.python_version()}. Sums over the tries of a fault."
    )
    return "\n".join([about, "", head, *lines])


def write(text):
    """Put the table between its marks in RESULTS.md; the rest of the file is others'."""
    section = f"{BEGIN}\n{text}\n{END}"
    old = RESULTS.read_text() if RESULTS.is_file() else "# Results\n"
    if BEGIN in old:
        pattern = re.escape(BEGIN) + ".*?" + re.escape(END)
        new = re.sub(pattern, lambda _match: section, old, flags=re.DOTALL)
    else:
        new = f"{old.rstrip()}\n\n## Faults\n\n{section}\n"
    RESULTS.write_text(new)
    say(f"Written into {RESULTS.relative_to(paths.CHECKOUT)}.")
