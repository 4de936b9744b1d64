from odoo import api, fields, models
from odoo.tools import format_amount, format_date
from odoo.tools.misc import formatLang

from ..engine import priority
from .pairs import joined, pair, say_days

NEXT_KINDS = [
    ("approve", "Approve the notice"),
    ("call", "Call"),
    ("task", "Task"),
    ("delivery", "Not delivered"),
    ("obstacle", "Cannot be reminded"),
    ("promise", "Promised payment"),
    ("dispute", "Dispute to settle"),
    ("hold", "Hold ends"),
    ("case", "Case"),
    ("proposed", "Send the notice"),
    ("reminder", "Reminder goes out"),
    ("contact", "Contact again"),
]


class CollectionWorklist(models.Model):
    """The collector's screen: one row a customer with overdue items or something to do.

    Ranked by ``engine/priority.py``; where the rows come from is in
    ``collection_worklist_query.py``, what the buttons do in ``collection_worklist_actions.py``.
    """

    _name = "collection.worklist"
    _description = "Worklist"
    _auto = False
    _rec_name = "partner_id"
    _order = "priority desc, next_date, id"

    company_id = fields.Many2one("res.company", readonly=True)
    company_currency_id = fields.Many2one("res.currency", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    collector_id = fields.Many2one(
        "res.users",
        readonly=True,
        help="Who works the customer today: the assigned collector or who stands in for "
        "him, else the company's responsible.",
    )
    assigned_id = fields.Many2one(
        "res.users", string="Assigned to", readonly=True, help="Empty: nobody was assigned."
    )
    # Amounts: in company currency to rank and filter, per currency to read.
    amount_open = fields.Monetary(
        string="Open Amount", currency_field="company_currency_id", readonly=True
    )
    amount_overdue = fields.Monetary(
        string="Overdue",
        currency_field="company_currency_id",
        readonly=True,
        help="Overdue items less open credits of the same currency, in company currency.",
    )
    amounts = fields.Json(readonly=True, export_string_translation=False)
    open_text = fields.Char(string="Open per Currency", compute="_compute_amount_texts")
    overdue_text = fields.Char(string="Overdue per Currency", compute="_compute_amount_texts")
    days_late = fields.Float(
        readonly=True,
        digits=(16, 1),
        aggregator="avg",
        help="Of the overdue items on average, weighted with their amounts.",
    )
    date_oldest = fields.Date(string="Overdue Since", readonly=True)
    item_count = fields.Integer(string="Overdue Items", readonly=True)
    level_id = fields.Many2one(
        "collection.level", readonly=True, help="The highest level reached."
    )
    level_rung = fields.Integer(string="Level Number", readonly=True, aggregator=None)
    # Ranking
    priority = fields.Float(
        string="Rank",
        readonly=True,
        digits=(16, 0),
        aggregator=None,
        help="Overdue amount × lateness × level × broken promises, with the weights of the "
        "settings.",
    )
    priority_reason = fields.Char(string="Why", compute="_compute_priority_reason")
    # What is next, and what was last
    next_kind = fields.Selection(NEXT_KINDS, string="Next Action Kind", readonly=True)
    next_date = fields.Date(readonly=True)
    next_summary = fields.Char(readonly=True, export_string_translation=False)
    next_action = fields.Char(compute="_compute_next_action")
    is_todo = fields.Boolean(
        string="To Do",
        readonly=True,
        help="Something is to be done by a person today or was to be done before.",
    )
    last_contact_date = fields.Datetime(string="Last Contact", readonly=True)
    last_contact_id = fields.Many2one(
        "collection.communication", string="Last Contact was", readonly=True
    )
    promises_open = fields.Integer(readonly=True)
    promises_broken = fields.Integer(readonly=True)
    promise_date = fields.Date(string="Promised for", readonly=True)
    promise_text = fields.Char(string="Promises", compute="_compute_promise_text")
    situation = fields.Char(
        compute="_compute_situation", help="Promises, disputes, hold and case."
    )
    disputes_open = fields.Integer(string="Disputes", readonly=True)
    is_held = fields.Boolean(string="On Hold", readonly=True)
    case_id = fields.Many2one("collection.case", readonly=True)
    # How to reach him
    phone = fields.Char(related="partner_id.phone")
    email = fields.Char(related="partner_id.email")

    @api.depends("amounts")
    @api.depends_context("lang")
    def _compute_amount_texts(self):
        for row in self:
            row.open_text = row._per_currency(0)
            row.overdue_text = row._per_currency(1)

    def _per_currency(self, column):
        """Amounts of different currencies side by side, never added."""
        currencies = self.env["res.currency"]
        rows = [
            (currencies.browse(int(id_)), values[column])
            for id_, values in (self.amounts or {}).items()
        ]
        return " · ".join(
            format_amount(self.env, amount, currency)
            for currency, amount in sorted(rows, key=lambda row: row[0].id)
            if not currency.is_zero(amount)
        )

    def _factors(self):
        """The factors of the rank, by the engine."""
        self.ensure_one()
        standing = priority.Standing(
            self.amount_overdue, self.days_late, self.level_rung, self.promises_broken
        )
        return priority.factors(standing, self.company_id._collection_weights())

    @api.depends(
        "item_count", "amount_overdue", "days_late", "level_rung", "promises_broken", "company_id"
    )
    @api.depends_context("lang")
    def _compute_priority_reason(self):
        """Each factor with what it comes from: anybody can work the rank out again."""
        for row in self:
            if row.item_count and not row.amount_overdue:
                row.priority_reason = self.env._("Open credits cover what is overdue")
                continue
            weights = row.company_id._collection_weights()
            found = row._factors()
            amount = format_amount(self.env, row.amount_overdue, row.company_currency_id)
            if weights.amount != 1:
                amount = f"{row._number(found.amount)} ({amount})"
            parts = [amount if weights.amount else ""]
            for weight, factor, text in (
                (weights.lateness, found.lateness, row._lateness_text()),
                (weights.level, found.level, row._level_text()),
                (weights.promises, found.promises, row._broken_text()),
            ):
                if weight and factor != 1:
                    parts.append(f"{row._number(factor)} ({text})")
            row.priority_reason = " × ".join(filter(None, parts)) or "1"

    def _number(self, value):
        return formatLang(self.env, value, digits=0 if value >= 100 else 1)

    def _lateness_text(self):
        return self.env._("%(days)s late", days=say_days(self.env, self.days_late))

    def _level_text(self):
        return self.env._("level %(number)s", number=self.level_rung)

    def _broken_text(self):
        if self.promises_broken == 1:
            return self.env._("1 promise broken")
        return self.env._("%(count)s promises broken", count=self.promises_broken)

    @api.depends("next_kind", "next_summary")
    @api.depends_context("lang")
    def _compute_next_action(self):
        labels = dict(self._fields["next_kind"]._description_selection(self.env))
        for row in self:
            text = labels.get(row.next_kind, "")
            row.next_action = pair(self.env, text, row.next_summary)

    @api.depends("promises_open", "promises_broken", "promise_date")
    @api.depends_context("lang")
    def _compute_promise_text(self):
        for row in self:
            parts = []
            if row.promises_open:
                parts.append(
                    self.env._("open until %(day)s", day=format_date(self.env, row.promise_date))
                )
            if row.promises_broken:
                parts.append(self.env._("%(count)s broken", count=row.promises_broken))
            row.promise_text = ", ".join(parts)

    @api.depends("promise_text", "disputes_open", "is_held", "case_id")
    @api.depends_context("lang")
    def _compute_situation(self):
        for row in self:
            parts = [row.promise_text and self.env._("Promises: %(text)s", text=row.promise_text)]
            if row.disputes_open:
                parts.append(self.env._("Disputes: %(count)s", count=row.disputes_open))
            if row.is_held:
                parts.append(self.env._("On hold"))
            if row.case_id:
                parts.append(row.case_id.name)
            row.situation = joined(self.env, parts)
