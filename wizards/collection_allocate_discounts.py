from odoo import api, fields, models

from ..models.collection_discount_offer import CREDIT_NOTES


class CollectionAllocate(models.TransientModel):
    """The discounts that a payment has earned by its date.

    Whoever allocates chooses them: they are granted, also where the company wants to be
    asked about payments that are short by a discount.
    """

    _inherit = "collection.allocate"

    has_discounts = fields.Boolean(compute="_compute_has_discounts")

    @api.depends("line_ids.amount_saving")
    def _compute_has_discounts(self):
        for wizard in self:
            wizard.has_discounts = any(wizard.line_ids.mapped("amount_saving"))

    def _money_date(self):
        """The last day this money came; none where credit notes are part of it, which
        would shrink the discounts."""
        credits = self._credits()
        if not credits or any(move.move_type in CREDIT_NOTES for move in credits.move_id):
            return None
        # Safe: dates of the payments in this proposal.
        return max(line.sudo().move_id._collection_money_date(line) for line in credits)

    def _earned(self, item):
        """The offer in force on the day of the money, where it lowers the price."""
        day = self._money_date()
        offers = self.env["collection.discount.offer"].sudo()
        return item._collection_discount_at(day)._lowers_price() if day else offers

    def _prepare_discount(self, item):
        offer = self._earned(item)
        if not offer:
            return {}
        return {
            "offer_id": offer.id,
            "amount_saving": abs(offer.amount_discount),
            "with_discount": True,
        }

    def _give_discounts(self, parts):
        """Book the discounts of the debts that are settled in full; what is left of them
        is then what the money settles.

        :param parts: ``{line: amount}``
        :raises UserError: when one cannot be booked
        """
        deductions = self.env["collection.discount.deduction"]
        for line, part in parts.items():
            if line._is_granted(part):
                # Safe: who may reconcile may give the discount the customer has earned;
                # the amount is the offer's.
                offer = self._earned(line.move_line_id)
                deductions.sudo()._grant_before(
                    line.move_line_id.sudo(),
                    offer,
                    self._money_date(),
                    self.env._("Chosen when the payment was allocated"),
                    self.env.user,
                )
