"""Cases day by day: what is asked, what ends by itself, what goes on."""

from datetime import timedelta

from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .case_common import CaseCommon
from .common import TODAY, later


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestCaseFollowUp(CaseCommon):
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

    def test_a_corrected_invoice_stays_in_its_case(self):
        case = self._case()
        self.invoice.button_draft()
        self.invoice.invoice_line_ids.price_unit = 240.0
        due = self.invoice.invoice_date_due
        self.invoice.invoice_payment_term_id = self.pay_terms_b  # builds the items anew
        self.invoice.invoice_payment_term_id = False
        self.invoice.invoice_date_due = due
        self.assertFalse(case.move_line_ids)
        self.invoice.action_post()
        self._follow_up()
        self.assertEqual(case.move_line_ids, self._item(self.invoice))
        self.assertEqual(case.line_ids.amount_open, 240.0)

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

    def test_an_invoice_under_correction_is_not_paid(self):
        """The night passes while the invoice is a draft: its case goes on."""
        case = self._case()
        self._hand_over(case)
        due = self.invoice.invoice_date_due
        self.invoice.button_draft()
        self._follow_up(later(1))
        self.assertEqual(case.state, "handed_over")
        self.invoice.invoice_payment_term_id = self.pay_terms_b  # builds the items anew
        self.invoice.invoice_payment_term_id = False
        self.invoice.invoice_date_due = due
        self._follow_up(later(2))
        self.assertEqual(case.state, "handed_over")
        self.invoice.action_post()
        self._follow_up(later(3))
        self.assertEqual(case.state, "handed_over")
        self.assertEqual(case.move_line_ids, self._item(self.invoice))
        self.assertTrue(case.line_ids.is_live)
