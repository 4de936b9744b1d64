from odoo import fields, models
from odoo.exceptions import UserError

from .account_move import COLLECTIONS_GROUPS

READERS = f"account.group_account_invoice,account.group_account_readonly,{COLLECTIONS_GROUPS}"


class AccountMove(models.Model):
    """Documents that book a write-off, or money that came after it."""

    _inherit = "account.move"

    collection_write_off_line_id = fields.Many2one(
        "collection.write.off.line",
        string="Write-Off",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=READERS,
        help="What this entry or credit note gives up: nobody has paid by it.",
    )
    collection_recovery_line_id = fields.Many2one(
        "collection.write.off.line",
        string="Recovered After Write-Off",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=READERS,
        help="The debt, given up before, for which this document takes the money.",
    )

    def _collection_recovered_items(self):
        """What these documents claimed of the customer for money that was here already."""
        # What was reversed is matched with its reversal, not with money.
        reversed_ones = self.reversal_move_ids.filtered(lambda move: move.state == "posted")
        kept = self.filtered(lambda move: move.state == "posted") - reversed_ones.reversed_entry_id
        return kept.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def _reconcile_reversed_moves(self, reverse_moves, move_reverse_cancel):
        """A write-off's credit note settles the item it is about: core would set it against
        the first open item of the invoice."""
        pairs = [
            (move, reverse_move)
            for move, reverse_move in zip(self, reverse_moves, strict=False)
            if not reverse_move.sudo().collection_write_off_line_id
        ]
        moves = self.browse([move.id for move, _reverse in pairs])
        others = self.browse([reverse.id for _move, reverse in pairs])
        super(AccountMove, moves)._reconcile_reversed_moves(others, move_reverse_cancel)
        return reverse_moves

    def button_draft(self):
        """:raises UserError: for what books a write-off"""
        # Safe: whoever books need not see write-offs.
        for move in self.sudo():
            write_off = move.collection_write_off_line_id.write_off_id
            if write_off.state == "posted":
                raise UserError(
                    self.env._("%(move)s books write-off %(name)s: reverse that.",
                               move=move.name, name=write_off.name)
                )
        return super().button_draft()

    def action_collection_write_off(self):
        """Give up what is open on these invoices."""
        return self.line_ids.action_collection_write_off()


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _collection_is_owed(self):
        """True for an open debt of a customer."""
        self.ensure_one()
        return (
            self.account_id.account_type == "asset_receivable"
            and self.parent_state == "posted"
            and not self.reconciled
            and self.amount_residual_currency > 0
        )

    def _collection_unpaid_taxes(self):
        """Taxes of these invoices that fall due on payment."""
        taxes = self.sudo().move_id.line_ids.tax_ids.flatten_taxes_hierarchy()
        return taxes.filtered(lambda tax: tax.tax_exigibility == "on_payment")

    def action_collection_write_off(self):
        """Give these items up.

        :raises UserError: for items of several customers, or nothing that is owed
        """
        owed = self.filtered(lambda item: item._collection_is_owed())
        customers = owed.partner_id.commercial_partner_id
        if len(customers) != 1 or len(owed.company_id) != 1:
            raise UserError(self.env._("Write off what is owed by one customer at a time."))
        return self.env["collection.write.off"]._open(customers, owed)


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_collection_write_off(self):
        """Give up what this customer owes and is overdue."""
        self.ensure_one()
        return self.env["collection.write.off"]._open(self, self.env["account.move.line"])


class CollectionUndoneSettlement(models.Model):
    _inherit = "collection.undone.settlement"

    def _remember(self, partials):
        """A write-off that is reversed was no payment: the debt existed all the time."""
        written_off = partials.sudo().filtered(
            lambda partial: partial.credit_move_id.move_id.collection_write_off_line_id
        )
        return super()._remember(partials - written_off)
