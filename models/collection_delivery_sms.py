"""Short messages: their text, the number, the queue they leave through."""

import re

from odoo import api, fields, models

from odoo.addons.phone_validation.tools import phone_validation

from ..engine import sms_text

NUMBER = re.compile(r"\+?\d{6,15}")
LANDLINE = 0  # phonenumbers.PhoneNumberType.FIXED_LINE


class CollectionDelivery(models.AbstractModel):
    _inherit = "collection.delivery"

    @api.model
    def _texts(self, notices):
        texts = super()._texts(notices)
        rendered = self._render_sms(notices.filtered("level_id.send_sms"))
        for notice_id, of_notice in texts.items():
            of_notice["sms_body"] = rendered.get(notice_id) or None
        return texts

    @api.model
    def _render_sms(self, notices):
        """``{notice id: text}`` in the language of each notice."""
        texts = self._render_level(notices, "sms_body")
        for notice in notices.filtered(lambda notice: not (texts[notice.id] or "").strip()):
            level, lang = notice.level_id, notice._letter_lang()
            texts[notice.id] = level._render_template_inline_template(
                level._standard_sms_text(lang), notice._name, notice.ids
            )[notice.id]
        return {notice_id: sms_text.plain(text) for notice_id, text in texts.items()}

    @api.model
    def _channel_problems(self, recipient, level, unusable):
        problems = super()._channel_problems(recipient, level, unusable)
        if level.send_sms:
            problem = self._sms_problem(recipient, unusable)
            if problem:
                problems["sms"] = problem
        return problems

    @api.model
    def _sms_problem(self, recipient, unusable):
        """Why no SMS can reach this contact, or None."""
        number = recipient._collection_sms_number()
        if number:
            return unusable.get(number)
        phone = recipient._collection_phone()
        if not phone:
            return self.env._("%(name)s has no phone number", name=recipient.name)
        return self.env._("no number for SMS: %(phone)s", phone=phone)

    @api.model
    def _unusable_addresses(self, company, recipients):
        """Also numbers: on the blacklist, or known to be wrong."""
        unusable = super()._unusable_addresses(company, recipients)
        blacklist = self.env["phone.blacklist"].sudo()
        numbers = set()
        if blacklist.search_count([], limit=1):
            numbers = {recipient._collection_sms_number() for recipient in recipients} - {""}
        for row in blacklist.search([("number", "in", list(numbers))]):
            unusable[row.number] = self.env._("blacklisted: %(number)s", number=row.number)
        wrong = self.env["collection.communication"].search_fetch(
            [
                ("company_id", "=", company.id),
                ("channel", "in", ("sms", "call")),
                ("recipient_id", "in", recipients.ids),
                ("address", "!=", False),
                ("state", "=", "failed"),
                ("failure_kind", "=", "address"),
                ("resolved", "=", False),
            ],
            ["address", "recipient_id"],
        )
        for row in wrong:
            number = row.recipient_id._collection_format_number(row.address) or row.address
            unusable[number] = self.env._("%(number)s is a wrong number", number=row.address)
        return unusable

    @api.model
    def _queue_sms(self, communications):
        """Into core's queue, in the transaction that says the notice was issued.

        What is issued at a quiet time waits until customers may be contacted.
        """
        rows = communications.filtered(
            lambda row: row.channel == "sms" and row.state == "queued"
        )
        for company, group in rows.grouped("company_id").items():
            now = fields.Datetime.now()
            moment = self.env["collection.contact.rules"]._earliest(company, now)
            messages = self.env["sms.sms"].create(
                [
                    {
                        "number": row.address,
                        "body": row.notice_id.sms_body,
                        "partner_id": row.recipient_id.id,
                        "state": "waiting" if moment > now else "outgoing",
                        "collection_not_before": moment,
                    }
                    for row in group
                ]
            )
            self.env["sms.tracker"].create(
                [
                    {"sms_uuid": message.uuid, "collection_communication_id": row.id}
                    for message, row in zip(messages, group, strict=True)
                ]
            )
            self.env.ref("sms.ir_cron_sms_scheduler_action")._trigger(at=moment)


class CollectionNotice(models.Model):
    _inherit = "collection.notice"

    sms_body = fields.Text(string="SMS", readonly=True, copy=False)
    sms_length = fields.Char(string="Length of the SMS", compute="_compute_sms_length")

    @api.depends("sms_body")
    @api.depends_context("lang")
    def _compute_sms_length(self):
        for notice in self:
            notice.sms_length = notice._say_sms_length(notice.sms_body)

    def _say_sms_length(self, text):
        if not text:
            return False
        length = sms_text.measure(text)
        return self.env._(
            "%(places)s characters, %(parts)s SMS", places=length.places, parts=length.parts
        )

    def _payment_link(self):
        """A page where the customer sees what is open and pays without logging in: his
        invoice when there is one, else the page of the notice."""
        self.ensure_one()
        moves = self._advancing().move_id
        if len(moves) == 1 and moves.is_invoice():
            # Safe: the link goes to the customer whose invoice it is.
            return self.get_base_url() + moves.sudo().get_portal_url()
        return self._get_portal_url()

    def _cancel_pending(self, reason):
        pending = self.communication_ids.filtered(
            lambda row: row.channel == "sms" and row.state == "queued" and not row.claimed_on
        )
        result = super()._cancel_pending(reason)
        # Safe: whoever books a payment stops the messages about it.
        self.env["sms.sms"].sudo()._collection_of(pending)._collection_stop()
        return result


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _collection_sms_number(self):
        """The contact's or his company's number in international format; "" when it is
        none, or a landline for sure."""
        self.ensure_one()
        customer = self.commercial_partner_id
        numbers = (self._collection_format_number(p) for p in (self.phone, customer.phone) if p)
        return next((number for number in numbers if number and not _is_landline(number)), "")

    def _collection_format_number(self, phone):
        """``phone`` in international format, or "" when it cannot be a number."""
        country = self.country_id or self.commercial_partner_id.country_id
        number = self._phone_format(number=phone, country=country) or ""
        # Without the library of phone numbers core returns what was typed.
        number = re.sub(r"[\s().\-/]", "", number)
        return number if NUMBER.fullmatch(number) else ""


def _is_landline(number):
    """True when the number is known to take no messages; unknown is not known."""
    library = getattr(phone_validation, "phonenumbers", None)
    if not library or not number.startswith("+"):
        return False
    try:
        return library.number_type(library.parse(number)) == LANDLINE
    except library.NumberParseException:
        return False
