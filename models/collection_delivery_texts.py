from odoo import api, models

from .bulk import bulk_update
from .ir_qweb import COMPILED

LETTER_FIELDS = ("letter_subject", "letter_body", "letter_closing")
EMAIL_FIELDS = {"email_subject": "subject", "email_body": "body_html"}
TEXT_FIELDS = (*LETTER_FIELDS, "call_script", *EMAIL_FIELDS)


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
            if level.with_context(lang=lang)[field]:
                texts.update(self._render_together(level, field, group, lang))
        return texts

    @api.model
    def _render_email(self, notices, field):
        """Subject or body of the level's e-mail template for each notice."""
        texts = {}
        for (template, lang), group in notices.grouped(
            lambda n: (n.level_id.mail_template_id, n._letter_lang())
        ).items():
            texts.update(self._render_together(template, field, group, lang))
        return texts

    @api.model
    def _render_together(self, source, field, notices, lang):
        """One text of a level or a template, for notices of one language.

        :return: ``{notice id: text}``
        """
        compiled_once = source.with_context(**{COMPILED: {}})
        return compiled_once._render_field(field, notices.ids, set_lang=lang)

    @api.model
    def _freeze_texts(self, notices):
        """Write every text the notices carry, as it reads today."""
        texts = self._texts(notices)
        bulk_update(notices, [{"id": notice.id, **texts[notice.id]} for notice in notices])

    @api.model
    def _texts(self, notices):
        """``{notice id: {field: text or None}}``, the same fields for each."""
        texts = {notice.id: dict.fromkeys(TEXT_FIELDS) for notice in notices}
        with_letter = notices.filtered(lambda notice: notice.level_id._carries_letter())
        with_call = notices.filtered("level_id.make_call")
        with_email = notices.filtered("level_id.send_email")
        rendered = {
            **{field: self._render_level(with_letter, field) for field in LETTER_FIELDS},
            "call_script": self._render_level(with_call, "call_script"),
            **{
                field: self._render_email(with_email, template_field)
                for field, template_field in EMAIL_FIELDS.items()
            },
        }
        for field, by_notice in rendered.items():
            for notice_id, text in by_notice.items():
                texts[notice_id][field] = text or None
        return texts
