"""The money in the books that may be what customers promised."""

from dataclasses import dataclass, field

from odoo import models
from odoo.tools import SQL

from ..engine import promises

# Whether an entry `am` of a `journal` is money.
CASH = SQL(
    "(am.origin_payment_id IS NOT NULL OR am.statement_line_id IS NOT NULL"
    " OR am.move_type = 'entry' AND journal.type IN ('bank', 'cash', 'credit'))"
)
# Whether an entry `am` books no income and no cost: not money, maybe, but no write-off either.
NO_RESULT = SQL(
    "NOT EXISTS ("
    "SELECT 1"
    " FROM account_move_line line JOIN account_account other ON other.id = line.account_id"
    " WHERE line.move_id = am.id"
    " AND (other.account_type LIKE 'income%%' OR other.account_type LIKE 'expense%%'))"
)


@dataclass(slots=True)
class Money:
    """What a customer's books say in one currency, see :mod:`..engine.promises`."""

    parts: list = field(default_factory=list)
    taken: list = field(default_factory=list)


class CollectionPromise(models.Model):
    _inherit = "collection.promise"

    def _read_money(self, company):
        """Credits of these customers since the first of these promises: two queries.

        :return: ``{(customer id, currency id): Money}``
        """
        money = {}
        self.env.flush_all()
        for row in self.env.execute_query_dict(self._money_sql(company)):
            entry = money.setdefault((row["customer"], row["currency_id"]), Money())
            entry.parts.append(
                promises.Money(
                    id=row["id"],
                    day=row["date"],
                    amount=row["amount"],
                    item=row["item"],
                    item_due=row["item_due"],
                    is_cash=row["is_cash"],
                    entered=row["entered"],
                )
            )
        customers = self.partner_id.commercial_partner_id
        receipts = self.env["collection.promise.receipt"].search(
            [
                ("company_id", "=", company.id),
                ("promise_id.partner_id.commercial_partner_id", "in", customers.ids),
                ("promise_id", "not in", self.ids),
                # What was called off has no claim to money any more.
                ("promise_id.state", "!=", "cancelled"),
                ("move_line_id", "!=", False),
            ]
        )
        for receipt in receipts:
            promise = receipt.promise_id
            key = (promise.partner_id.commercial_partner_id.id, promise.currency_id.id)
            money.setdefault(key, Money()).taken.append(
                promises.Taken(
                    receipt.move_line_id.id,
                    receipt.amount,
                    frozenset(promise.move_line_ids.ids),
                )
            )
        return money

    def _money_sql(self, company):
        """Each credit in the parts in which it was set against items, which may be in
        another currency than it, and the rest."""
        return SQL(
            """
            WITH credit AS (%(credits)s), part AS (%(parts)s)
            SELECT credit.id, credit.customer, part.currency_id, credit.date,
                   credit.entered, credit.is_cash, part.amount,
                   part.debit_move_id AS item, part.date_maturity AS item_due
              FROM credit
              JOIN part ON part.credit_move_id = credit.id AND part.is_back IS NOT TRUE
             UNION ALL
            SELECT credit.id, credit.customer, credit.currency_id, credit.date,
                   credit.entered, credit.is_cash,
                   credit.amount - COALESCE(
                       (SELECT SUM(part.used) FROM part WHERE part.credit_move_id = credit.id),
                       0.0),
                   NULL, NULL
              FROM credit
            """,
            credits=self._credits_sql(company),
            parts=self._parts_sql(),
        )

    def _credits_sql(self, company):
        """What came from these customers: payments and bank entries, which are cash; credit
        notes, and entries that book no income and no cost (an offset against what we owe),
        settle items as well."""
        return SQL(
            """
            SELECT aml.id, aml.move_id, who.commercial_partner_id AS customer,
                   aml.currency_id, aml.date, aml.create_date AS entered,
                   -aml.amount_currency AS amount,
                   %(cash)s AS is_cash
              FROM account_move_line aml
              JOIN account_account acc
                ON acc.id = aml.account_id AND acc.account_type = 'asset_receivable'
              JOIN account_move am ON am.id = aml.move_id
              JOIN account_journal journal ON journal.id = aml.journal_id
              JOIN res_partner who ON who.id = aml.partner_id
             WHERE aml.company_id = %(company)s AND aml.parent_state = 'posted'
               AND aml.amount_currency < 0 AND aml.date >= %(first)s
               AND who.commercial_partner_id IN %(customers)s
               AND (%(cash)s OR am.move_type = 'out_refund' OR %(no_result)s)
            """,
            cash=CASH,
            no_result=NO_RESULT,
            company=company.id,
            customers=tuple(self.partner_id.commercial_partner_id.ids),
            first=min(self.mapped("date_from")),
        )

    def _parts_sql(self):
        """What each credit was set against; what went back to the customer, or bounced,
        has not come."""
        return SQL(
            """
            SELECT rec.credit_move_id, rec.debit_move_id, debit.date_maturity,
                   debit.currency_id, rec.debit_amount_currency AS amount,
                   rec.credit_amount_currency AS used,
                   %(cash)s OR am.reversed_entry_id = credit.move_id AS is_back
              FROM account_partial_reconcile rec
              JOIN credit ON credit.id = rec.credit_move_id
              JOIN account_move_line debit ON debit.id = rec.debit_move_id
              JOIN account_move am ON am.id = debit.move_id
              JOIN account_journal journal ON journal.id = debit.journal_id
            """,
            cash=CASH,
        )
