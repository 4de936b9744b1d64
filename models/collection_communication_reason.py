from odoo import fields, models


class CollectionCommunication(models.Model):
    """What a contact tells about why the customer pays late."""

    _inherit = "collection.communication"

    lateness_reason_id = fields.Many2one(
        "collection.reason",
        string="Reason for Lateness",
        domain="[('kind', '=', 'lateness'), ('company_id', 'in', (False, company_id))]",
        index="btree_not_null",
        ondelete="restrict",
    )
