import re
from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date, plaintext2html

from ..engine.days import plus
from .collection_portal import _day

# A customer who writes more often in a day is asked to call: a robot may be at work.
ANSWERS_A_DAY = 20
TEXT_LENGTH = 2000
# Control characters, but for line breaks and tabs.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class CollectionPortal(models.AbstractModel):
    """What the customer answers lands in the records the collector types into."""

    _inherit = "collection.portal"

    @api.model
    def _promise(self, access, company_id, item_ids, date):
        """The customer promises to pay some items by a day.

        :param date: as the browser sent it
        :raises UserError: outside the limits the company sets, with what to do instead
        """
        company = self._company(access, company_id)
        items = self._chosen(access, company, item_ids)
        day = self._check_promised_day(company, date)
        self._check_promise(access, company, items)
        scoped = self._as_staff(access, company)
        amount = sum(items.mapped("amount_residual_currency"))
        row = scoped._log(
            access,
            company,
            scoped.env._(
                "Promised on the portal: %(amount)s by %(date)s",
                amount=format_amount(scoped.env, amount, items.currency_id),
                date=format_date(scoped.env, day),
            ),
            outcome_code="promised",
            outcome_date=day,
        )
        promise = scoped.env["collection.promise"].create(
            {
                "company_id": company.id,
                "partner_id": access.customer.id,
                "move_line_ids": [Command.set(items.ids)],
                "currency_id": items.currency_id.id,
                "amount": amount,
                "date_from": company._collection_today(),
                "date_promised": day,
                "reason": scoped.env._("Promised on the portal"),
                "channel": "portal",
                "communication_id": row.id,
            }
        )
        scoped._tell(access, company, row, ", ".join(items.move_id.mapped("name")))
        return promise

    @api.model
    def _check_promised_day(self, company, date):
        """:return: the day, within what the company allows"""
        if not company.collection_portal_promise:
            raise UserError(self.env._("Please call us: a promise cannot be made here."))
        day, today = _day(date), company._collection_today()
        last = plus(today, company.collection_portal_promise_days)
        if not day or not today <= day <= last:
            raise UserError(
                self.env._(
                    "Please choose a day from today to %(last)s, or call us.",
                    last=format_date(self.env, last),
                )
            )
        return day

    @api.model
    def _check_promise(self, access, company, items):
        """:raises UserError: for what cannot be promised, here or at all"""
        self._lock(access)
        if len(items.currency_id) != 1:
            raise UserError(
                self.env._("Please choose items in one currency: make one promise for each.")
            )
        domain = [
            ("company_id", "=", company.id),
            ("partner_id.commercial_partner_id", "=", access.customer.id),
        ]
        # Safe: only counts the customer's own.
        promises = self.env["collection.promise"].sudo()
        if (
            promises.search_count([*domain, ("state", "=", "open"), ("plan_id", "=", False)])
            >= company.collection_portal_promise_max_open
        ):
            raise UserError(
                self.env._("You have promised a payment already. Please call us to change it.")
            )
        status = self._status(access, company)
        refused = items.filtered(lambda item: not status[item.id]["can_promise"])
        if refused:
            raise UserError(
                self.env._(
                    "%(items)s cannot be promised here any more. Please call us.",
                    items=", ".join(refused.move_id.mapped("name")),
                )
            )

    @api.model
    def _dispute(self, access, company_id, item_id, reason_id, text, amount=None, files=()):
        """The customer contests an item.

        :param amount: what he contests of it, as he typed it; nothing or 0: all of it
        :param files: list of ``(name, bytes)`` as the browser sent them
        :raises UserError: saying what to put right
        """
        company = self._company(access, company_id)
        item = self._chosen(access, company, [item_id])
        text = self._clean(text)
        vals = self._check_dispute(access, company, item, reason_id, text, amount)
        attachments = self._check_files(files)
        scoped = self._as_staff(access, company)
        dispute = scoped.env["collection.dispute"].create(
            {
                "company_id": company.id,
                "partner_id": access.customer.id,
                "move_line_ids": [Command.set(item.ids)],
                "date_from": company._collection_today(),
                **vals,
            }
        )
        self._add_words(access, dispute, text, attachments)
        row = scoped._log(
            access,
            company,
            scoped.env._(
                "Contested on the portal: %(item)s, %(reason)s",
                item=item.move_id.name or "",
                reason=dispute.reason_id.name,
            ),
            body=plaintext2html(text),
            outcome_code="disputes",
        )
        scoped._tell(access, company, row, text)
        return dispute

    @api.model
    def _check_dispute(self, access, company, item, reason_id, text, amount):
        """:return: the values that depend on what was typed"""
        if not company.collection_portal_dispute:
            raise UserError(self.env._("Please call us: nothing can be contested here."))
        self._lock(access)
        if not self._status(access, company)[item.id]["can_dispute"]:
            raise UserError(
                self.env._("You have contested %(item)s already.", item=item.move_id.name)
            )
        reason = self._reasons(company).filtered(lambda one: one.id == reason_id)
        if not reason:
            raise UserError(self.env._("Please choose a reason."))
        if not text:
            raise UserError(self.env._("Please say in a few words what is wrong."))
        residual, currency = item.amount_residual_currency, item.currency_id
        amount = self._read_amount(currency, amount, residual)
        if amount < 0 or currency.compare_amounts(amount, residual) > 0:
            raise UserError(
                self.env._(
                    "Please give an amount up to %(open)s.",
                    open=format_amount(self.env, residual, currency),
                )
            )
        return {"reason_id": reason.id, "amount_disputed": amount}

    @api.model
    def _add_words(self, access, dispute, text, attachments):
        """The customer's words and files, in the dispute's own log."""
        # Pending, as core keeps what portal users attach until it is posted.
        pending = {"res_model": "mail.compose.message", "res_id": 0}
        files = self.env["ir.attachment"].sudo().create([vals | pending for vals in attachments])
        dispute.message_post(
            body=plaintext2html(text),
            author_id=access.author.id,
            attachment_ids=files.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_note",
        )

    @api.model
    def _reasons(self, company):
        """What a customer can choose from."""
        # Safe: the list is made for customers.
        return (
            self.env["collection.reason"]
            .sudo()
            .search(
                [
                    ("kind", "=", "dispute"),
                    ("on_portal", "=", True),
                    ("company_id", "in", (False, *company.parent_ids.ids)),
                ]
            )
        )

    # What every answer has in common

    @api.model
    def _chosen(self, access, company, item_ids):
        """:raises UserError: alike for items of others, paid ones and nothing at all"""
        wanted = set(item_ids)
        items = self._items(access, company).filtered(lambda item: item.id in wanted)
        if not wanted or set(items.ids) != wanted:
            raise UserError(self.env._("Please choose among the items that are open."))
        return items

    @api.model
    def _lock(self, access):
        """Two clicks at once are one after the other, so that limits hold.

        :raises UserError: for whoever answers too often in a day
        """
        access.customer.lock_for_update(allow_referencing=True)
        rows = (
            self.env["collection.communication"]
            .sudo()
            .search_count(
                [
                    ("partner_id", "=", access.customer.id),
                    ("channel", "=", "portal"),
                    ("direction", "=", "in"),
                    ("date", ">=", fields.Datetime.now() - timedelta(days=1)),
                ]
            )
        )
        if rows >= ANSWERS_A_DAY:
            raise UserError(self.env._("That is a lot for one day. Please call us."))

    @api.model
    def _as_staff(self, access, company):
        """What is written down is read by the collector, in his language."""
        lang = self._collector(access, company).lang or self.env.lang
        return self.sudo().with_company(company).with_context(lang=lang)

    @api.model
    def _collector(self, access, company):
        users = access.customer._collection_collectors(company)[access.customer.id]
        return users or company._collection_responsible()

    @api.model
    def _log(self, access, company, summary, **values):
        """The contact, in the customer's timeline."""
        return self.env["collection.communication"].create(
            {
                "company_id": company.id,
                "partner_id": access.customer.id,
                "recipient_id": access.author.id,
                "notice_id": access.notice.id,
                "channel": "portal",
                "direction": "in",
                "state": "done",
                "user_id": False if access.by_link else self.env.uid,
                "address": access.author.email,
                "summary": summary,
                "automatic": True,
                **values,
            }
        )

    @api.model
    def _tell(self, access, company, row, note):
        """A task for the collector; a second answer is added to the first one."""
        kind = self.env.ref("account_collections.mail_activity_type_portal")
        text = plaintext2html(f"{row.summary}\n{note}")
        user = self._collector(access, company)
        task = access.customer.activity_ids.filtered(
            lambda one: one.activity_type_id == kind and one.user_id == user
        )[:1]
        if task:
            task.note = (task.note or "") + text
            return
        access.customer.with_context(lang=self.env.lang).activity_schedule(
            activity_type_id=kind.id,
            date_deadline=company._collection_today(),
            summary=row.summary,
            note=text,
            user_id=user.id,
        )

    @api.model
    def _clean(self, text):
        return CONTROL.sub("", (text or "").replace("\r\n", "\n"))[:TEXT_LENGTH].strip()
