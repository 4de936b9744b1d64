from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .account_move_follow_up import OPEN_DEBT
from .res_partner import STAFF


class ResPartner(models.Model):
    """Where a customer stands, for the collector's list.

    Worked out for a whole page of customers at once, in the company's currency;
    nothing is stored on the customer, whom many others write at the same time.
    """

    _inherit = "res.partner"

    collection_amount_overdue = fields.Monetary(
        string="Overdue",
        compute="_compute_collection_position",
        search="_search_collection_amount_overdue",
        groups=STAFF,
        help="Open items whose due date has passed, less those in credit.",
    )
    collection_oldest_due_date = fields.Date(
        string="Oldest Due Date", compute="_compute_collection_position", groups=STAFF
    )
    collection_level_id = fields.Many2one(
        "collection.level",
        string="Dunning Level",
        compute="_compute_collection_position",
        groups=STAFF,
    )
    collection_has_debts = fields.Boolean(
        string="Owes Something",
        compute="_compute_collection_has_debts",
        search="_search_collection_has_debts",
        groups=STAFF,
        help="By an invoice or an entry; core's rank of customers does not follow contacts that "
        "change their company.",
    )
    collection_last_contact = fields.Datetime(
        string="Last Contact", compute="_compute_collection_counts", groups=STAFF
    )

    @api.depends_context("company")
    def _compute_collection_position(self):
        items = self.env["account.move.line"]
        rows = {}
        if items.has_access("read"):
            domain = self._collection_overdue_domain() & Domain(
                "partner_id.commercial_partner_id", "in", self.commercial_partner_id.ids
            )
            for line_partner, overdue, oldest, levels in items._read_group(
                domain,
                ["partner_id"],
                [
                    "amount_residual:sum",
                    "date_maturity:min",
                    "collection_level_id:recordset",
                ],
            ):
                rows.setdefault(line_partner.commercial_partner_id, []).append(
                    (overdue, oldest, levels)
                )
        for partner in self:
            parts = rows.get(partner.commercial_partner_id, [])
            levels = self.env["collection.level"].sudo().union(*(part[2] for part in parts))
            partner.collection_amount_overdue = sum(part[0] for part in parts)
            partner.collection_oldest_due_date = min((part[1] for part in parts), default=False)
            partner.collection_level_id = levels.sorted("delay_days")[-1:]

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_collection_has_debts(self):
        customers = self.commercial_partner_id.with_context(active_test=False)
        owes = self._search_collection_has_debts("in", [True])
        owing = customers.search(owes & Domain("id", "in", customers.ids))
        for partner in self:
            partner.collection_has_debts = partner.commercial_partner_id in owing

    @api.model
    def _search_collection_has_debts(self, operator, value):
        """Commercial customers with an open receivable item."""
        if operator != "in" or True not in value:
            return NotImplemented
        items = self.env["account.move.line"]
        if not items.has_access("read"):
            return Domain.FALSE
        query = items._search(OPEN_DEBT & Domain("company_id", "in", self.env.companies.ids))
        who = query.join(query.table, "partner_id", "res_partner", "id", "partner_id")
        commercial = self._fields["commercial_partner_id"]
        return Domain(
            "id", "in", query.subselect(SQL.identifier(who, commercial.name, to_flush=commercial))
        )

    @api.model
    def _collection_counters(self):
        domain = [("state", "in", ("sent", "done"))]
        last = ("collection.communication", domain, "date")
        return super()._collection_counters() | {"collection_last_contact": last}

    @api.model
    def _search_collection_amount_overdue(self, operator, value):
        """Customers with anything overdue: ``("collection_amount_overdue", ">", 0)``."""
        if (operator, value) != (">", 0):
            return NotImplemented
        overdue = self.env["account.move.line"]._read_group(
            self._collection_overdue_domain(),
            ["partner_id"],
            having=[("amount_residual:sum", ">", 0)],
        )
        customers = {partner.commercial_partner_id.id for (partner,) in overdue}
        return Domain("id", "in", list(customers))

    @api.model
    def _collection_overdue_domain(self):
        company = self.env.company
        is_open = self.env["account.move.line"]._collection_open_domain(company)
        return is_open & Domain("date_maturity", "<", company._collection_today())
