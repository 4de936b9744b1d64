from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    min_days_after_sending = fields.Integer(
        related="company_id.min_days_after_sending", readonly=False
    )
    collection_start_due_date = fields.Date(
        related="company_id.collection_start_due_date", readonly=False
    )
    collection_start_level_id = fields.Many2one(
        related="company_id.collection_start_level_id", readonly=False
    )
    collection_workdays_only = fields.Boolean(
        related="company_id.collection_workdays_only", readonly=False
    )
    collection_skip_retention_days = fields.Integer(
        related="company_id.collection_skip_retention_days", readonly=False
    )
    collection_responsible_id = fields.Many2one(
        related="company_id.collection_responsible_id", readonly=False
    )
