import re

from markupsafe import Markup

from odoo import api, models

from .collection_notice_letter import SAID_ALREADY, Said
from .ir_qweb import COMPILED_ONCE

LETTER_FIELDS = ("letter_subject", "letter_body", "letter_closing")
EMAIL_FIELDS = {"email_subject": "subject", "email_body": "body_html"}
# Where a layout takes the text in.
BODY_MARK = "collection-notice-body"
# What a layout may know of the customer; `t-call` may lead anywhere.
PERSONAL = ("record", "message", "subtitles")
LOCAL_LINK = re.compile(r"""(?:src|href|background)\s*=\s*["']/|url\(""")
# One of these is in a text that has such a link; looked for in a tenth of the time.
LINK_SIGNS = ('="/', "='/", "= ", "=\n", "=\t", "url(")
# Indentation of templates, nearly half of what is written; a reader sees one space or none.
INDENTATION = re.compile(r"\n[ \t\n]+")
# Where white space is shown as it is.
PREFORMATTED = ("<pre", "<textarea", ":pre", ": pre", "break-spaces")
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
                texts.update(self._render_texts(level, field, group, lang))
        return texts

    @api.model
    def _render_email(self, notices, field):
        """Subject or body of the level's e-mail template for each notice."""
        texts = {}
        for (template, lang), group in notices.grouped(
            lambda n: (n.level_id.mail_template_id, n._letter_lang())
        ).items():
            texts.update(self._render_texts(template, field, group, lang))
        return texts

    @api.model
    def _render_texts(self, source, field, notices, lang):
        """One text of a level or a template, for notices of one language.

        :return: ``{notice id: text}``
        """
        texts = self._render_at_once(source, field, notices, lang)
        if texts is None:
            compiled_once = source.with_context(**{COMPILED_ONCE: True})
            texts = compiled_once._render_field(
                field, notices.ids, set_lang=lang, options={"post_process": False}
            )
        if getattr(source._fields[field], "render_engine", None) == "qweb":
            texts = {id_: _without_indentation(text) for id_, text in texts.items()}
        if not (getattr(source._fields[field], "render_options", None) or {}).get("post_process"):
            return texts
        # Core looks through each text four times for what few have.
        local = {id_: text for id_, text in texts.items() if text and _has_local_link(text)}
        return {**texts, **source._render_template_postprocess(notices._name, local)}

    @api.model
    def _in_layout(self, notice, template, shells):
        """The e-mail of a notice in its template's layout.

        :param shells: dict of what was rendered before; a layout that says the same to all
            customers is rendered once a company and language
        """
        layout, company = template.email_layout_xmlid, notice.company_id
        if not layout:
            return notice.email_body
        key = (layout, company, notice.env.lang)
        if key not in shells:
            shells[key] = (
                self._encapsulate(notice, template, Markup(BODY_MARK)).split(BODY_MARK)
                if self._is_same_for_all(layout)
                else []
            )
        if len(shells[key]) != 2:
            return self._encapsulate(notice, template, notice.email_body)
        before, after = shells[key]
        return Markup(before) + notice.email_body + Markup(after)

    @api.model
    def _encapsulate(self, notice, template, body):
        whole = template._render_encapsulate(
            template.email_layout_xmlid,
            body,
            add_context={
                "company": notice.company_id,
                "model_description": notice.env["ir.model"]._get(notice._name).display_name,
            },
            context_record=notice,
        )
        return _without_indentation(whole)

    @api.model
    def _is_same_for_all(self, layout):
        """False for a layout that may say something of the record, or of anything else."""
        view = self.env["ir.ui.view"].sudo()._get_template_view(layout)
        arch = view._get_combined_arch()
        return not any(
            name == "t-call" or any(word in value for word in PERSONAL)
            for node in arch.iter("*")
            for name, value in node.attrib.items()
            if name.startswith("t-")
        )

    @api.model
    def _texts(self, notices):
        """Every text the notices carry, as it reads today, to be frozen.

        :return: ``{notice id: {field: text or None}}``, the same fields for each
        """
        texts = {notice.id: dict.fromkeys(TEXT_FIELDS) for notice in notices}
        # The e-mail and what is said on the phone have the same table.
        said = Said()
        notices = notices.with_context(**{SAID_ALREADY: said})
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
        # The environment lives on until the garbage is collected, some batches later.
        said.clear()
        return texts


def _without_indentation(text):
    """HTML that shows the same, without the indentation of its template."""
    if not text or any(sign in text for sign in PREFORMATTED):
        return text
    # Of the same kind: markup stays markup.
    return type(text)(INDENTATION.sub("\n", text))


def _has_local_link(text):
    return any(sign in text for sign in LINK_SIGNS) and LOCAL_LINK.search(text)
