from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..engine import interest
from .collection_assessment import Account
from .collection_charge import FEE, INTEREST


class CollectionBalance(models.AbstractModel):
    """The history of items' balances, from the books: a constant number of queries."""

    _name = "collection.balance"
    _description = "Balance History of Items"

    @api.model
    def _read_accounts(self, items, date):
        """What the books say about these receivable items up to a day.

        Items that are no debts, or have no due date, are not in the answer.

        :param items: ``account.move.line`` in sudo
        :return: ``{item id: Account}``
        """
        items = items.filtered(
            lambda item: item.date_maturity
            and item.amount_currency > 0
            and item.parent_state == "posted"
            and item.account_id.account_type == "asset_receivable"
        )
        if not items:
            return {}
        self.env.flush_all()
        changes = self._read_settlements(items)
        disputed, counted = self._add_open_credits(items, date, changes)
        for item_id, rows in self._read_undone(items, counted).items():
            changes[item_id] += rows
        notices = self._read_first_notices(items)
        accounts = {
            item.id: Account(
                item,
                interest.History(
                    item.date_maturity,
                    item.amount_currency - disputed.get(item.id, 0.0),
                    tuple(sorted(change for change in changes[item.id] if change[0] <= date)),
                ),
                notices.get(item.id),
                disputed=disputed.get(item.id, 0.0),
            )
            for item in items
        }
        self._add_charged(items, accounts)
        self._add_interest_paid(items, accounts)
        return accounts

    @api.model
    def _read_settlements(self, items):
        """Payments and credits set against the items: on the day of the payment,
        or the date of the credit note; one that settled a dispute from the due date, as the
        customer never owed it. A discount that was booked later settled its part
        on the day of the payment it was given for."""
        changes = defaultdict(list)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT part.debit_move_id,
                       CASE WHEN EXISTS (
                                SELECT 1
                                  FROM collection_dispute_credit_note_rel settled
                                 WHERE settled.move_id = move.id
                            )
                            THEN LEAST(item.date_maturity, move.invoice_date, credit.date)
                            ELSE COALESCE(off.date_paid, move.invoice_date, credit.date)
                       END,
                       part.debit_amount_currency
                  FROM account_partial_reconcile part
                  JOIN account_move_line item ON item.id = part.debit_move_id
                  JOIN account_move_line credit ON credit.id = part.credit_move_id
                  JOIN account_move move ON move.id = credit.move_id
                  LEFT JOIN collection_discount_offer off
                    ON off.id = move.collection_discount_offer_id
                   AND off.move_line_id = part.debit_move_id
                 WHERE part.debit_move_id IN %s AND part.debit_amount_currency != 0
                """,
                tuple(items.ids),
            )
        )
        for item_id, day, amount in rows:
            changes[item_id].append((day, -amount))
        return changes

    @api.model
    def _read_undone(self, items, counted):
        """Settlements that were taken away again: paid in between.

        :param counted: ``{(item id, credit id): amount}`` of money that counts from its
            day on anyway, as it is still there
        """
        changes = defaultdict(list)
        undone = self.env["collection.undone.settlement"].sudo()
        for row in undone.search([("move_line_id", "in", items.ids)]):
            amount = row.amount - counted.get((row.move_line_id.id, row.counterpart_line_id.id), 0)
            if row.currency_id.compare_amounts(amount, 0) > 0:
                changes[row.move_line_id.id] += [
                    (row.date_from, -amount),
                    (row.date_to, amount),
                ]
        return changes

    @api.model
    def _add_open_credits(self, items, date, changes):
        """Money and credit notes nobody has allocated yet count from their day on,
        against the oldest items first, as on the notice.

        :param changes: ``{item id: [(day, amount)]}``, added to
        :return: ``{item id: disputed amount}``, which bears no interest meanwhile, and
            ``{(item id, credit id): amount}`` of what was added
        """
        disputed, counted = {}, {}
        open_items = items.filtered(lambda item: not item.reconciled)
        for company, group in open_items.grouped("company_id").items():
            books = self.env["collection.candidate"]._read_books(
                company, date, group.partner_id.commercial_partner_id.ids, ignore_proposals=True
            )
            disputed.update({item.id: item.disputed for item in books.items if item.disputed})
            days = {credit.id: books.rows[credit.id] for credit in books.credits}
            for share in books.pour():
                row = days[share.credit_id]
                day = row["invoice_date"] or row["date"]
                if day <= date:
                    changes[share.item_id].append((day, -share.amount))
                    counted[share.item_id, share.credit_id] = share.amount
        return disputed, counted

    @api.model
    def _read_first_notices(self, items):
        """``{item id: date}`` of the first notice issued after the due date."""
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT line.move_line_id, MIN(notice.date)
                      FROM collection_notice_line line
                      JOIN collection_notice notice ON notice.id = line.notice_id
                     WHERE line.move_line_id IN %s AND line.stage = 'issued'
                       AND line.kind = 'item' AND line.days_overdue > 0
                     GROUP BY line.move_line_id
                    """,
                    tuple(items.ids),
                )
            )
        )

    @api.model
    def _add_charged(self, items, accounts):
        """What was charged already and not reversed. A charge counts also for the items
        of its invoice that were built after it, when an invoice was reset to draft."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT aml.id, charge.kind, charge.date_from, charge.date_to,
                       charge.level_id, charge.fee_rule_id, charge.occurrence,
                       charge.is_notice_fee
                  FROM account_move_line aml
                  JOIN collection_charge charge ON charge.move_id = aml.move_id
                   AND (charge.move_line_id IS NULL OR charge.move_line_id = aml.id
                        OR aml.create_date > charge.create_date)
                 WHERE charge.state != 'reversed' AND aml.id IN %s
                """,
                tuple(items.ids),
            )
        )
        for item_id, kind, first, last, level, rule, occurrence, per_notice in rows:
            account = accounts[item_id]
            if kind == INTEREST:
                account.windows.append((first, last))
            elif kind == FEE:
                account.fees.add((level, rule, occurrence, bool(per_notice)))
            else:
                account.has_compensation = True

    @api.model
    def _add_interest_paid(self, items, accounts):
        """Interest that was charged and paid, or waived: rules that compound must not
        take interest on it again. What was paid of a document counts from its first
        payment on, and without the tax in it."""
        charges = self.env["collection.charge"].sudo().search(
            [
                ("move_line_id", "in", items.ids),
                ("kind", "=", INTEREST),
                ("state", "!=", "reversed"),
                ("fee_rule_id.compounding", "!=", "none"),
            ]
        )
        paid = defaultdict(list)
        for charge in charges:
            net = charge.amount / charge.amount_total
            if charge.amount_waived:
                paid[charge.move_line_id.id].append((charge.date_to, charge.amount_waived * net))
            lines = charge.charge_move_id.line_ids.matched_credit_ids.credit_move_id
            days = (lines.move_id - charge.refund_move_ids).mapped("date")
            settled = charge._left_to_pay() - charge.amount_open
            if days and settled > 0:
                paid[charge.move_line_id.id].append((min(days), settled * net))
        for item_id, rows in paid.items():
            accounts[item_id].interest_paid = tuple(sorted(rows))
