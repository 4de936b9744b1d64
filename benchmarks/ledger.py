"""Makes a ledger: the truth, its copies, and proof that both are a ledger."""

import time
from datetime import date

from . import multiply, verify
from .sizes import CUSTOMERS, INVOICES
from .truth import Truth


def make(env, args):
    """Make ``args.invoices`` customer invoices, 65 of 100 of them overdue on ``args.day``."""
    started = time.monotonic()
    truth = Truth(env, date.fromisoformat(args.day))
    env.flush_all()
    multiplier = multiply.Multiplier(truth, args.invoices // INVOICES - 1)
    multiplier.run()
    multiplied = time.monotonic()
    verify.check(truth, multiplier)
    env.cr.commit()
    customers = args.invoices // INVOICES * CUSTOMERS
    print(
        f"{args.invoices:,} invoices of {customers:,} customers: made in"
        f" {multiplied - started:.0f} s, verified in {time.monotonic() - multiplied:.0f} s",
        flush=True,
    )
    return 0
