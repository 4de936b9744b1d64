from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import daycount, fixed_amounts, interest, rates

PERIODS = {"year": 1, "month": 12, "day": 365}


class CollectionFeeRule(models.Model):
    """What lateness costs: interest, and fixed amounts.

    A rule says how; whether and when is said where it is chosen: on a level, a
    policy or a customer.
    """

    _name = "collection.fee.rule"
    _description = "Fee Rule"
    _order = "sequence, name, id"
    _check_company_auto = True
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: every company may choose the rule."
    )
    country_id = fields.Many2one(
        "res.country", help="The rule is suggested to companies of this country."
    )
    customer_type = fields.Selection(
        [
            ("any", "Everybody"),
            ("business", "Businesses and authorities"),
            ("consumer", "Consumers"),
        ],
        string="For",
        default="any",
        required=True,
        help="A rule for businesses charges consumers nothing.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        help="Of the fixed amounts; converted to the item's currency on the day they are "
        "charged.",
    )
    legal_basis = fields.Text(
        translate=True, help="Printed with the calculation: the law or the clause."
    )
    note = fields.Text(translate=True, help="For whoever chooses the rule; never printed.")

    interest_kind = fields.Selection(
        [("none", "No interest"), ("contractual", "Agreed rate"), ("statutory", "Legal rate")],
        default="none",
        required=True,
    )
    rate = fields.Float(
        digits=(16, 4),
        aggregator=None,
        help="Percent of the agreed interest, in the unit beside it.",
    )
    rate_period = fields.Selection(
        [("year", "a year"), ("month", "a month"), ("day", "a day")],
        default="year",
        required=True,
    )
    series_id = fields.Many2one(
        "collection.rate.series", string="Reference Rate", ondelete="restrict", index=True
    )
    margin = fields.Float(
        digits=(16, 4),
        aggregator=None,
        help="Percentage points added to the reference rate.",
    )
    rate_mode = fields.Selection(
        [
            ("floating", "Each half-year has its own rate"),
            ("fixed_at_start", "The rate of the first day stays"),
        ],
        default="floating",
        required=True,
    )
    round_up_half = fields.Boolean(
        string="Round Up to Half Points", help="As the rate published in Belgium."
    )
    floor_series_id = fields.Many2one(
        "collection.rate.series",
        string="Not below",
        ondelete="restrict",
        index="btree_not_null",
        help="France: an agreed rate is at least three times the legal interest rate.",
    )
    floor_factor = fields.Float(string="times", default=3.0, digits=(16, 4))
    day_count = fields.Selection(
        [
            (daycount.ACT_365, "Actual days / 365"),
            (daycount.ACT_360, "Actual days / 360"),
            (daycount.THIRTY_360, "30 days a month / 360"),
        ],
        default=daycount.ACT_365,
        required=True,
    )
    rounding = fields.Selection(
        [
            (interest.SEGMENT, "Each segment"),
            (interest.END, "The sum"),
            (interest.DAILY, "The interest of a day"),
        ],
        default=interest.END,
        required=True,
        help="What is rounded to the currency; segments always add up to the charge.",
    )
    compounding = fields.Selection(
        [
            (interest.NONE, "No interest on interest"),
            (interest.MONTHLY, "Monthly"),
            (interest.YEARLY, "Yearly"),
        ],
        default=interest.NONE,
        required=True,
        help="When interest is added to what bears interest. Monthly with a year of 360 "
        "actual days: after each 30 days (US Prompt Payment Act).",
    )
    interest_from = fields.Selection(
        [("due_date", "The day after the due date"), ("notice", "The day after the first notice")],
        string="Interest from",
        default="due_date",
        required=True,
        help="After the first notice issued since the due date, where the law asks for a "
        "reminder first: compensation and the days of grace then wait for it too.",
    )
    grace_days = fields.Integer(
        help="Who pays within so many days pays no interest; who pays later pays it from "
        "the start.",
    )
    min_interest = fields.Monetary(
        string="Minimum Interest",
        help="Less than this is not charged yet; it goes on adding up.",
    )
    cap_percent = fields.Float(
        string="Cap (%)",
        digits=(16, 4),
        help="The most interest an item ever bears, in percent of its amount. 0: no cap.",
    )
    base_includes_tax = fields.Boolean(
        string="On the Amount with Tax",
        default=True,
        help="Off: interest is computed on the part of the item that is no tax.",
    )

    fixed_scope = fields.Selection(
        [
            ("item", "Once per item (instalment)"),
            ("invoice", "Once per invoice"),
            ("level", "Per item, at each level"),
            ("notice", "Once per notice"),
        ],
        string="Fixed Amount",
        default="item",
        required=True,
    )
    fixed_amount = fields.Monetary(string="Amount")
    fixed_percent = fields.Float(
        string="Percent", digits=(16, 4), help="Percent of the principal, beside the amount."
    )
    tier_ids = fields.One2many("collection.fee.tier", "rule_id", string="Scale", copy=True)
    tier_edge = fields.Selection(
        [
            (fixed_amounts.FROM, "Belongs to the higher step"),
            (fixed_amounts.ABOVE, "Belongs to the lower step"),
        ],
        string="An Amount on the Edge",
        default=fixed_amounts.FROM,
        required=True,
    )
    tier_percent_of = fields.Selection(
        [
            (fixed_amounts.PRINCIPAL, "The whole principal"),
            (fixed_amounts.EXCESS, "What exceeds the step's edge"),
        ],
        string="Percent of",
        default=fixed_amounts.PRINCIPAL,
        required=True,
    )
    fixed_min = fields.Monetary(string="At Least")
    fixed_max = fields.Monetary(string="At Most")
    notice_fee = fields.Monetary(
        string="Fee per Notice", help="Charged with each notice, beside the rest."
    )

    product_id = fields.Many2one(
        "product.product",
        ondelete="restrict",
        check_company=True,
        help="Of the charge document's lines; empty: the products of this module.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        company_dependent=True,
        domain="[('type', '=', 'sale')]",
        check_company=True,
        help="Empty: the journal of the settings, else the first sales journal.",
    )
    account_id = fields.Many2one(
        "account.account",
        company_dependent=True,
        domain="[('internal_group', '=', 'income')]",
        check_company=True,
        help="Empty: the account of the product, else of the journal.",
    )
    tax_handling = fields.Selection(
        [("none", "Outside VAT"), ("product", "The taxes of the product")],
        string="Taxes",
        default="none",
        required=True,
        help="Late interest and compensation are damages, outside VAT, in France, Germany "
        "and Romania.",
    )
    charge_on_charges = fields.Boolean(
        string="Also on Charge Documents",
        help="Charges that were invoiced and not paid bear interest themselves.",
    )

    _numbers_sane = models.Constraint(
        "CHECK(rate >= 0 AND rate <= 1000 AND margin BETWEEN -100 AND 100 AND grace_days >= 0"
        " AND min_interest >= 0 AND cap_percent >= 0 AND fixed_amount >= 0"
        " AND fixed_percent BETWEEN 0 AND 100 AND fixed_min >= 0 AND fixed_max >= 0"
        " AND notice_fee >= 0 AND floor_factor >= 0)",
        "Rates, amounts and days cannot be negative.",
    )

    @api.constrains("interest_kind", "series_id")
    def _check_series(self):
        for rule in self:
            if rule.interest_kind == "statutory" and not rule.series_id:
                raise ValidationError(
                    self.env._(
                        "Fee rule “%(rule)s” charges the legal rate: choose its reference rate.",
                        rule=rule.name,
                    )
                )

    @api.constrains("fixed_min", "fixed_max")
    def _check_bounds(self):
        for rule in self.filtered("fixed_max"):
            if rule.fixed_min > rule.fixed_max:
                raise ValidationError(
                    self.env._("“At least” is more than “at most” in “%s”.", rule.name)
                )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for rule, vals in zip(self, vals_list, strict=True):
            if "name" not in (default or {}):
                vals["name"] = self.env._("%(name)s (copy)", name=rule.name)
        return vals_list

    def _interest_rule(self):
        """This rule's interest as the engine reads it, or None."""
        self.ensure_one()
        if self.interest_kind == "none":
            return None
        statutory = self.interest_kind == "statutory"
        if not statutory and not self.rate and not self.floor_series_id:
            return None
        floor = self.floor_series_id
        return interest.InterestRule(
            rates.RateRule(
                percent=0.0 if statutory else self.rate * PERIODS[self.rate_period],
                series=self.series_id._engine_series() if statutory else None,
                margin=self.margin,
                floating=self.rate_mode == "floating",
                round_up_to_half=self.round_up_half,
                floor=floor._engine_series() if floor else None,
                floor_factor=self.floor_factor,
            ),
            self.day_count,
            self.rounding,
            self.compounding,
            self.grace_days,
            self.cap_percent,
        )

    def _fixed_rule(self):
        """This rule's fixed amounts as the engine reads them."""
        self.ensure_one()
        return fixed_amounts.FixedRule(
            self.fixed_amount,
            self.fixed_percent,
            tuple(tier._engine_tier() for tier in self.tier_ids),
            self.tier_edge,
            self.tier_percent_of,
            self.fixed_min,
            self.fixed_max,
        )
