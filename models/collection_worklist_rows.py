from odoo import api, models
from odoo.tools import SQL

from .collection_case import LIVE_STATES

# Ids are made of customer and company: a power of two above every company's id keeps
# them apart.
LEAST_SPREAD = 1024


class CollectionWorklist(models.Model):
    """The rows of the worklist: contacts, what is planned, and all put together."""

    _inherit = "collection.worklist"

    @api.model
    def _promises(self):
        """Each customer's record of promises; a cancelled one is none."""
        return SQL(
            """
            SELECT pro.company_id, part.commercial_partner_id AS partner_id,
                   COUNT(*) FILTER (WHERE pro.state = 'open')::int AS open,
                   COUNT(*) FILTER (WHERE pro.state = 'broken')::int AS broken,
                   MIN(pro.date_promised) FILTER (WHERE pro.state = 'open') AS day
              FROM collection_promise pro
              JOIN company ON company.id = pro.company_id
              JOIN res_partner part ON part.id = pro.partner_id
          GROUP BY pro.company_id, part.commercial_partner_id
            """
        )

    @api.model
    def _contacts(self):
        """The last contact that took place, whoever sought it."""
        return SQL(
            """
            SELECT DISTINCT ON (com.company_id, part.commercial_partner_id)
                   com.company_id, part.commercial_partner_id AS partner_id,
                   com.id, com.date,
                   (com.date AT TIME ZONE 'UTC' AT TIME ZONE company.zone)::date AS day
              FROM collection_communication com
              JOIN company ON company.id = com.company_id
              JOIN res_partner part ON part.id = com.partner_id
             WHERE com.state IN ('sent', 'done')
          ORDER BY com.company_id, part.commercial_partner_id, com.date DESC, com.id DESC
            """
        )

    @api.model
    def _next(self):
        """What is first of all that is planned for a customer."""
        return SQL(
            """
            SELECT DISTINCT ON (company.id, planned.partner_id)
                   company.id AS company_id, planned.partner_id,
                   planned.day, planned.kind, planned.summary,
                   BOOL_OR(planned.own AND planned.day <= company.day) OVER (
                       PARTITION BY company.id, planned.partner_id
                   ) AS own_due
              FROM planned
              JOIN company ON company.id = COALESCE(planned.company_id, company.id)
          ORDER BY company.id, planned.partner_id, planned.day, planned.rank
            """
        )

    @api.model
    def _rows(self):
        """Customers with overdue items, and those with something of collections due."""
        return SQL(
            """
            SELECT part.id::bigint * spread.by + company.id AS id,
                   company.id AS company_id,
                   company.currency_id AS company_currency_id,
                   part.id AS partner_id,
                   part.country_id,
                   collector.id AS assigned_id,
                   COALESCE(
                       CASE WHEN acting.absent_id IS NULL THEN collector.id
                            ELSE acting.user_id END,
                       company.responsible_id
                   ) AS collector_id,
                   %(books)s,
                   %(next)s,
                   contact.date AS last_contact_date,
                   contact.id AS last_contact_id,
                   %(promises)s,
                   %(records)s
              FROM (SELECT company_id, partner_id FROM book WHERE item_count > 0
                    UNION SELECT company_id, partner_id FROM next WHERE own_due) listed
              JOIN company ON company.id = listed.company_id
              JOIN res_partner part ON part.id = listed.partner_id
        CROSS JOIN (%(spread)s) spread
         LEFT JOIN res_users collector
                ON collector.active
               AND collector.id = (part.collector_id->>company.id::text)::int
         LEFT JOIN acting ON acting.company_id = company.id AND acting.absent_id = collector.id
         LEFT JOIN book ON book.company_id = company.id AND book.partner_id = part.id
         LEFT JOIN promise ON promise.company_id = company.id AND promise.partner_id = part.id
         LEFT JOIN contact ON contact.company_id = company.id AND contact.partner_id = part.id
         LEFT JOIN next ON next.company_id = company.id AND next.partner_id = part.id
        CROSS JOIN LATERAL (%(fallback)s) auto
            """,
            books=self._book_columns(),
            next=self._next_columns(),
            promises=self._promise_columns(),
            records=self._record_columns(),
            spread=SQL(
                "SELECT GREATEST(%s, 2 ^ CEIL(LOG(2, MAX(id) + 1)))::bigint AS by FROM res_company",
                LEAST_SPREAD,
            ),
            fallback=self._fallback(),
        )

    @api.model
    def _fallback(self):
        """Where nobody planned anything: the next reminder goes out by itself, and after the
        last one the customer is contacted again. A debt always has a next date."""
        return SQL(
            """
            SELECT CASE WHEN book.next_day IS NOT NULL THEN book.next_day
                        ELSE GREATEST(company.day, contact.day + company.again_days) END
                       AS day,
                   CASE WHEN book.next_day IS NOT NULL THEN 'reminder' ELSE 'contact' END AS kind,
                   COALESCE(book.next_level->>%(lang)s, book.next_level->>'en_US') AS summary
            """,
            lang=self.env.lang or "en_US",
        )

    @api.model
    def _book_columns(self):
        """What a customer owes; nothing where only a task or a promise lists him."""
        return SQL(
            """
            COALESCE(book.amounts, '{}'::jsonb) AS amounts,
            COALESCE(book.amount_open, 0) AS amount_open,
            COALESCE(book.amount_overdue, 0) AS amount_overdue,
            COALESCE(book.days_late, 0) AS days_late,
            book.date_oldest,
            COALESCE(book.item_count, 0) AS item_count,
            COALESCE(book.level_rung, 0) AS level_rung,
            book.level_id
            """
        )

    @api.model
    def _promise_columns(self):
        """What he has promised, and how often in vain."""
        return SQL(
            """
            COALESCE(promise.open, 0) AS promises_open,
            COALESCE(promise.broken, 0) AS promises_broken,
            promise.day AS promise_date
            """
        )

    @api.model
    def _next_columns(self):
        """The earlier of what is planned and of what happens by itself."""
        planned = SQL("(next.day IS NOT NULL AND (auto.kind = 'contact' OR next.day <= auto.day))")
        return SQL(
            """
            CASE WHEN %(planned)s THEN next.day ELSE auto.day END AS next_date,
            CASE WHEN %(planned)s THEN next.kind ELSE auto.kind END AS next_kind,
            CASE WHEN %(planned)s THEN next.summary
                 WHEN auto.kind = 'reminder' THEN auto.summary END AS next_summary,
            CASE WHEN %(planned)s THEN next.day <= company.day
                 ELSE auto.kind = 'contact' AND auto.day <= company.day END AS is_todo
            """,
            planned=planned,
        )

    @api.model
    def _record_columns(self):
        """Disputes, holds and the case of a customer."""
        ours = SQL(
            "record.company_id = company.id AND record.partner_id IN"
            " (SELECT one.id FROM res_partner one WHERE one.commercial_partner_id = part.id)"
        )
        return SQL(
            """
            (SELECT COUNT(*)::int FROM collection_dispute record
              WHERE %(ours)s AND record.state = 'open') AS disputes_open,
            EXISTS (SELECT 1 FROM collection_hold record
                     WHERE %(ours)s AND record.state = 'active'
                       AND record.date_from <= company.day
                       AND (record.date_until IS NULL OR record.date_until >= company.day))
                AS is_held,
            (SELECT MAX(record.id) FROM collection_case record
              WHERE %(ours)s AND record.state IN %(live)s) AS case_id
            """,
            ours=ours,
            live=LIVE_STATES,
        )
