from odoo import models
from odoo.fields import Command

from .account_payment_term import VOUCHER


class CollectionDiscountDeduction(models.Model):
    """The discount as a numbered credit note, set against the item or kept open as a
    voucher."""

    _inherit = "collection.discount.deduction"

    def _book_credit_note(self):
        """Dated today: its number comes after those of the notes written before it."""
        vals = self._prepare_credit_note(self._parts())
        return self.move_id._collection_book_credit(self.move_line_id, self.amount, vals)

    def _prepare_credit_note(self, parts):
        speaking = self._in_customer_language()
        lines = [self._prepare_line(speaking, line) for line in parts if self._is_base(line)]
        excess = self.currency_id.round(self.amount - abs(self.offer_id.amount_discount))
        if excess > 0:
            lines.append(self._prepare_line(speaking, self._excess_line(excess, 0.0)))
        return {
            **self.move_id._collection_prepare_credit(speaking._title(), lines),
            "collection_discount_offer_id": self.offer_id.id,
            "collection_is_voucher": self.method == VOUCHER,
        }

    def _is_base(self, line):
        return not line.get("tax_repartition_line_id")

    def _prepare_line(self, speaking, part):
        taxes = self.env["account.tax"].browse(
            [tax_id for command in part.get("tax_ids", []) for tax_id in command[2]]
        )
        return {
            "name": speaking._title(),
            "account_id": self.move_id._collection_discount_account().id,
            "quantity": 1,
            "price_unit": self._price(abs(part["amount_currency"]) * self._sign(part), taxes),
            "tax_ids": [Command.set(taxes.ids)],
            "analytic_distribution": part.get("analytic_distribution"),
        }

    def _sign(self, part):
        """A base line that goes the other way lowers the credit note."""
        same = (part["amount_currency"] < 0) == (self.offer_id.amount_item < 0)
        return 1 if same else -1

    def _price(self, base, taxes):
        """The price that has this base: taxes included in prices come on top."""
        return taxes._collection_price(base, self.currency_id)
