"""Money that is short by a discount, matched by hand."""

from odoo import Command

from .discounts_common import INVOICED, DiscountsCommon, day

IN_TIME, SECOND, LATE = day("2024-05-08"), day("2024-05-14"), day("2024-05-17")
NOW = "2024-05-20"


class DeductionsCommon(DiscountsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {"collection_discount_grant": "auto", "collection_discount_tolerance_days": 3}
        )
        cls.loss = cls.company.account_journal_early_pay_discount_loss_account_id
        cls.receivable = cls.company_data["default_account_receivable"]

    @classmethod
    def _match(cls, invoice, amount, on, partner=None, **values):
        """A payment that came by the bank and is set against the invoice by hand."""
        payment = cls._unallocated_payment(
            amount, on=on, partner=partner or invoice.partner_id, **values
        )
        cls._assign(invoice, payment.move_id)
        return payment

    @classmethod
    def _assign(cls, invoice, move):
        line = move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable" and not line.reconciled
        )
        invoice.js_assign_outstanding_line(line.id)

    @classmethod
    def _unmatch(cls, invoice, move):
        lines = invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")
        partials = lines.matched_credit_ids.filtered(
            lambda partial: partial.credit_move_id.move_id == move
        )
        invoice.js_remove_outstanding_partial(partials.id)

    @classmethod
    def _deductions(cls, invoice):
        return (
            cls.env["collection.discount.deduction"]
            .search([("move_id", "=", invoice.id)])
            .sudo()
        )

    @classmethod
    def _states(cls, invoice):
        """States of the offers, the earliest first."""
        return invoice._collection_offers().sorted("date_end").mapped("state")

    @classmethod
    def _in_two(cls, **values):
        """Terms of two instalments, both with the discount."""
        return cls._term(lines=((50, 30, True), (50, 60, True)), **values)

    @classmethod
    def _bank_line(cls, amount, on, **values):
        """Money on a bank statement."""
        return cls.env["account.bank.statement.line"].create(
            {
                "journal_id": cls.company_data["default_journal_bank"].id,
                "date": on,
                "payment_ref": "Transfer",
                "amount": amount,
                "partner_id": cls.customer.id,
                **values,
            }
        )

    @classmethod
    def _match_bank_line(cls, line, invoice):
        """As a bank matching does: the counterpart goes on the receivable account and is
        matched with the item."""
        _liquidity, suspense, _other = line._seek_for_lines()
        line.move_id.with_context(force_delete=True, skip_readonly_check=True).write(
            {
                "line_ids": [
                    Command.update(
                        suspense.id,
                        {
                            "account_id": cls._terms_items(invoice)[:1].account_id.id,
                            "partner_id": invoice.partner_id.id,
                        },
                    )
                ]
            }
        )
        counterpart = line.move_id.line_ids.filtered(
            lambda row: row.account_id.account_type == "asset_receivable"
        )
        (counterpart | cls._terms_items(invoice)[:1]).reconcile()

    def assertDeduction(self, invoice, state, amount=None, **values):
        """The one record of the discount taken on an invoice."""
        row = self._deductions(invoice)
        expected = {"state": state, **values}
        if amount is not None:
            expected["amount"] = amount
        self.assertRecordValues(row, [expected])
        return row

    def assertPaid(self, invoice):
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertEqual(invoice.payment_state, "paid")

    def _lines(self, move):
        """``[(account, amount, balance)]`` of an entry."""
        return sorted(
            (line.account_id, line.amount_currency, line.balance) for line in move.line_ids
        )


class BookingCommon(DeductionsCommon):
    def _booked(self, invoice):
        return self._deductions(invoice).discount_move_id

    def assertBooked(self, move, expected):
        """:param expected: ``[(account, taxes, tax of the line, amount, balance)]``"""
        self.assertRecordValues(
            move.line_ids.sorted(lambda line: (-line.balance, line.id)),
            [
                {
                    "account_id": account.id,
                    "tax_ids": [tax.id for tax in taxes],
                    "tax_line_id": tax_line.id if tax_line else False,
                    "amount_currency": amount,
                    "balance": balance,
                }
                for account, taxes, tax_line, amount, balance in expected
            ],
        )


__all__ = ["BookingCommon", "DeductionsCommon", "INVOICED", "IN_TIME", "LATE", "NOW", "SECOND", "day"]
