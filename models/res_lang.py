from odoo import api, models, tools
from odoo.tools import format_date


class ResLang(models.Model):
    """Dates and numbers as readers of a language write them, for thousands of letters."""

    _inherit = "res.lang"

    @api.model
    @tools.ormcache("code", "date", "long", cache="stable")
    def _collection_date(self, code, date, long=False):
        """A date in the language ``code``, "" of none; the same days stand on most letters."""
        return format_date(self.env, date, code, "long" if long else False)

    @api.model
    def _collection_number(self, code, amount, digits):
        """An amount that is rounded already, with ``digits`` decimals and grouped thousands."""
        lang = self.browse(self._get_data(code=code).id)
        # -0.0 is nothing.
        return lang.format(f"%.{digits}f", amount or 0.0, grouping=True)
