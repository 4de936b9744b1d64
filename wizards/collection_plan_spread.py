from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import plans


class CollectionPlanSpread(models.TransientModel):
    """Dates and amounts of a plan by rule; they can be changed by hand afterwards."""

    _name = "collection.plan.spread"
    _description = "Spread a Plan over Instalments"

    plan_id = fields.Many2one(
        "collection.plan", required=True, readonly=True, ondelete="cascade"
    )
    # With the rights of whoever asks: an onchange comes before `_check_readable`.
    currency_id = fields.Many2one(related="plan_id.currency_id", related_sudo=False)
    amount_total = fields.Monetary(related="plan_id.amount_total", related_sudo=False)
    count = fields.Integer(string="Instalments", default=3, required=True)
    every = fields.Integer(default=1, required=True)
    unit = fields.Selection(
        [(plans.WEEKS, "Weeks"), (plans.MONTHS, "Months")], default=plans.MONTHS, required=True
    )
    date_first = fields.Date(
        string="First On",
        required=True,
        default=lambda self: plans.add_months(self.env.company._collection_today(), 1),
    )
    amount_first = fields.Monetary(
        string="Down Payment",
        help="What is paid on the first date, when it is not the same as the others.",
    )
    preview = fields.Text(compute="_compute_preview")

    @api.constrains("plan_id")
    def _check_readable(self):
        """Nobody spreads what he may not see; constraints run in sudo."""
        self.plan_id.with_user(self.env.user).check_access("read")

    @api.depends("count", "every", "unit", "date_first", "amount_first", "plan_id")
    def _compute_preview(self):
        for wizard in self:
            try:
                lines = wizard._instalments()
            except UserError as error:
                wizard.preview = str(error)
                continue
            wizard.preview = "\n".join(
                f"{fields.Date.to_string(day)}   {wizard.currency_id.format(amount)}"
                for day, amount in lines
            )

    def _instalments(self):
        """``[(date, amount)]``

        :raises UserError: saying what does not fit
        """
        self.ensure_one()
        if not self.date_first:
            raise UserError(self.env._("Choose the first date."))
        if not 1 <= self.count <= 120 or self.every < 1:
            raise UserError(self.env._("Between 1 and 120 instalments, at least a week apart."))
        precision = self.currency_id.rounding or 0.01
        first = self.currency_id.round(self.amount_first) if self.amount_first else 0.0
        count = self.count - bool(first)
        if first < 0 or (first and not count) or first >= self.amount_total > 0:
            raise UserError(self.env._("The down payment leaves nothing for the others."))
        try:
            amounts = plans.spread(self.amount_total - first, count, precision)
        except ValueError:
            raise UserError(self.env._("The amount is too small for so many.")) from None
        days = plans.dates(self.date_first, self.count, self.every, self.unit)
        return list(zip(days, [first] * bool(first) + amounts, strict=True))

    def action_apply(self):
        """These instalments take the place of those the plan has."""
        self.ensure_one()
        plan = self.plan_id
        plan.check_access("write")
        plan._check_state("draft")
        lines = self._instalments()
        today = plan.company_id._collection_today()
        # Safe: the right to write the plan was checked; these are drafts.
        plan.sudo().promise_ids.unlink()
        plan.env["collection.promise"].create(
            [
                {
                    "plan_id": plan.id,
                    "date_promised": day,
                    "date_from": min(day, today),
                    "amount": amount,
                }
                for day, amount in lines
            ]
        )
        return {"type": "ir.actions.act_window_close"}
