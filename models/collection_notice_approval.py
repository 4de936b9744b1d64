from odoo import api, fields, models
from odoo.exceptions import AccessError

from .collection_notice import MANAGER_GROUP

HANDOVER = [("yes", "Yes, hand over"), ("no", "No")]


class CollectionNotice(models.Model):
    """An ultimatum goes out only if the company means it: a manager says by name and
    date whether the debt is handed over when it stays unpaid."""

    _inherit = "collection.notice"

    asks_handover = fields.Boolean(compute="_compute_asks_handover")
    handover_answer = fields.Selection(
        HANDOVER,
        string="Hand Over if Unpaid",
        readonly=True,
        copy=False,
        help="Said by the manager who let the ultimatum out.",
    )
    handover_answered_by_id = fields.Many2one(
        "res.users", string="Answered By", readonly=True, copy=False
    )
    handover_answered_on = fields.Datetime(string="Answered On", readonly=True, copy=False)

    @api.depends("level_id.opens_case")
    def _compute_asks_handover(self):
        for notice in self:
            notice.asks_handover = notice.level_id.opens_case

    def action_approve(self):
        """Let notices out whose level asks for a manager's word.

        Approving a level that opens a case is the answer "yes, hand over".

        :raises AccessError: unless a collections manager asks
        """
        self._check_manager()
        # Safe: the right is checked above; what is written says who answered.
        waiting = self.sudo().filtered(lambda notice: notice.stage == "to_approve")
        ultimatums = waiting.filtered("asks_handover")
        for level, notices in waiting.grouped("level_id").items():
            # Untracked, like what `_write_word` writes.
            notices.with_context(mail_notrack=True).approved_level_id = level
        ultimatums._write_word(
            {**self._approval(), **self._answer("yes")},
            self.env._("Approved; handed over if it stays unpaid."),
        )
        (waiting - ultimatums)._write_word(self._approval(), self.env._("Approved."))

    def action_ask_approval(self):
        """Approve, with the question that belongs to an ultimatum.

        :raises AccessError: unless a collections manager asks
        """
        self._check_manager()
        waiting = self.filtered(lambda notice: notice.stage == "to_approve")
        if not waiting.filtered("asks_handover"):
            return waiting.action_approve()
        wizard = self.env["collection.approve"].create({"notice_ids": waiting.ids})
        return {**wizard._get_records_action(target="new"), "name": self.env._("Approve")}

    def _check_manager(self):
        """:raises AccessError: for everybody but a collections manager"""
        if not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(
                self.env._("Only a collections manager approves notices of this level.")
            )
        self.check_access("write")

    def _approval(self):
        return {
            "stage": "proposed",
            "approved_by_id": self.env.uid,
            "approved_on": fields.Datetime.now(),
        }

    def _no_approval(self):
        """What is written where a manager has to say it (again)."""
        return {
            "approved_by_id": False,
            "approved_on": False,
            "approved_level_id": False,
            "handover_answer": False,
            "handover_answered_by_id": False,
            "handover_answered_on": False,
        }

    def _is_approved(self, level):
        """True when a manager has let the notice out at this level, or at a higher one."""
        self.ensure_one()
        approved = self.approved_level_id
        # Those of before this was noted have no level: the one they stand at was meant.
        return bool(self.approved_by_id) and (
            level.delay_days <= (approved or self.level_id).delay_days
        )

    def _answer(self, answer):
        return {
            "handover_answer": answer,
            "handover_answered_by_id": self.env.uid,
            "handover_answered_on": fields.Datetime.now(),
        }

    def _write_word(self, vals, text):
        """Write the manager's word, with a line in the chatter of each.

        The lines are written together: core's tracking writes one a notice, each by
        itself, and a manager lets thousands out at once.
        """
        if not self:
            return
        untracked = self.with_context(mail_notrack=True)
        untracked.write(vals)
        # Their state follows with the next flush, which would be tracked again.
        untracked.flush_recordset(["state"])
        self._message_log_batch(dict.fromkeys(self.ids, text))

    def _refuse(self, reason, review_date):
        """The company would not hand over: the threat is not sent, and its items are
        held until somebody has thought again.

        :param review_date: day on which the hold is looked at again
        """
        for notice in self:
            items = notice._advancing().move_line_id
            notice.write(self._answer("no"))
            notice._set_stage("cancelled", reason)
            self.env["collection.hold"].create(
                {
                    "company_id": notice.company_id.id,
                    "partner_id": notice.partner_id.id,
                    "move_line_ids": items.ids,
                    "reason": reason,
                    "user_id": self.env.uid,
                    "date_from": min(notice.company_id._collection_today(), review_date),
                    "date_until": review_date,
                }
            )
