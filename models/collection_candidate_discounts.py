from dataclasses import dataclass, field

from odoo import api, models
from odoo.tools import SQL

from ..engine import discount_notices, ladder
from .account_payment_term import VOUCHER
from .bulk import id_array
from .pairs import pair


@dataclass(slots=True)
class Discounts:
    """The early-payment discounts in force on the day of some books.

    ``told``: items a notice of whose discount was issued on that day; ``proposed``:
    those in an open proposal about it, with the run; ``yielding``: the dunning
    decisions once courtesy levels have given way, worked out when first needed.
    """

    offers: dict = field(default_factory=dict)
    decisions: dict = field(default_factory=dict)
    levels: dict = field(default_factory=dict)
    told: set = field(default_factory=set)
    proposed: dict = field(default_factory=dict)
    yielding: dict | None = None

    @property
    def level_ids(self):
        return {level.id for ladder_ in self.levels.values() for level in ladder_.levels}


class CollectionCandidate(models.AbstractModel):
    """Reads the discounts that open items still bear: one query, however many."""

    _inherit = "collection.candidate"

    @api.model
    def _earning_discount_sql(self, company, date):
        """SQL: the item bears a discount whose notice may be due, see
        :meth:`_earning_customers`."""
        if not self.env["collection.policy"]._usable(company).discount_level_ids:
            return SQL("FALSE")
        return SQL(
            """
            aml.id IN (
                SELECT off.move_line_id
                  FROM collection_discount_offer off
                  JOIN collection_level lvl ON lvl.kind = 'discount'
                 WHERE off.state = 'open' AND off.company_id = %(company)s
                   AND off.date_end >= %(date)s AND off.date_end + lvl.delay_days <= %(date)s
                   AND NOT EXISTS (
                       SELECT 1
                         FROM collection_notice_line line
                        WHERE line.offer_id = off.id AND line.stage = 'issued'))
            """,
            company=company.id,
            date=date,
        )

    @api.model
    def _read_discounts(self, books, ignore_proposals=False):
        """Decide the discounts of the books' items, into ``books.discounts``.

        :param ignore_proposals: when issuing, open proposals are no obstacle
        """
        policies = self.env["collection.policy"].browse(books.ladders)
        policies = policies.filtered("discount_level_ids")
        discounts = books.discounts = Discounts(
            levels={policy.id: policy._discount_ladder() for policy in policies}
        )
        items = [item for item in books.items if item.ladder in discounts.levels]
        if not items:
            return
        self._read_offers(books, items, ignore_proposals)
        if not discounts.offers:
            return
        netting = {item.id for item in items if books.rules[item.ladder].net_credits}
        shares = [share for share in books.pour() if share.item_id in netting]
        notes = [
            share for share in shares if books.rows[share.credit_id]["move_type"] == "out_refund"
        ]
        discounts.offers = discount_notices.with_credits(
            items, discounts.offers, notes, books.precisions
        )
        currencies = self.env["res.currency"].browse(books.precisions)
        decisions = discount_notices.decide_offers(
            items,
            discounts.offers,
            discounts.levels,
            books.date,
            {
                policy.id: policy._min_discounts(books.company, books.date, currencies)
                for policy in policies
            },
        )
        discounts.decisions = discount_notices.leave_covered(
            items, discounts.offers, decisions, shares, books.precisions
        )

    @api.model
    def _read_offers(self, books, items, ignore_proposals):
        discounts = books.discounts
        by_id = {item.id: item for item in items}
        for row in self._query_offers(books, by_id):
            item = by_id[row["move_line_id"]]
            reminded_on = None
            if row["stage"] == "issued":
                reminded_on = row["notice_date"]
                if reminded_on >= books.date:
                    discounts.told.add(item.id)
            elif row["stage"] == "proposed":
                discounts.proposed[item.id] = row["run_id"]
            discounts.offers[item.id] = ladder.Offer(
                id=row["id"],
                item_id=item.id,
                sequence=row["sequence"],
                end=row["date_end"],
                saving=row["amount_discount"],
                voucher=row["method"] == VOUCHER,
                reminded_on=reminded_on,
                pause=self._offer_pause(books, item, row, ignore_proposals),
            )

    @api.model
    def _query_offers(self, books, item_ids):
        """The offer in force of each item, and what became of the notice about it.

        Money that came in part ended the discount, as in core; credit notes only shrank
        it, and a rate difference is neither.
        """
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT DISTINCT ON (off.move_line_id)
                       off.id, off.move_line_id, off.sequence, off.date_end, off.method,
                       off.amount_discount, told.stage, told.notice_stage, told.run_id,
                       told.date AS notice_date, lost.channel, lost.failure_reason
                  FROM collection_discount_offer off
                  LEFT JOIN LATERAL (
                       SELECT line.stage, notice.stage AS notice_stage, notice.run_id, notice.date
                         FROM collection_notice_line line
                         JOIN collection_notice notice ON notice.id = line.notice_id
                        WHERE line.offer_id = off.id AND line.stage IN ('proposed', 'issued')
                        LIMIT 1) told ON TRUE
                  LEFT JOIN LATERAL (
                       SELECT com.channel, com.failure_reason
                         FROM collection_notice_line line
                         JOIN collection_notice notice ON notice.id = line.notice_id
                         JOIN collection_communication com ON com.notice_id = notice.id
                        WHERE line.offer_id = off.id AND line.stage = 'failed'
                          AND notice.date = %(date)s AND com.state = 'failed'
                          AND com.resolved IS NOT TRUE AND com.failure_kind != 'cancelled'
                        LIMIT 1) lost ON TRUE
                 WHERE off.move_line_id = ANY(%(items)s) AND off.state = 'open'
                   AND off.date_end >= %(date)s AND off.amount_discount > 0
                   AND NOT EXISTS (
                       SELECT 1
                         FROM account_partial_reconcile part
                         JOIN account_move_line paid ON paid.id = part.credit_move_id
                         JOIN account_move move ON move.id = paid.move_id
                        WHERE part.debit_move_id = off.move_line_id
                          AND move.move_type != 'out_refund'
                          AND move.journal_id != %(exchange)s)
                 ORDER BY off.move_line_id, off.date_end, off.sequence
                """,
                date=books.date,
                items=id_array(item_ids),
                exchange=books.company.currency_exchange_journal_id.id or 0,
            )
        )

    @api.model
    def _offer_pause(self, books, item, row, ignore_proposals):
        """Why the customer is not told of this offer, or None.

        Whoever disputes a part cannot be asked for the whole less the discount, so any
        dispute on the item will do.
        """
        own = None
        if books.start.due_from and item.due and books.start.leaves_alone(item):
            own = ("before_start", str(books.start.due_from), None)
        elif item.disputed:
            own = ("disputed", "", None)
        elif row["stage"] == "proposed" and not ignore_proposals:
            waits = row["notice_stage"] == "to_approve"
            own = ("waiting_approval" if waits else "already_proposed", "", None)
        elif row["channel"]:
            labels = dict(
                self.env["collection.communication"]
                ._fields["channel"]
                ._description_selection(self.env)
            )
            detail = pair(self.env, labels.get(row["channel"]), row["failure_reason"])
            own = ("not_delivered", detail, None)
        return books.pauses.of_any(books.rows[item.id], own)
