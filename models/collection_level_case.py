from odoo import fields, models


class CollectionLevel(models.Model):
    _inherit = "collection.level"

    opens_case = fields.Boolean(
        string="Opens a Case",
        help="When a notice of this level is issued, a case is prepared: unless the customer "
        "pays by the firm date, the debt is handed over to an agency or a court.",
    )
