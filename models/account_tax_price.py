from odoo import models


class AccountTax(models.Model):
    _inherit = "account.tax"

    def _collection_price(self, base, currency):
        """The price that has this base: taxes included in prices come on top."""
        included = self.filtered("price_include")
        if not included:
            return base
        return included.compute_all(base, currency, handle_price_include=False)["total_included"]
