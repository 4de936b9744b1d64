from odoo import models


class ResPartner(models.Model):
    """Calls that nobody has planned."""

    _inherit = "res.partner"

    def action_collection_call(self):
        """Call this customer: number, script, figures, and a place for the outcome."""
        self.ensure_one()
        return self.env["collection.call"]._open_for(self)

    def action_collection_called(self):
        """The customer has called: the same dialog, at any time."""
        self.ensure_one()
        return self.env["collection.call"]._open_for(self, direction="in")
