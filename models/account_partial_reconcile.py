from odoo import api, models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        """Money came in: calls about it are not made any more."""
        partials = super().create(vals_list)
        (partials.debit_move_id | partials.credit_move_id)._collection_after_settlement()
        return partials
