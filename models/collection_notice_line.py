from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..engine import compose
from .collection_skip import REASONS

KINDS = [
    (compose.ITEM, "Advances"),
    (compose.LISTED, "For information"),
    (compose.CREDIT, "Credit"),
    (compose.OFFER, "Discount ends"),
]
STAGES = [
    ("proposed", "Proposed"),
    ("issued", "Issued"),
    ("dropped", "Dropped"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
    ("reversed", "Reversed"),
]


class CollectionNoticeLine(models.Model):
    """One item as it stood on the day of its notice; frozen once issued.

    A large ledger has tens of thousands on one day, and each reference in a row is looked
    up by the database when it is written: what the notice says is not said again.
    """

    _name = "collection.notice.line"
    _description = "Notice Line"
    _order = "notice_id, sequence, date_maturity, id"
    # Who made and changed it, and when, is on the notice.
    _log_access = False

    notice_id = fields.Many2one(
        "collection.notice", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="notice_id.company_id")
    partner_id = fields.Many2one(related="notice_id.partner_id")
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Item",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        compute="_compute_move_id",
        search="_search_move_id",
        compute_sudo=True,
    )
    # An invoice reset to draft may build its items again; the snapshot stays.
    former_move_id = fields.Many2one(
        "account.move",
        string="Invoice of the Former Item",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    kind = fields.Selection(KINDS, required=True, readonly=True, default=compose.ITEM)
    sequence = fields.Integer(default=10)
    stage = fields.Selection(
        STAGES, string="Status", required=True, readonly=True, default="proposed"
    )
    level_id = fields.Many2one(
        "collection.level",
        ondelete="restrict",
        help="The level the item goes to with this notice.",
    )
    previous_level_id = fields.Many2one(
        "collection.level", readonly=True, ondelete="restrict"
    )
    occurrence = fields.Integer(
        readonly=True, help="1 for the first notice of this level, 2 for its first repeat."
    )
    move_name = fields.Char(string="Number", readonly=True)
    move_ref = fields.Char(string="Reference", readonly=True)
    date_invoice = fields.Date(string="Date", readonly=True)
    date_maturity = fields.Date(string="Due Date", readonly=True)
    days_overdue = fields.Integer(string="Days Late", readonly=True, aggregator=None)
    currency_id = fields.Many2one(related="notice_id.currency_id")
    amount_original = fields.Monetary(string="Original", readonly=True)
    amount_paid = fields.Monetary(string="Paid", readonly=True)
    amount_residual = fields.Monetary(
        string="Open Amount", readonly=True, help="Negative for a credit."
    )
    amount_disputed = fields.Monetary(string="Disputed", readonly=True)
    amount_charges = fields.Monetary(string="Charges", readonly=True)
    drop_reason = fields.Selection(REASONS, readonly=True)
    drop_detail = fields.Char(readonly=True)

    _open_once = models.UniqueIndex(
        "(move_line_id) WHERE stage = 'proposed' AND kind = 'item'",
        "This item is already in another open proposal.",
    )
    _issued_once = models.UniqueIndex(
        "(move_line_id, level_id, occurrence) WHERE stage = 'issued' AND kind = 'item'",
        "This item has already been reminded at this level.",
    )

    # An item never goes to another invoice.
    @api.depends("move_line_id", "former_move_id")
    def _compute_move_id(self):
        for line in self:
            line.move_id = line.move_line_id.move_id or line.former_move_id

    def _search_move_id(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        return Domain("move_line_id.move_id", operator, value) | Domain(
            "former_move_id", operator, value
        )

    @api.depends("move_name", "level_id.name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.move_name or ''} ({line.level_id.name or ''})"

    @api.constrains("level_id")
    def _check_level_down(self):
        """A person may lower the level of a proposed item, never raise it.

        :raises ValidationError: when the level is not one the item has earned
        """
        for line in self.filtered(lambda line: line.kind == compose.ITEM):
            top = line.notice_id.proposed_level_id
            wrong_policy = line.level_id.policy_id != line.notice_id.policy_id
            if wrong_policy or (top and line.level_id.delay_days > top.delay_days):
                raise ValidationError(
                    self.env._(
                        "“%(item)s” can only go to a lower level of its own policy.",
                        item=line.display_name,
                    )
                )
            previous = line.previous_level_id
            if previous.policy_id == line.level_id.policy_id and (
                line.level_id.delay_days < previous.delay_days
            ):
                raise ValidationError(
                    self.env._(
                        "“%(item)s” has already passed this level.", item=line.display_name
                    )
                )

    def write(self, vals):
        if not self.env.su:
            if set(vals) - {"level_id"}:
                raise UserError(self.env._("Only the level of a proposed item can be changed."))
            self.notice_id._check_editable()
        result = super().write(vals)
        if "level_id" in vals:
            self.notice_id._update_level()
        return result

    def action_drop(self):
        """Take items out of a proposal; the next run proposes them again."""
        self.check_access("write")
        self.notice_id._check_editable()
        if self.filtered(lambda line: line.kind not in compose.SUBJECTS):
            raise UserError(self.env._("Only items that advance can be taken out."))
        self.sudo()._drop("removed", self.env.user.name)
        self.notice_id.sudo()._after_drop()

    def _keep_invoice(self):
        """The items of these lines are about to go."""
        for move, lines in self.grouped("move_id").items():
            lines.former_move_id = move

    def _drop(self, reason, detail=""):
        """Take items out, with the reason kept on the notice."""
        self.write({"stage": "dropped", "drop_reason": reason, "drop_detail": detail})
