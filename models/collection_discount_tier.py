from odoo import api, fields, models

from ..engine import discounts
from .pairs import say_days

MAX_DAYS = 3650


class CollectionDiscountTier(models.Model):
    """An early-payment discount tier: so many percent when paid by its last day."""

    _name = "collection.discount.tier"
    _description = "Early-Payment Discount Tier"
    _order = "term_id, discount_percentage DESC, id"

    term_id = fields.Many2one(
        "account.payment.term", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="term_id.company_id", store=True, index=True)
    discount_percentage = fields.Float(
        string="Discount %", required=True, digits=(16, 4), aggregator=None
    )
    discount_days = fields.Integer(
        string="Days",
        help="The discount is granted when the money comes within this many days of the "
        "invoice date; the last day counts.",
    )
    end_type = fields.Selection(
        [
            ("days_after", "Days after invoice date"),
            ("day_following_month", "Day of the month after"),
        ],
        string="Ends",
        required=True,
        default="days_after",
        help="With a day of the month: the invoice date plus the days, and then that day of "
        "the month that follows.",
    )
    day_of_month = fields.Integer(
        string="On the",
        default=10,
        help="Day of the month; 31 is the last day of every month.",
    )

    _percentage_sane = models.Constraint(
        "CHECK(discount_percentage > 0 AND discount_percentage < 100)",
        "A discount must be more than 0 % and less than 100 %.",
    )
    _days_sane = models.Constraint(
        f"CHECK(discount_days >= 0 AND discount_days <= {MAX_DAYS})",
        "Discount days must be between 0 and ten years.",
    )
    _days_positive = models.Constraint(
        "CHECK(end_type != 'days_after' OR discount_days > 0)",
        "The discount days must be more than 0.",
    )
    _day_of_month_sane = models.Constraint(
        "CHECK(end_type != 'day_following_month' OR day_of_month BETWEEN 1 AND 31)",
        "The day of the month must be between 1 and 31.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        tiers = super().create(vals_list)
        tiers.term_id._collection_mirror_first_tier()
        return tiers

    def write(self, vals):
        terms = self.term_id
        result = super().write(vals)
        (terms | self.term_id)._collection_mirror_first_tier()
        return result

    def unlink(self):
        terms = self.term_id
        result = super().unlink()
        terms.exists()._collection_mirror_first_tier()
        return result

    @api.depends("discount_percentage", "discount_days", "end_type", "day_of_month")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for tier in self:
            percent = f"{tier.discount_percentage:g}"
            if tier.end_type == "days_after":
                tier.display_name = self.env._(
                    "%(percent)s %% within %(days)s",
                    percent=percent,
                    days=say_days(self.env, tier.discount_days),
                )
            else:
                tier.display_name = self.env._(
                    "%(percent)s %% until day %(day)s of the month that follows %(days)s",
                    percent=percent,
                    day=tier.day_of_month,
                    days=say_days(self.env, tier.discount_days),
                ) if tier.discount_days else self.env._(
                    "%(percent)s %% until day %(day)s of the month after",
                    percent=percent,
                    day=tier.day_of_month,
                )

    def _engine_tier(self):
        """This tier as the engine reads it."""
        self.ensure_one()
        on_a_day = self.end_type == "day_following_month"
        return discounts.Tier(
            self.id,
            self.discount_percentage,
            self.discount_days,
            self.day_of_month if on_a_day else None,
        )
