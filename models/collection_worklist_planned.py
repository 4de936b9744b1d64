from odoo import api, models
from odoo.tools import SQL

from .collection_case import LIVE_STATES
from .collection_skip import OBSTACLES


class CollectionWorklist(models.Model):
    """What is planned for customers: calls, tasks, approvals, promises and deadlines."""

    _inherit = "collection.worklist"

    @api.model
    def _planned(self):
        """Everything dated that waits for a person: ``rank`` decides between two of a day.

        ``own`` makes a row of its own when it is due; the rest is only shown with
        customers who owe something.
        """
        return SQL(" UNION ALL ").join(
            [
                *self._planned_activities(),
                self._planned_notices(),
                self._planned_deliveries(),
                self._planned_obstacles(),
                *self._planned_records(),
            ]
        )

    @api.model
    def _planned_activities(self):
        """Calls and tasks on our records, on the customer and on his invoices."""
        models_ = [
            (name, SQL("record.company_id"), SQL("record.partner_id"), True)
            for name, model in sorted(self.env.registry.items())
            if name.startswith("collection.")
            and not model._abstract
            and model._auto
            and {"activity_ids", "partner_id", "company_id"} <= model._fields.keys()
        ]
        models_ += [
            ("account.move", SQL("record.company_id"), SQL("record.commercial_partner_id"), False),
            ("res.partner", SQL("NULL::int"), SQL("record.id"), False),
        ]
        return [self._planned_on(*row) for row in models_]

    @api.model
    def _planned_on(self, name, company, partner, own):
        """A customer belongs to no company: his tasks are shown in each of them."""
        return SQL(
            """
            SELECT %(company)s AS company_id, part.commercial_partner_id AS partner_id,
                   act.date_deadline AS day,
                   CASE WHEN com.id IS NULL THEN 3 ELSE 2 END AS rank,
                   CASE WHEN com.id IS NULL THEN 'task' ELSE 'call' END AS kind,
                   COALESCE(NULLIF(act.summary, ''), type.name->>%(lang)s, type.name->>'en_US')
                       AS summary,
                   %(own)s AS own
              FROM mail_activity act
              JOIN %(table)s record ON record.id = act.res_id
              JOIN res_partner part ON part.id = %(partner)s
         LEFT JOIN mail_activity_type type ON type.id = act.activity_type_id
         LEFT JOIN collection_communication com
                ON com.activity_id = act.id AND com.channel = 'call' AND com.state = 'queued'
             WHERE act.res_model = %(model)s AND act.active
            """,
            company=company,
            partner=partner,
            table=SQL.identifier(self.env[name]._table),
            model=name,
            lang=self.env.lang or "en_US",
            own=own,
        )

    @api.model
    def _planned_notices(self):
        return SQL(
            """
            SELECT notice.company_id, notice.partner_id, notice.date,
                   CASE WHEN notice.stage = 'to_approve' THEN 1 ELSE 9 END,
                   CASE WHEN notice.stage = 'to_approve' THEN 'approve' ELSE 'proposed' END,
                   COALESCE(level.name->>%(lang)s, level.name->>'en_US'), TRUE
              FROM collection_notice notice
              JOIN collection_level level ON level.id = notice.level_id
             WHERE notice.stage IN ('to_approve', 'proposed')
            """,
            lang=self.env.lang or "en_US",
        )

    @api.model
    def _planned_deliveries(self):
        """What did not arrive, until a person has dealt with it, and letters that cannot be
        rendered."""
        return SQL(
            """
            SELECT com.company_id, part.commercial_partner_id,
                   (com.date AT TIME ZONE 'UTC' AT TIME ZONE company.zone)::date, 4, 'delivery',
                   COALESCE(NULLIF(com.failure_reason, ''), com.summary), FALSE
              FROM collection_communication com
              JOIN company ON company.id = com.company_id
              JOIN res_partner part ON part.id = com.partner_id
         LEFT JOIN collection_notice notice ON notice.id = com.notice_id
             WHERE com.failure_kind != 'cancelled' AND com.resolved IS NOT TRUE
               AND (com.state = 'failed' OR com.state = 'queued' AND com.channel = 'letter'
                   AND com.failure_kind = 'temporary' AND notice.state != 'settled')
            """
        )

    @api.model
    def _planned_obstacles(self):
        """What kept the last run from reminding, until a person mends it."""
        skip = self.env["collection.skip"]._fields["reason"]
        labels = skip._description_selection(self.env)
        return SQL(
            """
            SELECT skip.company_id, skip.partner_id, run.date, 4, 'obstacle',
                   CONCAT_WS(': ', label.text, NULLIF(skip.detail, '')), FALSE
              FROM collection_skip skip
              JOIN collection_run run ON run.id = skip.run_id
              JOIN (SELECT DISTINCT ON (last.company_id) last.company_id, last.id
                      FROM collection_run last
                     WHERE last.automatic AND last.state != 'cancelled'
                  ORDER BY last.company_id, last.date DESC, last.id DESC
                   ) latest ON latest.id = run.id
              JOIN (VALUES %(labels)s) label (reason, text) ON label.reason = skip.reason
              JOIN account_move_line aml
                ON aml.id = skip.move_line_id AND aml.reconciled IS NOT TRUE
             WHERE skip.reason IN %(obstacles)s AND skip.partner_id IS NOT NULL
            """,
            labels=SQL(", ").join(SQL("(%s, %s)", code, text) for code, text in labels),
            obstacles=OBSTACLES,
        )

    @api.model
    def _planned_records(self):
        """Promises, disputes, holds and cases, on the day somebody looks at them."""
        rows = (
            ("collection.promise", 5, "promise", SQL("record.date_promised"),
             SQL("record.state = 'open'")),
            ("collection.dispute", 6, "dispute", SQL("record.date_deadline"),
             SQL("record.state = 'open' AND record.date_deadline IS NOT NULL")),
            ("collection.hold", 7, "hold", SQL("LEAST(record.date_review, record.date_until)"),
             SQL("record.state = 'active'"
                 " AND COALESCE(record.date_review, record.date_until) IS NOT NULL")),
            ("collection.case", 8, "case", SQL("record.next_date"),
             SQL("record.state IN %s AND record.next_date IS NOT NULL", LIVE_STATES)),
        )
        return [
            SQL(
                """
                SELECT record.company_id, part.commercial_partner_id, %(day)s, %(rank)s, %(kind)s,
                       %(summary)s, TRUE
                  FROM %(table)s record
                  JOIN res_partner part ON part.id = record.partner_id
                 WHERE %(condition)s
                """,
                table=SQL.identifier(self.env[name]._table),
                summary=SQL(
                    "COALESCE(NULLIF(record.next_step, ''), record.name)"
                    if kind == "case"
                    else "record.reason"
                ),
                rank=rank,
                kind=kind,
                day=day,
                condition=condition,
            )
            for name, rank, kind, day, condition in rows
        ]
