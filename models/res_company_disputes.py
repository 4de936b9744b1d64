from odoo import fields, models

from .res_partner import STAFF


class ResCompany(models.Model):
    """How a company handles disputes, holds and answers."""

    _inherit = "res.company"

    collection_dispute_days = fields.Integer(
        string="Answer Disputes Within",
        default=14,
        help="Days; the deadline of a new dispute. 0: none.",
        groups=STAFF,
    )
    collection_dispute_escalation_days = fields.Integer(
        string="Escalate Disputes After",
        default=7,
        help="Days after the deadline; then the collections responsible is asked too. 0: never.",
        groups=STAFF,
    )
    collection_dispute_rejected_days = fields.Integer(
        string="Days after a Rejection",
        default=7,
        help="Days the customer has to pay what turned out to be owed, before dunning goes on "
        "where it stood.",
        groups=STAFF,
    )
    collection_hold_review_days = fields.Integer(
        string="Review Holds After",
        default=30,
        help="Days; for holds without an end. 0: whoever sets one says when.",
        groups=STAFF,
    )
    collection_reply_pause_days = fields.Integer(
        string="Pause after an Answer",
        default=7,
        help="Days a customer who answers a reminder gets no further one, unless his answer is "
        "handled earlier. 0: his answer pauses nothing.",
        groups=STAFF,
    )

    _dispute_days_positive = models.Constraint(
        "CHECK(collection_dispute_days >= 0 AND collection_dispute_escalation_days >= 0"
        " AND collection_dispute_rejected_days >= 0 AND collection_hold_review_days >= 0"
        " AND collection_reply_pause_days >= 0)",
        "These numbers of days cannot be negative.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_dispute_days = fields.Integer(
        related="company_id.collection_dispute_days", readonly=False
    )
    collection_dispute_escalation_days = fields.Integer(
        related="company_id.collection_dispute_escalation_days", readonly=False
    )
    collection_dispute_rejected_days = fields.Integer(
        related="company_id.collection_dispute_rejected_days", readonly=False
    )
    collection_hold_review_days = fields.Integer(
        related="company_id.collection_hold_review_days", readonly=False
    )
    collection_reply_pause_days = fields.Integer(
        related="company_id.collection_reply_pause_days", readonly=False
    )
