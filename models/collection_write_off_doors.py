from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class CollectionWriteOff(models.Model):
    """Where write-offs are begun, and what they lead to."""

    _inherit = "collection.write.off"

    @api.model
    def _open(self, partner, items, **values):
        """A new write-off of these items, filled in; credits are left out.

        :param items: journal items; none takes all that is open and overdue
        """
        self.check_access("create")
        customer = partner.commercial_partner_id
        company = items.company_id[:1] or self.env.company
        if not items:
            items = items.search(
                items._collection_open_domain(company, customer)
                & Domain("date_maturity", "<", company._collection_today())
            )
        owed = items.filtered(lambda item: item._collection_is_owed())
        if not owed:
            raise UserError(self.env._("Nothing is owed here that could be written off."))
        lines = [
            fields.Command.create(
                {"move_line_id": item.id, "amount": item.amount_residual_currency}
            )
            for item in owed
        ]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write Off"),
            "res_model": self._name,
            "view_mode": "form",
            "views": [(False, "form")],
            "context": {
                "default_company_id": company.id,
                "default_partner_id": customer.id,
                "default_line_ids": lines,
                **{f"default_{name}": value for name, value in values.items()},
            },
        }

    def action_open_documents(self):
        """The entries and credit notes that book it, and what came after all."""
        self.check_access("read")
        return self._documents()._get_records_action(name=self.env._("Documents"))
