from odoo import fields, models

from .res_partner import STAFF

FREQUENCIES = [("none", "Never"), ("monthly", "Every month")]


class ResPartner(models.Model):
    """Who gets statements of account by himself."""

    _inherit = "res.partner"

    collection_statement_frequency = fields.Selection(
        FREQUENCIES,
        string="Statement of Account",
        company_dependent=True,
        groups=STAFF,
        help="How often a statement of account is e-mailed. Empty: as the company does.",
    )

    def action_collection_statement(self):
        """Print or e-mail the statement of account of these customers."""
        return self.env["collection.statement.send"]._open(self.commercial_partner_id)
