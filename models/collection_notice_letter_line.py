from odoo import models

from ..engine import compose


class CollectionNoticeLine(models.Model):
    """The rows of the letter's table."""

    _inherit = "collection.notice.line"

    def _letter_row(self, notice):
        """One row of the table, in the words of ``notice``'s language."""
        self.ensure_one()
        def number(amount):
            return notice._say_number(amount) if amount else ""

        return {
            **self._mail_row(notice),
            "is_late": self.days_overdue > 0,
            "original": number(self.amount_original),
            "paid": number(self._letter_paid()),
            "disputed": number(self.amount_disputed),
        }

    def _mail_row(self, notice):
        """What the e-mail's table says of the item: less than the letter's."""
        self.ensure_one()
        is_credit = self.kind == compose.CREDIT
        return {
            "label": self._letter_label(),
            "reference": self._letter_own_reference(),
            "date": notice._say_date(self.date_invoice),
            "due": "" if is_credit else notice._say_date(self.date_maturity),
            "late": "" if is_credit else self._letter_lateness(notice),
            "open": notice._say_number(self.amount_residual - self.amount_disputed),
            "note": self._letter_note(notice),
        }

    def _letter_label(self):
        """The number, and what it is when it is no invoice."""
        if self.kind != compose.CREDIT:
            return self.move_name or ""
        # Safe: the kind of a document the notice names; collectors print too.
        if self.sudo().move_id.move_type == "out_refund":
            return self.env._("Credit note %(number)s", number=self.move_name or "")
        return self.env._("Payment received %(number)s", number=self.move_name or "")

    def _letter_own_reference(self):
        """The customer's reference, where it says more than the number."""
        return self.move_ref if self.move_ref and self.move_ref != self.move_name else ""

    def _letter_paid(self):
        """What was paid of a debt; of a credit the row shows what it is worth here."""
        if self.kind == compose.CREDIT or self.currency_id.is_zero(self.amount_paid):
            return 0.0
        return self.amount_paid

    def _letter_lateness(self, notice):
        if self.days_overdue > 0:
            return str(self.days_overdue)
        if self.date_maturity and self.date_maturity == notice.date:
            return self.env._("due today")
        return self.env._("not yet due")
