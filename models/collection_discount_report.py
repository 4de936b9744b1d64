from odoo import fields, models

from .collection_discount_offer import STATES


class CollectionDiscountReport(models.Model):
    """What discounts were offered on customers' items, what became of them, what they cost.

    One row an item. In company currency, what was offered is what the best tier saves,
    and is divided without rest: taken in time, taken late, refused, still open, lapsed.

    The rates are those of ``engine/discount_cost.py``, counted from the day paid to the
    due date, or to the day on which this customer usually pays when that is later. The
    rate of a group weighs every amount with the days it came earlier: it is the rate of
    all its discounts together, not the mean of their rates.
    """

    _name = "collection.discount.report"
    _description = "Early-Payment Discount Analysis"
    _auto = False
    _rec_name = "move_id"
    _order = "date_invoice desc, id desc"

    move_line_id = fields.Many2one("account.move.line", string="Item", readonly=True)
    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    company_currency_id = fields.Many2one("res.currency", readonly=True)
    currency_id = fields.Many2one("res.currency", string="Invoice Currency", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    invoice_user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    payment_term_id = fields.Many2one("account.payment.term", readonly=True)
    date_invoice = fields.Date(string="Invoice Date", readonly=True)
    date_maturity = fields.Date(string="Due Date", readonly=True)
    date_paid = fields.Date(
        string="Paid On",
        readonly=True,
        help="The day the discount was taken, else the last day money came for a paid item.",
    )
    state = fields.Selection(STATES, string="Outcome", readonly=True)
    discount_percentage = fields.Float(
        string="Best Discount %", digits=(16, 2), readonly=True, aggregator="avg"
    )
    percentage_taken = fields.Float(
        string="Discount Taken %",
        digits=(16, 2),
        readonly=True,
        aggregator="avg",
        help="Of items on which a discount was taken.",
    )
    amount_item = fields.Monetary(
        string="Invoiced", currency_field="company_currency_id", readonly=True
    )
    amount_offered = fields.Monetary(
        string="Offered",
        currency_field="company_currency_id",
        readonly=True,
        help="What the best tier saves, as it stood on the invoice.",
    )
    amount_taken = fields.Monetary(
        string="Taken in Time", currency_field="company_currency_id", readonly=True
    )
    amount_taken_late = fields.Monetary(
        string="Taken Late",
        currency_field="company_currency_id",
        readonly=True,
        help="Paid after the last day, and accepted by a person.",
    )
    amount_refused = fields.Monetary(
        string="Refused", currency_field="company_currency_id", readonly=True
    )
    amount_open = fields.Monetary(
        string="Still Open",
        currency_field="company_currency_id",
        readonly=True,
        help="What the customer can still save.",
    )
    amount_lapsed = fields.Monetary(
        string="Lapsed",
        currency_field="company_currency_id",
        readonly=True,
        help="What can no longer be had: its last day has passed, a lower tier was taken "
        "instead, or the invoice was credited.",
    )
    days_to_pay = fields.Float(
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        help="From the invoice date to the day paid.",
    )
    days_usual = fields.Float(
        string="Usual Days",
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        help="How long this customer takes on average to pay invoices on which no discount "
        "was taken.",
    )
    days_gained = fields.Float(
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        help="How much earlier than usual the money came where a discount was taken; than the "
        "due date where there is no usual day yet.",
    )
    cost_nominal = fields.Float(
        string="Cost a Year %",
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        help="What the discounts taken cost as a loan would: without compounding, in a year "
        "of 365 days, from the day paid to the due date or the customer's usual day, "
        "whichever is later. A group's rate weighs amounts and days.",
    )
    cost_effective = fields.Float(
        string="Cost a Year, Compounded %",
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        help="The same with compounding: the discount given again and again for a year.",
    )
    # What the rates of groups are made of: no measures of their own.
    cost_discount = fields.Float(readonly=True, aggregator=None, export_string_translation=False)
    cost_received = fields.Float(readonly=True, aggregator=None, export_string_translation=False)
    cost_money_days = fields.Float(
        readonly=True, aggregator=None, export_string_translation=False
    )

    _depends = {
        "collection.discount.offer": [
            "move_line_id",
            "company_id",
            "partner_id",
            "move_type",
            "date_invoice",
            "payment_term_id",
            "discount_percentage",
            "balance_item",
            "balance_offered",
            "balance_discount",
            "date_end",
            "amount_taken_company",
            "state",
            "date_paid",
        ],
        "account.move": ["invoice_date", "invoice_user_id", "state", "commercial_partner_id"],
        "account.move.line": ["date", "date_maturity", "reconciled", "discount_date", "journal_id"],
        "account.partial.reconcile": ["debit_move_id", "credit_move_id"],
    }

    def action_open_invoice(self):
        self.ensure_one()
        return self.move_id._get_records_action()
