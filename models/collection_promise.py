from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..engine.days import plus
from .collection_communication import CHANNELS


class CollectionPromise(models.Model):
    """A promise to pay: its items are left alone until the promised day."""

    _name = "collection.promise"
    _inherit = ["collection.pause"]
    _description = "Promise to Pay"
    _pause_reason = "promise"
    _pause_open_state = "open"
    _pause_gone_state = "cancelled"

    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        help="What the customer promised to pay. Suggested: what is open on the items.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    date_promised = fields.Date(required=True, index=True)
    grace_days = fields.Integer(
        compute="_compute_grace_days",
        store=True,
        readonly=False,
        precompute=True,
        help="Money takes its time: so many days after the promised one are waited for it.",
    )
    date_until = fields.Date(
        compute="_compute_date_until",
        store=True,
        precompute=True,
        help="Last day of the pause: the promised day and the days of grace.",
    )
    channel = fields.Selection(
        CHANNELS, default="call", string="Made By", help="How the customer made the promise."
    )
    communication_id = fields.Many2one(
        "collection.communication",
        string="Made In",
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
        help="The call or message in which it was made.",
    )
    plan_id = fields.Many2one(
        "collection.plan",
        check_company=True,
        index="btree_not_null",
        ondelete="cascade",
        readonly=True,
        help="The plan of which this is one instalment.",
    )
    amount_received = fields.Monetary(
        string="Received",
        readonly=True,
        copy=False,
        help="Money that came for it, allocated or not; each amount counts for one promise.",
    )
    receipt_ids = fields.One2many(
        "collection.promise.receipt", "promise_id", string="Money Counted", readonly=True
    )
    date_closed = fields.Date(
        readonly=True, copy=False, help="The day it was found kept or broken, or called off."
    )
    state = fields.Selection(
        [
            ("draft", "Planned"),
            ("open", "Pending"),
            ("kept", "Kept"),
            ("partly_kept", "Partly kept"),
            ("broken", "Broken"),
            ("cancelled", "Cancelled"),
        ],
        default="open",
        required=True,
        index=True,
        copy=False,
        help="Planned: an instalment of a plan that is not agreed yet; it pauses nothing.",
    )

    _amount_positive = models.Constraint(
        "CHECK(amount >= 0)", "A promised amount cannot be negative."
    )
    _grace_days_positive = models.Constraint(
        "CHECK(grace_days >= 0)", "Days of grace cannot be negative."
    )

    @api.depends("move_line_ids", "company_id")
    def _compute_currency_id(self):
        """Suggested only: what was agreed stays."""
        for promise in self:
            if promise.currency_id and promise._origin:
                continue
            currency = promise.move_line_ids.currency_id[:1]
            promise.currency_id = currency or promise.company_id.currency_id

    @api.depends("partner_id", "company_id", "move_line_ids", "currency_id")
    def _compute_amount(self):
        """Suggested only: what was agreed stays."""
        for promise in self:
            if not promise._origin:
                promise.amount = promise._open_amount()

    @api.depends("company_id")
    def _compute_grace_days(self):
        for promise in self:
            promise.grace_days = promise.company_id.collection_promise_grace_days

    @api.depends("date_promised", "grace_days")
    def _compute_date_until(self):
        """The promised day itself still belongs to the customer."""
        for promise in self:
            day = promise.date_promised
            promise.date_until = day and plus(day, promise.grace_days)

    @api.constrains("date_from", "date_until", "state")
    def _check_dates(self):
        """A planned instalment begins with its plan."""
        made = self.filtered(lambda promise: promise.state != "draft")
        return super(CollectionPromise, made)._check_dates()

    @api.constrains("move_line_ids", "currency_id")
    def _check_currency(self):
        for promise in self:
            if promise.move_line_ids.currency_id - promise.currency_id:
                raise ValidationError(
                    self.env._("A promise is about one currency: make one for each.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        """An instalment is about what its plan is about."""
        plans = self.env["collection.plan"]
        vals_list = [
            {**vals, **plans.browse(vals["plan_id"])._instalment_vals()}
            if vals.get("plan_id")
            else vals
            for vals in vals_list
        ]
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_made(self):
        """What a customer said stays on record; a planned instalment was not said yet."""
        made = self.filtered(lambda promise: promise.state != "draft")
        is_manager = self.env.user.has_group("account_collections.group_collections_manager")
        if made and not self.env.su and not is_manager:
            raise UserError(self.env._("A promise is kept on record: cancel it instead."))

    def _open_amount(self):
        """What is open on the named items, or on all, in the promise's currency."""
        self.ensure_one()
        # Safe: the sum is what whoever takes promises is to ask for.
        items = self.sudo().move_line_ids
        if not items and self.partner_id:
            customer = self.partner_id.commercial_partner_id
            items = items.search(items._collection_open_domain(self.company_id, customer))
        items = items.filtered(lambda line: line.currency_id == self.currency_id)
        return max(sum(items.mapped("amount_residual_currency")), 0.0)

    def action_kept(self):
        """A person knows better: the customer kept his word."""
        self._close("kept")

    def action_broken(self):
        """A person knows already that nothing will come."""
        self._close("broken")

    def action_cancel(self):
        """It was no promise, or another one takes its place.

        :raises UserError: for an instalment of a plan that goes on: what was agreed of the
            others stays, and nobody could say any more whether the plan was kept
        """
        self.check_access("write")
        going = self.filtered(lambda one: one.state == "open")
        agreed = going.plan_id.filtered(lambda plan: plan.state == "active")
        if agreed:
            raise UserError(
                self.env._(
                    "This is an instalment of %(plan)s: call off the plan, not a part of it.",
                    plan=agreed[0].name,
                )
            )
        self._close("cancelled")

    def _close(self, state):
        self.check_access("write")
        for company, group in self.grouped("company_id").items():
            group.filtered(lambda promise: promise.state == "open").write(
                {"state": state, "date_closed": company._collection_today()}
            )

    def _open_dialog(self, partner, items):
        """A new promise, filled in.

        :param items: journal items; none: the whole customer
        :raises UserError: for items in several currencies
        """
        self.check_access("create")
        if len(items.currency_id) > 1:
            raise UserError(self.env._("A promise is about one currency: make one for each."))
        return self._prepare_dialog(self.env._("Promise"), partner, items)
