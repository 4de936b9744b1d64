from odoo import api, fields, models


class CollectionPromise(models.Model):
    """A promise to pay: its items are left alone until the promised day."""

    _name = "collection.promise"
    _inherit = ["collection.pause"]
    _description = "Promise to Pay"
    _pause_reason = "promise"
    _pause_open_state = "open"
    _pause_gone_state = "cancelled"

    amount = fields.Monetary(help="What the customer promised to pay.")
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    date_promised = fields.Date(required=True)
    date_until = fields.Date(compute="_compute_date_until", store=True)
    state = fields.Selection(
        [
            ("open", "Open"),
            ("kept", "Kept"),
            ("partly_kept", "Partly kept"),
            ("broken", "Broken"),
            ("cancelled", "Cancelled"),
        ],
        default="open",
        required=True,
        index=True,
    )

    _amount_positive = models.Constraint(
        "CHECK(amount >= 0)", "A promised amount cannot be negative."
    )

    @api.depends("date_promised")
    def _compute_date_until(self):
        """The promised day itself still belongs to the customer."""
        for promise in self:
            promise.date_until = promise.date_promised

    def action_kept(self):
        self._close("kept")

    def action_broken(self):
        self._close("broken")

    def action_cancel(self):
        self._close("cancelled")

    def _close(self, state):
        self.check_access("write")
        self.filtered(lambda promise: promise.state == "open").state = state
