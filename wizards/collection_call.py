from odoo import api, fields, models
from odoo.exceptions import UserError


class CollectionCall(models.TransientModel):
    """A planned call: the number, the script, and what was said."""

    _name = "collection.call"
    _description = "Phone Call"

    communication_id = fields.Many2one(
        "collection.communication", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="communication_id.partner_id")
    recipient_id = fields.Many2one(related="communication_id.recipient_id")
    address = fields.Char(related="communication_id.address", string="Phone")
    notice_id = fields.Many2one(related="communication_id.notice_id")
    call_script = fields.Html(related="communication_id.call_script")
    outcome = fields.Text(help="What was said and agreed.")
    retry_date = fields.Date(
        string="Call Again On", default=lambda self: fields.Date.add(self._today(), days=1)
    )

    @api.constrains("communication_id")
    def _check_readable(self):
        """The related fields show it without asking; constraints run in sudo."""
        self.communication_id.with_user(self.env.user).check_access("read")

    def _today(self):
        return self.env.company._collection_today()

    def action_done(self):
        """The call was made: it goes into the timeline.

        :raises UserError: when nothing is written about it, or it is over already
        """
        self.ensure_one()
        call = self._planned_call()
        if not self.outcome:
            raise UserError(self.env._("Write in a word or two what the customer said."))
        if call.activity_id:
            call.activity_id.action_feedback(feedback=self.outcome)
        else:
            # Safe: the right to write was checked; only delivery is written.
            call.sudo().write(
                {
                    "state": "done",
                    "date": fields.Datetime.now(),
                    "user_id": self.env.uid,
                    "outcome": self.outcome,
                }
            )
        return {"type": "ir.actions.act_window_close"}

    def action_retry(self):
        """Nobody was reached: the attempt is logged, the call stays planned.

        :raises UserError: without a day to call again
        """
        self.ensure_one()
        call = self._planned_call()
        if not self.retry_date or self.retry_date < self._today():
            raise UserError(self.env._("Choose the day on which to call again."))
        self.env["collection.communication"].create(
            {
                "company_id": call.company_id.id,
                "partner_id": call.partner_id.id,
                "recipient_id": call.recipient_id.id,
                "notice_id": call.notice_id.id,
                "channel": "call",
                "direction": "out",
                "address": call.address,
                "summary": self.env._("Nobody reached"),
                "outcome": self.outcome,
            }
        )
        call.activity_id.date_deadline = self.retry_date
        return {"type": "ir.actions.act_window_close"}

    def _planned_call(self):
        """:raises UserError: when the call is not planned any more"""
        call = self.communication_id
        call.check_access("write")
        if call.channel != "call" or call.state != "queued":
            raise UserError(self.env._("This call is not planned any more."))
        return call
