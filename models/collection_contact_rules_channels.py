"""Where the contact rules are asked: proposing, issuing, sending and planning calls."""

from odoo import api, fields, models
from odoo.fields import Domain

from ..engine import compose
from .collection_level import DISCOUNT
from .collection_pauses import _lasts_until


class CollectionPauses(models.AbstractModel):
    _inherit = "collection.pauses"

    @api.model
    def _collect(self, company, date, rows, ignore_proposals=False):
        """Whoever was contacted often enough this week is left alone."""
        pauses = super()._collect(company, date, rows, ignore_proposals)
        if self.env.context.get("collection_any_week"):
            return pauses
        customers = self.env["res.partner"].browse(
            {row["partner_id"] for row in rows if row["partner_id"]}
        )
        limited = self.env["collection.contact.rules"]._limited(company, date, customers)
        for customer, pause in limited.items():
            known = pauses.by_customer.get(customer, pause)
            pauses.by_customer[customer] = max(known, pause, key=_lasts_until)
        return pauses


class CollectionProposal(models.AbstractModel):
    _inherit = "collection.proposal"

    @api.model
    def _compute(self, company, date, partners=None, moves=None, policies=None):
        """Several notices of one customer on one day are as many contacts."""
        drafts, omissions, books = super()._compute(company, date, partners, moves, policies)
        customers = self.env["res.partner"].browse({draft.customer for draft in drafts})
        room = self._room_for_proposals(company, date, customers)
        if room is None:
            return drafts, omissions, books
        rules = self.env["collection.contact.rules"]
        levels = self.env["collection.level"].browse({draft.level.id for draft in drafts})
        urgency = {level.id: rules._urgency(level) for level in levels}
        # The order of the drafts is kept; the most urgent take the room.
        by_urgency = sorted(drafts, key=lambda draft: urgency[draft.level.id], reverse=True)
        surplus = rules._surplus([(draft.customer, draft) for draft in by_urgency], room)
        left_out = {id(draft) for draft in surplus}
        omissions = [*omissions]
        for draft in surplus:
            omissions += compose.omit(draft, "contact_limit", rules._full_week())
        kept = [draft for draft in drafts if id(draft) not in left_out]
        return kept, omissions, books

    @api.model
    def _room_for_proposals(self, company, date, customers):
        """What the week leaves, less what is proposed for the day already."""
        room = self.env["collection.contact.rules"]._room(company, date, customers)
        if not room:
            return room
        # Safe: counts of the company whose proposal is being made.
        proposed = (
            self.env["collection.notice"]
            .sudo()
            ._read_group(
                [
                    ("company_id", "=", company.id),
                    ("partner_id", "in", customers.ids),
                    ("stage", "in", ("proposed", "to_approve")),
                    ("date", "=", date),
                ],
                ["partner_id"],
                ["__count"],
            )
        )
        for customer, count in proposed:
            room[customer.id] -= count
        return room


class CollectionIssue(models.AbstractModel):
    _inherit = "collection.issue"

    @api.model
    def _refresh(self, notices, date=None):
        """A full week says when a notice may leave, not whether it is due: what waits
        for a manager's word goes on waiting for it. The rules are asked below."""
        anytime = self.with_context(collection_any_week=True)
        remaining = super(CollectionIssue, anytime)._refresh(notices, date)
        return remaining.with_env(notices.env)

    @api.model
    def _keep_reachable(self, notices):
        """The rules are asked again: the week may have filled since the proposal.

        What a manager has approved is not asked of him again: it is the next to go.
        """
        kept = super()._keep_reachable(notices)
        rules = self.env["collection.contact.rules"]
        for company, group in kept.grouped("company_id").items():
            day = group[:1]._issue_date()
            room = rules._room(company, day, group.partner_id)
            if room is None:
                continue
            ordered = group.sorted(lambda notice: rules._urgency(notice.level_id), reverse=True)
            surplus = rules._surplus([(row.partner_id.id, row) for row in ordered], room)
            limited = rules._limited(company, day, group.partner_id) if surplus else {}
            for notice in surplus:
                _reason, detail, _until = limited.get(
                    notice.partner_id.id, ("", rules._full_week(), None)
                )
                if notice.approved_by_id:
                    self._add_skips(notice, notice._advancing(), "contact_limit", detail)
                else:
                    self._close(notice, "contact_limit", detail)
                kept -= notice
        return kept


class CollectionRun(models.Model):
    _inherit = "collection.run"

    def _held_back(self, ready):
        """Approved notices wait while their customer is to be left alone."""
        held = super()._held_back(ready)
        rules = self.env["collection.contact.rules"]
        approved = held.search(ready & Domain("approved_by_id", "!=", False))
        for company, group in approved.grouped("company_id").items():
            limited = rules._limited(company, company._collection_today(), group.partner_id)
            held |= group.filtered(lambda notice, busy=limited: notice.partner_id.id in busy)
        return held


class CollectionContactRules(models.AbstractModel):
    _inherit = "collection.contact.rules"

    @api.model
    def _surplus(self, pairs, room):
        """What exceeds the room of its customer.

        :param pairs: ``[(customer id, thing)]``, those that matter most first
        :param room: ``{customer id: how many}``; it is used up
        """
        surplus = []
        for customer, thing in pairs:
            if room.get(customer, 0) > 0:
                room[customer] -= 1
            else:
                surplus.append(thing)
        return surplus

    @api.model
    def _urgency(self, level):
        """The later level first; what tells of a discount last."""
        return (level.kind != DISCOUNT, level.delay_days)

    @api.model
    def _full_week(self):
        return self.env._("another notice has taken the place that was left this week")


class CollectionDelivery(models.AbstractModel):
    _inherit = "collection.delivery"

    @api.model
    def _channel_problems(self, recipient, level, unusable):
        """Nobody dials a number again that was found wrong."""
        problems = super()._channel_problems(recipient, level, unusable)
        phone = recipient._collection_phone() if level.make_call else ""
        if phone:
            wrong = unusable.get(recipient._collection_format_number(phone) or phone)
            if wrong:
                problems["call"] = wrong
        return problems

    @api.model
    def _queue_mails(self, communications):
        """E-mails of a quiet time wait in the queue for its end."""
        result = super()._queue_mails(communications)
        communications._wait_for_quiet_end()
        return result

    @api.model
    def _plan_calls(self, communications):
        """Calls are planned for days on which somebody may be called."""
        result = super()._plan_calls(communications)
        rules = self.env["collection.contact.rules"]
        for (company, day), group in communications.grouped(
            lambda row: (row.company_id, row.activity_id.date_deadline)
        ).items():
            allowed = day and rules._contact_day(company, day)
            if allowed != day:
                group.activity_id.date_deadline = allowed
        return result


class CollectionCommunication(models.Model):
    _inherit = "collection.communication"

    def _wait_for_quiet_end(self):
        """Put e-mails off that would leave at a quiet time.

        :return: the communications that wait now
        """
        waiting = self.browse()
        now = fields.Datetime.now()
        for company, rows in self.grouped("company_id").items():
            earliest = self.env["collection.contact.rules"]._earliest(company, now)
            if earliest <= now:
                continue
            rows.mail_mail_id.scheduled_date = earliest
            # The record says when it goes, not when it was written.
            rows.write({"date": earliest})
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger(at=earliest)
            waiting |= rows
        return waiting
