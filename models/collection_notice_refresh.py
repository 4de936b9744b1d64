from odoo import api, models


class CollectionNotice(models.Model):
    _inherit = "collection.notice"

    @api.model
    def _refresh_open(self, company, customers):
        """Items that are paused or belong to a case now leave the open proposals of these
        customers at once, with the reason.

        :param customers: commercial partners
        """
        # Safe: whoever may pause a customer, or open a case, may change his proposals.
        proposals = self.sudo().with_company(company).search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", customers.ids),
                ("stage", "in", ("proposed", "to_approve")),
            ]
        )
        if proposals:
            proposals.env["collection.issue"]._refresh(proposals)._update_level()
