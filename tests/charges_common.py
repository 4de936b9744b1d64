"""Fee rules and what they charge."""

from odoo import Command, fields

from .common import TODAY, CollectionsCommon, later


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

    def _ready(self, *invoices):
        """Level 1 lies well behind these invoices: a run that finds them 15 days late
        charges."""
        for invoice in invoices:
            items = self._item(invoice).sudo()
            items.collection_level_id = self.level_1
            items.collection_manual_date = later(-60)
        return invoices[0]

    def _late(self, amount=1000.0, days_late=15, **values):
        """An invoice that the run of TODAY charges: 15 days are 4.93, and 40."""
        return self._ready(self._invoice(days_late, amount, **values))

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
        return self.company.currency_id.round(sum(lines.mapped("balance")))

    def _days(self, invoice, until=30, rule=None):
        """``[(first day, last day, balance)]`` of the interest up to a day, in days after
        TODAY."""
        rows = (rule or self.rule).compute_charges(self._item(invoice), later(until))
        return [
            (self._day(segment["date_from"]), self._day(segment["date_to"]), segment["balance"])
            for row in rows
            for segment in row["segments"]
        ]

    def _day(self, text):
        return (fields.Date.to_date(text) - TODAY).days

    def _due_today(self, amount=1000.0, **values):
        return self._invoice(0, amount, **values)
