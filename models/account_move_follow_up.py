from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .account_move import COLLECTIONS_GROUPS, SALES

# What a customer owes by an entry: an opening balance, a debt taken over.
OPEN_DEBT = Domain(
    [
        ("account_id.account_type", "=", "asset_receivable"),
        ("parent_state", "=", "posted"),
        ("reconciled", "=", False),
        ("amount_residual_currency", ">", 0),
    ]
)


class AccountMoveLine(models.Model):
    """Core leaves the items of miscellaneous entries out of follow-up, opening balances among
    them, and shows that nowhere: a collector sees and decides it."""

    _inherit = "account.move.line"

    def action_collection_collect(self):
        """These receivable items are reminded of."""
        self._collection_leave_out(False)

    def action_collection_leave_out(self):
        """These receivable items are never reminded of."""
        self._collection_leave_out(True)

    def _collection_leave_out(self, left_out):
        """Core keeps the instalments of one invoice alike.

        :raises AccessError: for whoever does not work collections, or may not see the items
        :raises UserError: where nothing among the items is a customer's
        """
        self.env["collection.run"].check_access("write")
        self.check_access("read")
        items = self.filtered(lambda line: line.account_id.account_type == "asset_receivable")
        if not items:
            raise UserError(
                self.env._("Only items on receivable accounts are collected; choose one of them.")
            )
        changed = items.filtered(lambda line: line.no_followup != left_out)
        # Safe: whom to remind is the collector's to say; nothing else of the entry changes.
        changed.sudo().no_followup = left_out
        changed.move_id._collection_note_left_out(left_out)


class AccountMove(models.Model):
    _inherit = "account.move"

    # Worked out for a form that is read once; who changes something reads the form again.
    collection_item_ids = fields.Many2many(
        "account.move.line",
        string="Items to Collect",
        compute="_compute_collection_item_ids",
        groups=COLLECTIONS_GROUPS,
        help="What a customer still owes by this invoice or entry.",
    )
    collection_left_out = fields.Boolean(
        string="Items Left Out",
        compute="_compute_collection_item_ids",
        groups=COLLECTIONS_GROUPS,
        help="Some of what is open is excluded from follow-up.",
    )

    def _compute_collection_item_ids(self):
        documents = self._origin.filtered(lambda move: move.move_type in (*SALES, "entry"))
        items = documents._collection_debts().grouped("move_id")
        for move in self:
            move.collection_item_ids = items.get(move._origin, self.line_ids.browse())
            move.collection_left_out = any(move.collection_item_ids.mapped("no_followup"))

    def _collection_debts(self):
        """The items of these documents that customers owe, asked for together."""
        items = self.env["account.move.line"]
        if not self:
            return items
        return items.search(OPEN_DEBT & Domain("move_id", "in", self.ids), order="date_maturity, id")

    def action_collection_collect(self):
        """All that customers owe by these documents is reminded of."""
        self.env["collection.run"].check_access("write")
        self.check_access("read")
        self._collection_debts().action_collection_collect()

    def _collection_note_left_out(self, left_out):
        """Who decided that, and when, stays with the document."""
        note = (
            self.env._("Left out of follow-up: no reminders.")
            if left_out
            else self.env._("Collected from now on: reminders follow.")
        )
        # Safe: adds a line to the log of what the collector was allowed to change.
        self.sudo()._message_log_batch(bodies=dict.fromkeys(self.ids, note))

    @api.model
    def _collection_debt_domain(self):
        """Documents a status is worked out for; invoices even when nothing is open."""
        entries = Domain("move_type", "=", "entry") & Domain("line_ids", "any", OPEN_DEBT)
        return Domain("state", "=", "posted") & (Domain("move_type", "in", SALES) | entries)
