from odoo import api, fields, models
from odoo.exceptions import UserError


class CollectionPolicy(models.Model):
    """The country's own rules, offered to a policy that has none: never set silently."""

    _inherit = "collection.policy"

    suggested_fee_rule_ids = fields.Many2many(
        "collection.fee.rule",
        compute="_compute_suggested_fee_rule_ids",
        help="Rules for businesses in the company's country.",
    )
    suggestion_country_id = fields.Many2one(
        "res.country", compute="_compute_suggested_fee_rule_ids"
    )

    @api.depends("fee_rule_id", "company_id.country_id")
    @api.depends_context("company")
    def _compute_suggested_fee_rule_ids(self):
        for policy in self:
            company = policy.company_id or self.env.company
            # Safe: a company's country is on every letter it sends.
            country = company.sudo().country_id
            rules = self.env["collection.fee.rule"]
            if country and not policy.fee_rule_id:
                rules = rules.search(
                    [
                        *rules._check_company_domain(company),
                        ("country_id", "=", country.id),
                        ("customer_type", "in", ("business", "any")),
                    ]
                )
            policy.suggested_fee_rule_ids = rules
            policy.suggestion_country_id = country


class CollectionFeeRule(models.Model):
    _inherit = "collection.fee.rule"

    def action_use_in_policy(self):
        """Set this rule on the policy of the context, as a person asked.

        :raises AccessError: for whoever may not change policies
        :raises UserError: without a policy
        """
        self.ensure_one()
        policy = self.env["collection.policy"].browse(
            self.env.context.get("collection_policy_id") or []
        )
        policy.check_access("write")
        if not policy.exists():
            raise UserError(self.env._("Save the policy first."))
        policy.fee_rule_id = self
