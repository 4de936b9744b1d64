"""One step of the restart checks: see ``restart_checks.py``, which starts and judges it.

``args.kill`` names the instant at which the process kills itself, as `kill -9` would: before the
``count``-th customer is issued, after the ``count``-th SQL statement, after the mail server took
the ``count``-th mail. The module knows nothing of it.
"""

import contextlib
import os
import signal
import sys
import time
from datetime import date, timedelta

from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED

from odoo import SUPERUSER_ID, Command, api
from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.sql_db import Cursor

from odoo.addons.account_collections.models import collection_run_batches


def main(env, args):
    """Run the step that ``args.step`` names."""
    # Every customer is committed alone, so that there is an instant between two of them.
    collection_run_batches.BATCH = 1
    issued = _count_batches(env, pause=0.1 if args.together else 0)
    if args.kill:
        KILLS[args.kill["at"]](env, args.kill["count"])
    if args.together:
        # The other process is there too: both begin when the parent says so.
        print("ready", flush=True)
        sys.stdin.readline()
    STEPS[args.step](env, args)
    env.cr.commit()
    if args.together:
        print(f"done {len(issued)}", flush=True)
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


def _begin(env, _args):
    """Propose, and stop before anything is issued: as a process does that is killed then."""
    run = env["collection.run"].sudo()
    runs = run._prepare_day(env.company, env.company._collection_today())
    runs.issue_requested_on = env.cr.now()


def _issue(env, _args):
    """Run the action that goes on with a run."""
    retrying(env["collection.run"]._cron_issue, env)


def _press(env, _args):
    """A person presses the button of the run as soon as there is one."""
    for _look in range(200):
        run = env["collection.run"].search([("state", "!=", "draft")])
        if run:
            # Too late is too late: then the others have done it.
            with contextlib.suppress(UserError):
                retrying(run.action_issue, env)
            return
        env.cr.rollback()
        time.sleep(0.02)


def _delay(env, args):
    """Two calls of the scheduled action: the second finds the jobs of the first."""
    _advance(env, args)
    _advance(env, args)


def _work(env, _args):
    """Perform jobs until none is left, as queue_job's controller does when it is asked."""
    from odoo.addons.queue_job.controllers.main import RunJobController as Controller

    while uuid := _claim(env):
        with env.registry.cursor() as cr:
            worker = api.Environment(cr, SUPERUSER_ID, {})
            job = Controller._acquire_job(worker, uuid)
            if job:
                Controller._runjob(worker, job)


def _claim(env):
    """Choose a job and mark it, as queue_job's runner does before it asks a worker.

    There is one runner: of two that choose at once, one may hold for a moment the row of the
    job the other has just chosen.
    """
    with env.registry.cursor() as cr:
        cr.connection.set_isolation_level(ISOLATION_LEVEL_READ_COMMITTED)
        cr.execute("SELECT pg_advisory_xact_lock(%s)", [RUNNER])
        cr.execute(CLAIM)
        return next(iter(cr.fetchone() or ()), None)


def _recover(env, args):
    """What queue_job's runner does with dead jobs, then the hourly action; perform all."""
    from odoo.addons.queue_job.jobrunner.runner import Database

    env.cr.execute(Database._query_requeue_dead_jobs(None))
    env.cr.commit()
    _issue(env, args)
    _work(env, args)
    _send(env, args)


RUNNER = 1  # of the lock, any number
CLAIM = """
    UPDATE queue_job SET state = 'enqueued', date_enqueued = now() AT TIME ZONE 'utc'
     WHERE id = (SELECT id FROM queue_job WHERE state = 'pending'
                  ORDER BY priority, date_created LIMIT 1 FOR UPDATE SKIP LOCKED)
 RETURNING uuid
"""
STEPS = {
    "prepare": _prepare,
    "advance": _advance,
    "begin": _begin,
    "issue": _issue,
    "press": _press,
    "send": _send,
    "finish": _finish,
    "delay": _delay,
    "work": _work,
    "recover": _recover,
}


def _count_batches(env, pause):
    """Take down every batch in which something was issued.

    :param pause: seconds a batch takes at least, so that others find it locked
    """
    run = env.registry["collection.run"]
    original, issued = run._issue_customers, []

    def issue_customers(self, customer_ids):
        result = original(self, customer_ids)
        if result[0]:
            issued.append(customer_ids)
            time.sleep(pause)
        return result

    run._issue_customers = issue_customers
    return issued


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
