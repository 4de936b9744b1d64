import logging

from odoo import api, models
from odoo.modules import module as odoo_module
from odoo.tools import exception_to_unicode

from .collection_run_batches import CONFLICTS

_logger = logging.getLogger(__name__)

# Notices whose letters are rendered between two commits.
BATCH = 50


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
        # What an earlier call has begun goes on; the ledger is read again after that.
        if not self._issue_runs(self._requested_runs(date)):
            return
        runs = self.browse()
        for company in self.env["res.company"].search([], order="id"):
            day = date or company._collection_today()
            found = self._retried(self._prepare_day, company, day, cron="ir_cron_advance")
            runs |= found or self.browse()
            self._retried(
                company._collection_attempt,
                "send_again",
                company._collection_as_staff(self).env._("Sending messages again"),
                self.env["collection.communication"]._send_lost_again,
                company,
                day,
                cron="ir_cron_advance",
            )
        self._issue_runs(runs | self._requested_runs(date))

    @api.model
    def _prepare_day(self, company, date):
        """The runs to issue for a company today: none on a day off, today's with
        its proposal, and earlier ones a manager approved meanwhile."""
        if not self.env["collection.policy"]._usable(company):
            return self.browse()
        if company._collection_working_day(date) != date:
            return self.browse()
        if not company.try_lock_for_update(allow_referencing=True):
            # Somebody is making a proposal at this moment: perhaps this one, perhaps a
            # person his own. The next call finds the day's work done, or does it.
            self._try_again("ir_cron_advance")
            return self.browse()
        self = company._collection_as_staff(self)
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
        except CONFLICTS:
            raise
        except Exception as error:
            # One company stops no other; the next call tries again.
            _logger.exception("Dunning proposal of %s failed", company.name)
            company._collection_report(
                "proposal", self.env._("Proposing notices"), [exception_to_unicode(error)]
            )
            return self.browse()
        company._collection_report("proposal", "", [])
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
        begun = self.search(
            [
                ("company_id", "=", company.id),
                ("date", "<", date),
                ("automatic", "=", True),
                ("issue_requested_on", "!=", False),
            ]
        )
        (earlier.run_id | begun)._close()
        return approved.run_id

    def _ask_for_approval(self):
        """One activity a run tells the manager that notices wait."""
        self.ensure_one()
        waiting = self.env["collection.notice"].search_count(
            [("run_id", "=", self.id), ("stage", "=", "to_approve")]
        )
        activity_type = "account_collections.mail_activity_type_approve"
        if not waiting or self.activity_search([activity_type]):
            return
        self.activity_schedule(
            activity_type,
            self.date,
            summary=self.env._("Notices to approve: %(count)s", count=waiting),
            user_id=self.company_id._collection_responsible().id,
        )

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
        ids = pending.ids
        self._commit_batch(0, len(ids))
        for start in range(0, len(ids), BATCH):
            batch = self.env["collection.notice"].browse(ids[start : start + BATCH])
            self._render_committed(batch)
            if not self._commit_batch(len(batch)):
                return
