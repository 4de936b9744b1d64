from odoo import fields, models

from .res_partner import STAFF


class ResCompany(models.Model):
    """What customers may do on the portal by themselves."""

    _inherit = "res.company"

    collection_portal_promise = fields.Boolean(
        string="Promises on the Portal",
        default=True,
        help="Customers promise on the portal when they will pay; dunning waits until then.",
        groups=STAFF,
    )
    collection_portal_promise_days = fields.Integer(
        string="Promise Within",
        default=14,
        help="The last day a customer can promise by himself, in days from today.",
        groups=STAFF,
    )
    collection_portal_promise_max_open = fields.Integer(
        string="Open Promises",
        default=1,
        help="So many promises of a customer can be open before he has to call.",
        groups=STAFF,
    )
    collection_portal_dispute = fields.Boolean(
        string="Disputes on the Portal",
        default=True,
        help="Customers contest invoices on the portal, with a reason and files.",
        groups=STAFF,
    )
    collection_portal_contact = fields.Boolean(
        string="Accounting Contact on the Portal",
        default=True,
        help="Customers name the person who is to receive reminders.",
        groups=STAFF,
    )

    _portal_promise_days_positive = models.Constraint(
        "CHECK(collection_portal_promise_days >= 0)",
        "The days for promises on the portal cannot be negative.",
    )
    _portal_promise_max_open_positive = models.Constraint(
        "CHECK(collection_portal_promise_max_open >= 0)",
        "The number of open promises cannot be negative.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_portal_promise = fields.Boolean(
        related="company_id.collection_portal_promise", readonly=False
    )
    collection_portal_promise_days = fields.Integer(
        related="company_id.collection_portal_promise_days", readonly=False
    )
    collection_portal_promise_max_open = fields.Integer(
        related="company_id.collection_portal_promise_max_open", readonly=False
    )
    collection_portal_dispute = fields.Boolean(
        related="company_id.collection_portal_dispute", readonly=False
    )
    collection_portal_contact = fields.Boolean(
        related="company_id.collection_portal_contact", readonly=False
    )
