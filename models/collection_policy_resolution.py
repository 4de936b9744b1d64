"""Which policy, and which fee rule, whom concerns: asked at every turn, changed once in a while.

What policies say about that is kept in memory. Whatever changes a policy or one of its levels
clears it, in all processes.
"""

from odoo import api, models, tools
from odoo.tools import SQL


class CollectionPolicy(models.Model):
    _inherit = "collection.policy"

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        self.env.registry.clear_cache()
        return policies

    def write(self, vals):
        result = super().write(vals)
        if "is_default" in vals:
            # There is one default only: the old one before its successor.
            self.flush_recordset(["is_default"])
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.model
    def _usable(self, company):
        """Active policies a company may use: its own, its parents', the shared."""
        return self.sudo().browse(self._usable_ids(company.id))

    @api.model
    @tools.ormcache("company_id")
    def _usable_ids(self, company_id):
        company = self.env["res.company"].sudo().browse(company_id)
        policies = self.sudo().with_context(active_test=True)
        return policies.search(
            [
                ("company_id", "in", [False, *company.parent_ids.ids]),
                "|",
                ("level_ids", "!=", False),
                ("discount_level_ids", "!=", False),
            ]
        )._ids

    @api.model
    def _default_of(self, company):
        """The company's default policy: its own, else the nearest parent's, else the
        one shared by all companies."""
        return self.sudo().browse(self._default_id(company.id))

    @api.model
    @tools.ormcache("company_id")
    def _default_id(self, company_id):
        company = self.env["res.company"].sudo().browse(company_id)
        defaults = self._usable(company).filtered("is_default")
        rank = {parent.id: depth for depth, parent in enumerate(company.parent_ids, start=1)}
        found = defaults.sorted(lambda policy: -rank.get(policy.company_id.id, 0))[:1]
        return found.id or None

    @api.model
    @tools.ormcache()
    def _fee_rule_ids(self):
        """``{policy id: fee rule id}``: its own rule, else that of its first level with one."""
        policies = self.sudo().with_context(active_test=False).search([])
        rules = {
            policy.id: policy.fee_rule_id or policy._ordered_levels().fee_rule_id[:1]
            for policy in policies
        }
        return {policy_id: rule.id for policy_id, rule in rules.items() if rule}

    @api.model
    def _resolution_sql(self, company, move, partner):
        """The one place that decides which policy an item follows.

        Invoice, else customer (per company), else the company's default.

        :param company: ``res.company`` record
        :param str move: SQL alias of ``account_move``
        :param str partner: SQL alias of the commercial ``res_partner``
        :return: SQL expression of the policy id (NULL: none)
        """
        usable = self._usable_ids(company.id) or (0,)
        of_move = SQL.identifier(move, "collection_policy_id")
        of_partner = SQL(
            "(%s->>%s)::int", SQL.identifier(partner, "collection_policy_id"), str(company.id)
        )
        return SQL(
            "COALESCE(CASE WHEN %(move)s IN %(usable)s THEN %(move)s END,"
            " CASE WHEN %(partner)s IN %(usable)s THEN %(partner)s END, %(default)s)",
            move=of_move,
            partner=of_partner,
            usable=usable,
            default=self._default_id(company.id),
        )


class CollectionLevel(models.Model):
    _inherit = "collection.level"

    @api.model_create_multi
    def create(self, vals_list):
        levels = super().create(vals_list)
        self.env.registry.clear_cache()
        return levels

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
