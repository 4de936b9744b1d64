from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_amount
from odoo.tools.misc import get_lang

from ..engine.amounts import parse_amount


class CollectionPortal(models.AbstractModel):
    _inherit = "collection.portal"

    @api.model
    def _read_amount(self, currency, text, example):
        """What a customer typed as an amount, in the notation in which the page prints
        amounts; nothing is 0, and a number is itself.

        :param example: an amount to show how amounts are written
        :raises UserError: for what is no amount, and for what could be two
        """
        if not text or not str(text).strip():
            return 0.0
        if isinstance(text, (int, float)):
            return currency.round(text)
        lang = get_lang(self.env)
        amount = parse_amount(
            text,
            lang.decimal_point,
            lang.thousands_sep or "",
            currency.decimal_places,
            (currency.symbol, currency.name),
        )
        if amount is None:
            raise UserError(
                self.env._(
                    "“%(text)s” is no amount, or could be two. Please write it as on this "
                    "page, for example %(example)s.",
                    text=text.strip()[:40],
                    example=format_amount(self.env, example, currency),
                )
            )
        return currency.round(amount)
