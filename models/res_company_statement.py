from dateutil.relativedelta import relativedelta

from odoo import fields, models

from .res_partner import STAFF
from .res_partner_statement import FREQUENCIES


class ResCompany(models.Model):
    _inherit = "res.company"

    collection_statement_frequency = fields.Selection(
        FREQUENCIES,
        string="Statements of Account",
        default="none",
        required=True,
        help="How often customers get a statement of account by e-mail, unless their own "
        "record says otherwise.",
        groups=STAFF,
    )

    def _collection_statement_start(self, date_to):
        """First day of a statement that ends on a day: three calendar months of it."""
        return date_to.replace(day=1) - relativedelta(months=2)


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_statement_frequency = fields.Selection(
        related="company_id.collection_statement_frequency", readonly=False
    )
