"""Large runs are issued in the background, by every worker there is.

With the OCA module ``queue_job`` installed every batch becomes a job on a channel of its
own, and runs on as many workers and hosts as its channel allows; without it the scheduled
actions share the batches. ``queue_job`` is no dependency: it is looked for when it is
needed.
"""

import hashlib
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.http import request

from .collection_run_batches import INLINE, OVER

_logger = logging.getLogger(__name__)

CHANNEL = "root.account_collections"
LIVE = ("wait_dependencies", "pending", "enqueued", "started")
# Seconds until a job comes back to customers that somebody else is working on.
BUSY_DELAY = 30
MAX_RETRIES = 10
# Jobs that wait longer than this are not performed: the scheduled action does it.
PATIENCE = timedelta(hours=1)


class CollectionRun(models.Model):
    """Who issues the batches of a large run."""

    _inherit = "collection.run"

    def action_issue(self):
        """Issue every proposed notice; those waiting for approval stay.

        A run too large for a person to wait for is issued in the background. A program
        that calls this outside a request, a script for instance, waits, in one transaction:
        who books a payment of these customers meanwhile waits too. For large runs, scripts
        call :meth:`action_issue_in_background`.

        :return: what the screen says about the background, and about customers somebody
            else is working on; or None
        :raises UserError: when that is so of all of them
        """
        self._check_issuable()
        handed_over, here = 0, self.env["collection.notice"]
        # Safe: rights are checked above; issuing also writes levels on journal items.
        for run in self.sudo():
            notices = run._issuable()
            if self._is_waited_for() and len(notices) > self._setting("issue_inline", INLINE):
                run._hand_over()
                handed_over += len(notices)
                continue
            run._issue_here(notices)
            run._close()
            here |= notices
        said = self._say_handed_over(handed_over) if handed_over else None
        return self.env["collection.issue"]._say_busy(here, said)

    def action_issue_in_background(self):
        """Have every proposed notice issued by the scheduled action, or by queue_job where
        it is installed, batch by batch: for scripts, which need not wait.

        :return: what the screen says about it, or None
        """
        self._check_issuable()
        count = 0
        # Safe: as above.
        for run in self.sudo():
            notices = run._issuable()
            count += len(notices)
            if notices:
                run._hand_over()
            else:
                run._close()
        return self._say_handed_over(count) if count else None

    def _check_issuable(self):
        """:raises UserError: for a run that is over, or has not been proposed"""
        self.check_access("write")
        if "issued" in self.mapped("state"):
            raise UserError(self.env._("This run has been issued already."))
        if self.filtered(lambda run: run.state != "proposed"):
            raise UserError(self.env._("Propose first: there is nothing to issue yet."))
        for run in self:
            run._check_day()

    @api.model
    def _is_waited_for(self):
        """True in a request: the server ends one that takes minutes."""
        return bool(request)

    def _issue_here(self, notices):
        """Batch by batch, so that memory does not grow with the run; in one transaction."""
        issue = self.env["collection.issue"].sudo()
        issued = notices.browse()
        by_customer = {
            customer.id: group.ids for customer, group in notices.grouped("partner_id").items()
        }
        for customers in self._cut(list(by_customer)):
            batch = [id_ for customer in customers for id_ in by_customer[customer]]
            issued += issue._issue_texts(notices.browse(batch))
        issue._render_some(issued)

    def _hand_over(self):
        """Have a run issued in the background, in the name of the person who asks."""
        self.ensure_one()
        self.write(
            {
                "issue_requested_on": fields.Datetime.now(),
                "issue_requested_by_id": self.env.uid,
            }
        )
        if self._uses_jobs():
            self._delay_batches(self._issuable_customers())
        else:
            self.env.ref("account_collections.ir_cron_issue")._trigger()

    @api.model
    def _say_handed_over(self, count):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "title": self.env._("Issued in the background"),
                "message": self.env._(
                    "%(count)s notices are being issued; you can go on working. The run shows "
                    "how many are left.",
                    count=count,
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _cron_issue(self):
        """Go on with the runs that are being issued: those a person handed over, and
        what the daily action has begun, side by side with it."""
        # Safe: private, and the scheduler's work is the system's.
        self = self.sudo()
        self._issue_runs(self._requested_runs())

    @api.model
    def _requested_runs(self, date=None):
        """Runs somebody has begun to issue; of the automatic ones those of the day, since
        earlier days' proposals are made afresh."""
        runs = self.search([("issue_requested_on", "!=", False), ("state", "not in", OVER)])
        return runs.filtered(
            lambda run: not run.automatic
            or run.date == (date or run.company_id._collection_today())
        )

    @api.model
    def _issue_runs(self, runs):
        """Issue these runs, or make jobs that do; commits.

        :return: False when the scheduler's time is up
        """
        if not runs:
            return True
        work = self._retried(runs._begin) or []
        self._commit_batch(0, sum(len(customers) for _run, customers in work))
        for run, customers in work:
            if run._uses_jobs():
                self._retried(run._as_requested()._delay_batches, customers)
            elif not run._issue_in_batches(customers):
                return False
        self._commit_batch(0, 0)
        return True

    def _begin(self):
        """Mark the runs as being issued, so that other processes can join in.

        :return: ``[(run, ids of its customers)]``
        """
        work = [(run, run._issuable_customers()) for run in self]
        for run, customers in work:
            if not customers:
                run._close()
            elif not run.issue_requested_on:
                run.issue_requested_on = fields.Datetime.now()
                if not run._uses_jobs() and len(self._cut(customers)) > 1:
                    # A second worker of the scheduler, if there is one, joins in.
                    self.env.ref("account_collections.ir_cron_issue")._trigger()
        return [(run, customers) for run, customers in work if customers]

    def _uses_jobs(self):
        """True when OCA queue_job is there and performs its jobs."""
        self.ensure_one()
        if not self._has_queue():
            return False
        since = fields.Datetime.now() - PATIENCE
        waiting = self._jobs(LIVE).filtered(lambda job: job.date_created < since)
        if not waiting or self._jobs(["done"]).filtered(lambda job: job.date_done > since):
            return True
        _logger.warning(
            "%s jobs of dunning run %s wait and none is performed: does the job runner run, "
            "with capacity on the channel %s? The scheduled action issues the run.",
            len(waiting),
            self.id,
            CHANNEL,
        )
        return False

    @api.model
    def _has_queue(self):
        return "queue.job" in self.env

    def _job_key(self):
        """What the identity keys of the run's jobs begin with."""
        return f"collection.run,{self.id}:"

    def _jobs(self, states):
        """The jobs that issue batches of this run."""
        # Safe: the run's own jobs, whoever made them.
        return (
            self.env["queue.job"]
            .sudo()
            .search(
                [("state", "in", states), ("identity_key", "=like", f"{self._job_key()}%")],
                order="id",
            )
        )

    def _delay_batches(self, customer_ids):
        """Make a job of every batch; customers of a job that is still to come are in it."""
        self.ensure_one()
        queued = {customer for job in self._jobs(LIVE) for customer in job.args[0]}
        left = [customer for customer in customer_ids if customer not in queued]
        for batch in self._cut(left):
            self._delay_batch(batch)

    def _delay_batch(self, customer_ids, seconds=None):
        digest = hashlib.sha256(repr(sorted(customer_ids)).encode()).hexdigest()
        text = self.env._(
            "%(run)s: issue notices to %(count)s customers",
            run=self.display_name,
            count=len(customer_ids),
        )
        job = self._as_job(text, eta=seconds, identity_key=self._job_key() + digest)
        job._perform_batch(customer_ids)

    def _as_job(self, description, **options):
        """The run, whose next method call becomes a job of its company."""
        return self.with_company(self.company_id).with_delay(
            channel=CHANNEL, max_retries=MAX_RETRIES, description=description, **options
        )

    def _perform_batch(self, customer_ids):
        """The job: issue a batch; its letters are the next job's, after the commit.

        A conflict with another transaction is queue_job's to try again.

        :return: what the list of jobs shows as result
        """
        issued, busy = self._issue_customers(customer_ids)
        if busy and len(busy) == len(customer_ids):
            self._come_back()
        if busy:
            self._delay_batch(busy, seconds=BUSY_DELAY)
        text = self.env._(
            "%(run)s: letters of %(count)s notices", run=self.display_name, count=len(issued)
        )
        self._as_job(text)._finish_batch(issued.ids)
        return self.env._("%(count)s notices issued", count=len(issued))

    def _come_back(self):
        """:raises RetryableJobError: the whole batch is somebody else's at the moment"""
        from odoo.addons.queue_job.exception import RetryableJobError

        raise RetryableJobError(
            self.env._("Somebody else is working on these customers."), seconds=BUSY_DELAY
        )

    def _background_text(self):
        text = super()._background_text()
        failed = self._jobs(["failed"]) if self._has_queue() else []
        if not failed:
            return text
        return self.env._(
            "%(progress)s %(count)s jobs have failed and are made again within the hour; "
            "the last one: %(reason)s",
            progress=text,
            count=len(failed),
            reason=failed[-1].exc_message or failed[-1].exc_name or "",
        )
