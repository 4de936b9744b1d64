"""What follows from a call, by its outcome."""

from datetime import date

from odoo import Command, fields, models
from odoo.exceptions import UserError

from ..models.pairs import pair
from .collection_call import ABOUT_ITEMS, NOBODY


class CollectionCall(models.TransientModel):
    _inherit = "collection.call"

    def _check_outcome(self):
        """:raises UserError: when the outcome lacks its day, or what it is about"""
        today = self.company_id._collection_today()
        if self.outcome_code in NOBODY:
            self._check_retry_date(today)
        if self.outcome_code in ABOUT_ITEMS and not self.move_line_ids:
            raise UserError(self.env._("Name the items this is about."))
        if self.outcome_code == "promised":
            self._check_promise(today)
        paid_on = self.outcome_date or date.max
        if self.outcome_code == "already_paid" and paid_on > today:
            raise UserError(self.env._("Say on which day the customer says he paid."))
        if self.outcome_code == "disputes" and not (self.dispute_reason_id or self.outcome):
            raise UserError(self.env._("Say what the customer disputes."))

    def _check_promise(self, today):
        if not self.outcome_date or self.outcome_date < today:
            raise UserError(self.env._("Say for which day the customer promised to pay."))
        if self.currency_id and self.amount <= 0:
            raise UserError(self.env._("Say how much the customer promised to pay."))

    def _check_retry_date(self, today):
        day = self.retry_date
        if not day or day < today:
            raise UserError(self.env._("Choose the day on which to call again."))
        allowed = self.env["collection.contact.rules"]._contact_day(self.company_id, day)
        if allowed != day:
            raise UserError(
                self.env._(
                    "Nobody is called on that day; the next one is %(date)s.",
                    date=self._say_date(allowed, self.env.lang),
                )
            )

    # The record

    def _log(self):
        """The call in the timeline.

        :return: the ``collection.communication`` of this call
        """
        planned = self._planned_call()
        if not planned or self.outcome_code in NOBODY:
            return self.env["collection.communication"].create(self._prepare_row())
        if planned.activity_id:
            planned.activity_id.action_feedback(feedback=self._feedback())
        # Safe: the right to write was checked; only what came of it is written.
        planned.sudo().write(
            {
                "state": "done",
                "date": fields.Datetime.now(),
                "user_id": self.env.uid,
                **self._prepare_result(),
            }
        )
        return planned

    def _prepare_row(self):
        return {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.commercial_partner_id.id,
            "recipient_id": self.recipient_id.id,
            "notice_id": self.notice_id.id,
            "channel": "call",
            "direction": self.direction,
            "address": self.address,
            "summary": self._outcome_label(),
            **self._prepare_result(),
        }

    def _prepare_result(self):
        dated = self.outcome_code in ("promised", "already_paid")
        return {
            "outcome": self.outcome or self._outcome_label(),
            "outcome_code": self.outcome_code,
            "outcome_date": self.outcome_date if dated else False,
            "lateness_reason_id": self.lateness_reason_id.id,
            "exception_reason": self.exception_reason,
        }

    def _outcome_label(self):
        labels = self._fields["outcome_code"]._description_selection(self.env)
        return dict(labels)[self.outcome_code]

    def _feedback(self):
        return pair(self.env, self._outcome_label(), self.outcome)

    # What follows

    def _follow(self, row):
        """:return: an action that shows what was made of the call, or None"""
        follow = {
            "voicemail": self._call_again,
            "no_answer": self._call_again,
            "wrong_number": self._mark_number,
            "promised": self._record_promises,
            "disputes": self._record_dispute,
            "refuses": self._ask_manager,
            "already_paid": self._look_for_payment,
        }.get(self.outcome_code)
        return follow and follow(row)

    def _call_again(self, row):
        """The planned call moves to the day chosen; without one, one is planned."""
        planned = self.communication_id
        if planned.activity_id:
            planned.activity_id.date_deadline = self.retry_date
            return
        # Safe: a call in the collector's own list, for a customer he works.
        communication = planned.sudo() or self.env["collection.communication"].sudo()
        if not communication:
            communication = communication.create(
                {
                    **self._prepare_row(),
                    "direction": "out",
                    "state": "queued",
                    "automatic": True,
                    "summary": self.env._("Call again"),
                    "outcome": False,
                    "outcome_code": False,
                    "lateness_reason_id": False,
                    "exception_reason": False,
                }
            )
        communication._plan_call_activity(self.env.user, self.retry_date)

    def _mark_number(self, row):
        """The number is not dialled again before somebody says it is right; somebody
        looks for another one."""
        reason = self.env._("wrong number: %(number)s", number=self.address or "")
        # Safe: only the delivery of the row just logged is written.
        row.sudo()._fail("address", reason)
        self._give_task(
            "mail_activity_type_find_number",
            self._collector(),
            self.env._("%(company)s: find a phone number", company=self.company_id.name),
            pair(self.env, self.recipient_id.name, reason),
        )

    def _record_promises(self, row):
        """One promise for each currency, on the items named."""
        by_currency = self.move_line_ids.grouped("currency_id")
        self.env["collection.promise"].create(
            [
                {
                    "company_id": self.company_id.id,
                    "partner_id": self.partner_id.id,
                    "move_line_ids": [Command.set(items.ids)],
                    "currency_id": currency.id,
                    "amount": self.amount
                    if len(by_currency) == 1
                    else sum(items.mapped("amount_residual_currency")),
                    "date_from": self.company_id._collection_today(),
                    "date_promised": self.outcome_date,
                    "reason": self.outcome or self.env._("Promised on the phone"),
                    "channel": "call",
                    "communication_id": row.id,
                }
                for currency, items in by_currency.items()
            ]
        )

    def _record_dispute(self, row):
        """The dispute is there at once; its form asks for owner, deadline and documents."""
        dispute = self.env["collection.dispute"].create(
            {
                "company_id": self.company_id.id,
                "partner_id": self.partner_id.id,
                "move_line_ids": [Command.set(self.move_line_ids.ids)],
                "reason_id": self.dispute_reason_id.id,
                "reason": self.outcome or self.dispute_reason_id.name,
                "amount_disputed": self.amount if self.currency_id else 0.0,
                "date_from": self.company_id._collection_today(),
            }
        )
        return {**dispute._get_records_action(target="new"), "name": self.env._("Dispute")}

    def _ask_manager(self, row):
        """Whoever refuses to pay is for the manager: hand over, or talk again?"""
        self._give_task(
            "mail_activity_type_refused",
            self.company_id._collection_responsible(),
            self.env._("%(company)s: refuses to pay. Hand over?", company=self.company_id.name),
            self.outcome or "",
        )

    def _look_for_payment(self, row):
        """The items wait while somebody looks for the money."""
        today = self.company_id._collection_today()
        days = self.company_id.collection_already_paid_days
        said = self.env._(
            "Says it was paid on %(date)s",
            date=self._say_date(self.outcome_date, self.env.lang),
        )
        if days:
            self.env["collection.hold"].create(
                {
                    "company_id": self.company_id.id,
                    "partner_id": self.partner_id.id,
                    "move_line_ids": [Command.set(self.move_line_ids.ids)],
                    "reason": said,
                    "date_from": today,
                    "date_until": fields.Date.add(today, days=days),
                }
            )
        self._give_task(
            "mail_activity_type_find_payment",
            self._collector(),
            self.env._("%(company)s: find the payment", company=self.company_id.name),
            ". ".join(filter(None, (said, self.outcome))),
        )

    def _collector(self):
        """Who works the customer: his collector, else the caller."""
        customer = self.partner_id.commercial_partner_id
        return customer._collection_collectors(self.company_id)[customer.id] or self.env.user

    def _give_task(self, kind, user, summary, note):
        """A task on the customer; one open task of a kind and company is enough."""
        # Safe: tasks are given to whoever has to do them, and only about this customer.
        customer = self.sudo().partner_id.commercial_partner_id
        xmlid = f"account_collections.{kind}"
        open_tasks = customer.activity_search(
            [xmlid], only_automated=False, additional_domain=[("summary", "=", summary)]
        )
        if open_tasks:
            return
        customer.with_context(mail_activity_quick_update=True).activity_schedule(
            xmlid,
            self.company_id._collection_today(),
            summary=summary,
            note=note,
            user_id=user.id,
        )
