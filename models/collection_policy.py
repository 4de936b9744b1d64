from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..engine import compose, ladder

ADVANCE_MODES = [
    (ladder.STEP, "One level at a time"),
    (ladder.JUMP, "The level the delay has earned"),
    (ladder.HIGHEST, "All overdue items at the level of the worst"),
]
# More than that is nagging somebody who is not late.
MAX_BEFORE_DUE = 2


class CollectionPolicy(models.Model):
    """A dunning policy: an ordered ladder of levels and its rules."""

    _name = "collection.policy"
    _description = "Dunning Policy"
    _order = "sequence, id"
    _check_company_auto = True
    # A branch may use what its parent companies have set up.
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        index=True,
        help="Empty: the policy serves every company.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    is_default = fields.Boolean(
        string="Default",
        help="Used for customers and invoices that name no policy of their own.",
    )
    # The ladder. A discount level is none of its rungs.
    level_ids = fields.One2many(
        "collection.level",
        "policy_id",
        string="Levels",
        domain=[("kind", "=", "dunning")],
        copy=True,
    )
    advance_mode = fields.Selection(
        ADVANCE_MODES,
        default=ladder.STEP,
        required=True,
        help="How an item climbs: level by level, straight to the level its delay has "
        "earned, or together with the customer's worst item.",
    )
    grouping = fields.Selection(
        [("customer", "One notice per customer"), ("level", "One notice per level")],
        default="customer",
        required=True,
        help="One notice per customer and currency, worded at the highest level among its "
        "items, or one per level.",
    )
    listed_items = fields.Selection(
        [
            ("advancing", "Only the items that advance"),
            ("overdue", "All overdue items"),
            ("open", "All open items"),
        ],
        default="overdue",
        required=True,
        help="What else the letter shows for information.",
    )
    min_amount = fields.Monetary(
        string="Minimum Amount",
        help="No notice below this net amount (in the company's currency, converted to "
        "the currency of the notice on its date).",
    )
    net_credits = fields.Boolean(
        default=True,
        help="Take open credit notes and unallocated payments into account, against the "
        "oldest items first.",
    )

    fee_rule_id = fields.Many2one(
        "collection.fee.rule",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="What lateness costs, for levels that charge without a rule of their own, and "
        "for charges made by hand. A customer's own rule comes first.",
    )
    dun_charges = fields.Boolean(
        string="Charge Documents Climb",
        help="Booked charges are reminded of like invoices. Otherwise they appear with the "
        "invoice they were charged on.",
    )
    charge_at_payment = fields.Selection(
        [
            ("no", "Nothing"),
            ("rest", "The rest, on items charged before"),
            ("all", "Everything, on each late payment"),
        ],
        string="When an Item Is Paid, Charge",
        default="no",
        required=True,
        help="Interest up to the day the money came, and what else is due.",
    )
    charge_paid_since = fields.Date(
        string="Paid Since",
        help="Only payments from this day on are charged. Empty when the choice is made: "
        "that day.",
    )

    _default_unique = models.UniqueIndex(
        "(COALESCE(company_id, 0)) WHERE is_default AND active",
        "A company can have only one default dunning policy.",
    )
    _min_amount_positive = models.Constraint(
        "CHECK(min_amount >= 0)", "The minimum amount cannot be negative."
    )

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        policies._remember_since_when()
        return policies

    def write(self, vals):
        result = super().write(vals)
        if {"charge_at_payment", "charge_paid_since"} & vals.keys():
            self._remember_since_when()
        return result

    def _remember_since_when(self):
        """Nobody is charged for what he paid before the company decided so."""
        for policy in self:
            if policy.charge_at_payment != "no" and not policy.charge_paid_since:
                company = policy.company_id or self.env.company
                policy.charge_paid_since = company._collection_today()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # Safe: only whether there is one; other companies' notices count too.
        if self.env["collection.notice"].sudo().search_count(
            [("policy_id", "in", self.ids)], limit=1
        ):
            raise UserError(
                self.env._("Notices were sent under this policy: archive it instead.")
            )

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for policy in self:
            policy.currency_id = (policy.company_id or self.env.company).currency_id

    @api.constrains("level_ids")
    def _check_levels(self):
        """Levels climb: each later one waits longer; only the last repeats.

        :raises ValidationError: naming the level that breaks the order
        """
        for policy in self:
            ordered = policy._ordered_levels()
            if len(ordered.filtered(lambda level: level.delay_days < 0)) > MAX_BEFORE_DUE:
                raise ValidationError(
                    self.env._(
                        "“%(policy)s” may remind at most %(count)s times before the due date.",
                        policy=policy.name,
                        count=MAX_BEFORE_DUE,
                    )
                )
            for lower, upper in zip(ordered, ordered[1:], strict=False):
                if upper.delay_days <= lower.delay_days:
                    raise ValidationError(
                        self.env._(
                            "Level “%(upper)s” comes after “%(lower)s”, so it must wait longer after "
                            "the due date.",
                            upper=upper.name,
                            lower=lower.name,
                        )
                    )
                if lower.repeat_days:
                    raise ValidationError(
                        self.env._(
                            "Only the last level can repeat; “%(level)s” is followed by "
                            "another one.",
                            level=lower.name,
                        )
                    )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for policy, vals in zip(self, vals_list, strict=True):
            vals["is_default"] = False
            vals.setdefault("name", policy.name)
            if "name" not in (default or {}):
                vals["name"] = self.env._("%(name)s (copy)", name=policy.name)
        return vals_list

    def _charges_paid(self, settled_on, charged_before):
        """True when lateness is charged on an item that was paid late.

        :param settled_on: the day the last of the money came
        :param charged_before: whether the item bears a charge already
        """
        if not self or self.charge_at_payment == "no" or settled_on < self.charge_paid_since:
            return False
        return charged_before or self.charge_at_payment == "all"

    def _ordered_levels(self):
        return self.level_ids.sorted(
            lambda level: (level.sequence, level.delay_days, level.id or 0)
        )

    def _ladder(self):
        """This policy as the engine reads it."""
        self.ensure_one()
        return ladder.Ladder(
            self.id,
            tuple(level._engine_level() for level in self._ordered_levels()),
            self.advance_mode,
        )

    def _rules(self, company, date, currencies):
        """This policy's notice rules, its minimum converted to each currency.

        :param currencies: ``res.currency`` records of the items at hand
        """
        self.ensure_one()
        source = self.company_id.currency_id or company.currency_id
        return compose.Rules(
            self.grouping,
            self.listed_items,
            self.net_credits,
            {
                currency.id: source._convert(self.min_amount, currency, company, date)
                for currency in currencies
                if self.min_amount
            },
        )
