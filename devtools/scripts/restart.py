"""One step of the restart checks: see ``restart_checks.py``, which starts and judges it.

``args.kill`` names the instant at which the process kills itself, as `kill -9` would: before the
``count``-th customer is issued, after the ``count``-th SQL statement, after the mail server took
the ``count``-th mail. The module knows nothing of it.
"""

import os
import signal
import sys
from datetime import date, timedelta

from odoo import Command
from odoo.service.model import retrying
from odoo.sql_db import Cursor

from odoo.addons.account_collections.models import collection_run_batches


def main(env, args):
    """Run the step that ``args.step`` names."""
    # Every customer is committed alone, so that there is an instant between two of them.
    collection_run_batches.BATCH = 1
    if args.kill:
        KILLS[args.kill["at"]](env, args.kill["count"])
    if args.together:
        # The other process is there too: both begin when the parent says so.
        print("ready", flush=True)
        sys.stdin.readline()
    STEPS[args.step](env, args)
    env.cr.commit()
    if args.together:
        print("done", flush=True)
        sys.stdin.readline()
    return 0


def _prepare(env, args):
    """Make customers with an invoice each that has earned its first overdue level."""
    today = date.today()
    company = env.company
    company.write({"email": "accounting@example.com", "country_id": env.ref("base.fr").id})
    if not company.chart_template:
        env["account.chart.template"].try_loading("generic_coa", company)
    customers = env["res.partner"].create(
        [
            {
                "name": f"Customer {number:02}",
                "email": f"customer{number:02}@example.com",
                "street": "1 Main Street",
                "city": "Lyon",
            }
            for number in range(1, args.customers + 1)
        ]
    )
    moves = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": customer.id,
                "invoice_date": today - timedelta(days=40),
                "invoice_date_due": today - timedelta(days=10),
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create({"name": "Service", "price_unit": 100, "tax_ids": []})
                ],
            }
            for customer in customers
        ]
    )
    moves.action_post()


def _advance(env, _args):
    """Run the scheduled action; after a conflict try again, as the scheduler does."""
    retrying(env["collection.run"]._cron_advance, env)


def _send(env, _args):
    """Process the mail queue."""
    env["mail.mail"].process_email_queue()


def _finish(env, args):
    """Run what the scheduler runs after the machine is up again."""
    _advance(env, args)
    _send(env, args)


STEPS = {"prepare": _prepare, "advance": _advance, "send": _send, "finish": _finish}


def _die():
    os.kill(os.getpid(), signal.SIGKILL)


def _kill_between_customers(env, count):
    issue = env.registry["collection.issue"]
    original, calls = issue._issue_texts, []

    def issue_texts(self, notices):
        calls.append(notices)
        if len(calls) == count:
            _die()
        return original(self, notices)

    issue._issue_texts = issue_texts


def _kill_at_statement(_env, count):
    original, calls = Cursor.execute, []

    def execute(self, *args, **kwargs):
        result = original(self, *args, **kwargs)
        calls.append(None)
        if len(calls) == count:
            _die()
        return result

    Cursor.execute = execute


def _kill_after_mail(env, count):
    server = env.registry["ir.mail_server"]
    original, calls = server.send_email, []

    def send_email(self, *args, **kwargs):
        result = original(self, *args, **kwargs)
        calls.append(None)
        if len(calls) == count:
            _die()
        return result

    server.send_email = send_email


KILLS = {
    "customer": _kill_between_customers,
    "statement": _kill_at_statement,
    "mail": _kill_after_mail,
}
