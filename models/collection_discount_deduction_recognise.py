from odoo import api, models

from ..engine import discounts
from .account_payment_term import VOUCHER
from .collection_discount_deduction import LIVE
from .pairs import say_days

# Whoever chose the discounted amount wants the discount, whatever the setting.
CHOSEN = "collection_discount_chosen"


class CollectionDiscountDeduction(models.Model):
    """What the matching of money means for the discounts of an item.

    Everything is read from the ledger, so that looking twice changes nothing. When a match
    was undone nothing new is booked: what has lost its ground is taken back.
    """

    _inherit = "collection.discount.deduction"

    @api.model
    def _recognise(self, items, undone=False):
        """:param items: receivable items that bear discounts, in sudo"""
        for item in items:
            found = item._collection_settlement()
            if undone:
                self._take_back(item, found)
                found = item._collection_settlement()
            if item.parent_state != "posted":
                # Core keeps the matches of a draft: only what was undone is gone.
                if undone:
                    self._nothing_taken(item, self.env._("The invoice is not posted any more"))
            elif item.reconciled:
                self._recognise_settled(item, found, undone)
            else:
                self._recognise_open(item, found, undone)

    @api.model
    def _live(self, item):
        return self.search([("move_line_id", "=", item.id), ("state", "in", LIVE)])

    @api.model
    def _granted(self, item):
        return self.search([("move_line_id", "=", item.id), ("state", "=", "granted")], limit=1)

    def _settle_question(self):
        """What was granted is right again."""
        if self.error:
            self.error = False
            self._close_tasks()

    @api.model
    def _nothing_taken(self, item, reason):
        item.collection_offer_ids._mark_open()
        self._live(item)._cancel(reason)

    # Settled

    @api.model
    def _recognise_settled(self, item, found, undone):
        live = self._live(item)
        if found.booked:
            self._recognise_booked(item, found, live)
            return
        voucher = self._voucher_earned(item, found)
        if voucher:
            # What is given already is true again after a new posting.
            if voucher.state != "taken" and (not undone or self._granted(item)):
                live._cancel(self.env._("The rest was paid"))
                self._earn_voucher(item, voucher, found)
            return
        refused = live.filtered(lambda row: row.state == "claimed").offer_id
        live._cancel(self.env._("The rest was paid"))
        if refused:
            refused._mark_refused(found.money_date)
        elif "refused" not in item.collection_offer_ids.mapped("state"):
            item.collection_offer_ids._mark_lapsed(found.money_date)

    @api.model
    def _recognise_booked(self, item, found, live):
        """The discount is in the books: by us, by the payment's entry, or by hand."""
        moves = list(found.booked)
        own = [move for move in moves if move._collection_books_only_discount()]
        move = (own or moves)[0]
        day = found.money_date or max(move.date for move in moves)
        offer = move.collection_discount_offer_id if own else None
        offer = offer or self._offer_of(item, found.discount, day)
        if not offer:
            return
        late = day > offer.date_end
        offer._mark_taken(move, day, found.discount, late)
        granted = self._granted(item)
        if granted:
            granted._settle_question()
            live._cancel(self.env._("Granted already"))
        elif live or late:
            # A person did it, in the payment wizard or the books.
            row = live or self._keep(item, offer, found.discount, day)
            row._decide(
                "granted",
                self.env._("Booked with %s", move.name),
                self.env.user,
                discount_move_id=move.id,
            )

    @api.model
    def _offer_of(self, item, amount, day):
        """The offer somebody meant who booked this much as discount on that day."""
        offers = item.collection_offer_ids._lowers_price()
        match = self._match(item, offers, amount, day)
        # Any other amount: the tier of the day, else the last one.
        return match or offers._ends_first_after(day) or offers.sorted("date_end")[-1:]

    # Short

    @api.model
    def _recognise_open(self, item, found, undone):
        live = self._live(item)
        if not found.money_date and found.booked and not undone:
            return  # our document comes before the money, see the allocation
        claimed = live.filtered(lambda row: row.state == "claimed")
        precision = item.currency_id
        if (
            claimed
            and found.money_date
            and precision.compare_amounts(found.rest, claimed.amount) <= 0
        ):
            # A part of what was claimed came, or nothing new.
            claimed.offer_id._mark_refused(claimed.date_paid)
            return
        offer = None
        if found.money_date and not found.booked:
            offers = item.collection_offer_ids._lowers_price()
            offer = self._match(item, offers, found.rest, found.money_date)
        if not offer:
            self._nothing_taken(item, self.env._("What is left is not the discount any more"))
            return
        row = self._keep(item, offer, found.rest, found.money_date)
        row._follow_rules(found, undone)

    @api.model
    def _match(self, item, offers, left_open, day):
        """The discount somebody has taken who left this much open.

        That of the day; else the one that ended least long ago. Of two that had not ended,
        the one that fits best. Who in time paid more than he had to, and less than all, is
        owed the rest of his discount.
        """
        tolerance = self._tolerance_amount(item, day)
        precision = item.currency_id.rounding or 0.01
        first = offers._ends_first_after(day)
        rest = (offers - first).sorted("date_end", reverse=True)
        in_time = rest.filtered(lambda offer: offer.date_end >= day)

        def fitting(group):
            savings = [abs(offer.amount_discount) for offer in group]
            index = discounts.kept_back(left_open, savings, tolerance, precision)
            return offers.browse() if index is None else group[index]

        found = fitting(first) or fitting(in_time)
        if not found and left_open < abs(first.amount_discount):
            found = first
        for ended in rest - in_time:
            found = found or fitting(ended)
        return found

    @api.model
    def _tolerance_amount(self, item, day):
        company = item.company_id
        _days, amount = item.partner_id._collection_discount_tolerance(company)
        return company.currency_id._convert(amount, item.currency_id, company, day)

    @api.model
    def _keep(self, item, offer, amount, day):
        """The record of this discount: the open one, an earlier one of the same payment
        that had been taken back, or a new one."""
        customer = item.partner_id.commercial_partner_id
        days, _amount = customer._collection_discount_tolerance(item.company_id)
        late = max((day - offer.date_end).days, 0)
        vals = {
            "offer_id": offer.id,
            "method": offer.method,
            "amount": amount,
            "amount_offered": abs(offer.amount_discount),
            "date_paid": day,
            "date_end": offer.date_end,
            "days_late": late,
            "in_time": not late,
            "within_tolerance": late <= days,
        }
        row = self._live(item) or self.search(
            [
                ("move_line_id", "=", item.id),
                ("offer_id", "=", offer.id),
                ("date_paid", "=", day),
                ("state", "=", "cancelled"),
            ],
            limit=1,
        ).filtered(lambda known: not item.currency_id.compare_amounts(known.amount, amount))
        if row:
            row.write({**vals, "state": "open"})
            return row
        return self.create(
            {
                **vals,
                "move_line_id": item.id,
                "move_id": item.move_id.id,
                "partner_id": customer.id,
                "company_id": item.company_id.id,
                "currency_id": item.currency_id.id,
            }
        )

    def _follow_rules(self, found, undone):
        """Grant, ask or claim; what a person has decided about this payment stands."""
        self.ensure_one()
        exact = not self.currency_id.compare_amounts(self.amount, self.amount_offered)
        chosen = found.chosen or self.env.context.get(CHOSEN)
        # Safe: as in `_collection_grants_at_once`.
        automatic = chosen or self.company_id.sudo().collection_discount_grant == "auto"
        self.move_line_id.collection_offer_ids._mark_open()
        person, late = self.user_id, self.env._("Later than the tolerance")
        if self.decision == "claimed":
            self._claim(self.reason if person else late, person)
        elif self.decision == "granted" and not undone:
            self._try_grant(self.reason if person else self.env._("Paid in time"), person)
        elif self.in_time and exact and automatic and not undone:
            self._try_grant(self.env._("Paid in time"))
        elif self.in_time or self.within_tolerance:
            self._ask(self._question())
        else:
            self._claim(late)

    def _question(self):
        if self.in_time:
            return self.env._("Discount taken: accept or claim?")
        late = say_days(self.env, self.days_late)
        return self.env._("Discount taken %s late: accept or claim?", late)

    # Vouchers

    @api.model
    def _voucher_earned(self, item, found):
        """The voucher of who paid everything in time, credit notes apart."""
        offers = item.collection_offer_ids.filtered(lambda offer: offer.method == VOUCHER)
        if not offers or not found.money_date:
            return offers.browse()
        offer = offers._ends_first_after(found.money_date)
        return offer.filtered(lambda row: not row.currency_id.is_zero(row.amount_discount))

    @api.model
    def _earn_voucher(self, item, offer, found):
        given = self._granted(item)
        if given:
            # It could not be taken back when the payment was undone, and need not be now.
            given._settle_question()
            if given.offer_id:  # not where a draft was given other terms
                given.offer_id._mark_taken(given.discount_move_id, given.date_paid, given.amount)
            return
        amount = abs(offer.amount_discount)
        row = self._keep(item, offer, amount, found.money_date)
        row._try_grant(self.env._("Paid in full and in time"))
