from odoo import api, fields, models
from odoo.tools import format_date

DEADLINE = "account_collections.mail_activity_type_dispute"
ESCALATED = "account_collections.mail_activity_type_dispute_escalated"
CREDIT = "account_collections.mail_activity_type_dispute_credit"


class CollectionDispute(models.Model):
    """Nobody waits for ever: deadlines are watched, and escalate."""

    _inherit = "collection.dispute"

    date_asked_for = fields.Date(
        readonly=True, copy=False, help="The deadline about which the owner was asked."
    )
    date_escalated_for = fields.Date(
        readonly=True, copy=False, help="The deadline about which the responsible was asked."
    )
    is_late = fields.Boolean(compute="_compute_is_late", help="Its deadline has passed.")

    @api.depends("state", "date_deadline")
    def _compute_is_late(self):
        for dispute in self:
            company = dispute.company_id or self.env.company
            end = dispute.date_resolved or company._collection_today()
            dispute.is_late = bool(dispute.date_deadline and dispute.date_deadline < end)

    @api.model
    def _follow_up(self, company, today):
        """Disputes to answer by today: their owners are asked; later, the responsible."""
        due = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "open"),
                ("date_deadline", "<=", today),
            ]
        )
        failures = due._for_each("_ask_owner", today)
        days = company.collection_dispute_escalation_days
        if days > 0:
            limit = fields.Date.subtract(today, days=days)
            late = due.filtered(lambda dispute: dispute.date_deadline <= limit)
            failures += late._for_each("_escalate", today)
        return failures

    def _ask_owner(self, today):
        """Once for each deadline."""
        if self.date_asked_for == self.date_deadline:
            return
        self.date_asked_for = self.date_deadline
        self._give_task(
            DEADLINE,
            self._task_user(),
            today,
            self.env._("Answer the dispute: %(reason)s", reason=self.reason),
        )

    def _escalate(self, today):
        """Once for each deadline."""
        if self.date_escalated_for == self.date_deadline:
            return
        self.date_escalated_for = self.date_deadline
        owner = self._task_user()
        self._give_task(
            ESCALATED,
            self.company_id._collection_responsible(),
            today,
            self.env._(
                "Unanswered since %(date)s, owner %(owner)s: %(reason)s",
                date=format_date(self.env, self.date_deadline),
                owner=owner.name,
                reason=self.reason,
            ),
        )

    def _close_tasks(self):
        """Nothing is left to do about it."""
        self.activity_unlink([DEADLINE, ESCALATED, CREDIT])
