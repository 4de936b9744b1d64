from odoo import api, models
from odoo.tools import SQL

from ..models.res_partner_rights import KEPT


class BasePartnerMerge(models.TransientModel):
    """Customers that turn out to be one, each with a monthly statement in the log."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """A customer gets one monthly statement: of two, one keeps the month, both stay in
        the log. Else the merge would fail on the database's guarantee."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE collection_communication
                   SET statement_month = NULL
                 WHERE id IN (
                    SELECT id
                      FROM (
                        SELECT id, ROW_NUMBER() OVER (
                                   PARTITION BY company_id, statement_month
                                   ORDER BY state = 'failed', partner_id != %(kept)s, id
                               ) AS place
                          FROM collection_communication
                         WHERE partner_id IN %(merged)s AND statement_month IS NOT NULL
                      ) places
                     WHERE place > 1
                 )
                """,
                kept=dst_partner.id,
                merged=(*src_partners.ids, dst_partner.id),
            )
        )
        return super()._update_foreign_keys(src_partners, dst_partner)

    @api.model
    def _update_values(self, src_partners, dst_partner):
        """What was decided about one of them is kept as core keeps the rest, and is no
        decision of whoever merges them: core would write it in his name."""
        dst_partner.check_access("write")
        # Safe: only what these customers, which he may merge, have already.
        kept = dst_partner.sudo()
        for name in KEPT:
            values = [partner[name] for partner in (*src_partners.sudo(), kept) if partner[name]]
            if values and kept[name] != values[-1]:
                kept[name] = values[-1]
        return super()._update_values(src_partners, dst_partner)
