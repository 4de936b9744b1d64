from odoo import models


class ResPartner(models.Model):
    """Calls that nobody has planned."""

    _inherit = "res.partner"

    def _collection_call(self):
        """The figures of the call at hand as texts, for the general call script; what
        is open with the current company where there is no call, as in a preview."""
        self.ensure_one()
        figures = self.env.context.get("collection_call")
        if figures:
            return figures
        lang = self.env.lang or "en_US"
        customer = self.commercial_partner_id
        call = self.env["collection.call"].new(
            {"partner_id": customer.id, "recipient_id": self.id}
        )
        return call._prepare_figures(lang)

    def action_collection_call(self):
        """Call this customer: number, script, figures, and a place for the outcome."""
        self.ensure_one()
        return self.env["collection.call"]._open_for(self)

    def action_collection_called(self):
        """The customer has called: the same dialog, at any time."""
        self.ensure_one()
        return self.env["collection.call"]._open_for(self, direction="in")
