import logging

import psycopg2

from odoo import models
from odoo.exceptions import RedirectWarning, UserError

from .account_move_line_discount import CREDIT_NOTES
from .account_move_line_settlement import SALES, UNDOING
from .collection_discount_deduction_recognise import CHOSEN

_logger = logging.getLogger(__name__)


class AccountMoveLine(models.Model):
    """One transfer for several items, each less its discount.

    Core fills one item after the other and leaves the whole shortage on the last, where
    nobody recognises it. So the discounts are granted before the money is matched, when
    it comes in time to exactly what all items cost with them.
    """

    _inherit = "account.move.line"

    def _reconcile_plan(self, reconciliation_plan):
        for lines in self._collection_batches(reconciliation_plan):
            lines._collection_grant_together()
        return super()._reconcile_plan(reconciliation_plan)

    def _collection_batches(self, plan):
        for part in plan:
            if isinstance(part, models.BaseModel):
                yield part
            else:
                yield from self._collection_batches(part)

    def _collection_grant_together(self):
        # Safe: whoever matches money need not see what collections make of it.
        lines = self.sudo().filtered(lambda line: not line.reconciled)
        items = lines.filtered(
            lambda line: line.move_id.move_type in SALES and line.display_type == "payment_term"
        )
        if len(items) < 2 or items == lines or self.env.context.get(UNDOING):
            return
        day = items._collection_paid_together(lines - items)
        if not day:
            return
        deductions = self.env["collection.discount.deduction"].sudo()
        try:
            with self.env.cr.savepoint():
                for item in items:
                    offer = item._collection_discount_at(day)._lowers_price()
                    if offer:
                        reason = self.env._("Paid in time")
                        deductions._grant_before(item, offer, day, reason)
        except (UserError, RedirectWarning, psycopg2.IntegrityError) as error:
            # The match goes on without; what is left open is there to be seen.
            _logger.warning("Discounts paid together could not be booked: %s", error)

    def _collection_paid_together(self, money):
        """The day these lines of money came, if they are in time exactly what these items
        cost with their discounts; else None."""
        company, currency = self.company_id, self.currency_id
        alike = len(company) == 1 and len(currency | money.currency_id) == 1
        if not alike or len(self.account_id | money.account_id) != 1:
            return None
        chosen = self.env.context.get(CHOSEN)
        if not chosen and company.collection_discount_grant != "auto":
            return None
        if any(
            line.move_id.move_type in (*CREDIT_NOTES, *SALES) or line.amount_residual_currency > 0
            for line in money
        ):
            return None
        offers = self.env["collection.discount.offer"]
        if not offers.search_count([("move_line_id", "in", self.ids)], limit=1):
            return None
        day = max(line.move_id._collection_money_date(line) for line in money)
        saved = sum(
            item._collection_discount_at(day)._lowers_price().amount_discount for item in self
        )
        owed = sum(self.mapped("amount_residual_currency")) - saved
        paid = -sum(money.mapped("amount_residual_currency"))
        return None if not saved or currency.compare_amounts(owed, paid) else day
