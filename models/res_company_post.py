from odoo import fields, models

from .res_partner import STAFF


class ResCompany(models.Model):
    """How a company's letters get into the post."""

    _inherit = "res.company"

    collection_letter_channel = fields.Selection(
        [
            ("print", "Printed and posted by us"),
            ("snailmail", "Posted by Odoo's service"),
        ],
        string="Letters",
        default="print",
        required=True,
        help="Registered letters are always printed here.",
        groups=STAFF,
    )
    collection_letter_duplex = fields.Boolean(
        string="Print on Both Sides",
        help="In a batch, each letter begins on a fresh sheet.",
        groups=STAFF,
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_letter_channel = fields.Selection(
        related="company_id.collection_letter_channel", readonly=False, required=True
    )
    collection_letter_duplex = fields.Boolean(
        related="company_id.collection_letter_duplex", readonly=False
    )
