from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..engine import allocation
from ..models.collection_charge import INTEREST

ACCOUNTING_GROUP = "account.group_account_invoice"


class CollectionAllocate(models.TransientModel):
    """“Allocate”: money that has come, against what the customer owes.

    The order is the company's proposal; whoever allocates decides.
    """

    _name = "collection.allocate"
    _description = "Allocate a Payment"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", required=True, readonly=True)
    payment_id = fields.Many2one("account.payment", readonly=True)
    account_id = fields.Many2one("account.account", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    order = fields.Selection(
        selection=lambda self: self.env["res.company"]
        ._fields["collection_allocation_order"]
        ._description_selection(self.env),
        required=True,
        readonly=True,
    )
    amount = fields.Monetary(string="To Allocate", readonly=True)
    amount_left = fields.Monetary(string="Left Over", compute="_compute_amount_left")
    other_currencies = fields.Char(readonly=True)
    line_ids = fields.One2many("collection.allocate.line", "wizard_id", string="Debts")

    @api.constrains("payment_id")
    def _check_readable(self):
        """Its name is shown without asking; constraints run in sudo."""
        self.payment_id.with_user(self.env.user).check_access("read")

    @api.model
    def _check_accounting(self):
        if not self.env.user.has_group(ACCOUNTING_GROUP):
            raise AccessError(self.env._("Only who may reconcile payments allocates them."))

    @api.model
    def _open(self, partner, payment=None, currency=None):
        """Open the proposal for a payment, or all open credits of a customer.

        :param partner: commercial ``res.partner``
        :raises AccessError: for whoever may not reconcile
        :raises UserError: when there is nothing to allocate
        """
        self._check_accounting()
        company = payment.company_id if payment else self.env.company
        credits = self._find_credits(company, partner, payment)
        if not credits:
            raise UserError(self.env._("No payment or credit of this customer is open."))
        currencies = credits.currency_id
        first = currency or (company.currency_id & currencies) or currencies[:1]
        credits = credits.filtered(lambda line: line.currency_id == first)
        account = credits[:1].account_id
        credits = credits.filtered(lambda line: line.account_id == account)
        wizard = self.create(
            {
                "company_id": company.id,
                "partner_id": partner.id,
                "payment_id": payment.id if payment else False,
                "account_id": account.id,
                "currency_id": first.id,
                "order": company.collection_allocation_order,
                "amount": -sum(credits.mapped("amount_residual_currency")),
                "other_currencies": ", ".join((currencies - first).mapped("name")),
            }
        )
        wizard._propose()
        return wizard._show()

    def _show(self):
        return {
            **self._get_records_action(target="new"),
            "name": self.env._("Allocate"),
            "context": {"dialog_size": "extra-large"},
        }

    @api.model
    def _find_credits(self, company, partner, payment=None):
        """Open credits on receivable accounts, in the order they came."""
        if payment:
            return payment._collection_open_credits()
        return self._open_items(company, partner).filtered(
            lambda line: line.amount_residual_currency < 0
        )

    @api.model
    def _open_items(self, company, partner):
        """Everything open on the customer's receivable accounts, oldest first."""
        # An archived customer's money is allocated like anybody's.
        lines = self.env["account.move.line"].with_context(active_test=False)
        found = lines.search(
            [
                ("company_id", "=", company.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("partner_id.commercial_partner_id", "=", partner.id),
            ],
            order="date, id",
        )
        return found.with_env(self.env)

    def _credits(self):
        """The credits of this proposal as they are now."""
        self.ensure_one()
        return self._find_credits(self.company_id, self.partner_id, self.payment_id).filtered(
            lambda line: line.currency_id == self.currency_id
            and line.account_id == self.account_id
        )

    # Proposal

    def _propose(self):
        """Everything the customer owes in this currency, in the company's order."""
        self.ensure_one()
        lines = self._prepare_items() + self._prepare_charges()
        self.line_ids = [fields.Command.create(line) for line in lines]
        self._sort_lines()

    def _prepare_items(self):
        items = self._open_items(self.company_id, self.partner_id).filtered(
            lambda line: line.amount_residual_currency > 0
            and line.currency_id == self.currency_id
            and line.account_id == self.account_id
        )
        return [
            {
                "move_line_id": item.id,
                "name": item.move_id.name or item.display_name,
                "kind": self._kind_of(item),
                "date_due": item.date_maturity or item.date,
                "amount_open": item.amount_residual_currency,
                **self._prepare_discount(item),
            }
            for item in items
        ]

    @api.model
    def _kind_of(self, item):
        # Safe: only what kind of debt it is.
        move = item.sudo().move_id
        if not move.collection_is_charge:
            return allocation.PRINCIPAL
        kinds = set(move.collection_booked_charge_ids.mapped("kind"))
        return allocation.INTEREST if kinds == {INTEREST} else allocation.COST

    def _claimed_charges(self):
        """Charges that are claimed and not booked."""
        # Safe: the customer's own debts in this company, for who may book.
        return (
            self.env["collection.charge"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("partner_id", "=", self.partner_id.id),
                    ("currency_id", "=", self.currency_id.id),
                    ("state", "=", "draft"),
                    ("charge_move_id", "=", False),
                ],
                order="date, id",
            )
        )

    def _prepare_charges(self):
        """Claimed charges appear too: they are booked when they are chosen."""
        return [
            {
                "charge_id": charge.id,
                "name": charge.display_name,
                "kind": charge._debt_kind(),
                "date_due": charge.date,
                "amount_open": charge.amount_open,
            }
            for charge in self._claimed_charges()
            if charge.amount_open > 0
        ]

    def _sort_lines(self):
        """Put the lines in the order the engine settles debts in."""
        debts = {
            number: allocation.Debt(number, line.kind, line._to_pay(), line.date_due or None)
            for number, line in enumerate(self.line_ids)
        }
        total = sum(debt.amount for debt in debts.values())
        ordered = allocation.allocate(
            total, debts.values(), self.order, self.currency_id.rounding or 0.01
        )
        for sequence, (debt, _part) in enumerate(ordered, start=1):
            self.line_ids[debt.id].sequence = sequence

    def action_change_order(self):
        """Propose it in the other order; a list on screen is not sorted anew."""
        self.ensure_one()
        principal_first = self.order == allocation.PRINCIPAL_FIRST
        self.order = allocation.COSTS_FIRST if principal_first else allocation.PRINCIPAL_FIRST
        self._sort_lines()
        return self._show()

    @api.depends("amount", "line_ids.amount")
    def _compute_amount_left(self):
        for wizard in self:
            wizard.amount_left = wizard.amount - sum(wizard.line_ids.mapped("amount"))

    def _parts(self):
        """``{line: amount}`` in the order of settlement: full amounts, and at the end
        what is left for one."""
        self.ensure_one()
        rest, parts = self.amount, {}
        chosen = self.line_ids.filtered("selected")
        for line in chosen.sorted(lambda line: (line.sequence, line._origin.id or 0)):
            part = self.currency_id.round(min(rest, line._to_pay()))
            if part > 0:
                parts[line] = part
                rest = self.currency_id.round(rest - part)
        return parts
