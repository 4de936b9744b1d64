from collections import defaultdict
from datetime import datetime, time

import pytz

from odoo import api, models
from odoo.tools import SQL

from ..engine.daycount import next_day
from .bulk import id_array
from .collection_pauses import _lasts_until


class CollectionPauses(models.AbstractModel):
    """Who has answered is not reminded before somebody has read it; who was told that he
    owes what he disputed has his days again."""

    _inherit = "collection.pauses"

    @api.model
    def _collect(self, company, date, rows, ignore_proposals=False):
        pauses = super()._collect(company, date, rows, ignore_proposals)
        self._add_replies(pauses, company, date, rows)
        self._add_customers_days(pauses, company, date, rows)
        return pauses

    @api.model
    def _add_replies(self, pauses, company, date, rows):
        customers = id_array({row["partner_id"] for row in rows if row["partner_id"]})
        midnight = datetime.combine(next_day(date), time.min)
        end = company._collection_zone().localize(midnight).astimezone(pytz.utc)
        answers = self.env.execute_query(
            SQL(
                """
                SELECT customer.commercial_partner_id, com.summary, com.pauses_until
                  FROM collection_communication com
                  JOIN res_partner customer ON customer.id = com.partner_id
                 WHERE com.company_id = %(company)s
                   AND customer.commercial_partner_id = ANY(%(customers)s)
                   AND com.direction = 'in' AND com.handled IS NOT TRUE
                   AND com.pauses_until >= %(date)s AND com.date < %(end)s
                 ORDER BY com.id
                """,
                company=company.id,
                customers=customers,
                date=date,
                end=end.replace(tzinfo=None),
            )
        )
        for customer, summary, until in answers:
            self._pause_longest(pauses.by_customer, customer, ("replied", summary or "", until))

    @api.model
    def _pause_longest(self, paused, key, pause):
        paused[key] = max(paused.get(key, pause), pause, key=_lasts_until)

    @api.model
    def _add_customers_days(self, pauses, company, date, rows):
        """What was disputed and is owed after all waits for the customer's days: as an
        amount where a part was disputed, so that the rest goes on meanwhile."""
        residuals = {row["id"]: row["residual"] for row in rows}
        customers = defaultdict(list)
        for row in rows:
            customers[row["partner_id"]].append(row["id"])
        for dispute in self.env["collection.dispute"]._waiting_on(company, date):
            commercial = dispute.partner_id.commercial_partner_id.id
            pause = ("disputed", dispute._waiting_detail(), dispute.date_wait)
            named = set(dispute.move_line_ids.ids)
            if not named:
                self._pause_longest(pauses.by_customer, commercial, pause)
                continue
            rest = dispute._amount_waiting()
            for item_id in customers[commercial]:
                if item_id not in named:
                    continue
                free = residuals[item_id] - pauses.disputed[item_id]
                part = min(rest, free)
                rest -= part
                if part >= free:
                    # Nothing of it is chased: the day on which it goes on is known.
                    self._pause_longest(pauses.by_item, item_id, pause)
                else:
                    pauses.disputed[item_id] += part
