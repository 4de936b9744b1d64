from dataclasses import dataclass, field
from datetime import date

from odoo import models

from .account_payment_term import PRICE
from .collection_discount_offer import CREDIT_NOTES

SALES = ("out_invoice", "out_receipt")
# Set while this module takes back a discount: nothing is to be recognised meanwhile.
UNDOING = "collection_discount_undoing"


@dataclass(slots=True)
class Settlement:
    """What the ledger says of an item that bears discounts; amounts are positive, in the
    item's currency.

    ``money_date``: the last day money came; ``booked``: ``{move: discount}`` of what was
    booked as discount, by a document of its own or by the payment's entry; ``chosen``: the
    payer was shown the lower amount and paid it.
    """

    rest: float
    money_date: date | None = None
    booked: dict = field(default_factory=dict)
    chosen: bool = False

    @property
    def discount(self):
        return sum(self.booked.values())


class AccountMoveLine(models.Model):
    """Whoever matches money with an item may have granted, or lost, its discount."""

    _inherit = "account.move.line"

    def _reconcile_plan(self, reconciliation_plan):
        result = super()._reconcile_plan(reconciliation_plan)
        self._collection_flat(reconciliation_plan)._collection_recognise_discounts()
        return result

    def _collection_flat(self, plan):
        """All items of a plan, which is a list of items and of plans."""
        items = self.browse()
        for part in plan:
            items |= part if isinstance(part, models.BaseModel) else self._collection_flat(part)
        return items

    def _collection_recognise_discounts(self, undone=False):
        """Look at those of these items that bear a discount."""
        if self.env.context.get(UNDOING):
            return
        sales = self.filtered(
            lambda line: line.move_id.move_type in SALES and line.display_type == "payment_term"
        )
        if not sales:
            return
        # Safe: whoever matches money need not see what collections make of it.
        sales._collection_look()
        bearing = sales.sudo().collection_offer_ids.move_line_id
        if bearing:
            self.env["collection.discount.deduction"].sudo()._recognise(bearing, undone)

    def _collection_in_rewriting(self):
        """Items of drafts which core is just rewriting, and whose discount is a credit
        note: none can be posted or reversed meanwhile."""
        # Where core keeps that, see ``_disable_recursion`` of moves.
        stack = self.env.cr.cache.get("account_disable_recursion_stack") or {}
        if not stack.get("skip_invoice_sync"):
            return self.browse()
        drafts = self.filtered(lambda line: line.parent_state == "draft")
        # Safe: as above.
        return drafts.filtered(
            lambda line: set(line.sudo().collection_offer_ids.mapped("method")) - {PRICE}
        )

    def _collection_recognise_later(self):
        """Before the transaction ends."""
        if not self:
            return

        @self.env.cr.precommit.add
        def recognise():
            self.exists()._collection_recognise_discounts(undone=True)

    def _collection_settled_by(self):
        """``(partials by credit notes, partials by money or anything else)``.

        What we booked as the discount itself, and exchange differences, are neither.
        """
        self.ensure_one()
        line = self.sudo()
        exchange = line.company_id.currency_exchange_journal_id
        credits = money = self.env["account.partial.reconcile"].sudo()
        for partial in line.matched_credit_ids | line.matched_debit_ids:
            other = partial._collection_other(line)
            if other.move_id._collection_books_only_discount():
                continue
            if other.move_id.move_type in CREDIT_NOTES:
                credits |= partial
            elif other.journal_id != exchange:
                money |= partial
        return credits, money

    def _collection_was_paid(self):
        return bool(self._collection_settled_by()[1])

    def _collection_was_given(self):
        """True while a document of ours that books the discount is set against the item."""
        line = self.sudo()
        others = line.matched_credit_ids.credit_move_id | line.matched_debit_ids.debit_move_id
        return any(move._collection_books_only_discount() for move in others.move_id)

    def _collection_credited(self):
        """What credit notes took off the item, signed like it, in its currency.

        :return: ``(by credit notes, by vouchers)``; a voucher pays like money that was
            there before, so it does not shrink what the invoice promises
        """
        credits, _money = self._collection_settled_by()
        vouchers = credits.filtered(
            lambda partial: partial._collection_other(self).move_id.collection_is_voucher
        )
        is_debit = self.amount_currency > 0
        side = "debit_amount_currency" if is_debit else "credit_amount_currency"
        sign = 1 if is_debit else -1
        by_voucher = sum(vouchers.mapped(side))
        return sign * (sum(credits.mapped(side)) - by_voucher), sign * by_voucher

    def _collection_settlement(self):
        """:return: :class:`Settlement`"""
        self.ensure_one()
        found = Settlement(abs(self.amount_residual_currency))
        side = "debit_amount_currency" if self.amount_currency > 0 else "credit_amount_currency"
        exchange = self.company_id.currency_exchange_journal_id
        chosen = []
        for partial in self.matched_credit_ids | self.matched_debit_ids:
            other = partial._collection_other(self)
            move = other.move_id
            if move._collection_books_only_discount():
                found.booked[move] = found.booked.get(move, 0.0) + partial[side]
                continue
            if other.journal_id == exchange or move.move_type in CREDIT_NOTES:
                continue
            discount, has_money = move._collection_discount_within(self, partial[side])
            if discount:
                found.booked[move] = discount
            if has_money:
                day = move._collection_money_date(other)
                found.money_date = max(found.money_date or day, day)
                chosen.append(bool(move.origin_payment_id.payment_transaction_id))
        found.chosen = bool(chosen) and all(chosen)
        return found


