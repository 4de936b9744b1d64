"""Between a notice and its message may lie days: a weekend, a broken mail server.

What is still true of it is looked at again at the moment the message would leave.
"""

from odoo import models
from odoo.tools import SQL

from ..engine import compose
from .bulk import id_array

# Whoever says such a thing of an item does not want its owner written to.
PAUSED = {"held", "no_followup", "promise", "disputed"}


class CollectionNotice(models.Model):
    _inherit = "collection.notice"

    def _paid_meanwhile(self):
        """Those about which nothing is owed any more: settled, or covered by money that
        nobody has allocated yet, looked at as it is when notices are issued.

        The number of queries does not grow with the notices.
        """
        return self._look_again()[0]

    def _look_again(self):
        """:return: ``(paid notices, {notice: why nobody should write at the moment})``"""
        paid = self.filtered(lambda notice: notice._are_items_settled())
        paused = {}
        waiting = (self - paid).filtered(lambda notice: notice.stage == "issued")
        for company, group in waiting.grouped("company_id").items():
            # Safe: whoever sends messages need not see the books.
            candidate = self.env["collection.candidate"].sudo().with_company(company)
            books = candidate._read_books(
                company, company._collection_today(), group.partner_id.ids, ignore_proposals=True
            )
            covered, reasons = self._covered(books), self._paused(books)
            for notice in group:
                items = notice._advancing().move_line_id
                open_ids = set(items.filtered(lambda item: not item.reconciled).ids)
                if open_ids and open_ids <= covered:
                    paid |= notice
                elif open_ids and open_ids <= reasons.keys():
                    reason, detail, _until = reasons[min(open_ids)]
                    paused[notice] = self.env["collection.skip"]._say(reason, detail)
        return paid, paused

    def _covered(self, books):
        """Ids of the items that open credits pay, where the policy counts them, and of
        those with a payment on its way."""
        shares = {}
        for share in books.pour():
            shares.setdefault(share.item_id, []).append(share)
        covered = set()
        for item in books.items:
            if item.pause and item.pause[0] == "payment_in_progress":
                covered.add(item.id)
            rules = books.rules.get(item.ladder)
            mine = shares.get(item.id, [])
            if rules and rules.net_credits and mine:
                covered |= compose.covered([item], mine, books.precisions[item.currency])
        return covered

    def _paused(self, books):
        """``{item id: pause}`` of those a person has put aside since."""
        return {item.id: item.pause for item in books.items if item.pause and item.pause[0] in PAUSED}

    def _followed(self):
        """Those whose open items a later notice has reminded of since."""
        if not self:
            return self
        rows = self.env.execute_query(
            SQL(
                """
                SELECT mine.notice_id
                  FROM collection_notice_line mine
                  JOIN account_move_line item
                    ON item.id = mine.move_line_id AND item.reconciled IS NOT TRUE
                  LEFT JOIN collection_notice_line later
                    ON later.move_line_id = mine.move_line_id AND later.kind = 'item'
                   AND later.stage = 'issued' AND later.notice_id > mine.notice_id
                 WHERE mine.notice_id = ANY(%s) AND mine.kind = 'item' AND mine.stage = 'issued'
                 GROUP BY mine.notice_id
                HAVING bool_and(later.id IS NOT NULL)
                """,
                id_array(self.ids),
                to_flush=[self.line_ids._fields["stage"]],
            )
        )
        return self.browse(row[0] for row in rows)

    def _put_off(self, reason):
        """The customer is not to be written to at the moment, or not like this: if nothing
        has left, the levels go back, and the notice is made afresh in its time."""
        for notice in self:
            written = notice.communication_ids.filtered(lambda row: row.direction == "out")
            if not written.filtered(lambda row: row.state in ("sent", "done") or row.claimed_on):
                notice._set_stage("failed", reason)
            notice._cancel_pending(reason)
