from odoo import api, fields, models
from odoo.exceptions import ValidationError

# How a dispute ends; each goes with one state.
RESOLUTIONS = [
    ("credit_note", "Credit note"),
    ("agreement", "Agreement"),
    ("other", "Accepted without credit note"),
    ("rejected", "Rejected"),
    ("withdrawn", "Withdrawn"),
]
STATE_OF = {
    "credit_note": "accepted",
    "agreement": "accepted",
    "other": "accepted",
    "rejected": "rejected",
    "withdrawn": "withdrawn",
}


class CollectionDispute(models.Model):
    """An amount the customer contests: it is not chased, the rest is."""

    _name = "collection.dispute"
    _inherit = ["collection.pause", "mail.thread", "mail.activity.mixin"]
    _description = "Dispute"
    _pause_reason = "disputed"
    _pause_open_state = "open"
    _pause_gone_state = "withdrawn"

    reason_id = fields.Many2one(
        "collection.reason",
        string="Kind of Reason",
        domain="[('kind', '=', 'dispute'), ('company_id', 'in', (False, company_id))]",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    reason = fields.Char(
        string="What Is Contested",
        compute="_compute_reason",
        precompute=True,
        store=True,
        readonly=False,
        required=True,
    )
    user_id = fields.Many2one(string="Owner", tracking=True)
    amount_disputed = fields.Monetary(
        tracking=True,
        help="In the currency of the items. Empty: the whole open amount of the items.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id", store=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    amount_company = fields.Monetary(
        string="Contested",
        currency_field="company_currency_id",
        compute="_compute_amount_company",
        store=True,
        help="What was contested when it was written down, in company currency.",
    )
    date_deadline = fields.Date(
        string="Deadline",
        compute="_compute_date_deadline",
        precompute=True,
        store=True,
        readonly=False,
        index="btree_not_null",
        tracking=True,
        help="The day by which the owner answers the customer.",
    )
    state = fields.Selection(
        [
            ("open", "Open"),
            ("accepted", "Accepted"),
            ("rejected", "Rejected"),
            ("withdrawn", "Withdrawn"),
        ],
        default="open",
        required=True,
        index=True,
        tracking=True,
    )

    _amount_positive = models.Constraint(
        "CHECK(amount_disputed >= 0)", "A disputed amount cannot be negative."
    )

    @api.depends("reason_id")
    def _compute_reason(self):
        """What nobody has said in words is called by its kind."""
        for dispute in self:
            dispute.reason = dispute.reason or dispute.reason_id.name

    @api.depends("move_line_ids.currency_id", "company_id")
    def _compute_currency_id(self):
        for dispute in self:
            currency = dispute.move_line_ids.currency_id[:1]
            dispute.currency_id = currency or dispute.company_id.currency_id

    @api.depends("move_line_ids", "amount_disputed", "partner_id", "company_id")
    def _compute_amount_company(self):
        for dispute in self:
            if dispute.state and dispute.state != "open":
                dispute.amount_company = dispute.amount_company
                continue
            items = dispute._items()
            total = sum(items.mapped("amount_residual"))
            if dispute.amount_disputed and len(items.currency_id) == 1:
                rest = sum(items.mapped("amount_residual_currency"))
                total *= min(dispute.amount_disputed / rest, 1.0) if rest else 0.0
            dispute.amount_company = total

    @api.depends("company_id")
    def _compute_date_deadline(self):
        for dispute in self:
            company = dispute.company_id
            days = company.collection_dispute_days
            today = company and company._collection_today()
            dispute.date_deadline = days > 0 and fields.Date.add(today, days=days)

    @api.constrains("move_line_ids", "amount_disputed")
    def _check_amount(self):
        for dispute in self.filtered("amount_disputed"):
            if len(dispute.move_line_ids.currency_id) != 1:
                raise ValidationError(
                    self.env._("Name the disputed items, in one currency, to give an amount.")
                )

    def _items(self):
        """The open debts it is about: those named, else all of the customer's."""
        self.ensure_one()
        items = self.move_line_ids
        if not items and self.partner_id:
            customer = self.partner_id.commercial_partner_id
            items = items.search(
                items._collection_open_domain(self.company_id, customer),
                order="date_maturity, id",
            )
        return items.filtered(lambda item: not item.reconciled and item.amount_residual > 0)

    def write(self, vals):
        """A disputed part bears no interest, until it turns out that it was owed."""
        closing = self.browse()
        if vals.get("state", "open") != "open":
            closing = self.filtered(lambda dispute: dispute.state == "open")
            # What was contested is worked out of what is still contested.
            closing.mapped("amount_company")
        result = super().write(vals)
        closing._on_resolved()
        if {"state", "amount_disputed", "move_line_ids"} & vals.keys():
            for dispute in self:
                self.env["collection.charge"].sudo()._mark_to_check(
                    [
                        ("partner_id", "=", dispute.partner_id.commercial_partner_id.id),
                        ("company_id", "=", dispute.company_id.id),
                    ]
                )
        return result

    def action_accept(self):
        """The customer is right, and no credit note is needed: the goods were sent
        again, for instance."""
        self._resolve("other")

    def action_reject(self):
        """The customer owes it: he gets his days again, then dunning goes on where it
        stood. Interest is due for the whole time."""
        self._resolve("rejected")

    def action_withdraw(self):
        self._resolve("withdrawn")