class AccountMove(models.Model):
    _inherit = "account.move"

    def _collection_books_only_discount(self):
        """A document of ours, booked when the money was here already."""
        return bool(self.collection_discount_offer_id) and not self.collection_is_voucher

    def _collection_money_date(self, line):
        """The day money came: online, the day the customer paid, not the provider's."""
        transaction = self.origin_payment_id.payment_transaction_id
        return min(line.date, transaction._collection_paid_on()) if transaction else line.date

    def _collection_discount_within(self, item, settled):
        """What an entry that settles ``item`` books as discount on it, and whether there
        is money in it at all.

        :param settled: how much of the item the entry settles
        :return: ``(amount in the item's currency, bool)``
        """
        account = item.move_id._collection_discount_account()
        discount = self.line_ids.filtered(lambda line: account and line.account_id == account)
        if not discount:
            return 0.0, self._collection_brings_money()
        parts = discount | self.line_ids.filtered("tax_line_id")
        debts = self.line_ids.filtered(
            lambda line: line.account_id.account_type in ("asset_receivable", "liability_payable")
        )
        has_money = bool(self.line_ids - parts - debts)
        matched = (debts.matched_debit_ids.debit_move_id | debts.matched_credit_ids.credit_move_id)
        if len(matched - debts) > 1:
            return self._collection_discount_share(item, settled), has_money
        if parts.currency_id == item.currency_id:
            amount = abs(sum(parts.mapped("amount_currency")))
        else:
            rate = item.amount_currency / item.balance if item.balance else 1.0
            amount = abs(sum(parts.mapped("balance")) * rate)
        return min(item.currency_id.round(amount), settled), has_money

    def _collection_brings_money(self):
        """False for a write-off: nobody has paid by it."""
        others = self.line_ids.filtered(
            lambda line: line.account_id.account_type
            not in ("asset_receivable", "liability_payable")
            and not line.tax_line_id
        )
        return not others or any(
            line.account_id.internal_group not in ("income", "expense") for line in others
        )

    def _collection_discount_share(self, item, settled):
        """Of an entry that settles several items: the discount in force on its day, which
        the payment wizard gives to who pays the whole item at once."""
        offer = item.collection_offer_ids._lowers_price()._ends_first_after(self.date)
        whole = item.currency_id.compare_amounts(settled, abs(offer.amount_to_pay)) > 0
        return abs(offer.amount_discount) if offer and whole else 0.0


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    def _collection_other(self, line):
        """The item ``line`` is matched with here."""
        self.ensure_one()
        return (self.debit_move_id | self.credit_move_id) - line

    def unlink(self):
        """Money that is taken back takes its discount along."""
        if not self:
            return super().unlink()
        lines = self.debit_move_id | self.credit_move_id
        result = super().unlink()
        left = lines.exists()
        waiting = left._collection_in_rewriting()
        waiting._collection_recognise_later()
        (left - waiting)._collection_recognise_discounts(undone=True)
        return result
