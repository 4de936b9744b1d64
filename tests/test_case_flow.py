"""From the ultimatum to the end: cases, their states and what they pause."""

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

    def test_an_ultimatum_that_did_not_arrive(self):
        """Its case is withdrawn, or the next run could not send it again; sent again by
        hand, there is a case again."""
        notice = self._run().notice_ids
        case = notice.case_ids
        self.assertEqual(case.state, "prepared")
        written = notice.communication_ids.filtered(lambda row: row.channel != "call")
        written.sudo()._fail("temporary", "The server is on fire")
        self.assertEqual((notice.stage, case.state), ("failed", "withdrawn"))
        self.assertIn("not delivered", case.closing_reason)
        again = self._run(on=later(1)).notice_ids.filtered(lambda n: n.level_id == self.level_3)
        self.assertEqual((again.stage, again.case_ids.state), ("issued", "prepared"))
        self.assertEqual(again.case_ids.move_line_ids, self._item(self.invoice))

    def test_a_failed_ultimatum_sent_again_by_hand(self):
        notice = self._run().notice_ids
        written = notice.communication_ids.filtered(lambda row: row.channel == "email")
        written.sudo()._fail("temporary", "The server is on fire")
        self.assertEqual(notice.stage, "failed")
        written.action_resend()
        self.assertEqual(notice.stage, "issued")
        self.assertEqual(notice.case_ids.filtered("is_live").state, "prepared")

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
        quiet = mute_logger("odoo.sql_db")
        with self.assertRaises(IntegrityError), quiet, self.env.cr.savepoint():
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

    def test_no_value_decides_a_state(self):
        """Neither a default of the context nor a value over RPC."""
        notice = self._run().notice_ids
        model = self.env["collection.case"].with_user(self.collector)
        other = self._invoice(40)
        context = {"default_state": "in_progress", "default_date_handed_over": TODAY}
        vals = {
            "partner_id": self.customer.id,
            "move_line_ids": self._item(other).ids,
            "notice_id": notice.id,
            "date_closed": TODAY,
        }
        case = model.with_context(**context).create(vals)
        self.assertRecordValues(
            case,
            [
                {
                    "state": "prepared",
                    "date_handed_over": False,
                    "date_closed": False,
                    "notice_id": False,
                }
            ],
        )
        lines = self.env["collection.case.line"].with_user(self.collector)
        item = self._item(self._invoice(40))
        line = lines.create({"case_id": case.id, "move_line_id": item.id, "is_live": False})
        self.assertTrue(line.is_live)

    def test_whom_it_went_to_is_for_managers(self):
        """And the day the ultimatum gave the customer; the file leaves by a manager's hand."""
        announced = self._run().notice_ids.case_ids
        mine = announced.with_user(self.collector)
        with self.assertRaises(AccessError):
            mine.date_handover_due = TODAY
        announced.with_user(self.manager).date_handover_due = later(3)
        with self.assertRaises(AccessError):
            mine.action_send()
        mine.agency_id = self._create_customer("Another agency")
        self._hand_over(announced, early_reason="Moves abroad")
        with self.assertRaises(AccessError):
            mine.agency_id = self.agency
        mine.court = "Cluj"
        announced.with_user(self.manager).agency_id = self.agency

    def test_the_agency_is_that_of_the_company(self):
        """Whatever company is active."""
        other = self.setup_other_company()["company"]
        agency = self.env["res.partner"].create({"name": "Other", "company_id": other.id})
        other.collection_agency_id = agency
        invoice = self.init_invoice(
            "out_invoice",
            partner=self.customer,
            invoice_date=TODAY,
            amounts=[100.0],
            company=other,
            post=True,
        )
        context = self.env["collection.case"]._open_dialog(self.customer, self._item(invoice))
        case = self.env["collection.case"].with_context(**context["context"])
        self.assertEqual(case.default_get(["agency_id"]).get("agency_id"), agency.id)
        case = self._case(invoice, company_id=other.id)
        self.assertEqual(case.agency_id, agency)
