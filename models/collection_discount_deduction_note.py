from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from .account_payment_term import VOUCHER


class CollectionDiscountDeduction(models.Model):
    """The discount as a numbered credit note, set against the item or kept open as a
    voucher."""

    _inherit = "collection.discount.deduction"

    def _book_credit_note(self):
        """Dated today: its number comes after those of the notes written before it."""
        parts = self._parts()
        document = self.env["account.move"].create(self._prepare_credit_note(parts))
        term = document.line_ids.filtered(lambda line: line.display_type == "payment_term")
        if term.account_id != self.move_line_id.account_id:
            term.account_id = self.move_line_id.account_id
        self.env["collection.charge"]._fit_total(document, self.amount)
        document._post(soft=False)
        if self.currency_id.compare_amounts(document.amount_total, self.amount):
            raise UserError(
                self.env._(
                    "The credit note would come to %(total)s, not to %(amount)s.",
                    total=self.currency_id.format(document.amount_total),
                    amount=self.currency_id.format(self.amount),
                )
            )
        return document

    def _prepare_credit_note(self, parts):
        invoice, voucher = self.move_id, self.method == VOUCHER
        today = max(self.company_id._collection_today(), invoice.invoice_date)
        speaking = self._in_customer_language()
        lines = [self._prepare_line(speaking, line) for line in parts if self._is_base(line)]
        excess = self.currency_id.round(self.amount - abs(self.offer_id.amount_discount))
        if excess > 0:
            lines.append(self._prepare_line(speaking, self._excess_line(excess, 0.0)))
        return {
            "move_type": "out_refund",
            "company_id": self.company_id.id,
            "journal_id": invoice.journal_id.id,
            "partner_id": invoice.partner_id.id,
            "partner_shipping_id": invoice.partner_shipping_id.id,
            "fiscal_position_id": invoice.fiscal_position_id.id,
            "currency_id": self.currency_id.id,
            "invoice_currency_rate": invoice.invoice_currency_rate,
            "invoice_date": today,
            "invoice_date_due": today,
            "invoice_payment_term_id": False,
            "invoice_user_id": invoice.invoice_user_id.id,
            "invoice_origin": invoice.name,
            "ref": speaking._title(),
            "reversed_entry_id": invoice.id,
            "collection_discount_offer_id": self.offer_id.id,
            "collection_is_voucher": voucher,
            "invoice_line_ids": [Command.create(line) for line in lines],
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
