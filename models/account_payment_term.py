from dataclasses import dataclass
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..engine import discounts

PRICE, CREDIT_NOTE, VOUCHER = "price", "credit_note", "voucher"
METHODS = [
    (PRICE, "Paid less, booked with the payment"),
    (CREDIT_NOTE, "Paid less, by a credit note"),
    (VOUCHER, "Paid in full, voucher for the next order"),
]

# Fields that follow the first tier, or decide whether they do.
MIRRORED = {
    "line_ids",
    "early_discount",
    "discount_days",
    "discount_percentage",
    "collection_discount_method",
}


@dataclass(frozen=True, slots=True)
class Offered:
    """One tier on one instalment: until when, and what is to pay then."""

    tier_id: int | None
    percent: float
    end: date
    amount: float
    to_pay: float

    @property
    def saving(self):
        return self.amount - self.to_pay


class AccountPaymentTerm(models.Model):
    """Early-payment discounts in tiers, on instalments too."""

    _inherit = "account.payment.term"

    discount_tier_ids = fields.One2many(
        "collection.discount.tier", "term_id", string="Discount Tiers", copy=True
    )
    collection_discount_method = fields.Selection(
        METHODS,
        string="Discount Given As",
        default=PRICE,
        required=True,
        help="Paid less, booked with the payment: the payment's entry books the discount and "
        "corrects the tax. By a credit note: a numbered credit note is posted when the money "
        "is here. Voucher: the customer pays in full, and a credit note stays open for his "
        "next order.",
    )
    collection_preview = fields.Html(
        string="Discount Preview",
        compute="_compute_collection_preview",
        sanitize=False,
        help="Each tier on the example, with its date and amount.",
    )

    @api.constrains(
        "discount_tier_ids", "line_ids", "early_pay_discount_computation", "early_discount",
        "collection_discount_method",
    )
    def _check_discount_tiers(self):
        """Later tiers give less; and core's tax mode must be able to carry them.

        :raises ValidationError: naming what is wrong
        """
        for term in self:
            if not term.discount_tier_ids:
                term._check_method_without_tiers()
                continue
            term._check_tiers_descend()
            if len(term.line_ids) > 1 and term.early_pay_discount_computation == discounts.MIXED:
                raise ValidationError(
                    self.env._(
                        "“%(term)s”: a tax that is always reduced upon the invoice needs one "
                        "single due date; use instalments with another tax reduction.",
                        term=term.name,
                    )
                )
            if not any(term.line_ids.mapped("collection_discount")):
                raise ValidationError(
                    self.env._(
                        "“%(term)s” has discount tiers, but none of its due dates bears a "
                        "discount.",
                        term=term.name,
                    )
                )

    def _check_method_without_tiers(self):
        if self.early_discount and self.collection_discount_method == VOUCHER:
            raise ValidationError(
                self.env._(
                    "“%(term)s”: enter the discount as a tier, so that it can be given as a "
                    "voucher.",
                    term=self.name,
                )
            )

    def _check_tiers_descend(self):
        self.ensure_one()
        for tiers in self.discount_tier_ids.grouped(
            lambda tier: (tier.end_type, tier.end_type != "days_after" and tier.day_of_month)
        ).values():
            ordered = tiers.sorted("discount_days")
            for earlier, later in zip(ordered, ordered[1:], strict=False):
                if later.discount_days == earlier.discount_days:
                    raise ValidationError(
                        self.env._(
                            "“%(term)s”: two discount tiers end on the same day.",
                            term=self.name,
                        )
                    )
                if later.discount_percentage >= earlier.discount_percentage:
                    raise ValidationError(
                        self.env._(
                            "“%(term)s”: “%(later)s” must give less than “%(earlier)s”, or "
                            "nobody pays earlier.",
                            term=self.name,
                            later=later.display_name,
                            earlier=earlier.display_name,
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        terms = super().create(vals_list)
        terms.filtered("discount_tier_ids")._collection_mirror_first_tier()
        return terms

    def write(self, vals):
        result = super().write(vals)
        if MIRRORED & vals.keys():
            self.filtered("discount_tier_ids")._collection_mirror_first_tier()
        return result

    def _collection_mirror_first_tier(self):
        """Core's single discount is the first tier: where one due date bears it, core
        computes with it. It goes when the last tier goes."""
        for term in self:
            tiers = term.discount_tier_ids
            first = tiers.sorted("discount_percentage", reverse=True)[:1]
            single = len(term.line_ids) == 1
            # A voucher leaves the price as it is: nothing for core to compute with.
            mirrored = bool(first and single and term.collection_discount_method != VOUCHER)
            wanted = {"early_discount": mirrored}
            if mirrored:
                # Core knows days only; the items bear the real dates.
                wanted["discount_days"] = max(first.discount_days, 1)
                wanted["discount_percentage"] = first.discount_percentage
            if any(term[name] != value for name, value in wanted.items()):
                super(AccountPaymentTerm, term).write(wanted)

    @api.model
    def _collection_ends(self, company, invoice_date, tiers):
        """``[(engine tier, last day)]`` of these tiers for an invoice of that date."""
        shift = company.collection_discount_nonworking or discounts.KEEP
        weekdays, holidays = set(), set()
        if shift != discounts.KEEP:
            weekdays, holidays = company._collection_calendar(invoice_date)
        return discounts.dated(tiers, invoice_date, shift, weekdays, holidays)

    def _collection_bears_discount(self):
        """True when invoices on these terms offer a discount; no terms never do."""
        return any(term.discount_tier_ids or term.early_discount for term in self)

    def _collection_engine_tiers(self):
        """The tiers as the engine reads them; core's single discount is one of them."""
        self.ensure_one()
        # Safe: who may read the terms may know what they offer, a visitor with a link too.
        tiers = self.sudo().discount_tier_ids
        if tiers:
            return [tier._engine_tier() for tier in tiers]
        if self.early_discount and self.discount_percentage > 0:
            return [discounts.Tier(0, self.discount_percentage, max(self.discount_days, 0))]
        return []

    def _collection_tax_mode(self):
        """How the tax follows the discount. With a voucher no tax is reduced in advance."""
        mode = self.early_pay_discount_computation or discounts.INCLUDED
        voucher = self.collection_discount_method == VOUCHER
        return discounts.INCLUDED if voucher and mode == discounts.MIXED else mode

    def _collection_offered(self, company, currency, invoice_date, amount, untaxed, total,
                            cash_rounding=None):
        """What each tier comes to on one instalment of a document.

        :param amount: the instalment, signed like ``untaxed`` and ``total`` of the document,
            in ``currency``
        :param cash_rounding: ``account.cash.rounding`` of the document
        :return: list of :class:`Offered`, the earliest first
        """
        self.ensure_one()
        result = []
        for tier, end in self._collection_ends(
            company, invoice_date, self._collection_engine_tiers()
        ):
            to_pay = discounts.amount_to_pay(
                amount,
                tier.percent,
                currency.rounding or 0.01,
                untaxed,
                total,
                self._collection_tax_mode(),
            )
            if cash_rounding:
                to_pay = currency.round(to_pay + cash_rounding.compute_difference(currency, to_pay))
            result.append(Offered(tier.id or None, tier.percent, end, amount, to_pay))
        return result

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
            term.collection_preview = self.env["ir.qweb"]._render(
                "account_collections.discount_preview", {"rows": rows, "term": term}
            ) if rows else False

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

    def _compute_terms(self, date_ref, currency, company, *args, **kwargs):
        """The first tier's real last day, where the term has tiers."""
        terms = super()._compute_terms(date_ref, currency, company, *args, **kwargs)
        if self.discount_tier_ids and self.early_discount:
            ends = self._collection_ends(company, date_ref, self._collection_engine_tiers())
            terms["discount_date"] = ends[0][1]
        return terms

    def _get_last_discount_date(self, date_ref):
        """The first tier's last day, where the term has tiers."""
        if self.discount_tier_ids and date_ref:
            ends = self._collection_ends(
                self.company_id or self.env.company, date_ref, self._collection_engine_tiers()
            )
            return ends[0][1] if ends and self.early_discount else False
        return super()._get_last_discount_date(date_ref)


class AccountPaymentTermLine(models.Model):
    _inherit = "account.payment.term.line"

    collection_discount = fields.Boolean(
        string="Discount",
        default=True,
        help="The term's discount tiers apply to this due date.",
    )
