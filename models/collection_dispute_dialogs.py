from odoo import models

from ..engine import compose


class CollectionDispute(models.Model):
    _inherit = "collection.dispute"

    def _open_dialog(self, partner, items):
        """A new dispute, filled in.

        :param items: journal items; none disputes everything the customer owes
        """
        self.check_access("create")
        return self._prepare_dialog(self.env._("Dispute"), partner, items)


class CollectionNotice(models.Model):
    _inherit = "collection.notice"

    def action_dispute(self):
        """The customer contests items of this notice."""
        self.ensure_one()
        self.check_access("read")
        items = self.line_ids.filtered(lambda line: line.kind in compose.SUBJECTS).move_line_id
        return self.env["collection.dispute"]._open_dialog(
            self.partner_id, items.filtered(lambda item: not item.reconciled)
        )


class AccountMove(models.Model):
    _inherit = "account.move"

    def action_collection_dispute(self):
        """The customer contests these invoices."""
        return self.env["collection.dispute"]._open_dialog(
            self.commercial_partner_id[:1], self._collection_open_items()
        )


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_collection_dispute(self):
        """This customer contests what he owes."""
        self.ensure_one()
        return self.env["collection.dispute"]._open_dialog(self, self.env["account.move.line"])
