"""What a notice that a discount ends says, ready to be printed."""

from odoo import models

from ..engine import compose


class CollectionNotice(models.Model):
    _inherit = "collection.notice"

    def _payment_date(self):
        return self.discount_date or super()._payment_date()

    def _words(self):
        """No words: what is paid with the discount is not the total."""
        return "" if self._is_discount() else super()._words()

    def _letter_demand(self):
        if not self._is_discount():
            return super()._letter_demand()
        notice = self._in_its_language()
        amount = notice._say_amount(notice.amount_demanded)
        day = notice._say_date(notice.discount_date, long=True)
        if notice.is_voucher:
            return notice.env._("Amount payable by %(date)s: %(amount)s", date=day, amount=amount)
        return notice.env._(
            "Amount payable by %(date)s, discount deducted: %(amount)s", date=day, amount=amount
        )

    def _discount_table(self):
        """Rows of formatted texts, and whether any has a reference of the customer's.

        :return: ``{"rows": [dict], "columns": set of names}``
        """
        notice = self._in_its_language()
        lines = notice._listed_lines().filtered(lambda line: not line._is_settled())
        with_reference = any(line._letter_own_reference() for line in lines)
        return {
            "rows": [line._discount_row(notice) for line in lines],
            "columns": {"reference"} if with_reference else set(),
        }


class CollectionNoticeLine(models.Model):
    _inherit = "collection.notice.line"

    def _discount_label(self, notice):
        """The number; of an invoice with instalments also the due date, as each has its
        own discount."""
        label = self._letter_label()
        beside = self.notice_id.line_ids.filtered(lambda line: line.move_id == self.move_id)
        if self.kind != compose.OFFER or len(beside) < 2 or not self.date_maturity:
            return label
        return notice.env._(
            "%(number)s, due on %(date)s",
            number=label,
            date=notice._say_date(self.date_maturity),
        )

    def _discount_row(self, notice):
        """One row of the table; a credit only lowers what is paid."""
        self.ensure_one()
        tells = self.kind == compose.OFFER
        return {
            "label": self._discount_label(notice),
            "reference": self._letter_own_reference(),
            "date": notice._say_date(self.date_invoice),
            "open": notice._say_number(self.amount_residual),
            "until": notice._say_date(self.discount_date) if tells else "",
            "pay": notice._say_number(self.amount_to_pay),
            "save": notice._say_number(self.amount_discount) if tells else "",
            "note": self._letter_note(notice),
        }
