from odoo import api, models
from odoo.tools import email_split
from odoo.tools.mail import decode_message_header

from ..engine.automatic_mail import is_automatic

# Set while a mail no person wrote is posted.
AUTOMATIC = "collection_automatic_mail"


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """The headers are gone once a message is posted: what they say about out-of-office
        notes goes along."""
        sender = (email_split(message_dict.get("email_from") or "") or [""])[0]
        subject = decode_message_header(message, "Subject")
        if is_automatic(dict(message.raw_items()), sender, subject):
            self = self.with_context(**{AUTOMATIC: True})  # noqa: PLW0642
        return super()._message_route_process(message, message_dict, routes)
