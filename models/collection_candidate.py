from dataclasses import dataclass, field

from odoo import api, models
from odoo.tools import SQL

from ..engine import ladder, netting
from ..engine.days import plus
from .bulk import id_array


@dataclass(slots=True)
class Books:
    """What the ledger says about some customers of one company on one day.

    ``rows`` holds the raw row of every open item and credit by its id, for the
    snapshot on the notice line.
    """

    company: object
    date: object
    rows: dict
    items: list
    credits: list
    ladders: dict
    rules: dict
    precisions: dict
    start: ladder.Start
    proposal_runs: dict
    pauses: object = None
    # Read when notices are made, see `_read_discounts`.
    discounts: object = None
    # Who receives what each customer gets, see `_recipients`.
    recipients: dict = field(default_factory=dict)

    def decide(self):
        # Credits are looked at before deciding only where it matters.
        pulling = {
            policy
            for policy, climbed in self.ladders.items()
            if climbed.advance_mode == ladder.HIGHEST and self.rules[policy].net_credits
        }
        covered = netting.covered_on(pulling, self.items, self.credits, self.precisions)
        return ladder.decide_all(self.items, self.ladders, self.date, self.start, covered)

    def pour(self):
        """The credits of each customer and currency against his oldest debts.

        :return: list of :class:`~..engine.netting.Share`
        """
        return [
            share
            for currency, items, credits in netting.with_credits(self.items, self.credits)
            for share in netting.pour(items, credits, self.precisions[currency])
        ]


