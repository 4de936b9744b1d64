from odoo import api, models


class CollectionCharge(models.Model):
    """Charges on debts that were given up: nobody has paid, so nothing is charged for
    having paid late, and what was charged stays open unless it was given up too."""

    _inherit = "collection.charge"

    @api.model
    def _paid_late(self, company, date):
        settled = super()._paid_late(company, date)
        given_up = self._given_up(list(settled))
        return {item_id: day for item_id, day in settled.items() if item_id not in given_up}

    @api.model
    def _given_up(self, item_ids):
        """Those of these items of which a part is written off."""
        lines = self.env["collection.write.off.line"].search(
            [("move_line_id", "in", item_ids), ("state", "=", "posted")]
        )
        return set(lines.move_line_id.ids)

    def _waive_or_ask(self, company, date):
        """“Paid without the charges” is no question where nobody paid."""
        given_up = self._given_up(self.move_line_id.ids)
        asked = self.filtered(lambda row: row.move_line_id.id not in given_up)
        return super(CollectionCharge, asked)._waive_or_ask(company, date) if asked else None
