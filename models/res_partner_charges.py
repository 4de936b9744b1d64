from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

from .collection_notice import MANAGER_GROUP
from .res_partner import STAFF
from .typed_values import changed, chosen


class ResPartner(models.Model):
    """What lateness costs a customer."""

    _inherit = "res.partner"

    collection_fee_rule_id = fields.Many2one(
        "collection.fee.rule",
        company_dependent=True,
        check_company=True,
        copy=False,
        groups=STAFF,
        help="Empty: the rule of the level or of the policy. Only a collections manager "
        "chooses it.",
    )
    collection_customer_type = fields.Selection(
        [("business", "Business"), ("consumer", "Consumer")],
        string="Debtor Is a",
        groups=STAFF,
        help="Empty: a company, or whoever has a tax or company number, is a business. "
        "Consumers are charged by rules for consumers only.",
    )
    collection_interest_accrued = fields.Monetary(
        string="Interest to Date",
        compute="_compute_collection_interest_accrued",
        groups=STAFF,
        help="Late interest up to today on open items that has not been charged yet, in the "
        "company's currency. Nothing is booked.",
    )
    collection_charges_open = fields.Monetary(
        string="Open Charges",
        compute="_compute_collection_charges_open",
        groups=STAFF,
        help="Charges made and not paid, in the company's currency.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        if chosen(self, vals_list, {"collection_fee_rule_id"}):
            self._check_fee_rule_right()
        return super().create(vals_list)

    def write(self, vals):
        if changed(self, vals, {"collection_fee_rule_id"}):
            self._check_fee_rule_right()
        return super().write(vals)

    @api.model
    def _check_fee_rule_right(self):
        """:raises AccessError: choosing what lateness costs is like waiving it"""
        if not (self.env.su or self.env.user.has_group(MANAGER_GROUP)):
            raise AccessError(
                self.env._("Only a collections manager chooses a customer's fee rule.")
            )

    @api.constrains(
        "collection_fee_rule_id", "collection_customer_type", "is_company", "vat",
        "company_registry",
    )
    def _check_fee_rule(self):
        """:raises ValidationError: for a consumer with a rule for businesses"""
        for partner in self:
            rule = partner.sudo().collection_fee_rule_id
            if rule.customer_type == "business" and partner._collection_is_consumer():
                raise ValidationError(
                    self.env._(
                        "Fee rule “%(rule)s” is for businesses; %(customer)s is a consumer. "
                        "Choose a rule for consumers, or say that the debtor is a business.",
                        rule=rule.name,
                        customer=partner.display_name,
                    )
                )

    @api.depends_context("company")
    def _compute_collection_interest_accrued(self):
        company = self.env.company
        amounts = dict.fromkeys(self.commercial_partner_id.ids, 0.0)
        items = self.env["account.move.line"]
        if items.has_access("read"):
            items = items.search(
                self._collection_overdue_domain()
                & Domain("partner_id.commercial_partner_id", "in", list(amounts))
            )
            accrued, _problems = self.env["collection.assessment"]._accrued(items)
            today = company._collection_today()
            for item in items.filtered(lambda item: item.id in accrued):
                amounts[item.partner_id.commercial_partner_id.id] += item.currency_id._convert(
                    accrued[item.id], company.currency_id, company, today
                )
        for partner in self:
            partner.collection_interest_accrued = amounts.get(partner.commercial_partner_id.id, 0.0)

    @api.depends_context("company")
    def _compute_collection_charges_open(self):
        company = self.env.company
        amounts = dict.fromkeys(self.commercial_partner_id.ids, 0.0)
        charges = self.env["collection.charge"]
        if charges.has_access("read"):
            today = company._collection_today()
            for charge in charges._search_open(company, list(amounts)):
                amounts[charge.partner_id.id] += charge.currency_id._convert(
                    charge.amount_open, company.currency_id, company, today
                )
        for partner in self:
            partner.collection_charges_open = amounts.get(partner.commercial_partner_id.id, 0.0)

    def _collection_is_consumer(self):
        """True when the law that protects consumers applies to this customer."""
        self.ensure_one()
        customer = self.commercial_partner_id.sudo()
        if customer.collection_customer_type:
            return customer.collection_customer_type == "consumer"
        return not (customer.is_company or customer.vat or customer.company_registry)

    def action_collection_charges(self):
        """The charges of this customer."""
        self.ensure_one()
        return self._collection_action("collection_charge_action")
