"""What to say in a call: the script with the figures of this minute."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date, is_html_empty

from ..engine import compose

FIGURES = "account_collections.collection_call_figures"
GENERAL_SCRIPT = "account_collections.mail_template_call"


class CollectionCall(models.TransientModel):
    _inherit = "collection.call"

    lang = fields.Char(compute="_compute_languages")
    lang_name = fields.Char(compute="_compute_languages", string="Customer's Language")
    own_lang_name = fields.Char(
        compute="_compute_languages",
        string="Your Language",
        help="Empty when the customer speaks it too.",
    )
    figures = fields.Html(compute="_compute_texts", sanitize=False)
    call_script = fields.Html(compute="_compute_texts", sanitize=False)
    own_figures = fields.Html(compute="_compute_texts", sanitize=False)
    own_script = fields.Html(compute="_compute_texts", sanitize=False)

    @api.depends("recipient_id", "partner_id", "company_id")
    def _compute_languages(self):
        names = dict(self.env["res.lang"].get_installed())
        own = self.env.lang or "en_US"
        for wizard in self:
            contact = wizard.recipient_id or wizard.partner_id
            wizard.lang = contact._collection_lang(wizard.company_id)
            wizard.lang_name = names.get(wizard.lang)
            wizard.own_lang_name = names.get(own) if own != wizard.lang else False

    @api.depends("lang", "notice_id", "recipient_id")
    def _compute_texts(self):
        """Read again each time the dialog is opened: nothing of it is stored."""
        for wizard in self:
            wizard.figures, wizard.call_script = wizard._texts(wizard.lang)
            own = wizard.own_lang_name and (wizard.env.lang or "en_US")
            wizard.own_figures, wizard.own_script = (
                wizard._texts(own) if own else (False, False)
            )

    def _texts(self, lang):
        """``(figures, script)`` in a language."""
        self.ensure_one()
        if not self.partner_id:
            return False, False
        figures = self._prepare_figures(lang)
        # Safe: rights on the customer and the notice are checked; a script may show
        # what the collector cannot open.
        wizard = self.sudo().with_context(lang=lang)
        table = wizard.env["ir.qweb"]._render(FIGURES, {"call": figures}, lang=lang)
        return table, wizard._level_script(lang) or wizard._general_script(lang, figures)

    # The figures

    def _prepare_figures(self, lang):
        """Formatted for reading aloud, in one language."""
        items = self._find_items()
        scoped = self.with_context(lang=lang)
        today = self.company_id._collection_today()
        return {
            "name": self.recipient_id.name or self.partner_id.name,
            "customer": self.partner_id.name,
            "company": self.company_id.name,
            "items": [scoped._prepare_item(item, today, lang) for item in items],
            "totals": [
                format_amount(
                    self.env, sum(group.mapped("amount_residual_currency")), currency, lang
                )
                for currency, group in items.grouped("currency_id").items()
            ],
            "deadline": self._say_date(self.notice_id.deadline_date, lang),
            "written_on": self._say_date(self.notice_id.date, lang),
            "promise": scoped._last_promise(lang),
            "caller": self.env.user.name,
        }

    def _prepare_item(self, item, today, lang):
        due = item.date_maturity
        return {
            "name": item.move_id.name or "",
            "reference": item.move_id.ref or "",
            "due": self._say_date(due, lang),
            "late": max((today - due).days, 0) if due else 0,
            "open": format_amount(
                self.env, item.amount_residual_currency, item.currency_id, lang
            ),
        }

    def _last_promise(self, lang):
        """``{"date", "amount", "state", "is_missed"}`` of the promise whose day came
        last, else of the next one to come, or None."""
        promises = self.env["collection.promise"].search(
            [
                ("company_id", "=", self.company_id.id),
                (
                        "partner_id.commercial_partner_id",
                        "in",
                        self.partner_id.commercial_partner_id.ids,
                    ),
                ("state", "not in", ("draft", "cancelled")),
            ],
            order="date_promised, id",
        )
        today = self.company_id._collection_today()
        # Of a plan, the last instalment may lie years ahead.
        past = promises.filtered(lambda promise: promise.date_promised <= today)
        promise = past[-1:] or promises[:1]
        if not promise:
            return None
        states = dict(promise._fields["state"]._description_selection(self.env))
        return {
            "date": self._say_date(promise.date_promised, lang),
            "amount": format_amount(self.env, promise.amount, promise.currency_id, lang)
            if promise.amount
            else "",
            "state": states[promise.state],
            "is_missed": promise.date_promised < today and promise.state != "kept",
        }

    def _say_date(self, date, lang):
        return format_date(self.env, date, lang, "long") if date else ""

    # The script

    def _level_script(self, lang):
        """The script of the notice's level with what is open now, or None."""
        level = self.notice_id.level_id
        if not level.call_script:
            return None
        notice = self._live_notice(lang)
        try:
            text = level._render_field("call_script", [notice.id], set_lang=lang)[notice.id]
        except UserError:
            # A script that cannot be read any more keeps nobody from calling.
            text = self.notice_id.call_script
        return None if is_html_empty(text) else text

    def _live_notice(self, lang):
        """The notice as it would read now, in memory: the one sent stays as it was."""
        sent = self.notice_id
        live = sent.new({"lang": lang, "letter_details": False}, origin=sent)
        today = self.company_id._collection_today()
        lines = live.line_ids.filtered(
            lambda line: line.stage != "dropped" and not line.move_line_id.reconciled
        )
        for line in lines:
            self._refresh_line(line, today)
        live.line_ids = lines
        overdue = lines.filtered(
            lambda line: line.kind == compose.CREDIT or line.days_overdue > 0
        )
        for field, part in (("amount_due", lines), ("amount_overdue", overdue)):
            total = sum(line.amount_residual - line.amount_disputed for line in part)
            live[field] = max(live.currency_id.round(total), 0.0)
        live.amount_total = live.currency_id.round(live.amount_due + live.amount_charges)
        return live

    def _refresh_line(self, line, today):
        open_amount = line.move_line_id.amount_residual_currency
        line.amount_residual = open_amount
        line.amount_paid = line.amount_original - open_amount
        line.amount_disputed = min(line.amount_disputed, max(open_amount, 0.0))
        if line.date_maturity and line.kind != compose.CREDIT:
            line.days_overdue = max((today - line.date_maturity).days, 0)

    def _general_script(self, lang, figures):
        """For a call that no level has planned: the company's own, else the module's."""
        template = self.company_id.collection_call_template_id or self.env.ref(
            GENERAL_SCRIPT, raise_if_not_found=False
        )
        if not template:
            return Markup()
        contact = self.recipient_id or self.partner_id
        template = template.with_context(collection_call=figures)
        return template._render_field("body_html", contact.ids, set_lang=lang)[contact.id]
