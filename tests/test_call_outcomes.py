"""A call: what to say with the figures of this minute, what came of it, what follows."""

from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged

from .call_common import NOW, CallCommon
from .common import TODAY, later


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCallOutcomes(CallCommon):
    # What to say

    def test_the_script_has_the_figures_of_this_minute(self):
        """A part payment after the notice is in the script; the notice stays as it was."""
        self._pay(self.invoice, 30.0)
        self._pay(self.second)
        frozen = self.notice.read(["amount_due", "amount_total", "call_script"], load=None)
        call = self._call()
        script = self._plain(call.call_script)
        self.assertIn("Pay $ 70.00 [70.00] until 04/08/2026", script)
        self.assertIn("$ 70.00", self._plain(call.figures))
        self.assertNotIn(self.second.name, call.figures)
        self.env.invalidate_all()
        self.assertEqual(
            self.notice.read(["amount_due", "amount_total", "call_script"], load=None), frozen
        )
        self.assertEqual(sum(self.notice.line_ids.mapped("amount_residual")), 150.0)

    def test_the_figures_name_all_that_counts(self):
        self._pause("promise", self.invoice, amount=80.0, date_promised=later(-10))
        call = self._call()
        figures = self._plain(call.figures)
        for text in (
            self.invoice.name,
            self.second.name,
            "$ 150.00",
            "April 8, 2026",
            "$ 80.00",
            "March 21, 2026",
        ):
            with self.subTest(text):
                self.assertIn(text, figures)

    def test_in_the_customers_language_and_the_collectors(self):
        call = self._call()
        self.assertFalse(call.own_lang_name, "both speak English")
        self.customer.lang = "fr_FR"
        call = self._call()
        self.assertIn("Payez", call.call_script)
        self.assertIn("150,00", self._plain(call.call_script))
        self.assertIn("8 avril 2026", self._plain(call.figures))
        self.assertIn("Pay $ 150.00", self._plain(call.own_script))
        self.assertIn("April 8, 2026", call.own_figures)
        self.assertIn("French", call.lang_name)

    def test_a_broken_script_keeps_nobody_from_calling(self):
        self.level_1.call_script = "<p t-out='object.no_such_field'/>"
        self.assertEqual(self._call().call_script, self.notice.call_script)

    def test_a_call_nobody_planned_has_the_general_script(self):
        call = self._free_call()
        self.assertEqual(call.address, self.customer.phone)
        self.assertFalse(call.notice_id)
        script = self._plain(call.call_script)
        self.assertIn("$ 150.00", script)
        self.assertIn(self.users["collector"].name, script)
        self.company.collection_call_template_id = self.env["mail.template"].create(
            {
                "name": "Ours",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "body_html": "<p>Dear <t t-out='object.name'/>, our own words</p>",
            }
        )
        self.assertIn("Dear Customer, our own words", self._free_call().call_script)

    def test_the_form_asks_for_what_the_outcome_needs(self):
        call = self._call()
        with Form(call) as form:
            form.outcome_code = "promised"
            self.assertEqual(form.amount, 150.0)
            with self.assertRaises(AssertionError, msg="the day is required"):
                form.save()
            form.outcome_date = later(3)
        self.assertEqual(call.move_line_ids, self._item(self.invoice) | self._item(self.second))

    # What follows

    def test_reached_is_logged(self):
        call = self._call()
        call.write({"outcome_code": "reached", "outcome": "Will look into it"})
        call.lateness_reason_id = self.env["collection.reason"].search(
            [("kind", "=", "lateness")], limit=1
        )
        call.action_done()
        row = self.planned
        self.assertEqual((row.state, row.outcome_code), ("done", "reached"))
        self.assertEqual(row.outcome, "Will look into it")
        self.assertEqual(row.lateness_reason_id, call.lateness_reason_id)
        self.assertFalse(row.activity_id.active)
        with self.assertRaises(UserError, msg="made already"):
            call.action_done()

    def test_nothing_said_is_no_outcome(self):
        with self.assertRaises(UserError):
            self._call().action_done()

    def test_nobody_answers_the_planned_call(self):
        self.assertEqual(self._call().retry_date, later(1))
        for code in ("voicemail", "no_answer"):
            call = self._call()
            call.write({"outcome_code": code, "retry_date": later(2)})
            call.action_done()
            self.assertEqual((self.planned.state, self.planned.call_date), ("queued", later(2)))
            attempt = self._last_row()
            self.assertEqual((attempt.state, attempt.outcome_code), ("done", code))
            self.assertEqual(attempt.notice_id, self.notice)
        call = self._call()
        call.retry_date = later(-1)
        with self.assertRaises(UserError):
            call.action_retry()

    def test_nobody_answers_a_call_nobody_planned(self):
        call = self._free_call(outcome_code="voicemail", retry_date=later(2))
        call.action_done()
        planned = self._last_row()
        self.assertEqual((planned.state, planned.call_date), ("queued", later(2)))
        self.assertEqual(planned.activity_id.user_id, self.users["collector"])
        # It is in the list of calls, and made from there like any other.
        again = self._call(row=planned)
        again.outcome = "Pays tomorrow"
        again.action_done()
        self.assertEqual((planned.state, planned.outcome), ("done", "Pays tomorrow"))

    def test_one_does_not_call_again_on_a_quiet_day(self):
        self.company.collection_quiet_weekend = True
        call = self._free_call(outcome_code="no_answer", retry_date=date(2026, 4, 4))
        with self.assertRaisesRegex(UserError, "April 6"):
            call.action_done()

    def test_a_wrong_number_is_marked_and_somebody_looks_for_another(self):
        call = self._call()
        call.outcome_code = "wrong_number"
        call.action_done()
        row = self.planned
        self.assertEqual((row.state, row.failure_kind), ("failed", "address"))
        self.assertFalse(row.resolved)
        self.assertEqual(self._tasks("find_number").user_id, self.users["collector"])
        self.assertTrue(self._free_call().is_number_wrong)
        # A level that only calls does not reach him before the number is put right.
        policy = self._replace_policy("Calls", delays=(1,))
        policy.level_ids.write({"send_email": False, "make_call": True})
        late = self._invoice(days_late=2)
        self.assertSkipped(self._run(), late, "no_recipient")
        self.customer.phone = "+33 1 99 99 99 99"
        self.assertFalse(self._free_call().is_number_wrong)
        self.assertIn(late, self._run().notice_ids.line_ids.move_id)
        # Asked twice, the task is there once.
        self._free_call(outcome_code="wrong_number").action_done()
        self.assertEqual(len(self._tasks("find_number")), 1)

    def test_a_promise_pauses_its_items(self):
        call = self._call()
        call.write(
            {
                "outcome_code": "promised",
                "outcome_date": later(4),
                "amount": 60.0,
                "move_line_ids": self._item(self.invoice).ids,
            }
        )
        call.action_done()
        promise = self.env["collection.promise"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual((promise.amount, promise.date_promised), (60.0, later(4)))
        self.assertEqual(promise.move_line_ids, self._item(self.invoice))
        self.assertEqual(promise.communication_id, self.planned)
        self.assertEqual(promise.user_id, self.users["collector"])
        self.assertEqual(self.planned.outcome_date, later(4))
        pauses = self.env["collection.pauses"]._collect(self.company, TODAY, [])
        self.assertEqual(list(pauses.by_item), self._item(self.invoice).ids)

    def test_a_promise_in_two_currencies_is_two_promises(self):
        currency = self.setup_other_currency("EUR")
        self._invoice(days_late=4, amount=40.0, currency_id=currency.id)
        call = self._free_call(outcome_code="promised", outcome_date=later(4))
        self.assertFalse(call.currency_id)
        call.action_done()
        promises = self.env["collection.promise"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(sorted(promises.mapped("amount")), [40.0, 150.0])

    def test_a_promise_needs_a_day_to_come(self):
        for day in (False, later(-1)):
            call = self._call()
            call.write({"outcome_code": "promised", "outcome_date": day})
            with self.subTest(day), self.assertRaises(UserError):
                call.action_done()
        self.assertEqual(self.planned.state, "queued")

    def test_a_dispute_is_recorded_and_shown_to_be_completed(self):
        call = self._call()
        call.write(
            {
                "outcome_code": "disputes",
                "outcome": "Half the goods were missing",
                "move_line_ids": self._item(self.invoice).ids,
                "amount": 50.0,
            }
        )
        dispute = self._dialog("collector", call.action_done())
        self.assertEqual((dispute.amount_disputed, dispute.state), (50.0, "open"))
        self.assertEqual(dispute.reason, "Half the goods were missing")
        self.assertEqual(dispute.move_line_ids, self._item(self.invoice))
        self.assertEqual(self.planned.outcome_code, "disputes")

    def test_whoever_refuses_is_for_the_manager(self):
        self.company.collection_responsible_id = self.users["manager"]
        call = self._call()
        call.write({"outcome_code": "refuses", "outcome": "Will never pay"})
        call.action_done()
        task = self._tasks("refused")
        self.assertEqual(task.user_id, self.users["manager"])
        self.assertIn("Hand over?", task.summary)
        self.assertIn("Will never pay", task.note)

    def test_already_paid_waits_while_somebody_looks(self):
        self.company.collection_already_paid_days = 5
        call = self._call()
        call.write({"outcome_code": "already_paid", "outcome_date": later(1)})
        with self.assertRaises(UserError, msg="nobody has paid tomorrow"):
            call.action_done()
        call.write({"outcome_date": later(-3), "move_line_ids": self._item(self.invoice).ids})
        call.action_done()
        hold = self.env["collection.hold"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual((hold.date_until, hold.state), (later(5), "active"))
        self.assertEqual(hold.move_line_ids, self._item(self.invoice))
        self.assertIn("March 28, 2026", hold.reason)
        self.assertIn("March 28, 2026", self._tasks("find_payment").note)
        self.assertEqual(self.planned.outcome_date, later(-3))

    def test_the_customer_calls(self):
        action = self._as("collector", self.customer).action_collection_called()
        call = self._dialog("collector", action)
        call.write({"outcome_code": "promised", "outcome_date": later(2)})
        call.action_done()
        row = self._last_row()
        self.assertEqual((row.direction, row.outcome_code), ("in", "promised"))
        self.assertTrue(self.env["collection.promise"].search([("communication_id", "=", row.id)]))
        self.assertEqual(self.planned.state, "queued", "the planned call is another one")

    def test_who_may_call(self):
        for role in ("auditor", "salesperson", "portal"):
            with self.subTest(role), self.assertRaises(AccessError):
                self._as(role, self.customer).action_collection_call()
        for role in ("collector", "manager"):
            with self.subTest(role):
                self.assertTrue(self._as(role, self.customer).action_collection_call())

    def test_a_dialog_shows_no_notice_of_another_company(self):
        other = self.setup_other_company()["company"]
        with self.assertRaises(UserError):
            self._as("collector", self.env["collection.call"]).create(
                {"partner_id": self.customer.id, "company_id": other.id}
            )

    def test_results_of_what_was_sent_are_not_rewritten(self):
        call = self._call()
        call.outcome = "Said yes"
        call.action_done()
        with self.assertRaises(UserError):
            self._as("collector", self.planned).outcome_code = "refuses"
        self.assertLess(self.planned.date.date() - TODAY, timedelta(days=1))
