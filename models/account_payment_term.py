from dataclasses import dataclass
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import discounts
from .res_partner import STAFF

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
        "collection.discount.tier",
        "term_id",
        string="Discount Tiers",
        copy=True,
        # Customers read the terms of their own invoices, not how discounts are set up.
        groups=STAFF,
    )
    collection_has_tiers = fields.Boolean(
        compute="_compute_collection_has_tiers", compute_sudo=True, export_string_translation=False
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

    @api.depends("discount_tier_ids")
    def _compute_collection_has_tiers(self):
        for term in self:
            term.collection_has_tiers = bool(term.discount_tier_ids)

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

    @api.constrains("line_ids", "early_discount")
    def _check_lines(self):
        """Terms with tiers may get a second due date: core's discount, which cannot, goes
        before core looks at it."""
        self.filtered("discount_tier_ids")._collection_mirror_first_tier()
        return super()._check_lines()

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
                term.write(wanted)  # and looks again, now without a difference

    @api.model
    def _collection_ends(self, company, invoice_date, tiers):
        """``[(engine tier, last day)]`` of these tiers for an invoice of that date."""
        # Safe: a visitor who is shown the terms is shown their days.
        shift = company.sudo().collection_discount_nonworking or discounts.KEEP
        weekdays, holidays = set(), set()
        if shift != discounts.KEEP:
            weekdays, holidays = company._collection_calendar(invoice_date)
        return discounts.dated(tiers, invoice_date, shift, weekdays, holidays)

    def _collection_tiers(self):
        """Safe in sudo: who may read the terms may know what they offer, a visitor too."""
        return self.sudo().discount_tier_ids

    def _collection_bears_discount(self):
        """True when invoices on these terms offer a discount; no terms never do."""
        return any(term._collection_tiers() or term.early_discount for term in self)

    def _collection_engine_tiers(self):
        """The tiers as the engine reads them; core's single discount is one of them."""
        self.ensure_one()
        tiers = self._collection_tiers()
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

    def _compute_terms(self, date_ref, currency, company, *args, **kwargs):
        """The first tier's real last day, where the term has tiers."""
        terms = super()._compute_terms(date_ref, currency, company, *args, **kwargs)
        if self._collection_tiers() and self.early_discount:
            ends = self._collection_ends(company, date_ref, self._collection_engine_tiers())
            if ends:  # none while a tier is being typed
                terms["discount_date"] = ends[0][1]
        return terms

    def _get_last_discount_date(self, date_ref):
        """The first tier's last day, where the term has tiers."""
        if self._collection_tiers() and date_ref:
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
