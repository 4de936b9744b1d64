from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CollectionRate(models.Model):
    """One published value of a reference rate."""

    _name = "collection.rate"
    _description = "Reference Rate Value"
    _order = "series_id, date_from desc"
    _rec_name = "date_from"

    series_id = fields.Many2one(
        "collection.rate.series",
        string="Reference Rate",
        required=True,
        index=True,
        ondelete="cascade",
    )
    date_from = fields.Date(
        string="From", required=True, help="First day on which the value counts."
    )
    rate = fields.Float(
        string="Percent a Year", digits=(16, 4), required=True, aggregator=None
    )
    source = fields.Char(help="Where the value was published.")

    _once = models.Constraint(
        "UNIQUE(series_id, date_from)",
        "This reference rate already has a value from that day: change that one.",
    )
    _rate_sane = models.Constraint(
        "CHECK(rate BETWEEN -10 AND 100)",
        "A reference rate is in percent a year, between -10 and 100.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._require_rate(vals)
        rates = super().create(vals_list)
        rates.series_id._close_reminders()
        return rates

    def write(self, vals):
        if "rate" in vals:
            self._require_rate(vals)
        result = super().write(vals)
        if {"date_from", "series_id"} & vals.keys():
            self.series_id._close_reminders()
        return result

    def _require_rate(self, vals):
        """An empty cell of a file is no rate, and above all not zero percent.

        :raises ValidationError: naming the day
        """
        rate = vals.get("rate")
        # 0.0 equals False, yet it is a rate: the ECB's was zero for years.
        if rate is None or rate is False or rate == "":
            raise ValidationError(
                self.env._(
                    "The reference rate from %s is empty: enter its percent a year.",
                    vals.get("date_from") or "?",
                )
            )

    @api.depends("series_id.name", "date_from")
    def _compute_display_name(self):
        for rate in self:
            rate.display_name = f"{rate.series_id.name or ''}: {rate.date_from or ''}"

    @api.model
    def get_import_templates(self):
        return [
            {
                "label": self.env._("Import Template for Reference Rates"),
                "template": "/account_collections/static/csv/collection_rate.csv",
            }
        ]
