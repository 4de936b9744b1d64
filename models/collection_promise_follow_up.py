"""What came of promises: the money in the books decides, once."""

import logging
from datetime import date

from odoo import Command, api, models
from odoo.fields import Domain
from odoo.tools import exception_to_unicode, format_date

from ..engine import promises
from .collection_issue import RETRY_ERRORS
from .collection_promise_money import Money

_logger = logging.getLogger(__name__)

# Found by counting the money; "cancelled" is not.
VERDICTS = (promises.KEPT, promises.PARTLY_KEPT, promises.BROKEN)


class CollectionPromise(models.Model):
    _inherit = "collection.promise"

    def action_evaluate(self):
        """Count again, since the books have changed: a payment was entered late, or has
        bounced. Nothing but this changes what was said of a promise."""
        self.check_access("write")
        for company, group in self.grouped("company_id").items():
            again = group.filtered(
                lambda one: one.state in VERDICTS
                and (not one.plan_id or one.plan_id.state == "active")
            )
            before = {promise: (promise.state, promise.date_closed) for promise in again}
            # Safe: the right to write was checked; the count is the system's.
            again.sudo().receipt_ids.unlink()
            again.write({"state": "open", "date_closed": False})
            group.sudo()._evaluate(company, company._collection_today())
            for promise, (state, day) in before.items():
                if promise.state == state:
                    promise.date_closed = day

    @api.model
    def _follow_up(self, company, today):
        failures = super()._follow_up(company, today)
        return failures + self.search(self._watched_domain(company))._evaluate(company, today)

    @api.model
    def _watched_domain(self, company):
        """Open promises, and missed instalments of plans that go on all the same: money
        that comes late fills them first."""
        return Domain("company_id", "=", company.id) & (
            Domain("state", "=", "open")
            | Domain("state", "in", (promises.PARTLY_KEPT, promises.BROKEN))
            & Domain("plan_id.state", "=", "active")
        )

    def _evaluate(self, company, today):
        """Say what came of the promises of these customers, each of them by himself.

        :return: what failed, as texts
        """
        failures = []
        customers = self.partner_id.commercial_partner_id
        watched = self.search(
            self._watched_domain(company) & Domain(
                "partner_id.commercial_partner_id", "in", customers.ids
            )
        )
        if not watched:
            return failures
        money = watched._read_money(company)
        by_customer = watched.grouped(lambda one: one.partner_id.commercial_partner_id)
        for customer, group in by_customer.items():
            try:
                with self.env.cr.savepoint():
                    for currency, same in group.grouped("currency_id").items():
                        same._evaluate_customer(
                            today, money.get((customer.id, currency.id)) or Money()
                        )
                    group._ask_why(company, customer, today)
            except RETRY_ERRORS:
                raise
            except Exception as error:  # noqa: BLE001 - one customer stops nobody
                _logger.exception("Promises of customer %s were not evaluated", customer.id)
                self.env.invalidate_all(flush=False)
                failures.append(f"{customer.display_name}: {exception_to_unicode(error)}")
        return failures

    def _evaluate_customer(self, today, money):
        """All watched promises of one customer in one currency."""
        precision = self.currency_id.rounding
        engine = {promise: promise._engine_promise(today) for promise in self}
        counted = promises.pour(engine.values(), money.parts, money.taken, precision)
        days = {part.id: part.day for part in money.parts}
        for promise in self:
            promise._write_receipts(counted[promise.id], days)
            received = sum(counted[promise.id].values())
            if promise.currency_id.compare_amounts(promise.amount_received, received):
                promise.amount_received = received
            if promise.state != "open":
                continue
            states = set(promise.move_line_ids.mapped("parent_state"))
            if states == {"cancel"}:
                state = "cancelled"
            elif states and "posted" not in states:
                # Being corrected: what becomes of it shows when it is posted again.
                continue
            else:
                state = promises.verdict(
                    engine[promise], received, today, promise._settled_on(), precision
                )
            if state != promises.OPEN:
                promise.write({"state": state, "date_closed": today})

    def _engine_promise(self, today):
        self.ensure_one()
        items = self.move_line_ids
        due = items.filtered("date_maturity").mapped("date_maturity")
        return promises.Promise(
            id=self.id,
            amount=self.amount,
            date_from=self.date_from,
            date_promised=self.date_promised,
            until=self.date_until if self.state == "open" else max(today, self.date_until),
            items=frozenset(items.ids),
            latest_due=max(due, default=None),
            made=self.create_date,
        )

    def _settled_on(self):
        """The day from which nothing was open any more of the named items; None while
        something is, and when it was written off: nobody has paid that."""
        self.ensure_one()
        settled_on = None
        for line in self.move_line_ids.filtered(lambda line: line.parent_state != "cancel"):
            if line.parent_state == "draft":
                return None
            if not line.reconciled:
                if line.move_id.payment_state not in ("in_payment", "paid"):
                    return None
                settled_on = max(settled_on or date.min, self.date_from)
                continue
            for partial in line.matched_credit_ids | line.matched_debit_ids:
                other = partial._collection_other(line).move_id
                if other.move_type == "entry" and not other._collection_brings_money():
                    return None
                settled_on = max(settled_on or date.min, partial.max_date)
        return settled_on

    def _write_receipts(self, counted, days):
        """:param counted: ``{credit item id: amount}``; nothing is written that is so"""
        self.ensure_one()
        compare = self.currency_id.compare_amounts
        commands = []
        for receipt in self.receipt_ids:
            amount = counted.get(receipt.move_line_id.id)
            if amount is None:
                commands.append(Command.delete(receipt.id))
            elif compare(amount, receipt.amount):
                commands.append(Command.update(receipt.id, {"amount": amount}))
        known = set(self.receipt_ids.move_line_id.ids)
        commands += [
            Command.create({"move_line_id": line, "amount": amount, "date": days[line]})
            for line, amount in counted.items()
            if line not in known
        ]
        if commands:
            self.receipt_ids = commands

    def _ask_why(self, company, customer, today):
        """A task for whoever works the customer: one, however many promises were missed."""
        missed = self.filtered(
            lambda one: one.state in (promises.PARTLY_KEPT, promises.BROKEN)
            and one.date_closed == today
            and not one.plan_id
        )
        if missed:
            amounts = ", ".join(
                f"{one.currency_id.format(one.amount)} ({format_date(self.env, one.date_promised)})"
                for one in missed
            )
            self._plan_task(
                "account_collections.mail_activity_type_promise",
                company,
                customer,
                customer,
                self.env._("%(company)s: ask why the promise was not kept", company=company.name),
                amounts,
                today,
            )

    @api.model
    def _plan_task(self, xmlid, company, customer, record, summary, note, today):
        """A task about ``record``, unless the same one waits already."""
        activities = self.env["mail.activity"].sudo()
        values = {
            "activity_type_id": self.env.ref(xmlid).id,
            "res_model_id": self.env["ir.model"]._get_id(record._name),
            "res_id": record.id,
            "summary": summary,
        }
        if activities.search_count([(key, "=", value) for key, value in values.items()], limit=1):
            return
        collector = customer._collection_collectors(company)[customer.id]
        activities.create(
            {
                **values,
                "user_id": (collector or company._collection_responsible()).id,
                "note": note,
                "date_deadline": today,
            }
        )
