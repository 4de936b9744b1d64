from datetime import timedelta

from odoo import Command, api, models

from ..models.collection_pause import FOLLOWED_UP
from . import story_follow
from .collection_demo import VAT

# Nothing was agreed with anybody before.
FIRST_DAY = 45


class CollectionDemo(models.AbstractModel):
    """What customers answered: promises, plans, disputes, and the days they were watched."""

    _inherit = "collection.demo"

    @api.model
    def _agree(self, moves):
        """Promises, plans and disputes of the past; each counts from its own first day."""
        for *key, begun, promised, amount, reason in story_follow.PROMISES:
            self._promise(moves[tuple(key)], begun, promised, amount, reason)
        for *key, signed, first, count in story_follow.PLANS:
            self._plan(moves[tuple(key)], signed, first, count)
        for (*key, begun, amount), (kind, reason), _end in story_follow.DISPUTES:
            self._dispute(moves[tuple(key)], begun, amount, kind, reason)
        known = self.env["collection.dispute"].search([("reason_id", "=", False)], order="id")
        for dispute, kind in zip(known, story_follow.DISPUTE_KINDS, strict=False):
            dispute.reason_id = self._ref(kind)

    def _prepare_agreement(self, move, begun, reason):
        return {
            "company_id": move.company_id.id,
            "partner_id": move.commercial_partner_id.id,
            "move_line_ids": [Command.set(self._receivable(move).ids)],
            "date_from": self._day(begun),
            "user_id": self._ref("user_collector").id,
            "reason": reason,
        }

    def _promise(self, move, begun, promised, amount, reason):
        self.env["collection.promise"].create(
            {
                **self._prepare_agreement(move, begun, reason),
                "date_promised": self._day(promised),
                "amount": amount,
                "channel": "call",
            }
        )

    def _dispute(self, move, begun, amount, kind, reason):
        self.env["collection.dispute"].create(
            {
                **self._prepare_agreement(move, begun, reason),
                "amount_disputed": amount,
                "reason_id": self._ref(kind).id,
                "date_deadline": self._day(begun - 14),
            }
        )

    def _plan(self, move, signed, first, count):
        """Signed by the customer; its instalments are a month apart."""
        plan = (
            self.with_company(move.company_id)
            .env["collection.plan"]
            .create(
                {
                    "company_id": move.company_id.id,
                    "partner_id": move.commercial_partner_id.id,
                    "move_line_ids": [Command.set(self._receivable(move).ids)],
                    "user_id": self._ref("user_collector").id,
                    "date_signed": self._day(signed),
                }
            )
        )
        wizard = self.env["collection.plan.spread"].create(
            {"plan_id": plan.id, "count": count, "date_first": self._day(0)}
        )
        wizard.action_apply()
        plan.action_activate()
        # Nobody agrees on a day that has passed; in the story it had not.
        for line in plan.promise_ids:
            line.write(
                {
                    "date_from": self._day(signed),
                    "date_promised": line.date_promised - timedelta(days=first),
                }
            )

    @api.model
    def _watch(self, code, ago):
        """What the daily follow-up finds; its mails arrive the same day."""
        if ago > FIRST_DAY:
            return
        company, day = self._company(code), self._day(ago)
        for name in FOLLOWED_UP:
            self.env[name].with_company(company).sudo()._follow_up(company, day)
        self._resolve_disputes(code, ago)
        self._work_cases(code, ago)
        moment = self._moment(day, 6)
        rows = self.env["collection.communication"].search(
            [("company_id", "=", company.id), ("state", "=", "queued"), ("notice_id", "=", False)]
        )
        for row in rows.filtered("mail_mail_id"):
            row.sudo().date = moment
            self._deliver_mail(code, row, moment)

    def _resolve_disputes(self, code, ago):
        for (company, customer, *_rest), (_kind, words), end in story_follow.DISPUTES:
            resolved, kind, found = end
            if (company, resolved) != (code, ago):
                continue
            dispute = self.env["collection.dispute"].search(
                [("partner_id", "=", self._partner(customer).id), ("reason", "=", words)]
            )
            action = self.env["collection.dispute.resolve"]._open(dispute, kind)
            wizard = self.env["collection.dispute.resolve"].browse(action["res_id"])
            wizard.resolution = found
            wizard.action_resolve()
            day = self._day(ago)
            dispute.write({"date_resolved": day, "resolved_by_id": self._ref("user_manager").id})
            if dispute.date_wait:
                days = self._company(code).collection_dispute_rejected_days
                dispute.date_wait = day + timedelta(days=days)

    def _work_cases(self, code, ago):
        """The manager hands over; the agency sets to work."""
        for company, customer, handed_over, begun, number in story_follow.CASES:
            case = self.env["collection.case"].search(
                [
                    ("company_id", "=", self._company(company).id),
                    ("partner_id", "=", self._partner(customer).id),
                ]
            )
            if company != code or not case:
                continue
            if ago == handed_over:
                case.write({"agency_id": self._partner("agency").id, "kind": "agency"})
                case.with_user(self._ref("user_manager"))._hand_over(self._day(ago))
            elif ago == begun:
                case.file_number = number
                case.with_user(self._ref("user_manager"))._set_state("in_progress", self._day(ago))

    @api.model
    def _share_out(self):
        """Who works whom, and who stands in."""
        for number, (code, countries, *criteria) in enumerate(story_follow.RULES):
            first, last, amount, user = criteria
            self.env["collection.assignment"].create(
                {
                    "company_id": self._company(code).id,
                    "sequence": number,
                    "country_ids": [
                        Command.set([self.env.ref(f"base.{country}").id for country in countries])
                    ],
                    "letter_from": first,
                    "letter_to": last,
                    "amount_from": amount,
                    "user_id": self._ref(user).id,
                }
            )
        for user, since, until, delegate, note in story_follow.ABSENCES:
            self.env["collection.absence"].create(
                {
                    "user_id": self._ref(user).id,
                    "date_from": self._day(since),
                    "date_until": self._day(-until),
                    "delegate_id": self._ref(delegate).id,
                    "note": note,
                }
            )
        for code in VAT:
            self.env["collection.assignment"]._apply(self._company(code))

    @api.model
    def _today(self):
        """The calls and answers of today, and a debt that is given up."""
        for code, customer, ago, subject, text in story_follow.REPLIES:
            self._reply(code, customer, ago, subject, text)
        for row in story_follow.CALLS:
            self._call_today(*row)
        for code, customer, reason in story_follow.WRITE_OFFS:
            self._write_off(code, customer, reason)

    def _reply(self, code, customer, ago, subject, text):
        """The customer answers his last notice."""
        partner = self._partner(customer)
        notice = self.env["collection.notice"].search(
            [
                ("company_id", "=", self._company(code).id),
                ("partner_id", "=", partner.id),
                ("stage", "=", "issued"),
            ],
            limit=1,
        )
        notice.with_company(notice.company_id).message_post(
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            author_id=notice.recipient_id.id,
            email_from=notice.recipient_id.email_formatted,
            subject=subject,
            body=text,
            date=self._moment(self._day(ago), 14),
        )

    def _call_today(self, code, customer, result, days, why, said):
        scoped = self.with_company(self._company(code)).with_user(self._ref("user_collector"))
        calls = scoped.env["collection.call"]
        planned = self.env["collection.communication"].search(
            [
                ("company_id", "=", self._company(code).id),
                ("partner_id", "=", self._partner(customer).id),
                ("channel", "=", "call"),
                ("state", "=", "queued"),
            ],
            limit=1,
        )
        wizard = calls.create(
            {
                "partner_id": self._partner(customer).id,
                "company_id": self._company(code).id,
                "communication_id": planned.id,
            }
        )
        wizard.write(
            {
                "outcome_code": result,
                "outcome_date": days is not None and self._day(-days),
                "lateness_reason_id": why and self._ref(why).id,
                "outcome": said,
            }
        )
        wizard.action_done()

    def _bad_debts(self, company):
        """The generic chart has no account of that name."""
        accounts = self.with_company(company).env["account.account"]
        code, name = story_follow.BAD_DEBTS
        return accounts.search(
            [("code", "=like", "654%"), ("company_ids", "in", company.ids)], limit=1
        ) or accounts.create({"code": code, "name": name, "account_type": "expense"})

    def _write_off(self, code, customer, reason):
        """The manager gives up what will not come any more."""
        company = self._company(code)
        if not company.collection_write_off_account_id:
            company.collection_write_off_account_id = self._bad_debts(company)
        scoped = self.with_company(company).with_user(self._ref("user_manager"))
        action = scoped.env["collection.write.off"]._open(
            self._partner(customer), self.env["account.move.line"], reason=reason
        )
        dialog = action["context"].items()
        scoped.env["collection.write.off"].create(
            {name.removeprefix("default_"): value for name, value in dialog}
        ).action_request()
