from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine.days import plus

REVIEW = "account_collections.mail_activity_type_hold_review"


class CollectionHold(models.Model):
    """A customer, or some of his items, left alone until a date."""

    _name = "collection.hold"
    _inherit = ["collection.pause", "mail.thread", "mail.activity.mixin"]
    _description = "Collection Hold"
    _pause_reason = "held"
    _pause_open_state = "active"
    _pause_gone_state = "ended"

    user_id = fields.Many2one(string="Owner", tracking=True)
    date_until = fields.Date(tracking=True)
    date_review = fields.Date(
        string="Review On",
        compute="_compute_date_review",
        precompute=True,
        store=True,
        readonly=False,
        index="btree_not_null",
        tracking=True,
        help="The day on which the owner looks whether the hold is still needed.",
    )
    date_reviewed_for = fields.Date(
        readonly=True, copy=False, help="The review date about which the owner was asked."
    )
    state = fields.Selection(
        [("active", "Active"), ("ended", "Ended")],
        default="active",
        required=True,
        index=True,
        tracking=True,
    )

    @api.depends("company_id", "date_until")
    def _compute_date_review(self):
        """A hold without an end is looked at again."""
        for hold in self:
            company = hold.company_id
            days = company.collection_hold_review_days
            if hold.date_review or hold.date_until or days <= 0:
                hold.date_review = hold.date_review
                continue
            first = max(company._collection_today(), hold.date_from or fields.Date.today())
            hold.date_review = plus(first, days)

    @api.constrains("date_until", "date_review")
    def _check_ends(self):
        """:raises ValidationError: for a hold nobody would ever look at again"""
        for hold in self:
            if not hold.date_until and not hold.date_review:
                raise ValidationError(
                    self.env._("Say until when the hold lasts, or when to look at it again.")
                )

    def action_end(self):
        """End the hold now; its items are dunned again by the next run."""
        self.check_access("write")
        self.filtered(lambda hold: hold.state == "active").state = "ended"

    def action_prolong(self):
        """Still needed: look at it again later."""
        self.check_access("write")
        for hold in self.filtered(lambda hold: hold.state == "active"):
            company = hold.company_id
            days = company.collection_hold_review_days or 30
            later = plus(company._collection_today(), days)
            hold.date_review = min(later, hold.date_until) if hold.date_until else later

    def write(self, vals):
        """Whoever ends a hold, or says when to look again, has done his task."""
        result = super().write(vals)
        if vals.get("state") == "ended" or "date_review" in vals:
            self.activity_unlink([REVIEW])
        return result

    @api.model
    def _follow_up(self, company, today):
        """End the holds whose last day has passed; have the others looked at."""
        mine = [("company_id", "=", company.id), ("state", "=", "active")]
        failures = self.search([*mine, ("date_until", "<", today)])._for_each("_end_by_itself")
        due = self.search([*mine, ("date_review", "<=", today)])
        return failures + due._for_each("_ask_review", today)

    def _end_by_itself(self):
        self.state = "ended"
        self._message_log(body=self.env._("Its last day has passed: the hold has ended."))

    def _ask_review(self, today):
        """The hold goes on; once for each review date, its owner is asked."""
        if self.date_reviewed_for == self.date_review:
            return
        self.date_reviewed_for = self.date_review
        self._give_task(
            REVIEW,
            self._task_user(),
            today,
            self.env._("Still needed? %(reason)s", reason=self.reason),
        )
