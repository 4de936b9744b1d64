"""What did not reach the customer is sent again: by a person, or once a day by itself."""

from odoo import api, models
from odoo.exceptions import UserError

from .collection_communication import WRITTEN

# So many days in a row a message is tried that went by another way too.
TRIES = 3


class CollectionCommunication(models.Model):
    _inherit = "collection.communication"

    def action_resend(self):
        """Send failed messages again, to the recipient's address of today.

        :return: what the screen says of those that are not sent any more, or None
        :raises UserError: when that is all of them
        """
        self.check_access("write")
        # Safe: rights are checked above; delivery writes mails, letters and levels.
        failed = self.sudo()._to_send_again()
        refused = failed.notice_id._resend(failed)
        if not refused:
            return None
        text = "\n".join(refused.values())
        if len(refused) == len(failed):
            raise UserError(text)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "warning", "sticky": True, "message": text},
        }

    def _to_send_again(self):
        """The failed messages of notices among these, those nobody else sends again at
        this moment."""
        failed = self.filtered(
            lambda row: row.automatic
            and row.notice_id
            and row.state == "failed"
            and row.failure_kind != "cancelled"
            and row.channel in WRITTEN
        )
        free = failed.try_lock_for_update()
        # Whoever had them a moment ago may have sent them.
        free.notice_id.invalidate_recordset(["communication_ids"])
        return free.filtered(lambda row: not row._is_replaced())

    def _is_replaced(self):
        """True when it was sent again already."""
        self.ensure_one()
        return any(
            row.id > self.id and row.automatic and row.channel == self.channel
            for row in self.notice_id.communication_ids
        )

    @api.model
    def _send_lost_again(self, company, day):
        """Messages that could not leave, of notices which reached the customer another way
        at least: nobody would make them afresh, so they are sent again, once a day.

        A notice of which nothing left has failed, and the day's proposal sees to it.
        """
        rows = self.search(
            [
                ("company_id", "=", company.id),
                ("automatic", "=", True),
                ("state", "=", "failed"),
                ("failure_kind", "=", "temporary"),
                ("resolved", "=", False),
                ("channel", "in", WRITTEN),
                ("notice_id.stage", "=", "issued"),
                ("notice_id.date", "<", day),
            ]
        )
        rows = rows.filtered(
            lambda row: company._collection_local_day(row.date) < day
            and row._tries() < TRIES
            and not row.notice_id._are_items_settled()
        )
        rows.notice_id._resend(rows)

    def _tries(self):
        """How often this message of its notice has failed."""
        self.ensure_one()
        return len(
            self.notice_id.communication_ids.filtered(
                lambda row: row.channel == self.channel
                and row.state == "failed"
                and row.failure_kind == "temporary"
            )
        )

    def _resolve_superseded(self, notices):
        """What could not be sent of an earlier notice about the same items, and was made
        afresh by these, is nobody's task any more."""
        items = notices._advancing().move_line_id
        failed = self.search(
            [
                ("notice_id.line_ids", "any", [
                    ("move_line_id", "in", items.ids), ("stage", "=", "failed")
                ]),
                ("state", "=", "failed"),
                ("failure_kind", "=", "temporary"),
                ("resolved", "=", False),
            ]
        )
        if failed:
            failed.resolved = True
