from datetime import timedelta

from markupsafe import Markup

from odoo import fields, models

from ..engine import compose, words
from .bulk_held import hold


class CollectionNotice(models.Model):
    """Number, dates and payment details, as an issued notice keeps them."""

    _inherit = "collection.notice"

    def _freeze(self, date):
        """Number, dates and payment details, as they are printed."""
        now = fields.Datetime.now()
        numbers = self._next_numbers(date)
        deadlines = {
            (company, level): company._collection_deadline(date, level)
            for company, notices in self.grouped("company_id").items()
            for level in notices.level_id
        }
        hold(
            self,
            [
                {
                    "id": notice.id,
                    "name": numbers[notice.id],
                    "date": date,
                    "deadline_date": deadlines[notice.company_id, notice.level_id] or None,
                    "lang": notice.recipient_id._collection_lang(notice.company_id),
                    "partner_bank_id": notice._find_bank().id or None,
                    "payment_reference": notice._find_payment_reference(numbers[notice.id]),
                    "issued_by_id": self.env.uid,
                    "issued_on": now,
                    "failure_reason": None,
                }
                for notice in self
            ],
        )
        hold(self, [{"id": notice.id, **notice._frozen_values()} for notice in self])

    def _frozen_values(self):
        """What is worked out of the number, dates and account of an issued notice, as
        columns."""
        self.ensure_one()
        return {"amount_in_words": self._words() or None}

    def _set_issued(self, texts):
        """The notices are out with their texts, and their items have reached their levels.

        With what the ORM would compute from it: nothing of what was read again a moment ago
        is settled.

        :param texts: ``{notice id: {field: text or None}}``, the same fields for each
        """
        issued = {"stage": "issued", "state": "issued"}
        hold(self, [{"id": notice.id, **issued, **texts[notice.id]} for notice in self])
        lines = self.line_ids.filtered(lambda line: line.stage == "proposed")
        lines._set_issued()
        lines.move_line_id._collection_reach_levels(lines)

    def _next_numbers(self, date):
        """``{notice id: number}``; the sequence of a company is looked up once."""
        numbers = {}
        for company, notices in self.grouped("company_id").items():
            taken = self.env["ir.sequence"]._collection_numbers(
                "collection.notice", company, len(notices), date
            )
            numbers.update(zip(notices.ids, taken, strict=True))
        return numbers

    def _find_bank(self):
        """The account named on the oldest invoice, else the company's first one
        that takes the currency."""
        self.ensure_one()
        named = self._advancing()._invoices().partner_bank_id[:1]
        return named or self.company_id._collection_bank(self.currency_id)

    def _find_payment_reference(self, number=None):
        """The invoice's own reference when there is one invoice, else the notice's.

        :param number: the notice's, where it is not written yet
        """
        self.ensure_one()
        moves = self.line_ids.filtered(
            lambda line: line.kind != compose.CREDIT and line.stage != "dropped"
        )._invoices()
        if len(moves) == 1:
            return moves.payment_reference or moves.name
        return number or self.name or ""

    def _words(self):
        """The total in words, in the letter's language, or ""."""
        self.ensure_one()
        return words.amount_in_words(self.amount_total, self.currency_id.name, self.lang or "en")

    def _issue_date(self):
        """The day printed on the notice.

        A proposal that waited some days for a person is dated that much later,
        so that its firm date is never in the past. One that was made in advance has
        waited from its own day on.
        """
        self.ensure_one()
        since = max(self.proposed_on or self.date, self.date)
        return self.date + max(self.company_id._collection_today() - since, timedelta())

    def _letter_text(self, field):
        """A text of the letter: frozen when issued, rendered live for a preview."""
        self.ensure_one()
        if self.stage in ("issued", "reversed") or self.name:
            return self[field] or Markup()
        return self.env["collection.delivery"]._render_level(self, field)[self.id]
