from odoo import fields, models

from .res_partner import STAFF


class ResPartner(models.Model):
    """How late a customer may take a discount."""

    _inherit = "res.partner"

    collection_discount_own_tolerance = fields.Boolean(
        string="Own Discount Tolerance",
        company_dependent=True,
        index=False,
        copy=False,
        groups=STAFF,
        help="Otherwise the company's tolerance applies.",
    )
    collection_discount_tolerance_days = fields.Integer(
        string="Discount Days Late",
        company_dependent=True,
        index=False,
        copy=False,
        groups=STAFF,
        help="A discount taken at most this many days late is put before a person.",
    )
    collection_discount_tolerance_amount = fields.Float(
        string="More Than the Discount",
        company_dependent=True,
        index=False,
        copy=False,
        groups=STAFF,
        help="By how much more than the discount the customer may keep back, in the company's "
        "currency.",
    )

    def _collection_discount_tolerance(self, company):
        """``(days, amount in the company's currency)`` for a customer."""
        self.ensure_one()
        customer = self.commercial_partner_id.with_company(company).sudo()
        source = customer if customer.collection_discount_own_tolerance else company.sudo()
        return (
            max(source.collection_discount_tolerance_days, 0),
            max(source.collection_discount_tolerance_amount, 0.0),
        )
