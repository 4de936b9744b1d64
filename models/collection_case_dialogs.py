"""Where cases are opened from: customers, invoices, notices."""

from odoo import Command, api, fields, models
from odoo.fields import Domain

STAFF = (
    "account_collections.group_collections_collector,"
    "account_collections.group_collections_auditor"
)


class CollectionCase(models.Model):
    _inherit = "collection.case"

    @api.model
    def _open_dialog(self, partner, items):
        """A new case, filled in.

        :param items: receivable items; none: everything overdue the customer owes
        """
        self.check_access("create")
        company = items.company_id[:1] or self.env.company
        customer = partner.commercial_partner_id
        items = items or self._overdue_items(company, customer)
        items = items.filtered(lambda item: item.balance > 0 and not item.reconciled)
        items -= self._live_lines(items).move_line_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Prepare a Case"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_company_id": company.id,
                "default_partner_id": customer.id,
                "default_agency_id": company.collection_agency_id.id,
                "default_move_line_ids": [Command.set(items.ids)],
            },
        }

    @api.model
    def _overdue_items(self, company, customer):
        """What the customer owes and is late with, by due date."""
        items = self.env["account.move.line"]
        return items.search(
            items._collection_open_domain(company, customer)
            & Domain("balance", ">", 0)
            & Domain("date_maturity", "<", company._collection_today()),
            order="date_maturity, id",
        )


class AccountMove(models.Model):
    _inherit = "account.move"

    def action_collection_case(self):
        """Hand these invoices over to an agency or a court."""
        return self.env["collection.case"]._open_dialog(
            self.commercial_partner_id[:1], self._collection_open_items()
        )


class ResPartner(models.Model):
    _inherit = "res.partner"

    collection_case_count = fields.Integer(
        compute="_compute_collection_counts", groups=STAFF
    )

    @api.model
    def _collection_counters(self):
        cases = ("collection.case", [], None)
        return super()._collection_counters() | {"collection_case_count": cases}

    def action_collection_case(self):
        """Hand this customer's overdue items over to an agency or a court."""
        self.ensure_one()
        return self.env["collection.case"]._open_dialog(self, self.env["account.move.line"])

    def action_collection_cases(self):
        """The cases about this customer."""
        self.ensure_one()
        return self._collection_action("collection_case_action")


class CollectionNotice(models.Model):
    _inherit = "collection.notice"

    case_ids = fields.One2many("collection.case", "notice_id", string="Cases")

    def action_case(self):
        """The case this notice announced, or a new one about its items."""
        self.ensure_one()
        self.check_access("read")
        case = self.case_ids[:1]
        if case:
            return case._get_records_action()
        return self.env["collection.case"]._open_dialog(
            self.partner_id, self._advancing().move_line_id
        )
