from odoo import Command, api, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class CollectionPlan(models.Model):
    """A new plan, from a customer or from his items."""

    _inherit = "collection.plan"

    def _open_dialog(self, partner, items):
        """A new plan, filled in.

        :param items: journal items; none: what is open and due of the customer
        :raises UserError: for items in several currencies
        """
        self.check_access("create")
        if len(items.currency_id) > 1:
            raise UserError(self.env._("A plan is about one currency: make one for each."))
        company = items.company_id[:1] or self.env.company
        customer = partner.commercial_partner_id
        items = items or self._overdue_items(customer, company)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Instalment Plan"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "current",
            "context": {
                "default_company_id": company.id,
                "default_partner_id": customer.id,
                "default_move_line_ids": [Command.set(items.ids)],
            },
        }

    @api.model
    def _overdue_items(self, customer, company):
        """What the customer owes by now, in the currency of the oldest of it."""
        items = self.env["account.move.line"]
        items = items.search(
            items._collection_open_domain(company, customer)
            & Domain("amount_residual", ">", 0)
            & Domain("date_maturity", "<=", company._collection_today()),
            order="date_maturity, id",
        )
        return items.filtered(lambda line: line.currency_id == items[:1].currency_id)
