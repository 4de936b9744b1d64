from collections import defaultdict
from datetime import date, timedelta

from odoo import api, models
from odoo.tools import SQL

from .bulk import id_array
from .pairs import pair

PAUSE_MODELS = ("collection.hold", "collection.promise")


def _lasts_until(pause):
    """The last day of a ``(reason, detail, until)`` pause; no end known: for ever."""
    return pause[2] or date.max


class Pauses:
    """Everything that keeps items of a company from advancing on a day."""

    def __init__(self):
        self.by_item = {}
        # What only the ladder waits for: a notice that is open, or did not arrive.
        self.by_notice = {}
        self.by_customer = {}
        self.proposal_runs = {}
        self.disputed = defaultdict(float)
        self.last_sent = None

    def of(self, row):
        """``(pause, disputed amount)`` of a ledger row."""
        pause = self.of_any(row, self.by_notice.get(row["id"]))
        return pause, self.disputed.get(row["id"], 0.0)

    def of_any(self, row, own=None):
        """What keeps every kind of notice from a ledger row, and ``own``; of several
        pauses, the one that lasts longest says when the item goes on."""
        pauses = (
            self._of_master_data(row),
            own,
            self.by_item.get(row["id"]),
            self.by_customer.get(row["partner_id"]),
            self._of_sending(row) if self.last_sent else None,
        )
        # Most items have none.
        return max(filter(None, pauses), key=_lasts_until) if any(pauses) else None

    def _of_master_data(self, row):
        """See ``_master_data_sql``."""
        reason = row["obstacle"]
        return (reason, row["move_name"] or "" if reason == "held" else "", None) if reason else None

    def _of_sending(self, row):
        sent = row["sent_date"]
        if not sent or sent <= self.last_sent:
            return None
        return ("sent_recently", str(sent), sent + self.wait - timedelta(days=1))

    def set_waiting_time(self, date, days):
        """Invoices sent less than ``days`` days before ``date`` wait."""
        if days > 0:
            self.wait = timedelta(days=days)
            self.last_sent = date - self.wait


class CollectionPauses(models.AbstractModel):
    """The one place that knows every reason to leave an item alone."""

    _name = "collection.pauses"
    _description = "Reasons to Pause Items"

    @api.model
    def _collect(self, company, date, rows, ignore_proposals=False):
        """:return: :class:`Pauses` for the ledger rows of one company"""
        pauses = Pauses()
        pauses.set_waiting_time(date, company.min_days_after_sending)
        item_ids = id_array(row["id"] for row in rows)
        self._add_undelivered(pauses, date, item_ids)
        self._add_deductions(pauses, item_ids)
        if not ignore_proposals:
            self._add_proposals(pauses, item_ids)
        for name in PAUSE_MODELS:
            self._add_records(pauses, self.env[name]._active_on(company, date))
        self._add_disputes(pauses, company, date, rows)
        return pauses

    @api.model
    def _master_data_sql(self):
        """SQL: what customer and invoice say against reminding of an item, NULL: nothing.

        To be used beside ``collection.candidate._from_sql``.
        """
        return SQL(
            """
            CASE WHEN cp.id IS NULL THEN 'no_customer'
                 WHEN cp.active IS FALSE THEN 'archived_customer'
                 WHEN aml.no_followup THEN 'no_followup'
                 WHEN am.payment_state = 'blocked' THEN 'held'
                 WHEN am.payment_state IN ('in_payment', 'paid') OR EXISTS (
                      SELECT 1
                        FROM account_move__account_payment rel
                        JOIN account_payment pay ON pay.id = rel.payment_id
                       WHERE rel.invoice_id = aml.move_id
                         AND pay.state = 'in_process' AND pay.move_id IS NULL
                      ) THEN 'payment_in_progress'
             END
            """
        )

    @api.model
    def _add_records(self, pauses, records):
        """Holds and promises: on their items, or on the whole customer."""
        for record in records:
            pause = (record._pause_reason, record.reason or "", record.date_until or None)
            if record.move_line_ids:
                paused, keys = pauses.by_item, record.move_line_ids.ids
            else:
                paused, keys = pauses.by_customer, record.partner_id.commercial_partner_id.ids
            for key in keys:
                paused[key] = max(paused.get(key, pause), pause, key=_lasts_until)

    @api.model
    def _add_disputes(self, pauses, company, date, rows):
        """Disputed amounts, spread over the disputed items in order of due date."""
        residuals = {row["id"]: row["residual"] for row in rows}
        customers = defaultdict(list)
        for row in rows:
            customers[row["partner_id"]].append(row["id"])
        for dispute in self.env["collection.dispute"]._active_on(company, date):
            commercial = dispute.partner_id.commercial_partner_id.id
            named = set(dispute.move_line_ids.ids)
            items = [
                item_id
                for item_id in customers.get(commercial, [])
                if not named or item_id in named
            ]
            rest = dispute.amount_disputed or float("inf")
            for item_id in items:
                part = min(rest, residuals[item_id] - pauses.disputed[item_id])
                pauses.disputed[item_id] += part
                rest -= part

    @api.model
    def _add_proposals(self, pauses, item_ids):
        """Items in an open proposal are not proposed twice."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.move_line_id, notice.stage, notice.run_id
                  FROM collection_notice_line line
                  JOIN collection_notice notice ON notice.id = line.notice_id
                 WHERE line.stage = 'proposed' AND line.kind = 'item'
                   AND line.move_line_id = ANY(%s)
                """,
                item_ids,
            )
        )
        for item_id, stage, run_id in rows:
            reason = "waiting_approval" if stage == "to_approve" else "already_proposed"
            pauses.by_notice[item_id] = (reason, "", None)
            pauses.proposal_runs[item_id] = run_id

    @api.model
    def _add_deductions(self, pauses, item_ids):
        """Nobody is reminded of a discount about which somebody is to decide."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT move_line_id, date_paid
                  FROM collection_discount_deduction
                 WHERE state = 'open' AND move_line_id = ANY(%s)
                """,
                item_ids,
            )
        )
        for item_id, paid in rows:
            pauses.by_item[item_id] = ("discount_decision", str(paid), None)

    @api.model
    def _add_undelivered(self, pauses, date, item_ids):
        """A level that may not have arrived blocks the next one, and so does one that
        something keeps from leaving; one that failed today is not tried again today."""
        channels = self.env["collection.communication"]._fields["channel"]
        labels = dict(channels._description_selection(self.env))
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.move_line_id, com.channel, com.failure_reason
                  FROM collection_notice_line line
                  JOIN collection_notice notice ON notice.id = line.notice_id
                  JOIN collection_communication com ON com.notice_id = notice.id
                 WHERE line.kind = 'item' AND line.move_line_id = ANY(%(items)s)
                   AND com.resolved IS NOT TRUE
                   AND (com.state = 'failed'
                        AND (line.stage = 'issued' AND com.failure_kind = 'unknown'
                             OR line.stage = 'failed' AND notice.date = %(date)s
                            AND com.failure_kind != 'cancelled')
                        OR com.state = 'queued' AND com.failure_reason IS NOT NULL
                        AND line.stage = 'issued' AND NOT EXISTS (
                            SELECT 1
                              FROM collection_communication other
                             WHERE other.notice_id = notice.id AND other.direction = 'out'
                               AND other.state IN ('sent', 'done')))
                """,
                items=item_ids,
                date=date,
            )
        )
        for item_id, channel, reason in rows:
            detail = pair(self.env, labels.get(channel, channel), reason)
            pauses.by_notice[item_id] = ("not_delivered", detail, None)
