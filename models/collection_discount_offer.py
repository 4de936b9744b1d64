from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine import discounts
from .account_payment_term import METHODS, VOUCHER

TAX_MODES = [
    (discounts.INCLUDED, "Reduced on early payment"),
    (discounts.EXCLUDED, "Never reduced"),
    (discounts.MIXED, "Reduced on the invoice"),
]
# They shrink a discount; everything else pays.
CREDIT_NOTES = ("out_refund", "in_refund")
# Who works with invoices in the accounting menus, or collects them; customers read the
# printed invoice, salespeople what it comes to.
DISCOUNT_GROUPS = (
    "account.group_account_invoice,account.group_account_readonly,"
    "account_collections.group_collections_collector,"
    "account_collections.group_collections_auditor"
)
STATES = [
    ("open", "Open"),
    ("taken", "Taken in time"),
    ("taken_late", "Taken late, accepted"),
    ("refused", "Taken late, refused"),
    ("lapsed", "Not taken"),
]


class CollectionDiscountOffer(models.Model):
    """One discount tier of one item, frozen when the invoice was posted.

    Amounts are signed like the item: positive on a customer's invoice. What was offered
    stays; what it comes to now shrinks with credit notes.
    """

    _name = "collection.discount.offer"
    _description = "Early-Payment Discount Offered"
    _order = "move_line_id, date_end, id"

    move_line_id = fields.Many2one(
        "account.move.line",
        string="Item",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    move_id = fields.Many2one(
        "account.move", string="Invoice", required=True, readonly=True, index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index="btree_not_null"
    )
    move_type = fields.Char(required=True, readonly=True)
    date_invoice = fields.Date(string="Invoice Date", required=True, readonly=True)
    payment_term_id = fields.Many2one(
        "account.payment.term", readonly=True, index="btree_not_null", ondelete="set null"
    )
    tier_id = fields.Many2one(
        "collection.discount.tier", readonly=True, index="btree_not_null", ondelete="set null"
    )
    sequence = fields.Integer(required=True, readonly=True, aggregator=None)
    discount_percentage = fields.Float(
        string="Discount %", required=True, readonly=True, digits=(16, 4), aggregator=None
    )
    date_end = fields.Date(string="Last Day", required=True, readonly=True, index=True)
    method = fields.Selection(METHODS, required=True, readonly=True)
    tax_mode = fields.Selection(TAX_MODES, string="Tax", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    date_maturity = fields.Date(related="move_line_id.date_maturity")
    amount_item = fields.Monetary(string="Amount", readonly=True)
    amount_offered = fields.Monetary(
        string="Discount Offered", readonly=True, help="On the day of posting."
    )
    balance_item = fields.Monetary(
        currency_field="company_currency_id", readonly=True, export_string_translation=False
    )
    balance_offered = fields.Monetary(
        currency_field="company_currency_id", readonly=True, export_string_translation=False
    )
    amount_discount = fields.Monetary(
        string="Discount", readonly=True, help="After credit notes on the item."
    )
    amount_to_pay = fields.Monetary(
        readonly=True, help="What settles the item until the last day, after credit notes."
    )
    balance_discount = fields.Monetary(
        string="Discount in Company Currency",
        currency_field="company_currency_id",
        readonly=True,
    )
    balance_to_pay = fields.Monetary(
        string="To Pay in Company Currency",
        currency_field="company_currency_id",
        readonly=True,
    )
    state = fields.Selection(STATES, required=True, readonly=True, default="open", index=True)
    date_paid = fields.Date(readonly=True)
    amount_taken = fields.Monetary(readonly=True)
    amount_taken_company = fields.Monetary(
        string="Taken in Company Currency",
        currency_field="company_currency_id",
        readonly=True,
    )
    discount_move_id = fields.Many2one(
        "account.move",
        string="Booked By",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The entry or credit note that booked the discount.",
    )

    _once = models.UniqueIndex(
        "(move_line_id, sequence)", "A discount tier is offered once on an item."
    )
    _taken_once = models.UniqueIndex(
        "(move_line_id) WHERE state IN ('taken', 'taken_late')",
        "Only one discount can be taken on an item.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_by_code()
        return super().create(vals_list)

    def write(self, vals):
        self._check_by_code()
        return super().write(vals)

    def unlink(self):
        self._check_by_code()
        return super().unlink()

    def _check_by_code(self):
        """:raises UserError: what was offered is part of the record"""
        if not self.env.su:
            raise UserError(self.env._("Offered discounts follow their invoice."))

    @api.depends_context("lang")
    @api.depends("move_id.name", "discount_percentage", "date_end")
    def _compute_display_name(self):
        for offer in self:
            offer.display_name = self.env._(
                "%(invoice)s: %(percent)s %% until %(date)s",
                invoice=offer.move_id.name or "",
                percent=f"{offer.discount_percentage:g}",
                date=format_date(self.env, offer.date_end),
            )

    def _in_force(self, on):
        """Of one item's offers, the one that counts on a day; empty after the last."""
        ordered = self.filtered(lambda offer: offer.state == "open").sorted("date_end")
        index = discounts.in_force(ordered.mapped("date_end"), on)
        return self.browse() if index is None else ordered[index]

    def _core_date(self):
        """One item's discount date as core computes it from the terms: none where the
        terms have instalments, which core's discount does not know."""
        first = self._lowers_price().sorted("date_end")[:1]
        items = first.move_id.line_ids.filtered(lambda line: line.display_type == "payment_term")
        return first.date_end if len(items) == 1 else False

    def _lowers_price(self):
        """Those the customer pays less by; a voucher is paid in full."""
        return self.filtered(lambda offer: offer.method != VOUCHER)

    def _reshape(self, credited, by_voucher=0.0):
        """Shrink after credit notes over ``credited`` of the item, in its currency.

        :param by_voucher: what vouchers settled of it: less is to pay, nothing else changes
        """
        for offer in self:
            item, balance = offer.amount_item, offer.balance_item
            precision = offer.currency_id.rounding or 0.01
            in_company = offer.company_currency_id.rounding or 0.01
            gone = credited + by_voucher
            discount = discounts.shrunk(offer.amount_offered, item, credited, precision)
            saved = offer.company_currency_id.round(balance - offer.balance_offered)
            balance_discount = discounts.shrunk(saved, item, credited, in_company)
            left = discounts.shrunk(item, item, gone, precision)
            balance_left = discounts.shrunk(balance, item, gone, in_company)
            if abs(discount) > abs(left):  # a voucher paid nearly all of it
                discount, balance_discount = left, balance_left
            if coins := offer._cash_rounding(left - discount):
                discount = offer.currency_id.round(discount - coins)
                balance_discount = offer.company_currency_id.round(discount * balance / item)
            offer.write(
                {
                    "amount_discount": discount,
                    "amount_to_pay": offer.currency_id.round(left - discount),
                    "balance_discount": balance_discount,
                    "balance_to_pay": offer.company_currency_id.round(
                        balance_left - balance_discount
                    ),
                }
            )

    def _cash_rounding(self, amount):
        """What cash rounding of the invoice adds to an amount to pay: a sum of coins."""
        rounding = self.move_id.invoice_cash_rounding_id
        return rounding.compute_difference(self.currency_id, amount) if rounding else 0.0
