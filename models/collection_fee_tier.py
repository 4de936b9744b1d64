from odoo import api, fields, models

from ..engine import fixed_amounts


class CollectionFeeTier(models.Model):
    """One step of a scale: from this principal on, an amount and a percent."""

    _name = "collection.fee.tier"
    _description = "Fee Tier"
    _order = "rule_id, amount_from"
    _rec_name = "amount_from"

    rule_id = fields.Many2one(
        "collection.fee.rule", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="rule_id.currency_id")
    amount_from = fields.Monetary(string="From", help="Principal at which the step begins.")
    amount = fields.Monetary()
    percent = fields.Float(digits=(16, 4), help="Percent of the principal, or of its excess.")

    _once = models.UniqueIndex("(rule_id, amount_from)", "Two steps begin at the same amount.")
    _positive = models.Constraint(
        "CHECK(amount_from >= 0 AND amount >= 0 AND percent >= 0 AND percent <= 100)",
        "Steps, amounts and percents cannot be negative, nor a percent above 100.",
    )

    @api.depends("amount_from", "amount")
    def _compute_display_name(self):
        for tier in self:
            tier.display_name = f"{tier.amount_from:g} → {tier.amount:g}"

    def _engine_tier(self):
        self.ensure_one()
        return fixed_amounts.Tier(self.amount_from, self.amount, self.percent)
