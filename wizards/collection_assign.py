from odoo import fields, models


class CollectionAssign(models.TransientModel):
    """Give customers to a collector by hand: the rules leave them alone from then on."""

    _name = "collection.assign"
    _description = "Assign Customers"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_ids = fields.Many2many("res.partner", string="Customers", readonly=True)
    user_id = fields.Many2one(
        "res.users",
        string="Collector",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Empty: the assignment rules decide again.",
    )

    def _open(self, partners):
        """:param partners: customers to assign in the current company"""
        self.check_access("create")
        wizard = self.create(
            {"company_id": self.env.company.id, "partner_ids": partners.commercial_partner_id.ids}
        )
        return {**wizard._get_records_action(target="new"), "name": self.env._("Assign")}

    def action_assign(self):
        """The customers are the collector's from now on."""
        self.check_access("write")
        self.ensure_one()
        # Safe: only who works these customers is written.
        self.partner_ids.sudo().with_company(self.company_id).collector_id = self.user_id
        return {"type": "ir.actions.act_window_close"}
