from odoo import api, models
from odoo.tools import SQL


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
