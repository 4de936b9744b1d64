from collections import defaultdict

from odoo import api, models

LETTER_FIELDS = ("letter_subject", "letter_body", "letter_closing")
EMAIL_FIELDS = {"email_subject": "subject", "email_body": "body_html"}


class CollectionDelivery(models.AbstractModel):
    """What a notice says: its level's texts, rendered in its language and frozen."""

    _inherit = "collection.delivery"

    @api.model
    def _render_level(self, notices, field):
        """A level's text for each notice, in the notice's language.

        :return: ``{notice id: text}``; "" where the level has no such text
        """
        texts = dict.fromkeys(notices.ids, "")
        for (level, lang), group in notices.grouped(lambda n: (n.level_id, n._letter_lang())).items():
            scoped = level.with_context(lang=lang)
            if scoped[field]:
                texts.update(scoped._render_field(field, group.ids, set_lang=lang))
        return texts

    @api.model
    def _render_email(self, notices, field):
        """Subject or body of the level's e-mail template for each notice."""
        texts = {}
        for (template, lang), group in notices.grouped(
            lambda n: (n.level_id.mail_template_id, n._letter_lang())
        ).items():
            texts.update(template._render_field(field, group.ids, set_lang=lang))
        return texts

    @api.model
    def _freeze_texts(self, notices):
        """Write every text the notices carry, as it reads today."""
        values = defaultdict(dict)
        with_letter = notices.filtered(lambda notice: notice.level_id._carries_letter())
        for field in LETTER_FIELDS:
            for notice_id, text in self._render_level(with_letter, field).items():
                values[notice_id][field] = text
        with_call = notices.filtered("level_id.make_call")
        for notice_id, text in self._render_level(with_call, "call_script").items():
            values[notice_id]["call_script"] = text
        with_email = notices.filtered("level_id.send_email")
        for field, template_field in EMAIL_FIELDS.items():
            for notice_id, text in self._render_email(with_email, template_field).items():
                values[notice_id][field] = text
        for notice in notices:
            notice.write(values[notice.id])
