from odoo import api, fields, models
from odoo.fields import Domain

# How much of the past the customer's page shows.
CONTACTS_SHOWN = 40
# Who owes in several currencies promises in one of them; the largest is proposed.
ONE_CURRENCY = ("collection.promise", "collection.plan")


class CollectionWorklist(models.Model):
    """The customer's page behind a row, and what its buttons do: each opens the dialog of
    its own model for this customer, with the row's items."""

    _inherit = "collection.worklist"

    item_ids = fields.Many2many("account.move.line", string="Items", compute="_compute_records")
    communication_ids = fields.Many2many(
        "collection.communication", string="Contacts", compute="_compute_records"
    )
    notice_ids = fields.Many2many("collection.notice", compute="_compute_records")
    promise_ids = fields.Many2many("collection.promise", compute="_compute_records")
    plan_ids = fields.Many2many("collection.plan", compute="_compute_records")
    dispute_ids = fields.Many2many("collection.dispute", compute="_compute_records")
    hold_ids = fields.Many2many("collection.hold", compute="_compute_records")
    case_ids = fields.Many2many("collection.case", string="Cases", compute="_compute_records")

    @api.depends("partner_id", "company_id")
    def _compute_records(self):
        """The page of one customer; lists do not show these."""
        for row in self:
            row.item_ids = self.env["account.move.line"].search(
                row._items_domain(), order="date_maturity, id"
            )
            ours = row._ours()
            row.communication_ids = self.env["collection.communication"].search(
                ours, limit=CONTACTS_SHOWN
            )
            row.notice_ids = self.env["collection.notice"].search(
                ours & Domain("stage", "!=", "cancelled")
            )
            for name in ("promise", "plan", "dispute", "hold", "case"):
                row[f"{name}_ids"] = self.env[f"collection.{name}"].search(ours)

    def _ours(self):
        """What is about the customer or one of his contacts, in the row's company."""
        self.ensure_one()
        return Domain(
            [
                ("company_id", "=", self.company_id.id),
                ("partner_id.commercial_partner_id", "=", self.partner_id.id),
            ]
        )

    def _items_domain(self):
        """Everything open: debts and credits."""
        self.ensure_one()
        items = self.env["account.move.line"]
        return items._collection_open_domain(self.company_id, self.partner_id)

    def _overdue_items(self):
        """What the row is about: the customer's overdue debts."""
        today = self.company_id._collection_today()
        return self.env["account.move.line"].search(
            self._items_domain() & Domain("amount_residual", ">", 0)
            & Domain("date_maturity", "<", today),
            order="date_maturity, id",
        )

    def _open_dialog_of(self, name):
        """The dialog of a model for the row's customer and items.

        :raises AccessError: for whoever may not read the worklist or make such a record
        """
        self.check_access("read")
        self.ensure_one()
        items = self._overdue_items()
        if name in ONE_CURRENCY:
            items = items._in_largest_currency()
        model = self.env[name].with_company(self.company_id)
        return model._open_dialog(self.partner_id, items)

    def action_call(self):
        """Make a call: the planned one when there is one, else one nobody planned."""
        self.check_access("read")
        self.ensure_one()
        planned = self.env["collection.communication"].search(
            self._ours() & Domain([("channel", "=", "call"), ("state", "=", "queued")]),
            order="id",
            limit=1,
        )
        if planned:
            return planned.with_company(self.company_id).action_log_call()
        return self.env["collection.call"].with_company(self.company_id)._open_for(self.partner_id)

    def action_write(self):
        """Write an e-mail to the customer."""
        self.check_access("read")
        self.ensure_one()
        return self.env["collection.write"].with_company(self.company_id)._open(self.partner_id)

    def action_promise(self):
        return self._open_dialog_of("collection.promise")

    def action_dispute(self):
        return self._open_dialog_of("collection.dispute")

    def action_hold(self):
        return self._open_dialog_of("collection.hold")

    def action_plan(self):
        return self._open_dialog_of("collection.plan")

    def action_hand_over(self):
        """The customer's live case, else a new one."""
        if self.case_id:
            self.check_access("read")
            return self.case_id._get_records_action()
        return self._open_dialog_of("collection.case")

    def action_remind(self):
        """Remind of what is due now, with a preview."""
        self.check_access("read")
        self.ensure_one()
        partner = self.partner_id.with_company(self.company_id)
        return partner.action_collection_remind()

    def action_assign(self):
        """Give these customers to a collector, by hand."""
        self.check_access("read")
        return self.env["collection.assign"]._open(self.partner_id)

    def action_open_next(self):
        """Where the next action is done: the notice, the dispute, the task's record."""
        self.check_access("read")
        self.ensure_one()
        names = {
            "approve": "collection.notice",
            "proposed": "collection.notice",
            "delivery": "collection.communication",
            "dispute": "collection.dispute",
            "promise": "collection.promise",
            "hold": "collection.hold",
            "case": "collection.case",
        }
        if self.next_kind == "call":
            return self.action_call()
        if self.next_kind in names:
            found = self.env[names[self.next_kind]].search(
                self._ours() & Domain(self._next_conditions()), limit=1
            )
            if found:
                return found._get_records_action()
        return self.partner_id._get_records_action()

    def _next_conditions(self):
        return {
            "approve": [("stage", "=", "to_approve")],
            "proposed": [("stage", "=", "proposed")],
            "delivery": [("state", "=", "failed"), ("resolved", "=", False)],
            "dispute": [("state", "=", "open"), ("date_deadline", "=", self.next_date)],
            "promise": [("state", "=", "open"), ("date_promised", "=", self.next_date)],
            "hold": [("state", "=", "active")],
            "case": [("next_date", "=", self.next_date)],
        }[self.next_kind]


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _in_largest_currency(self):
        """The items of the currency in which most is owed."""
        groups = self.grouped("currency_id").values()
        return max(groups, key=lambda items: sum(items.mapped("amount_residual")), default=self)
