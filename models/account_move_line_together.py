import logging

import psycopg2

from odoo import models
from odoo.exceptions import RedirectWarning, UserError

from .account_move_line_settlement import SALES, UNDOING
from .collection_discount_deduction_recognise import CHOSEN
from .collection_discount_offer import CREDIT_NOTES

_logger = logging.getLogger(__name__)


class AccountMoveLine(models.Model):
    """One transfer for several items, each less its discount.

    Core fills one item after the other and leaves the whole shortage on the last, where
    nobody recognises it. So the discounts are granted before the money is matched, when
    it comes in time to exactly what all items cost with them.
    """

    _inherit = "account.move.line"

    def _reconcile_plan(self, reconciliation_plan):
        batches = list(self._collection_batches(reconciliation_plan))
        self._collection_flat(batches)._collection_look()
        for lines in batches:
            lines._collection_grant_together()
        split = [lines for lines in batches if lines._collection_split_together()]
        if split:
            reconciliation_plan = [lines for lines in batches if lines not in split]
        result = super()._reconcile_plan(reconciliation_plan) if reconciliation_plan else None
        for lines in split:
            lines._collection_recognise_discounts()
        return result

    def _collection_batches(self, plan):
        for part in plan:
            if isinstance(part, models.BaseModel):
                yield part
            else:
                yield from self._collection_batches(part)

    def _collection_grant_together(self):
        items, money = self._collection_several()
        if not items or not items._collection_grants_at_once():
            return
        day, taken = items._collection_taken_together(money)
        if not taken or any(offer.date_end < day for offer in taken.values()):
            return
        deductions = self.env["collection.discount.deduction"].sudo()
        try:
            with self.env.cr.savepoint():
                for item, offer in taken.items():
                    reason = self.env._("Paid in time")
                    deductions._grant_before(item, offer, day, reason)
        except (UserError, RedirectWarning, psycopg2.IntegrityError) as error:
            # The match goes on without; what is left open is there to be seen.
            _logger.warning("Discounts paid together could not be booked: %s", error)

    def _collection_split_together(self):
        """Late, or where a person is asked: each item is left open by its own discount,
        so that each is asked about, and the last is not chased for all of them.

        :return: True when the money is matched
        """
        items, money = self._collection_several()
        company = items.company_id
        # In a foreign currency core books exchange differences; it fills item after item.
        if not items or items.currency_id != company.currency_id:
            return False
        _day, taken = items._collection_taken_together(money)
        if not taken:
            return False
        rests = {line: -line.amount_residual_currency for line in money}
        vals_list = []
        for item in items:
            offer = taken.get(item)
            wanted = offer.amount_to_pay if offer else item.amount_residual_currency
            for line in money:
                part = item.currency_id.round(min(wanted, rests[line]))
                if part > 0:
                    vals_list.append(self._collection_partial(item, line, part))
                    rests[line] = item.currency_id.round(rests[line] - part)
                    wanted = item.currency_id.round(wanted - part)
        self.env["account.partial.reconcile"].create(vals_list)
        return True

    def _collection_partial(self, item, line, part):
        return {
            "debit_move_id": item.id,
            "credit_move_id": line.id,
            "amount": part,
            "debit_amount_currency": part,
            "credit_amount_currency": part,
        }

    def _collection_several(self):
        """``(items, money)`` where several items are matched with money; else empty."""
        # Safe: whoever matches money need not see what collections make of it.
        lines = self.sudo().filtered(lambda line: not line.reconciled)
        items = lines.filtered(
            lambda line: line.move_id.move_type in SALES and line.display_type == "payment_term"
        )
        if len(items) < 2 or items == lines or self.env.context.get(UNDOING):
            return items.browse(), items.browse()
        return items, lines - items

    def _collection_grants_at_once(self):
        # Safe: how the company grants; whoever matches money need not read that.
        company = self.company_id.sudo()
        chosen = self.env.context.get(CHOSEN)
        return bool(chosen) or set(company.mapped("collection_discount_grant")) == {"auto"}

    def _collection_taken_together(self, money):
        """The discounts of these items that the money is short by, to the cent.

        :return: ``(day the money came, {item: offer})``, the latter empty where it is not
        """
        nothing = None, {}
        company, currency = self.company_id, self.currency_id
        alike = len(company) == 1 and len(currency | money.currency_id) == 1
        if not alike or len(self.account_id | money.account_id) != 1:
            return nothing
        if any(
            line.move_id.move_type in (*CREDIT_NOTES, *SALES) or line.amount_residual_currency > 0
            for line in money
        ):
            return nothing
        offers = self.env["collection.discount.offer"]
        if not offers.search_count([("move_line_id", "in", self.ids)], limit=1):
            return nothing
        day = max(line.move_id._collection_money_date(line) for line in money)
        short = sum((self | money).mapped("amount_residual_currency"))
        ladders = {item: item._collection_discounts_taken_on(day) for item in self}
        # All of the day or the last that ended, else all of the one before, and so on.
        for rank in range(max(map(len, ladders.values()))):
            taken = {item: offers[rank] for item, offers in ladders.items() if len(offers) > rank}
            saved = sum(offer.amount_discount for offer in taken.values())
            if saved and not currency.compare_amounts(saved, short):
                return day, taken
        return nothing

    def _collection_discounts_taken_on(self, day):
        """The discounts whoever pays less on that day can have in mind: that of the day,
        then those that have ended, the last first."""
        self.ensure_one()
        if self._collection_was_paid():
            return self.collection_offer_ids.browse()
        offers = self.collection_offer_ids.filtered(lambda offer: offer.state == "open")
        offers = offers._lowers_price()
        ended = offers.filtered(lambda offer: offer.date_end < day)
        current = (offers - ended).sorted("date_end")[:1]
        return current + ended.sorted("date_end", reverse=True)
