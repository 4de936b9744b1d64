from odoo import fields, models

from .res_partner import STAFF


class ResCompany(models.Model):
    _inherit = "res.company"

    collection_promise_grace_days = fields.Integer(
        string="Days of Grace",
        help="So many days after a promised one are waited for the money.",
        groups=STAFF,
    )
    collection_plan_reminder_days = fields.Integer(
        string="Remind of Instalments",
        default=3,
        help="So many days before an instalment of a plan the customer is reminded by e-mail. "
        "0: he is not.",
        groups=STAFF,
    )

    _promise_grace_positive = models.Constraint(
        "CHECK(collection_promise_grace_days >= 0)", "Days of grace cannot be negative."
    )
    _plan_reminder_positive = models.Constraint(
        "CHECK(collection_plan_reminder_days >= 0)",
        "The days before an instalment cannot be negative.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_promise_grace_days = fields.Integer(
        related="company_id.collection_promise_grace_days", readonly=False
    )
    collection_plan_reminder_days = fields.Integer(
        related="company_id.collection_plan_reminder_days", readonly=False
    )
