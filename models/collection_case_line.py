from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .collection_case import LIVE_STATES
from .typed_values import only_typed

# What a person chooses of a line; the rest is copied from it.
CHOSEN = {"case_id", "move_line_id"}


class CollectionCaseLine(models.Model):
    """One item of a case, as it stood when it was handed over."""

    _name = "collection.case.line"
    _description = "Item of a Case"
    _order = "case_id, date_maturity, id"

    case_id = fields.Many2one(
        "collection.case", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="case_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="case_id.partner_id")
    # The entry behind a line may disappear (an invoice reset to draft builds its
    # items again); what was claimed stays.
    move_line_id = fields.Many2one(
        "account.move.line", string="Item", index="btree_not_null", ondelete="set null"
    )
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        compute="_compute_from_item",
        store=True,
        index="btree_not_null",
        ondelete="set null",
    )
    is_live = fields.Boolean(compute="_compute_is_live", store=True)
    move_name = fields.Char(string="Number", compute="_compute_from_item", store=True)
    date_maturity = fields.Date(string="Due Date", compute="_compute_from_item", store=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_from_item", store=True)
    amount_original = fields.Monetary(
        string="Original", compute="_compute_from_item", store=True
    )
    amount_claimed = fields.Monetary(
        string="Claimed",
        readonly=True,
        help="What was open on the day of the hand-over; before it, what is open now.",
    )
    amount_open = fields.Monetary(
        string="Open Amount", compute="_compute_amount_open", compute_sudo=True
    )

    # Nobody pays two agencies for one debt.
    _one_live_case = models.UniqueIndex(
        "(move_line_id) WHERE is_live", "This item is already in another live case."
    )

    @api.depends("move_line_id")
    def _compute_from_item(self):
        """Copied once: what was claimed stays, whatever becomes of the item."""
        for line in self:
            item = line.move_line_id
            line.move_id = item.move_id or line.move_id
            line.move_name = item.move_id.name or line.move_name
            line.date_maturity = item.date_maturity or line.date_maturity
            line.currency_id = item.currency_id or line.currency_id
            line.amount_original = item.amount_currency if item else line.amount_original

    @api.depends("case_id.state")
    def _compute_is_live(self):
        for line in self:
            line.is_live = line.case_id.state in LIVE_STATES

    # And on what is paid of it: see `ledger_followers`.
    @api.depends("move_line_id")
    def _compute_amount_open(self):
        for line in self:
            line.amount_open = line._open_amount()

    @api.depends("move_name", "case_id.name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.move_name or ''} ({line.case_id.name or ''})"

    @api.model_create_multi
    def create(self, vals_list):
        self, vals_list = only_typed(self, vals_list, self._fields.keys() - CHOSEN)  # noqa: PLW0642
        lines = super().create(vals_list)
        if not self.env.su:
            lines.case_id._check_prepared()
        for line in lines.sudo():
            line.amount_claimed = line._open_amount()
        return lines

    @api.model
    def _add(self, pairs):
        """:param pairs: ``[(case, item)]``"""
        self.create([{"case_id": case.id, "move_line_id": item.id} for case, item in pairs])

    def write(self, vals):
        if not self.env.su:
            raise UserError(self.env._("Choose the items of the case instead."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_handed_over(self):
        self.case_id._check_prepared()
        if self.env.su:
            return
        self.case_id._check_may_take_out()
        # Exchanging all of them goes by the items of the case, which are checked at once.
        if self.case_id.filtered(lambda case: case.line_ids <= self):
            raise UserError(self.env._("A case is about one item at least."))

    @api.constrains("case_id", "move_line_id")
    def _check_item(self):
        for line in self.sudo().filtered("move_line_id"):
            item, case = line.move_line_id, line.case_id
            if item.company_id != case.company_id:
                raise ValidationError(
                    self.env._("“%(item)s” belongs to another company.", item=item.display_name)
                )
            if item.partner_id.commercial_partner_id != case.partner_id:
                raise ValidationError(
                    self.env._("“%(item)s” belongs to another customer.", item=item.display_name)
                )
            if item.account_id.account_type != "asset_receivable" or item.balance < 0:
                raise ValidationError(
                    self.env._("“%(item)s” is nothing the customer owes.", item=item.display_name)
                )

    def _open_amount(self):
        """What is owed on the item now, in its currency; 0 once the entry is gone."""
        self.ensure_one()
        item = self.move_line_id
        return item.amount_residual_currency if item.parent_state == "posted" else 0.0

    def _is_open(self):
        """True while something is owed on the item."""
        self.ensure_one()
        item = self.move_line_id
        return item.parent_state == "posted" and not item.reconciled

    def _is_in_correction(self):
        """True while the invoice is a draft: it is posted again, or cancelled."""
        self.ensure_one()
        return self.move_id.state == "draft"

    def _find_again(self):
        """An invoice that was corrected has new items: the case goes on with them."""
        for line in self.filtered(lambda line: line.is_live and not line.move_line_id):
            move = line.move_id
            items = move.line_ids.filtered(
                lambda item: item.account_id.account_type == "asset_receivable"
                and item.parent_state == "posted"
                and item.balance > 0
            )
            items -= line.case_id._live_lines(items).move_line_id
            same_day = items.filtered(lambda item, day=line.date_maturity: item.date_maturity == day)
            line.move_line_id = (same_day or items)[:1]
