from odoo import models


class CollectionWriteOffLine(models.Model):
    """A part of an invoice, with its taxes, as a document of its own: a credit note when it
    is given up, a debit note when the money comes after all and its tax is owed again."""

    _inherit = "collection.write.off.line"

    def _book_document(self, move_type, amount, recovery=False, **values):
        """:param recovery: the account of money that came after all
        :raises UserError: when it does not come to the amount"""
        document = self.env["account.move"].create(
            {**self._prepare_document(move_type, amount, recovery), **values}
        )
        document._collection_fit_item(self.move_line_id, amount)
        document.narration = self._mention(document)
        document._collection_post_exactly(amount)
        return document

    def _prepare_document(self, move_type, amount, recovery=False):
        invoice = self.move_id
        account = recovery or self.write_off_id.account_id
        values = invoice._collection_prepare_part(
            move_type,
            self._entry_date(invoice.journal_id, recovery),
            self._title(recovery),
            invoice._collection_shares(amount, account),
        )
        if invoice.collection_is_charge:
            values["reversed_entry_id"] = False
        return {**values, self._back_link(recovery): self.id}

    def _mention(self, document):
        """What the law wants to read on it, in the customer's language."""
        if document.move_type != "out_refund":
            return False
        speaking = self._in_customer_language()
        words = {
            "invoice": self.move_id.name,
            "net": speaking.currency_id.format(document.amount_untaxed),
            "tax": speaking.currency_id.format(document.amount_tax),
        }
        country = self.company_id.account_fiscal_country_id.code
        if country == "FR":
            return speaking.env._(
                "Invoice %(invoice)s has remained unpaid for %(net)s, price without tax, and "
                "for %(tax)s of tax, which cannot be deducted (CGI, art. 272).",
                **words,
            )
        if country == "RO":
            return speaking.env._(
                "The tax base of invoice %(invoice)s is lowered by %(net)s and the tax by "
                "%(tax)s, as it was not paid (Codul fiscal, art. 287).",
                **words,
            )
        return False
