from odoo import fields, models


class CollectionPromiseReceipt(models.Model):
    """Money that counts for a promise: it counts for no other, for good once the
    promise is closed."""

    _name = "collection.promise.receipt"
    _description = "Money Counted for a Promise"
    _order = "date, id"
    _rec_name = "move_line_id"

    promise_id = fields.Many2one(
        "collection.promise", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="promise_id.company_id", store=True, index=True, precompute=True
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Payment",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    date = fields.Date(required=True, readonly=True)
    currency_id = fields.Many2one(related="promise_id.currency_id")
    amount = fields.Monetary(readonly=True)

    _once = models.UniqueIndex(
        "(promise_id, move_line_id)", "The same money counts once for a promise."
    )
