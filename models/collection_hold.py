from odoo import api, fields, models


class CollectionHold(models.Model):
    """A customer, or some of his items, left alone until a date."""

    _name = "collection.hold"
    _inherit = ["collection.pause"]
    _description = "Collection Hold"
    _pause_reason = "held"
    _pause_open_state = "active"
    _pause_gone_state = "ended"

    state = fields.Selection(
        [("active", "Active"), ("ended", "Ended")], default="active", required=True, index=True
    )

    def action_end(self):
        """End the hold now; its items are dunned again by the next run."""
        self.check_access("write")
        self.filtered(lambda hold: hold.state == "active").state = "ended"

    @api.model
    def _follow_up(self, company, today):
        """End the holds whose last day has passed."""
        self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "active"),
                ("date_until", "<", today),
            ]
        ).state = "ended"
