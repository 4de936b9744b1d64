from datetime import timedelta

from markupsafe import Markup

from odoo import fields, models

from ..engine import compose, words


class CollectionNotice(models.Model):
    """Number, dates and payment details, as an issued notice keeps them."""

    _inherit = "collection.notice"

    def _freeze(self, date):
        """Number, dates and payment details, as they are printed."""
        sequence = self.env["ir.sequence"]
        for notice in self:
            company = notice.company_id
            bank = notice._find_bank()
            notice.write(
                {
                    "name": sequence.with_company(company).next_by_code(
                        "collection.notice", sequence_date=date
                    ),
                    "date": date,
                    "deadline_date": company._collection_deadline(date, notice.level_id),
                    "lang": notice.recipient_id._collection_lang(company),
                    "partner_bank_id": bank.id,
                    "issued_by_id": self.env.uid,
                    "issued_on": fields.Datetime.now(),
                    "failure_reason": False,
                }
            )
            notice.payment_reference = notice._find_payment_reference()
            notice.amount_in_words = notice._words()

    def _find_bank(self):
        """The account named on the oldest invoice, else the company's first one
        that takes the currency."""
        self.ensure_one()
        named = self._advancing().move_id.partner_bank_id[:1]
        return named or self.company_id._collection_bank(self.currency_id)

    def _find_payment_reference(self):
        """The invoice's own reference when there is one invoice, else the notice's."""
        self.ensure_one()
        moves = self.line_ids.filtered(
            lambda line: line.kind != compose.CREDIT and line.stage != "dropped"
        ).move_id
        if len(moves) == 1:
            return moves.payment_reference or moves.name
        return self.name or ""

    def _words(self):
        """The total in words, in the letter's language, or ""."""
        self.ensure_one()
        return words.amount_in_words(self.amount_total, self.currency_id.name, self.lang or "en")

    def _issue_date(self):
        """The day printed on the notice.

        A proposal that waited some days for a person is dated that much later,
        so that its firm date is never in the past.
        """
        self.ensure_one()
        waited = self.company_id._collection_today() - (self.proposed_on or self.date)
        return self.date + max(waited, timedelta())

    def _letter_text(self, field):
        """A text of the letter: frozen when issued, rendered live for a preview."""
        self.ensure_one()
        if self.stage in ("issued", "reversed") or self.name:
            return self[field] or Markup()
        return self.env["collection.delivery"]._render_level(self, field)[self.id]
