from odoo import models


class CollectionDiscountOffer(models.Model):
    """What became of the offers of an item.

    They stay open until the item is settled, also when their last day has passed: money
    that is entered later may have come in time.
    """

    _inherit = "collection.discount.offer"

    def _ends_first_after(self, on):
        """Of one item's offers, whatever became of them, the one for who pays that day."""
        return self.filtered(lambda offer: offer.date_end >= on).sorted("date_end")[:1]

    def _mark_taken(self, move, date, amount, late=False):
        """This offer was taken; the item's other offers were not.

        :param move: the entry or credit note that booked the discount
        :param date: the day the money came
        :param amount: what was kept back, in the document's currency, positive
        """
        self.ensure_one()
        others = self.move_line_id.collection_offer_ids - self
        others._mark_lapsed(date)
        # One taken offer an item: the database looks at each row by itself.
        self.env.flush_all()
        sign = -1 if self.amount_item < 0 else 1
        discount = abs(self.amount_discount)
        part = amount / discount if discount else 0.0
        self._set_state(
            "taken_late" if late else "taken",
            date_paid=date,
            amount_taken=self.currency_id.round(sign * amount),
            amount_taken_company=self.company_currency_id.round(self.balance_discount * part),
            discount_move_id=move.id,
        )

    def _mark_lapsed(self, date=False):
        """Not taken: the item was settled without it."""
        self._set_state("lapsed", date_paid=date)

    def _mark_refused(self, date=False):
        """Taken too late, and claimed back."""
        self.ensure_one()
        others = self.move_line_id.collection_offer_ids - self
        others._mark_lapsed(date)
        self._set_state("refused", date_paid=date)

    def _mark_open(self):
        """Nothing has been settled, or not any more."""
        self._set_state("open")

    def _set_state(self, state, **values):
        wanted = {
            "date_paid": False,
            "amount_taken": 0.0,
            "amount_taken_company": 0.0,
            "discount_move_id": False,
            "state": state,
            **values,
        }
        for offer in self:
            changed = {
                name: value
                for name, value in wanted.items()
                if offer._fields[name].convert_to_write(offer[name], offer) != value
            }
            if changed:
                offer.write(changed)
