from odoo import models
from odoo.tools import format_date

from .collection_charge import CLAIMED_STATES, INTEREST


class AccountMove(models.Model):
    """What the customer sees of charges in the portal."""

    _inherit = "account.move"

    def _collection_portal_charges(self):
        """The charges made on this invoice that are still open.

        For the invoice's own page only: whoever sees that, by rights or by an access
        token, may see what is claimed for it; nothing else is shown.

        :return: ``{"rows": [dict], "total": amount}`` in the invoice's currency
        """
        self.ensure_one()
        # Safe: see above; portal users have no rights on charges.
        charges = self.sudo().collection_charge_ids.filtered(
            lambda charge: (
                charge.state in CLAIMED_STATES
                and not charge.currency_id.is_zero(charge.amount_open)
            )
        )
        kinds = dict(charges._fields["kind"]._description_selection(self.env))
        return {
            "rows": [
                {
                    "kind": kinds[charge.kind],
                    "period": charge._say_period() if charge.kind == INTEREST else "",
                    "date": format_date(self.env, charge.date),
                    "document": charge.charge_move_id.name or "",
                    "amount": charge.amount_open,
                }
                for charge in charges.sorted(lambda charge: (charge.date, charge.id))
            ],
            "total": self.currency_id.round(sum(charges.mapped("amount_open"))),
        }


class CollectionCharge(models.Model):
    _inherit = "collection.charge"

    def _say_period(self):
        """The days charged, in the language of the context."""
        self.ensure_one()
        first, last = (format_date(self.env, day) for day in (self.date_from, self.date_to))
        return f"{first} – {last}"
