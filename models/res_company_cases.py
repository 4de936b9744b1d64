from odoo import fields, models

from .res_partner import STAFF


class ResCompany(models.Model):
    _inherit = "res.company"

    collection_agency_id = fields.Many2one(
        "res.partner",
        check_company=True,
        help="Suggested when a case is opened.",
        groups=STAFF,
    )
    collection_case_review_days = fields.Integer(
        string="Ask about Cases Every (days)",
        default=30,
        help="After so many days the owner of a case that was handed over is asked how it "
        "stands.",
        groups=STAFF,
    )

    _case_review_positive = models.Constraint(
        "CHECK(collection_case_review_days > 0)",
        "The days after which a case is looked at again must be positive.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_agency_id = fields.Many2one(
        related="company_id.collection_agency_id", readonly=False
    )
    collection_case_review_days = fields.Integer(
        related="company_id.collection_case_review_days", readonly=False
    )
