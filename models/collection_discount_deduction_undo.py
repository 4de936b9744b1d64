import logging

import psycopg2

from odoo import api, models
from odoo.exceptions import RedirectWarning, UserError

from .account_move_line_settlement import UNDOING
from .account_payment_term import VOUCHER
from .collection_discount_deduction import LIVE

_logger = logging.getLogger(__name__)


class CollectionDiscountDeduction(models.Model):
    """Taking back what was granted for money that has gone.

    A bounced or unmatched payment leaves nothing to give a discount for: the entry or
    credit note we booked for it is reversed, with a number and a date of its own. Core's
    own discounts are part of the payment's entry and go with it. Where a person took our
    document off the item, the money is still there and the decision is open again.
    """

    _inherit = "collection.discount.deduction"

    @api.model
    def _take_back(self, item, found):
        """A match was undone: what is no longer true is reversed."""
        for row in self._granted(item):
            if not row._holds(item, found):
                row._undo(item, found)

    def _holds(self, item, found):
        """True when the money and the discount are still matched with the item."""
        if item.parent_state != "posted" or not item.reconciled or not found.money_date:
            return False
        return self.method == VOUCHER or self.discount_move_id in found.booked

    def _undo(self, item, found):
        self.ensure_one()
        own = self._documents(self.offer_id)
        if own and self.method != VOUCHER and self._taken_off(item, found, own):
            # Cleared: the same person, or another, decides anew.
            self.write({"state": "cancelled", "decision": False})
            return
        if not own or self._reverse(own):
            self._cancel(self.env._("The payment was undone"))

    def _taken_off(self, item, found, document):
        """Only our document has gone from the item; the money is still there."""
        return (
            item.parent_state == "posted"
            and found.money_date
            and document not in found.booked
            and not self.currency_id.compare_amounts(found.rest, self.amount)
        )

    def _reverse(self, documents):
        """Reverse what we booked; a voucher only while it has not been used.

        :return: True when it is done; else a person is asked to
        """
        try:
            with self.env.cr.savepoint():
                self._check_unused(documents)
                self._reverse_now(documents)
            return True
        except (UserError, RedirectWarning, psycopg2.IntegrityError) as error:
            message = str(error.args[0] if error.args else error).strip().split("\n")[0]
            _logger.info("Discount of %s not reversed: %s", self.move_id.name, message)
        self.write({"error": message})
        self._ask(
            self.env._("The payment was undone, but its discount is still booked: %s", message)
        )
        return False

    def _check_unused(self, documents):
        used = documents.filtered(
            lambda move: move.collection_is_voucher
            and move.currency_id.compare_amounts(move.amount_residual, move.amount_total)
        )
        if used:
            raise UserError(self.env._("Voucher %s has been used.", used[:1].name))

    def _reverse_now(self, documents):
        row = self._clean()
        documents = documents.with_env(row.env).with_context(**{UNDOING: True})
        drafts = documents.filtered(lambda move: move.state == "draft")
        drafts.button_cancel()
        (documents - drafts)._collection_reverse_exactly()
        # Free for another payment.
        documents.collection_discount_offer_id = False

    # Scheduled

    @api.model
    def _cron_discount_deductions(self):
        """Book what could not be booked on its day, and close what the ledger has
        answered."""
        found = self.search([("state", "in", LIVE)], order="id")
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(found))
        for row in found:
            if row.exists().try_lock_for_update(allow_referencing=True):
                row.company_id._collection_as_staff(row)._review()
            cron._commit_progress(1)

    def _review(self):
        """One customer's trouble stops nobody else's."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                item = self.move_line_id
                found = item._collection_settlement()
                waits = self.state == "open" and self.error and item.parent_state == "posted"
                if waits and (self.method == VOUCHER) == item.reconciled:
                    self._close_tasks()
                    self.error = False
                    if self.method == VOUCHER:
                        self._try_grant(self.env._("Paid in full and in time"))
                    else:
                        self._follow_rules(found, undone=False)
                elif item.parent_state != "posted":
                    return  # nothing to say about a draft
                elif self.state == "open" and not item.reconciled:
                    self._recognise_open(item, found, undone=True)
                elif item.reconciled and self.method != VOUCHER:
                    self._recognise_settled(item, found, undone=True)
        except (UserError, RedirectWarning, psycopg2.IntegrityError) as error:
            _logger.warning("Discount of %s not reviewed: %s", self.move_id.name, error)
