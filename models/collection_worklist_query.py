from odoo import api, models
from odoo.tools import SQL

from ..engine.priority import LATENESS_UNIT


class CollectionWorklist(models.Model):
    """Where the worklist comes from: one query, whatever the number of customers."""

    _inherit = "collection.worklist"

    @property
    def _table_query(self):
        # The query reads many tables the ORM may still hold changes for.
        self.env.flush_all()
        companies = self.env.companies
        return SQL(
            """
            WITH company AS (%(companies)s),
                 acting AS (%(acting)s),
                 rung AS (%(rungs)s),
                 pause AS (%(pauses)s),
                 item AS (%(items)s),
                 book AS (%(books)s),
                 promise AS (%(promises)s),
                 contact AS (%(contacts)s),
                 planned AS (%(planned)s),
                 next AS (%(next)s)
            SELECT row.*, %(score)s AS priority
              FROM (%(rows)s) row
              JOIN company ON company.id = row.company_id
            """,
            companies=self._companies(companies),
            acting=self._acting(companies),
            rungs=self._rungs(),
            pauses=self._paused(),
            items=SQL(" UNION ALL ").join(self._items(company) for company in companies),
            books=self._books(),
            promises=self._promises(),
            contacts=self._contacts(),
            planned=self._planned(),
            next=self._next(),
            rows=self._rows(),
            score=self._score(),
        )

    @api.model
    def _companies(self, companies):
        """Day, responsible and weights of each company."""
        rows = []
        for company in companies:
            weights = company._collection_weights()
            rows.append(
                SQL(
                    "(%s::int, %s::int, %s::date, %s::text, %s::int, %s::int,"
                    " %s::float8, %s::float8, %s::float8, %s::float8)",
                    company.id,
                    company.currency_id.id,
                    company._collection_today(),
                    company._collection_zone().zone,
                    company._collection_responsible().id,
                    company.sudo().collection_contact_again_days,
                    weights.amount,
                    weights.lateness,
                    weights.level,
                    weights.promises,
                )
            )
        return SQL(
            """
            SELECT *
              FROM (VALUES %s) one (id, currency_id, day, zone, responsible_id, again_days,
                                    w_amount, w_lateness, w_level, w_promises)
            """,
            SQL(", ").join(rows),
        )

    @api.model
    def _acting(self, companies):
        """Who works in the place of those who are away."""
        absences = self.env["collection.absence"]
        rows = [
            SQL("(%s::int, %s::int, %s::int)", company.id, absent, stand_in.id or None)
            for company in companies
            for absent, stand_in in absences._stand_ins(
                company, company._collection_today()
            ).items()
        ]
        rows = rows or [SQL("(NULL::int, NULL::int, NULL::int)")]
        return SQL(
            "SELECT * FROM (VALUES %s) away (company_id, absent_id, user_id)",
            SQL(", ").join(rows),
        )

    @api.model
    def _rungs(self):
        """How high a level stands on its ladder; what reminds before the due date is 0."""
        return SQL(
            """
            SELECT level.id,
                   COUNT(*) FILTER (WHERE level.delay_days >= 0) OVER (
                       PARTITION BY level.policy_id ORDER BY level.delay_days
                   ) AS rung
              FROM collection_level level
             WHERE level.kind = 'dunning'
            """
        )

    @api.model
    def _paused(self):
        """Items, and customers as a whole, that climb no further for the time being.

        The engine knows more reasons; these are the ones that last.
        """
        parts = [
            self._paused_by("collection.hold", SQL("pause.state = 'active'")),
            self._paused_by("collection.promise", SQL("pause.state = 'open'")),
            self._paused_by(
                "collection.dispute",
                SQL("pause.state = 'open' AND COALESCE(pause.amount_disputed, 0) = 0"),
            ),
            SQL(
                "SELECT company_id, NULL::int, move_line_id FROM collection_case_line"
                " WHERE is_live AND move_line_id IS NOT NULL"
            ),
        ]
        return SQL(" UNION ALL ").join(parts)

    @api.model
    def _paused_by(self, name, condition):
        model = self.env[name]
        field = model._fields["move_line_ids"]
        return SQL(
            """
            SELECT pause.company_id, part.commercial_partner_id AS partner_id,
                   rel.%(item)s AS item_id
              FROM %(table)s pause
              JOIN company ON company.id = pause.company_id
              JOIN res_partner part ON part.id = pause.partner_id
         LEFT JOIN %(relation)s rel ON rel.%(record)s = pause.id
             WHERE %(condition)s
               AND pause.date_from <= company.day
               AND (pause.date_until IS NULL OR pause.date_until >= company.day)
            """,
            table=SQL.identifier(model._table),
            relation=SQL.identifier(field.relation),
            record=SQL.identifier(field.column1),
            item=SQL.identifier(field.column2),
            condition=condition,
        )

    @api.model
    def _items(self, company):
        """Every open item and credit of a company, with the day of its next level."""
        day = company._collection_today()
        candidate = self.env["collection.candidate"]
        return SQL(
            """
            SELECT aml.company_id, cp.id AS partner_id, aml.currency_id,
                   aml.amount_residual AS balance,
                   aml.amount_residual_currency AS amount,
                   aml.date_maturity,
                   aml.amount_residual > 0 AND aml.date_maturity < %(day)s AS is_overdue,
                   GREATEST(0, %(day)s::date - aml.date_maturity) AS days_late,
                   CASE WHEN aml.date_maturity < %(day)s THEN aml.collection_level_id END
                       AS level_id,
                   CASE WHEN aml.date_maturity < %(day)s THEN COALESCE(rung.rung, 0) ELSE 0 END
                       AS rung,
                   CASE WHEN aml.amount_residual > 0
                         AND %(climbs)s
                         AND aml.no_followup IS NOT TRUE
                         AND am.payment_state NOT IN ('blocked', 'in_payment', 'paid')
                         AND NOT EXISTS (
                             SELECT 1 FROM pause
                              WHERE pause.company_id = aml.company_id
                                AND (pause.item_id = aml.id
                                  OR pause.item_id IS NULL AND pause.partner_id = cp.id))
                        -- Without a level it would be today: GREATEST leaves NULL out.
                        THEN CASE WHEN upper.day IS NOT NULL
                                  THEN GREATEST(upper.day, %(day)s::date) END
                   END AS next_day,
                   upper.name AS next_level
            %(from_items)s
         LEFT JOIN rung ON rung.id = aml.collection_level_id
         LEFT JOIN LATERAL (%(upper)s) upper ON TRUE
             WHERE aml.company_id = %(company)s
               AND cp.id IS NOT NULL
               AND aml.parent_state = 'posted'
               AND aml.reconciled IS NOT TRUE
               AND aml.amount_residual_currency != 0
            """,
            company=company.id,
            day=day,
            from_items=candidate._from_sql(),
            # A charge document is collected with the invoice it is about.
            climbs=candidate._open_sql(company),
            upper=self._next_level(company, day),
        )

    @api.model
    def _next_level(self, company, day):
        """When an item is next reminded, if nothing pauses it: its next level, or its last
        one again. The engine decides; this is when it has something to decide."""
        return SQL(
            """
            SELECT level.name, CASE
                   WHEN level.id = cur.id THEN aml.collection_date + level.repeat_days
                   ELSE GREATEST(aml.date_maturity + level.delay_days,
                                 aml.collection_date + level.min_interval_days) END AS day
              FROM collection_level level
             WHERE level.kind = 'dunning'
               AND level.policy_id = %(policy)s
               AND CASE WHEN level.id = cur.id
                        THEN level.repeat_days > 0 AND aml.collection_occurrence <= level.max_repeats
                        ELSE (cur.id IS NULL OR level.delay_days > cur.delay_days)
                         AND (level.delay_days >= 0 OR aml.date_maturity + level.delay_days >= %(day)s)
                        END
          ORDER BY level.delay_days
             LIMIT 1
            """,
            policy=self.env["collection.policy"]._resolution_sql(company, "am", "cp"),
            day=day,
        )

    @api.model
    def _books(self):
        """What each customer owes: per currency, net of his credits in that currency; and
        together in company currency."""
        return SQL(
            """
            SELECT per.company_id, per.partner_id,
                   JSONB_OBJECT_AGG(per.currency_id, JSONB_BUILD_ARRAY(
                       per.amount_open,
                       CASE WHEN per.overdue > 0
                            THEN GREATEST(0, per.amount_overdue + per.amount_credit) ELSE 0 END
                   )) AS amounts,
                   SUM(per.open) AS amount_open,
                   SUM(CASE WHEN per.overdue > 0
                            THEN GREATEST(0, per.overdue + per.credit) ELSE 0 END) AS amount_overdue,
                   COALESCE(SUM(per.money_days) / NULLIF(SUM(per.overdue), 0), 0)::float8 AS days_late,
                   MIN(per.oldest) AS date_oldest,
                   SUM(per.item_count)::int AS item_count,
                   MAX(per.rung)::int AS level_rung,
                   (ARRAY_AGG(per.level_id ORDER BY per.rung DESC)
                       FILTER (WHERE per.level_id IS NOT NULL))[1] AS level_id,
                   MIN(per.next_day) AS next_day,
                   (ARRAY_AGG(per.next_level ORDER BY per.next_day)
                       FILTER (WHERE per.next_day IS NOT NULL))[1] AS next_level
              FROM (%s) per
          GROUP BY per.company_id, per.partner_id
            """,
            self._books_per_currency(),
        )

    @api.model
    def _books_per_currency(self):
        return SQL(
            """
            SELECT item.company_id, item.partner_id, item.currency_id,
                   SUM(item.amount) AS amount_open,
                   SUM(item.balance) AS open,
                   COALESCE(SUM(item.amount) FILTER (WHERE item.is_overdue), 0) AS amount_overdue,
                   COALESCE(SUM(item.balance) FILTER (WHERE item.is_overdue), 0) AS overdue,
                   COALESCE(SUM(item.amount) FILTER (WHERE item.amount < 0), 0) AS amount_credit,
                   COALESCE(SUM(item.balance) FILTER (WHERE item.amount < 0), 0) AS credit,
                   SUM(item.balance * item.days_late) FILTER (WHERE item.is_overdue) AS money_days,
                   MIN(item.date_maturity) FILTER (WHERE item.is_overdue) AS oldest,
                   COUNT(*) FILTER (WHERE item.is_overdue) AS item_count,
                   MAX(item.rung) AS rung,
                   (ARRAY_AGG(item.level_id ORDER BY item.rung DESC)
                       FILTER (WHERE item.level_id IS NOT NULL))[1] AS level_id,
                   MIN(item.next_day) AS next_day,
                   (ARRAY_AGG(item.next_level ORDER BY item.next_day)
                       FILTER (WHERE item.next_day IS NOT NULL))[1] AS next_level
              FROM item
          GROUP BY item.company_id, item.partner_id, item.currency_id
            """
        )

    @api.model
    def _score(self):
        """``engine.priority.factors`` in SQL."""
        return SQL(
            """
            POWER(row.amount_overdue::float8, company.w_amount)
            * POWER(1 + row.days_late / %(unit)s, company.w_lateness)
            * POWER(1 + row.level_rung::float8, company.w_level)
            * POWER(1 + row.promises_broken::float8, company.w_promises)
            """,
            unit=float(LATENESS_UNIT),
        )
