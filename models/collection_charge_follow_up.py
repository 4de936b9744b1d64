import logging
from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .collection_assessment import Request
from .collection_charge import CLAIMED_STATES
from .collection_issue import RETRY_ERRORS

_logger = logging.getLogger(__name__)

ACTIVITY = "account_collections.mail_activity_type_charges"
# How far back late payments are looked for: a server may have been down.
LOOK_BACK_DAYS = 90


class CollectionCharge(models.Model):
    """What happens to charges without a notice: when an item is paid, at the end of
    a month, when the money for a claimed charge came, when charges are left over."""

    _inherit = "collection.charge"

    @api.model
    def _cron_charges(self, date=None):
        """The day's work on charges, company by company; may run again at any time.

        :param date: the day to run for; default: each company's local day
        """
        # Safe: private, and the scheduler's work is the system's.
        self = self.sudo()
        for company in self.env["res.company"].search([], order="id"):
            day = date or company._collection_today()
            for step in ("_charge_paid_items", "_book_collective", "_book_paid", "_ask_leftovers"):
                # One step of one company stops no other; the next call tries again.
                self._attempt(getattr(self.with_company(company), step), company, day)
            self.env["collection.run"]._commit_batch(0)
        today = date or self.env.company._collection_today()
        self.env["collection.rate.series"]._remind_missing(today)

    @api.model
    def _attempt(self, function, *args):
        """:return: True when it worked; else it is taken back and logged"""
        try:
            with self.env.cr.savepoint():
                function(*args)
        except RETRY_ERRORS:
            raise
        except Exception:
            _logger.exception("Charges: %s failed for %s", function.__name__, args)
            return False
        return True

    @api.model
    def _each_customer(self, function, groups, *args):
        """All at once; if that fails, one by one: one bad customer stops nobody.

        :param groups: recordsets, one a customer
        """
        if len(groups) > 1 and self._attempt(function, groups[0].union(*groups), *args):
            return
        for group in groups:
            self._attempt(function, group, *args)

    @api.model
    def _charge_paid_items(self, company, date):
        """Interest up to the day the money came, where the policy says so."""
        charging = self.env["collection.policy"]._usable(company)
        if not charging.filtered(lambda policy: policy.charge_at_payment != "no"):
            return
        settled = self._paid_late(company, date)
        items = self.env["account.move.line"].browse(list(settled))
        fee_rules = self.env["collection.fee.rule"]
        rules = fee_rules._of_items(items)
        policies = fee_rules._policies_of(company, items)
        charged = self.search(
            [("move_line_id", "in", items.ids), ("state", "!=", "reversed")]
        ).move_line_id
        requests = [
            Request(item, rules[item.id])
            for item in items
            if item.id in rules
            and policies[item.id]._charges_paid(settled[item.id], item in charged)
        ]
        rows, problems = self.env["collection.assessment"]._assess(requests, date)
        for item_id, (reason, detail) in problems.items():
            _logger.info("Item %s was not charged at payment: %s %s", item_id, reason, detail)

        def make(items):
            self._make([row for row in rows if row["move_line_id"] in items._ids], date)

        charged = items.browse([row["move_line_id"] for row in rows])
        customers = charged.grouped(lambda item: item.partner_id.commercial_partner_id)
        self._each_customer(make, list(customers.values()))

    @api.model
    def _paid_late(self, company, date):
        """``{item id: day of the last payment}`` of items settled late, lately."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT aml.id, MAX(credit.date)
                  FROM account_move_line aml
                  JOIN account_account acc
                    ON acc.id = aml.account_id AND acc.account_type = 'asset_receivable'
                  JOIN account_partial_reconcile part ON part.debit_move_id = aml.id
                  JOIN account_move_line credit ON credit.id = part.credit_move_id
                 WHERE aml.company_id = %(company)s AND aml.parent_state = 'posted'
                   AND aml.reconciled AND aml.amount_currency > 0
                 GROUP BY aml.id
                HAVING MAX(credit.date) > aml.date_maturity
                   AND MAX(credit.date) BETWEEN %(since)s AND %(date)s
                 ORDER BY aml.id
                """,
                company=company.id,
                since=date - timedelta(days=LOOK_BACK_DAYS),
                date=date,
            )
        )
        return dict(rows)

    @api.model
    def _book_collective(self, company, date):
        """The charges of earlier months, on one debit invoice a customer."""
        if company.collection_charge_booking != "collective":
            return
        charges = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "draft"),
                ("date", "<", date.replace(day=1)),
            ],
            order="date, id",
        )
        customers = list(charges.grouped("partner_id").values())
        self._each_customer(lambda group: group._book(date), customers)

    @api.model
    def _book_paid(self, company, date):
        """Claimed charges whose money has come: booked, and set against it.

        The money must be there in full, and nothing else of the customer may be open
        that it could have been meant for.
        """
        if company.collection_charge_booking != "claim":
            return
        claimed = self.search(
            [("company_id", "=", company.id), ("state", "=", "draft")], order="date, id"
        )
        for charges in claimed.grouped(lambda row: (row.partner_id, row.currency_id)).values():
            self._attempt(charges._book_if_paid, company, date)

    def _book_if_paid(self, company, date):
        """Of one customer and currency."""
        currency = self.currency_id
        lines = self._open_receivables(company, self.partner_id, currency)
        credits = lines.filtered(lambda line: line.amount_residual_currency < 0)
        money = -sum(credits.mapped("amount_residual_currency"))
        total = sum(self.mapped("amount_open"))
        if credits != lines or currency.compare_amounts(money, total) < 0:
            return
        self._book(date)
        (self.charge_move_id.line_ids | credits).filtered(
            lambda line: line.account_id.account_type == "asset_receivable" and not line.reconciled
        ).reconcile()

    @api.model
    def _open_receivables(self, company, customer, currency):
        return self.env["account.move.line"].search(
            Domain(
                [
                    ("company_id", "=", company.id),
                    ("account_id.account_type", "=", "asset_receivable"),
                    ("parent_state", "=", "posted"),
                    ("reconciled", "=", False),
                    ("currency_id", "=", currency.id),
                    ("partner_id.commercial_partner_id", "=", customer.id),
                ]
            )
        )

    @api.model
    def _ask_leftovers(self, company, date):
        """“Paid without the charges”: small sums are waived, else somebody decides."""
        left = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "in", CLAIMED_STATES),
                ("leftover", "in", ("none", "to_decide")),
                "|",
                ("move_line_id.reconciled", "=", True),
                ("move_id.state", "!=", "posted"),
            ]
        ).filtered(lambda row: row.amount_open > 0)
        for charges in left.grouped(lambda row: (row.partner_id, row.currency_id)).values():
            self._attempt(charges._waive_or_ask, company, date)

    def _waive_or_ask(self, company, date):
        """Of one customer and currency."""
        currency = self.currency_id
        total = sum(self.mapped("amount_open"))
        tolerance = company.currency_id._convert(
            company.collection_charge_tolerance, currency, company, date
        )
        if currency.compare_amounts(total, tolerance) <= 0:
            self._waive(
                {charge.id: charge.amount_open for charge in self},
                self.env._("Left over after payment, within the tolerance"),
            )
            return
        new = self.filtered(lambda row: row.leftover == "none")
        new._ask(company, self.partner_id, date)

    def _ask(self, company, customer, date):
        """One task a customer: claim, keep or waive."""
        if not self:
            return
        self.write({"leftover": "to_decide"})
        for move in self.move_id.filtered(lambda move: not move.activity_search([ACTIVITY])):
            collector = customer._collection_collectors(company)[customer.id]
            move.activity_schedule(
                ACTIVITY,
                date,
                summary=self.env._("Paid without the charges: claim, keep or waive?"),
                user_id=(collector or company._collection_responsible()).id,
            )

    def _mark_outdated(self):
        """A payment of these days was booked after them: charge again?"""
        for charge in self.filtered(lambda row: not row.is_outdated):
            before = sum(segment["amount"] for segment in charge.segments or [])
            after = charge._amount_today()
            if charge.currency_id.is_zero(before - after):
                continue
            charge.is_outdated = True
            if charge.move_id.activity_search([ACTIVITY]):
                continue
            charge.move_id.activity_schedule(
                ACTIVITY,
                charge.company_id._collection_today(),
                summary=self.env._("Interest was charged for days already paid: charge again?"),
                user_id=charge.company_id._collection_responsible().id,
            )

    def _amount_today(self):
        """What the books would give for the charge's days now."""
        self.ensure_one()
        segments = self.env["collection.assessment"]._segments_of(self)
        return sum(segment.amount for segment in segments)

    def action_charge_again(self):
        """Reverse charges whose days have changed and charge what is right.

        :raises AccessError: unless a collections manager asks
        """
        self._check_manager()
        outdated = self.sudo().filtered("is_outdated")
        outdated._reverse(self.env._("Charged again: the balance has changed"))
        assessment = self.env["collection.assessment"].sudo()
        for charge in outdated:
            rows, problems = assessment._assess(
                [Request(charge.move_line_id, charge.fee_rule_id, charge.level_id)], charge.date_to
            )
            assessment._raise(problems)
            rows = [row for row in rows if row["kind"] == charge.kind]
            self.sudo()._make(rows, charge.company_id._collection_today())
            charge.is_outdated = False
            if not charge.move_id.collection_charge_ids.filtered("is_outdated"):
                charge.move_id.activity_feedback([ACTIVITY])

    def _close_questions(self):
        """The tasks about leftovers that have been decided."""
        for move in self.move_id:
            waiting = move.collection_charge_ids.filtered(lambda row: row.leftover == "to_decide")
            if not waiting:
                move.activity_feedback([ACTIVITY])

    def action_keep(self):
        """Leave these charges for the customer's next notice."""
        self._check_manager()
        self.sudo().write({"leftover": "keep"})
        self.sudo()._close_questions()

    def action_claim(self):
        """Claim these charges on their own: they climb the ladder like an invoice."""
        self._check_manager()
        charges = self.sudo().filtered(lambda row: row.state in CLAIMED_STATES)
        for company, group in charges.grouped("company_id").items():
            group._book(company._collection_today())
        charges.charge_move_id.collection_climbs = True
        charges.write({"leftover": "claim"})
        charges._close_questions()
