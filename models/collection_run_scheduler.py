import logging

from odoo import api, models
from odoo.modules import module as odoo_module

from .collection_issue import RETRY_ERRORS

_logger = logging.getLogger(__name__)

# Customers issued between two commits of the scheduled action.
BATCH = 50
MAX_CONFLICTS = 3


class CollectionRun(models.Model):
    """The scheduled actions: every company's day, in batches, restartable."""

    _inherit = "collection.run"

    @api.model
    def _cron_advance(self, date=None):
        """Propose and issue for every company with a dunning policy.

        What needs approval is left for a manager. Stopped at any instant, the
        next call goes on: what was committed is not repeated.

        :param date: the day to run for; default: each company's local day
        """
        # Safe: private, and the scheduler's work is the system's.
        self = self.sudo()
        runs = self.browse()
        for company in self.env["res.company"].search([], order="id"):
            runs |= self._prepare_day(company, date or company._collection_today())
            self._commit_batch(0)
        self._commit_batch(0, len(runs._issuable()))
        for run in runs:
            if not run._issue_in_batches():
                return
        self._commit_batch(0, len(runs._issuable()))

    @api.model
    def _prepare_day(self, company, date):
        """The runs to issue for a company today: none on a day off, today's with
        its proposal, and earlier ones a manager approved meanwhile."""
        if not self.env["collection.policy"]._usable(company):
            return self.browse()
        if company._collection_working_day(date) != date:
            return self.browse()
        if not company.try_lock_for_update(allow_referencing=True):
            # Another process is making the day's proposal at this moment.
            return self.browse()
        run = self.search(
            [("company_id", "=", company.id), ("date", "=", date), ("automatic", "=", True)]
        )
        if run.state in ("cancelled", "reversed"):
            return self.browse()
        try:
            with self.env.cr.savepoint():
                earlier = self._settle_earlier(company, date)
                run = run or self.create(
                    {"company_id": company.id, "date": date, "automatic": True}
                )
                run._propose()
                run._ask_for_approval()
        except RETRY_ERRORS:
            raise
        except Exception:
            # One company stops no other; the next call tries again.
            _logger.exception("Dunning proposal of %s failed", company.name)
            return self.browse()
        return earlier | run

    @api.model
    def _settle_earlier(self, company, date):
        """Proposals of earlier days: what was never issued is made afresh, what
        waits for approval is brought up to date, what was approved is issued.

        :return: the runs with approved notices
        """
        earlier = self.env["collection.notice"].search(
            [
                ("company_id", "=", company.id),
                ("run_id.date", "<", date),
                ("run_id.automatic", "=", True),
                ("stage", "in", ("proposed", "to_approve")),
            ]
        )
        approved = earlier.filtered(lambda n: n.stage == "proposed" and n.approved_by_id)
        waiting = earlier.filtered(lambda n: n.stage == "to_approve")
        (earlier - approved - waiting)._set_stage("cancelled")
        if waiting:
            self.env["collection.issue"].with_company(company)._refresh(
                waiting, date
            )._update_level()
            # What needs no approval any more is proposed afresh, like the rest.
            waiting.filtered(lambda n: n.stage == "proposed")._set_stage("cancelled")
        for run in earlier.run_id:
            run._close()
        return approved.run_id

    def _ask_for_approval(self):
        """One activity a run tells the manager that notices wait."""
        self.ensure_one()
        waiting = self.notice_ids.filtered(lambda notice: notice.stage == "to_approve")
        activity_type = "account_collections.mail_activity_type_approve"
        if not waiting or self.activity_search([activity_type]):
            return
        self.activity_schedule(
            activity_type,
            self.date,
            summary=self.env._("%(count)s notices to approve", count=len(waiting)),
            user_id=self.company_id._collection_responsible().id,
        )

    def _issue_in_batches(self):
        """Issue, commit, render, commit; :return: False when time is up."""
        self.ensure_one()
        issue = self.env["collection.issue"].with_company(self.company_id)
        delivery = self.env["collection.delivery"]
        seen, conflicts = set(), 0
        while True:
            batch = self._issuable().filtered(lambda n: n.partner_id.id not in seen)
            batch = self._first_customers(batch)
            if not batch:
                break
            try:
                issued = issue._issue_texts(batch)
            except RETRY_ERRORS:
                # Somebody changed the same rows: take it up with fresh data, and
                # after some tries leave these customers to the next call.
                self.env.cr.rollback()
                conflicts += 1
                if conflicts % MAX_CONFLICTS == 0:
                    seen.update(batch.partner_id.ids)
                continue
            seen.update(batch.partner_id.ids)
            left = self._commit_batch(len(batch))
            delivery._render_letters(delivery._without_letter(issued))
            self._commit_batch(0)
            if not left:
                return False
        self._close()
        return True

    def _first_customers(self, notices):
        """All notices of the first customers: a customer is never split."""
        customers = notices.partner_id[:BATCH]
        return notices.filtered(lambda notice: notice.partner_id in customers)

    @api.model
    def _commit_batch(self, processed, remaining=None):
        """Commit and report progress; :return: seconds left.

        Called by a test in its own transaction there is nothing to commit.
        """
        if odoo_module.current_test and not self.env.context.get("cron_id"):
            return float("inf")
        return self.env["ir.cron"]._commit_progress(processed, remaining=remaining)

    @api.model
    def _cron_render_letters(self):
        """Render the letters of large runs that were issued by hand."""
        self = self.sudo()  # the scheduler's work, as above
        delivery = self.env["collection.delivery"]
        pending = delivery._without_letter(
            self.env["collection.notice"].search(
                [
                    ("stage", "=", "issued"),
                    ("letter_attachment_id", "=", False),
                    # Most notices carry no letter, and pile up over the years; those
                    # whose level has got one since have left without.
                    ("communication_ids.state", "=", "queued"),
                ]
            )
        )
        self._commit_batch(0, len(pending))
        for start in range(0, len(pending), BATCH):
            batch = pending[start : start + BATCH].try_lock_for_update()
            delivery._render_letters(delivery._without_letter(batch))
            if not self._commit_batch(len(batch)):
                return
