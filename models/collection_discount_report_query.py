from odoo import api, models
from odoo.tools import SQL

from ..engine.discount_cost import MAX_EXPONENT, YEAR

SALES = ("out_invoice", "out_receipt")
# Money comes through these journals; other entries write off, correct or set off.
MONEY_JOURNALS = ("bank", "cash", "credit")
TAKEN = ("taken", "taken_late")


class CollectionDiscountReport(models.Model):
    """Where the analysis comes from: one query over offers, items and payments."""

    _inherit = "collection.discount.report"

    @property
    def _table_query(self):
        return SQL(
            """
            WITH offered AS (%(offered)s),
                 settled AS (%(settled)s),
                 usual AS (%(usual)s),
                 row AS (%(rows)s)
            SELECT row.*, %(nominal)s AS cost_nominal, %(effective)s AS cost_effective
              FROM row
            """,
            offered=self._offered(),
            settled=self._settled(),
            usual=self._usual(),
            rows=self._rows(),
            nominal=self._nominal(*self._parts("row")),
            effective=self._effective(*self._parts("row")),
        )

    @api.model
    def _offered(self):
        """One row an item: its tiers put together.

        A tier counts as open while it can still be had, whether or not the scheduled
        action has come by since its last day, and while a person is asked about it.
        """
        return SQL(
            """
            SELECT offer.move_line_id AS id,
                   MIN(offer.company_id) AS company_id,
                   MIN(offer.partner_id) AS partner_id,
                   MIN(offer.date_invoice) AS date_invoice,
                   MIN(offer.payment_term_id) AS payment_term_id,
                   MAX(offer.balance_item) AS amount_item,
                   MAX(offer.discount_percentage) AS discount_percentage,
                   MAX(offer.balance_item - offer.balance_offered) AS amount_offered,
                   MAX(offer.discount_percentage) FILTER (WHERE offer.state IN %(taken)s)
                       AS percentage_taken,
                   MAX(offer.date_paid) FILTER (WHERE offer.state IN %(taken)s) AS date_taken,
                   SUM(offer.amount_taken_company) FILTER (WHERE offer.state = 'taken')
                       AS taken,
                   SUM(offer.amount_taken_company) FILTER (WHERE offer.state = 'taken_late')
                       AS taken_late,
                   MAX(offer.balance_item - offer.balance_offered)
                       FILTER (WHERE offer.state = 'refused') AS refused,
                   MAX(offer.balance_discount) FILTER (
                       WHERE offer.state = 'open'
                         AND NOT item.reconciled
                         AND (offer.date_end >= today.day OR EXISTS (
                              SELECT 1
                                FROM collection_discount_deduction waiting
                               WHERE waiting.offer_id = offer.id
                                 AND waiting.state = 'open'))
                   ) AS still_open
              FROM collection_discount_offer offer
              JOIN account_move_line item ON item.id = offer.move_line_id
              JOIN (VALUES %(today)s) today (company_id, day)
                   ON today.company_id = offer.company_id
             WHERE offer.move_type IN %(sales)s
          GROUP BY offer.move_line_id
            """,
            taken=TAKEN,
            sales=SALES,
            today=SQL(", ").join(
                SQL("(%s, %s::date)", company.id, company._collection_today())
                for company in self.env["res.company"].sudo().search([])
            ),
        )

    @api.model
    def _settled(self, only=None):
        """Paid items with the last day money came, of customers who were offered
        a discount.

        :param only: SQL condition on ``item`` or ``move`` instead of that on the customers
        """
        of_customers = SQL(
            "(move.company_id, move.commercial_partner_id) IN "
            "(SELECT offered.company_id, offered.partner_id FROM offered)"
        )
        return SQL(
            """
            SELECT item.id,
                   item.company_id,
                   move.commercial_partner_id AS partner_id,
                   item.discount_date,
                   COALESCE(move.invoice_date, item.date) AS date_invoice,
                   MAX(money.date) AS date_paid
              FROM account_move_line item
              JOIN account_move move ON move.id = item.move_id
              JOIN account_account account ON account.id = item.account_id
              JOIN account_partial_reconcile part ON part.debit_move_id = item.id
              JOIN account_move_line money ON money.id = part.credit_move_id
              JOIN account_journal journal ON journal.id = money.journal_id
             WHERE move.move_type IN %(sales)s
               AND move.state = 'posted'
               AND account.account_type = 'asset_receivable'
               AND item.reconciled
               AND journal.type IN %(money)s
               AND %(only)s
          GROUP BY item.id, move.id
            """,
            sales=SALES,
            money=MONEY_JOURNALS,
            only=only or of_customers,
        )

    @api.model
    def _without_discount(self):
        """Of ``settled`` left joined with ``offered``: no discount was taken. Where nothing
        was frozen (before this module came), money within core's discount date took it."""
        return SQL(
            """
            offered.date_taken IS NULL
            AND (
                offered.id IS NOT NULL
                OR settled.discount_date IS NULL
                OR settled.date_paid > settled.discount_date
            )
            """
        )

    @api.model
    def _usual(self):
        """How many days each customer takes without a discount."""
        return SQL(
            """
            SELECT settled.company_id,
                   settled.partner_id,
                   AVG(settled.date_paid - settled.date_invoice)::float8 AS days
              FROM settled
         LEFT JOIN offered ON offered.id = settled.id
             WHERE %s
          GROUP BY settled.company_id, settled.partner_id
            """,
            self._without_discount(),
        )

    @api.model
    def _rows(self):
        """All columns but the rates."""
        return SQL(
            """
            SELECT split.*,
                   split.amount_offered - LEAST(
                       split.amount_offered,
                       split.amount_taken + split.amount_taken_late + split.amount_refused
                       + split.amount_open
                   ) AS amount_lapsed,
                   CASE WHEN split.percentage_taken IS NOT NULL
                        THEN COALESCE(split.days_usual, split.days_net) - split.days_to_pay
                        END AS days_gained,
                   split.amount_taken + split.amount_taken_late AS cost_discount,
                   split.amount_item - split.amount_taken - split.amount_taken_late
                       AS cost_received,
                   CASE WHEN split.percentage_taken IS NOT NULL
                        THEN (split.amount_item - split.amount_taken - split.amount_taken_late)
                             * GREATEST(
                                 0.0,
                                 GREATEST(split.days_net, split.days_usual) - split.days_to_pay
                             )
                        END AS cost_money_days
              FROM (%s) split
            """,
            self._split(),
        )

    @api.model
    def _split(self):
        """What was offered, told apart by what became of it; and the days."""
        return SQL(
            """
            SELECT item.id,
                   item.id AS move_line_id,
                   item.move_id,
                   offered.company_id,
                   company.currency_id AS company_currency_id,
                   item.currency_id,
                   offered.partner_id,
                   move.invoice_user_id,
                   offered.payment_term_id,
                   offered.date_invoice,
                   item.date_maturity,
                   COALESCE(offered.date_taken, settled.date_paid) AS date_paid,
                   CASE WHEN offered.taken IS NOT NULL THEN 'taken'
                        WHEN offered.taken_late IS NOT NULL THEN 'taken_late'
                        WHEN offered.refused IS NOT NULL THEN 'refused'
                        WHEN offered.still_open IS NOT NULL THEN 'open'
                        ELSE 'lapsed' END AS state,
                   offered.discount_percentage,
                   offered.percentage_taken,
                   offered.amount_item,
                   offered.amount_offered,
                   COALESCE(offered.taken, 0) AS amount_taken,
                   COALESCE(offered.taken_late, 0) AS amount_taken_late,
                   CASE WHEN offered.percentage_taken IS NULL
                        THEN COALESCE(offered.refused, 0) ELSE 0 END AS amount_refused,
                   CASE WHEN offered.percentage_taken IS NULL AND offered.refused IS NULL
                        THEN COALESCE(offered.still_open, 0) ELSE 0 END AS amount_open,
                   (COALESCE(offered.date_taken, settled.date_paid) - offered.date_invoice)
                       ::float8 AS days_to_pay,
                   usual.days AS days_usual,
                   (COALESCE(item.date_maturity, offered.date_invoice) - offered.date_invoice)
                       ::float8 AS days_net
              FROM offered
              JOIN account_move_line item ON item.id = offered.id
              JOIN account_move move ON move.id = item.move_id
              JOIN res_company company ON company.id = offered.company_id
         LEFT JOIN settled ON settled.id = offered.id
         LEFT JOIN usual ON usual.company_id = offered.company_id
                        AND usual.partner_id = offered.partner_id
            """
        )

    # Rates, by the formulas of the engine

    @api.model
    def _parts(self, alias):
        return [
            SQL("%s::float8", SQL.identifier(alias, name))
            for name in ("cost_discount", "cost_received", "cost_money_days")
        ]

    @api.model
    def _nominal(self, discount, received, money_days):
        """``engine.discount_cost.cost_of_all`` in SQL."""
        return SQL(
            """
            CASE WHEN %(discount)s > 0 AND %(received)s > 0 AND %(money_days)s > 0
                 THEN %(discount)s / %(money_days)s * %(year)s * 100 END
            """,
            discount=discount,
            received=received,
            money_days=money_days,
            year=YEAR,
        )

    @api.model
    def _effective(self, discount, received, money_days):
        parts = {"discount": discount, "received": received, "money_days": money_days}
        exponent = SQL(
            "%(year)s * %(received)s / %(money_days)s * LN(1 + %(discount)s / %(received)s)",
            **parts,
            year=YEAR,
        )
        return SQL(
            """
            CASE WHEN %(discount)s > 0 AND %(received)s > 0 AND %(money_days)s > 0
                 THEN CASE WHEN %(exponent)s <= %(highest)s
                           THEN (EXP(%(exponent)s) - 1) * 100 END END
            """,
            **parts,
            exponent=exponent,
            highest=MAX_EXPONENT,
        )

    def _read_group_select(self, aggregate_spec, query):
        """The rate of a group is the rate of its sums."""
        rates = {"cost_nominal:avg": self._nominal, "cost_effective:avg": self._effective}
        if aggregate_spec not in rates:
            return super()._read_group_select(aggregate_spec, query)
        # Only what was taken has days; what was not taken adds no money received either.
        taken = SQL("%s IS NOT NULL", self._field_to_sql(self._table, "cost_money_days", query))
        sums = [
            SQL(
                "SUM(%s) FILTER (WHERE %s)::float8",
                self._field_to_sql(self._table, name, query),
                taken,
            )
            for name in ("cost_discount", "cost_received", "cost_money_days")
        ]
        return rates[aggregate_spec](*sums)
