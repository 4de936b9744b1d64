from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .pairs import pair

INVOICES = ("out_invoice", "out_receipt")


class CollectionDispute(models.Model):
    """Credit notes that settle a dispute."""

    _inherit = "collection.dispute"

    def _may_credit(self):
        """Who books, books; collectors without that right ask for it."""
        user = self.env.user
        return (
            self.env.su
            or user.has_group("account.group_account_invoice")
            or user.has_group("account_collections.group_collections_manager")
        )

    def _check_may_credit(self):
        """:raises AccessError: for whoever may not book credit notes"""
        if not self._may_credit():
            raise AccessError(
                self.env._(
                    "A credit note is booked by whoever invoices, or by a collections manager: "
                    "ask for it from here."
                )
            )

    def _suggested_amounts(self):
        """``{item: amount}``: the disputed amount, on the oldest items first."""
        self.ensure_one()
        rest = self.amount_disputed or float("inf")
        amounts = {}
        for item in self.sudo()._items().sorted(lambda line: (line.date_maturity, line.id)):
            amounts[item] = min(rest, item.amount_residual_currency)
            rest -= amounts[item]
        return amounts

    def _credit(self, amounts, title):
        """Book the credit notes, one an invoice, and set them against the items.

        :param amounts: ``{item: amount with tax, in its currency}``
        :param title: what the customer reads on them
        :raises UserError: for an item that is no invoice, or for more than is open of it
        """
        self.ensure_one()
        self.check_access("write")
        self._check_may_credit()
        # Safe: asked above; in the name of the company's books, not of the user's context.
        clean = self.with_env(self.env(su=True, context=self._booking_context()))
        clean = clean.with_company(self.company_id)
        notes = clean.env["account.move"]
        for item, amount in amounts.items():
            item = clean.env["account.move.line"].browse(item.id)
            clean._check_creditable(item, amount)
            if clean._is_whole(item, amount):
                notes |= clean._credit_whole(item.move_id, title)
            else:
                notes |= item.move_id._collection_credit_part(item, amount, title)
        clean.credit_note_ids |= notes
        for note in notes:
            note._message_log(
                body=Markup("%s %s")
                % (clean.env._("Credited for the dispute"), clean._get_html_link())
            )
        return notes

    def _booking_context(self):
        kept = ("lang", "allowed_company_ids", "tracking_disable", "mail_notrack")
        context = {name: self.env.context[name] for name in kept if name in self.env.context}
        # Today is the company's day.
        return {**context, "tz": str(self.company_id._collection_zone())}

    def _check_creditable(self, item, amount):
        """:raises UserError: when no credit note of this amount can be booked"""
        if item.company_id != self.company_id or item not in self._items():
            raise UserError(
                self.env._("“%(item)s” is not open in this dispute.", item=item.display_name)
            )
        if item.move_id.move_type not in INVOICES:
            raise UserError(
                self.env._(
                    "“%(item)s” is no invoice: book its correction in accounting, then note the "
                    "dispute as accepted.",
                    item=item.display_name,
                )
            )
        if item.currency_id.compare_amounts(amount, item.amount_residual_currency) > 0:
            raise UserError(
                self.env._(
                    "Only %(amount)s is open of “%(item)s”.",
                    amount=item.currency_id.format(item.amount_residual_currency),
                    item=item.display_name,
                )
            )

    def _is_whole(self, item, amount):
        """True when nothing of the invoice remains: core reverses it line by line, with
        its products and quantities."""
        invoice = item.move_id
        today = self.company_id._collection_today()
        return (
            not invoice.currency_id.compare_amounts(amount, invoice.amount_total)
            and not invoice.currency_id.compare_amounts(amount, item.amount_residual_currency)
            and invoice.invoice_date <= today
        )

    def _credit_whole(self, invoice, title):
        reversal = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create(
                {
                    "reason": title,
                    "journal_id": invoice.journal_id.id,
                    "date": self.company_id._collection_today(),
                }
            )
        )
        reversal.refund_moves()
        note = reversal.new_move_ids
        note._post(soft=False)
        return note

    def _ask_for_credit(self, amounts, text):
        """A collector without the right to book asks the responsible for it."""
        self.ensure_one()
        self.check_access("write")
        asked = ", ".join(
            pair(
                self.env,
                item.move_id.name or item.display_name,
                item.currency_id.format(amount),
            )
            for item, amount in amounts.items()
        )
        responsible = self.company_id._collection_responsible()
        self._give_task(
            "account_collections.mail_activity_type_dispute_credit",
            responsible,
            fields.Date.context_today(self),
            self.env._("Credit note asked for: %(amounts)s", amounts=asked),
            note=text or "",
        )

    def action_open_credit_notes(self):
        self.ensure_one()
        self.check_access("read")
        return self.credit_note_ids._get_records_action(name=self.env._("Credit Notes"))
