from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_amount

from ..engine import assignment

BASES = [("overdue", "Overdue amount"), ("turnover", "Turnover of the last 12 months")]


class CollectionAssignment(models.Model):
    """Which customers a collector works: the first rule that fits decides."""

    _name = "collection.assignment"
    _description = "Assignment Rule"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(
        compute="_compute_name", store=True, readonly=False, required=True, precompute=True
    )
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        string="Collector",
        required=True,
        index=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        check_company=True,
        ondelete="restrict",
    )
    country_ids = fields.Many2many("res.country", string="Countries", help="Empty: all.")
    salesperson_ids = fields.Many2many(
        "res.users",
        relation="collection_assignment_salesperson_rel",
        string="Salespeople",
        domain=[("share", "=", False)],
        help="Of the customer. Empty: all.",
    )
    letter_from = fields.Char(string="From Letter", size=8)
    letter_to = fields.Char(
        string="To Letter",
        size=8,
        help="The last names that belong to the range begin with this: “M” takes Mercier in.",
    )
    amount_basis = fields.Selection(BASES, string="Size by", default="overdue", required=True)
    amount_from = fields.Monetary(string="From Amount", help="In the company's currency.")
    amount_to = fields.Monetary(string="Below Amount", help="0: no limit.")
    customer_count = fields.Integer(compute="_compute_customer_count", string="Customers")

    _amounts_in_order = models.Constraint(
        "CHECK(amount_from >= 0 AND (amount_to = 0 OR amount_to > amount_from))",
        "The upper amount must be above the lower one.",
    )

    @api.depends(
        "user_id", "country_ids", "salesperson_ids", "letter_from", "letter_to", "amount_from"
    )
    def _compute_name(self):
        for rule in self:
            names = rule.country_ids.mapped("name") + rule.salesperson_ids.mapped("name")
            if rule.letter_from or rule.letter_to:
                names.append(f"{rule.letter_from or 'A'}–{rule.letter_to or 'Z'}")
            if rule.amount_from:
                amount = format_amount(self.env, rule.amount_from, rule.company_id.currency_id)
                names.append(self.env._("from %(amount)s", amount=amount))
            what = ", ".join(names) or self.env._("All customers")
            if rule.user_id:
                rule.name = f"{what} → {rule.user_id.name}"
            else:
                rule.name = rule.name or what

    @api.depends_context("uid")
    def _compute_customer_count(self):
        """How many customers of the company the rule's collector works."""
        counts = {}
        for company in self.company_id:
            counts[company] = self._count_assigned(company)
        for rule in self:
            rule.customer_count = counts.get(rule.company_id, {}).get(rule.user_id.id, 0)

    @api.constrains("letter_from", "letter_to")
    def _check_letters(self):
        for rule in self:
            first, last = (assignment.letters(text) for text in (rule.letter_from, rule.letter_to))
            if first and last and first[: len(last)] > last:
                raise ValidationError(
                    self.env._(
                        "“%(first)s” comes after “%(last)s” in the alphabet.",
                        first=rule.letter_from,
                        last=rule.letter_to,
                    )
                )

    @api.constrains("user_id")
    def _check_works_collections(self):
        """:raises ValidationError: for a user who may not do the work"""
        for rule in self:
            if not rule.user_id.has_group("account_collections.group_collections_collector"):
                raise ValidationError(
                    self.env._("%(name)s does not work collections.", name=rule.user_id.name)
                )

    def _engine_rule(self):
        """This rule as the engine reads it."""
        self.ensure_one()
        return assignment.Rule(
            self.id,
            self.user_id.id,
            frozenset(self.country_ids.ids),
            frozenset(self.salesperson_ids.ids),
            self.letter_from or "",
            self.letter_to or "",
            self.amount_basis,
            self.amount_from,
            self.amount_to,
        )
