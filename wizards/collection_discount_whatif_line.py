from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import discount_cost

THOUSAND = 1000.0


class CollectionDiscountWhatifLine(models.TransientModel):
    _name = "collection.discount.whatif.line"
    _description = "Discount Tier to Try"
    _order = "discount_days, day_of_month, id"

    whatif_id = fields.Many2one(
        "collection.discount.whatif", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="whatif_id.currency_id")
    # As on the tiers of a payment term.
    discount_percentage = fields.Float(string="Discount %", digits=(16, 2), default=2.0)
    discount_days = fields.Integer(string="Days", default=10)
    end_type = fields.Selection(
        [
            ("days_after", "Days after invoice date"),
            ("day_following_month", "Day of the month after"),
        ],
        string="Ends",
        required=True,
        default="days_after",
    )
    day_of_month = fields.Integer(string="On the", default=10)
    share = fields.Float(
        string="Share %",
        digits=(16, 1),
        help="The share of the turnover that is expected to be paid with this discount.",
    )
    date_end = fields.Date(string="Last Day", compute="_compute_answer")
    amount_to_pay = fields.Monetary(
        string="To Pay of 1,000", compute="_compute_answer"
    )
    cost_nominal = fields.Float(
        string="Cost a Year %",
        digits=(16, 2),
        compute="_compute_answer",
        help="As a loan would be priced, without compounding, in a year of 365 days: "
        "d / (100 - d) x 365 / days paid earlier.",
    )
    cost_effective = fields.Float(
        string="Compounded %",
        digits=(16, 2),
        compute="_compute_answer",
        help="(1 + d / (100 - d)) to the power of (365 / days paid earlier), less 1.",
    )
    cost_step = fields.Float(
        string="Against Next Tier %",
        digits=(16, 2),
        compute="_compute_answer",
        help="What this tier costs a year compared with the customer taking the next tier.",
    )
    break_even = fields.Float(
        string="Worth %",
        digits=(16, 2),
        compute="_compute_answer",
        help="The discount at which money that much earlier is just worth it for you.",
    )
    note = fields.Char(compute="_compute_answer")

    @api.constrains("discount_percentage", "share")
    def _check_percents(self):
        """:raises ValidationError: for percents that cannot be"""
        for line in self:
            if not (0 < line.discount_percentage < 100 and 0 <= line.share <= 100):
                raise ValidationError(
                    self.env._(
                        "A discount must be more than 0 % and less than 100 %, and its share "
                        "between 0 % and 100 %."
                    )
                )

    @api.depends(
        "whatif_id.date",
        "whatif_id.company_id",
        "whatif_id.usual_days",
        "whatif_id.cost_of_money",
        "whatif_id.line_ids.discount_percentage",
        "whatif_id.line_ids.discount_days",
        "whatif_id.line_ids.end_type",
        "whatif_id.line_ids.day_of_month",
    )
    def _compute_answer(self):
        for wizard, lines in self.grouped("whatif_id").items():
            ends = list(wizard._ends().items())
            following = dict(zip(ends, ends[1:], strict=False))
            answered = {line: (end, following.get((line, end))) for line, end in ends}
            for line in lines:
                line._answer(wizard, *answered.get(line, (False, None)))

    def _answer(self, wizard, end, following):
        """:param following: ``(line, last day)`` of the next tier, or None"""
        percent = self.discount_percentage
        days = (end - wizard.date).days if end else 0
        cost = discount_cost.annual_cost(percent, days, wizard.usual_days)
        step = cost
        if following:
            line, next_end = following
            step = discount_cost.cost_between(
                (percent, days), (line.discount_percentage, (next_end - wizard.date).days)
            )
        self.date_end = end
        self.amount_to_pay = THOUSAND * (100.0 - percent) / 100.0
        self.cost_nominal = end and cost.nominal or 0.0
        self.cost_effective = end and cost.effective or 0.0
        self.cost_step = end and step.nominal or 0.0
        self.break_even = discount_cost.break_even(
            wizard.cost_of_money, wizard.usual_days - days if end else 0
        )
        self.note = self._say_why(cost.reason, end)

    def _say_why(self, reason, end):
        """Why there is no rate, for the reader; False when there is one."""
        if reason == discount_cost.NO_DISCOUNT:
            return self.env._("No discount")
        if reason == discount_cost.TOO_MUCH:
            return self.env._("More than everything")
        if not end:
            return self.env._("A tier that ends no earlier gives as much")
        if reason == discount_cost.NO_DAYS:
            return self.env._("Paid by then anyway")
        return False

    def _prepare_tier(self):
        """Values of a ``collection.discount.tier``."""
        return {
            "discount_percentage": self.discount_percentage,
            "discount_days": self.discount_days,
            "end_type": self.end_type,
            "day_of_month": self.day_of_month,
        }
