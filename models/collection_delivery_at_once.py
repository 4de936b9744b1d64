"""One rendering for many notices: a third of the work of one for each."""

import ast

from lxml import html
from markupsafe import Markup

from odoo import api, models
from odoo.tools.rendering_tools import parse_inline_template
from odoo.tools.safe_eval import safe_eval

from .ir_qweb import COMPILED_ONCE

# Between two texts; should a customer be called that, each text is rendered alone.
NEXT = "[collection-next-text]"
# What the texts of all notices are rendered from.
NOTICES = "collection_notices"


class CollectionDelivery(models.AbstractModel):
    """Texts of levels and e-mail templates, for all notices of a batch in one language.

    Whatever cannot be rendered so, or fails, is rendered for each as core does it: what is
    wrong with a text is said of the customer it is wrong for.
    """

    _inherit = "collection.delivery"

    @api.model
    def _render_at_once(self, source, field, notices, lang):
        """:return: ``{notice id: text}``, or None for a text that must be rendered for each"""
        scoped = source.with_context(lang=lang, **{COMPILED_ONCE: True})
        # Core asks other sources for the rights of who wrote their expressions.
        if len(notices) == 1 or not scoped[field] or not scoped._unrestricted_rendering:
            return None
        records = scoped.env[notices._name].browse(notices.ids)
        engine = getattr(source._fields[field], "render_engine", None) or "inline_template"
        context = scoped._render_eval_context()
        values = {**context, NOTICES: records, **self._formats(scoped.env, context)}
        if engine == "qweb":
            texts = self._qweb_at_once(scoped, scoped[field], values)
        else:
            texts = self._inline_at_once(scoped, scoped[field], values)
        return texts and dict(zip(notices.ids, texts, strict=True))

    @api.model
    def _formats(self, env, context):
        """Core's functions for amounts and dates in texts, for thousands of them.

        :param context: what core lets a text use
        """
        langs = env["res.lang"]

        def format_amount(amount, currency, lang_code=False):
            code = lang_code or env.context.get("lang")
            return langs._collection_amount(code, amount, currency)

        def format_date(date, date_format=False, lang_code=False):
            if lang_code and date_format in (False, "long"):
                return langs._collection_date(lang_code, date, date_format == "long")
            return context["format_date"](date, date_format, lang_code)

        return {"format_amount": format_amount, "format_date": format_date}

    @api.model
    def _qweb_at_once(self, scoped, text, values):
        """:return: the texts in the order of the notices, or None"""
        # Parsed and written again, an unclosed tag cannot swallow what follows.
        tree = html.fragment_fromstring(text, create_parent="div")
        names = {node.get("t-set") for node in tree.iter("*")} - {None}
        if names & values.keys():
            return None
        # What one text sets the next does not know.
        forgotten = "".join(f'<t t-set="{name}" t-value="None"/>' for name in sorted(names))
        text = html.tostring(tree, encoding="unicode")
        rendered = scoped._render_template(
            f'<t t-foreach="{NOTICES}" t-as="object">{forgotten}{text}{NEXT}</t>',
            values[NOTICES]._name,
            values[NOTICES].ids[:1],
            engine="qweb",
            add_context=values,
        )
        *parts, _rest = rendered[values[NOTICES].ids[0]].split(NEXT)
        if len(parts) != len(values[NOTICES]):
            return None
        # Without the <div> around each.
        return [Markup(part[len("<div>") : -len("</div>")]) for part in parts]

    @api.model
    def _inline_at_once(self, scoped, text, values):
        """An expression of a text is checked and compiled once, and worked out for all.

        :return: the texts in the order of the notices, or None
        """
        count = len(values[NOTICES])
        columns = []
        for literal, expression, default in parse_inline_template(str(text)):
            columns.append([literal] * count)
            if expression:
                try:
                    ast.parse(expression, mode="eval")
                    found = safe_eval(f"[({expression}\n) for object in {NOTICES}]", values)
                except Exception:  # noqa: BLE001 - said of the notice it concerns
                    return None
                columns.append([str(value or default or "") for value in found])
        return ["".join(parts) for parts in zip(*columns, strict=True)]
