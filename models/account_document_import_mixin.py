from odoo import api, models
from odoo.exceptions import UserError

# The sales application need not be there: its orders are met here, as they inherit this
# model of accounting's.
ORDERS = "sale.order"
CONFIRMED = "sale"


class AccountDocumentImportMixin(models.AbstractModel):
    _inherit = "account.document.import.mixin"

    @api.model_create_multi
    def create(self, vals_list):
        """An order may come confirmed, from an import for instance."""
        records = super().create(vals_list)
        if self._name == ORDERS:
            records.filtered(lambda order: order.state == CONFIRMED)._collection_check_orders()
        return records

    def write(self, vals):
        """:raises UserError: when an order of a customer without credit is confirmed"""
        if self._name == ORDERS and vals.get("state") == CONFIRMED:
            self.filtered(lambda order: order.state != CONFIRMED)._collection_check_orders()
        return super().write(vals)

    def _collection_check_orders(self):
        for order in self:
            customers = order.partner_id | order.partner_invoice_id
            refusal = customers._collection_credit_refusal(order.company_id)
            # What was paid in advance is no credit.
            if refusal and not order._is_paid():
                raise UserError(refusal)
