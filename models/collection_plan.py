from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

from .typed_values import only_typed

# The file behind `signed_document`, which is read and written in sudo: nobody points at
# another one.
DECIDED = {"signed_attachment_id"}
# In the context: the same debt, on other items of a corrected invoice. No caller can send it.
CORRECTED = object()


class CollectionPlan(models.Model):
    """Several promises in one agreement: dates, amounts, and when it lapses."""

    _name = "collection.plan"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Instalment Plan"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(string="Number", readonly=True, copy=False, index=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        check_company=True,
        tracking=True,
        ondelete="restrict",
    )
    recipient_id = fields.Many2one(
        "res.partner",
        string="Contact",
        compute="_compute_recipient_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="Who receives the plan and its reminders.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        index="btree_not_null",
        tracking=True,
    )
    move_line_ids = fields.Many2many(
        "account.move.line",
        string="Items",
        copy=False,
        domain="[('partner_id', 'child_of', partner_id), ('company_id', '=', company_id),"
        " ('account_id.account_type', '=', 'asset_receivable'), ('parent_state', '=', 'posted'),"
        " ('reconciled', '=', False), ('amount_residual', '>', 0)]",
        help="What is paid in instalments; dunning pauses on these items while the plan is active.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    amount_total = fields.Monetary(
        string="Total",
        compute="_compute_amount_total",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="What is paid in instalments. Suggested: what is open on the items.",
    )
    promise_ids = fields.One2many("collection.promise", "plan_id", string="Instalments")
    amount_planned = fields.Monetary(
        string="In Instalments", compute="_compute_amounts", help="The instalments added up."
    )
    amount_received = fields.Monetary(string="Received", compute="_compute_amounts")
    amount_rest = fields.Monetary(string="Still to Come", compute="_compute_amounts")
    next_date = fields.Date(string="Next Instalment", compute="_compute_amounts")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("proposed", "Proposed"),
            ("active", "Active"),
            ("kept", "Kept"),
            ("broken", "Lapsed"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        index=True,
        copy=False,
        tracking=True,
    )
    lapses_after = fields.Integer(
        default=1,
        help="The plan lapses when so many instalments are missing at the same time; money "
        "that comes late fills the oldest first.",
    )
    lapse_days = fields.Integer(
        help="The plan also lapses when one instalment is missing for so many days after its "
        "date and grace. 0: only the number above counts."
    )
    reminder_days = fields.Integer(
        compute="_compute_reminder_days",
        store=True,
        readonly=False,
        precompute=True,
        help="So many days before each instalment the customer is reminded by e-mail. 0: not.",
    )
    needs_signature = fields.Boolean(
        default=True, help="The plan begins when the customer has signed its letter."
    )
    date_proposed = fields.Date(readonly=True, copy=False)
    date_answer = fields.Date(
        string="Sign By",
        copy=False,
        help="While the customer thinks about the plan, dunning pauses on its items until this "
        "day. Empty: it goes on until the plan begins.",
    )
    date_signed = fields.Date(copy=False, tracking=True)
    signed_attachment_id = fields.Many2one(
        "ir.attachment", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )
    agreed_amounts = fields.Json(
        readonly=True, copy=False, help="What was open of each item when it was proposed."
    )
    date_closed = fields.Date(readonly=True, copy=False)
    close_reason = fields.Char(readonly=True, copy=False)
    terms = fields.Text(
        string="Further Terms", help="Printed on the letter, in the customer's language."
    )

    _name_unique = models.UniqueIndex(
        "(company_id, name) WHERE name IS NOT NULL", "A plan of this number exists already."
    )
    _amount_positive = models.Constraint(
        "CHECK(amount_total >= 0)", "The total of a plan cannot be negative."
    )
    _lapses_after_positive = models.Constraint(
        "CHECK(lapses_after >= 1)", "A plan lapses after one missed instalment at the earliest."
    )
    _days_positive = models.Constraint(
        "CHECK(lapse_days >= 0 AND reminder_days >= 0)", "Days cannot be negative."
    )

    @api.depends("name", "partner_id")
    def _compute_display_name(self):
        for plan in self:
            plan.display_name = (
                f"{plan.name or self.env._('Plan')} · {plan.partner_id.display_name or ''}"
            )

    @api.depends("partner_id", "company_id")
    def _compute_recipient_id(self):
        """Suggested only: whoever was chosen stays, while he is of this customer."""
        for plan in self:
            customer = plan.partner_id.commercial_partner_id
            if plan.recipient_id and plan.recipient_id.commercial_partner_id == customer:
                continue
            found = customer._collection_recipients(plan.company_id)
            plan.recipient_id = found.get(customer.id, customer)

    @api.depends("move_line_ids", "company_id")
    def _compute_currency_id(self):
        for plan in self:
            if plan.state in ("draft", False) or not plan.currency_id:
                currency = plan.move_line_ids.currency_id[:1]
                plan.currency_id = currency or plan.company_id.currency_id

    @api.depends("move_line_ids")
    def _compute_amount_total(self):
        """Suggested only: the total of a plan that was proposed is agreed."""
        for plan in self:
            if plan.state in ("draft", False) and plan.move_line_ids:
                # Safe: the sum is what whoever makes plans is to ask for.
                plan.amount_total = sum(
                    plan.sudo().move_line_ids.mapped("amount_residual_currency")
                )

    @api.depends("company_id")
    def _compute_reminder_days(self):
        for plan in self:
            plan.reminder_days = plan.company_id.collection_plan_reminder_days

    @api.depends("promise_ids.amount", "promise_ids.amount_received", "promise_ids.state")
    def _compute_amounts(self):
        for plan in self:
            lines = plan.promise_ids
            plan.amount_planned = sum(lines.mapped("amount"))
            plan.amount_received = sum(lines.mapped("amount_received"))
            plan.amount_rest = plan.amount_planned - plan.amount_received
            waiting = lines.filtered(lambda line: line.state in ("draft", "open"))
            days = waiting.filtered("date_promised").mapped("date_promised")
            plan.next_date = min(days, default=False)

    @api.constrains("move_line_ids", "partner_id", "company_id", "currency_id")
    def _check_items(self):
        for plan in self:
            items = plan.sudo().move_line_ids
            if items.currency_id - plan.currency_id:
                raise ValidationError(
                    self.env._("A plan is about one currency: make one for each.")
                )
            if items.company_id - plan.company_id:
                raise ValidationError(self.env._("An item of the plan belongs to another company."))
            if items.partner_id.commercial_partner_id - plan.partner_id.commercial_partner_id:
                raise ValidationError(
                    self.env._("An item of the plan belongs to another customer.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Numbered first: the instalments bear the number."""
        self, vals_list = only_typed(self, vals_list, DECIDED)  # noqa: PLW0642
        sequences = self.env["ir.sequence"].sudo()
        for vals in vals_list:
            company = vals.get("company_id") or self.env.company.id
            if not vals.get("name"):
                scoped = sequences.with_company(company)
                vals["name"] = scoped.next_by_code("collection.plan")
        return super().create(vals_list)

    def write(self, vals):
        """The instalments follow their plan until it is agreed.

        :raises UserError: for a change of what is agreed
        """
        if self.env.context.get("collection_corrected") is CORRECTED:
            return super().write(vals)
        agreed = {"partner_id", "company_id", "move_line_ids", "currency_id", "amount_total"}
        if agreed & vals.keys() and self.filtered(lambda plan: plan.state != "draft"):
            raise UserError(
                self.env._("What was put before the customer stays: change the draft, or cancel it.")
            )
        _self, (vals,) = only_typed(self, [vals], DECIDED)
        result = super().write(vals)
        if agreed & vals.keys():
            for plan in self:
                plan.promise_ids.write(plan._instalment_vals())
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        if self.filtered(lambda plan: plan.state not in ("draft", "cancelled")):
            raise UserError(self.env._("A plan that was proposed is kept: cancel it instead."))

    def _instalment_vals(self):
        """What every instalment has of its plan."""
        self.ensure_one()
        return {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "move_line_ids": [Command.set(self.move_line_ids.ids)],
            "user_id": self.user_id.id,
            "reason": self.env._("Instalment of %(plan)s", plan=self.name),
            "channel": "meeting",
            "state": "open" if self.state == "active" else "draft",
        }
