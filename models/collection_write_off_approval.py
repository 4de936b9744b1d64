from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .collection_notice import MANAGER_GROUP

ACTIVITY = "account_collections.mail_activity_type_write_off"
# Several small write-offs of one customer count together.
TOGETHER_DAYS = 30


class CollectionWriteOff(models.Model):
    """Who may write off: a collections manager, and above the limit a second one."""

    _inherit = "collection.write.off"

    def _is_above_limit(self):
        """What the customer was let off lately counts, so that cutting a debt into pieces
        helps nobody."""
        self.ensure_one()
        company = self.company_id
        limit = company.collection_write_off_limit
        if not limit:
            return False
        since = company._collection_today() - timedelta(days=TOGETHER_DAYS)
        before = self.sudo().search(
            Domain("company_id", "=", company.id)
            & Domain("partner_id", "=", self.partner_id.id)
            & Domain("state", "in", ("to_approve", "posted"))
            & Domain("date_requested", ">=", since)
            & Domain("id", "!=", self._origin.id)
        )
        total = self.amount_total + sum(before.mapped("amount_total"))
        if self.include_charges and self.state in ("draft", "to_approve"):
            total += self._clean()._charges_balance()
        return company.currency_id.compare_amounts(total, limit) > 0

    def _approval_problem(self):
        """Why this user may not approve it, or ""."""
        self.ensure_one()
        if not self.env.user.has_group(MANAGER_GROUP):
            return self.env._("Only a collections manager writes off.")
        own = self.env.user in (self.requested_by | self.create_uid)
        if own and self._is_above_limit():
            return self.env._(
                "Above %(limit)s another collections manager than who asked for it approves a "
                "write-off.",
                limit=self.currency_id.format(self.company_id.collection_write_off_limit),
            )
        return ""

    def _check_manager(self):
        """:raises AccessError: for everybody but a collections manager"""
        self.check_access("read")
        if not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(self.env._("Only a collections manager writes off."))

    def action_request(self):
        """Ask for it; a manager's own request below the limit is posted at once.

        :raises UserError: when there is nothing, or too much, to write off
        """
        self.check_access("write")
        for write_off in self:
            write_off._check_draft()
            write_off.line_ids._check_open()
            # Safe: checked above; the request is recorded with its author.
            write_off.sudo().write(
                {
                    "state": "to_approve",
                    "requested_by": self.env.uid,
                    "date_requested": fields.Datetime.now(),
                }
            )
            if write_off._approval_problem():
                write_off.sudo()._ask_approval()
            else:
                write_off.action_approve()

    def action_approve(self):
        """Approve and book.

        :raises AccessError: for whoever may not
        :raises UserError: when it cannot be booked
        """
        self.check_access("write")
        for write_off in self:
            problem = write_off._approval_problem()
            if problem:
                raise AccessError(problem)
            # Safe: checked above; who approves need not be who may book.
            write_off.sudo()._approve(self.env.user)

    def _approve(self, user):
        self.ensure_one()
        self._lock()
        if self.state != "to_approve":
            raise UserError(self.env._("“%s” does not wait for approval.", self.display_name))
        self.write({"approved_by": user.id, "date_approved": fields.Datetime.now()})
        self._book()
        self.activity_feedback([ACTIVITY])

    def action_draft(self):
        """Change what was asked for, before anybody approves it."""
        self.check_access("write")
        waiting = self.filtered(lambda write_off: write_off.state in ("to_approve", "cancelled"))
        # Safe: who may write it may take the request back.
        waiting.sudo().write(
            {"state": "draft", "requested_by": False, "date_requested": False}
        )
        waiting.sudo().activity_unlink([ACTIVITY])

    def action_cancel(self):
        """Not written off after all."""
        self.check_access("write")
        for write_off in self:
            if write_off.state not in ("draft", "to_approve"):
                raise UserError(
                    self.env._("“%s” is on record: reverse it.", write_off.display_name)
                )
        self.sudo().write({"state": "cancelled"})
        self.sudo().activity_unlink([ACTIVITY])

    def _ask_approval(self):
        """A task for a manager who may approve it."""
        self.ensure_one()
        company = self.company_id
        user = company._collection_responsible()
        if user in (self.requested_by | self.create_uid) or not user.has_group(MANAGER_GROUP):
            managers = self.env.ref(MANAGER_GROUP).all_user_ids.filtered(
                lambda one: company in one.company_ids and one.active and not one.share
            )
            others = managers - self.requested_by - self.create_uid
            user = (others - self.env.ref("base.user_root"))[:1] or user
        if not self.activity_search([ACTIVITY]):
            self.activity_schedule(
                ACTIVITY,
                company._collection_today(),
                summary=self.env._(
                    "Approve the write-off of %s", self.currency_id.format(self.amount_total)
                ),
                user_id=user.id,
            )

    def _lock(self):
        """:raises UserError: while another process decides the same"""
        if not self.try_lock_for_update(allow_referencing=True):
            raise UserError(
                self.env._(
                    "Another process works on %s at this moment; try again.", self.display_name
                )
            )
