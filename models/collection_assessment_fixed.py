from collections import defaultdict
from dataclasses import replace

from odoo import api, models

from ..engine import fixed_amounts
from .collection_charge import COMPENSATION, FEE


class CollectionAssessment(models.AbstractModel):
    """Fixed amounts: compensation due once, fees of notices and levels."""

    _inherit = "collection.assessment"

    @api.model
    def _compensations(self, requests, accounts, date):
        """Fixed amounts due once: per item, or per invoice on its first late item."""
        accounts = self._reminded(requests, accounts)
        requests = [request for request in requests if request.item.id in accounts]
        rows, done = [], set()
        ordered = sorted(requests, key=lambda r: (accounts[r.item.id].history.start, r.item.id))
        siblings = defaultdict(list)
        for request in ordered:
            siblings[request.item.move_id.id].append(request)
        for request in ordered:
            rule, item = request.rule, request.item
            account = accounts[item.id]
            if rule.fixed_scope not in ("item", "invoice") or not self._is_late(
                request, account, date
            ):
                continue
            late = account.late_amount(rule.grace_days)
            if rule.fixed_scope == "invoice":
                if item.move_id.id in done or self._invoice_compensated(item):
                    continue
                late = self._late_total(siblings[item.move_id.id], accounts, date)
            done.add(item.move_id.id)
            amount = self._fixed(rule, late, item, date)
            if amount > 0 and not account.has_compensation:
                rows.append(self._row(request, COMPENSATION, date, date, amount))
        return rows

    @api.model
    def _reminded(self, requests, accounts):
        """The accounts as compensation sees them. Where a rule counts from the first
        notice, that is a free reminder: compensation is due on what is owed after it
        and the days it gave (consumers in Belgium and the Netherlands)."""
        result = {}
        for request in requests:
            account = accounts[request.item.id]
            if request.rule.interest_from == "notice":
                if not account.first_notice:
                    continue
                history = replace(account.history, start=account.first_notice)
                account = replace(account, history=history)
            result[request.item.id] = account
        return result

    @api.model
    def _invoice_compensated(self, item):
        return any(
            charge.kind == COMPENSATION and charge.state != "reversed"
            for charge in item.move_id.collection_charge_ids
        )

    @api.model
    def _fees(self, requests, accounts, date):
        """Fees of a notice and of its levels; none without a notice."""
        rows = []
        notices = defaultdict(list)
        for request in requests:
            if request.notice is not None:
                notices[request.notice].append(request)
        for group in notices.values():
            late = [
                request
                for request in group
                if self._is_late(request, accounts[request.item.id], date)
            ]
            for request in late:
                rule, item = request.rule, request.item
                if rule.fixed_scope == "level":
                    principal = accounts[item.id].late_amount(rule.grace_days)
                    amount = self._fixed(rule, principal, item, date)
                    rows += self._fee_row(request, accounts, amount, date, per_notice=False)
            # The first late item carries the fees of the notice.
            for request in late[:1]:
                rule, item = request.rule, request.item
                amount = self._convert(rule, rule.notice_fee, item, date)
                if rule.fixed_scope == "notice":
                    total = self._late_total(late, accounts, date)
                    amount += self._fixed(rule, total, item, date)
                rows += self._fee_row(request, accounts, amount, date, per_notice=True)
        return rows

    @api.model
    def _late_total(self, requests, accounts, date):
        return sum(
            accounts[request.item.id].late_amount(request.rule.grace_days)
            for request in requests
            if self._is_late(request, accounts[request.item.id], date)
        )

    @api.model
    def _fee_row(self, request, accounts, amount, date, per_notice):
        occurrence = request.occurrence if per_notice else 1
        key = (request.level.id, request.rule.id, occurrence, per_notice)
        if amount <= 0 or key in accounts[request.item.id].fees:
            return []
        row = self._row(request, FEE, date, date, amount)
        return [{**row, "occurrence": occurrence, "is_notice_fee": per_notice}]

    @api.model
    def _is_late(self, request, account, date):
        """True when the item was owed after the days of grace, and is no charge."""
        item = request.item
        if item.move_id.collection_is_charge or not self._bears(request, account, date):
            return False
        grace = request.rule.grace_days
        if (date - account.history.start).days <= grace:
            return False
        return account.late_amount(grace) > 0

    @api.model
    def _fixed(self, rule, principal, item, date):
        """The rule's fixed amount for a principal, both in the item's currency."""
        company, currency = item.company_id, rule.currency_id
        principal = item.currency_id._convert(principal, currency, company, date)
        amount = fixed_amounts.fixed_amount(rule._fixed_rule(), principal, currency.rounding)
        return self._convert(rule, amount, item, date)
