"""`./dev replay` on small made-up ledgers: the promises of every day, in every run of the tests.

One is replayed without charges, one with the interest and compensation of French law, and one
of a few weeks with the server down twice, beside the same without. The ledgers have what the
real one lacks: customers with two currencies and invoices that nobody ever pays. They are the
same each time.
"""

import csv
import random
import subprocess
import tempfile
import time
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

from . import replay_outages, script_runs
from .replay import ledger as ledgers
from .ui import DevError

NAME = "replay"
# (what it is, first day, fee rule)
LEDGERS = [
    ("a small ledger", date(2024, 2, 1), None),  # over a 29 February
    # Over a change of the reference rate.
    ("a small ledger, charged", date(2023, 11, 10), "fee_rule_fr_b2b"),
]
# The server is down from one day to another, counted from the first.
DOWN = ((17, 25), (38, 41))
DOWN_DAYS = timedelta(days=59)
POSTING_DAYS = 25
DAYS = timedelta(days=75)
INVOICES = 45
KINDS = ("interest", "compensation")
TIMEOUT = 900
COLUMNS = ("customer", "invoice", "invoice_date", "due_date", "amount", "currency", "paid_date")


def wanted(pattern):
    """Tell whether a PATTERN of `./dev test` asks for this check."""
    return not pattern or pattern.lower() in NAME


def run(prepared, databases, installed):
    """Replay the ledgers in clones of a database; yield (name, what is wrong or "", seconds)."""
    for name, first, fee_rule in LEDGERS:
        started = time.monotonic()
        database = f"{installed}_replay"
        try:
            databases.clone(installed, database)
            problem = _replay(prepared, database, first, fee_rule)
        except (DevError, subprocess.TimeoutExpired) as error:
            problem = str(error)
        finally:
            with suppress(DevError):
                databases.drop(database)
        yield f"{NAME}: {name}", problem, time.monotonic() - started
    started = time.monotonic()
    names = [f"{installed}_replay_{run}" for run in ("calm", "stormy")]
    try:
        problem = _replay_outages(prepared, databases, installed, names)
    except (DevError, subprocess.TimeoutExpired) as error:
        problem = str(error)
    finally:
        for database in names:
            with suppress(DevError):
                databases.drop(database)
    yield f"{NAME}: a small ledger with outages", problem, time.monotonic() - started


def _replay_outages(prepared, databases, installed, names):
    """Return how the run with outages differs from the one without, or ""."""
    first = LEDGERS[1][1]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.csv"
        _write(path, first)
        ledger = ledgers.read(path, str(first + DOWN_DAYS))
        first = ledger.first
        down = [tuple(first + timedelta(days=day) for day in span) for span in DOWN]
        arguments = {
            "file": str(path),
            "policy": None,
            "until": str(ledger.last),
            "pdf": False,
            "fee_rule": LEDGERS[1][2],
            "booking": "invoice",
        }
        judge = replay_outages.replay_both(
            prepared, databases, installed, names, arguments, ledger, down
        )
    if not judge.interest["invoices"]:
        judge.problems.append("there was no interest to compare")
    return "; ".join(judge.problems[:5])


def _replay(prepared, database, first, fee_rule):
    """Return what is wrong, or ""."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.csv"
        _write(path, first)
        arguments = {
            "file": str(path),
            "policy": None,
            "until": str(first + DAYS),
            "pdf": False,
            "fee_rule": fee_rule,
            "booking": "invoice",
        }
        done = subprocess.run(
            script_runs.command(prepared, "replay.py", database, arguments),
            env=prepared.variables,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
    return _problem(done, fee_rule)


def _problem(done, fee_rule):
    said = done.stdout.splitlines()
    violations = [line.strip() for line in said if line.startswith("  VIOLATED")]
    if done.returncode or violations:
        return "; ".join(violations or (done.stderr.strip().splitlines() or ["failed"])[-3:])
    first_words = {" ".join(line.split()[:2]) for line in said}
    if not any(line.split()[:1] == ["Ultimatum"] and " 0 " not in line for line in said):
        return "no invoice reached the last level"
    charged = {f"{kind} {state}" for kind in KINDS for state in ("posted", "waived")}
    if fee_rule and not charged <= first_words:
        return f"there were no charges of these: {', '.join(charged - first_words)}"
    return ""


def _write(path, first):
    """Write the ledger: some pay early, some late, some never."""
    chance = random.Random(19)
    rows = []
    for number in range(INVOICES):
        customer = chance.randrange(9)
        posted = first + timedelta(days=chance.randrange(POSTING_DAYS))
        due = posted + timedelta(days=chance.choice((0, 2, 10, 14)))
        paid = max(posted, due + timedelta(days=chance.choice((-5, 0, 3, 9, 16, 31, 40, 999))))
        rows.append(
            {
                "customer": f"C{customer}",
                "invoice": f"T{number:03}",
                "invoice_date": posted,
                "due_date": due,
                "amount": f"{chance.randrange(100, 900_000) / 100:.2f}",
                "currency": "EUR" if customer > 3 or number % 3 else "USD",
                "paid_date": paid if paid <= first + DAYS else "",
            }
        )
    with open(path, "w", newline="") as handle:
        writer = csv.DictWriter(handle, COLUMNS)
        writer.writeheader()
        writer.writerows(sorted(rows, key=lambda row: row["invoice_date"]))
