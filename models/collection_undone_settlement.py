from odoo import api, fields, models


class CollectionUndoneSettlement(models.Model):
    """A payment or credit that was set against an item and taken away again.

    Core forgets a reconciliation when it is undone. For the days in between the
    item counted as paid, so it bears no interest; from the day of the undoing on
    it does again. A manager deletes the row when the customer never had a reason
    to believe that he had paid.
    """

    _name = "collection.undone.settlement"
    _description = "Undone Settlement"
    _order = "date_to desc, id desc"
    _rec_name = "move_line_id"

    move_line_id = fields.Many2one(
        "account.move.line", string="Item", required=True, index=True, ondelete="cascade"
    )
    counterpart_line_id = fields.Many2one(
        "account.move.line", string="Payment or Credit", index=True, ondelete="set null"
    )
    company_id = fields.Many2one(related="move_line_id.company_id", store=True)
    currency_id = fields.Many2one(related="move_line_id.currency_id")
    amount = fields.Monetary(required=True, help="In the item's currency.")
    date_from = fields.Date(string="Settled on", required=True)
    date_to = fields.Date(string="Undone on", required=True)

    @api.model
    def _remember(self, partials):
        """Called before these reconciliations are undone.

        What was matched and undone on the same day was a slip, and what was undone
        before the due date bears no interest anyway.
        """
        rows = []
        for partial in partials.sudo():
            item, credit = partial.debit_move_id, partial.credit_move_id
            if item.account_id.account_type != "asset_receivable" or not item.date_maturity:
                continue
            today = item.company_id._collection_today()
            start = max(credit.move_id.invoice_date or credit.date, item.date_maturity)
            matched = fields.Datetime.context_timestamp(
                self.with_context(tz=item.company_id.partner_id.tz or "UTC"), partial.create_date
            ).date()
            if start >= today or matched >= today or not partial.debit_amount_currency:
                continue
            rows.append(
                {
                    "move_line_id": item.id,
                    "counterpart_line_id": credit.id,
                    "amount": partial.debit_amount_currency,
                    "date_from": start,
                    "date_to": today,
                }
            )
        self.sudo().create(rows)

    @api.model
    def _forget(self, partials):
        """The same payment is set against the same item again, or was entered anew:
        it counts once."""
        items = partials.debit_move_id
        items._collection_look()
        rows = items.sudo().collection_undone_ids
        rows = rows.sorted(lambda row: (row.date_to, row.id), reverse=True)
        for partial in partials if rows else ():
            rest = partial.debit_amount_currency
            for row in rows.exists().filtered(lambda row, part=partial: row._is_again(part)):
                used = min(rest, row.amount)
                rest -= used
                if row.currency_id.is_zero(row.amount - used):
                    row.unlink()
                else:
                    row.amount -= used

    def _is_again(self, partial):
        """True when this reconciliation sets the same money against the same item."""
        self.ensure_one()
        credit = partial.credit_move_id
        if partial.debit_move_id != self.move_line_id:
            return False
        if self.counterpart_line_id:
            return self.counterpart_line_id == credit
        day = credit.move_id.invoice_date or credit.date
        return max(day, self.move_line_id.date_maturity or day) == self.date_from

    def unlink(self):
        """Charges of these days are looked at again."""
        items = self.sudo().move_line_id
        result = super().unlink()
        items._collection_check_charges()
        return result
