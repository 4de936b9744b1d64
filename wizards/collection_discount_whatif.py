from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain
from odoo.tools import SQL, formatLang

from ..models.collection_discount_report_query import SALES, TAKEN

# Where the ledger knows no better.
NET_DAYS = 30
# What tiers together are expected to draw, in percent of the turnover.
USUAL_SHARE = 50.0


class CollectionDiscountWhatif(models.TransientModel):
    """“What if…”: what tiers would cost and bring in a year, before anybody offers them.

    Nothing is written to the payment term until its tiers are asked to be used.
    """

    _name = "collection.discount.whatif"
    _description = "What an Early-Payment Discount Costs"

    term_id = fields.Many2one("account.payment.term", string="Payment Terms")
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        # Required before the rest is computed.
        precompute=True,
        required=True,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(
        string="Invoice of",
        compute="_compute_date",
        store=True,
        readonly=False,
        help="The last days below are those of an invoice of this day.",
    )
    turnover = fields.Monetary(
        string="Invoiced a Year",
        compute="_compute_turnover",
        store=True,
        readonly=False,
        help="Without tax. Proposed: customer invoices on these terms in the last 12 months, "
        "less credit notes.",
    )
    usual_days = fields.Integer(
        string="Paid After, Without Discount",
        compute="_compute_usual_days",
        store=True,
        readonly=False,
        help="Days from the invoice to the payment. Proposed: the average of the invoices of "
        "the last 12 months that were paid without a discount, else the due date.",
    )
    ledger_note = fields.Char(
        string="From the Ledger", compute="_compute_ledger_note"
    )
    cost_of_money = fields.Float(
        string="Your Money Costs",
        digits=(16, 2),
        default=lambda self: self.env.company.collection_cost_of_money,
        help="Percent a year: what your overdraft or loan costs, or what the money would earn.",
    )
    line_ids = fields.One2many(
        "collection.discount.whatif.line",
        "whatif_id",
        string="Tiers",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )

    @api.constrains("turnover", "usual_days", "cost_of_money")
    def _check_inputs(self):
        """:raises ValidationError: for what cannot be"""
        for wizard in self:
            if min(wizard.turnover, wizard.usual_days, wizard.cost_of_money) < 0:
                raise ValidationError(self.env._("Amounts, days and rates cannot be negative."))

    # Proposals

    @api.depends("term_id")
    @api.depends_context("company")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.term_id.company_id or self.env.company

    # One method each: whoever gives one of them still gets the others proposed.

    @api.depends("company_id")
    def _compute_date(self):
        for wizard in self:
            wizard.date = wizard.company_id._collection_today()

    @api.depends("term_id", "company_id")
    def _compute_turnover(self):
        for wizard in self:
            wizard.turnover = max(0.0, wizard._ledger_turnover())

    @api.depends("term_id", "company_id")
    def _compute_usual_days(self):
        for wizard in self:
            days, count = wizard._ledger_days()
            wizard.usual_days = round(days) if count else wizard._net_days()

    @api.depends("term_id", "company_id")
    def _compute_ledger_note(self):
        for wizard in self:
            wizard.ledger_note = wizard._say_ledger(*wizard._ledger_days())

    def _say_ledger(self, days, count):
        if not count:
            return self.env._(
                "Nothing was paid on these terms in the last 12 months: the due date is proposed."
            )
        return self.env._(
            "In the last 12 months: paid after %(days)s days on average, %(count)s items without "
            "a discount.",
            days=formatLang(self.env, days, digits=1),
            count=count,
        )

    def _last_year(self):
        """Domain on ``account.move``: the company's documents of the last 12 months."""
        today = self.company_id._collection_today()
        return Domain(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "posted"),
                ("invoice_date", ">", today - relativedelta(years=1)),
                ("invoice_date", "<=", today),
            ]
        )

    def _on_term(self, path="invoice_payment_term_id"):
        return Domain(path, "=", self.term_id._origin.id) if self.term_id else Domain.TRUE

    def _ledger_turnover(self):
        """Invoiced without tax, less credit notes, in company currency."""
        invoices = Domain("move_type", "in", SALES) & self._on_term()
        # Core empties the terms of a credit note.
        credit_notes = Domain("move_type", "=", "out_refund") & self._on_term(
            "reversed_entry_id.invoice_payment_term_id"
        )
        # Discounts given as credit notes are what this is about, not less business.
        credit_notes &= Domain(
            "id",
            "not in",
            SQL(
                "(SELECT discount_move_id FROM collection_discount_offer "
                "WHERE discount_move_id IS NOT NULL)"
            ),
        )
        [[total]] = self.env["account.move"]._read_group(
            self._last_year() & (invoices | credit_notes),
            aggregates=["amount_untaxed_signed:sum"],
        )
        return total or 0.0

    def _ledger_days(self):
        """``(average days to pay, number of items)`` where no discount was taken, of the
        invoices the user may read."""
        moves = self.env["account.move"]._search(
            self._last_year() & Domain("move_type", "in", SALES) & self._on_term()
        )
        report = self.env["collection.discount.report"]
        for model in report._depends:
            self.env[model].flush_model()
        [row] = self.env.execute_query(
            SQL(
                """
                WITH offered AS (
                    SELECT offer.move_line_id AS id,
                           MAX(offer.date_paid) FILTER (WHERE offer.state IN %(taken)s)
                               AS date_taken
                      FROM collection_discount_offer offer
                  GROUP BY offer.move_line_id
                ),
                settled AS (%(settled)s)
                SELECT AVG(settled.date_paid - settled.date_invoice)::float8, COUNT(*)
                  FROM settled
             LEFT JOIN offered ON offered.id = settled.id
                 WHERE %(without)s
                """,
                taken=TAKEN,
                settled=report._settled(only=SQL("move.id IN %s", moves.subselect())),
                without=report._without_discount(),
            )
        )
        return row[0] or 0.0, row[1]

    def _net_days(self):
        """Days to the due date; of instalments that bear discounts the mean by amount."""
        if not self.term_id:
            return NET_DAYS
        day = self.company_id._collection_today()
        parts = self.term_id._compute_terms(
            date_ref=day,
            currency=self.currency_id,
            company=self.company_id,
            tax_amount=0.0,
            tax_amount_currency=0.0,
            untaxed_amount=1000.0,
            untaxed_amount_currency=1000.0,
            sign=1,
        )["line_ids"]
        pairs = list(zip(self.term_id.line_ids, parts, strict=True))
        bearing = [part for line, part in pairs if line.collection_discount]
        chosen = bearing or [part for _line, part in pairs]
        weights = sum(part["company_amount"] for part in chosen)
        if not weights:
            return NET_DAYS
        days = sum((part["date"] - day).days * part["company_amount"] for part in chosen)
        return max(0, round(days / weights))

    @api.depends("term_id")
    def _compute_line_ids(self):
        for wizard in self:
            tiers = wizard._term_tiers() or [{"discount_percentage": 2.0, "discount_days": 10}]
            share = round(USUAL_SHARE / len(tiers), 1)
            wizard.line_ids = [Command.clear()] + [
                Command.create({**tier, "share": share}) for tier in tiers
            ]

    def _term_tiers(self):
        """Values of the term's tiers; core's single discount is one."""
        term = self.term_id
        if term.discount_tier_ids:
            names = ("discount_percentage", "discount_days", "end_type", "day_of_month")
            return [{name: tier[name] for name in names} for tier in term.discount_tier_ids]
        if term.early_discount:
            return [
                {
                    "discount_percentage": term.discount_percentage,
                    "discount_days": term.discount_days,
                }
            ]
        return []
