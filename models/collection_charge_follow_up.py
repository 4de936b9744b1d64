import logging
from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, exception_to_unicode

from .collection_assessment import Request
from .collection_issue import RETRY_ERRORS
from .collection_promise_money import CASH, NO_RESULT

_logger = logging.getLogger(__name__)

ACTIVITY = "account_collections.mail_activity_type_charges"
NOT_CHARGED = "account_collections.mail_activity_type_not_charged"
# How far back late payments are looked for: a server may have been down.
LOOK_BACK_DAYS = 90


STEPS = (
    "_take_back_undelivered",
    "_check_balances",
    "_ask_leftovers",
    "_charge_paid_items",
    "_book_waiting",
    "_book_paid",
)


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
        run = self.env["collection.run"]
        for company in self.env["res.company"].search([], order="id"):
            day = date or company._collection_today()
            charges = company._collection_as_staff(self)
            for step in STEPS:
                # One step of one company stops no other, and is committed by itself; the
                # next call tries again.
                run._retried(
                    company._collection_attempt,
                    f"charges.{step}",
                    charges.env._("Charges"),
                    getattr(charges, step),
                    company,
                    day,
                    cron="ir_cron_charges",
                )
        today = date or self.env.company._collection_today()
        series = self.env["collection.rate.series"]
        run._retried(series._remind_missing, today, cron="ir_cron_charges")

    @api.model
    def _attempt(self, function, *args):
        """Call a function; what it has done is taken back and logged when it fails.

        :return: what failed, as texts: also what the function returns as such
        """
        try:
            with self.env.cr.savepoint():
                return function(*args) or []
        except RETRY_ERRORS:
            raise
        except Exception as error:
            _logger.exception("Charges: %s failed for %s", function.__name__, args)
            return [exception_to_unicode(error)]

    @api.model
    def _each_customer(self, function, groups, *args):
        """All at once; if that fails, one by one: one bad customer stops nobody.

        :param groups: recordsets, one a customer
        :return: what failed, as texts
        """
        if len(groups) > 1 and not self._attempt(function, groups[0].union(*groups), *args):
            return []
        return [text for group in groups for text in self._attempt(function, group, *args)]

    @api.model
    def _charge_paid_items(self, company, date):
        """Interest up to the day the money came, where the policy says so."""
        charging = self.env["collection.policy"]._usable(company)
        if not charging.filtered(lambda policy: policy.charge_at_payment != "no"):
            return []
        settled = self._paid_late(company, date)
        items = self.env["account.move.line"].browse(list(settled))
        fee_rules = self.env["collection.fee.rule"]
        rules = fee_rules._of_items(items)
        policies = fee_rules._policies_of(company, items)
        charges = self.search([("move_line_id", "in", items.ids)])
        # What a person took back after the payment does not come again.
        refused = charges.filtered(
            lambda row: row.is_refused and row.closed_on >= settled[row.move_line_id.id]
        ).move_line_id
        items -= refused
        charged = (charges - charges.filtered(lambda row: row.state == "reversed")).move_line_id
        requests = [
            Request(item, rules[item.id])
            for item in items
            if item.id in rules
            and policies[item.id]._charges_paid(settled[item.id], item in charged)
        ]
        rows, problems = self.env["collection.assessment"]._assess(requests, date)
        self._tell_problems(items, problems, date)

        def make(items):
            self._make([row for row in rows if row["move_line_id"] in items._ids], date)

        charged = items.browse([row["move_line_id"] for row in rows])
        customers = charged.grouped(lambda item: item.partner_id.commercial_partner_id)
        return self._each_customer(make, list(customers.values()))

    @api.model
    def _tell_problems(self, items, problems, date):
        """Somebody hears, once an invoice, what was not charged at payment and why."""
        for item in items.filtered(lambda item: item.id in problems):
            move, company = item.move_id, item.company_id
            summary = self.env._(
                "Not charged at payment: %s", move._collection_say_problem(*problems[item.id])
            )
            if problems[item.id][0] == "consumer_rule" or self._was_told(move, summary):
                continue
            move.activity_schedule(
                NOT_CHARGED,
                date,
                summary=summary,
                user_id=company._collection_responsible().id,
            )

    @api.model
    def _was_told(self, move, summary):
        """True when there is such a task, or somebody has done with it."""
        move = move.with_context(active_test=False)
        return bool(
            move.activity_search(
                [NOT_CHARGED], additional_domain=[("summary", "=", summary)], only_automated=False
            )
        )

    @api.model
    def _paid_late(self, company, date):
        """``{item id: day of the last payment}`` of items settled lately, of whose money
        some came late. What was credited or written off nobody has paid."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH settled AS MATERIALIZED (
                    SELECT aml.id, aml.date_maturity
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
                )
                SELECT settled.id, MAX(credit.date)
                  FROM settled
                  JOIN account_partial_reconcile part ON part.debit_move_id = settled.id
                  JOIN account_move_line credit ON credit.id = part.credit_move_id
                  JOIN account_move am ON am.id = credit.move_id
                  JOIN account_journal journal ON journal.id = credit.journal_id
                 WHERE part.debit_amount_currency != 0
                   AND (%(cash)s OR am.move_type = 'entry' AND %(no_result)s)
                 GROUP BY settled.id, settled.date_maturity
                HAVING MAX(credit.date) > settled.date_maturity
                 ORDER BY settled.id
                """,
                company=company.id,
                since=date - timedelta(days=LOOK_BACK_DAYS),
                date=date,
                cash=CASH,
                no_result=NO_RESULT,
            )
        )
        return dict(rows)

    @api.model
    def _book_waiting(self, company, date):
        """The charges of earlier months, on one debit invoice a customer; where charges
        are booked at once, those left from another way of booking."""
        if company.collection_charge_booking == "claim":
            return []
        monthly = company.collection_charge_booking == "collective"
        charges = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "draft"),
                ("leftover", "!=", "to_decide"),
                # What a person charged by hand he books by hand.
                ("fee_rule_id", "!=", False),
                ("date", "<", date.replace(day=1) if monthly else date),
            ],
            order="date, id",
        )
        customers = list(charges.grouped("partner_id").values())
        return self._each_customer(lambda group: group._book(date), customers)

    @api.model
    def _book_paid(self, company, date):
        """Claimed charges whose money has come: booked, and set against it.

        It must be money, to the cent what was claimed or named after the notice, and
        nothing else of the customer may be open that it could have been meant for.
        """
        if company.collection_charge_booking != "claim":
            return []
        claimed = self.search(
            [("company_id", "=", company.id), ("state", "=", "draft")], order="date, id"
        )
        groups = claimed.grouped(lambda row: (row.partner_id, row.currency_id)).values()
        return [
            text
            for charges in groups
            for text in self._attempt(charges._book_if_paid, company, date)
        ]

    def _book_if_paid(self, company, date):
        """Of one customer and currency."""
        currency = self.currency_id
        lines = self._open_receivables(company, self.partner_id, currency)
        credits = lines.filtered(
            lambda line: line.amount_residual_currency < 0 and line.move_id.move_type == "entry"
        )
        if not credits or credits != lines:
            return
        missing = currency.compare_amounts(
            sum(self.mapped("amount_open")), -sum(credits.mapped("amount_residual_currency"))
        )
        texts = " ".join(filter(None, [*credits.mapped("name"), *credits.mapped("ref")]))
        named = any(notice.name and notice.name in texts for notice in self.notice_id)
        if missing > 0 or (missing < 0 and not named):
            return
        self._book(date)
        self.leftover = "none"
        self._close_questions()
        (self.charge_move_id.line_ids | credits).filtered(
            lambda line: line.account_id.account_type == "asset_receivable" and not line.reconciled
        ).reconcile()

    @api.model
    def _open_receivables(self, company, customer, currency):
        # An archived customer's money counts like any other.
        items = self.env["account.move.line"].with_context(active_test=False)
        return items.search(
            items._collection_open_domain(company, customer)
            & Domain("currency_id", "=", currency.id)
        )
