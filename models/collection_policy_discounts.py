from odoo import fields, models

from ..engine import ladder


class CollectionPolicy(models.Model):
    """The notice that a discount is about to end: beside the ladder, not a rung of it."""

    _inherit = "collection.policy"

    discount_level_ids = fields.One2many(
        "collection.level",
        "policy_id",
        string="Before a Discount Ends",
        domain=[("kind", "=", "discount")],
        context={"default_kind": "discount"},
        copy=True,
        help="At most one: the notice that an early-payment discount is about to end.",
    )

    def _discount_ladder(self):
        """The level that tells of a discount, as the engine reads it; empty: none does."""
        self.ensure_one()
        levels = tuple(level._engine_level() for level in self.discount_level_ids)
        return ladder.Ladder(self.id, levels)

    def _min_discounts(self, company, date, currencies):
        """``{currency id: smallest saving worth a notice}``, as :meth:`_rules` converts."""
        self.ensure_one()
        source = self.company_id.currency_id or company.currency_id
        least = self.discount_level_ids[:1].min_discount
        return {
            currency.id: source._convert(least, currency, company, date)
            for currency in currencies
            if least
        }
