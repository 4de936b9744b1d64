from odoo import fields, models

from .res_partner import STAFF


class ResPartner(models.Model):
    _inherit = "res.partner"

    collection_promises_kept = fields.Integer(
        string="Promises Kept", compute="_compute_collection_promises", groups=STAFF
    )
    collection_promises_broken = fields.Integer(
        string="Promises Broken", compute="_compute_collection_promises", groups=STAFF
    )

    def _compute_collection_promises(self):
        """What the word of the commercial customer is worth; 0 for whoever may not
        see promises."""
        model = self.env["collection.promise"]
        counts = {}
        if model.has_access("read"):
            for partner, state, count in model._read_group(
                [
                    ("partner_id.commercial_partner_id", "in", self.commercial_partner_id.ids),
                    ("state", "in", ("kept", "broken")),
                ],
                ["partner_id", "state"],
                ["__count"],
            ):
                key = (partner.commercial_partner_id, state)
                counts[key] = counts.get(key, 0) + count
        for partner in self:
            customer = partner.commercial_partner_id
            partner.collection_promises_kept = counts.get((customer, "kept"), 0)
            partner.collection_promises_broken = counts.get((customer, "broken"), 0)

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
