"""FIELD_BUGS A: nothing is sent twice. Promises 1, 5, 6 and 8."""

from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import TODAY, CollectionsCommon


@tagged("post_install", "-at_install")
class TestOnce(CollectionsCommon):
    def _cron(self, on=TODAY):
        self.env["collection.run"]._cron_advance(on)

    def _notices(self):
        return self.env["collection.notice"].search(
            [("company_id", "=", self.company.id), ("stage", "!=", "cancelled")]
        )

    def _counts(self):
        """Everything a run writes, counted."""
        self.env.flush_all()
        return {
            name: self.env[name].search_count([])
            for name in (
                "collection.run",
                "collection.notice",
                "collection.notice.line",
                "collection.skip",
                "collection.communication",
                "mail.mail",
                "mail.activity",
            )
        }

    def test_a1_fifty_runs_a_day_change_nothing(self):
        """A1: one notice an item and level, however often the job runs."""
        self._invoice(days_late=100)
        self._invoice(days_late=5, partner=self._create_customer("Without Mail", email=False))
        self._cron()
        first = self._counts()
        for _n in range(49):
            self._cron()
        self.assertEqual(self._counts(), first)
        self.assertEqual(first["collection.notice"], 1)
        self.assertEqual(first["collection.skip"], 1)

    def test_a2_every_entry_point_has_the_same_guard(self):
        """A2: after the scheduled action, neither run, button, wizard nor RPC
        sends the level again."""
        invoice = self._invoice(days_late=5)
        self._cron()
        run = self._run(issue=False)
        self.assertFalse(run.notice_ids)
        with freeze_time(TODAY):
            action = invoice.action_collection_remind()
            wizard = self.env["collection.remind"].browse(action["res_id"])
            self.assertFalse(wizard.can_issue)
            with self.assertRaises(UserError):
                wizard.action_issue()
        with self.assertRaises(UserError):
            self._notices().action_issue()
        self.assertEqual(len(self._notices()), 1)

    def test_a2_remind_now_then_cron(self):
        invoice = self._invoice(days_late=5)
        wizard = self.env["collection.remind"].browse(
            self.customer.action_collection_remind()["res_id"]
        )
        # The wizard works for today; the invoice is much later by then.
        self.assertEqual(wizard.line_ids.mapped("outcome"), ["notice"])
        wizard.action_issue()
        self.assertEqual(invoice.collection_level_id, self.level_1)
        self._cron(wizard.date)
        self.assertEqual(len(self._notices()), 1)

    def test_a3_conflict_leaves_no_mail_behind(self):
        """A3: a serialization failure rolls mail and level back together."""
        invoice = self._invoice(days_late=5)
        run = self._run(issue=False)
        notice = run.notice_ids
        before = self.env["mail.mail"].search_count([])
        delivery = type(self.env["collection.delivery"])

        def conflict(*args):
            raise psycopg2.errors.SerializationFailure("could not serialize access")

        with (
            patch.object(delivery, "_plan_calls", conflict),
            self.assertRaises(psycopg2.errors.SerializationFailure),
            self.env.cr.savepoint(),
        ):
            notice.action_issue()
        self.assertEqual(self.env["mail.mail"].search_count([]), before)
        self.assertEqual(notice.stage, "proposed")
        self.assertFalse(invoice.collection_level_id)
        notice.action_issue()
        self.assertEqual(self.env["mail.mail"].search_count([]), before + 1)

    def test_a6_invoice_sent_yesterday_is_not_reminded_today(self):
        """A6: an invoice mailed late does not get a reminder the next morning."""
        self.company.min_days_after_sending = 5
        invoice = self._invoice(days_late=20)
        with freeze_time(TODAY - timedelta(days=1)):
            invoice.is_move_sent = True
        run = self._run(issue=False)
        self.assertFalse(run.notice_ids)
        self.assertSkipped(run, invoice, "sent_recently")
        self.assertTrue(self._run(on=TODAY + timedelta(days=4), issue=False).notice_ids)

    def test_a9_unsent_level_blocks_the_next(self):
        """A9: a proposal left lying does not lead to the next level as well."""
        invoice = self._invoice(days_late=14)
        left = self._run(issue=False)
        run = self._run(on=TODAY + timedelta(days=10), issue=False)
        self.assertFalse(run.notice_ids)
        self.assertSkipped(run, invoice, "already_proposed")
        left.action_issue()
        self.assertEqual(invoice.collection_level_id, self.level_1)

    def test_p1_the_database_refuses_a_level_twice(self):
        """Promise 1: a unique index says so, whatever the Python does."""
        self._invoice(days_late=5)
        line = self._run().notice_ids.line_ids
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            line.sudo().copy({"notice_id": line.notice_id.id, "stage": "issued"})
            self.env.flush_all()

    def test_p1_the_database_refuses_two_open_proposals(self):
        self._invoice(days_late=5)
        line = self._run(issue=False).notice_ids.line_ids
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            line.sudo().copy({"notice_id": line.notice_id.id})
            self.env.flush_all()

    def test_p5_one_bad_customer_stops_nobody(self):
        """Promise 5 and I7: the error is recorded, the level stays, the next run
        tries again."""
        customers = [self._create_customer(f"Customer {n}") for n in range(4)]
        invoices = [self._invoice(5, partner=customer) for customer in customers]
        self.template.body_html = (
            "<p><t t-out='1 / (0 if object.partner_id.name == \"Customer 2\" else 1)'/></p>"
        )
        with mute_logger("odoo.addons.mail.models.mail_render_mixin"):
            self._cron()
        self.assertEqual(
            [invoice.collection_level_id.name for invoice in invoices],
            ["Level 1", "Level 1", False, "Level 1"],
        )
        run = self.env["collection.run"].search(
            [("automatic", "=", True), ("company_id", "=", self.company.id)]
        )
        self.assertSkipped(run, invoices[2], "error")
        failed = run.notice_ids.filtered(lambda notice: notice.state == "failed")
        self.assertEqual(failed.partner_id, customers[2])
        self.assertTrue(failed.failure_reason)
        self.template.body_html = "<p>Mended</p>"
        self._cron(TODAY + timedelta(days=1))
        self.assertEqual(invoices[2].collection_level_id, self.level_1)
        self.assertEqual(len(self.env["collection.communication"].search([])), 4)

    def test_p6_days_without_a_server_are_caught_up(self):
        """Promise 6: every level comes, later, none doubled."""
        invoice = self._invoice(days_late=0)
        for day in (4, 20, 21, 45, 46):
            self._cron(TODAY + timedelta(days=day))
        lines = self._item(invoice).collection_notice_line_ids.sorted("id")
        self.assertEqual(
            [((line.notice_id.date - TODAY).days, line.level_id.name) for line in lines],
            [(4, "Level 1"), (20, "Level 2"), (45, "Level 3")],
        )

    def test_p8_reversing_an_older_notice_keeps_the_newer_level(self):
        invoice = self._invoice(days_late=5)
        first = self._run().notice_ids
        second = self._run(on=TODAY + timedelta(days=12)).notice_ids
        first.action_reverse()
        self.assertEqual(invoice.collection_level_id, self.level_2)
        second.action_reverse()
        self.assertFalse(invoice.collection_level_id)
        self.assertEqual(
            (first | second).communication_ids.mapped("state"), ["failed", "failed"]
        )

    def test_approval_waits_for_a_manager(self):
        self.level_1.requires_approval = True
        invoice = self._invoice(days_late=5)
        self._cron()
        run = self.env["collection.run"].search([("automatic", "=", True)], limit=1)
        notice = run.notice_ids
        self.assertEqual(notice.state, "to_approve")
        self.assertEqual(len(run.activity_ids), 1)
        with self.assertRaises(UserError):
            notice.action_issue()
        tomorrow = TODAY + timedelta(days=1)
        self._cron(tomorrow)
        later = self.env["collection.run"].search(
            [("automatic", "=", True), ("date", "=", tomorrow)]
        )
        self.assertSkipped(later, invoice, "waiting_approval")
        notice.action_approve()
        self._cron(tomorrow)
        self.assertEqual(notice.state, "issued")
        self.assertEqual(invoice.collection_level_id, self.level_1)

    def test_late_approval_never_sets_a_past_firm_date(self):
        self.level_1.write({"requires_approval": True, "deadline_days": 8})
        self._invoice(days_late=5)
        with freeze_time(TODAY):
            notice = self._run(issue=False).notice_ids
        with freeze_time(TODAY + timedelta(days=20)):
            notice.action_approve()
            notice.action_issue()
        self.assertEqual(notice.date, TODAY + timedelta(days=20))
        self.assertEqual(notice.deadline_date, TODAY + timedelta(days=28))

    def test_person_edits_the_proposal(self):
        """Drop an item, change a level down: what is issued follows."""
        first = self._invoice(days_late=40, amount=100)
        second = self._invoice(days_late=5, amount=50)
        self.policy.advance_mode = "jump"
        notice = self._run(issue=False).notice_ids
        self.assertEqual(notice.level_id, self.level_3)
        line = notice.line_ids.filtered(lambda row: row.move_id == first)
        line.level_id = self.level_2
        self.assertEqual(notice.level_id, self.level_2)
        notice.line_ids.filtered(lambda row: row.move_id == second).action_drop()
        notice.action_issue()
        self.assertEqual(first.collection_level_id, self.level_2)
        self.assertFalse(second.collection_level_id)
        with self.assertRaises(UserError):
            line.level_id = self.level_1

    def test_a7_another_reminder_module_is_named(self):
        """A7: two engines at work write everything twice: the run warns."""
        run = self.env["collection.run"].create({"company_id": self.company.id})
        self.assertFalse(run.rivals)
        self.env["ir.module.module"].sudo().create(
            {"name": "account_credit_control", "shortdesc": "Credit Control", "state": "installed"}
        )
        run.invalidate_recordset(["rivals"])
        self.assertEqual(run.rivals, "Credit Control")
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.collection_rivals, "Credit Control")

    def test_the_scheduler_itself(self):
        """The scheduled action commits its batches and reports its progress."""
        today = self.company._collection_today()
        customers = [self._create_customer(f"Customer {n}") for n in range(3)]
        invoices = [self._invoice(5, partner=customer, on=today) for customer in customers]
        cron = self.env.ref("account_collections.ir_cron_advance")
        with self.enter_registry_test_mode():
            cron.sudo().method_direct_trigger()
            cron.sudo().method_direct_trigger()
        self.assertEqual(
            [invoice.collection_level_id for invoice in invoices], [self.level_1] * 3
        )
        self.assertEqual(len(self._notices()), 3)
        progress = self.env["ir.cron.progress"].sudo().search([("cron_id", "=", cron.id)])
        self.assertEqual(sum(progress.mapped("done")), 3)
        self.assertFalse(progress.filtered("remaining"))

    def test_a_customer_somebody_else_is_working_on_is_left_to_the_next_call(self):
        self._invoice(days_late=5)
        other = self._create_customer("Other")
        free = self._invoice(days_late=5, partner=other)
        model = type(self.env["res.partner"])
        locked = self.customer

        def lock(partners, **kwargs):
            return partners - locked

        with patch.object(model, "try_lock_for_update", lock):
            self._cron()
        self.assertEqual(free.collection_level_id, self.level_1)
        run = self.env["collection.run"].search([("automatic", "=", True)], limit=1)
        self.assertEqual(run.state, "proposed")
        self._cron()
        self.assertEqual(run.state, "issued")
        self.assertEqual(set(run.notice_ids.mapped("state")), {"issued"})
