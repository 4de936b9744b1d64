"""Who books may not for that reason decide what collections make of a document."""

from odoo import api, models
from odoo.exceptions import AccessError

from .typed_values import changed, chosen

# Said by what booked the document.
BOOKED = {
    "collection_is_charge",
    "collection_climbs",
    "collection_write_off_line_id",
    "collection_recovery_line_id",
}
POLICY = {"collection_policy_id"}
DECIDED = BOOKED | POLICY


class AccountMove(models.Model):
    _inherit = "account.move"

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            self._collection_check_decided(chosen(self, vals_list, DECIDED))
        return super().create(vals_list)

    def write(self, vals):
        # Posting and paying write many other fields, many times: nothing is read then.
        if not (self.env.su or DECIDED.isdisjoint(vals)):
            self._collection_check_decided(changed(self, vals, DECIDED))
        return super().write(vals)

    @api.model
    def _collection_check_decided(self, names):
        """:raises AccessError: for what only code says, or whoever works collections"""
        if names & BOOKED:
            raise AccessError(
                self.env._("What a document is to collections is said by what booked it.")
            )
        if names:
            self.env["collection.run"].check_access("write")
