from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

# The smallest units of a currency that the books add up exactly: amounts are floats with room
# for 15 digits, and core's rounding needs the last one.
EXACT_UNITS = 10**14
# Below, no exchange rate there is leads above; looking one up costs a query.
USUAL_UNITS = 10**9


class CollectionCharge(models.Model):
    """What cannot be booked to the cent is refused in words that say what to do."""

    _inherit = "collection.charge"

    @api.model
    def _make(self, rows, date):
        self._check_bookable(rows, date)
        return super()._make(rows, date)

    @api.model
    def _check_bookable(self, rows, date):
        """Two thousand years of interest: a due date somebody mistyped.

        :raises UserError: naming the invoice
        """
        items = self.env["account.move.line"].browse(row["move_line_id"] for row in rows)
        for item, row in zip(items, rows, strict=True):
            own, company = item.currency_id, item.company_id
            if row["amount"] / own.rounding < USUAL_UNITS:
                continue
            book = company.currency_id
            booked = own._convert(row["amount"], book, company, date, round=False)
            if max(row["amount"] / own.rounding, booked / book.rounding) < EXACT_UNITS:
                continue
            raise UserError(
                self.env._(
                    "The charge on %(invoice)s, due on %(due)s, comes to %(amount)s: more than "
                    "can be booked to the cent. Please check its due date and amount.",
                    invoice=item.move_id.name,
                    due=format_date(self.env, item.date_maturity),
                    amount=own.format(row["amount"]),
                )
            )
