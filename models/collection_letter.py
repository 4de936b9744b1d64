from odoo import models
from odoo.tools import formatLang


class CollectionLetter(models.AbstractModel):
    """What notices, plans, statements and the papers of a case have in common: they write
    amounts and dates as their reader does, in a font that has his letters."""

    _name = "collection.letter"
    _description = "Letter"

    def _letter_lang(self):
        """The language of the reader: that of the context, where no letter knows better."""
        return self.env.lang

    def _in_its_language(self):
        """The same letter, in the language of its reader."""
        lang = self._letter_lang()
        return self if lang == self.env.context.get("lang") else self.with_context(lang=lang)

    def _letter_font(self):
        """CSS class of a font that spells the letter's language, "" when the company's does."""
        return self.company_id._collection_font(self._letter_lang())

    def _letter_address(self):
        """The lines of the address block: company, person, street, town, country."""
        letter = self._in_its_language()
        return (letter.recipient_id or letter.partner_id)._collection_address_lines()

    def _say_amount(self, amount, currency=None):
        """An amount with its currency, as the reader writes it."""
        currency = currency or self.currency_id
        return self.env["res.lang"]._collection_amount(self._letter_lang(), amount, currency)

    def _say_number(self, amount, currency=None):
        """An amount without its currency, for a column of a table."""
        currency = currency or self.currency_id
        code = self._letter_lang() or self.env.user.lang or "en_US"
        return self.env["res.lang"]._collection_number(code, amount, currency.decimal_places)

    def _say_date(self, date, long=False):
        """A date, "" of none; ``long`` spells the month out, so that nobody misreads it."""
        return self.env["res.lang"]._collection_date(self._letter_lang(), date, long)

    def _say_percent(self, rate):
        """Percent a year, with two decimals unless it needs more."""
        digits = next((places for places in (2, 3) if abs(round(rate, places) - rate) < 0.00001), 4)
        return formatLang(self._in_its_language().env, rate, digits=digits)
