import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.modules import module as odoo_module

from .collection_issue import RETRY_ERRORS

_logger = logging.getLogger(__name__)

# Customers issued between two commits of the scheduled action.
BATCH = 50
MAX_CONFLICTS = 3


class CollectionRun(models.Model):
    """One company's proposal for one day."""

    _name = "collection.run"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Dunning Run"
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    date = fields.Date(
        required=True, default=lambda self: self.env.company._collection_today(), index=True
    )
    policy_ids = fields.Many2many(
        "collection.policy",
        string="Policies",
        check_company=True,
        help="Empty: every policy of the company.",
    )
    partner_ids = fields.Many2many(
        "res.partner", string="Customers", help="Empty: every customer."
    )
    move_ids = fields.Many2many("account.move", string="Invoices", help="Empty: every invoice.")
    automatic = fields.Boolean(
        readonly=True, copy=False, help="Made by the scheduled action: one a day."
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("proposed", "Proposed"),
            ("issued", "Issued"),
            ("reversed", "Reversed"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    notice_ids = fields.One2many("collection.notice", "run_id", string="Notices")
    skip_ids = fields.One2many("collection.skip", "run_id", string="Not Reminded")
    rivals = fields.Char(
        string="Other Reminder Modules",
        compute="_compute_rivals",
        help="Other installed modules that remind customers: they get everything twice.",
    )
    notice_count = fields.Integer(compute="_compute_counts")
    skip_count = fields.Integer(compute="_compute_counts")
    to_approve_count = fields.Integer(compute="_compute_counts")

    _automatic_once = models.UniqueIndex(
        "(company_id, date) WHERE automatic",
        "The scheduled action makes one run a day and company.",
    )

    @api.depends("company_id", "date", "automatic")
    def _compute_name(self):
        for run in self:
            run.name = f"{run.company_id.name} · {run.date}"

    def _compute_rivals(self):
        for run in self:
            run.rivals = run.company_id._collection_rivals()

    def _compute_counts(self):
        notices = dict(
            self.env["collection.notice"]._read_group(
                [("run_id", "in", self.ids)], ["run_id"], ["__count"]
            )
        )
        waiting = dict(
            self.env["collection.notice"]._read_group(
                [("run_id", "in", self.ids), ("stage", "=", "to_approve")],
                ["run_id"],
                ["__count"],
            )
        )
        skips = dict(
            self.env["collection.skip"]._read_group(
                [("run_id", "in", self.ids)], ["run_id"], ["__count"]
            )
        )
        for run in self:
            run.notice_count = notices.get(run, 0)
            run.to_approve_count = waiting.get(run, 0)
            run.skip_count = skips.get(run, 0)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                vals.pop("automatic", None)
                vals.pop("state", None)
        return super().create(vals_list)

    def write(self, vals):
        """The scope of a run is fixed once it has been proposed.

        :raises UserError: for a person who changes it, or writes the state
        """
        if not self.env.su:
            scope = {"company_id", "date", "policy_ids", "partner_ids", "move_ids"}
            over = self.filtered(lambda run: run.state != "draft")
            if {"state", "automatic"} & set(vals) or (over and scope & set(vals)):
                raise UserError(
                    self.env._("A run is changed through its buttons once it is proposed.")
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.notice_ids:
            raise UserError(self.env._("A run with notices is part of the record: cancel it."))

    def action_propose(self):
        """Propose what is due on the run's date; again: add what is new.

        :raises UserError: when the run is over, or another proposal is being made
        """
        self.check_access("write")
        for run in self:
            if run.state not in ("draft", "proposed"):
                raise UserError(self.env._("This run is over; make a new one."))
            # Safe: rights are checked above; a proposal reads the whole ledger.
            run.sudo()._propose()

    def action_issue(self):
        """Issue every proposed notice; those waiting for approval stay."""
        self.check_access("write")
        for run in self:
            if run.state != "proposed":
                raise UserError(self.env._("Propose first: there is nothing to issue yet."))
            run = run.sudo()
            self.env["collection.issue"].sudo()._issue(run._issuable())
            run._close()

    def action_reverse(self):
        """Reverse every issued notice of the run; its items return to the level
        before, the log keeps both."""
        self.check_access("write")
        for run in self.sudo():
            if run.state != "issued":
                raise UserError(self.env._("Only an issued run can be reversed."))
            run.notice_ids.filtered(lambda n: n.stage in ("proposed", "to_approve"))._set_stage(
                "cancelled"
            )
            issued = run.notice_ids.filtered(lambda notice: notice.stage == "issued")
            if issued:
                issued.action_reverse()
            run.state = "reversed"

    def action_cancel(self):
        """Withdraw a proposal."""
        self.check_access("write")
        for run in self.sudo():
            if run.state not in ("draft", "proposed"):
                raise UserError(self.env._("An issued run can be reversed, not cancelled."))
            run.notice_ids.filtered(
                lambda n: n.stage in ("proposed", "to_approve", "failed")
            )._set_stage("cancelled")
            run.state = "cancelled"

    def action_open_notices(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collections.collection_notice_action"
        )
        return {**action, "domain": [("run_id", "=", self.id)], "context": {}}

    def action_open_skips(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collections.collection_skip_action"
        )
        return {
            **action,
            "domain": [("run_id", "=", self.id)],
            "context": {"search_default_group_by_reason": 1},
        }

    def _propose(self):
        """The one door to a proposal; `self` is in sudo."""
        self.ensure_one()
        if not self.company_id.try_lock_for_update(allow_referencing=True):
            raise UserError(
                self.env._("Another proposal is being made for this company; try again.")
            )
        run = self.with_company(self.company_id)
        notices = run.env["collection.proposal"]._propose(run)
        if run.state == "draft":
            run.state = "proposed"
        return notices

    def _issuable(self):
        return self.notice_ids.filtered(lambda notice: notice.stage == "proposed")

    def _close(self):
        """A run nothing can be issued from any more is issued."""
        if self.state == "proposed" and not self._issuable():
            self.state = "issued"

    def _retry_failed(self):
        """Notices that could not be issued are proposed again; those that were
        issued and not delivered are left to the next day."""
        failed = self.notice_ids.filtered(
            lambda notice: notice.stage == "failed" and not notice.name
        )
        failed._set_stage("cancelled")

    # The scheduled action

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
            self.env["collection.issue"].with_company(company)._refresh(waiting, date)
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
                [("stage", "=", "issued"), ("letter_attachment_id", "=", False)]
            )
        )
        self._commit_batch(0, len(pending))
        for start in range(0, len(pending), BATCH):
            batch = pending[start : start + BATCH].try_lock_for_update()
            delivery._render_letters(delivery._without_letter(batch))
            if not self._commit_batch(len(batch)):
                return
