from odoo import api, models

# What decides which customer pays for a contact.
BELONGING = {"parent_id", "is_company"}


class CollectionCharge(models.Model):
    """Whose a charge is: it is asked of whoever owes what it is about, also when that
    is somebody else than on the day it was made."""

    _inherit = "collection.charge"

    @api.depends(
        "move_line_id", "move_id.commercial_partner_id", "charge_move_id.commercial_partner_id"
    )
    def _compute_partner_id(self):
        """Once booked, of whom the document is: he owes it in the books. Until then of
        whom the invoice is."""
        for charge in self:
            entry = charge.charge_move_id or charge.move_id
            customer = charge.move_line_id.partner_id
            if entry.is_invoice(include_receipts=True):
                customer = entry.commercial_partner_id
            charge.partner_id = customer.commercial_partner_id or charge.partner_id


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """A customer who becomes part of another takes his charges along, as he does his
        items: else nobody would be asked for them."""
        # Core takes out of the values what it has written.
        may_move = not BELONGING.isdisjoint(vals)
        result = super().write(vals)
        if may_move:
            customers = self.commercial_partner_id.ids
            # Safe: whoever changes a customer need not see charges.
            self.env["collection.charge"].sudo().search(
                [
                    ("partner_id.commercial_partner_id", "in", customers),
                    ("partner_id", "not in", customers),
                ]
            )._compute_partner_id()
        return result
