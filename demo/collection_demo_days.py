from datetime import datetime, time

from odoo import api, models

from . import story, story_follow
from .collection_demo import VAT

HISTORY_DAYS = 105
RECENT_DAYS = 10
# Notices of the last days still wait for the manager.
UNDECIDED_DAYS = 3
# Letters of the last days still lie in the tray.
UNPOSTED_DAYS = 20


class CollectionDemo(models.AbstractModel):
    """The days of the demo companies, one after the other."""

    _inherit = "collection.demo"

    @api.model
    def _live_through(self, moves):
        for ago in range(HISTORY_DAYS, 0, -1):
            self._live(ago, moves)
        self._waive(moves)
        self._type_contacts()

    def _live(self, ago, moves):
        """One day: what happened, the scheduled run, the people."""
        for payment in story.PAYMENTS.get(ago, ()):
            self._pay(ago, moves, *payment)
        for credit_note in story.CREDIT_NOTES.get(ago, ()):
            self._credit(ago, *credit_note)
        for customer in story.ARCHIVED.get(ago, ()):
            self._partner(customer).active = False
        for code in VAT:
            self.with_company(self._company(code))._work(code, ago)
            self.with_company(self._company(code))._charge(code, ago)

    def _work(self, code, ago):
        """The scheduled run of one company, and what its people do that day."""
        company, day = self._company(code), self._day(ago)
        self._watch(code, ago)
        self._call(code, ago)
        earning = self.env["collection.candidate"]._earning_customers(company, day)
        if not earning and ago > RECENT_DAYS:
            # Such runs are empty; a list full of them shows nothing.
            return
        runs = self.env["collection.run"]._prepare_day(company, day)
        self._deliver(code, self.env["collection.issue"]._issue_texts(runs._issuable()))
        if ago > UNDECIDED_DAYS:
            self._approve(code, runs)
        for run in runs:
            run._close()

    def _moment(self, day, hour):
        return datetime.combine(day, time(hour))

    def _deliver(self, code, notices):
        """The mail server took everything on the same day, the post most of it."""
        for notice in notices:
            moment = self._moment(notice.date, 7)
            notice.issued_on = moment
            rows = notice.communication_ids
            rows.write({"date": moment})
            queued = rows.filtered(lambda row: row.state == "queued")
            for row in queued.filtered(lambda row: row.channel == "email"):
                self._deliver_mail(code, row, moment)
            if notice.date < self._day(UNPOSTED_DAYS):
                queued.filtered(lambda row: row.channel == "letter")._sent()

    def _deliver_mail(self, code, row, moment):
        mail = row.mail_mail_id
        mail.write({"state": "sent", "date": moment})
        customer = next(
            (key for key in {**story.BOUNCES, **story.SILENCES} if self._is(key, code, row)), None
        )
        if customer in story.BOUNCES:
            row._fail("address", story.BOUNCES[customer])
        elif customer in story.SILENCES:
            mail.write({"state": "exception", "failure_reason": story.SILENCES[customer]})
            row._fail("unknown", story.SILENCES[customer])
        else:
            row._sent()

    def _is(self, key, code, row):
        return key[0] == code and row.partner_id == self._partner(key[1])

    def _call(self, code, ago):
        """The collector makes the calls planned for the day before."""
        calls = self.env["collection.communication"].search(
            [
                ("company_id", "=", self._company(code).id),
                ("channel", "=", "call"),
                ("state", "=", "queued"),
                ("activity_id.date_deadline", "<", self._day(ago)),
            ]
        )
        scoped = self.with_company(self._company(code))
        wizards = scoped.env["collection.call"].with_user(self._ref("user_collector"))
        for call in calls:
            said = call.id % len(story.CALLS[code])
            wizard = wizards.create({"communication_id": call.id})
            wizard.write(
                {
                    "outcome_code": "reached",
                    "outcome": story.CALLS[code][said],
                    "lateness_reason_id": self._ref(story_follow.CALL_REASONS[code][said]).id,
                }
            )
            wizard.action_done()
            call.date = self._moment(self._day(ago), 9)

    def _approve(self, code, runs):
        """The manager decides in the afternoon."""
        manager = self._ref("user_manager")
        waiting = runs.notice_ids.filtered(lambda notice: notice.stage == "to_approve")
        waiting.with_user(manager).action_approve()
        issue = self.env["collection.issue"].with_user(manager).sudo()
        self._deliver(code, issue._issue_texts(waiting))
        runs.activity_ids.unlink()

    def _type_contacts(self):
        """What people noted themselves."""
        collector = self._ref("user_collector")
        for code, customer, ago, channel, direction, summary, outcome in story.CONTACTS_TYPED:
            company = self._company(code)
            self.env["collection.communication"].with_user(collector).with_company(company).create(
                {
                    "company_id": company.id,
                    "partner_id": self._partner(customer).id,
                    "channel": channel,
                    "direction": direction,
                    "date": self._moment(self._day(ago), 10),
                    "summary": summary,
                    "outcome": outcome,
                }
            )
