from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import formatLang

from ..engine import discount_cost, discounts

# Percent a year: a sentence with more says nothing any more.
MAX_READABLE = 1000.0


class CollectionDiscountWhatif(models.TransientModel):
    """What the tiers cost and bring: computed by the engine, told in words."""

    _inherit = "collection.discount.whatif"

    share_total = fields.Float(
        string="Take a Discount", digits=(16, 1), compute="_compute_result"
    )
    discount = fields.Monetary(
        string="Discounts Cost", compute="_compute_result", help="In a year."
    )
    saved = fields.Monetary(
        string="Earlier Money Saves",
        compute="_compute_result",
        help="In a year: the money received earlier, times the days, times what money costs.",
    )
    net = fields.Monetary(string="In the End", compute="_compute_result")
    freed = fields.Monetary(
        string="Less Money Outstanding",
        compute="_compute_result",
        help="By how much the customers' open invoices fall, once.",
    )
    days_before = fields.Float(digits=(16, 1), compute="_compute_result")
    days_after = fields.Float(digits=(16, 1), compute="_compute_result")
    cost_nominal = fields.Float(
        string="Cost a Year", digits=(16, 1), compute="_compute_result"
    )
    cost_effective = fields.Float(
        string="Cost a Year, Compounded", digits=(16, 1), compute="_compute_result"
    )
    explanation = fields.Html(compute="_compute_result", sanitize=False)
    is_changed = fields.Boolean(compute="_compute_is_changed")
    has_notes = fields.Boolean(compute="_compute_has_notes")

    def _ends(self):
        """``{line: last day}`` of the tiers that count; others end no earlier and give
        no more."""
        self.ensure_one()
        if not self.date:
            return {}
        lines = dict(enumerate(self.line_ids.filtered(lambda line: line.discount_percentage > 0)))
        tiers = [
            discounts.Tier(
                number,
                line.discount_percentage,
                max(line.discount_days, 0),
                line.day_of_month if line.end_type == "day_following_month" else None,
            )
            for number, line in lines.items()
        ]
        ends = self.env["account.payment.term"]._collection_ends(self.company_id, self.date, tiers)
        return {lines[tier.id]: end for tier, end in ends}

    @api.depends(
        "turnover",
        "usual_days",
        "cost_of_money",
        "date",
        "company_id",
        "line_ids.discount_percentage",
        "line_ids.discount_days",
        "line_ids.end_type",
        "line_ids.day_of_month",
        "line_ids.share",
    )
    def _compute_result(self):
        for wizard in self:
            takes = [
                discount_cost.Take(
                    line.discount_percentage, (end - wizard.date).days, max(line.share, 0.0)
                )
                for line, end in wizard._ends().items()
            ]
            year = discount_cost.what_if(
                wizard.turnover, wizard.usual_days, takes, wizard.cost_of_money
            )
            wizard.share_total = sum(take.share for take in takes)
            for name in ("discount", "saved", "net", "freed", "days_before", "days_after"):
                wizard[name] = getattr(year, name)
            wizard.cost_nominal = year.cost.nominal or 0.0
            wizard.cost_effective = year.cost.effective or 0.0
            sentences = wizard._explain(year, takes)
            wizard.explanation = Markup().join(Markup("<p>%s</p>") % text for text in sentences)

    @api.depends(
        "line_ids.discount_percentage",
        "line_ids.discount_days",
        "line_ids.end_type",
        "line_ids.day_of_month",
        "term_id",
    )
    def _compute_is_changed(self):
        key = self._tier_key
        for wizard in self:
            typed = sorted(map(key, wizard.line_ids))
            wizard.is_changed = wizard.term_id and typed != sorted(map(key, wizard._term_tiers()))

    @api.depends("line_ids.note")
    def _compute_has_notes(self):
        for wizard in self:
            wizard.has_notes = any(wizard.line_ids.mapped("note"))

    @api.model
    def _tier_key(self, tier):
        """What makes a tier the same; of a record or of values."""
        if isinstance(tier, dict):
            tier = self.env["collection.discount.whatif.line"].new(tier)
        day = tier.day_of_month if tier.end_type == "day_following_month" else 0
        return (round(tier.discount_percentage, 4), tier.discount_days, day)

    # In words

    def _explain(self, year, takes):
        """One sentence after the other; what is wrong first."""
        total = sum(take.share for take in takes)
        if total > 100:
            return [
                self.env._(
                    "More than all customers cannot take a discount: the shares add up to "
                    "%s %%.",
                    self._percent(total),
                )
            ]
        if year.cost.reason == discount_cost.NO_DISCOUNT or not self.turnover:
            return [
                self.env._(
                    "Enter what you invoice a year, a discount, and the share of it that is "
                    "expected to be paid with the discount."
                )
            ]
        if year.cost.reason == discount_cost.NO_DAYS:
            return [
                self.env._(
                    "Customers pay within these days anyway: the discount costs %s a year and "
                    "gains nothing.",
                    self.currency_id.format(year.discount),
                )
            ]
        return [self._say_rate(year.cost, len([take for take in takes if take.share])), self._say_net(year), self._say_days(year)]

    def _percent(self, value):
        # As the screen rounds.
        return formatLang(self.env, value, digits=1, rounding_method="HALF-UP")

    def _say_rate(self, cost, count):
        rate = {"rate": self._percent(cost.nominal)}
        if cost.effective is None or cost.effective > MAX_READABLE:
            if count == 1:
                return self.env._(
                    "This discount costs you as much as a loan at %(rate)s %% a year.", **rate
                )
            return self.env._(
                "These discounts cost you as much as a loan at %(rate)s %% a year.", **rate
            )
        rate["compounded"] = self._percent(cost.effective)
        if count == 1:
            return self.env._(
                "This discount costs you as much as a loan at %(rate)s %% a year "
                "(%(compounded)s %% with compounding).",
                **rate,
            )
        return self.env._(
            "These discounts cost you as much as a loan at %(rate)s %% a year "
            "(%(compounded)s %% with compounding).",
            **rate,
        )

    def _say_net(self, year):
        amounts = {"cost": self._percent(self.cost_of_money)}
        if self.currency_id.compare_amounts(year.net, 0.0) < 0:
            return self.env._(
                "With money at %(cost)s %% a year you lose %(amount)s a year. It can still be "
                "right: for money a bank would not lend, for fewer reminders, for fewer losses.",
                amount=self.currency_id.format(-year.net),
                **amounts,
            )
        return self.env._(
            "With money at %(cost)s %% a year you gain %(amount)s a year.",
            amount=self.currency_id.format(year.net),
            **amounts,
        )

    def _say_days(self, year):
        return self.env._(
            "Customers pay after %(after)s days on average instead of %(before)s: their open "
            "invoices fall by %(freed)s.",
            after=self._percent(year.days_after),
            before=self._percent(year.days_before),
            freed=self.currency_id.format(year.freed),
        )

    # Back to the term

    def action_use_tiers(self):
        """Write the tiers to the payment term. Invoices already posted keep theirs.

        :raises UserError: without payment terms or tiers
        :raises AccessError: for whoever may not change payment terms
        """
        self.ensure_one()
        if not self.term_id:
            raise UserError(self.env._("Choose the payment terms first."))
        if not self.line_ids:
            raise UserError(self.env._("There is no tier to use."))
        self.term_id.check_access("write")
        wanted = {self._tier_key(line): line for line in self.line_ids}
        kept = self.term_id.discount_tier_ids.filtered(lambda tier: self._tier_key(tier) in wanted)
        dropped = self.term_id.discount_tier_ids - kept
        for tier in kept:
            wanted.pop(self._tier_key(tier), None)
        commands = [Command.delete(tier.id) for tier in dropped]
        commands += [Command.create(line._prepare_tier()) for line in wanted.values()]
        self.term_id.write({"discount_tier_ids": commands})
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "New invoices on “%s” offer these discounts.", self.term_id.name
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
