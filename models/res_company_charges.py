from odoo import fields, models

from ..engine import allocation
from .res_partner import STAFF


class ResCompany(models.Model):
    """How a company books what lateness costs."""

    _inherit = "res.company"

    collection_charge_booking = fields.Selection(
        [
            ("invoice", "A debit invoice at once"),
            ("collective", "One debit invoice a month and customer"),
            ("claim", "Only claimed; booked when paid"),
        ],
        string="Book Charges",
        default="invoice",
        required=True,
        groups=STAFF,
    )
    collection_charge_journal_id = fields.Many2one(
        "account.journal",
        string="Charges Journal",
        domain="[('type', '=', 'sale')]",
        check_company=True,
        help="Empty: the first sales journal.",
        groups=STAFF,
    )
    collection_charge_payment_term_id = fields.Many2one(
        "account.payment.term",
        string="Charges Payment Terms",
        check_company=True,
        help="Empty: due on the firm date of the notice, else at once.",
        groups=STAFF,
    )
    collection_charge_tolerance = fields.Monetary(
        string="Waive Leftovers Up To",
        help="Charges left open when the invoice was paid are waived up to this sum a "
        "customer and currency, without asking.",
        groups=STAFF,
    )
    collection_allocation_order = fields.Selection(
        [
            (allocation.PRINCIPAL_FIRST, "Principal first"),
            (allocation.COSTS_FIRST, "Costs, then interest, then principal"),
        ],
        string="Partial Payments Settle",
        default=allocation.PRINCIPAL_FIRST,
        required=True,
        help="Proposed when a payment is allocated. German (BGB s. 367) and Romanian law "
        "(Civil Code art. 1509) settle costs first where nothing else was agreed.",
        groups=STAFF,
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_charge_booking = fields.Selection(
        related="company_id.collection_charge_booking", readonly=False
    )
    collection_charge_journal_id = fields.Many2one(
        related="company_id.collection_charge_journal_id", readonly=False
    )
    collection_charge_payment_term_id = fields.Many2one(
        related="company_id.collection_charge_payment_term_id", readonly=False
    )
    collection_charge_tolerance = fields.Monetary(
        related="company_id.collection_charge_tolerance", readonly=False
    )
    collection_allocation_order = fields.Selection(
        related="company_id.collection_allocation_order", readonly=False
    )
