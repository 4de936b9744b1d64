from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

# Notices of which nothing has reached the customer.
UNSENT = {"proposed", "to_approve", "failed"}
# Written by the engine and the buttons, not by a person.
DECIDED = {"state", "automatic", "issue_requested_on", "issue_requested_by_id"}


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
    is_reversible = fields.Boolean(
        compute="_compute_is_reversible",
        help="Something of it has been issued and not been taken back.",
    )

    _automatic_once = models.UniqueIndex(
        "(company_id, date) WHERE automatic",
        "The scheduled action makes one run a day and company.",
    )

    @api.depends("company_id", "date", "automatic")
    def _compute_name(self):
        for run in self:
            run.name = f"{run.company_id.name} · {run.date}"

    @api.depends("name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        """The name, its day as the reader writes it."""
        for run in self:
            run.display_name = f"{run.company_id.name} · {format_date(self.env, run.date)}"

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

    @api.depends("state")
    def _compute_is_reversible(self):
        reversible = self._reversible()
        for run in self:
            run.is_reversible = run in reversible

    def _reversible(self):
        """Also those issued in part, and then cancelled or not gone on with."""
        live = self.filtered(lambda run: run.state != "reversed")
        issued = self.env["collection.notice"]._read_group(
            [("run_id", "in", live.ids), ("stage", "=", "issued")], ["run_id"]
        )
        return live.filtered(lambda run: run.state == "issued" or (run,) in issued)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            # Said, not left out: a default in the context would speak instead.
            decided = {**dict.fromkeys(DECIDED, False), "state": "draft"}
            vals_list = [{**vals, **decided} for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        """The scope of a run is fixed once it has been proposed.

        :raises UserError: for a person who changes it, or writes the state
        """
        if not self.env.su:
            scope = {"company_id", "date", "policy_ids", "partner_ids", "move_ids"}
            over = self.filtered(lambda run: run.state != "draft")
            if DECIDED & set(vals) or (over and scope & set(vals)):
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

    def action_reverse(self):
        """Reverse every issued notice of the run; its items return to the level
        before, the log keeps both."""
        self.check_access("write")
        for run in self.sudo():
            if not run._reversible():
                raise UserError(self.env._("Only an issued run can be reversed."))
            run.notice_ids.filtered(lambda notice: notice.stage in UNSENT).action_cancel()
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

    def _retry_failed(self):
        """Notices that could not be issued are proposed again; those that were
        issued and not delivered are left to the next day."""
        failed = self.env["collection.notice"].search(
            [("run_id", "in", self.ids), ("stage", "=", "failed"), ("name", "=", False)]
        )
        failed._set_stage("cancelled")
