from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from .pairs import pair

REASONS = [
    ("min_interval", "Minimum interval since the previous level"),
    ("below_minimum", "Below the minimum amount"),
    ("held", "On hold"),
    ("no_followup", "Excluded from follow-up"),
    ("disputed", "Disputed"),
    ("promise", "Promise to pay"),
    ("case", "Handed over, or about to be"),
    ("replied", "The customer has answered: read it first"),
    ("contact_limit", "Contacted often enough this week"),
    ("review_missing", "The level's texts need a legal review"),
    ("discount_decision", "A discount was taken: accept or claim"),
    ("net_credit", "Covered by open credits: allocate them"),
    ("payment_in_progress", "Payment in progress"),
    ("waiting_approval", "The previous notice waits for approval"),
    ("already_proposed", "Already in another open proposal"),
    ("not_due", "Not due any more"),
    ("not_delivered", "The previous notice was not delivered"),
    ("sent_recently", "Invoice sent too recently"),
    ("no_recipient", "No recipient for the level's channels"),
    ("missing_template", "E-mail template missing"),
    ("archived_customer", "Archived customer"),
    ("no_customer", "No customer on the item"),
    ("no_due_date", "No due date"),
    ("no_policy", "No dunning policy"),
    ("policy_changed", "Another policy applies now"),
    ("before_start", "Due before collections started"),
    ("missing_rate", "Interest rate missing"),
    ("missing_currency_rate", "Exchange rate missing"),
    ("consumer_rule", "The fee rule is for businesses, the customer is a consumer"),
    ("nothing_due", "Nothing left to pay"),
    ("small_discount", "Less can be saved than the level's minimum"),
    ("discount_ended", "The discount has ended"),
    ("discount_lost", "Paid in part: the discount does not apply any more"),
    ("discount_notice", "Told today that a discount ends; the level follows later"),
    ("removed", "Taken out by a person"),
    ("error", "Error"),
]

# Every reason is in one of the three that follow.
# It stays until a person does something about it, and the worklist says so.
OBSTACLES = (
    "archived_customer",
    "consumer_rule",
    "error",
    "missing_currency_rate",
    "missing_rate",
    "missing_template",
    "no_customer",
    "no_due_date",
    "no_policy",
    "no_recipient",
    "review_missing",
)
# So does this, but the worklist has its own word for it: a notice to approve or to send, what
# was not delivered, a task, or, for what no reminder reaches, to contact the customer.
TOLD_OTHERWISE = (
    "already_proposed",
    "discount_decision",
    "net_credit",
    "no_followup",
    "not_delivered",
    "replied",
    "waiting_approval",
)
# It passes, by itself or with the end of what a person has decided.
PASSING = (
    "before_start",
    "below_minimum",
    "case",
    "contact_limit",
    "discount_ended",
    "discount_lost",
    "discount_notice",
    "disputed",
    "held",
    "min_interval",
    "not_due",
    "nothing_due",
    "payment_in_progress",
    "policy_changed",
    "promise",
    "removed",
    "sent_recently",
    "small_discount",
)
NEEDS_SOMEBODY = OBSTACLES + TOLD_OTHERWISE

# Reasons whose detail is a day, which the engine, knowing no language, writes as 2026-03-31.
DAYS = {"min_interval", "sent_recently", "before_start", "discount_decision"}


class CollectionSkip(models.Model):
    """Why an item that had earned its next level was not reminded."""

    _name = "collection.skip"
    _description = "Item Not Reminded"
    _order = "date desc, id desc"
    _rec_name = "move_line_id"
    # Tens of thousands on some days; who made them, and when, is on the run.
    _log_access = False

    run_id = fields.Many2one(
        "collection.run", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", readonly=True, required=True)
    date = fields.Date(required=True, readonly=True, index=True)
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Item",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index="btree_not_null"
    )
    level_id = fields.Many2one(
        "collection.level",
        string="Earned Level",
        readonly=True,
        ondelete="set null",
    )
    reason = fields.Selection(REASONS, required=True, readonly=True)
    detail = fields.Char(readonly=True)
    needs_somebody = fields.Boolean(
        compute="_compute_needs_somebody",
        search="_search_needs_somebody",
        help="The reason goes away only when a person acts.",
    )

    @api.depends("reason")
    def _compute_needs_somebody(self):
        for skip in self:
            skip.needs_somebody = skip.reason in NEEDS_SOMEBODY

    @api.model
    def _search_needs_somebody(self, operator, value):
        if operator != "in":
            return NotImplemented
        reasons = [
            reason for reason, _label in REASONS if (reason in NEEDS_SOMEBODY) in value
        ]
        return Domain("reason", "in", reasons)

    @api.model
    def _say_detail(self, reason, detail):
        """What the engine says beside a reason, as a person reads it; None for nothing."""
        if reason == "no_followup":
            return self.env._(
                "“Collect” changes that, on the page Collections of the invoice or entry or "
                "on selected journal items"
            )
        return format_date(self.env, detail) if detail and reason in DAYS else detail or None

    @api.model
    def _say(self, reason, detail=""):
        """The reason in words, with its detail as a person reads it."""
        labels = dict(self._fields["reason"]._description_selection(self.env))
        return pair(self.env, labels[reason], detail)

    @api.autovacuum
    def _gc_old_skips(self):
        """Drop the skips older than the company's setting (days)."""
        for company in self.env["res.company"].search([]):
            days = company.collection_skip_retention_days
            if days <= 0:
                continue
            limit = fields.Date.today() - timedelta(days=days)
            self.search([("company_id", "=", company.id), ("date", "<", limit)]).unlink()
