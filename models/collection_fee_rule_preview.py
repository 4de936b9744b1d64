from odoo import api, fields, models

from ..engine import fixed_amounts, interest
from ..engine.daycount import next_day
from ..engine.days import plus
from ..engine.rates import MissingRate


class CollectionFeeRule(models.Model):
    """“Try it”: what a rule would charge, by the functions that charge.

    Nothing here is stored; whoever reads a rule may try it.
    """

    _inherit = "collection.fee.rule"

    try_amount = fields.Monetary(
        string="An Invoice of", compute="_compute_try_inputs", readonly=False, store=False
    )
    try_days = fields.Integer(
        string="Days Late", compute="_compute_try_inputs", readonly=False, store=False
    )
    try_interest = fields.Monetary(string="Interest Tried", compute="_compute_try_result")
    try_fixed = fields.Monetary(string="Fixed Amount Tried", compute="_compute_try_result")
    try_total = fields.Monetary(string="Total Tried", compute="_compute_try_result")
    try_note = fields.Char(
        compute="_compute_try_result", help="Why the rule cannot be tried today."
    )

    @api.depends_context("company")
    def _compute_try_inputs(self):
        for rule in self:
            rule.try_amount = 1000.0
            rule.try_days = 30

    @api.depends(
        "try_amount",
        "try_days",
        "currency_id",
        "interest_kind",
        "rate",
        "rate_period",
        "series_id",
        "margin",
        "rate_mode",
        "round_up_half",
        "floor_series_id",
        "floor_factor",
        "day_count",
        "rounding",
        "compounding",
        "grace_days",
        "min_interest",
        "cap_percent",
        "fixed_amount",
        "fixed_percent",
        "fixed_min",
        "fixed_max",
        "tier_ids.amount_from",
        "tier_ids.amount",
        "tier_ids.percent",
        "tier_edge",
        "tier_percent_of",
        "notice_fee",
    )
    @api.depends_context("company")
    def _compute_try_result(self):
        today = self.env.company._collection_today()
        for rule in self:
            rule.try_note = False
            try:
                rule.try_interest = rule._try_interest(today)
            except MissingRate as error:
                rule.try_interest = 0.0
                rule.try_note = self.env._(
                    "Interest rate missing: %s", self.env["collection.assessment"]._say_missing(error)
                )
            rule.try_fixed = rule._try_fixed()
            rule.try_total = rule.try_interest + rule.try_fixed

    def _is_late_enough(self):
        """Within the days of grace nothing is due at all."""
        self.ensure_one()
        return self.try_amount > 0 and self.try_days > max(self.grace_days, 0)

    def _try_interest(self, today):
        """Interest of the days tried, up to and including today.

        :raises MissingRate: naming series and date
        """
        self.ensure_one()
        if self.interest_kind == "statutory" and not self.series_id:
            return 0.0
        terms = self._interest_rule()
        if terms is None or not self._is_late_enough():
            return 0.0
        history = interest.History(plus(today, -self.try_days), self.try_amount, ())
        precision = self.currency_id.rounding or 0.01
        amount = interest.interest(history, terms, next_day(history.start), today, precision)
        return 0.0 if amount < self.min_interest else amount

    def _try_fixed(self):
        """The fixed amount for the amount tried, and the fee of one notice."""
        self.ensure_one()
        if not self._is_late_enough():
            return 0.0
        precision = self.currency_id.rounding or 0.01
        fixed = fixed_amounts.fixed_amount(self._fixed_rule(), self.try_amount, precision)
        return fixed + self.notice_fee
