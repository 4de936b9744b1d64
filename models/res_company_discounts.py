from odoo import fields, models

from ..engine import discounts
from .res_partner import STAFF


class ResCompany(models.Model):
    """How a company gives early-payment discounts."""

    _inherit = "res.company"

    collection_discount_nonworking = fields.Selection(
        [
            (discounts.KEEP, "Stays as it is"),
            (discounts.AFTER, "Moves to the next working day"),
            (discounts.BEFORE, "Moves to the working day before"),
        ],
        string="Last Day on a Day off",
        default=discounts.KEEP,
        required=True,
        help="When the last day of a discount is not a working day of the company.",
        groups=STAFF,
    )
    collection_discount_grant = fields.Selection(
        [("auto", "Granted at once"), ("ask", "Asked for")],
        string="Paid in Time, Short by the Discount",
        default="auto",
        required=True,
        help="A payment that came in time and is short by exactly the discount, matched by hand "
        "or by the bank matching.",
        groups=STAFF,
    )
    collection_discount_tolerance_days = fields.Integer(
        string="Days Late",
        help="A discount taken at most this many days late is put before a person; later "
        "than that the rest is claimed.",
        groups=STAFF,
    )
    collection_discount_tolerance_amount = fields.Monetary(
        string="More Than the Discount",
        help="By how much more than the discount a customer may keep back.",
        groups=STAFF,
    )
    collection_discount_journal_id = fields.Many2one(
        "account.journal",
        string="Discount Journal",
        domain="[('type', '=', 'general')]",
        check_company=True,
        help="For discounts granted after the payment. Empty: the first miscellaneous journal.",
        groups=STAFF,
    )
    collection_cost_of_money = fields.Float(
        string="Cost of Money",
        digits=(16, 2),
        default=8.0,
        help="Percent a year: what an overdraft or loan costs the company. The what-if "
        "calculator compares discounts with it.",
        groups=STAFF,
    )
    collection_no_discount_mention = fields.Text(
        string="No-Discount Mention",
        translate=True,
        help="Printed on customer invoices that give no early-payment discount. In France it "
        "is mandatory (Commercial Code, art. L441-9).",
        groups=STAFF,
    )
    collection_print_late_terms = fields.Boolean(
        string="Print Late-Payment Terms",
        default=True,
        help="Customer invoices say what lateness costs, by the customer's fee rule.",
        groups=STAFF,
    )

    _discount_tolerance_positive = models.Constraint(
        "CHECK(collection_discount_tolerance_days >= 0"
        " AND collection_discount_tolerance_amount >= 0)",
        "Tolerances cannot be negative.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_discount_nonworking = fields.Selection(
        related="company_id.collection_discount_nonworking", readonly=False
    )
    collection_discount_grant = fields.Selection(
        related="company_id.collection_discount_grant", readonly=False
    )
    collection_discount_tolerance_days = fields.Integer(
        related="company_id.collection_discount_tolerance_days", readonly=False
    )
    collection_discount_tolerance_amount = fields.Monetary(
        related="company_id.collection_discount_tolerance_amount", readonly=False
    )
    collection_discount_journal_id = fields.Many2one(
        related="company_id.collection_discount_journal_id", readonly=False
    )
    collection_cost_of_money = fields.Float(
        related="company_id.collection_cost_of_money", readonly=False
    )
    collection_no_discount_mention = fields.Text(
        related="company_id.collection_no_discount_mention", readonly=False
    )
    collection_print_late_terms = fields.Boolean(
        related="company_id.collection_print_late_terms", readonly=False
    )
