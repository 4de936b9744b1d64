from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError


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

    @api.constrains("company_id", "partner_ids", "user_id")
    def _check_readable(self):
        """What is assigned is written in sudo, as constraints run.

        :raises AccessError: for another company, or customers the user may not read
        :raises ValidationError: for somebody who does not work for the company
        """
        for wizard in self:
            if wizard.company_id not in self.env.user.company_ids:
                raise AccessError(self.env._("This company is not one of yours."))
            wizard.partner_ids.with_user(self.env.user).check_access("read")
            user = wizard.user_id
            if user and (user.share or wizard.company_id not in user.company_ids):
                raise ValidationError(
                    self.env._(
                        "%(name)s does not work for %(company)s.",
                        name=user.name,
                        company=wizard.company_id.name,
                    )
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
        # Safe: only who works these customers is written; they and the company were checked.
        self.partner_ids.sudo().with_company(self.company_id).collector_id = self.user_id
        return {"type": "ir.actions.act_window_close"}
