"""Absurd ledgers, policies and answers, from the proposal to the statement.

Nothing raises but a refusal in words, nothing inconsistent is written, and nothing a customer is
called runs or is evaluated anywhere.
"""

from random import Random

from odoo import Command
from odoo.tests import freeze_time, tagged

from ..models.collection_charge_limits import EXACT_UNITS
from .absurd_common import FIRST, HOSTILE, LAST
from .absurd_world import EVALUATED, AbsurdWorld
from .common import TODAY, later

STORIES = range(4)
DAYS = (FIRST, LAST, TODAY, later(-1), later(1), later(40), False)
NUMBERS = (1e12, -1e12, 0.0, -1.0, 0.001, 1e-9, 123.456, float(2**53))
STATEMENT = "account_collections.action_report_statement"


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestAbsurdRun(AbsurdWorld):
    def test_days_of_runs_their_texts_and_back(self):
        runs = self.env["collection.run"]
        for days in (0, 12, 40):
            run = self._issue_all(on=later(days))
            if not days:
                self.assertAnswered(run)
            runs |= run
        notices = runs.notice_ids
        self.assertGreater(len(notices), 30)
        self.assertConsistent()
        self._check_texts(notices)
        self._check_charges()
        self._check_screens(notices)
        for run in runs.sorted("date", reverse=True):
            if run.state == "issued":
                run.action_reverse()
        self.assertFalse(self._item(self.invoices).collection_level_id)
        left = [("notice_id", "!=", False), ("state", "in", ("draft", "posted"))]
        self.assertFalse(self.env["collection.charge"].search(left))
        self.assertConsistent()

    def _check_texts(self, notices):
        for notice in notices:
            for name in ("email_subject", "letter_subject"):
                for text in EVALUATED:
                    self.assertNotIn(text, notice[name] or "")
            for name in ("email_body", "letter_body", "letter_closing", "call_script"):
                self.assertHarmless(notice[name], name)
        mails = notices.communication_ids.mail_mail_id
        self.assertTrue(mails)
        for mail in mails:
            self.assertHarmless(mail.body_html, "mail")
        messages = self.env["mail.message"].search([("model", "=like", "collection.%")])
        for message in messages | self.customers.message_ids | self.invoices.message_ids:
            self.assertHarmless(message.body, "chatter")
        for task in self.env["mail.activity"].search([]):
            self.assertHarmless(task.note, "task")
        report = self.env["ir.actions.report"]
        letters = report._render_qweb_html("account_collections.report_notice", notices.ids)[0]
        self.assertHarmless(letters.decode(), "letter")
        sheets = report._render_qweb_html(
            STATEMENT,
            self.customers.ids,
            data={"date_from": str(later(-90)), "date_to": str(TODAY)},
        )[0]
        self.assertHarmless(sheets.decode(), "statement")

    def _check_charges(self):
        charge = self.env["collection.charge"]
        charge._cron_charges(later(41))
        charge._cron_charges(later(41))
        self.assertConsistent()
        for day in (TODAY, FIRST, LAST):
            self._try(self._charge_on_demand, day)
        for invoice in self.invoices[:9]:
            for day in (FIRST, LAST, TODAY):
                rows = self._try(self.rule.compute_charges, self._item(invoice), day) or []
                for row in rows:
                    currency = invoice.currency_id
                    self.assertGreater(row["amount"], 0)
                    if row["amount"] / currency.rounding > EXACT_UNITS:
                        continue  # refused when it is to be booked
                    exact = currency.round(row["amount"])
                    self.assertEqual(currency.compare_amounts(row["amount"], exact), 0)
        self.assertConsistent()

    def _charge_on_demand(self, day):
        values = {"company_id": self.company.id, "date": day}
        return self.env["collection.charge.items"].create(values).action_charge()

    def _check_screens(self, notices):
        """Every field of every screen answers."""
        self.env.flush_all()
        self.env.invalidate_all()
        models = ("worklist", "notice", "notice.line", "communication", "charge", "skip", "run")
        for model in models:
            records = self.env[f"collection.{model}"].search([], limit=80)
            self.assertTrue(records, model)
            records.read()
        fields = [name for name in self.env["account.move"]._fields if "collection" in name]
        self.invoices.read(fields)
        self._item(self.invoices).read(
            [name for name in self.env["account.move.line"]._fields if "collection" in name]
        )
        self.customers.read(
            [name for name in self.env["res.partner"]._fields if "collect" in name]
        )
        statement = self.env["collection.statement"]
        for first, last in ((later(-90), TODAY), (FIRST, LAST), (FIRST, FIRST), (LAST, LAST)):
            statement._build(self.company, self.customers, first, last)
        for status in ("waiting", "due", "paused", "finished"):
            self.env["account.move"].search([("collection_status", "=", status)])
        door = self.env["collection.portal"]
        linked = notices.sudo().filtered("portal_token")
        self.assertTrue(linked)
        for notice in linked[:8]:
            access = door._access_link(notice.id, notice.portal_token)
            page = door._prepare_page(access)
            self.assertTrue(page["sections"])

    def test_policies(self):
        """Any policy that can be saved can be run."""
        self.assertIsNone(self._try(self.levels[:1].write, {"min_interval_days": 2**31 - 1}))
        saved = 0
        for seed in STORIES:
            with self.subTest(seed=seed):
                dice = Random(seed)
                policy = self._try(self._policy_by_dice, dice)
                if not policy:
                    continue
                saved += 1
                self.env.flush_all()
                for days in (0, dice.randint(1, 40)):
                    run = self._issue_all(on=later(days))
                    if not days:
                        self.assertAnswered(run)
                for day in (FIRST, LAST):
                    self._try(self._issue_all, on=day)
                self.assertConsistent()
                policy.is_default = False
        self.assertGreater(saved, 2, self.refusals)

    def _policy_by_dice(self, dice):
        def number():
            return dice.choice((0, 1, 7, dice.randint(0, 90), 365, 3_650))

        before = dice.sample(range(-60, 0), dice.randint(0, 2))
        delays = sorted(before + dice.sample(range(120), dice.randint(1, 3)))
        delays[-1] = dice.choice((delays[-1], 3_650))
        last = len(delays) - 1
        levels = [
            Command.create(
                {
                    "name": dice.choice(HOSTILE)[:64],
                    "sequence": position,
                    "delay_days": delay,
                    "min_interval_days": number(),
                    "deadline_days": number(),
                    "repeat_days": number() if position == last else 0,
                    "max_repeats": number() if position == last else 0,
                    "send_email": True,
                    "send_letter": dice.random() < 0.5,
                    "make_call": dice.random() < 0.3,
                    "mail_template_id": self.template.id,
                    "fee_rule_id": self._rule_by_dice(dice).id if dice.random() < 0.5 else False,
                }
            )
            for position, delay in enumerate(delays)
        ]
        self.env["collection.policy"].search([("is_default", "=", True)]).is_default = False
        return self.env["collection.policy"].create(
            {
                "name": dice.choice(HOSTILE),
                "company_id": self.company.id,
                "is_default": True,
                "advance_mode": dice.choice(("step", "jump", "highest")),
                "grouping": dice.choice(("customer", "level")),
                "listed_items": dice.choice(("advancing", "overdue", "open")),
                "net_credits": dice.random() < 0.7,
                "min_amount": dice.choice((0.0, 0.001, 50.0, 1e12)),
                "level_ids": levels,
            }
        )

    def _rule_by_dice(self, dice):
        return self._fee_rule(
            dice.choice(HOSTILE)[:64],
            rate=dice.choice((0.0, 0.0001, 12.0, 1000.0)),
            day_count=dice.choice(("act_365", "act_360", "thirty_360")),
            rounding=dice.choice(("segment", "end", "daily")),
            compounding=dice.choice(("none", "none", "yearly")),
            grace_days=dice.choice((0, 30, 10**6)),
            cap_percent=dice.choice((0.0, 10.0, 1e6)),
            fixed_amount=dice.choice((0.0, 0.001, 40.0, 1e12)),
            fixed_percent=dice.choice((0.0, 0.0, 100.0)),
            currency_id=dice.choice(self.currencies).id,
        )

    def test_answers(self):
        """What customers and collectors may answer, right or not."""
        self._issue_all()
        done = 0
        for seed in range(40):
            with self.subTest(seed=seed):
                dice = Random(seed)
                answer = dice.choice(
                    (self._promise, self._dispute, self._hold, self._plan, self._portal, self._call)
                )
                done += self._try(answer, dice) is not None
        self.assertGreater(done, 10, self.refusals)
        self.assertConsistent()
        for day in (TODAY, later(2), later(400), LAST):
            self.env["collection.promise"]._cron_follow_up(day)
        self.assertConsistent()
        for days in (3, 20, 45):
            self.assertAnswered(self._issue_all(on=later(days)))
        self._check_screens(self.env["collection.notice"].search([("stage", "=", "issued")]))
        for model in ("promise", "dispute", "hold", "plan"):
            self.env[f"collection.{model}"].search([]).read()
        self.assertConsistent()

    def _values(self, dice):
        invoice = dice.choice(self.invoices)
        return {
            "company_id": self.company.id,
            "partner_id": invoice.partner_id.id,
            "move_line_ids": self._command(self._item(invoice)),
        }, invoice

    def _promise(self, dice):
        values, invoice = self._values(dice)
        return self.env["collection.promise"].create(
            {
                **values,
                "currency_id": invoice.currency_id.id,
                "amount": dice.choice(NUMBERS),
                "reason": dice.choice(HOSTILE),
                "date_from": dice.choice((TODAY, FIRST)),
                "date_promised": dice.choice(DAYS[:-1]),
                "grace_days": dice.choice((0, 3, 10**6, -1)),
            }
        )

    def _dispute(self, dice):
        values, _invoice = self._values(dice)
        return self.env["collection.dispute"].create(
            {
                **values,
                "amount_disputed": dice.choice(NUMBERS),
                "reason": dice.choice(HOSTILE),
                "date_from": dice.choice((TODAY, FIRST, LAST)),
            }
        )

    def _hold(self, dice):
        values, _invoice = self._values(dice)
        return self.env["collection.hold"].create(
            {
                **values,
                "reason": dice.choice(HOSTILE),
                "date_from": dice.choice((TODAY, FIRST, LAST)),
                "date_until": dice.choice(DAYS),
                "date_review": dice.choice(DAYS),
            }
        )

    def _plan(self, dice):
        values, invoice = self._values(dice)
        plan = self.env["collection.plan"].create(
            {
                **values,
                "currency_id": invoice.currency_id.id,
                "amount_total": dice.choice(NUMBERS),
                "lapses_after": dice.choice((0, 1, 10**6)),
                "lapse_days": dice.choice((0, 10**6)),
                "reminder_days": dice.choice((0, 10**6)),
                "terms": dice.choice(HOSTILE),
            }
        )
        spread = self.env["collection.plan.spread"].create(
            {
                "plan_id": plan.id,
                "count": dice.choice((0, 1, 3, 400, 10**6)),
                "every": dice.choice((0, 1, 1000)),
                "unit": dice.choice(("months", "weeks")),
                "date_first": dice.choice(DAYS[:-1]),
            }
        )
        spread.action_apply()
        return plan

    def _portal(self, dice):
        notices = self.env["collection.notice"].sudo().search([("stage", "=", "issued")])
        notice = dice.choice(notices.filtered("portal_token"))
        door = self.env["collection.portal"]
        access = door._access_link(notice.id, notice.portal_token)
        item = notice.line_ids.move_line_id[:1].id
        if dice.random() < 0.5:
            day = dice.choice(("", "9999-12-31", "0001-01-01", "31.3.2026", str(later(3)), "\x00"))
            return door._promise(access, self.company.id, [item, 0, 10**9], day) or door
        reason = self.env.ref("account_collections.reason_price").id
        amount = dice.choice((None, 0.0, -1.0, 0.01, 1e12, "x", "1.234", "1,5", "\x00", "9" * 400))
        return door._dispute(
            access, self.company.id, item, dice.choice((reason, 0)), dice.choice(HOSTILE), amount
        )

    def _call(self, dice):
        customer = dice.choice(self.customers)
        action = customer.action_collection_call()
        call = self.env[action["res_model"]].browse(action["res_id"])
        call.write(
            {
                "outcome_code": dice.choice(("promised", "disputes", "already_paid", "reached")),
                "outcome_date": dice.choice(DAYS),
                "outcome": dice.choice(HOSTILE),
                "amount": dice.choice(NUMBERS),
            }
        )
        call.action_done()
        return call
