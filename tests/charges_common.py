"""Fee rules and what they charge."""

from odoo import Command

from .common import CollectionsCommon


class ChargesCommon(CollectionsCommon):
    """A policy whose second level charges 12 % a year and 40 euros an item."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.is_company = True
        cls.rule = cls._fee_rule("Contract")
        cls.level_2.fee_rule_id = cls.rule

    @classmethod
    def _fee_rule(cls, name, **values):
        return cls.env["collection.fee.rule"].create(
            {
                "name": name,
                "interest_kind": "contractual",
                "rate": 12.0,
                "fixed_amount": 40.0,
                "currency_id": cls.company.currency_id.id,
                **values,
            }
        )

    @classmethod
    def _series(cls, values, **kwargs):
        """A reference rate from ``{"2026-01-01": 2.15}``."""
        return cls.env["collection.rate.series"].create(
            {
                "name": "Reference",
                "rate_ids": [
                    Command.create({"date_from": day, "rate": rate})
                    for day, rate in values.items()
                ],
                **kwargs,
            }
        )

    def _charges(self, invoice, kind=None):
        charges = self.env["collection.charge"].search(
            [("move_id", "=", invoice.id)], order="date, id"
        )
        return charges.filtered(lambda row: row.kind == kind) if kind else charges

    def _amounts(self, rule, invoice, date):
        """``{kind: amount}`` of what the rule would charge now."""
        return {
            row["kind"]: row["amount"]
            for row in rule.compute_charges(self._item(invoice), date)
        }

    def _owed(self, partner=None):
        """The customer's balance in the ledger, in company currency."""
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "child_of", (partner or self.customer).id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
        return sum(lines.mapped("balance"))
