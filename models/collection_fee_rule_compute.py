from odoo import api, fields, models
from odoo.tools import SQL

from .collection_assessment import Request

PUBLIC_KEYS = ("move_line_id", "kind", "date_from", "date_to", "amount", "segments")
# Problems that concern one item and are no mistake of the configuration.
SILENT = ("archived_customer", "consumer_rule")


class CollectionFeeRule(models.Model):
    """Which rule applies to an item, and what it costs."""

    _inherit = "collection.fee.rule"

    def compute_charges(self, move_lines, date):
        """What is not charged yet on these items by this rule, without writing.

        Interest up to and including ``date``, and the compensation that is due once;
        fees come with a notice only. Items that are not late, paid before interest
        began, charge documents, archived customers and, for a rule for businesses,
        consumers give nothing.

        :param move_lines: ``account.move.line``, receivable items
        :param date: last day of interest (a date or ISO string)
        :return: list of dicts: ``move_line_id``, ``kind``, ``date_from``,
            ``date_to``, ``amount`` (the item's currency, without tax), ``segments``
            (dicts of ``date_from``, ``date_to``, ``days``, ``balance``, ``rate`` in
            percent a year, ``amount``)
        :raises AccessError: for whoever may not read rule or items
        :raises UserError: when a rate is missing, naming series and date
        """
        self.ensure_one()
        self.check_access("read")
        move_lines.check_access("read")
        # Safe: rights are checked above; the history needs payments and charges.
        rule, items = self.sudo(), move_lines.sudo()
        assessment = self.env["collection.assessment"].sudo()
        charges, problems = assessment._assess(
            [Request(item, rule) for item in items], fields.Date.to_date(date)
        )
        assessment._raise({k: v for k, v in problems.items() if v[0] not in SILENT})
        return [{key: row[key] for key in PUBLIC_KEYS} for row in charges]

    @api.model
    def _of_items(self, items):
        """The rule of each item where no notice is at hand.

        The customer's own, else his policy's, else that of the first level of the
        policy that has one.

        :param items: ``account.move.line`` in sudo
        :return: ``{item id: collection.fee.rule}``, items without a rule left out
        """
        rules = {}
        of_policies = self.env["collection.policy"]._fee_rule_ids()
        for company, group in items.grouped("company_id").items():
            policies = self._policies_of(company, group)
            for item in group:
                customer = item.partner_id.commercial_partner_id.with_company(company)
                rule = customer.collection_fee_rule_id or self.browse(
                    of_policies.get(policies[item.id].id)
                )
                if rule:
                    rules[item.id] = rule
        return rules

    @api.model
    def _policies_of(self, company, items):
        """``{item id: collection.policy}`` by the one rule that decides it."""
        policy = self.env["collection.policy"]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT aml.id, %(policy)s
                  FROM account_move_line aml
                  JOIN account_move am ON am.id = aml.move_id
                  LEFT JOIN res_partner part ON part.id = aml.partner_id
                  LEFT JOIN res_partner cp ON cp.id = part.commercial_partner_id
                 WHERE aml.id IN %(items)s
                """,
                policy=policy._resolution_sql(company, "am", "cp"),
                items=tuple(items.ids) or (0,),
            )
        )
        return {item_id: policy.browse(policy_id) for item_id, policy_id in rows}
