"""Issuing by hand: whoever presses the button hears what did not go out, and why."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .issue_common import IssueCommon

COLLECTOR = "account_collections.group_collections_collector"


@tagged("post_install", "-at_install")
class TestIssueBusy(IssueCommon):
    def _held(self, customers):
        """Another process works on these customers."""
        model = type(self.env["res.partner"])

        def lock(partners, **kwargs):
            return partners - customers

        return patch.object(model, "try_lock_for_update", lock)

    def test_a_notice_whose_customer_is_busy(self):
        notices = self._run(issue=False).notice_ids
        with self._held(self.customers), self.assertRaisesRegex(UserError, "somebody else"):
            notices[0].action_issue()
        self.assertEqual(notices[0].stage, "proposed")
        self.assertIsNone(notices[0].action_issue())
        self.assertEqual(notices[0].stage, "issued")

    def test_some_notices(self):
        notices = self._run(issue=False).notice_ids
        with self._held(self.customers[:1]):
            action = notices.action_issue()
        self.assertEqual(action["tag"], "display_notification")
        self.assertIn("1 customers", action["params"]["message"])
        self.assertEqual(sorted(notices.mapped("stage")), ["issued"] * 3 + ["proposed"])

    def test_a_run(self):
        run = self._run(issue=False)
        with self._held(self.customers), self.assertRaisesRegex(UserError, "4 customers"):
            run.action_issue()
        with self._held(self.customers[:1]):
            action = run.action_issue()
        self.assertIn("1 customers", action["params"]["message"])
        self.assertEqual(run.state, "proposed")
        self.assertIsNone(run.action_issue())
        self.assertEqual(run.state, "issued")

    def test_a_script_need_not_wait(self):
        """The scheduled action issues it, whatever its size, in the person's name."""
        person = new_test_user(
            self.env,
            "scripting",
            COLLECTOR,
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        run = self._run(issue=False)
        action = run.with_user(person).action_issue_in_background()
        self.assertIn("4", action["params"]["message"])
        self.assertEqual(set(run.notice_ids.mapped("stage")), {"proposed"})
        self.assertTrue(run.issue_requested_on)
        self.env["collection.run"]._cron_issue()
        self.assertEqual(run.state, "issued")
        self.assertEqual(run.notice_ids.issued_by_id, person)
        with self.assertRaises(UserError):
            run.action_issue_in_background()

    def test_nothing_to_issue_in_the_background(self):
        run = self._run(issue=False)
        run.notice_ids.action_issue()
        self.assertIsNone(run.action_issue_in_background())
        self.assertEqual(run.state, "issued")
        self.assertFalse(run.issue_requested_on)

    def test_not_for_everybody(self):
        run = self._run(issue=False)
        reader = new_test_user(self.env, "reading", "account.group_account_invoice")
        with self.assertRaises(AccessError):
            run.with_user(reader).action_issue_in_background()
        with self.assertRaises(UserError):
            self.env["collection.run"].create({}).action_issue_in_background()

    # Half a run

    def test_a_half_issued_run_is_reversed(self):
        for cancelled in (False, True):
            run = self._run(issue=False)
            self.assertFalse(run.is_reversible)
            with self.assertRaises(UserError):
                run.action_reverse()
            first = run.notice_ids[0]
            first.action_issue()
            if cancelled:
                run.action_cancel()
            run.invalidate_recordset(["is_reversible"])
            self.assertTrue(run.is_reversible)
            run.action_reverse()
            self.assertEqual(run.state, "reversed")
            self.assertEqual(first.stage, "reversed")
            self.assertEqual(set((run.notice_ids - first).mapped("stage")), {"cancelled"})
            self.assertFalse(run.is_reversible)
            self.assertFalse(any(move.collection_level_id for move in self.invoices))
            with self.assertRaises(UserError):
                run.action_reverse()
