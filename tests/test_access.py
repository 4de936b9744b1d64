"""What each role may do, and what it may not (DESIGN promise 10)."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .access_common import AccessCommon
from .common import TODAY


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestAccess(AccessCommon):
    def _proposal(self, days_late=4, **values):
        """A proposed notice; step mode brings every item to its first level."""
        self._invoice(days_late=days_late, **values)
        return self._run(issue=False)

    def _ultimatum(self):
        """A notice of level 3, waiting for approval."""
        invoice = self._invoice(days_late=40)
        self._item(invoice).collection_level_id = self.level_2
        self._item(invoice).collection_manual_date = TODAY - timedelta(days=20)
        return self._run(issue=False).notice_ids

    # Auditor

    def test_auditor_reads_everything(self):
        run = self._proposal()
        run.action_issue()
        notice = self._as("auditor", run.notice_ids)
        for name in (
            "collection.policy",
            "collection.level",
            "collection.run",
            "collection.notice",
            "collection.notice.line",
            "collection.communication",
        ):
            self.assertTrue(self._as("auditor", self.env[name]).search([]).read(), name)
        self.assertEqual(notice.action_print()["type"], "ir.actions.report")
        self.assertTrue(notice.action_open_items())

    def test_auditor_changes_nothing(self):
        run = self._proposal()
        self._invoice(days_late=5, partner=self._create_customer("Second"))
        issued = self._run().notice_ids.filtered(lambda notice: notice.stage == "issued")
        row = issued.communication_ids[0]
        hold = self._pause("hold", partner=self._create_customer("Held"))
        customer = self.customer
        refused = [
            (run, "action_propose"),
            (run, "action_issue"),
            (run, "action_cancel"),
            (run.notice_ids, "action_approve"),
            (run.notice_ids, "action_issue"),
            (run.notice_ids, "action_cancel"),
            (run.notice_ids, "action_hold"),
            (run.notice_ids.line_ids, "action_drop"),
            (issued, "action_reverse"),
            (row, "action_resolve"),
            (row, "action_resend"),
            (row, "action_mark_posted"),
            (row, "action_log_call"),
            (hold, "action_end"),
            (customer, "action_collection_remind"),
            (customer, "action_collection_hold"),
        ]
        for record, method in refused:
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(self._as("auditor", record), method)()
        for record in (run, issued):
            with self.subTest(record), self.assertRaises(AccessError):
                self._as("auditor", record).message_post(body="To the customer")
        for record in (run, run.notice_ids, row, hold, self.policy, self.level_1):
            with self.subTest(record), self.assertRaises(UserError):
                self._as("auditor", record).write({"company_id": self.company.id})
            with self.subTest(record), self.assertRaises(AccessError):
                self._as("auditor", record).unlink()

    # Collector

    def test_collector_works_the_day(self):
        """Propose, take an item out, lower a level, hold, issue, call, reverse."""
        first = self._invoice(days_late=4)
        second = self._invoice(days_late=6)
        run = self._as("collector", self.env["collection.run"]).create({"date": TODAY})
        run.action_propose()
        notice = run.notice_ids
        self.assertEqual(notice.line_ids.move_id, first + second)
        notice.line_ids.filtered(lambda line: line.move_id == second).action_drop()
        run.action_issue()
        self.assertEqual(notice.state, "issued")
        self.assertEqual(first.collection_level_id, self.level_1)
        self.assertFalse(second.collection_level_id)
        notice.action_reverse()
        self.assertFalse(first.collection_level_id)

    def test_collector_lowers_a_level(self):
        notice = self._as("collector", self._ultimatum())
        with self.assertRaises(UserError, msg="the item has passed level 1"):
            notice.line_ids.level_id = self.level_1
        notice.write({"line_ids": [(1, notice.line_ids.id, {"level_id": self.level_3.id})]})
        self.assertEqual(notice.stage, "to_approve")

    def test_collector_holds_an_item_of_a_proposal(self):
        invoice = self._invoice(days_late=4)
        notice = self._as("collector", self._run(issue=False).notice_ids)
        action = notice.line_ids.action_hold()
        values = {key[8:]: value for key, value in action["context"].items()}
        hold = notice.env["collection.hold"].create({**values, "reason": "Asked to wait"})
        self.assertEqual(hold.move_line_ids, self._item(invoice))
        self.assertEqual(notice.stage, "cancelled")
        self.assertEqual(notice.line_ids.drop_reason, "held")
        self.assertEqual(invoice.collection_status, "paused")
        hold.action_end()
        self.assertEqual(hold.state, "ended")

    def test_collector_logs_contacts(self):
        row = self._as("collector", self.env["collection.communication"]).create(
            {
                "partner_id": self.customer.id,
                "channel": "meeting",
                "direction": "in",
                "summary": "At the fair",
                "automatic": True,
            }
        )
        self.assertEqual((row.state, row.automatic), ("done", False))
        row.outcome = "Will pay"
        with self.assertRaises(UserError):
            row.activity_id = self.env["mail.activity"].search([], limit=1)
        with self.assertRaises(AccessError):
            row.unlink()

    def test_collector_does_not_approve(self):
        notice = self._ultimatum()
        mine = self._as("collector", notice)
        self.assertEqual(mine.state, "to_approve")
        with self.assertRaises(AccessError):
            mine.action_approve()
        with self.assertRaises(UserError):
            mine.action_issue()
        mine.run_id.action_issue()
        self.assertEqual(notice.state, "to_approve")
        for values in (
            {"stage": "proposed"},
            {"approved_by_id": mine.env.uid},
            {"level_id": self.level_1.id},
            {"amount_total": 1},
        ):
            with self.subTest(values), self.assertRaises(UserError):
                mine.write(values)
        for values in ({"stage": "issued"}, {"amount_residual": 1}):
            with self.subTest(values), self.assertRaises(UserError):
                mine.line_ids.write(values)
        with self.assertRaises(UserError):
            mine.run_id.write({"state": "issued"})

    def test_collector_does_not_change_policies(self):
        for record in (self.policy, self.level_1):
            with self.assertRaises(AccessError):
                self._as("collector", record).name = "Mine"
        with self.assertRaises(AccessError):
            self._as("collector", self.env["collection.policy"]).create({"name": "Mine"})
        notices = self._as("collector", self.env["collection.notice"])
        with self.assertRaises(AccessError):
            notices.create({"partner_id": self.customer.id})

    # Manager

    def test_manager_approves_and_changes_policies(self):
        notice = self._as("manager", self._ultimatum())
        notice.action_approve()
        self.assertEqual(notice.approved_by_id, self.users["manager"])
        notice.action_issue()
        self.assertEqual(notice.state, "issued")
        self._as("manager", self.level_1).write({"letter_body": "<p>Dear</p>", "name": "Soft"})
        self._as("manager", self.policy).copy()
        template = self._as("manager", self.template)
        template.body_html = "<p><t t-out='object.name'/></p>"

    # Menus

    def _menus(self, role):
        visible = self.env["ir.ui.menu"].with_user(self.users[role])._visible_menu_ids()
        return {
            name
            for name in ("root", "todo", "notice", "configuration", "settings")
            if self.env.ref(f"account_collections.collection_{name}_menu").id in visible
        }

    def test_menus_of_each_role(self):
        worker = {"root", "todo", "notice"}
        self.assertEqual(self._menus("auditor"), worker)
        self.assertEqual(self._menus("collector"), worker)
        self.assertEqual(self._menus("manager"), worker | {"configuration"})
        for role in ("invoicer", "salesperson"):
            self.assertFalse(self._menus(role), role)
