"""What an invoice says about its payment: on paper, in the e-mail, in the portal."""

from odoo import models
from odoo.tools import format_amount, format_date

from .account_payment_term import CREDIT_NOTE, PRICE, VOUCHER

FULL = "full"


class AccountMove(models.Model):
    """Every method speaks the language of the context.

    What was frozen when the invoice was posted is said; a draft shows what its term
    would offer. An instalment on which money has arrived gives no discount any more:
    only what is left of it is shown. Credit notes leave the discounts, shrunk.
    """

    _inherit = "account.move"

    def _collection_payment_options(self, possible_only=False):
        """Each way to pay this document: the tiers, then the full amount.

        :param possible_only: leave out the tiers that have ended (mails, portal, QR
            codes); the printed document states its terms, with their dates
        :return: list of dicts, empty when there is no discount to speak of: ``number``
            of the instalment (0: the only one), ``count`` of instalments, ``date`` (last
            day), ``amount`` to pay, ``saving``, ``percent``, ``kind`` (``price``,
            ``credit_note``, ``voucher``, or ``full`` for the whole amount on its due
            date), ``possible`` (not ended), ``item``, and texts ready to print:
            ``text``, ``amount_text``, ``date_text``, ``saving_text``
        """
        self.ensure_one()
        if not self.is_invoice(include_receipts=True) or self.state == "cancel":
            return []
        # Safe: only what the reader of this very document is told on it.
        move = self.sudo()
        rows = move._collection_preview_rows() if self.state == "draft" else move._collection_rows()
        today = move.company_id._collection_today()
        rows = [dict(row, possible=row["kind"] == FULL or row["date"] >= today) for row in rows]
        if possible_only:
            rows = [row for row in rows if row["possible"]]
        if all(row["kind"] == FULL for row in rows):
            return []
        return [dict(row, **move._collection_say_option(row)) for row in rows]

    def _collection_rows(self):
        """The options of a posted document, from its frozen offers."""
        items = self.line_ids.filtered(lambda line: line.display_type == "payment_term")
        items = items.sorted(lambda line: (line.date_maturity or line.date, line.id))
        rows = []
        for number, item in enumerate(items, start=1):
            if self.currency_id.is_zero(item.amount_residual_currency):
                continue
            place = {
                "number": number if len(items) > 1 else 0,
                "count": len(items),
                "item": item,
            }
            rows += [
                {
                    **place,
                    "date": offer.date_end,
                    # A voucher is for who pays in full.
                    "amount": abs(
                        item.amount_residual_currency
                        if offer.method == VOUCHER
                        else offer.amount_to_pay
                    ),
                    "saving": abs(offer.amount_discount),
                    "percent": offer.discount_percentage,
                    "kind": offer.method,
                }
                for offer in item._collection_offers_said()
            ]
            rows.append(
                {
                    **place,
                    "date": item.date_maturity,
                    "amount": abs(item.amount_residual_currency),
                    "saving": 0.0,
                    "percent": 0.0,
                    "kind": FULL,
                }
            )
        return rows

    def _collection_preview_rows(self):
        """The options of a draft, as its term would offer them today."""
        term = self.invoice_payment_term_id
        if not term or self.move_type not in self._early_payment_discount_move_types():
            return []
        preview = term._collection_preview(
            abs(self.amount_total),
            abs(self.amount_untaxed),
            self.invoice_date or self.company_id._collection_today(),
            self.currency_id,
            self.company_id,
        )
        count = max((row["number"] for row in preview), default=0) or 1
        method = term.collection_discount_method
        return [
            {
                "number": row["number"],
                "count": count,
                "item": self.env["account.move.line"],
                "date": row["date"],
                "amount": row["amount"] + (row["saving"] if method == VOUCHER else 0.0),
                "saving": row["saving"],
                "percent": row["percent"],
                "kind": method if row["percent"] else FULL,
            }
            for row in preview
        ]

    def _collection_say_option(self, row):
        """The texts of one option."""
        words = {
            "amount": self._collection_say_amount(row["amount"]),
            "saving": self._collection_say_amount(row["saving"]),
            "date": self._collection_say_date(row["date"]),
        }
        return {
            "text": self._collection_option_text(row["kind"], words),
            "amount_text": words["amount"],
            "saving_text": words["saving"],
            "date_text": words["date"],
            "title": self._collection_instalment_title(row),
        }

    def _collection_option_text(self, kind, words):
        """One line about one way to pay."""
        if kind == FULL:
            return self.env._("%(amount)s by %(date)s", **words)
        if not self.is_sale_document(include_receipts=True):
            return self.env._("%(amount)s if paid by %(date)s", **words)
        return {
            PRICE: lambda: self.env._(
                "%(amount)s if paid by %(date)s (you save %(saving)s)", **words
            ),
            CREDIT_NOTE: lambda: self.env._(
                "%(amount)s if paid by %(date)s (you save %(saving)s, for which you get a "
                "credit note)",
                **words,
            ),
            VOUCHER: lambda: self.env._(
                "Pay in full by %(date)s and receive a voucher of %(saving)s for your next order",
                **words,
            ),
        }[kind]()

    def _collection_instalment_title(self, row):
        if not row["number"]:
            return ""
        return self.env._(
            "Instalment %(number)s of %(count)s", number=row["number"], count=row["count"]
        )

    def _collection_say_amount(self, amount):
        return format_amount(self.env, amount, self.currency_id, self.env.lang)

    def _collection_say_date(self, day):
        """A date with its month in letters, so that nobody can misread it."""
        return format_date(self.env, day, date_format="long") if day else ""


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _collection_offers_said(self):
        """The frozen offers that may still be told to whoever owes the item.

        None once money was paid on it: who pays a part has not paid in time, as in
        core. Credit notes and vouchers are no money.
        """
        self.ensure_one()
        if self._collection_was_paid():
            return self.collection_offer_ids.browse()
        return self.collection_offer_ids.filtered(
            lambda offer: (
                offer.state in ("open", "lapsed")
                and not offer.currency_id.is_zero(offer.amount_discount)
            )
        ).sorted("date_end")
