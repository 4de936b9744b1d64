from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date

from .account_payment_term import VOUCHER


class AccountPaymentTerm(models.Model):
    """What the terms come to on an example: each tier with its date and amount."""

    _inherit = "account.payment.term"

    collection_preview = fields.Html(
        string="Discount Preview",
        compute="_compute_collection_preview",
        sanitize=False,
        help="Each tier on the example, with its date and amount.",
    )

    @api.depends(
        "currency_id", "example_amount", "example_date", "early_discount", "discount_percentage",
        "discount_days", "early_pay_discount_computation", "collection_discount_method",
        "discount_tier_ids.discount_percentage", "discount_tier_ids.discount_days",
        "discount_tier_ids.end_type", "discount_tier_ids.day_of_month",
        "line_ids.value", "line_ids.value_amount", "line_ids.nb_days",
        "line_ids.delay_type", "line_ids.days_next_month", "line_ids.collection_discount",
    )
    @api.depends_context("company", "lang")
    def _compute_collection_preview(self):
        for term in self:
            rows = []
            if term.discount_tier_ids and not term.example_invalid:
                rows = term._collection_preview(
                    term.example_amount,
                    term.example_amount,
                    term.example_date or fields.Date.context_today(term),
                    term.currency_id,
                )
            term.collection_preview = (
                Markup().join(term._collection_preview_line(row) for row in rows) or False
            )

    def _collection_preview_line(self, row):
        """One row of the preview as a sentence."""
        values = {
            "amount": Markup("<b>%s</b>") % row["amount_text"],
            "saving": Markup("<b>%s</b>") % row["saving_text"],
            "percent": f"{row['percent']:g}",
            "date": Markup("<b style='color: #704A66;'>%s</b>") % row["date_text"],
        }
        if not row["percent"]:
            text = self.env._("%(amount)s due on %(date)s", **values)
        elif self.collection_discount_method == VOUCHER:
            text = self.env._(
                "%(saving)s voucher (%(percent)s %%) if paid in full by %(date)s", **values
            )
        else:
            text = self.env._(
                "%(amount)s (%(percent)s %%, saves %(saving)s) if paid by %(date)s", **values
            )
        number = Markup("<b>%s#</b> ") % row["number"] if row["number"] else ""
        return Markup("<div>%s%s</div>") % (number, text)

    def _collection_preview(self, total, untaxed, invoice_date, currency, company=None):
        """What an invoice over ``total`` would offer, instalment by instalment.

        :return: list of dicts: ``number`` (of the instalment), ``date``, ``amount``,
            ``saving``, ``percent`` (0 for the full amount on its due date), with dates and
            amounts formatted beside them (``date_text``, ``amount_text``, ``saving_text``)
        """
        self.ensure_one()
        company = company or self.company_id or self.env.company
        parts = self._compute_terms(
            date_ref=invoice_date,
            currency=currency,
            company=company,
            tax_amount=total - untaxed,
            tax_amount_currency=total - untaxed,
            untaxed_amount=untaxed,
            untaxed_amount_currency=untaxed,
            sign=1,
        )["line_ids"]
        rows = []
        for number, (line, part) in enumerate(zip(self.line_ids, parts, strict=True), start=1):
            amount = part["foreign_amount"]
            options = []
            if line.collection_discount:
                offered = self._collection_offered(
                    company, currency, invoice_date, amount, untaxed, total
                )
                options = [(tier.end, tier.to_pay, tier.saving, tier.percent) for tier in offered]
            options.append((part["date"], amount, 0.0, 0.0))
            rows += [
                {
                    "number": number if len(parts) > 1 else 0,
                    "date": day,
                    "amount": to_pay,
                    "saving": saving,
                    "percent": percent,
                    "date_text": format_date(self.env, day),
                    "amount_text": currency.format(to_pay),
                    "saving_text": currency.format(saving),
                }
                for day, to_pay, saving, percent in options
            ]
        return rows
