"""Instalment plans: agreed, signed, reminded of, kept or lapsed."""

import base64
from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged

from .access_common import AccessCommon
from .common import TODAY, later


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestPlans(AccessCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls._invoice(5, 100.0)
        cls.second = cls._invoice(20, 200.0)
        cls.items = cls._item(cls.first | cls.second)

    def _plan(self, days=(10, 20, 30), amounts=None, items=None, **values):
        items = items or self.items
        total = sum(items.mapped("amount_residual_currency"))
        amounts = amounts or [total / len(days)] * len(days)
        return self.env["collection.plan"].create(
            {
                "partner_id": self.customer.id,
                "move_line_ids": [Command.set(items.ids)],
                "needs_signature": False,
                "promise_ids": [
                    Command.create({"date_promised": later(day), "amount": amount})
                    for day, amount in zip(days, amounts, strict=True)
                ],
                **values,
            }
        )

    def _active(self, *args, **values):
        plan = self._plan(*args, **values)
        plan.action_activate()
        return plan

    def _follow_up(self, days):
        with freeze_time(later(days)):
            self.env["collection.promise"]._cron_follow_up(later(days))

    def _states(self, plan):
        return plan.promise_ids.sorted("date_promised").mapped("state")

    # Making one

    def test_dialog_and_spread(self):
        """From the customer: his overdue items, spread over months, the rest in the last."""
        collector = self._as("collector", self.env["collection.plan"])
        action = collector._open_dialog(self.customer, self.env["account.move.line"])
        with Form(collector.with_context(**action["context"])) as form:
            self.assertEqual(form.amount_total, 300.0)
            self.assertEqual(form.recipient_id, self.customer)
        plan = form.record
        self.assertTrue(plan.name.startswith("PLAN/2026/"))
        self.assertEqual(plan.move_line_ids, self.items)
        wizard = plan.env["collection.plan.spread"].browse(plan.action_spread()["res_id"])
        with Form(wizard) as form:
            form.count = 4
            form.date_first = "2026-04-30"
            form.amount_first = 99.99
            self.assertIn("2026-07-30", form.preview)
        wizard.action_apply()
        self.assertEqual(
            [(str(one.date_promised), one.amount, one.state) for one in plan.promise_ids],
            [
                ("2026-04-30", 99.99, "draft"),
                ("2026-05-30", 66.67, "draft"),
                ("2026-06-30", 66.67, "draft"),
                ("2026-07-30", 66.67, "draft"),
            ],
        )
        self.assertEqual(plan.promise_ids.move_line_ids, self.items)
        wizard.count = 2
        wizard.amount_first = 0.0
        wizard.action_apply()
        self.assertEqual(plan.promise_ids.mapped("amount"), [150.0, 150.0])
        for values in ({"count": 0}, {"count": 40000}, {"amount_first": 300.0}):
            with self.subTest(values), self.assertRaises(UserError):
                wizard.copy(values).action_apply()

    def test_a_person_changes_the_instalments_of_a_draft(self):
        plan = self._as("collector", self._plan())
        with Form(plan) as form:
            form.promise_ids.remove(2)
            with form.promise_ids.edit(1) as line:
                line.amount = 200.0
        lines = plan.promise_ids.sorted("date_promised")
        self.assertEqual(lines.mapped("amount"), [100.0, 200.0])
        plan.action_activate()
        self.assertEqual(set(plan.promise_ids.mapped("state")), {"open"})

    def test_what_is_missing_is_said(self):
        rows = (
            ({"promise_ids": []}, "Enter the instalments"),
            ({"amount_total": 250.0}, "add up to"),
            ({"needs_signature": True}, "customer signed"),
        )
        for values, message in rows:
            with self.subTest(message), self.assertRaisesRegex(UserError, message):
                self._plan(**values).action_activate()
        with self.assertRaisesRegex(UserError, "in the past"):
            self._plan((-1, 10, 20)).action_propose()
        stranger = self._item(self._invoice(5, partner=self._create_customer("Stranger")))
        with self.assertRaisesRegex(ValidationError, "another customer"):
            self._plan(items=self.items | stranger)
        self._active()
        with self.assertRaisesRegex(UserError, "already"):
            self._active()

    def test_signature(self):
        plan = self._as("collector", self._plan(needs_signature=True))
        plan.action_propose()
        self.assertEqual((plan.state, plan.date_answer), ("proposed", later(14)))
        plan.write(
            {
                "date_signed": TODAY,
                "signed_document": base64.b64encode(b"%PDF signed"),
                "signed_filename": "signed.pdf",
            }
        )
        self.assertEqual(plan.signed_attachment_id.raw, b"%PDF signed")
        self.assertEqual(plan.signed_attachment_id.name, "signed.pdf")
        self.assertEqual(plan.signed_attachment_id.res_id, plan.id)
        plan.action_activate()
        self.assertEqual(plan.state, "active")
        with self.assertRaisesRegex(UserError, "put before the customer"):
            plan.amount_total = 10.0
        with self.assertRaises(AccessError):
            plan.unlink()

    # What it pauses

    def test_a_plan_pauses_its_items_while_it_is_active(self):
        other = self._invoice(7)
        draft = self._plan()
        run = self._run(issue=False)
        self.assertEqual(run.notice_ids.line_ids.move_id, self.first | self.second | other)
        draft.action_activate()
        self.assertEqual(run.notice_ids._advancing().move_id, other, "it left the proposal")
        self._unallocated_payment(100.0, on=later(9))
        self._follow_up(11)
        run = self._run(on=later(11))
        self.assertNotIn(self.first, run.notice_ids.line_ids.move_id)
        self.assertLessEqual(
            {(self.first.name, "promise"), (self.second.name, "promise")}, self._reasons(run)
        )
        with freeze_time(later(11)):
            self.assertEqual(self.first.collection_next_date, later(31))
        draft.action_cancel()
        run = self._run(on=later(12))
        self.assertIn(self.second, run.notice_ids.line_ids.move_id)

    def test_a_proposed_plan_pauses_until_the_answer_is_due(self):
        plan = self._plan(date_answer=later(5), needs_signature=True)
        plan.action_propose()
        self.assertSkipped(self._run(on=later(5)), self.first, "promise")
        self._follow_up(6)
        self._follow_up(7)
        self.assertEqual(plan.activity_ids.mapped("summary"), ["The plan is not signed"])
        run = self._run(on=later(6))
        self.assertIn(self.first, run.notice_ids.line_ids.move_id)
        plan.date_signed = later(6)
        with freeze_time(later(6)):
            plan.action_activate()
        self.assertFalse(plan.activity_ids)

    # Kept, late, lapsed

    def test_kept_to_the_end(self):
        plan = self._active()
        for day in (9, 19, 29):
            self._unallocated_payment(100.0, on=later(day))
            self._follow_up(day + 2)
        self.assertEqual(self._states(plan), ["kept"] * 3)
        self.assertRecordValues(
            plan, [{"state": "kept", "amount_received": 300.0, "amount_rest": 0.0}]
        )
        self.assertEqual(self.customer.collection_promises_kept, 3)

    def test_kept_when_all_is_paid_at_once(self):
        plan = self._active()
        self._pay(self.first | self.second, on=later(3))
        self._follow_up(4)
        self.assertEqual(plan.state, "kept")

    def test_no_instalment_is_called_off_by_itself(self):
        plan = self._active()
        with self.assertRaisesRegex(UserError, "call off the plan, not a part of it"):
            plan.promise_ids[:1].action_cancel()
        self._follow_up(1)
        self.assertEqual(plan.state, "active")
        plan.action_cancel()
        self.assertEqual(self._states(plan), ["cancelled"] * 3)

    def test_a_plan_whose_instalments_were_called_off_was_not_kept(self):
        """As another module, or an import, may do it."""
        for called_off, paid in ((3, 0), (1, 200)):
            with self.subTest(called_off=called_off):
                invoice = self._invoice(5, 300.0)
                plan = self._active(items=self._item(invoice))
                lines = plan.promise_ids.sorted("date_promised")
                lines[3 - called_off :].state = "cancelled"
                if paid:
                    self._pay(invoice, paid, on=later(1))
                self._follow_up(2)
                self.assertEqual(plan.state, "cancelled")
                self.assertEqual(plan.close_reason, "What is left of it was called off")

    def test_one_missing_instalment_lapses_it(self):
        """Dunning goes on, somebody is told, and what was paid stays paid."""
        plan = self._active()
        self._unallocated_payment(100.0, on=later(9))
        self._follow_up(11)
        self.assertEqual(plan.state, "active")
        self._follow_up(20)
        self.assertEqual(plan.state, "active")
        self._follow_up(21)
        self._follow_up(22)
        self.assertEqual(self._states(plan), ["kept", "broken", "cancelled"])
        self.assertRecordValues(plan, [{"state": "broken", "date_closed": later(21)}])
        self.assertIn("100", plan.close_reason)
        task = plan.activity_ids
        self.assertEqual(len(task), 1)
        self.assertEqual(task.user_id, self.company._collection_responsible())
        run = self._run(on=later(22))
        self.assertIn(self.second, run.notice_ids.line_ids.move_id)

    def test_lapsed_plan_brings_the_next_level_where_the_policy_says_so(self):
        self.policy.broken_promise = "next"
        self._run()
        self.assertEqual(self.first.collection_level_id, self.level_1)
        plan = self._active(days=(3, 20, 30), lapses_after=2)
        self._follow_up(4)
        self.assertEqual(self._states(plan)[0], "broken")
        self.assertSkipped(self._run(on=later(5)), self.second, "promise")
        with freeze_time(later(5)):
            plan.action_lapse()
        self._run(on=later(5))
        self._run(on=later(6))
        self.assertEqual(self._reached(self.first), [(5, "Level 1"), (10, "Level 2")])

    def test_late_money_fills_the_oldest_instalment(self):
        """Two may be missing: who catches up in time goes on."""
        plan = self._active(lapses_after=2)
        self._follow_up(11)
        self._unallocated_payment(100.0, on=later(15))
        self._follow_up(16)
        self.assertEqual(self._states(plan), ["broken", "open", "open"])
        lines = plan.promise_ids.sorted("date_promised")
        self.assertEqual(lines.mapped("amount_received"), [100.0, 0.0, 0.0])
        self._follow_up(21)
        self.assertEqual(plan.state, "active")
        self._unallocated_payment(200.0, on=later(25))
        self._follow_up(26)
        self.assertEqual((plan.state, self._states(plan)), ("kept", ["broken", "broken", "kept"]))

    def test_lapses_after_days(self):
        plan = self._active(lapses_after=3, lapse_days=5)
        self._follow_up(14)
        self.assertEqual(plan.state, "active")
        self._follow_up(15)
        self.assertEqual(plan.state, "broken")

    def test_grace_of_an_instalment(self):
        self.company.collection_promise_grace_days = 2
        plan = self._active()
        self._follow_up(12)
        self.assertEqual(plan.state, "active")
        self._follow_up(13)
        self.assertEqual(plan.state, "broken")

    # What goes to the customer

    def _sent(self, plan):
        return plan.communication_ids.filtered(lambda row: row.promise_id)

    def test_reminder_before_each_date_once(self):
        plan = self._active(reminder_days=3)
        for day in (6, 7, 7, 8, 10):
            self._follow_up(day)
        row = self._sent(plan)
        self.assertRecordValues(
            row,
            [
                {
                    "channel": "email",
                    "state": "queued",
                    "automatic": True,
                    "partner_id": self.customer.id,
                    "address": self.customer.email,
                }
            ],
        )
        self.assertEqual(row.promise_id.date_promised, later(10))
        self.assertIn("100.00", row.body)
        self.assertIn(plan.name, row.body)
        self.assertEqual(row.mail_mail_id.state, "outgoing")
        self._unallocated_payment(200.0, on=later(9))
        for day in (17, 18, 27):
            self._follow_up(day)
        self.assertEqual(
            self._sent(plan).promise_id.mapped("date_promised"), [later(10), later(30)],
            "the second was paid early",
        )

    def test_no_reminder_for_zero_days_nor_for_a_paid_one_nor_above_the_limit(self):
        silent = self._active(reminder_days=0)
        for day in range(8, 10):
            self._follow_up(day)
        self.assertFalse(self._sent(silent))
        silent.action_cancel()
        plan = self._active(reminder_days=3)
        rules = type(self.env["collection.contact.rules"])
        limited = {self.customer.id: ("contact_limit", "", later(8))}
        with patch.object(rules, "_limited", lambda *args: limited):
            self._follow_up(7)
        self.assertFalse(self._sent(plan))
        self._follow_up(9)
        self.assertEqual(len(self._sent(plan)), 1)

    def test_reminder_of_a_paid_instalment_does_not_leave(self):
        plan = self._active(reminder_days=3)
        self._follow_up(7)
        row = self._sent(plan)
        self._pay(self.first | self.second, on=later(7))
        row.mail_mail_id.send()
        self.assertEqual((row.state, row.failure_kind), ("failed", "cancelled"))
        self.assertEqual(row.mail_mail_id.state, "cancel")

    def test_reminder_without_an_address_is_said_once(self):
        plan = self._active(reminder_days=3)
        self.customer.email = False
        for day in (7, 8, 9):
            self._follow_up(day)
        self.assertRecordValues(
            self._sent(plan), [{"state": "failed", "failure_kind": "address"}]
        )

    def test_reminder_of_a_part_paid_meanwhile_does_not_leave(self):
        plan = self._active(reminder_days=3)
        self._follow_up(7)
        row = self._sent(plan)
        self._unallocated_payment(100.0, on=later(8))
        with freeze_time(later(8)):
            row.mail_mail_id.send()
        self.assertEqual((row.state, row.failure_kind), ("failed", "cancelled"))
        self.assertEqual(row.promise_id.state, "kept")

    def test_reminder_leaves_before_the_date_whatever_days_are_quiet(self):
        self.company.collection_quiet_weekend = True
        # Sunday, April 12.
        plan = self._active(days=(12, 20, 30), reminder_days=1)
        for day in (9, 10):
            self._follow_up(day)
        row = self._sent(plan)
        self.assertEqual(row.promise_id.date_promised, later(12))
        # The queue stood still until the day was over.
        with freeze_time(later(13)):
            row.mail_mail_id.send()
        self.assertEqual((row.state, row.failure_kind), ("failed", "cancelled"))

    def test_letter_obeys_the_limit_of_contacts(self):
        self.company.collection_max_contacts = 1
        plan = self._plan(needs_signature=True)
        self.env["collection.communication"].create(
            {"partner_id": self.customer.id, "channel": "call", "summary": "Talked"}
        )
        with self.assertRaisesRegex(UserError, "Contacted often enough"):
            self._as("collector", plan).action_send()
        self._as("manager", plan).action_send()
        self.assertEqual(plan.communication_ids.state, "queued")

    def test_a_plan_declared_lapsed_counts_as_a_broken_promise(self):
        self.policy.broken_promise = "next"
        self._run()
        self.assertEqual(self.first.collection_level_id, self.level_1)
        plan = self._active(days=(10, 20, 30))
        with freeze_time(later(5)):
            plan.action_lapse()
        self.assertEqual(self._states(plan), ["broken", "cancelled", "cancelled"])
        self.assertEqual(self.customer.collection_promises_broken, 1)
        self._run(on=later(5))
        self.assertEqual(self._reached(self.first), [(5, "Level 1"), (10, "Level 2")])

    def test_a_plan_lapsed_by_an_instalment_paid_in_part_is_broken(self):
        self.policy.broken_promise = "next"
        self._run()
        plan = self._active(days=(3, 20, 30))
        self._unallocated_payment(40.0, on=later(2))
        self._follow_up(4)
        self.assertEqual((plan.state, self._states(plan)[0]), ("broken", "partly_kept"))
        self._run(on=later(5))
        self.assertEqual(self._reached(self.first), [(5, "Level 1"), (10, "Level 2")])

    def test_quiet_hours(self):
        plan = self._active(reminder_days=3)
        moment = fields.Datetime.to_datetime("2026-04-08 08:00:00")
        rules = type(self.env["collection.contact.rules"])
        with patch.object(rules, "_earliest", lambda *args: moment):
            self._follow_up(7)
        self.assertEqual(self._sent(plan).mail_mail_id.scheduled_date, moment)

    def test_send_for_signature(self):
        plan = self._as("collector", self._plan(needs_signature=True))
        plan.action_send()
        self.assertEqual(plan.state, "proposed")
        mail = plan.communication_ids.sudo().mail_mail_id
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertTrue(mail.attachment_ids.name.endswith(".pdf"))
        plan.action_send()
        self.assertEqual(len(plan.communication_ids), 2)
        self.customer.email = False
        with self.assertRaisesRegex(UserError, "no e-mail"):
            plan.action_send()

    def test_answers_and_bounces(self):
        """The signed letter comes back by e-mail: a task, in the customer's timeline."""
        plan = self._plan(needs_signature=True)
        plan.action_send()
        row = plan.communication_ids
        plan.message_post(
            body="Signed, see attached",
            message_type="email",
            email_from=self.customer.email,
            author_id=self.customer.id,
        )
        answer = plan.communication_ids - row
        self.assertRecordValues(
            answer, [{"direction": "in", "partner_id": self.customer.id, "handled": False}]
        )
        self.assertTrue(answer.activity_id)
        plan._message_receive_bounce(self.customer.email, self.customer)
        self.assertEqual((row.state, row.failure_kind), ("failed", "address"))

    def _letter(self, plan):
        report = self.env["ir.actions.report"]
        content = report._render_qweb_html("account_collections.action_report_plan", plan.ids)[0]
        return content.decode()

    def test_letter(self):
        """What is agreed, on what, when, where to pay, when it lapses, where to sign."""
        plan = self._plan(needs_signature=True, terms="Nothing <b>else</b>.")
        plan.action_propose()
        text = self._letter(plan)
        for part in (
            plan.name,
            self.first.name,
            self.second.name,
            "April 10, 2026",
            "100.00",
            "300.00",
            "When one instalment is missing",
            "Nothing &lt;b&gt;else&lt;/b&gt;.",
            "Place, date",
            "April 14, 2026",
        ):
            self.assertIn(part, text)

    def test_letter_counts_its_days(self):
        plan = self._plan(lapses_after=2, lapse_days=1)
        plan.promise_ids.sudo().grace_days = 30
        self.assertIn("and 30 days later at the very latest", " ".join(plan._letter_terms()))
        self.assertIn("is missing for 1 day.", " ".join(plan._letter_terms()))

    def test_letter_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        plan = self._plan()
        self.env.user.lang = "en_US"
        plan.recipient_id.lang = "fr_FR"
        text = self._letter(plan)
        self.assertIn("10 avril 2026", text)
        self.assertIn("100,00", text)
        self.assertNotIn("April", text)
        plan.reminder_days = 3
        plan.action_activate()
        self._follow_up(7)
        self.assertIn("10 avril 2026", self._sent(plan).body)

    # Rights

    def test_roles(self):
        plan = self._plan()
        for role in ("auditor", "salesperson", "portal"):
            for method in ("action_propose", "action_activate", "action_cancel", "action_send",
                           "action_spread"):
                with self.subTest(role=role, method=method), self.assertRaises(AccessError):
                    getattr(self._as(role, plan), method)()
        self.assertEqual(self._as("auditor", plan).amount_planned, 300.0)
        customer = self._as("salesperson", self.customer)
        self.assertEqual(customer.collection_promises_broken, 0)
        foreign = self.setup_other_company(name="Other")["company"]
        with self.assertRaises(AccessError):
            plan.sudo().write({"state": "draft"})
            user = self.users["collector"]
            user.write({"company_ids": [Command.set(foreign.ids)], "company_id": foreign.id})
            self._as("collector", plan).read(["name"])

    def test_an_item_that_disappears_leaves_no_plan_behind(self):
        plan = self._active()
        for invoice in self.first | self.second:
            invoice.button_draft()
            invoice.button_cancel()
        self._follow_up(1)
        self.assertEqual(plan.state, "cancelled")
        self.assertEqual(plan.date_closed, TODAY + timedelta(days=1))
