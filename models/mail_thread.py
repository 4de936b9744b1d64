from odoo import api, models
from odoo.tools import email_split
from odoo.tools.mail import decode_message_header

from ..engine.automatic_mail import is_automatic

# Set while a mail no person wrote is posted.
AUTOMATIC = "collection_automatic_mail"
# The id of the communication an incoming mail answers.
ANSWERED = "collection_answered"


class MailThread(models.AbstractModel):
    """Answers to what collections wrote, wherever they land."""

    _inherit = "mail.thread"

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """The headers, and which mail is answered, are gone once a message is posted: what
        they say goes along."""
        sender = (email_split(message_dict.get("email_from") or "") or [""])[0]
        subject = decode_message_header(message, "Subject")
        context = {}
        if is_automatic(dict(message.raw_items()), sender, subject):
            context[AUTOMATIC] = True
        answered = self._collection_answered(message_dict.get("parent_id"))
        if answered:
            context[ANSWERED] = answered.id
        if context:
            self = self.with_context(**context)  # noqa: PLW0642
        return super()._message_route_process(message, message_dict, routes)

    @api.model
    def _collection_answered(self, message_id):
        """The communication that carried this message."""
        # Safe: the gateway works for everybody; nothing of it is shown.
        rows = self.env["collection.communication"].sudo()
        if not message_id:
            return rows
        return rows.search([("mail_mail_id.mail_message_id", "=", message_id)], limit=1)

    def _message_post_after_hook(self, message, msg_values):
        """Notices log their answers themselves; those to reminders of instalments,
        statements and letters a person wrote are answers too."""
        answered = self.env.context.get(ANSWERED)
        if answered and message.message_type == "email" and self._name != "collection.notice":
            rows = self.env["collection.communication"].sudo()
            row = rows.browse(answered).exists()
            if row and not rows._is_from_staff(message):
                rows._receive(row.partner_id, row.company_id, message, row.notice_id)
        return super()._message_post_after_hook(message, msg_values)