class CollectionCandidate(models.AbstractModel):
    """Reads open receivable items by SQL: a constant number of queries, however
    many items there are."""

    _name = "collection.candidate"
    _description = "Open Items for Collection"

    @api.model
    def _earning_customers(self, company, date, partners=None, moves=None):
        """Commercial partner ids with an item that may have earned a level.

        A coarse filter that keeps an idle day cheap; the engine decides. It must
        never leave out an item the engine would advance or skip.
        """
        wanted = SQL("TRUE")
        if partners:
            wanted = SQL("cp.id IN %s", tuple(partners.commercial_partner_id.ids) or (0,))
        if moves:
            wanted = SQL("%s AND aml.move_id IN %s", wanted, tuple(moves.ids) or (0,))
        self._flush_ledger()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT cp.id
                %(from_items)s
                  LEFT JOIN collection_policy pol ON pol.id = %(policy)s
                 WHERE %(open)s AND aml.amount_residual_currency > 0 AND %(wanted)s
                   AND (%(within_reach)s OR %(discount)s OR %(broken)s)
                   AND (%(discount)s OR %(broken)s OR aml.date_maturity IS NULL OR EXISTS (
                        SELECT 1
                          FROM collection_level lvl
                         WHERE lvl.policy_id = pol.id AND lvl.kind = 'dunning'
                           AND CASE
                               WHEN lvl.id = cur.id THEN lvl.repeat_days > 0
                                AND aml.collection_date + lvl.repeat_days <= %(date)s
                                AND aml.collection_occurrence <= lvl.max_repeats
                               ELSE (cur.id IS NULL OR lvl.delay_days > cur.delay_days)
                                AND (lvl.delay_days >= 0 OR aml.date_maturity >= %(date)s)
                                AND (aml.date_maturity + lvl.delay_days <= %(date)s
                                     OR pol.advance_mode = 'highest'
                                    AND aml.date_maturity < %(date)s)
                               END))
                """,
                from_items=self._from_sql(),
                policy=self.env["collection.policy"]._resolution_sql(company, "am", "cp"),
                open=self._open_sql(company),
                discount=self._earning_discount_sql(company, date),
                broken=self._earning_broken_sql(company, date),
                within_reach=self._within_reach_sql(company, date),
                wanted=wanted,
                date=date,
            )
        )
        return [row[0] for row in rows]

    @api.model
    def _within_reach_sql(self, company, date):
        """SQL: the item may have earned a level of any policy. Says no to most items of a
        quiet day before their customer and policy are looked at."""
        policies = self.env["collection.policy"]._usable(company)
        levels = policies.level_ids
        earliest = min(levels.mapped("delay_days"), default=0)
        if "highest" in policies.mapped("advance_mode"):
            earliest = min(earliest, 1)
        # A repeat is earned by the days since the last one.
        repeated = SQL("OR aml.collection_level_id IS NOT NULL")
        return SQL(
            "((aml.collection_date IS NULL OR aml.collection_date < %s)"
            " AND (aml.date_maturity IS NULL OR aml.date_maturity <= %s %s))",
            date,
            plus(date, -earliest),
            repeated if any(levels.mapped("repeat_days")) else SQL(),
        )

    @api.model
    def _read_books(self, company, date, partner_ids, ignore_proposals=False):
        """All open items and credits of some customers, with their pauses.

        :param partner_ids: commercial partner ids (None in the list: items
            without a customer)
        :param ignore_proposals: when issuing, open proposals are no obstacle
        :return: :class:`Books`
        """
        self._flush_ledger()
        rows = []
        if partner_ids:
            # Such that the items of a few customers are found by the index on their contacts.
            theirs = SQL(
                "part.commercial_partner_id = ANY(%s)", id_array(filter(None, partner_ids))
            )
            if not all(partner_ids):
                theirs = SQL("(%s OR aml.partner_id IS NULL)", theirs)
            rows = self._query_rows(company, SQL("%s AND %s", self._open_sql(company), theirs))
        return self._to_books(company, date, rows, ignore_proposals)

    @api.model
    def _read_rows(self, company, item_ids):
        """``{id: row}`` of these items, open or not."""
        wanted = SQL("aml.id = ANY(%s)", id_array(item_ids))
        return {row["id"]: row for row in self._query_rows(company, wanted)}

    @api.model
    def _query_rows(self, company, wanted):
        """:param wanted: SQL condition on ``aml``, ``am`` and ``cp``"""
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT aml.id, aml.move_id, cp.id AS partner_id, aml.currency_id,
                       aml.amount_residual_currency::float8 AS residual,
                       aml.amount_currency::float8 AS original,
                       aml.date_maturity, aml.date,
                       aml.collection_level_id AS level_id,
                       aml.collection_date AS level_date,
                       COALESCE(aml.collection_occurrence, 0) AS occurrence,
                       cur.delay_days AS level_delay,
                       am.name AS move_name, am.ref AS move_ref, am.invoice_date,
                       am.move_type, am.collection_sent_date AS sent_date,
                       %(policy)s AS policy_id, %(obstacle)s AS obstacle
                %(from_items)s
                 WHERE %(wanted)s
                 ORDER BY aml.date_maturity, aml.id
                """,
                policy=self.env["collection.policy"]._resolution_sql(company, "am", "cp"),
                obstacle=self.env["collection.pauses"]._master_data_sql(),
                from_items=self._from_sql(),
                wanted=wanted,
            )
        )

    @api.model
    def _to_books(self, company, date, rows, ignore_proposals):
        """Turn ledger rows into the engine's items and credits."""
        policies = self.env["collection.policy"]._usable(company)
        currencies = self.env["res.currency"].browse({row["currency_id"] for row in rows})
        debts = [row for row in rows if row["residual"] > 0]
        pauses = self.env["collection.pauses"]._collect(company, date, debts, ignore_proposals)
        precisions = {currency.id: currency.rounding for currency in currencies}
        return Books(
            company=company,
            date=date,
            rows={row["id"]: row for row in rows},
            items=self._to_items(debts, pauses, precisions),
            credits=[
                netting.Credit(
                    row["id"],
                    row["partner_id"],
                    row["currency_id"],
                    -row["residual"],
                    row["date"],
                )
                for row in rows
                if row["residual"] < 0
            ],
            ladders={policy.id: policy._ladder() for policy in policies},
            rules={policy.id: policy._rules(company, date, currencies) for policy in policies},
            precisions=precisions,
            start=company._collection_start(),
            proposal_runs=pauses.proposal_runs,
            pauses=pauses,
        )

    @api.model
    def _to_items(self, rows, pauses, precisions):
        """The debts as the engine reads them."""
        items = []
        for row in rows:
            pause, disputed = pauses.of(row)
            if disputed:
                precision = precisions[row["currency_id"]]
                disputed = netting.rounded(min(disputed, row["residual"]), precision)
                if not pause and row["residual"] - disputed < precision / 2:
                    pause = ("disputed", "", None)
            items.append(
                ladder.Item(
                    row["id"],
                    row["partner_id"],
                    row["currency_id"],
                    row["residual"],
                    row["date_maturity"],
                    row["policy_id"],
                    row["level_id"],
                    row["level_delay"],
                    row["level_date"],
                    row["occurrence"],
                    disputed,
                    pause,
                )
            )
        return items

    @api.model
    def _flush_ledger(self):
        """The queries below read tables the ORM may still hold changes for."""
        self.env.flush_all()

    @api.model
    def _from_sql(self):
        """Every item with its entry, commercial customer and current level."""
        return SQL(
            """
              FROM account_move_line aml
              JOIN account_account acc
                ON acc.id = aml.account_id AND acc.account_type = 'asset_receivable'
              JOIN account_move am ON am.id = aml.move_id
              LEFT JOIN res_partner part ON part.id = aml.partner_id
              LEFT JOIN res_partner cp ON cp.id = part.commercial_partner_id
              LEFT JOIN collection_level cur ON cur.id = aml.collection_level_id
            """
        )

    @api.model
    def _open_sql(self, company):
        """What makes a receivable item collectable: posted and not settled, and no
        charge document, which is collected with the invoice it is about.

        To be used beside :meth:`_from_sql`. A charge document climbs the ladder where
        its policy or a person says so; a credit note of one is a credit like others.
        """
        return SQL(
            "aml.company_id = %(company)s AND aml.parent_state = 'posted'"
            " AND aml.reconciled IS NOT TRUE AND aml.amount_residual_currency != 0"
            " AND (am.collection_is_charge IS NOT TRUE OR am.collection_climbs IS TRUE"
            " OR aml.amount_residual_currency < 0 OR EXISTS ("
            "SELECT 1 FROM collection_policy charged"
            " WHERE charged.dun_charges AND charged.id = %(policy)s))",
            company=company.id,
            policy=self.env["collection.policy"]._resolution_sql(company, "am", "cp"),
        )
