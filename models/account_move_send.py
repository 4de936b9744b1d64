import re

from lxml import html
from markupsafe import Markup

from odoo import api, models

MARK = "o_collection_payment_words"
# Core's template ends with the salesperson's signature below two dashes.
SIGNATURE = re.compile(r"(?:<br\s*/?>\s*)*<div[^>]*>\s*--\s*<br")


class AccountMoveSend(models.AbstractModel):
    """The e-mail of an invoice says until when which amount is to be paid."""

    _inherit = "account.move.send"

    @api.model
    def _get_default_mail_body(self, move, mail_template, mail_lang):
        """The wizard, the batch and the scheduled sending all take their text from
        here; a body that a person has edited is not asked for and stays as it is."""
        body = super()._get_default_mail_body(move, mail_template, mail_lang)
        if not body:
            return body
        return self._collection_add_words(body, move._collection_mail_words(mail_lang))

    @api.model
    def _collection_add_words(self, body, words):
        """``words`` once in ``body``, above the signature where there is one.

        A template saved from an earlier message carries the words of that invoice: they
        go.

        :param words: safe HTML of one element, or ""
        """
        text = str(body)
        if MARK in text:
            root = html.fragment_fromstring(text, create_parent="div")
            for node in root.find_class(MARK):
                node.drop_tree()
            text = (root.text or "") + "".join(
                html.tostring(node, encoding="unicode") for node in root
            )
        found = SIGNATURE.search(text) if words else None
        cut = found.start() if found else len(text)
        return Markup(text[:cut] + str(words) + text[cut:])


class AccountMove(models.Model):
    _inherit = "account.move"

    def _collection_mail_words(self, lang):
        """The block for the e-mail in that language: safe HTML, or ""."""
        self.ensure_one()
        if not self.is_sale_document(include_receipts=True):
            return ""
        move = self.with_context(lang=lang) if lang else self
        values = {
            "options": move._collection_payment_options(possible_only=True),
            "vouchers": move._collection_voucher_texts(),
        }
        if not any(values.values()):
            return ""
        return move.env["ir.qweb"]._render("account_collections.invoice_words_mail", values).strip()
