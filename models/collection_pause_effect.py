from odoo import api, models

PAUSE_MODELS = ("collection.hold", "collection.dispute", "collection.promise")


class CollectionPause(models.AbstractModel):
    _inherit = "collection.pause"

    @api.model_create_multi
    def create(self, vals_list):
        """Items that are paused leave the open proposals at once, with the reason."""
        pauses = super().create(vals_list)
        pauses._refresh_proposals()
        return pauses

    def _refresh_proposals(self):
        for company, group in self.grouped("company_id").items():
            customers = group.partner_id.commercial_partner_id
            self.env["collection.notice"]._refresh_open(company, customers)
