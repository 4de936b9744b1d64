from odoo import api, fields, models

from .account_move import COLLECTIONS_GROUPS, STAFF


class AccountMove(models.Model):
    """Documents that book a discount after the payment, and vouchers."""

    _inherit = "account.move"

    collection_discount_offer_id = fields.Many2one(
        "collection.discount.offer",
        string="Discount Booked",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=f"account.group_account_invoice,account.group_account_readonly,{COLLECTIONS_GROUPS}",
        help="The early-payment discount which this entry or credit note books.",
    )
    collection_is_voucher = fields.Boolean(
        string="Voucher",
        readonly=True,
        copy=False,
        groups=STAFF,
        help="A credit note kept open for the customer's next order.",
    )
    collection_deduction_ids = fields.One2many(
        "collection.discount.deduction",
        "move_id",
        string="Discounts Taken",
        groups=COLLECTIONS_GROUPS,
    )
    collection_deduction_count = fields.Integer(
        compute="_compute_collection_deduction_count", groups=COLLECTIONS_GROUPS
    )

    _collection_discount_once = models.UniqueIndex(
        "(collection_discount_offer_id) WHERE state = 'posted'"
        " AND collection_discount_offer_id IS NOT NULL",
        "This discount is booked already.",
    )

    @api.depends("collection_deduction_ids")
    def _compute_collection_deduction_count(self):
        for move in self:
            move.collection_deduction_count = len(move.collection_deduction_ids)

    def _post(self, soft=True):
        """Core keeps the matches of an invoice that is reset to draft and posted again:
        what was taken is still taken. And it lets drafts be paid: only now is there a
        discount that this payment may have taken."""
        again = self.filtered("posted_before")
        posted = super()._post(soft)
        matched = posted.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
            and (line.matched_credit_ids | line.matched_debit_ids)
        )
        first = matched.filtered(lambda line: line.move_id not in again)
        first._collection_recognise_discounts()
        (matched - first)._collection_recognise_discounts(undone=True)
        return posted

    def _reconcile_reversed_moves(self, reverse_moves, move_reverse_cancel):
        """A discount's credit note settles the item it is about, and a voucher none: core
        would set them against the first open item of the invoice."""
        pairs = [
            (move, reverse_move)
            for move, reverse_move in zip(self, reverse_moves, strict=False)
            if not reverse_move.sudo().collection_discount_offer_id
        ]
        moves = self.browse([move.id for move, _reverse in pairs])
        others = self.browse([reverse.id for _move, reverse in pairs])
        super(AccountMove, moves)._reconcile_reversed_moves(others, move_reverse_cancel)
        return reverse_moves

    def action_collection_deductions(self):
        """The discounts taken on this invoice."""
        self.ensure_one()
        return self.env["collection.discount.deduction"]._show(self.collection_deduction_ids)
