"""Debts that are given up, with a second manager to agree."""

from odoo import Command
from odoo.tests import new_test_user

from .common import TODAY
from .discounts_common import DiscountsCommon


class WriteOffCommon(DiscountsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bad_debts = cls._account("654000", "Losses on receivables", "expense")
        cls.recovered = cls._account("754000", "Receivables reactivated", "income_other")
        cls.company.write(
            {
                "collection_write_off_account_id": cls.bad_debts.id,
                "collection_recovery_account_id": cls.recovered.id,
            }
        )
        cls.colleague, cls.collector = (
            new_test_user(
                cls.env(su=True),
                login=f"write_off_{role}",
                groups=f"account_collections.group_collections_{role}",
                company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
            )
            for role in ("manager", "collector")
        )

    @classmethod
    def _account(cls, code, name, kind):
        return cls.env["account.account"].create(
            {"code": code, "name": name, "account_type": kind}
        )

    @classmethod
    def _billed(cls, lines, days_late=60, **values):
        """An invoice of ``[(price, taxes)]`` that is late."""
        invoice = cls._create_invoice(
            invoice_line_ids=[
                Command.create(
                    {
                        "name": "Service",
                        "price_unit": price,
                        "tax_ids": [Command.set([tax.id for tax in taxes])],
                    }
                )
                for price, taxes in lines
            ],
            invoice_date="2026-01-02",
            invoice_date_due="2026-01-30",
            invoice_payment_term_id=False,
            partner_id=values.pop("partner_id", cls.customer.id),
            post=True,
            **values,
        )
        return invoice

    @classmethod
    def _write_off(cls, items, amount=None, post=True, **values):
        """A write-off of items, or of ``amount`` of one, that the manager books."""
        if items._name == "account.move":
            items = cls._item(items)
        document = cls.env["collection.write.off"].create(
            {
                "partner_id": items.partner_id.commercial_partner_id.id,
                "reason": "Bankrupt",
                "date": TODAY,
                "line_ids": [
                    Command.create(
                        {"move_line_id": item.id, **({"amount": amount} if amount else {})}
                    )
                    for item in items
                ],
                **values,
            }
        )
        if post:
            document.action_request()
        return document

    def _balances(self):
        """``{account: (amount in currency, balance)}`` of the whole customer's ledger and of
        what is booked beside it."""
        self.env.flush_all()
        rows = self.env["account.move.line"]._read_group(
            [("company_id", "=", self.company.id), ("parent_state", "=", "posted")],
            ["account_id", "currency_id"],
            ["amount_currency:sum", "balance:sum"],
        )
        return {
            (account.code, currency.name): (round(amount, 2), round(balance, 2))
            for account, currency, amount, balance in rows
            if round(amount, 2) or round(balance, 2)
        }

    def _parts(self, document):
        """``{account code: balance}`` of a document."""
        parts = {}
        for line in document.line_ids:
            code = line.account_id.code
            parts[code] = round(parts.get(code, 0.0) + line.balance, 2)
        return parts
