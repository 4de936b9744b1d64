from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..engine import statement


class CollectionStatement(models.AbstractModel):
    """The accounts of customers, read from the ledger in a constant number of queries.

    The day of a row is the one the customer knows: the date of the invoice, of the
    payment or of the entry. Money in one currency that settled a debt in another leaves
    the first account and enters the second, so that no two currencies are ever added up.
    """

    _name = "collection.statement"
    _description = "Statement of Account"

    @api.model
    def _build(self, company, customers, date_from, date_to):
        """The account of each customer with a company.

        :param customers: commercial partners
        :param date_from: first day listed; what lies before is the opening balance
        :param date_to: last day; open items are as they stood at its end
        :return: ``{customer id: {res.currency: engine.statement.Statement}}``; customers
            and currencies without anything to say are not in it
        """
        if not customers:
            return {}
        self.env.flush_all()
        opening, movements = self._read_movements(company, customers, date_from, date_to)
        items = self._read_open(company, customers, date_to)
        # The order in which the accounts are printed: the company's own currency first.
        currencies = (
            self.env["res.currency"]
            .browse({currency for _customer, currency in {*opening, *movements, *items}})
            .sorted(lambda currency: (currency != company.currency_id, currency.name))
        )
        accounts = {}
        for currency in currencies:
            for customer in customers:
                key = customer.id, currency.id
                account = statement.build(
                    opening.get(key, 0.0),
                    movements.get(key, []),
                    items.get(key, []),
                    date_to,
                    currency.rounding,
                )
                if account.opening or account.movements or account.items:
                    accounts.setdefault(customer.id, {})[currency] = account
        return accounts

    @api.model
    def _from_sql(self, company, customers):
        """``lines``: every posted receivable line of these customers; ``settled``: what was
        set against each, from the day on both sides were there."""
        side = """
            SELECT own.id, own.partner_id, own.currency_id, own.move_id,
                   other.move_id AS other_move,
                   GREATEST(own.day, COALESCE(om.invoice_date, om.date)) AS day,
                   %(amount)s AS amount,
                   -- Nothing on the other side of this account says so.
                   other.currency_id != own.currency_id
                   OR other_part.commercial_partner_id IS DISTINCT FROM own.partner_id AS crosses
              FROM account_partial_reconcile part
              JOIN lines own ON own.id = part.%(own)s
              JOIN account_move_line other ON other.id = part.%(other)s
              JOIN account_move om ON om.id = other.move_id
              LEFT JOIN res_partner other_part ON other_part.id = other.partner_id
        """
        debit, credit = SQL.identifier("debit_move_id"), SQL.identifier("credit_move_id")
        return SQL(
            """
            lines AS (
                SELECT aml.id, aml.move_id, aml.currency_id, aml.amount_currency,
                       aml.date_maturity, part.commercial_partner_id AS partner_id,
                       COALESCE(am.invoice_date, am.date) AS day
                  FROM account_move_line aml
                  JOIN account_account acc
                    ON acc.id = aml.account_id AND acc.account_type = 'asset_receivable'
                  JOIN account_move am ON am.id = aml.move_id
                  JOIN res_partner part ON part.id = aml.partner_id
                 WHERE aml.company_id = %(company)s AND aml.parent_state = 'posted'
                   AND part.commercial_partner_id IN %(customers)s
                   AND aml.amount_currency != 0
            ),
            settled AS (%(debits)s UNION ALL %(credits)s)
            """,
            company=company.id,
            customers=tuple(customers.ids),
            debits=SQL(side, amount=SQL("-part.debit_amount_currency"), own=debit, other=credit),
            credits=SQL(side, amount=SQL("part.credit_amount_currency"), own=credit, other=debit),
        )

    @api.model
    def _read_movements(self, company, customers, date_from, date_to):
        """``({(customer id, currency id): opening}, {the same: [Movement]})``."""
        rows = self.env.execute_query(
            SQL(
                """
                WITH %(from)s,
                rows AS (
                    SELECT partner_id, currency_id, day, move_id,
                           NULL::integer AS other_move, amount_currency AS amount
                      FROM lines
                    UNION ALL
                    SELECT partner_id, currency_id, day, move_id, other_move, amount
                      FROM settled WHERE crosses
                ),
                listed AS (
                    SELECT partner_id, currency_id, amount,
                           CASE WHEN day >= %(first)s THEN day END AS day,
                           CASE WHEN day >= %(first)s THEN move_id END AS document,
                           CASE WHEN day >= %(first)s THEN other_move END AS settled_with
                      FROM rows WHERE day <= %(last)s
                )
                SELECT partner_id, currency_id, day, document, settled_with, SUM(amount)
                  FROM listed
                 GROUP BY partner_id, currency_id, day, document, settled_with
                HAVING SUM(amount) != 0
                 ORDER BY day, settled_with NULLS FIRST, document
                """,
                first=date_from,
                last=date_to,
                **{"from": self._from_sql(company, customers)},
            )
        )
        opening, movements = {}, defaultdict(list)
        for partner_id, currency_id, day, document, settled_with, amount in rows:
            if day is None:
                opening[partner_id, currency_id] = float(amount)
            else:
                movements[partner_id, currency_id].append(
                    statement.Movement(day, float(amount), document, settled_with)
                )
        return opening, movements

    @api.model
    def _read_open(self, company, customers, day):
        """``{(customer id, currency id): [Item]}`` open at the end of a day: later
        settlements have not happened yet."""
        rows = self.env.execute_query(
            SQL(
                """
                WITH %(from)s
                SELECT lines.partner_id, lines.currency_id, lines.id, lines.date_maturity,
                       lines.amount_currency,
                       lines.amount_currency + COALESCE(SUM(settled.amount), 0) AS open
                  FROM lines
                  JOIN res_currency cur ON cur.id = lines.currency_id
                  LEFT JOIN settled ON settled.id = lines.id AND settled.day <= %(day)s
                 WHERE lines.day <= %(day)s
                 GROUP BY lines.partner_id, lines.currency_id, lines.id, lines.date_maturity,
                          lines.amount_currency, cur.rounding
                HAVING ABS(lines.amount_currency + COALESCE(SUM(settled.amount), 0))
                       >= cur.rounding / 2
                """,
                day=day,
                **{"from": self._from_sql(company, customers)},
            )
        )
        items = defaultdict(list)
        for partner_id, currency_id, line_id, due, original, residual in rows:
            items[partner_id, currency_id].append(
                statement.Item(line_id, due, float(original), float(residual))
            )
        return items
