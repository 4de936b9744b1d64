from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..models.collection_communication_call import OUTCOMES

# Outcomes after which somebody calls again.
NOBODY = ("voicemail", "no_answer")
# Outcomes that are about certain items.
ABOUT_ITEMS = ("promised", "disputes", "already_paid")


class CollectionCall(models.TransientModel):
    """A call with a customer, planned or not: the number, what to say, what came of it.

    What to say is in ``collection_call_script``, what follows in ``collection_call_outcome``.
    """

    _name = "collection.call"
    _description = "Phone Call"
    _check_company_auto = True

    communication_id = fields.Many2one(
        "collection.communication",
        string="Planned Call",
        readonly=True,
        ondelete="cascade",
        help="Empty: nobody had planned this call.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, ondelete="cascade"
    )
    recipient_id = fields.Many2one(
        "res.partner",
        string="Contact",
        compute="_compute_recipient_id",
        store=True,
        readonly=False,
        domain="[('commercial_partner_id', '=', partner_id)]",
        ondelete="cascade",
    )
    address = fields.Char(
        string="Phone", compute="_compute_address", store=True, readonly=False
    )
    notice_id = fields.Many2one(
        "collection.notice", readonly=True, ondelete="cascade", check_company=True
    )
    direction = fields.Selection(
        [("out", "We call"), ("in", "The customer calls")],
        required=True,
        readonly=True,
        default="out",
    )
    exception_reason = fields.Char(readonly=True)
    is_number_wrong = fields.Boolean(compute="_compute_is_number_wrong")
    move_line_ids = fields.Many2many(
        "account.move.line",
        string="Items",
        domain="[('partner_id', 'child_of', partner_id), ('company_id', '=', company_id),"
        " ('account_id.account_type', '=', 'asset_receivable'), ('parent_state', '=', 'posted'),"
        " ('reconciled', '=', False)]",
        help="What the promise, the dispute or the payment is about.",
    )
    outcome_code = fields.Selection(OUTCOMES, string="Result")
    outcome_date = fields.Date(string="On")
    outcome = fields.Text(string="What Was Said")
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        help="What the customer promised, or contests. In the currency of the items.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    dispute_reason_id = fields.Many2one(
        "collection.reason",
        string="Kind of Dispute",
        domain="[('kind', '=', 'dispute'), ('company_id', 'in', (False, company_id))]",
    )
    lateness_reason_id = fields.Many2one(
        "collection.reason",
        string="Why Late",
        domain="[('kind', '=', 'lateness'), ('company_id', 'in', (False, company_id))]",
    )
    retry_date = fields.Date(
        string="Call Again On",
        compute="_compute_retry_date",
        store=True,
        readonly=False,
        precompute=True,
    )

    @api.model
    def _open_for(self, partner, direction="out"):
        """A call that nobody has planned.

        :param direction: ``in`` when the customer has called: he may at any time
        :return: an action
        :raises UserError: at a quiet time, or when he was contacted often enough
        """
        self.check_access("create")
        customer = partner.commercial_partner_id
        customer.check_access("read")
        wizard = self.create({"partner_id": customer.id, "direction": direction})
        return {**wizard._get_records_action(target="new"), "name": self.env._("Phone Call")}

    @api.model_create_multi
    def create(self, vals_list):
        """A planned call brings its customer, contact, number and notice with it.

        :raises UserError: for a call out that the contact rules do not allow
        """
        wizards = super().create([self._with_planned(vals) for vals in vals_list])
        for wizard in wizards:
            if not wizard.move_line_ids:
                wizard.move_line_ids = [Command.set(wizard._find_items().ids)]
            if wizard.direction == "out":
                problem = self.env["collection.contact.rules"]._check_call(
                    wizard.company_id, wizard.partner_id, wizard.notice_id
                )
                wizard.exception_reason = problem or False
        return wizards

    @api.model
    def _with_planned(self, vals):
        planned = self.env["collection.communication"].browse(vals.get("communication_id"))
        if not planned:
            return vals
        planned.check_access("read")
        return {
            **vals,
            "company_id": planned.company_id.id,
            "partner_id": planned.partner_id.id,
            "recipient_id": planned.recipient_id.id,
            "address": planned.address,
            "notice_id": planned.notice_id.id,
            "direction": "out",
        }

    @api.constrains("communication_id", "notice_id", "partner_id", "company_id")
    def _check_readable(self):
        """The script shows what is behind them; constraints run in sudo."""
        for wizard in self:
            for record in (wizard.communication_id, wizard.notice_id, wizard.partner_id):
                record.with_user(self.env.user).check_access("read")
            if wizard.company_id not in self.env.user.company_ids:
                raise UserError(self.env._("You do not work for this company."))

    @api.depends("partner_id", "company_id")
    def _compute_recipient_id(self):
        for wizard in self:
            customer = wizard.partner_id.commercial_partner_id
            wizard.recipient_id = (
                customer and customer._collection_recipients(wizard.company_id)[customer.id]
            )

    @api.depends("recipient_id")
    def _compute_address(self):
        for wizard in self:
            wizard.address = wizard.recipient_id._collection_phone()

    @api.depends("address", "recipient_id")
    def _compute_is_number_wrong(self):
        # Safe: whether a number of the customer at hand was found wrong.
        delivery = self.env["collection.delivery"].sudo()
        for wizard in self:
            contact, number = wizard.recipient_id, wizard.address
            unusable = delivery._unusable_addresses(wizard.company_id, contact)
            wizard.is_number_wrong = bool(number) and (
                (contact._collection_format_number(number) or number) in unusable
            )

    @api.depends("move_line_ids")
    def _compute_currency_id(self):
        for wizard in self:
            items = wizard.move_line_ids.currency_id
            wizard.currency_id = items if len(items) == 1 else False

    @api.depends("move_line_ids", "outcome_code")
    def _compute_amount(self):
        """A promise is about all that is open; what is contested the customer says."""
        for wizard in self:
            items = wizard.move_line_ids
            whole = wizard.outcome_code == "promised" and len(items.currency_id) == 1
            wizard.amount = sum(items.mapped("amount_residual_currency")) if whole else 0.0

    @api.depends("company_id")
    def _compute_retry_date(self):
        rules = self.env["collection.contact.rules"]
        for wizard in self:
            tomorrow = fields.Date.add(wizard.company_id._collection_today(), days=1)
            wizard.retry_date = rules._contact_day(wizard.company_id, tomorrow)

    def _find_items(self):
        """What the call is about: the open items of its notice with what it charged,
        else those overdue, else all that is open."""
        self.ensure_one()
        today = self.company_id._collection_today()
        items = self.env["account.move.line"]
        customer = self.partner_id.commercial_partner_id
        found = items.search(
            items._collection_open_domain(self.company_id, customer)
            & Domain("amount_residual", ">", 0),
            order="date_maturity, id",
        )
        charged = self.notice_id.charge_ids.charge_move_id.line_ids
        reminded = found & (self.notice_id.line_ids.move_line_id | charged)
        overdue = found.filtered(lambda item: item.date_maturity and item.date_maturity < today)
        return reminded or overdue or found

    def action_done(self):
        """The call was made: it goes into the timeline, and what came of it follows.

        :raises UserError: when nothing is said about it, or it is over already
        """
        self.ensure_one()
        self.check_access("write")
        if not self.outcome_code and not self.outcome:
            raise UserError(
                self.env._("Choose what came of the call, or write what the customer said.")
            )
        if not self.outcome_code:
            # Words alone were said by somebody.
            self.outcome_code = "reached"
        self._check_outcome()
        row = self._log()
        return self._follow(row) or {"type": "ir.actions.act_window_close"}

    def action_retry(self):
        """Nobody answered: the attempt is logged, and the call planned again.

        :raises UserError: without a day to call again
        """
        self.ensure_one()
        self.check_access("write")
        if self.outcome_code not in NOBODY:
            self.outcome_code = "no_answer"
        return self.action_done()

    def _planned_call(self):
        """:raises UserError: when the call is not planned any more"""
        call = self.communication_id
        call.check_access("write")
        if call and (call.channel != "call" or call.state != "queued"):
            raise UserError(self.env._("This call is not planned any more."))
        return call
