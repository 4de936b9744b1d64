from odoo import models

from .pairs import joined


class CollectionNotice(models.Model):
    """What became of a notice: failures, bounces, replies, what is not needed any more."""

    _inherit = "collection.notice"

    def _cancel_pending(self, reason):
        """Nothing is left to collect, or the notice was taken back: planned
        calls and messages that have not left are not needed any more.

        What a dead process was handing over may have arrived, and stays in question.
        """
        pending = self.communication_ids.filtered(lambda row: row.state == "queued")
        interrupted = pending.filtered(lambda row: row.claimed_on and row.channel == "email")
        pending -= interrupted
        pending._not_needed(reason)
        pending.mail_mail_id._collection_take_out()
        pending.activity_id.unlink()
        for mail, rows in interrupted.grouped("mail_mail_id").items():
            mail._collection_unknown(
                rows, self.env._("Sending was interrupted; the message may have arrived.")
            )

    def _cancel_settled_calls(self):
        """Planned calls about paid items are not made."""
        settled = self.filtered(lambda notice: notice._are_items_settled())
        calls = settled.communication_ids.filtered(
            lambda row: row.channel == "call" and row.state == "queued"
        )
        calls.activity_id.unlink()
        calls.write(
            {
                "state": "failed",
                "failure_kind": "cancelled",
                "failure_reason": self.env._("Nothing left to collect"),
            }
        )

    def _on_delivery_failure(self):
        """No written message reached the customer: the notice has failed, its
        items return to their level and the next run tries again. An unknown
        outcome is left to a person: the message may have arrived."""
        for notice in self.filtered(lambda notice: notice.stage == "issued"):
            written = notice.communication_ids.filtered(
                lambda row: row.direction == "out" and row.channel in ("email", "letter", "sms")
            )
            lost = written.filtered(
                lambda row: row.state == "failed" and row.failure_kind in ("address", "temporary")
            )
            if written and written == lost:
                reason = joined(self.env, lost.mapped("failure_reason"))
                notice._set_stage("failed", reason)
                notice._cancel_pending(reason)

    def _resend(self, communications):
        """Send failed messages again.

        The notice, which may have failed, counts as issued again unless its
        items moved on meanwhile.

        :return: ``{communication: why it is not sent any more}``
        """
        return self.env["collection.delivery"]._resend(self, communications)

    def _forget_failures(self):
        """These were taken back: what could not be sent of them is nobody's task any more.

        A wrong address stays one, and what may have arrived is for a person to see.
        """
        self.communication_ids.filtered(
            lambda row: row.state == "failed" and row.failure_kind == "temporary"
        ).resolved = True

    def _message_receive_bounce(self, email, partner):
        """The customer's server returned the mail."""
        result = super()._message_receive_bounce(email, partner)
        self.sudo().communication_ids._bounced(email)
        return result

    def _message_post_after_hook(self, message, msg_values):
        """A reply is a contact too: it goes into the customer's timeline."""
        if message.message_type == "email":
            self.env["collection.delivery"].sudo()._log_reply(self.sudo(), message)
        return super()._message_post_after_hook(message, msg_values)

    def _mail_get_partner_fields(self, introspect_fields=False):
        return ["recipient_id", "partner_id"]
