from odoo import api, models


class CollectionPause(models.AbstractModel):
    _inherit = "collection.pause"

    @api.model_create_multi
    def create(self, vals_list):
        """Items that are paused leave the open proposals at once, with the reason."""
        pauses = super().create(vals_list)
        for company, group in pauses.grouped("company_id").items():
            group._refresh_proposals(company)
        return pauses

    def _refresh_proposals(self, company):
        # Safe: whoever may pause a customer may change his proposals.
        proposals = (
            self.env["collection.notice"]
            .sudo()
            .with_company(company)
            .search(
                [
                    ("company_id", "=", company.id),
                    ("partner_id", "in", self.partner_id.commercial_partner_id.ids),
                    ("stage", "in", ("proposed", "to_approve")),
                ]
            )
        )
        if proposals:
            proposals.env["collection.issue"]._refresh(proposals)._update_level()
