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

    def _collection_address_lines(self):
        """The lines of an address block: company, person, street, town, country."""
        lines = self._display_address().split("\n")
        company = self.commercial_company_name
        if self.name and self.name != company:
            lines.insert(1 if company else 0, self.name)
        return [line.strip() for line in lines if line.strip()]

    def action_collection_statement(self):
        """Print or e-mail the statement of account of these customers."""
        return self.env["collection.statement.send"]._open(self.commercial_partner_id)
