from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import compose

STAGES = [
    ("proposed", "Proposed"),
    ("to_approve", "To approve"),
    ("issued", "Issued"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
    ("reversed", "Reversed"),
]
STATES = [*STAGES[:3], STAGES[3], ("settled", "Settled"), *STAGES[4:]]
# What a person may write by hand; everything else goes through the actions.
PERSON_FIELDS = {"collector_id", "line_ids"}
MANAGER_GROUP = "account_collections.group_collections_manager"


class CollectionNotice(models.Model):
    """One message to one customer, in one currency, at one level, on one day."""

    _name = "collection.notice"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Dunning Notice"
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Number", readonly=True, copy=False, index="trigram")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    recipient_id = fields.Many2one(
        "res.partner", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    policy_id = fields.Many2one(
        "collection.policy", required=True, readonly=True, index=True, ondelete="restrict"
    )
    level_id = fields.Many2one(
        "collection.level", required=True, readonly=True, index=True, ondelete="restrict"
    )
    proposed_level_id = fields.Many2one(
        "collection.level",
        readonly=True,
        ondelete="restrict",
        help="The level the engine proposed; a person may go below it, never above.",
    )
    run_id = fields.Many2one(
        "collection.run", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    date = fields.Date(required=True, readonly=True, index=True)
    proposed_on = fields.Date(
        readonly=True, help="The company's local day on which the proposal was made."
    )
    deadline_date = fields.Date(string="Firm Date", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount_due = fields.Monetary(
        readonly=True,
        help="Open amounts of the listed items less disputed amounts less open credits.",
    )
    amount_overdue = fields.Monetary(
        readonly=True, help="The part of the amount due whose due date has passed."
    )
    amount_charges = fields.Monetary(readonly=True)
    amount_total = fields.Monetary(string="Total", readonly=True)
    line_ids = fields.One2many("collection.notice.line", "notice_id", readonly=False)
    # What was decided; `state` adds what the ledger says (settled).
    stage = fields.Selection(
        STAGES, required=True, readonly=True, default="proposed", index=True, copy=False
    )
    state = fields.Selection(
        STATES, compute="_compute_state", store=True, index=True, tracking=True
    )
    failure_reason = fields.Char(readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_on = fields.Datetime(readonly=True, copy=False)
    approved_level_id = fields.Many2one(
        "collection.level",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="The manager's word counts for this level and those below it.",
    )
    issued_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    issued_on = fields.Datetime(readonly=True, copy=False)
    collector_id = fields.Many2one("res.users", readonly=True, index="btree_not_null")
    communication_ids = fields.One2many("collection.communication", "notice_id")
    is_undelivered = fields.Boolean(
        compute="_compute_is_undelivered",
        store=True,
        help="A message of this notice failed and nobody has dealt with it yet.",
    )
    # Frozen when the notice is issued. The texts are long: read by whoever needs one.
    lang = fields.Char(string="Language", readonly=True)
    partner_bank_id = fields.Many2one("res.partner.bank", readonly=True)
    payment_reference = fields.Char(readonly=True, copy=False)
    amount_in_words = fields.Char(readonly=True)
    email_subject = fields.Char(readonly=True, copy=False)
    email_body = fields.Html(readonly=True, copy=False, sanitize=False, prefetch=False)
    letter_subject = fields.Char(readonly=True, copy=False)
    letter_body = fields.Html(readonly=True, copy=False, sanitize=False, prefetch=False)
    letter_closing = fields.Html(readonly=True, copy=False, sanitize=False, prefetch=False)
    call_script = fields.Html(readonly=True, copy=False, sanitize=False, prefetch=False)
    letter_attachment_id = fields.Many2one("ir.attachment", readonly=True, copy=False)
    letter_filename = fields.Char(compute="_compute_letter_filename")

    _name_unique = models.UniqueIndex(
        "(company_id, name) WHERE name IS NOT NULL", "A notice number is used once."
    )
    _letter_pending = models.Index(
        "(id) WHERE stage = 'issued' AND letter_attachment_id IS NULL"
    )

    @api.depends(
        "stage",
        "line_ids.stage",
        "line_ids.move_line_id.reconciled",
        "line_ids.move_line_id.parent_state",
    )
    def _compute_state(self):
        for notice in self:
            notice.state = "settled" if notice._is_settled() else notice.stage

    @api.depends(
        "communication_ids.state",
        "communication_ids.resolved",
        "communication_ids.failure_kind",
    )
    def _compute_is_undelivered(self):
        for notice in self:
            notice.is_undelivered = any(
                row._is_undelivered() for row in notice.communication_ids
            )

    @api.depends("name", "partner_id.name")
    def _compute_display_name(self):
        for notice in self:
            notice.display_name = notice.name or self.env._(
                "Proposal: %(customer)s", customer=notice.partner_id.name or ""
            )

    @api.depends("name", "stage")
    def _compute_letter_filename(self):
        """Only issued letters are kept as files: a preview changes nothing."""
        for notice in self:
            kept = notice.stage in ("issued", "reversed") and notice.name
            notice.letter_filename = f"{notice.name.replace('/', '-')}.pdf" if kept else False

    def write(self, vals):
        """Amounts, texts and states are decided by the engine, not typed in.

        :raises UserError: for a person who writes them, over RPC for instance
        """
        if not self.env.su:
            typed = {
                name for name in vals if not name.startswith(("message_", "activity_"))
            } - PERSON_FIELDS
            if typed:
                raise UserError(
                    self.env._(
                        "A notice is changed through its buttons, not by writing %(fields)s.",
                        fields=", ".join(sorted(typed)),
                    )
                )
            if "line_ids" in vals:
                self._check_editable()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_issued(self):
        if self.filtered("name"):
            raise UserError(
                self.env._("An issued notice is part of the record: reverse it instead.")
            )

    def action_issue(self):
        """Issue proposals: re-read what is owed, freeze, advance levels, send.

        :return: what the screen says of those left out as somebody else works on their
            customers, or None
        :raises UserError: when a notice waits for approval or none can be issued
        """
        self.check_access("write")
        if self.filtered(lambda notice: notice.stage == "to_approve"):
            raise UserError(self.env._("A collections manager must approve this notice first."))
        proposals = self.filtered(lambda notice: notice.stage == "proposed")
        if not proposals:
            raise UserError(self.env._("There is no proposal left to issue here."))
        proposals.run_id._check_day()
        # Safe: rights on the notices are checked above; issuing also writes
        # levels on journal items, mails and sequences a collector cannot touch.
        issue = self.env["collection.issue"].sudo()
        issue._issue(proposals.sudo())
        return issue._say_busy(proposals)

    def action_cancel(self):
        """Withdraw proposals, or close failed notices."""
        self.check_access("write")
        if self.filtered(lambda notice: notice.stage in ("issued", "reversed")):
            raise UserError(self.env._("An issued notice can be reversed, not cancelled."))
        closed = self.sudo()
        closed._set_stage("cancelled")
        closed._forget_failures()

    def action_reverse(self):
        """Take issued notices back: their items return to the level before.

        :raises UserError: when nothing was issued
        """
        self.check_access("write")
        issued = self.sudo().filtered(lambda notice: notice.stage == "issued")
        if not issued:
            raise UserError(self.env._("Only an issued notice can be reversed."))
        issued._set_stage("reversed")
        issued._cancel_pending(self.env._("Notice reversed"))
        issued._forget_failures()

    def action_print(self):
        """One PDF of all letters, by country, zip and customer."""
        self.check_access("read")
        ordered = self.sorted(
            lambda notice: (
                notice.recipient_id.country_id.code or "",
                notice.recipient_id.zip or "",
                notice.partner_id.name or "",
                notice.id,
            )
        )
        return self.env.ref("account_collections.action_report_notice").report_action(ordered)

    def action_mark_posted(self):
        """The letters of these notices have been posted."""
        self.communication_ids.action_mark_posted()

    def _is_settled(self):
        """True when nothing is left to collect of what this notice demanded."""
        return self._are_items_settled()

    def _are_items_settled(self):
        """True when nothing is left to collect of the items it reminded of."""
        self.ensure_one()
        lines = self.line_ids.filtered(
            lambda line: line.kind in compose.SUBJECTS and line.stage == "issued"
        )
        return (
            self.stage == "issued"
            and bool(lines)
            and all(
                line.move_line_id.reconciled or line.move_line_id.parent_state != "posted"
                for line in lines
            )
        )

    def _set_stage(self, stage, reason=None):
        """Move notices and their items to a stage that is not `issued`."""
        vals = {"stage": stage}
        if reason is not None:
            vals["failure_reason"] = reason
        self.write(vals)
        live = ("proposed", "issued", "failed")
        self.line_ids.filtered(lambda line: line.stage in live).write({"stage": stage})

    def _check_editable(self):
        """:raises UserError: when the notice is no proposal any more"""
        if self.filtered(lambda notice: notice.stage not in ("proposed", "to_approve")):
            raise UserError(self.env._("Only a proposal can be changed."))

    def _update_level(self):
        """The notice speaks at the highest level among its lines."""
        for notice in self.filtered(lambda notice: notice.stage in ("proposed", "to_approve")):
            levels = notice._advancing().level_id
            highest = levels.sorted("delay_days")[-1:]
            waits = highest.requires_approval and not notice._is_approved(highest)
            vals = {"stage": "to_approve" if waits else "proposed", "level_id": highest.id}
            if highest and (highest, vals["stage"]) != (notice.level_id, notice.stage):
                # A word about a lower level is none about this one.
                notice.sudo().write({**vals, **(notice._no_approval() if waits else {})})

    def _after_drop(self):
        """A proposal without items is no proposal; else its totals follow."""
        empty = self.filtered(lambda notice: not notice._advancing())
        empty._set_stage("cancelled", self.env._("Every item was taken out."))
        rest = self - empty
        self.env["collection.issue"]._refresh(rest)
        rest._update_level()

    def _advancing(self):
        """The lines that (would) go to a new level with these notices."""
        return self.line_ids.filtered(
            lambda line: line.kind in compose.SUBJECTS and line.stage in ("proposed", "issued")
        )
