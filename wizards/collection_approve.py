from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.collection_notice_approval import HANDOVER

REVIEW_DAYS = 14


class CollectionApprove(models.TransientModel):
    """Will you hand over if they don't pay? Asked before an ultimatum goes out."""

    _name = "collection.approve"
    _description = "Approve an Ultimatum"

    notice_ids = fields.Many2many("collection.notice", string="Notices", readonly=True)
    handover_answer = fields.Selection(
        HANDOVER, string="Will you hand over if they do not pay?"
    )
    reason = fields.Char(help="Why the debt is not handed over, and what happens instead.")
    review_date = fields.Date(
        string="Think Again On",
        default=lambda self: fields.Date.add(
            self.env.company._collection_today(), days=REVIEW_DAYS
        ),
        help="Until then the items are on hold.",
    )

    @api.constrains("notice_ids")
    def _check_readable(self):
        """Constraints run in sudo; whoever opens this must see the notices."""
        self.notice_ids.with_user(self.env.user).check_access("read")

    def action_confirm(self):
        """Send what is meant, hold what is not.

        :raises UserError: without an answer, a reason or a day
        """
        self.ensure_one()
        self.notice_ids._check_manager()
        if not self.handover_answer:
            raise UserError(self.env._("Answer the question first."))
        waiting = self.notice_ids.filtered(lambda notice: notice.stage == "to_approve")
        if self.handover_answer == "yes":
            waiting.action_approve()
        else:
            self._refuse(waiting)
        return {"type": "ir.actions.act_window_close"}

    def _refuse(self, waiting):
        if not self.reason:
            raise UserError(self.env._("Say in a few words what happens instead."))
        if not self.review_date or self.review_date < self.env.company._collection_today():
            raise UserError(self.env._("Choose the day on which you will think again."))
        # Notices that only wait for approval, without a case behind them, are not threats.
        threats = waiting.filtered("asks_handover")
        (waiting - threats).action_approve()
        # Safe: the manager's rights on these notices were checked; stages and answers
        # are written by the system only.
        threats.sudo()._refuse(self.reason, self.review_date)
