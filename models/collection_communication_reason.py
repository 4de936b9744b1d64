from odoo import api, fields, models


class CollectionCommunication(models.Model):
    """What a contact tells about why the customer pays late."""

    _inherit = "collection.communication"

    lateness_reason_id = fields.Many2one(
        "collection.reason",
        string="Reason for Lateness",
        domain="[('kind', '=', 'lateness'), ('company_id', 'in', (False, company_id))]",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    amount_overdue = fields.Monetary(
        string="Overdue Then",
        currency_field="company_currency_id",
        readonly=True,
        copy=False,
        help="What the customer owed overdue when the reason was noted, in company currency.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows.filtered("lateness_reason_id")._note_overdue()
        return rows

    def write(self, vals):
        """An answer is kept as it came, but why the customer is late may be read from it."""
        if set(vals) == {"lateness_reason_id"} and not self.env.su:
            self.check_access("write")
            # Safe: the right to write was checked; only the reason is written.
            return self.sudo().write(vals)
        result = super().write(vals)
        if vals.get("lateness_reason_id"):
            self._note_overdue()
        return result

    def _note_overdue(self):
        for company, rows in self.grouped("company_id").items():
            customers = self.env["res.partner"].sudo().with_company(company)
            for row in rows:
                customer = customers.browse(row.partner_id.commercial_partner_id.id)
                row.sudo().amount_overdue = customer.collection_amount_overdue
