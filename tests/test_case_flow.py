"""From the ultimatum to the end: cases, their states and what they pause."""

from datetime import timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .case_common import CaseCommon
from .common import TODAY, later


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestCaseFlow(CaseCommon):
    # Opening

    def test_the_ultimatum_opens_a_case(self):
        """Prepared, about the items that got it, due the day after the firm date."""
        reminded = self._invoice(4)
        notice = self._run().notice_ids
        self.assertEqual(notice.level_id, self.level_3)
        case = notice.case_ids
        self.assertEqual(case.move_line_ids, self._item(self.invoice))
        self.assertNotIn(self._item(reminded), case.move_line_ids)
        self.assertRecordValues(
            case,
            [
                {
                    "state": "prepared",
                    "kind": "agency",
                    "agency_id": self.agency.id,
                    "partner_id": self.customer.id,
                    "date_prepared": TODAY,
                    "date_handover_due": later(8),
                    "next_date": later(9),
                    "user_id": self.company._collection_responsible().id,
                }
            ],
        )
        self.assertTrue(case.name.startswith("CASE/2026/"))
        self.assertEqual(case.line_ids.amount_claimed, 250.0)

    def test_other_levels_open_none(self):
        self.level_3.opens_case = False
        self.assertFalse(self._run().notice_ids.case_ids)

    def test_the_approver_said_no(self):
        """Nothing is opened when the company will not hand over."""
        run = self._run(issue=False)
        run.notice_ids.sudo().handover_answer = "no"
        run.action_issue()
        self.assertEqual(run.notice_ids.stage, "issued")
        self.assertFalse(run.notice_ids.case_ids)

    def test_the_owner_is_the_collector(self):
        self.customer.collector_id = self.collector
        self.assertEqual(self._run().notice_ids.case_ids.user_id, self.collector)

    def test_opened_by_hand_from_the_customer(self):
        """The dialog offers what is overdue, and nothing that is in a case already."""
        self._invoice(-5)
        taken = self._invoice(40)
        self._case(taken)
        action = self.customer.with_user(self.collector).action_collection_case()
        model = self.env["collection.case"].with_user(self.collector)
        with Form(model.with_context(**action["context"])) as form:
            form.kind = "legal"
            form.court = "Tribunal de commerce de Lyon"
            form.date_handover_due = later(3)
        case = form.record
        self.assertEqual(case.move_line_ids, self._item(self.invoice))
        self.assertEqual(case.next_date, later(4))

    def test_opened_by_hand_from_invoice_and_notice(self):
        action = self.invoice.action_collection_case()
        self.assertEqual(
            action["context"]["default_move_line_ids"][0][2], self._item(self.invoice).ids
        )
        notice = self._run().notice_ids
        self.assertEqual(notice.action_case()["res_id"], notice.case_ids.id)

    def test_opened_by_hand_it_waits_for_the_firm_date_the_customer_has(self):
        self.level_3.opens_case = False
        self._run()
        self.assertEqual(self._case().date_handover_due, later(8))

    def test_an_item_is_in_one_live_case(self):
        """The database says so, whoever asks."""
        first = self._case()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            with self.env.cr.savepoint():
                self._case()
        self._end(first, "withdrawn")
        self.assertEqual(self._case().state, "prepared")

    def test_what_the_customer_does_not_owe_is_no_item(self):
        stranger = self._invoice(9, partner=self._create_customer("Stranger"))
        for invoice in (stranger, self._credit_note(10.0)):
            with self.assertRaises(ValidationError):
                self._case(invoice, partner_id=self.customer.id)
        with self.assertRaises(ValidationError):
            self.env["collection.case"].create({"partner_id": self.customer.id})

    # What it pauses

    def test_its_items_are_reminded_no_more(self):
        """Nothing at all while it lives, with the reason; then where it stood."""
        case = self._case()
        run = self._run()
        self.assertFalse(run.notice_ids)
        self.assertSkipped(run, self.invoice, "case")
        self.assertEqual(run.skip_ids.detail, case.name)
        self.assertEqual(self.invoice.collection_status, "paused")
        self._end(case, "withdrawn")
        self.assertEqual(self._run(on=later(1)).notice_ids.level_id, self.level_3)

    def test_its_items_leave_the_open_proposals(self):
        other = self._invoice(4)
        notice = self._run(issue=False).notice_ids
        self._case()
        dropped = notice.line_ids.filtered(lambda line: line.stage == "dropped")
        self.assertEqual(dropped.move_id, self.invoice)
        self.assertEqual(dropped.drop_reason, "case")
        self.assertEqual(notice._advancing().move_id, other)

    def test_other_items_go_on(self):
        other = self._invoice(4)
        self._case()
        self.assertEqual(self._run().notice_ids.line_ids.move_id, other)

    # Handing over

    def test_not_before_the_firm_date(self):
        """Until its end the customer may pay; a manager may go on with a reason, which
        is kept."""
        case = self._run().notice_ids.case_ids
        self.assertFalse(case.is_due)
        with freeze_time("2026-04-08"), self.assertRaisesRegex(UserError, "firm date"):
            self._hand_over(case)
        with freeze_time("2026-04-09"):
            case.invalidate_recordset(["is_due"])
            self.assertTrue(case.is_due)
        self._hand_over(case, early_reason="He is emptying the shop")
        self.assertEqual(case.state, "handed_over")
        self.assertEqual(case.early_reason, "He is emptying the shop")

    def test_from_the_day_after(self):
        case = self._run().notice_ids.case_ids
        with freeze_time("2026-04-09"):
            self._pay(self.invoice, 100.0, on=later(9))
            self._hand_over(case)
        self.assertRecordValues(
            case,
            [{"state": "handed_over", "date_handed_over": later(9), "next_date": later(39)}],
        )
        self.assertEqual(case.line_ids.amount_claimed, 150.0, "what is open that day")

    def test_what_was_paid_is_not_handed_over(self):
        other = self._invoice(40)
        case = self._case(self.invoice, other)
        self._pay(other)
        self._hand_over(case)
        self.assertEqual(case.line_ids.move_id, self.invoice)
        paid = self._case(self._invoice(50))
        self._pay(paid.line_ids.move_id)
        with self.assertRaisesRegex(UserError, "Nothing is open"):
            self._hand_over(paid)

    def test_an_agency_has_a_name(self):
        with self.assertRaisesRegex(ValidationError, "agency"):
            self._hand_over(self._case(agency_id=False))

    def test_its_states_have_dates(self):
        case = self._case()
        self._hand_over(case)
        with freeze_time("2026-04-20"):
            case.with_user(self.manager).action_start()
        with freeze_time("2026-05-20"):
            self._end(case, "closed", "No assets")
        self.assertRecordValues(
            case,
            [
                {
                    "state": "closed",
                    "date_prepared": TODAY,
                    "date_handed_over": TODAY,
                    "date_in_progress": later(20),
                    "date_closed": later(50),
                    "closing_reason": "No assets",
                    "next_date": False,
                    "is_live": False,
                }
            ],
        )
        with self.assertRaisesRegex(UserError, "already ended"):
            case.with_user(self.manager).action_withdraw()

    def test_an_end_has_a_reason(self):
        with self.assertRaisesRegex(UserError, "why"):
            self._end(self._case(), "withdrawn", " ")

    def test_only_a_manager_hands_over_and_ends(self):
        case = self._case()
        mine = case.with_user(self.collector)
        mine.next_step = "Ask the bank"
        for action in ("action_hand_over", "action_start", "action_withdraw", "action_close"):
            with self.subTest(action), self.assertRaises(AccessError):
                getattr(mine, action)()
        with self.assertRaises(AccessError):
            self.env["collection.case.hand.over"].with_user(self.collector).create(
                {"case_id": case.id}
            )
        for user in (self.collector, self.manager):
            with self.assertRaisesRegex(UserError, "buttons"):
                case.with_user(user).write({"state": "handed_over"})
            with self.assertRaisesRegex(UserError, "prepared first"):
                self.env["collection.case"].with_user(user).create(
                    {"partner_id": self.customer.id, "state": "settled"}
                )
        with self.assertRaises(AccessError):
            mine.unlink()

    def test_the_items_are_chosen_before(self):
        case, other = self._case(), self._invoice(40)
        mine = case.with_user(self.collector)
        mine.move_line_ids |= self._item(other)
        mine.move_line_ids = self._item(other)
        self.assertEqual(case.line_ids.move_id, other)
        self._hand_over(case)
        with self.assertRaisesRegex(UserError, "before it is handed over"):
            mine.move_line_ids |= self._item(self.invoice)
        with self.assertRaises(UserError):
            mine.line_ids.unlink()
        with self.assertRaises(UserError):
            case.with_user(self.manager).unlink()

    # Day by day

    def test_a_manager_is_asked_when_the_firm_date_has_passed(self):
        case = self._run().notice_ids.case_ids
        self._follow_up(later(8))
        self.assertFalse(self._tasks(case))
        for _again in range(3):
            self._follow_up(later(9))
        task = self._tasks(case)
        self.assertEqual(len(task), 1)
        self.assertEqual(task.user_id, self.company._collection_responsible())
        self.assertIn("hand over", task.summary)
        self._hand_over(case, early_reason="Now")
        self.assertFalse(self._tasks(case))

    def test_the_owner_is_asked_for_the_next_step(self):
        case = self._case(user_id=self.collector.id)
        self._hand_over(case)
        case.next_step = "Was it served?"
        self._follow_up(later(29))
        self.assertFalse(self._tasks(case))
        self._follow_up(later(30))
        self.assertRecordValues(
            self._tasks(case), [{"user_id": self.collector.id, "summary": "Was it served?"}]
        )

    def test_paid_it_is_settled_by_itself(self):
        """And goes on when the payment bounces."""
        case = self._case()
        self._hand_over(case)
        self._pay(self.invoice)
        for _again in range(3):
            self._follow_up(later(3))
        self.assertRecordValues(case, [{"state": "settled", "date_settled": later(3)}])
        self.assertEqual(case.line_ids.amount_open, 0.0)
        self._item(self.invoice).remove_move_reconcile()
        self._follow_up(later(5))
        self.assertRecordValues(
            case,
            [{"state": "handed_over", "date_handed_over": TODAY, "date_settled": False}],
        )
        self.assertTrue(case.line_ids.is_live)

    def test_a_cancelled_invoice_is_no_debt(self):
        case = self._case()
        self.invoice.button_draft()
        self.invoice.button_cancel()
        self._follow_up()
        self.assertEqual(case.state, "settled")

    def test_one_bad_case_stops_no_other(self):
        bad, good = self._case(), self._case(self._invoice(60))
        self._pay(good.line_ids.move_id)
        original = type(bad)._watch

        def watch(case, today):
            if case == bad:
                raise ValueError("bad")
            return original(case, today)

        with mute_logger("odoo.addons.account_collections.models.collection_case_follow_up"):
            self.patch(type(bad), "_watch", watch)
            self._follow_up()
        self.assertEqual(good.state, "settled")

    # Taking the ultimatum back

    def test_reversing_the_ultimatum_withdraws_a_prepared_case(self):
        notice = self._run().notice_ids
        notice.action_reverse()
        self.assertEqual(notice.case_ids.state, "withdrawn")
        self.assertIn(notice.name, notice.case_ids.closing_reason)

    def test_reversing_it_later_tells_the_owner(self):
        notice = self._run().notice_ids
        case = notice.case_ids
        self._hand_over(case, early_reason="Now")
        notice.run_id.action_reverse()
        self.assertEqual(case.state, "handed_over")
        self.assertIn(notice.name, self._tasks(case).summary)

    def test_a_customer_shows_his_cases(self):
        self._case()
        contact = self.env["res.partner"].create(
            {"name": "Accounts", "parent_id": self.customer.id}
        )
        self.assertEqual(contact.collection_case_count, 1)
        domain = contact.action_collection_cases()["domain"]
        self.assertEqual(self.env["collection.case"].search_count(domain), 1)

    def test_late_by_days_of_the_company(self):
        """The firm date is the company's day, not the server's."""
        self.company.partner_id.tz = "Pacific/Auckland"
        case = self._case(date_handover_due=TODAY)
        with freeze_time("2026-03-31 12:30:00"):
            self.assertTrue(case._may_hand_over())
        self.company.partner_id.tz = "America/Los_Angeles"
        with freeze_time("2026-04-01 05:00:00"):
            self.assertFalse(case._may_hand_over())
        self.assertEqual(case._first_handover_date() - TODAY, timedelta(days=1))
