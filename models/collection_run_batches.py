"""A run is issued in batches of customers that know nothing of each other.

Scheduled actions, jobs of OCA queue_job and the button of a large run all come through
``_issue_customers``. Who issues a batch locks its customers first, and takes what is still
to be issued: any number of processes may work on one run at once, and one that dies leaves
its batch to whoever comes next.
"""

import logging
from datetime import timedelta

import psycopg2.errors

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .collection_issue import RETRY_ERRORS

_logger = logging.getLogger(__name__)

# Customers of a batch: what is issued between two commits, or by one job.
BATCH = 200
# A person waits for this many notices; a larger run is issued in the background.
INLINE = 200
MAX_CONFLICTS = 3
# Two processes that make the same run at once, and do not see each other, meet here too.
CONFLICTS = (*RETRY_ERRORS, psycopg2.errors.UniqueViolation)
# When customers that somebody else was working on are tried again.
TRY_AGAIN = timedelta(minutes=5)
OVER = ("cancelled", "reversed")


class CollectionNotice(models.Model):
    _inherit = "collection.notice"

    # Every batch looks for its customers' proposals: found without reading the run.
    _ready = models.Index("(run_id, partner_id) WHERE stage = 'proposed'")


class CollectionRun(models.Model):
    """Issuing a run batch by batch, in one process or several."""

    _inherit = "collection.run"

    issue_requested_on = fields.Datetime(
        readonly=True,
        copy=False,
        help="Since when the run is being issued in the background; empty when that is done.",
    )
    issue_requested_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    background = fields.Char(
        string="In the Background",
        compute="_compute_background",
        help="What is still to be done of a run that is issued in the background.",
    )

    @api.depends("issue_requested_on", "state")
    def _compute_background(self):
        for run in self:
            busy = run.issue_requested_on and run.state not in OVER
            run.background = run._background_text() if busy else False

    def _background_text(self):
        self.ensure_one()
        count = self.env["collection.notice"].search_count(self._proposed())
        return self.env._("Being issued in the background: %(count)s notices to go.", count=count)

    def _proposed(self):
        return Domain([("run_id", "in", self.ids), ("stage", "=", "proposed")])

    def _issuable(self, customer_ids=None):
        """What may go out now.

        :param customer_ids: only the proposals of these customers
        """
        ready = self._proposed()
        if customer_ids is not None:
            ready &= Domain("partner_id", "in", customer_ids)
        return self.env["collection.notice"].search(ready) - self._held_back(ready)

    def _held_back(self, ready):
        """Those among the proposals that are ready which have to wait."""
        return self.env["collection.notice"]

    def _check_day(self):
        """A person looks at what a later day will bring, but does not live it before: the
        customers would be reminded before their time, and charged for days to come.

        :raises UserError: for a run of a later day
        """
        if self.env.su:
            return
        for run in self:
            if run.date > run.company_id._collection_today():
                raise UserError(
                    self.env._(
                        "“%(run)s” lies in the future: it can be looked at now, and issued "
                        "from that day on.",
                        run=run.display_name,
                    )
                )

    def _issuable_customers(self):
        """Ids of the customers with something to issue, each once."""
        notices = self._issuable()
        notices.fetch(["partner_id"])
        return notices.partner_id.ids

    def _close(self):
        """A run nothing can be issued from any more is issued."""
        for run in self:
            # One row says it while much is left; only then are the rules asked.
            plain = run._proposed() & Domain("approved_by_id", "=", False)
            if self.env["collection.notice"].search_count(plain, limit=1) or run._issuable():
                continue
            if run.state == "proposed":
                run.state = "issued"
            if run.issue_requested_on:
                run.issue_requested_on = False

    @api.model
    def _setting(self, name, default):
        """A number an administrator may set as a system parameter."""
        # Safe: reads one number of ours.
        key = f"account_collections.{name}"
        value = self.env["ir.config_parameter"].sudo().get_param(key)
        return max(int(value), 1) if value and value.isdigit() else default

    @api.model
    def _cut(self, customer_ids):
        """Batches of customers."""
        size = self._setting("issue_batch", BATCH)
        return [
            customer_ids[start : start + size] for start in range(0, len(customer_ids), size)
        ]

    def _issue_customers(self, customer_ids):
        """Issue one batch: whatever these customers still have to get.

        Done again it does nothing. Nothing is committed here.

        :return: the issued notices, and the ids of the customers that somebody else is
            working on at this moment
        """
        self.ensure_one()
        # The first statement of its transaction: what others committed is seen.
        customers = self.env["res.partner"].browse(customer_ids)
        free = customers.try_lock_for_update(allow_referencing=True)
        issue = self.env["collection.issue"].with_company(self.company_id)
        issued = issue._issue_texts(self._issuable(free.ids))
        return issued, (customers - free).ids

    def _finish_batch(self, notice_ids):
        """The letters of a batch whose texts are committed; the end of the run."""
        self._render_committed(self.env["collection.notice"].browse(notice_ids))
        self._close()

    @api.model
    def _render_committed(self, notices):
        self.env["collection.delivery"]._render_committed(notices)

    def _issue_in_batches(self, customer_ids=None):
        """Issue batch after batch, each in a transaction of its own.

        :return: False when the scheduler's time is up
        """
        self.ensure_one()
        run = self._as_requested()
        busy = self._issuable_customers() if customer_ids is None else customer_ids
        # Those another process worked on are asked for once more, at the end.
        for _round in range(2):
            waiting, busy = busy, []
            for batch in self._cut(waiting):
                left, seconds = run._issue_and_commit(batch)
                busy += left
                if not seconds:
                    return False
        self._retried(self._close)
        if busy:
            self._try_again("ir_cron_issue")
        return True

    def _as_requested(self):
        """The run in the name of the person who had it issued, if there was one."""
        user = self.issue_requested_by_id
        if not user:
            return self.company_id._collection_as_staff(self)
        return self.with_user(user).with_context(lang=user.lang).sudo()

    def _issue_and_commit(self, customer_ids):
        """Issue a batch, commit, render its letters, commit.

        :return: the ids of customers that are left, and the seconds the scheduler grants
        """
        for _attempt in range(MAX_CONFLICTS):
            try:
                issued, left = self._issue_customers(customer_ids)
                seconds = self._commit_batch(len(customer_ids) - len(left))
                break
            except RETRY_ERRORS:
                # Somebody changed the same rows: take it up with fresh data.
                self.env.cr.rollback()
        else:
            return customer_ids, self._commit_batch(0)
        # Prefetching is for this batch: the ids of the run are forgotten.
        self._render_committed(issued.browse(issued.ids))
        self._commit_batch(0)
        return left, seconds

    @api.model
    def _retried(self, function, *args, cron="ir_cron_issue"):
        """Call and commit; after a conflict with another transaction, again.

        :param cron: the scheduled action that tries once more, some minutes later
        :return: what the function returned, or None when every try met a conflict
        """
        for _attempt in range(MAX_CONFLICTS):
            try:
                result = function(*args)
                self._commit_batch(0)
                return result
            except CONFLICTS as error:
                self.env.cr.rollback()
                conflict = error
        _logger.warning("%s met a conflict every time: %s", function.__name__, conflict)
        self._try_again(cron)
        return None

    @api.model
    def _try_again(self, cron):
        again = fields.Datetime.now() + TRY_AGAIN
        self.env.ref(f"account_collections.{cron}")._trigger(at=again)
