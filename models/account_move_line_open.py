from odoo import api, models
from odoo.fields import Domain


class AccountMoveLine(models.Model):
    """What is open: the items that promises, disputes, cases and write-offs are about."""

    _inherit = "account.move.line"

    @api.model
    def _collection_open_domain(self, companies, customers=None):
        """Receivable items that are not settled, debts and credits.

        :param customers: commercial partners; None: everybody's
        """
        domain = Domain(
            [
                ("company_id", "in", companies.ids),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )
        if customers is None:
            return domain
        return domain & Domain("partner_id.commercial_partner_id", "in", customers.ids)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _collection_open_items(self):
        """The receivable items of these documents that are not settled."""
        return self.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
            and not line.reconciled
        )
