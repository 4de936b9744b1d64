"""An ultimatum is approved with a question: will you hand over if they do not pay?"""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .access_common import AccessCommon
from .common import TODAY


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestApprovalHandover(AccessCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.level_3.opens_case = True
        cls._replace_policy_mode()
        cls.invoice = cls._invoice(days_late=40)

    @classmethod
    def _replace_policy_mode(cls):
        cls.policy.advance_mode = "jump"

    def setUp(self):
        super().setUp()
        self.run_of_day = self._run(issue=False)
        self.notice = self.run_of_day.notice_ids

    def _ask(self):
        action = self._as("manager", self.notice).action_ask_approval()
        return self._as("manager", self.env[action["res_model"]].browse(action["res_id"]))

    def test_nothing_is_approved_without_an_answer(self):
        wizard = self._ask()
        self.assertEqual(wizard.notice_ids, self.notice)
        with self.assertRaises(UserError):
            wizard.action_confirm()
        self.assertEqual(self.notice.stage, "to_approve")

    def test_yes_is_kept_with_name_and_date(self):
        wizard = self._ask()
        wizard.handover_answer = "yes"
        wizard.action_confirm()
        self.assertRecordValues(
            self.notice,
            [
                {
                    "stage": "proposed",
                    "approved_by_id": self.users["manager"].id,
                    "handover_answer": "yes",
                    "handover_answered_by_id": self.users["manager"].id,
                    "handover_answered_on": fields.Datetime.now(),
                }
            ],
        )
        self.notice.action_issue()
        self.assertEqual(self.notice.stage, "issued")

    def test_no_sends_nothing_and_holds_the_items(self):
        wizard = self._ask()
        wizard.handover_answer = "no"
        with self.assertRaises(UserError):
            wizard.action_confirm()
        wizard.write({"reason": "The director calls him", "review_date": TODAY + timedelta(days=5)})
        wizard.action_confirm()
        self.assertEqual((self.notice.stage, self.notice.handover_answer), ("cancelled", "no"))
        self.assertEqual(self.notice.failure_reason, "The director calls him")
        hold = self.env["collection.hold"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(hold.move_line_ids, self._item(self.invoice))
        self.assertEqual(hold.user_id, self.users["manager"])
        self.assertEqual(hold.date_until, TODAY + timedelta(days=5))
        self.assertFalse(self._item(self.invoice).collection_level_id)
        self.assertSkipped(self._run(), self.invoice, "held")
        self.assertEqual(self._run(on=TODAY + timedelta(days=6), issue=False).notice_ids.stage, "to_approve")

    def test_approval_over_rpc_is_the_answer_yes(self):
        self._as("manager", self.notice).action_approve()
        self.assertEqual(self.notice.handover_answer, "yes")
        self.assertEqual(self.notice.handover_answered_by_id, self.users["manager"])

    def test_the_word_stands_in_the_chatter_once(self):
        quiet = {"tracking_disable": False, "mail_notrack": False}
        notice = self._as("manager", self.notice).with_context(**quiet)
        before = notice.message_ids
        notice.action_approve()
        self.env.flush_all()
        self.env.cr.precommit.run()
        message = notice.message_ids - before
        self.assertEqual(len(message), 1)
        self.assertEqual(message.author_id, self.users["manager"].partner_id)
        self.assertIn("handed over", message.body)
        self.assertEqual(notice.state, "proposed")

    def test_l5_approving_takes_as_many_queries_for_1_as_for_6(self):
        for _number in range(5):
            self._invoice(days_late=40, partner=self.customer.copy())
        self.notice.action_cancel()
        notices = self._run(issue=False).notice_ids
        self.assertEqual(len(notices), 6)
        counts = []
        for group in (notices[:1], notices[1:2], notices[2:]):
            group = self._as("manager", group).with_context(tracking_disable=False)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            group.action_approve()
            self.env.flush_all()
            self.env.cr.precommit.run()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2], counts)

    def test_levels_that_open_no_case_are_not_asked(self):
        self.level_3.opens_case = False
        self.assertFalse(self._as("manager", self.notice).action_ask_approval())
        self.assertEqual(self.notice.stage, "proposed")
        self.assertFalse(self.notice.handover_answer)

    def test_only_managers_are_asked(self):
        with self.assertRaises(AccessError):
            self._as("collector", self.notice).action_ask_approval()
        with self.assertRaises(AccessError):
            self._as("collector", self.env["collection.approve"]).create(
                {"notice_ids": self.notice.ids}
            )
