from odoo import api, models

from .collection_discount_offer import CREDIT_NOTES


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        """Money came in: calls about it are not made any more."""
        partials = super().create(vals_list)
        lines = partials.debit_move_id | partials.credit_move_id
        self.env["collection.undone.settlement"]._forget(partials)
        lines._collection_after_settlement()
        partials._collection_check_charges()
        partials._collection_reshape_discounts()
        return partials

    def unlink(self):
        """A settlement that is undone is remembered: interest depends on it."""
        if not self:
            return super().unlink()
        self.env["collection.undone.settlement"]._remember(self)
        self._collection_check_charges()
        lines = self.debit_move_id | self.credit_move_id
        result = super().unlink()
        # Safe: what can be saved follows the books, whoever changes them.
        lines.exists().sudo()._collection_reshape_discounts()
        return result

    def _collection_reshape_discounts(self):
        """A credit note that is set against an invoice shrinks its discounts."""
        lines = (self.debit_move_id | self.credit_move_id).sudo()
        if any(line.move_id.move_type in CREDIT_NOTES for line in lines):
            lines._collection_reshape_discounts()

    def _collection_check_charges(self):
        credits = self.sudo().credit_move_id
        days = [line.move_id.invoice_date or line.date for line in credits]
        if days:
            self.debit_move_id._collection_check_charges(min(days))
