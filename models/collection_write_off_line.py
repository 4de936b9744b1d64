from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .typed_values import only_typed

# What follows from the item and the amount, or from booking them. The limit above which a
# second manager approves is measured on it.
DECIDED = {"document_id", "balance", "state", "company_id", "recovery_move_ids"}


class CollectionWriteOffLine(models.Model):
    """One item, or a part of it, that is given up."""

    _name = "collection.write.off.line"
    _description = "Item Written Off"
    _order = "write_off_id, id"
    _rec_name = "move_line_id"
    _check_company_auto = True

    write_off_id = fields.Many2one(
        "collection.write.off", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="write_off_id.company_id", store=True, index=True)
    state = fields.Selection(related="write_off_id.state", store=True)
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Item",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
    )
    move_id = fields.Many2one(related="move_line_id.move_id", string="Invoice")
    date_maturity = fields.Date(related="move_line_id.date_maturity")
    currency_id = fields.Many2one(related="move_line_id.currency_id")
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    amount_residual = fields.Monetary(
        related="move_line_id.amount_residual_currency", string="Open Amount"
    )
    amount = fields.Monetary(
        string="Given Up",
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="In the item's currency.",
    )
    balance = fields.Monetary(
        string="In Company Currency",
        compute="_compute_balance",
        store=True,
        currency_field="company_currency_id",
    )
    document_id = fields.Many2one(
        "account.move",
        string="Booked by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    recovery_move_ids = fields.One2many(
        "account.move", "collection_recovery_line_id", string="Recovered by"
    )
    amount_recovered = fields.Monetary(
        string="Recovered", compute="_compute_recovered", compute_sudo=True
    )
    balance_recovered = fields.Monetary(
        compute="_compute_recovered", compute_sudo=True, currency_field="company_currency_id"
    )

    _item_once = models.UniqueIndex(
        "(write_off_id, move_line_id)", "An item is written off once by a document."
    )
    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "What is written off is more than nothing."
    )

    @api.depends("move_line_id")
    def _compute_amount(self):
        for line in self:
            line.amount = line.move_line_id.amount_residual_currency

    @api.depends("amount", "move_line_id")
    def _compute_balance(self):
        """At the rates the item is kept at, not of today."""
        for line in self:
            line.balance = line._balance_of(line.amount)

    def _balance_of(self, amount):
        item = self.move_line_id
        rest = item.amount_residual_currency
        if rest and not item.currency_id.compare_amounts(rest, amount):
            return item.amount_residual
        whole = (rest, item.amount_residual) if rest else (item.amount_currency, item.balance)
        rate = whole[1] / whole[0] if whole[0] else 0.0
        return item.company_currency_id.round(amount * rate) if item else 0.0

    # And on what is left of these: see `ledger_followers`.
    @api.depends("recovery_move_ids")
    def _compute_recovered(self):
        """What the books say: money that bounced has recovered nothing."""
        for line in self:
            items = line.recovery_move_ids._collection_recovered_items()
            line.amount_recovered = sum(
                item.amount_currency - item.amount_residual_currency for item in items
            )
            line.balance_recovered = sum(item.balance - item.amount_residual for item in items)

    # Records

    @api.model_create_multi
    def create(self, vals_list):
        self, vals_list = only_typed(self, vals_list, DECIDED)  # noqa: PLW0642
        lines = super().create(vals_list)
        lines._check_may_change()
        return lines

    def write(self, vals):
        self._check_may_change()
        _self, (typed,) = only_typed(self, [vals], DECIDED)
        result = super().write(typed)
        self._check_may_change()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_requested(self):
        self._check_may_change()

    def _check_may_change(self):
        if not self.env.su:
            self.write_off_id._check_draft()

    @api.constrains("move_line_id", "write_off_id")
    def _check_owner(self):
        for line in self.sudo():
            item, document = line.move_line_id, line.write_off_id
            if item.company_id != document.company_id:
                raise ValidationError(
                    self.env._("“%(item)s” belongs to another company.", item=item.display_name)
                )
            if item.partner_id.commercial_partner_id != document.partner_id:
                raise ValidationError(
                    self.env._("“%(item)s” belongs to another customer.", item=item.display_name)
                )
            if item.account_id.account_type != "asset_receivable":
                raise ValidationError(
                    self.env._("“%(item)s” is nothing a customer owes.", item=item.display_name)
                )

    def _check_open(self):
        """:raises UserError: when less is owed than is written off"""
        for line in self.sudo():
            item = line.move_line_id
            rest = item.amount_residual_currency if item._collection_is_owed() else 0.0
            if item.currency_id.compare_amounts(line.amount, rest) > 0:
                raise UserError(
                    self.env._(
                        "Of “%(item)s”, %(open)s is open: %(amount)s cannot be written off.",
                        item=item.display_name,
                        open=item.currency_id.format(rest),
                        amount=item.currency_id.format(line.amount),
                    )
                )

    def _left_to_recover(self):
        self.ensure_one()
        if self.state != "posted":
            return 0.0
        return self.currency_id.round(self.amount - self.amount_recovered)
