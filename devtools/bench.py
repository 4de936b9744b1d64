"""`./dev bench`: ledgers of growing size, and what a day's work costs on them."""

from datetime import date

from benchmarks.sizes import INVOICES

from . import environment, script_runs
from .database import Databases
from .ui import DevError, say


def make(size, name):
    """Make a database with a ledger of ``size`` invoices of a tenth as many customers."""
    if size < INVOICES or size % INVOICES:
        raise DevError(f"{size} is no multiple of {INVOICES}: the ledger comes in such pieces")
    databases = Databases(environment.prepare())
    make_ledger(databases, databases.module_template(), size, name)
    say(f"Database {name} is ready (user admin, password admin).")
    return 0


def make_ledger(databases, template, size, name):
    """Clone ``template`` and fill it."""
    databases.clone(template, name)
    arguments = {"step": "ledger", "invoices": size, "day": date.today().isoformat()}
    if script_runs.run(databases.environment, "bench.py", name, arguments):
        raise DevError("the ledger was not made")
    # The planner's statistics and the visibility map, as autovacuum would have made them.
    databases.sql(("VACUUM ANALYZE", None), database=name)
