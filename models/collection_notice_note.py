"""A word about an item, under its row: why it is still owed."""

from odoo import api, fields, models


class CollectionNotice(models.Model):
    _inherit = "collection.notice"

    def _freeze(self, date):
        result = super()._freeze(date)
        lines = self.line_ids.filtered(lambda line: line.stage != "dropped")
        for line, note in lines._current_notes().items():
            line.note = note
        return result


class CollectionNoticeLine(models.Model):
    _inherit = "collection.notice.line"

    note = fields.Text(
        readonly=True,
        help="Printed under the item, in the customer's language; frozen when issued.",
    )

    def _letter_note(self, notice):
        """The note as its notice keeps it, or as it would read today."""
        self.ensure_one()
        if notice.name or notice._is_sent():
            return self.note or ""
        return self._current_notes().get(self, "")

    @api.model
    def _claimed_deductions(self, items):
        """``{item id: deduction}``: discounts deducted too late and claimed back."""
        # Safe: what the customer himself deducted, for whoever may read his notice.
        claimed = self.env["collection.discount.deduction"].sudo().search(
            [("move_line_id", "in", items.ids), ("state", "=", "claimed")], order="id"
        )
        return {deduction.move_line_id.id: deduction for deduction in claimed}

    def _current_notes(self):
        """``{line: text}`` of the lines there is something to say about."""
        deductions = self._claimed_deductions(self.move_line_id)
        if not deductions:
            return {}
        notes = {}
        for line in self:
            deduction = deductions.get(line.move_line_id.id)
            if deduction:
                notes[line] = line._say_claimed(deduction)
        return notes

    def _say_claimed(self, deduction):
        notice = self.notice_id._in_its_language()
        amount = notice._say_amount(deduction.amount)
        paid = notice._say_date(deduction.date_paid, long=True)
        if deduction.date_paid <= deduction.date_end:
            return notice.env._(
                "A discount of %(amount)s was deducted from your payment of %(paid)s, to which "
                "we cannot agree; this amount is still owed.",
                amount=amount,
                paid=paid,
            )
        return notice.env._(
            "A discount of %(amount)s was deducted from your payment of %(paid)s; it ended on "
            "%(end)s, so this amount is still owed.",
            amount=amount,
            paid=paid,
            end=notice._say_date(deduction.date_end, long=True),
        )
