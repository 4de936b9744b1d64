from odoo import models

from ..engine import compose
from .pairs import joined


class CollectionNotice(models.Model):
    """What became of a notice: failures, bounces, replies, what is not needed any more."""

    _inherit = "collection.notice"

    def _cancel_pending(self, reason):
        """Nothing is left to collect, or the notice was taken back: planned
        calls and messages that have not left are not needed any more."""
        pending = self.communication_ids.filtered(lambda row: row.state == "queued")
        pending.mail_mail_id.filtered(lambda mail: mail.state == "outgoing").cancel()
        pending.activity_id.unlink()
        pending.write({"state": "failed", "failure_kind": "cancelled", "failure_reason": reason})

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
        """A person sends failed e-mails again.

        The notice, which may have failed, counts as issued again unless its
        items moved on meanwhile.
        """
        self.env["collection.delivery"]._resend(self, communications)

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

    def _paid_meanwhile(self):
        """Those about which nothing is owed any more: settled, or covered by money that
        nobody has allocated yet, looked at as it is when notices are issued.

        A message that waits for the end of a quiet time may wait for days. The number
        of queries does not grow with the notices.
        """
        paid = self.filtered(lambda notice: notice._are_items_settled())
        waiting = (self - paid).filtered(lambda notice: notice.stage == "issued")
        for company, group in waiting.grouped("company_id").items():
            # Safe: whoever sends messages need not see the books.
            candidate = self.env["collection.candidate"].sudo().with_company(company)
            books = candidate._read_books(
                company, company._collection_today(), group.partner_id.ids, ignore_proposals=True
            )
            covered = self._covered(books)
            for notice in group:
                items = notice._advancing().move_line_id
                open_items = items.filtered(lambda item: not item.reconciled)
                if open_items and set(open_items.ids) <= covered:
                    paid |= notice
        return paid

    def _covered(self, books):
        """Ids of the items that open credits pay, where the policy counts them, and of
        those with a payment on its way."""
        shares = {}
        for share in books.pour():
            shares.setdefault(share.item_id, []).append(share)
        covered = set()
        for item in books.items:
            if item.pause and item.pause[0] == "payment_in_progress":
                covered.add(item.id)
            rules = books.rules.get(item.ladder)
            mine = shares.get(item.id, [])
            if rules and rules.net_credits and mine:
                covered |= compose.covered([item], mine, books.precisions[item.currency])
        return covered
