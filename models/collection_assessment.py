from dataclasses import dataclass, field

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine import interest
from ..engine.daycount import next_day, previous_day
from ..engine.rates import MissingRate
from .collection_charge import INTEREST


@dataclass(slots=True)
class Request:
    """What is to be assessed: an item by a rule.

    ``notice`` is anything that tells the notices of one call apart (None: no
    notice, so no fees). The first late request of a notice carries its fees.
    """

    item: object
    rule: object
    level: object = None
    occurrence: int = 1
    notice: object = None


@dataclass(slots=True)
class Account:
    """What the books say about one item: its history and what it was charged."""

    item: object
    history: interest.History
    first_notice: object = None
    windows: list = field(default_factory=list)
    has_compensation: bool = False
    fees: set = field(default_factory=set)
    disputed: float = 0.0  # bears no interest while the dispute is open
    interest_paid: tuple = ()

    def late_amount(self, grace_days=0):
        """What was still owed when interest began to run, in the item's currency."""
        return float(self.history.balance_on(next_day(self.history.start), grace_days))


class CollectionAssessment(models.AbstractModel):
    """What lateness costs: reads balance histories, asks the engine, writes nothing.

    The number of queries does not depend on the number of items.
    """

    _name = "collection.assessment"
    _description = "Assessment of Charges"

    @api.model
    def _assess(self, requests, date):
        """What is not charged yet on these items up to ``date``, included.

        :param requests: list of :class:`Request`, items and rules in sudo
        :return: ``(charges, problems)``: a list of dicts as
            ``collection.fee.rule.compute_charges`` returns, with ``fee_rule_id``,
            ``level_id``, ``occurrence``, ``is_notice_fee`` besides; and
            ``{item id: (reason, detail)}`` of items that could not be assessed
        """
        charges, problems, wanted = [], {}, []
        for request in requests:
            problem = self._problem(request)
            if problem:
                problems[request.item.id] = problem
            else:
                wanted.append(request)
        accounts = self.env["collection.balance"]._read_accounts(
            self.env["account.move.line"].union(*(request.item for request in wanted)), date
        )
        wanted = [request for request in wanted if request.item.id in accounts]
        terms = {rule: rule._interest_rule() for rule in {request.rule for request in wanted}}
        for request in wanted:
            try:
                charges += self._interest(
                    request, terms[request.rule], accounts[request.item.id], date
                )
            except MissingRate as error:
                problems[request.item.id] = ("missing_rate", self._say_missing(error))
        charges += self._compensations(wanted, accounts, date)
        charges += self._fees(wanted, accounts, date)
        return [row for row in charges if row["move_line_id"] not in problems], problems

    @api.model
    def _accrued(self, items):
        """Interest up to today that nobody has charged, for the live fields.

        :return: ``(amounts, problems)``: ``{item id: amount}`` in the items' currency,
            and as :meth:`_assess`
        """
        # Safe: only sums come out, of items the caller may read.
        self, items = self.sudo(), items._origin.sudo()
        self.env.flush_all()
        rules = self.env["collection.fee.rule"].sudo()._of_items(items)
        amounts, problems = {}, {}
        for company, group in items.grouped("company_id").items():
            requests = [Request(item, rules[item.id]) for item in group if item.id in rules]
            rows, missing = self._assess(requests, company._collection_today())
            problems.update(missing)
            for row in rows:
                if row["kind"] == INTEREST:
                    item_id = row["move_line_id"]
                    amounts[item_id] = amounts.get(item_id, 0.0) + row["amount"]
        return amounts, problems

    @api.model
    def _say_missing(self, error):
        return f"{error.series}, {format_date(self.env, error.day)}"

    @api.model
    def _problem(self, request):
        """``(reason, detail)`` why nothing may be charged on an item, or None."""
        customer = request.item.partner_id.commercial_partner_id
        rule = request.rule
        if not customer.active:
            return ("archived_customer", "")
        if rule.customer_type == "business" and customer._collection_is_consumer():
            return ("consumer_rule", rule.name)
        bounds = rule.fixed_percent and (rule.fixed_min or rule.fixed_max)
        fixed = (
            rule.fixed_amount or rule.notice_fee or rule.min_interest or rule.tier_ids or bounds
        )
        if fixed and not self._can_convert(rule.currency_id, request.item):
            currency = rule.currency_id | request.item.currency_id
            return ("missing_currency_rate", " / ".join(currency.mapped("name")))
        return None

    @api.model
    def _can_convert(self, currency, item):
        """Core takes 1 for a currency without any rate."""
        own = item.company_id.currency_id
        foreign = (currency | item.currency_id) - own
        if len(currency | item.currency_id) == 1:
            return True
        root = item.company_id.root_id
        return all(
            unit.rate_ids.filtered(lambda rate: rate.company_id in (root, rate.company_id.browse()))
            for unit in foreign
        )

    @api.model
    def _bears(self, request, account, date):
        """False for what is not late, was credited away, or is itself a charge."""
        item = request.item
        if item.move_id.collection_is_charge and not request.rule.charge_on_charges:
            return False
        if item.move_id.payment_state == "reversed":
            return False
        return account.history.start < date

    @api.model
    def _interest(self, request, terms, account, date):
        """Rows of interest for the days nobody has charged yet.

        :raises MissingRate: naming series and date
        """
        rule, item = request.rule, request.item
        history = self._interest_history(request, account)
        if terms is None or history is None or not self._bears(request, account, date):
            return []
        rows = []
        precision = item.currency_id.rounding
        for first, last in _gaps(next_day(history.start), date, account.windows):
            segments = interest.segments(history, terms, first, last, precision)
            amount = item.currency_id.round(sum(segment.amount for segment in segments))
            if amount > 0:
                rows.append(
                    self._row(
                        request,
                        INTEREST,
                        segments[0].date_from,
                        segments[-1].date_to,
                        amount,
                        [_segment_dict(segment) for segment in segments],
                    )
                )
        minimum = self._convert(rule, rule.min_interest, item, date)
        if sum(row["amount"] for row in rows) < minimum:
            return []
        return rows

    @api.model
    def _interest_history(self, request, account):
        """The history interest is computed on: from the day the rule says, with or
        without the tax in it; None where it has not begun."""
        rule, history = request.rule, account.history
        start = history.start
        if rule.interest_from == "notice":
            if not account.first_notice:
                return None
            start = account.first_notice
        factor = 1.0
        move = request.item.move_id
        if not rule.base_includes_tax and move.amount_total:
            factor = move.amount_untaxed / move.amount_total
        currency = request.item.currency_id
        changes, gross = [], history.principal
        for day, amount in history.changes:
            # Shares of running balances, so that the last payment leaves no cent.
            before, gross = gross, gross + amount
            change = currency.round(gross * factor) - currency.round(before * factor)
            changes.append((day, currency.round(change)))
        return interest.History(
            start,
            currency.round(history.principal * factor),
            tuple(changes),
            account.interest_paid,
        )

    @api.model
    def _convert(self, rule, amount, item, date):
        if not amount:
            return 0.0
        return rule.currency_id._convert(amount, item.currency_id, item.company_id, date)

    @api.model
    def _row(self, request, kind, date_from, date_to, amount, segments=None):
        return {
            "move_line_id": request.item.id,
            "kind": kind,
            "date_from": date_from,
            "date_to": date_to,
            "amount": amount,
            "segments": segments or [],
            "fee_rule_id": request.rule.id,
            "level_id": request.level.id if request.level else False,
            "occurrence": 1,
            "is_notice_fee": False,
        }

    @api.model
    def _raise(self, problems):
        """:raises UserError: the first of these problems, in words"""
        labels = dict(
            self.env["collection.skip"]._fields["reason"]._description_selection(self.env)
        )
        for item_id, (reason, detail) in problems.items():
            item = self.env["account.move.line"].browse(item_id)
            raise UserError(
                self.env._(
                    "“%(item)s” cannot be charged: %(reason)s (%(detail)s)",
                    item=item.move_id.name or item.display_name,
                    reason=labels[reason],
                    detail=detail,
                )
            )


def _gaps(first, last, windows):
    """The days from ``first`` to ``last`` that no window covers, as periods."""
    start = first
    for window_first, window_last in sorted(windows):
        if window_first > start and start <= last:
            yield start, min(previous_day(window_first), last)
        start = max(start, next_day(window_last))
    if start <= last:
        yield start, last


def _segment_dict(segment):
    """A segment as it is stored and sent over RPC."""
    return {
        "date_from": segment.date_from.isoformat(),
        "date_to": segment.date_to.isoformat(),
        "days": segment.days,
        "balance": segment.balance,
        "rate": segment.rate,
        "amount": segment.amount,
    }
