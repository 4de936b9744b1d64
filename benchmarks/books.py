"""What everybody does all day: post an invoice, pay it — timed round by round.

Started twice, in a database with the module and in one without; the parent lets the two take
turns, so that the machine's moods meet both alike.
"""

import gc
import json
import sys
import time
from datetime import timedelta

from .truth import LATER, QUIET, Truth

INVOICES = 10  # a round


def run(env, _args):
    """Measure one round for each line on standard input."""
    books = Books(env)
    print("ready", flush=True)
    for _line in iter(sys.stdin.readline, ""):
        print(json.dumps(books.round()), flush=True)
    return 0


class Books:
    """Customers of the ledger, and invoices for them."""

    def __init__(self, env):
        self.env = env(context={**env.context, **QUIET})
        self.customers = self.env["res.partner"].search([("ref", "=like", "C%")], limit=INVOICES)
        self.journal = self.env["account.journal"].search([("type", "=", "sale")], limit=1)
        self.rounds = 0

    def round(self):
        """Return the seconds of CPU it took this process to post and to pay some invoices."""
        self.rounds += 1
        today = self.env["account.move"]._fields["invoice_date"].context_today(self.env.user)
        moves = self.env["account.move"].create(
            [self._prepare(customer, today) for customer in self.customers]
        )
        self._settle()
        found = {}
        with _stopwatch(found, "post"):
            moves.action_post()
            self.env.flush_all()
        self._settle()
        with _stopwatch(found, "pay"):
            for move in moves:
                context = {"active_model": "account.move", "active_ids": move.ids}
                register = self.env["account.payment.register"].with_context(**context)
                register.create({"payment_date": today})._create_payments()
            self.env.flush_all()
        self._settle()
        if set(moves.mapped("amount_residual")) != {0.0}:
            raise AssertionError("an invoice was not paid")
        return found

    def _settle(self):
        self.env.flush_all()
        self.env.cr.commit()
        self.env.invalidate_all()
        gc.collect()

    def _prepare(self, customer, today):
        return {
            "move_type": "out_invoice",
            "partner_id": customer.id,
            "journal_id": self.journal.id,
            "invoice_date": today,
            "invoice_date_due": today + timedelta(days=LATER),
            "invoice_payment_term_id": False,
            "invoice_line_ids": Truth._prepare_lines(self, 100 + self.rounds),
        }

    @property
    def income(self):
        """Return the account of the invoices' line."""
        return self.journal.default_account_id


class _stopwatch:
    def __init__(self, found, name):
        self.found, self.name = found, name

    def __enter__(self):
        self.started = time.perf_counter()

    def __exit__(self, *_exception):
        self.found[self.name] = time.perf_counter() - self.started
