from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .account_payment_term import METHODS
from .collection_notice import MANAGER_GROUP

ACTIVITY = "account_collections.mail_activity_type_discount"
COLLECTOR_GROUP = "account_collections.group_collections_collector"
LIVE = ("open", "claimed")
STATES = [
    ("open", "To decide"),
    ("granted", "Granted"),
    ("claimed", "Claimed"),
    ("cancelled", "Settled otherwise"),
]


class CollectionDiscountDeduction(models.Model):
    """A discount a customer has taken: money came, and what is left of the item is the
    discount, in time or after its end.

    In time it is granted; late within the tolerance a person decides; later than that the
    rest is claimed and climbs the ladder like any debt. Vouchers that were earned are
    recorded here too, though nothing is kept back for them.
    """

    _name = "collection.discount.deduction"
    _description = "Early-Payment Discount Taken"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_paid desc, id desc"
    # Who may read it may leave a note; what it says is written by code only.
    _mail_post_access = "read"

    move_line_id = fields.Many2one(
        "account.move.line",
        string="Item",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    offer_id = fields.Many2one(
        "collection.discount.offer",
        string="Discount Offered",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    discount_percentage = fields.Float(related="offer_id.discount_percentage")
    method = fields.Selection(METHODS, string="Given As", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(
        string="Kept Back", readonly=True, help="What the customer did not pay."
    )
    amount_offered = fields.Monetary(
        string="Discount", readonly=True, help="What he could have saved."
    )
    date_paid = fields.Date(string="Paid on", required=True, readonly=True)
    date_end = fields.Date(string="Last Day", required=True, readonly=True)
    days_late = fields.Integer(readonly=True, aggregator="avg")
    in_time = fields.Boolean(readonly=True)
    within_tolerance = fields.Boolean(readonly=True)
    state = fields.Selection(
        STATES, required=True, readonly=True, default="open", index=True, tracking=True
    )
    decision = fields.Selection(
        [("granted", "Accepted"), ("claimed", "Claimed")],
        readonly=True,
        export_string_translation=False,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Decided by",
        readonly=True,
        index="btree_not_null",
        tracking=True,
        help="Empty: by the rules alone.",
    )
    date_decided = fields.Date(string="Decided on", readonly=True)
    reason = fields.Char(readonly=True, tracking=True)
    error = fields.Char(
        string="Booking Error", readonly=True, help="Why the discount could not be booked."
    )
    discount_move_id = fields.Many2one(
        "account.move",
        string="Booked by",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    can_decide = fields.Boolean(compute="_compute_can_decide")

    _one_live = models.UniqueIndex(
        "(move_line_id) WHERE state IN ('open', 'claimed')",
        "There is only one open discount on an item.",
    )

    @api.depends("move_id.name", "amount", "currency_id")
    def _compute_display_name(self):
        for deduction in self:
            deduction.display_name = self.env._(
                "%(amount)s on %(invoice)s",
                amount=deduction.currency_id.format(deduction.amount),
                invoice=deduction.move_id.name or "",
            )

    @api.depends("state", "within_tolerance", "in_time")
    @api.depends_context("uid")
    def _compute_can_decide(self):
        for deduction in self:
            deduction.can_decide = deduction.state in LIVE and deduction._may_accept()

    # Decisions

    def _may_accept(self):
        """Beyond the tolerance only a manager may."""
        self.ensure_one()
        easy = self.in_time or self.within_tolerance
        return self.env.user.has_group(COLLECTOR_GROUP if easy else MANAGER_GROUP)

    def _check_may_accept(self):
        """:raises AccessError: for whoever may not; :raises UserError: when decided"""
        self.check_access("read")
        for deduction in self:
            if not deduction._may_accept():
                raise AccessError(
                    self.env._(
                        "Only a collections manager accepts a discount taken later than the "
                        "tolerance."
                    )
                    if self.env.user.has_group(COLLECTOR_GROUP)
                    else self.env._("Only who works collections decides about discounts.")
                )
            deduction._check_live()

    def _check_live(self):
        if self.state not in LIVE:
            raise UserError(
                self.env._("“%(discount)s” has been decided.", discount=self.display_name)
            )

    def action_accept(self):
        """Ask why, and grant the discount."""
        self._check_may_accept()
        return self.env["collection.discount.accept"]._open(self)

    def accept(self, reason):
        """Grant these discounts, and book them.

        :param reason: kept on each
        :raises AccessError: for whoever may not
        :raises UserError: without a reason, or when it cannot be booked
        """
        self._check_may_accept()
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the discount is accepted."))
        # Safe: checked above; who decides need not be who may book. What is booked is what
        # the customer kept back, on the company's discount account.
        for deduction in self.sudo():
            deduction._lock()
            deduction._grant(reason.strip(), self.env.user)

    def action_claim(self, reason=None):
        """Claim what was kept back: the item climbs the ladder again.

        :raises AccessError: for whoever does not work collections
        :raises UserError: when it has been decided
        """
        self.check_access("read")
        if not self.env.user.has_group(COLLECTOR_GROUP):
            raise AccessError(self.env._("Only who works collections decides about discounts."))
        for deduction in self.sudo():
            if deduction.method == "voucher":
                raise UserError(self.env._("A voucher was earned: there is nothing to claim."))
            if deduction.state != "open":
                raise UserError(
                    self.env._("“%(discount)s” has been decided.", discount=deduction.display_name)
                )
            deduction._lock()
            # Safe: checked above.
            deduction._claim(reason, self.env.user)

    def _claim(self, reason=None, user=None):
        """:param user: none when the rules alone decide"""
        self.ensure_one()
        self._decide("claimed", reason, user)
        self.offer_id._mark_refused(self.date_paid)

    def _decide(self, state, reason=None, user=None, **values):
        self.ensure_one()
        self.write(
            {
                "state": state,
                "decision": state,
                "user_id": user.id if user else False,
                "date_decided": self.company_id._collection_today(),
                "reason": reason or False,
                "error": False,
                **values,
            }
        )
        self._close_tasks()

    def _cancel(self, reason):
        """There is nothing to decide any more; an earlier decision stays on record, with
        the words of who took it."""
        for deduction in self:
            values = {"state": "cancelled", "error": False}
            if deduction.user_id:
                deduction._message_log(body=reason)
            else:
                values["reason"] = reason
            deduction.write(values)
            deduction._close_tasks()

    def _lock(self):
        """:raises UserError: while another process decides the same"""
        if not self.try_lock_for_update(allow_referencing=True):
            raise UserError(
                self.env._(
                    "Another process works on %s at this moment; try again.", self.display_name
                )
            )

    # Tasks

    def _ask(self, summary):
        """A task for the customer's collector, else the responsible."""
        self.ensure_one()
        collector = self.partner_id._collection_collectors(self.company_id)[self.partner_id.id]
        user = collector or self.company_id._collection_responsible()
        if self.activity_search([ACTIVITY]):
            return
        self.activity_schedule(
            ACTIVITY, self.company_id._collection_today(), summary=summary, user_id=user.id
        )

    def _close_tasks(self):
        self.activity_unlink([ACTIVITY])

    @api.model
    def _show(self, deductions):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collections.collection_discount_deduction_action"
        )
        if len(deductions) == 1:
            return {
                **action,
                "res_id": deductions.id,
                "view_mode": "form",
                "views": [(False, "form")],
            }
        return {**action, "domain": [("id", "in", deductions.ids)], "context": {}}
