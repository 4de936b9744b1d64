"""Ultimatums prepare their case; taking them back withdraws it."""

from odoo import api, models

from ..engine import compose

NOTICE_REVERSED = "account_collections.mail_activity_type_case_step"


class CollectionIssue(models.AbstractModel):
    _inherit = "collection.issue"

    @api.model
    def _issue_batch(self, notices, date):
        issued = super()._issue_batch(notices, date)
        self._open_cases(issued, date)
        return issued

    @api.model
    def _open_cases(self, notices, date):
        """Cases about the items that got the ultimatum, unless the approver said that the
        debt will not be handed over."""
        notices = notices.filtered(
            lambda notice: notice.level_id.opens_case and notice.handover_answer != "no"
        )
        lines = notices.line_ids.filtered(
            lambda line: line.kind == compose.ITEM
            and line.stage == "issued"
            and line.level_id.opens_case
        )
        taken = self.env["collection.case"]._live_lines(lines.move_line_id).move_line_id
        items = {
            notice: group.move_line_id - taken
            for notice, group in lines.grouped("notice_id").items()
        }
        # Safe: whoever issues may announce a case; its notice and dates are the system's.
        self.env["collection.case"].sudo()._prepare(
            [
                {
                    "company_id": notice.company_id.id,
                    "partner_id": notice.partner_id.id,
                    "notice_id": notice.id,
                    "date_prepared": date,
                    "date_handover_due": notice.deadline_date,
                    "move_line_ids": items[notice].ids,
                }
                for notice in notices
                if items.get(notice)
            ]
        )


class CollectionNotice(models.Model):
    _inherit = "collection.notice"

    def _set_stage(self, stage, reason=None):
        """A case rests on its ultimatum: reversed or not delivered, a prepared one is
        withdrawn, so that the ultimatum can be sent again, and whoever owns one that
        has left the house is told."""
        result = super()._set_stage(stage, reason)
        if stage in ("reversed", "failed"):
            cases = self.env["collection.case"].sudo().search([("notice_id", "in", self.ids)])
            cases._on_notice_taken_back(stage)
        elif stage == "issued":
            # Sent again after all.
            issue = self.env["collection.issue"].sudo()
            for company, notices in self.sudo().grouped("company_id").items():
                issue._open_cases(notices, company._collection_today())
        return result


class CollectionCase(models.Model):
    _inherit = "collection.case"

    def _on_notice_taken_back(self, stage):
        """:param stage: ``reversed`` or ``failed``"""
        for case in self.filtered("is_live"):
            text = (
                self.env._("Ultimatum %s was reversed", case.notice_id.name)
                if stage == "reversed"
                else self.env._("Ultimatum %s was not delivered", case.notice_id.name)
            )
            if case.state == "prepared":
                case._set_state("withdrawn", closing_reason=text)
            else:
                today = case.company_id._collection_today()
                case._ask(NOTICE_REVERSED, today, case.user_id, text)

    @api.model
    def _live_lines(self, items):
        """The lines of live cases about these items."""
        # Safe: only asks which items are taken.
        return self.env["collection.case.line"].sudo().search(
            [("move_line_id", "in", items.ids), ("is_live", "=", True)]
        )
