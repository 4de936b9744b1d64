"""Daily work that fails is told once, by a task that closes itself; a conflict with
another transaction is met again, and undoes no other work."""

from unittest.mock import patch

import psycopg2.errors

from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..models.collection_pause import FOLLOWED_UP
from ..models.collection_run_batches import MAX_CONFLICTS
from .common import TODAY, CollectionsCommon, later

MODELS = "odoo.addons.account_collections.models."


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestTroubleTold(CollectionsCommon):
    def _troubles(self, company=None):
        company = company or self.company
        activities = self.env["mail.activity"].search(
            [("collection_trouble", "!=", False), ("res_model", "=", "res.partner")]
        )
        return activities.filtered(lambda one: one.res_id == company.partner_id.id)

    def _tell_and_close(self, model, method, cron, logger, kind):
        """Fails twice, then works.

        :return: the task
        """
        model = self.env.registry[model]
        with patch.object(model, method, side_effect=ValueError("broken <data>")) as broken:
            broken.__name__ = method
            with mute_logger(*[MODELS + name for name in logger]):
                cron()
                task = self._troubles()
                cron()
        self.assertEqual(self._troubles(), task)
        self.assertEqual(len(task), 1)
        self.assertEqual(task.collection_trouble, kind)
        self.assertEqual(task.user_id, self.company._collection_responsible())
        self.assertIn("broken &lt;data&gt;", task.note)
        summary = task.summary
        cron()
        self.assertFalse(self._troubles())
        return summary

    def _follow_up(self, day=TODAY):
        self.env["collection.hold"]._cron_follow_up(day)

    def test_a_proposal(self):
        self._invoice(5)
        Run = self.env["collection.run"]
        self._tell_and_close(
            "collection.proposal",
            "_propose",
            lambda: Run._cron_advance(TODAY),
            ["collection_run_scheduler"],
            "proposal",
        )
        self.assertEqual(Run.search([("automatic", "=", True)]).state, "issued")

    def test_a_charge_step(self):
        self._tell_and_close(
            "collection.charge",
            "_check_balances",
            lambda: self.env["collection.charge"]._cron_charges(TODAY),
            ["res_company_trouble"],
            "charges._check_balances",
        )

    def test_the_charges_of_one_customer(self):
        self.company.collection_charge_booking = "claim"
        self.level_1.fee_rule_id = self.env["collection.fee.rule"].create(
            {
                "name": "Fee",
                "interest_kind": "none",
                "fixed_amount": 40.0,
                "currency_id": self.company.currency_id.id,
            }
        )
        self.customer.is_company = True
        self._invoice(5)
        self._run()
        self.assertTrue(self.env["collection.charge"].search([]))
        self._tell_and_close(
            "collection.charge",
            "_book_if_paid",
            lambda: self.env["collection.charge"]._cron_charges(TODAY),
            ["collection_charge_follow_up"],
            "charges._book_paid",
        )

    def test_promises(self):
        self._pause(
            "promise", self._invoice(5), amount=100.0, date_from=TODAY, date_promised=later(2)
        )
        summary = self._tell_and_close(
            "collection.promise",
            "_evaluate_customer",
            self._follow_up,
            ["collection_promise_follow_up"],
            "follow_up.collection.promise",
        )
        self.assertIn("Promise", summary)

    def test_holds(self):
        hold = self._pause("hold", self._invoice(5), date_until=later(-1))
        self._tell_and_close(
            "collection.hold",
            "_end_by_itself",
            self._follow_up,
            ["collection_pause_tasks"],
            "follow_up.collection.hold",
        )
        self.assertEqual(hold.state, "ended")

    def test_the_whole_of_a_model(self):
        """Not one record's trouble: the other models and companies go on all the same."""
        hold = self._pause("hold", self._invoice(5), date_until=later(-1))
        logger = ["res_company_trouble"]
        for name in ("collection.promise", "collection.plan", "collection.case"):
            self._tell_and_close(name, "_follow_up", self._follow_up, logger, f"follow_up.{name}")
        self.assertEqual(hold.state, "ended")

    def test_assignment(self):
        self.env["collection.assignment"].create({"user_id": self.env.user.id})
        self._tell_and_close(
            "collection.assignment",
            "_apply",
            self.env["collection.assignment"]._cron_assign,
            ["res_company_trouble"],
            "assignment",
        )

    def test_nobody_to_tell_stops_nobody(self):
        hold = self._pause("hold", self._invoice(5), date_until=later(-1))
        Company = self.env.registry["res.company"]
        with (
            patch.object(Company, "_collection_tell", side_effect=ValueError("no type")),
            patch.object(self.env.registry["collection.promise"], "_follow_up") as broken,
            mute_logger(MODELS + "res_company_trouble"),
        ):
            broken.side_effect, broken.__name__ = ValueError("broken"), "_follow_up"
            self._follow_up()
        self.assertEqual(hold.state, "ended")

    # Conflicts

    def _conflicts(self, model, method, times, company=None):
        """``method`` meets a conflict that often; :return: the companies it was called for"""
        model, calls = self.env.registry[model], []
        original = getattr(model, method)

        def conflict(records, called_for, *args):
            calls.append(called_for)
            met = calls.count(called_for)
            if called_for == (company or self.company) and met <= times:
                raise psycopg2.errors.SerializationFailure
            return original(records, called_for, *args)

        conflict.__name__ = method
        self.startPatcher(patch.object(model, method, conflict))
        self.startPatcher(patch.object(self.env.cr, "rollback"))
        return calls

    def _triggers(self, cron):
        cron = self.env.ref(f"account_collections.{cron}")
        return self.env["ir.cron.trigger"].sudo().search_count([("cron_id", "=", cron.id)])

    def test_a_charge_step_meets_a_conflict(self):
        calls = self._conflicts("collection.charge", "_check_balances", 1)
        before = self._triggers("ir_cron_charges")
        self.env["collection.charge"]._cron_charges(TODAY)
        self.assertEqual(calls.count(self.company), 2)
        self.assertEqual(self._triggers("ir_cron_charges"), before)
        self.assertFalse(self._troubles())

    def test_it_meets_one_every_time(self):
        """The other steps and companies are done; the action comes back in some minutes."""
        other = self.setup_other_company(name="Second")["company"]
        self._conflicts("collection.charge", "_check_balances", 99)
        later_steps = self._conflicts("collection.charge", "_book_paid", 0)
        before = self._triggers("ir_cron_charges")
        with mute_logger(MODELS + "collection_run_batches"):
            self.env["collection.charge"]._cron_charges(TODAY)
        self.assertLessEqual({self.company, other}, set(later_steps))
        self.assertEqual(self._triggers("ir_cron_charges"), before + 1)

    def test_a_follow_up_meets_a_conflict(self):
        hold = self._pause("hold", self._invoice(5), date_until=later(-1))
        calls = self._conflicts("collection.promise", "_follow_up", 1)
        self._follow_up()
        self.assertEqual(calls.count(self.company), 2)
        self.assertEqual(hold.state, "ended")

    def test_a_follow_up_meets_one_every_time(self):
        other = self.setup_other_company(name="Second")["company"]
        hold = self._pause("hold", self._invoice(5), date_until=later(-1))
        calls = self._conflicts("collection.promise", "_follow_up", 99)
        before = self._triggers("ir_cron_follow_up")
        with mute_logger(MODELS + "collection_run_batches"):
            self._follow_up()
        self.assertEqual(calls.count(self.company), MAX_CONFLICTS)
        self.assertIn(other, calls)
        self.assertEqual(hold.state, "ended")
        self.assertEqual(self._triggers("ir_cron_follow_up"), before + 1)

    def test_assigning_meets_a_conflict(self):
        self.env["collection.assignment"].create({"user_id": self.env.user.id})
        calls = self._conflicts("collection.assignment", "_apply", 1)
        self.env["collection.assignment"]._cron_assign()
        self.assertEqual(calls, [self.company] * 2)

    def test_each_is_committed_by_itself(self):
        """When the scheduler calls: whatever comes later, what was done stays."""
        Run, companies = type(self.env["collection.run"]), self.env["res.company"].search_count([])
        with patch.object(Run, "_commit_batch", return_value=float("inf")) as commit:
            self._follow_up()
            self.assertEqual(commit.call_count, companies * len(FOLLOWED_UP))
