from dataclasses import replace

from odoo import api, models

from ..engine import compose, discount_notices


class CollectionIssue(models.AbstractModel):
    """Reading discounts again at the moment of issue: who has paid is not told, and
    nobody is told of a discount that has ended since the proposal."""

    _inherit = "collection.issue"

    @api.model
    def _refresh_company(self, notices, books):
        self.env["collection.candidate"]._read_discounts(books, ignore_proposals=True)
        return super()._refresh_company(notices, books)

    @api.model
    def _still_advancing(self, notice, books, decisions):
        discounts = books.discounts
        if not notice._is_discount():
            if discounts.yielding is None:
                # Once for all notices: there may be thousands.
                discounts.yielding = discount_notices.give_way(decisions, discounts.told)
            decisions = discounts.yielding
            return super()._still_advancing(notice, books, decisions)
        in_force = {
            line.move_line_id.id: discounts.decisions[line.move_line_id.id]
            for line in notice._advancing()
            if line.move_line_id.id in discounts.decisions
            and discounts.offers[line.move_line_id.id].id == line.offer_id.id
        }
        scoped = replace(books, ladders=discounts.levels)
        return super()._still_advancing(notice, scoped, in_force)

    @api.model
    def _redraft(self, notice, books, items, shares, chosen):
        if not notice._is_discount():
            return super()._redraft(notice, books, items, shares, chosen)
        rules = {
            policy: replace(rule, listed_items="advancing") for policy, rule in books.rules.items()
        }
        draft, reason = super()._redraft(
            notice, replace(books, rules=rules), items, shares, chosen
        )
        if draft:
            precision = books.precisions[notice.currency_id.id]
            discount_notices.present(draft, books.discounts.offers, precision)
        return draft, reason

    @api.model
    def _reason_gone(self, line, books):
        if line.kind != compose.OFFER or line.move_line_id.id not in books.rows:
            return super()._reason_gone(line, books)
        policy = books.rows[line.move_line_id.id]["policy_id"]
        if policy != line.notice_id.policy_id.id:
            return "policy_changed"
        if not line.offer_id or line.offer_id.date_end < books.date:
            return "discount_ended"
        return "discount_lost"

    @api.model
    def _occurrence(self, line, level, decision):
        if line.kind == compose.OFFER:
            return decision.occurrence
        return super()._occurrence(line, level, decision)
