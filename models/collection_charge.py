from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import allocation

INTEREST, COMPENSATION, FEE = "interest", "compensation", "fee"
KINDS = [(INTEREST, "Late interest"), (COMPENSATION, "Compensation"), (FEE, "Fee")]
STATES = [
    ("draft", "Not booked"),
    ("posted", "Booked"),
    ("waived", "Waived"),
    ("reversed", "Taken back"),
]
LIVE_STATES = ("draft", "posted", "waived")
# What is claimed of a customer until it is paid.
CLAIMED_STATES = ("draft", "posted")
# What a manager may say of a charge he makes by hand.
TYPED = ("move_line_id", "kind", "fee_rule_id", "amount", "date", "date_from", "date_to", "reason")


class CollectionCharge(models.Model):
    """Interest or a fixed amount on one item, for one period.

    Made by the engine only: by a notice, by the wizard, or when an item was paid.
    What must not be charged twice cannot be: see the constraints.
    """

    _name = "collection.charge"
    _description = "Charge for Late Payment"
    _order = "date desc, id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        compute="_compute_from_item",
        store=True,
        readonly=True,
        index=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_partner_id",
        store=True,
        readonly=True,
        index=True,
    )
    # The item may be built anew (an invoice reset to draft); the charge stays.
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Item",
        readonly=True,
        index=True,
        ondelete="set null",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        compute="_compute_from_item",
        store=True,
        readonly=True,
        index=True,
        ondelete="set null",
    )
    kind = fields.Selection(KINDS, required=True, readonly=True, index=True)
    fee_rule_id = fields.Many2one(
        "collection.fee.rule", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    level_id = fields.Many2one(
        "collection.level", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    notice_id = fields.Many2one(
        "collection.notice", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    occurrence = fields.Integer(
        default=1,
        readonly=True,
        aggregator=None,
        help="Of the notice that charged a fee: 2 for the first repeat of its level.",
    )
    is_notice_fee = fields.Boolean(readonly=True)
    date = fields.Date(
        string="Charged on", required=True, readonly=True, default=fields.Date.context_today
    )
    date_from = fields.Date(
        required=True,
        readonly=True,
        default=fields.Date.context_today,
        help="First day charged.",
    )
    date_to = fields.Date(
        required=True,
        readonly=True,
        default=fields.Date.context_today,
        help="Last day charged.",
    )
    segments = fields.Json(
        readonly=True,
        help="How interest was computed: from, to, days, balance, rate (percent a year), "
        "amount.",
    )
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_from_item", store=True, readonly=True
    )
    amount = fields.Monetary(required=True, readonly=True, help="Without tax.")
    amount_tax = fields.Monetary(string="Tax", readonly=True)
    amount_total = fields.Monetary(
        string="Total", compute="_compute_amount_total", store=True, readonly=True
    )
    amount_waived = fields.Monetary(string="Waived", readonly=True)
    amount_open = fields.Monetary(
        string="Open Amount",
        compute="_compute_amount_open",
        compute_sudo=True,
        help="What the customer still owes of it; payments on a charge document settle "
        "costs before interest.",
    )
    state = fields.Selection(
        STATES, default="draft", required=True, readonly=True, index=True
    )
    charge_move_id = fields.Many2one(
        "account.move",
        string="Booked By",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    refund_move_ids = fields.Many2many(
        "account.move",
        "collection_charge_refund_rel",
        "charge_id",
        "move_id",
        string="Credit Notes",
        readonly=True,
    )
    leftover = fields.Selection(
        [
            ("none", "No"),
            ("to_decide", "To decide"),
            ("claim", "Claim"),
            ("keep", "Keep for the next notice"),
        ],
        string="Paid without It",
        default="none",
        required=True,
        readonly=True,
        help="The invoice was paid and this was not.",
    )
    is_outdated = fields.Boolean(
        string="Balance Changed Since",
        readonly=True,
        help="Money that came within the days charged was booked after the charge: reverse "
        "it and charge again.",
    )
    reason = fields.Char(readonly=True, help="Why it was waived or reversed.")
    closed_by_id = fields.Many2one("res.users", readonly=True)
    closed_on = fields.Date(string="Taken Back on", readonly=True)
    is_refused = fields.Boolean(
        readonly=True, help="A person took it back: it does not come again by itself."
    )

    # Two intervals of one item: the one-point range stands for "the same item", as
    # PostgreSQL compares integers in such a constraint only with an extension.
    _interest_once = models.Constraint(
        "EXCLUDE USING gist (int8range(move_line_id, move_line_id, '[]') WITH &&,"
        " daterange(date_from, date_to, '[]') WITH &&)"
        " WHERE (kind = 'interest' AND state != 'reversed' AND move_line_id IS NOT NULL)",
        "Interest of this item has already been charged for some of these days.",
    )
    _compensation_once = models.UniqueIndex(
        "(move_line_id) WHERE kind = 'compensation' AND state != 'reversed'"
        " AND move_line_id IS NOT NULL",
        "The fixed compensation of this item has already been charged.",
    )
    _fee_once = models.UniqueIndex(
        "(move_line_id, COALESCE(level_id, 0), COALESCE(fee_rule_id, 0), occurrence,"
        " COALESCE(is_notice_fee, FALSE)) WHERE kind = 'fee' AND state != 'reversed'"
        " AND move_line_id IS NOT NULL",
        "This fee has already been charged for the item at this level.",
    )
    _period_sane = models.Constraint(
        "CHECK(date_from <= date_to)", "A charge ends before it begins."
    )
    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "A charge of nothing is no charge."
    )
    _waived_sane = models.Constraint(
        "CHECK(amount_waived >= 0)", "A waived amount cannot be negative."
    )

    @api.depends("move_line_id")
    def _compute_from_item(self):
        """Copied once: what was charged stays, whatever becomes of the item."""
        for charge in self:
            item = charge.move_line_id
            charge.company_id = item.company_id or charge.company_id
            charge.move_id = item.move_id or charge.move_id
            charge.currency_id = item.currency_id or charge.currency_id

    @api.depends("amount", "amount_tax")
    def _compute_amount_total(self):
        for charge in self:
            charge.amount_total = charge.amount + charge.amount_tax

    # And on what is paid of the document: see `ledger_followers`.
    @api.depends("state", "amount_total", "amount_waived", "charge_move_id")
    def _compute_amount_open(self):
        open_amounts = self._open_amounts()
        for charge in self:
            charge.amount_open = open_amounts.get(charge._origin.id, 0.0)

    @api.depends("kind", "move_id.name", "date_to")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for charge in self:
            charge.display_name = f"{kinds.get(charge.kind, '')} · {charge.move_id.name or ''}"

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        """:raises UserError: a charge is part of the record"""
        raise UserError(self.env._("A charge is reversed or waived, never deleted."))

    @api.model_create_multi
    def create(self, vals_list):
        """A manager may charge by hand, over RPC or an import: a cost on one item, or
        interest that another system has charged. It starts neither booked nor waived."""
        if self.env.su:
            return super().create(vals_list)
        # A default in the context would speak for what may not be typed.
        context = {
            key: value for key, value in self.env.context.items() if not key.startswith("default_")
        }
        plain = self.with_env(self.env(context=context))
        charges = super(CollectionCharge, plain).create(
            [{name: vals[name] for name in TYPED if name in vals} for vals in vals_list]
        )
        charges.sudo()._add_taxes()
        return charges

    def write(self, vals):
        """:raises UserError: for a person who writes, over RPC for instance"""
        if not self.env.su:
            raise UserError(self.env._("A charge is changed through its buttons."))
        return super().write(vals)

    @api.model
    def _search_open(self, company, customer_ids):
        """The charges a company still claims of some commercial customers."""
        charges = self.search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", customer_ids),
                ("state", "in", CLAIMED_STATES),
                "|",
                ("charge_move_id", "=", False),
                ("charge_move_id.payment_state", "not in", ("paid", "in_payment", "reversed")),
            ],
            order="date, id",
        )
        return charges.filtered(lambda charge: not charge.currency_id.is_zero(charge.amount_open))

    def _open_amounts(self):
        """``{charge id: what is still owed of it, tax included}``.

        A charge document is one receivable; what was paid of it settles costs
        first, then interest (the order of German and Romanian law).
        """
        result = {}
        own = self._origin
        unbooked = own.filtered(lambda charge: not charge.charge_move_id)
        for charge in unbooked:
            is_open = charge.state == "draft"
            result[charge.id] = charge._left_to_pay() if is_open else 0.0
        for document in (own - unbooked).charge_move_id:
            result.update(document._collection_open_by_charge())
        return result

    def _left_to_pay(self):
        """What was charged less what was waived, in the charge's currency."""
        self.ensure_one()
        return self.currency_id.round(self.amount_total - self.amount_waived)

    def _debt_kind(self):
        self.ensure_one()
        return allocation.INTEREST if self.kind == INTEREST else allocation.COST

    def action_open_invoice(self):
        self.ensure_one()
        return self.move_id._get_records_action()

    def action_open_document(self):
        self.ensure_one()
        return self.charge_move_id._get_records_action()
