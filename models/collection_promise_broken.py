"""What a broken promise does to the items it was about, see ``engine.ladder``."""

from dataclasses import replace

from odoo import api, models
from odoo.tools import SQL

from ..engine import ladder
from .bulk import id_array


class CollectionPauses(models.AbstractModel):
    _inherit = "collection.pauses"

    @api.model
    def _collect(self, company, date, rows, ignore_proposals=False):
        pauses = super()._collect(company, date, rows, ignore_proposals)
        pauses.broken = self._broken_promises(company, rows)
        return pauses

    @api.model
    def _broken_promises(self, company, rows):
        """``{item id: day}`` on which a promise about it was found broken, where no
        level has followed yet; read only where a policy asks for it."""
        policies = self.env["collection.policy"]._usable(company)
        if ladder.NEXT not in policies.mapped("broken_promise"):
            return {}
        self.env["collection.promise"].flush_model()
        self.env["collection.plan"].flush_model()
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT aml.id, MAX(COALESCE(plan.date_closed, promise.date_closed))
                      FROM account_move_line aml
                      LEFT JOIN res_partner part ON part.id = aml.partner_id
                      JOIN res_partner payer
                        ON payer.commercial_partner_id = part.commercial_partner_id
                      JOIN collection_promise promise
                        ON promise.partner_id = payer.id AND promise.company_id = aml.company_id
                      LEFT JOIN collection_plan plan ON plan.id = promise.plan_id
                     WHERE aml.id = ANY(%s) AND %s
                     GROUP BY aml.id
                    """,
                    id_array(row["id"] for row in rows),
                    self._broken_sql(SQL("part.commercial_partner_id")),
                )
            )
        )

    @api.model
    def _broken_sql(self, customer):
        """SQL: ``promise`` of ``payer`` (and ``plan``) was broken about ``aml``, no level followed yet.

        A promise about everything is about what he owed and was due by then. Of an
        instalment its plan says when it is over, and whether it was kept.

        :param customer: SQL of the item's commercial customer
        """
        return SQL(
            """payer.commercial_partner_id = %(customer)s
               AND (plan.id IS NULL AND promise.state = 'broken' OR plan.state = 'broken')
               AND (aml.collection_date IS NULL
                    OR aml.collection_date < COALESCE(plan.date_closed, promise.date_closed))
               AND (EXISTS (
                        SELECT 1
                          FROM account_move_line_collection_promise_rel named
                         WHERE named.collection_promise_id = promise.id
                           AND named.account_move_line_id = aml.id)
                    OR aml.date <= promise.date_from
                   AND aml.date_maturity <= promise.date_promised
                   AND NOT EXISTS (
                        SELECT 1
                          FROM account_move_line_collection_promise_rel named
                         WHERE named.collection_promise_id = promise.id))""",
            customer=customer,
        )


class CollectionCandidate(models.AbstractModel):
    _inherit = "collection.candidate"

    @api.model
    def _to_items(self, rows, pauses, precisions):
        items = super()._to_items(rows, pauses, precisions)
        if not pauses.broken:
            return items
        return [
            replace(item, broken_on=pauses.broken[item.id]) if item.id in pauses.broken else item
            for item in items
        ]

    @api.model
    def _earning_broken_sql(self, company, date):
        """SQL: the item may have earned its next level by a broken promise, see
        :meth:`_earning_customers`."""
        if ladder.NEXT not in self.env["collection.policy"]._usable(company).mapped(
            "broken_promise"
        ):
            return SQL("FALSE")
        return SQL(
            """(aml.date_maturity < %s AND EXISTS (
                SELECT 1
                  FROM res_partner payer
                  JOIN collection_promise promise ON promise.partner_id = payer.id
                  LEFT JOIN collection_plan plan ON plan.id = promise.plan_id
                 WHERE promise.company_id = aml.company_id AND %s))""",
            date,
            self.env["collection.pauses"]._broken_sql(SQL("cp.id")),
        )
