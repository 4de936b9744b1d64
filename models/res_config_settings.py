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
    collection_live_date = fields.Date(
        related="company_id.collection_live_date", readonly=False
    )
    collection_workdays_only = fields.Boolean(
        related="company_id.collection_workdays_only", readonly=False
    )
    collection_skip_retention_days = fields.Integer(
        related="company_id.collection_skip_retention_days", readonly=False
    )
    collection_rivals = fields.Char(compute="_compute_collection_rivals")
    collection_responsible_id = fields.Many2one(
        related="company_id.collection_responsible_id", readonly=False
    )

    def _compute_collection_rivals(self):
        for settings in self:
            settings.collection_rivals = settings.company_id._collection_rivals()
