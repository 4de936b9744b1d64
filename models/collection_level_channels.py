from odoo import api, fields, models

from ..engine import sms_text
from .pairs import pair

# What a portal link of an invoice adds to the address of the database.
LINK_SAMPLE = "/my/invoices/123456?access_token=" + "x" * 36


class CollectionLevel(models.Model):
    """The short message of a level, and how its letters are posted."""

    _inherit = "collection.level"

    send_sms = fields.Boolean(string="SMS")
    sms_body = fields.Text(
        string="SMS Text",
        translate=True,
        render_engine="inline_template",
        help="Empty: a plain sentence with the amount and the link to pay.",
    )
    sms_length = fields.Text(
        string="Length of the SMS",
        compute="_compute_sms_length",
        help="In each language of your customers, with usual names and amounts.",
    )
    registered_letter = fields.Boolean(
        help="Posted as a registered letter: printed in batches of its own, with tracking "
        "number and proof. It never goes through the post service. Romania: the demand before "
        "a payment order (Codul de procedură civilă, art. 1015) goes by bailiff, or registered "
        "with declared content and acknowledgement of receipt."
    )

    @api.depends("send_sms", "sms_body", "company_id")
    @api.depends_context("lang")
    def _compute_sms_length(self):
        for level in self:
            level.sms_length = level._say_sms_lengths() if level.send_sms else False

    def _say_sms_lengths(self):
        """One line a language: places, parts, and what makes it expensive."""
        lines = []
        for code, name in self.env["res.lang"].get_installed():
            # What is being typed is in the language of the form; the others are stored.
            typed = code == (self.env.lang or "en_US")
            shown = self if typed else self._origin.with_context(lang=code)
            text = shown.sms_body or self._standard_sms_text(code)
            length = sms_text.estimate(text, self._sms_samples())
            lines.append(pair(self.env, name, self._say_sms_length(length)))
        return "\n".join(lines)

    @api.model
    def _say_sms_length(self, length):
        if not length.special:
            return self.env._(
                "about %(places)s characters, %(parts)s SMS",
                places=length.places,
                parts=length.parts,
            )
        return self.env._(
            "about %(places)s characters, %(parts)s SMS (only 70 fit into one, because of "
            "%(letters)s)",
            places=length.places,
            parts=length.parts,
            letters=" ".join(length.special[:8]),
        )

    def _sms_samples(self):
        """What the placeholders are likely to become."""
        company = self.company_id or self.env.company
        return [
            ("link", self.get_base_url() + LINK_SAMPLE),
            ("company", company.name or ""),
            ("amount", "12 345.67 €"),
            ("date", "31/12/2026"),
            ("recipient", "Maria Popescu"),
            ("partner", "Northern Timber Works Ltd"),
            ("", "REM/2026/01234"),
        ]

    @api.model
    def _standard_sms_text(self, lang):
        """What is sent where a level has no text of its own, in the language ``lang``."""
        return self.with_context(lang=lang).env._(
            "{{ object.company_id.name }}: please pay "
            "{{ format_amount(object.amount_demanded, object.currency_id, object.lang) }} here: "
            "{{ payment_link(object) }}"
        )

    def _render_eval_context(self):
        """Texts of levels may hold the link to pay: ``{{ payment_link(object) }}``."""
        return {
            **super()._render_eval_context(),
            "payment_link": lambda notice: notice._payment_link(),
        }

    def _posts_by_service(self, company):
        """True when letters of this level leave through core's post service."""
        self.ensure_one()
        return (
            self.send_letter
            and not self.registered_letter
            and company.sudo().collection_letter_channel == "snailmail"
        )
