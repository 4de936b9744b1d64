from odoo import models
from odoo.tools import format_date


class CollectionDispute(models.Model):
    """What the pauses ask about disputes that are over, while the customer's days run."""

    _inherit = "collection.dispute"

    def _amount_waiting(self):
        """What was disputed and is owed after all, in the currency of the items."""
        self.ensure_one()
        if not self.amount_disputed:
            return float("inf")  # all that is open of them
        return max(self.amount_disputed - self.amount_credited, 0.0)

    def _waiting_detail(self):
        self.ensure_one()
        if self.state == "rejected":
            return self.env._(
                "rejected on %(date)s", date=format_date(self.env, self.date_resolved)
            )
        return self.env._("agreed on %(date)s", date=format_date(self.env, self.date_resolved))
