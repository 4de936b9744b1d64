from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import interest
from ..engine.daycount import days_between, next_day, previous_day
from .collection_assessment import Request, _gaps
from .collection_charge import CLAIMED_STATES, INTEREST

ACTIVITY = "account_collections.mail_activity_type_charges_changed"


class CollectionCharge(models.Model):
    """Interest whose days look different now: money booked late, a dispute that was
    rejected, an invoice that was corrected. A person charges again; nothing changes
    by itself."""

    _inherit = "collection.charge"

    to_check = fields.Boolean(
        readonly=True,
        index="btree_not_null",
        help="Something happened to the customer's balance; the scheduled action compares.",
    )

    @api.model
    def _mark_to_check(self, domain):
        """Have these customers' interest compared with the books by the next action."""
        self.search(
            Domain(domain)
            & Domain(
                [
                    ("kind", "=", INTEREST),
                    ("state", "in", CLAIMED_STATES),
                    ("to_check", "!=", True),
                ]
            )
        ).to_check = True

    @api.model
    def _mark_customers_to_check(self, customers, companies, since=None):
        """The same of all interest of these customers. Asked whenever somebody pays, so in
        plain SQL: the ORM takes longer to understand the question than to answer it.

        :param since: the first day of the change; default: any
        """
        fields_read = ("partner_id", "company_id", "kind", "state", "to_check", "date_to")
        found = self.env.execute_query(
            SQL(
                """
                SELECT id
                  FROM collection_charge
                 WHERE partner_id = ANY(%s)
                   AND company_id = ANY(%s)
                   AND kind = %s
                   AND state IN %s
                   AND to_check IS NOT TRUE
                   AND %s
                """,
                customers.ids,
                companies.ids,
                INTEREST,
                CLAIMED_STATES,
                SQL("date_to > %s", since) if since else SQL("TRUE"),
                to_flush=[self._fields[name] for name in fields_read],
            )
        )
        if found:
            self.browse([id_ for (id_,) in found]).to_check = True

    @api.model
    def _check_balances(self, company, date):
        """Flag interest whose days bear another balance now, with a task."""
        charges = self.search(
            [
                ("company_id", "=", company.id),
                ("to_check", "=", True),
                ("state", "in", CLAIMED_STATES),
            ]
        )
        items = self.env["account.move.line"].union(*(charge._item() for charge in charges))
        accounts = self.env["collection.balance"]._read_accounts(items, date)
        for charge in charges:
            account = accounts.get(charge._item().id)
            if account is None or not charge.fee_rule_id:
                charge.to_check = False
            elif not account.disputed:
                # Else it is decided when the dispute is.
                charge.to_check = False
                charge._set_outdated(charge._differs(account))

    def _set_outdated(self, differs):
        self.ensure_one()
        if differs != self.is_outdated:
            self.is_outdated = differs
        if not differs:
            self._close_outdated()
        if not differs or self.move_id.activity_search([ACTIVITY]):
            return
        self.move_id.activity_schedule(
            ACTIVITY,
            self.company_id._collection_today(),
            summary=self.env._("The balance of days already charged has changed: charge again?"),
            user_id=self.company_id._collection_responsible().id,
        )

    def _close_outdated(self):
        """The tasks about interest that is right, or was taken back."""
        for move in self.move_id:
            if not move.collection_charge_ids.filtered("is_outdated"):
                move.activity_feedback([ACTIVITY])

    def _differs(self, account):
        """True when the days of this charge bear another balance than it says.

        Only the balance counts: a rule or a rate that was changed since does not
        touch what was charged.
        """
        self.ensure_one()
        rule = self.fee_rule_id
        history = self.env["collection.assessment"]._interest_history(
            Request(self._item(), rule), account
        )
        # Where the rule was changed since, or interest is added to the balance, the
        # balances of then and now cannot be compared.
        changed = rule.write_date > self.create_date
        if history is None or not self.segments or changed or rule.compounding != interest.NONE:
            return False
        if next_day(history.start) > self.date_from:
            return True
        parts = [
            (fields.Date.to_date(part["date_from"]), fields.Date.to_date(part["date_to"]), part)
            for part in self.segments
        ]
        days = {next_day(day) for day, _amount in history.changes}
        for first, last, part in parts:
            inside = {day for day in days if first <= day <= last} | {first}
            if any(self._is_other(history, day, part["balance"]) for day in inside):
                return True
        gaps = _gaps(self.date_from, self.date_to, [part[:2] for part in parts])
        return any(
            self._is_other(history, first, 0.0)
            for first, last in gaps
            if days_between(previous_day(first), last, rule.day_count)
        )

    def _is_other(self, history, day, balance):
        now = float(history.balance_on(day, self.fee_rule_id.grace_days))
        return not self.currency_id.is_zero(now - balance)

    def action_charge_again(self):
        """Reverse charges whose days have changed and charge what is right.

        :raises AccessError: unless a collections manager asks
        :raises UserError: when a rate is missing, naming series and date
        """
        self._check_manager()
        outdated = self.sudo().filtered(
            lambda row: row.is_outdated and row.state in CLAIMED_STATES
        )
        given_up = {charge: (charge.amount_waived, charge.reason) for charge in outdated}
        outdated._reverse(self.env._("Charged again: the balance has changed"))
        left, reasons = defaultdict(float), {}
        # The first days first: each charge takes its own again, not those before it.
        for charge in outdated.sorted("date_to"):
            item = charge._item()
            waived, reason = given_up[charge]
            if waived:
                left[item] += waived
                reasons[item] = reason
            for new in charge._make_again():
                # Of what was waived the next days bear the rest.
                part = new.currency_id.round(min(left[item], new.amount_open))
                if part > 0:
                    new._waive({new.id: part}, reasons[item])
                    left[item] -= part

    def _make_again(self):
        """What is right for the days up to the end of a charge that was reversed.

        :return: the new charges
        """
        self.ensure_one()
        assessment = self.env["collection.assessment"]
        rows, problems = assessment._assess(
            [Request(self._item(), self.fee_rule_id, self.level_id)], self.date_to
        )
        assessment._raise(problems)
        return self._make(
            [
                # The notice that charged it takes it back when it is reversed.
                {**row, "notice_id": self.notice_id.id, "occurrence": self.occurrence}
                for row in rows
                if row["kind"] == INTEREST
            ],
            self.company_id._collection_today(),
        )
