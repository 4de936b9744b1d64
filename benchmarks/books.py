"""What everybody does all day: post an invoice, pay it — timed one by one.

Started twice, in a database with the module and in one without; the parent lets the two take
turns, so that the machine's moods meet both alike.
"""

import gc
import itertools
import json
import sys
import time
from datetime import timedelta

from . import measure
from .truth import LATER, QUIET, Truth

WORKS = ("post", "pay")


def run(env, _args):
    """Measure the work that each line on standard input names."""
    books = Books(env)
    print("ready", flush=True)
    for line in iter(sys.stdin.readline, ""):
        print(json.dumps(books.measure(line.strip())), flush=True)
    return 0


class Books:
    """Customers of the ledger, who take turns, and invoices for them.

    They are posted and paid as in the web client, with what core tracks and logs.
    """

    def __init__(self, env):
        self.env = env
        customers = self.env["res.partner"].search([("ref", "=like", "C%")], order="id")
        self.customers = itertools.cycle(customers.ids)
        self.journal = self.env["account.journal"].search([("type", "=", "sale")], limit=1)
        self.backend = measure.backend(self.env)
        self.posted = []
        self.number = 0

    def measure(self, work):
        """Post an invoice, or pay the one that waits longest.

        :return: ``{"cpu", "wall"}`` in seconds, CPU of this process and of its server
        """
        today = self.env["account.move"]._fields["invoice_date"].context_today(self.env.user)
        if work == "post":
            move = self._draft(today)
            cost = self._transaction(move.action_post)
            self.posted.append(move)
            return cost
        move = self.posted.pop(0)
        cost = self._transaction(lambda: self._pay(move, today))
        if move.amount_residual:
            raise AssertionError("an invoice was not paid")
        return cost

    def _draft(self, today):
        customer = self.env["res.partner"].browse(next(self.customers))
        quiet = self.env["account.move"].with_context(**QUIET)
        return quiet.create(self._prepare(customer, today)).with_env(self.env)

    def _pay(self, move, today):
        """As the button does: a wizard that is opened on an invoice."""
        context = {"active_model": "account.move", "active_ids": move.ids}
        register = self.env["account.payment.register"].with_context(**context)
        register.create({"payment_date": today})._create_payments()

    def _transaction(self, function):
        """What a transaction costs that begins with nothing in memory, as a person's does."""
        self.env.flush_all()
        self.env.cr.commit()
        self.env.invalidate_all()
        gc.collect()
        # What lives as long as the process is not looked at again and again.
        gc.freeze()
        wall, cpu = time.perf_counter(), self._cpu()
        function()
        self.env.flush_all()
        self.env.cr.commit()
        return {"cpu": self._cpu() - cpu, "wall": time.perf_counter() - wall}

    def _cpu(self):
        return time.process_time() + (self.backend() if self.backend else 0.0)

    def _prepare(self, customer, today):
        self.number += 1
        return {
            "move_type": "out_invoice",
            "partner_id": customer.id,
            "journal_id": self.journal.id,
            "invoice_date": today,
            "invoice_date_due": today + timedelta(days=LATER),
            "invoice_payment_term_id": False,
            "invoice_line_ids": Truth._prepare_lines(self, 100 + self.number),
        }

    @property
    def income(self):
        """Return the account of the invoices' line."""
        return self.journal.default_account_id
