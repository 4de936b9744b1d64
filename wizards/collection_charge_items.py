from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools import formatLang

from ..models.collection_assessment import Request
from ..models.collection_charge import COMPENSATION, INTEREST, KINDS

COLLECTOR_GROUP = "account_collections.group_collections_collector"


class CollectionChargeItems(models.TransientModel):
    """“Charge Lateness”: shows what would be charged, then charges exactly that.

    Fees come with notices only; interest and compensation are due without one.
    """

    _name = "collection.charge.items"
    _description = "Charge Lateness"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    date = fields.Date(required=True, help="Interest up to and including this day.")
    fee_rule_id = fields.Many2one(
        "collection.fee.rule",
        check_company=True,
        help="Empty: each item's own rule: the customer's, else the policy's.",
    )
    charge_interest = fields.Boolean(string="Interest", default=True)
    charge_compensation = fields.Boolean(string="Compensation", default=True)
    partner_ids = fields.Many2many("res.partner", string="Customers", readonly=True)
    move_ids = fields.Many2many("account.move", string="Invoices", readonly=True)
    line_ids = fields.One2many(
        "collection.charge.items.line",
        "wizard_id",
        compute="_compute_line_ids",
        # As the user, who must not see the items of others.
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    without_rule_count = fields.Integer(compute="_compute_without_rule_count")
    has_problems = fields.Boolean(compute="_compute_totals")
    totals = fields.Char(string="Total", compute="_compute_totals")

    @api.constrains("date", "company_id")
    def _check_date(self):
        """:raises ValidationError: for a day that has not come"""
        for wizard in self:
            if wizard.date > wizard.company_id._collection_today():
                raise ValidationError(
                    self.env._("Lateness cannot be charged in advance: choose today or earlier.")
                )

    @api.model
    def _open(self, partners=None, moves=None):
        """Open the preview for invoices, customers, or every overdue customer.

        :raises AccessError: for whoever may not work collections
        :raises UserError: for invoices of several companies
        """
        self._check_collector()
        if moves and len(moves.company_id) > 1:
            raise UserError(self.env._("Choose invoices of one company at a time."))
        company = moves.company_id if moves else self.env.company
        wizard = self.create(
            {
                "company_id": company.id,
                "date": company._collection_today(),
                "partner_ids": partners.ids if partners else [],
                "move_ids": moves.ids if moves else [],
            }
        )
        return wizard._show()

    def _show(self):
        return {
            **self._get_records_action(target="new"),
            "name": self.env._("Charge Lateness"),
            "context": {"dialog_size": "extra-large"},
        }

    @api.model
    def _check_collector(self):
        if not self.env.user.has_group(COLLECTOR_GROUP):
            raise AccessError(self.env._("Only collectors charge lateness."))

    # Preview

    @api.depends("date", "fee_rule_id", "charge_interest", "charge_compensation", "company_id")
    def _compute_line_ids(self):
        for wizard in self:
            rows, problems = wizard._assess()
            lines = [wizard._prepare_line(row) for row in rows]
            lines += wizard._prepare_problems(problems)
            wizard.line_ids = [Command.clear(), *map(Command.create, lines)]

    @api.depends("date", "fee_rule_id", "company_id")
    def _compute_without_rule_count(self):
        for wizard in self:
            wizard.without_rule_count = 0
            if wizard.date and not wizard.fee_rule_id:
                wizard.without_rule_count = len(wizard._items()) - len(wizard._requests())

    @api.depends("line_ids.selected", "line_ids.amount_total", "line_ids.problem")
    def _compute_totals(self):
        for wizard in self:
            wizard.has_problems = any(wizard.line_ids.mapped("problem"))
            sums = defaultdict(float)
            for line in wizard.line_ids.filtered(lambda row: row.selected and not row.problem):
                sums[line.currency_id] += line.amount_total
            wizard.totals = "  +  ".join(
                formatLang(self.env, amount, currency_obj=currency)
                for currency, amount in sorted(sums.items(), key=lambda pair: pair[0].name)
            )

    def _items(self):
        """Late items the user may read: of the invoices, also those paid since."""
        self.ensure_one()
        domain = Domain(
            [
                ("company_id", "=", self.company_id.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("amount_currency", ">", 0),
                ("date_maturity", "<", self.date),
            ]
        )
        # Archived customers too: the preview says why they are not charged.
        everybody = self.with_context(active_test=False)
        if self.move_ids:
            domain &= Domain("move_id", "in", self.move_ids.ids)
        else:
            domain &= Domain("reconciled", "=", False)
            if customers := everybody.partner_ids:
                domain &= Domain("partner_id.commercial_partner_id", "in", customers.ids)
        items = everybody.env["account.move.line"].search(domain, order="date_maturity, id")
        return items.with_env(self.env)

    def _requests(self):
        """What to assess: each item by the rule chosen here, else by its own."""
        self.ensure_one()
        # Safe: the items are the user's; only what they cost is computed.
        items = self._items().sudo()
        own = {} if self.fee_rule_id else self.env["collection.fee.rule"].sudo()._of_items(items)
        rules = {item: self.fee_rule_id.sudo() or own.get(item.id) for item in items}
        return [Request(item, rule) for item, rule in rules.items() if rule]

    def _assess(self):
        """``(rows, problems)`` of :meth:`collection.assessment._assess`."""
        self.ensure_one()
        if not (self.date and self.company_id):
            return [], {}
        assessment = self.env["collection.assessment"].sudo().with_company(self.company_id)
        rows, problems = assessment._assess(self._requests(), self.date)
        kinds = {INTEREST: self.charge_interest, COMPENSATION: self.charge_compensation}
        rows = [row for row in rows if kinds.get(row["kind"])]
        order = {item.id: position for position, item in enumerate(self._items())}
        return sorted(rows, key=lambda row: (order[row["move_line_id"]], row["kind"])), problems

    def _prepare_line(self, row):
        item = self.env["account.move.line"].browse(row["move_line_id"])
        tax = self.env["collection.proposal"].sudo().with_company(self.company_id)._tax_on(row)
        return {
            "selected": True,
            "move_line_id": item.id,
            "kind": row["kind"],
            "fee_rule_id": row["fee_rule_id"],
            "date_from": row["date_from"],
            "date_to": row["date_to"],
            "days": sum(segment["days"] for segment in row["segments"]),
            "amount": row["amount"],
            "amount_tax": tax,
            "amount_total": item.currency_id.round(row["amount"] + tax),
        }

    def _prepare_problems(self, problems):
        say = self.env["account.move"]._collection_say_problem
        return [
            {"selected": False, "move_line_id": item_id, "problem": say(*problem)}
            for item_id, problem in problems.items()
        ]

    def action_refresh(self):
        """Look at the books again."""
        self.ensure_one()
        self._compute_line_ids()
        return self._show()

    # Charging

    def action_charge(self):
        """Make the charges that are ticked: what was shown, or nothing.

        :raises AccessError: for whoever may not work collections
        :raises UserError: when nothing is ticked, or the books have changed since
        """
        self.ensure_one()
        self._check_collector()
        chosen = self.line_ids.filtered(lambda line: line.selected and not line.problem)
        if not chosen:
            raise UserError(self.env._("Nothing is chosen to be charged."))
        self._lock(chosen)
        rows = self._fresh_rows(chosen)
        # Safe: the right was checked above, and the engine alone says how much.
        charges = self.env["collection.charge"].sudo().with_company(self.company_id)
        charges = charges._make(rows, self.company_id._collection_today())
        return charges.sudo(False)._get_records_action(name=self.env._("Charges"))

    def _lock(self, lines):
        """:raises UserError: while another process works on one of the customers"""
        # Safe: no value is read or written.
        customers = lines.move_line_id.partner_id.commercial_partner_id.sudo()
        locked = customers.try_lock_for_update(allow_referencing=True)
        if busy := customers - locked:
            raise UserError(
                self.env._(
                    "Another process works on %s at this moment; try again.", busy[0].display_name
                )
            )

    def _fresh_rows(self, lines):
        """What the assessment says now, of the lines chosen.

        :raises UserError: when it is not what they showed
        """
        fresh = {}
        for row in self._assess()[0]:
            fresh[row["move_line_id"], row["kind"], row["date_from"], row["date_to"]] = row
        rows = []
        for line in lines:
            row = fresh.get((line.move_line_id.id, line.kind, line.date_from, line.date_to))
            shown = line.currency_id.compare_amounts
            if row is None or shown(line.amount_total, self._prepare_line(row)["amount_total"]):
                raise UserError(
                    self.env._(
                        "The books have changed since this preview (%s): press Refresh and look "
                        "again.",
                        line.move_id.name,
                    )
                )
            rows.append(row)
        return rows


class CollectionChargeItemsLine(models.TransientModel):
    _name = "collection.charge.items.line"
    _description = "Charge Lateness Preview"

    wizard_id = fields.Many2one(
        "collection.charge.items", required=True, ondelete="cascade", index=True
    )
    selected = fields.Boolean(string="Charge", default=True)
    move_line_id = fields.Many2one(
        "account.move.line", string="Item", required=True, readonly=True, ondelete="cascade"
    )
    move_id = fields.Many2one(related="move_line_id.move_id", string="Invoice")
    partner_id = fields.Many2one(related="move_line_id.partner_id", string="Customer")
    currency_id = fields.Many2one(related="move_line_id.currency_id")
    date_maturity = fields.Date(related="move_line_id.date_maturity")
    kind = fields.Selection(KINDS, readonly=True)
    fee_rule_id = fields.Many2one("collection.fee.rule", readonly=True, ondelete="cascade")
    date_from = fields.Date(string="From", readonly=True)
    date_to = fields.Date(string="Until", readonly=True)
    days = fields.Integer(readonly=True)
    amount = fields.Monetary(readonly=True)
    amount_tax = fields.Monetary(string="Tax", readonly=True)
    amount_total = fields.Monetary(string="Total", readonly=True)
    problem = fields.Char(string="Cannot Be Charged", readonly=True)

    @api.constrains("move_line_id")
    def _check_readable(self):
        """The related fields show it without asking; constraints run in sudo."""
        self.move_line_id.with_user(self.env.user).check_access("read")
