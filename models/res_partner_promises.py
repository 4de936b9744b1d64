from odoo import api, fields, models

from .res_partner import STAFF


class ResPartner(models.Model):
    _inherit = "res.partner"

    collection_promises_kept = fields.Integer(
        string="Promises Kept", compute="_compute_collection_counts", groups=STAFF
    )
    collection_promises_broken = fields.Integer(
        string="Promises Broken", compute="_compute_collection_counts", groups=STAFF
    )

    @api.model
    def _collection_counters(self):
        """What the word of the customer is worth."""
        return super()._collection_counters() | {
            f"collection_promises_{state}": ("collection.promise", [("state", "=", state)], None)
            for state in ("kept", "broken")
        }

    def action_collection_promise(self):
        """Note a promise of this customer."""
        self.ensure_one()
        return self.env["collection.promise"]._open_dialog(self, self.env["account.move.line"])

    def action_collection_plan(self):
        """Agree on instalments with this customer."""
        self.ensure_one()
        return self.env["collection.plan"]._open_dialog(self, self.env["account.move.line"])

    def action_collection_promises(self):
        """All promises of this customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collections.collection_promise_action"
        )
        customer = self.commercial_partner_id
        return {
            **action,
            "domain": [("partner_id.commercial_partner_id", "=", customer.id)],
            "context": {"default_partner_id": customer.id},
        }
