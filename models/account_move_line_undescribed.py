from odoo import api, models

ITEM_IS_WRITTEN = "collection_item_is_written"


class AccountMoveLine(models.Model):
    """Posting and paying do not describe the item's fields over and over.

    Core asks for the description of the tracked fields among those it writes. Where none is
    tracked, which is most of the time, the list it names is empty, and an empty list means all
    hundred fields: their labels, whether one may sort, group and sum by them. It looks at none
    of it. That is a sixth of the time it takes to post an invoice, and each field of ours made
    it longer.
    """

    _inherit = "account.move.line"

    def write(self, vals):
        # The key only tells core's question from others, to whom an empty list means all.
        items = self.with_context(**{ITEM_IS_WRITTEN: True})
        return super(AccountMoveLine, items).write(vals)

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """As in core, but for the question of nothing core asks while it writes an item."""
        if allfields == [] and self.env.context.get(ITEM_IS_WRITTEN):
            return {}
        return super().fields_get(allfields, attributes)
