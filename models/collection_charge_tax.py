from odoo import models
from odoo.fields import Command

from .collection_charge import INTEREST


class CollectionCharge(models.Model):
    """Tax on charges: letter, charge and document agree to the cent.

    A charge is an amount without tax and the tax on it, each rounded by itself. The
    document that books several of them, and each credit note, are made to add up to
    that, whatever way of rounding taxes the company has chosen.
    """

    _inherit = "collection.charge"

    def _add_taxes(self):
        for charge in self:
            charge.amount_tax = charge._tax_on(charge.amount)

    def _tax_on(self, amount):
        """Tax in the charge's currency on an amount without tax: none where the rule
        says outside VAT."""
        self.ensure_one()
        taxes = self._taxes()
        if not taxes:
            return 0.0
        totals = taxes.compute_all(
            amount,
            self.currency_id,
            1,
            self._product(),
            self.partner_id,
            handle_price_include=False,
            rounding_method="round_per_line",
        )
        return self.currency_id.round(totals["total_included"] - totals["total_excluded"])

    def _taxes(self):
        self.ensure_one()
        rule, company = self.fee_rule_id, self.company_id
        if rule.tax_handling != "product":
            return self.env["account.tax"]
        taxes = self._product().taxes_id.filtered_domain(
            self.env["account.tax"]._check_company_domain(company)
        )
        position = (
            self.env["account.fiscal.position"]
            .with_company(company)
            ._get_fiscal_position(self.partner_id)
        )
        return position.map_tax(taxes)

    def _product(self):
        self.ensure_one()
        if self.fee_rule_id.product_id:
            return self.fee_rule_id.product_id
        name = "product_interest" if self.kind == INTEREST else "product_compensation"
        # Not by ``env.ref``, which asks each time whether the record is still there.
        product_id = self.env["ir.model.data"]._xmlid_to_res_id(f"account_collections.{name}")
        return self.env["product.product"].browse(product_id)

    def _price(self, amounts=None):
        """The price of this charge's line on its document, or on a credit note.

        The parts credited one after the other add up to the amount without tax.

        :param amounts: ``{charge id: amount with tax}`` for a credit note of a part
        """
        self.ensure_one()
        waived = self._net_of(self.amount_waived)
        net = self.amount - waived
        if amounts is not None:
            net = self._net_of(self.amount_waived + amounts[self.id]) - waived
        if any(self._taxes().mapped("price_include")):
            net += self._tax_on(net)
        return self.currency_id.round(net)

    def _net_of(self, total):
        """The part of an amount with tax that is no tax."""
        return self.currency_id.round(total * self.amount / self.amount_total)

    def _fit_total(self, document, total):
        """The cents by which rounding differs go on the tax of a draft document, or on a
        line of their own.

        :param total: what the document must add up to, in its currency
        """
        difference = document.currency_id.round(total - document.amount_total)
        if not difference:
            return
        line = document.line_ids.filtered("tax_line_id").sorted(
            lambda line: abs(line.amount_currency)
        )[-1:]
        amount = line.amount_currency + document.direction_sign * difference
        if line and not document.currency_id.is_zero(amount):
            document.line_ids = [Command.update(line.id, {"amount_currency": amount})]
            return
        # Of some cents there is no tax.
        document.invoice_line_ids = [
            Command.create(
                {
                    "name": self.env._("Rounding of taxes"),
                    "account_id": document.invoice_line_ids[-1:].account_id.id,
                    "price_unit": difference,
                    "tax_ids": [Command.clear()],
                }
            )
        ]
