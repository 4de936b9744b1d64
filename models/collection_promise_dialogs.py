"""Where promises and plans are made: from invoices and notices."""

from odoo import models
from odoo.exceptions import UserError

from ..engine import compose


class AccountMove(models.Model):
    _inherit = "account.move"

    def action_collection_promise(self):
        """The customer promises to pay these invoices."""
        customer, items = self._collection_promised()
        return self.env["collection.promise"]._open_dialog(customer, items)

    def action_collection_plan(self):
        """The customer pays these invoices in instalments."""
        customer, items = self._collection_promised()
        return self.env["collection.plan"]._open_dialog(customer, items)

    def _collection_promised(self):
        """``(customer, open items)``

        :raises UserError: when they are of several customers, or nothing is open
        """
        customer = self.commercial_partner_id
        if len(customer) != 1:
            raise UserError(self.env._("Choose invoices of one customer."))
        posted = self.filtered(lambda move: move.state == "posted")
        items = posted._collection_open_items()
        if not items:
            raise UserError(self.env._("Nothing is open on these invoices."))
        return customer, items


class CollectionNotice(models.Model):
    _inherit = "collection.notice"

    def action_promise(self):
        """The customer promises to pay what this notice is about."""
        self.ensure_one()
        self.check_access("read")
        items = self.line_ids.filtered(lambda line: line.kind in compose.SUBJECTS).move_line_id
        return self.env["collection.promise"]._open_dialog(
            self.partner_id, items.filtered(lambda item: not item.reconciled)
        )
