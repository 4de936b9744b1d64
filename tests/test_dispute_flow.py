"""Disputes from the first word to the answer: owner, deadline, escalation, and what the
customer's days are when it turns out that he owes it."""

from datetime import date

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from .common import TODAY, CollectionsCommon, later


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestDisputes(CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = new_test_user(
            cls.env(su=True),
            login="dispute_collector",
            groups="account_collections.group_collections_collector",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.chief = cls.collector.copy({"login": "dispute_chief", "name": "Chief"})
        cls.company.collection_responsible_id = cls.chief
        cls.damaged = cls.env.ref("account_collections.reason_goods_damaged")

    def _dispute(self, invoices=None, **values):
        return self._pause("dispute", invoices, **{"date_from": TODAY, **values})

    def _follow_up(self, days):
        with freeze_time(later(days)):
            self.env["collection.dispute"]._cron_follow_up()

    def _tasks(self, record, name=None):
        tasks = record.activity_ids
        if name:
            tasks = tasks.filtered(
                lambda task: task.activity_type_id
                == self.env.ref(f"account_collections.mail_activity_type_{name}")
            )
        return tasks

    # Writing one down

    def test_dialog_is_filled_in(self):
        invoice = self._invoice(days_late=5)
        action = invoice.action_collection_dispute()
        dispute = (
            self.env[action["res_model"]]
            .with_context(**action["context"])
            .create({"reason_id": self.damaged.id})
        )
        self.assertRecordValues(
            dispute,
            [
                {
                    "partner_id": self.customer.id,
                    "move_line_ids": self._item(invoice).ids,
                    "reason": "Goods damaged or missing",
                    "date_from": TODAY,
                    "date_deadline": later(14),
                    "user_id": self.env.user.id,
                    "amount_company": 100.0,
                }
            ],
        )
        self.assertSkipped(self._run(), invoice, "disputed")

    def test_notice_and_customer_open_the_dialog_too(self):
        invoice = self._invoice(days_late=5)
        paid = self._invoice(days_late=5, amount=7)
        notice = self._run().notice_ids
        self._pay(paid)
        context = notice.action_dispute()["context"]
        self.assertEqual(
            context["default_move_line_ids"], [Command.set(self._item(invoice).ids)]
        )
        context = self.customer.action_collection_dispute()["context"]
        self.assertEqual(context["default_move_line_ids"], [Command.set([])])

    def test_what_is_contested_is_kept_in_company_currency(self):
        euro = self.setup_other_currency("EUR", rates=[("2016-01-01", 2.0)])
        invoice = self._invoice(days_late=5, amount=100, currency_id=euro.id)
        dispute = self._dispute(invoice, amount_disputed=30)
        self.assertEqual(dispute.currency_id, euro)
        self.assertAlmostEqual(dispute.amount_company, 15.0)
        self._pay(invoice, 70)
        self.assertAlmostEqual(dispute.amount_company, 15.0)

    def test_what_was_contested_outlives_the_resolution(self):
        dispute = self._dispute(self._invoice(days_late=5), amount_disputed=40)
        dispute.invalidate_recordset(["amount_company"], flush=False)
        self.env.add_to_compute(dispute._fields["amount_company"], dispute)
        dispute.action_withdraw()
        self.assertEqual(dispute.amount_company, 40.0)

    def test_who_gets_what_the_customer_wrote(self):
        """From the portal or the system: the collector's, else the responsible's."""
        system = self.env.ref("base.user_root")
        dispute = self._dispute(user_id=system.id)
        self.assertEqual(dispute.user_id, self.chief)
        self.customer.collector_id = self.collector
        self.assertEqual(self._dispute(user_id=system.id).user_id, self.collector)

    # The deadline

    def test_deadline_asks_the_owner_once_then_the_responsible_once(self):
        dispute = self._dispute(user_id=self.collector.id)
        self._follow_up(13)
        self.assertFalse(self._tasks(dispute))
        for _times in range(5):
            self._follow_up(14)
        self.assertEqual(self._tasks(dispute).user_id, self.collector)
        self.assertEqual(len(self._tasks(dispute)), 1)
        self.assertFalse(dispute.is_late)
        for _times in range(5):
            self._follow_up(21)
        self.assertEqual(
            [(task.user_id, task.date_deadline) for task in self._tasks(dispute).sorted("id")],
            [(self.collector, later(14)), (self.chief, later(21))],
        )
        self._tasks(dispute)._action_done(feedback="I will ask the warehouse")
        self._follow_up(30)
        self.assertFalse(self._tasks(dispute), "nobody is asked twice for the same deadline")

    def test_later_deadline_is_watched_anew(self):
        dispute = self._dispute()
        self._follow_up(14)
        self._tasks(dispute)._action_done()
        dispute.date_deadline = later(40)
        self._follow_up(39)
        self.assertFalse(self._tasks(dispute))
        self._follow_up(40)
        self.assertEqual(len(self._tasks(dispute)), 1)

    def test_owner_who_has_left(self):
        dispute = self._dispute(user_id=self.collector.id)
        self.collector.sudo().active = False
        self._follow_up(14)
        self.assertEqual(self._tasks(dispute).user_id, self.chief)

    def test_resolved_dispute_leaves_no_task(self):
        dispute = self._dispute()
        self._follow_up(30)
        self.assertEqual(len(self._tasks(dispute)), 2)
        dispute.action_withdraw()
        self.assertFalse(self._tasks(dispute))
        self._follow_up(60)
        self.assertFalse(self._tasks(dispute))

    def test_no_deadline_where_the_company_wants_none(self):
        self.company.collection_dispute_days = 0
        self.assertFalse(self._dispute().date_deadline)

    # Rejection

    def _reject(self, dispute, days=0):
        with freeze_time(later(days)):
            action = dispute.action_resolve_rejected()
            wizard = self.env[action["res_model"]].browse(action["res_id"])
            wizard.resolution = "The carrier has the signature"
            wizard.action_resolve()

    def test_rejection_gives_the_days_again_and_goes_on_where_it_stood(self):
        """Level 1 stands; disputed while level 2 falls due; rejected: seven days, then
        level 2, not level 1 again and not level 3."""
        invoice = self._invoice(days_late=5)
        self._run()
        with freeze_time(later(1)):
            dispute = self._dispute(invoice, date_from=later(1))
        self.assertSkipped(self._run(on=later(12)), invoice, "disputed")
        self._reject(dispute, 12)
        self.assertRecordValues(
            dispute,
            [
                {
                    "state": "rejected",
                    "resolution_kind": "rejected",
                    "date_resolved": later(12),
                    "resolved_by_id": self.env.uid,
                    "resolution": "The carrier has the signature",
                    "date_wait": later(19),
                    "days_open": 11,
                }
            ],
        )
        with freeze_time(later(13)):
            invoice.invalidate_recordset()
            self.assertEqual(invoice.collection_next_date, later(20))
            self.assertIn("rejected on", invoice.collection_status_detail)
        run = self._run(on=later(19))
        self.assertSkipped(run, invoice, "disputed")
        self.assertFalse(run.notice_ids)
        notice = self._run(on=later(20)).notice_ids
        self.assertEqual((notice.level_id, notice.amount_due), (self.level_2, 100.0))

    def test_undisputed_part_goes_on_in_the_customers_days(self):
        invoice = self._invoice(days_late=5)
        dispute = self._dispute(invoice, amount_disputed=30)
        self._reject(dispute)
        notice = self._run(on=later(1)).notice_ids
        self.assertEqual(notice.amount_due, 70.0)
        notice = self._run(on=later(12)).notice_ids
        self.assertEqual((notice.level_id, notice.amount_due), (self.level_2, 100.0))

    def test_rejected_dispute_of_everything(self):
        invoice = self._invoice(days_late=5)
        stranger = self._invoice(days_late=5, partner=self._create_customer("Stranger"))
        self._reject(self._dispute())
        run = self._run(on=later(7))
        self.assertSkipped(run, invoice, "disputed")
        self.assertEqual(run.notice_ids.line_ids.move_id, stranger)
        self.assertIn(invoice, self._run(on=later(8)).notice_ids.line_ids.move_id)

    def test_company_that_gives_no_days(self):
        self.company.collection_dispute_rejected_days = 0
        invoice = self._invoice(days_late=5)
        self._reject(self._dispute(invoice))
        self.assertEqual(self._run(on=later(1)).notice_ids.line_ids.move_id, invoice)

    def test_rejection_says_why(self):
        dispute = self._dispute()
        action = dispute.action_resolve_rejected()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        with self.assertRaisesRegex(UserError, "what was found"):
            wizard.action_resolve()
        wizard.resolution = "Signed for"
        wizard.action_resolve()
        with self.assertRaisesRegex(UserError, "resolved already"):
            wizard.action_resolve()

    def test_opened_again(self):
        invoice = self._invoice(days_late=5)
        dispute = self._dispute(invoice)
        self._reject(dispute)
        with freeze_time(later(3)):
            dispute.action_reopen()
        self.assertRecordValues(
            dispute,
            [
                {
                    "state": "open",
                    "date_resolved": False,
                    "date_wait": False,
                    "resolution_kind": False,
                    "date_deadline": later(17),
                }
            ],
        )
        self.assertSkipped(self._run(on=later(30)), invoice, "disputed")

    def test_withdrawn_dispute_gives_no_days(self):
        invoice = self._invoice(days_late=5)
        dispute = self._dispute(invoice)
        dispute.action_withdraw()
        self.assertFalse(dispute.date_wait)
        self.assertEqual(self._run(on=later(1)).notice_ids.line_ids.move_id, invoice)

    # Documents, reasons and what is reported

    def test_documents_are_kept_with_it(self):
        dispute = self._dispute().with_context(tracking_disable=False)
        dispute.message_post(body="Photos", attachments=[("crate.jpg", b"jpeg")])
        self.assertEqual(dispute.message_attachment_count, 1)

    def test_reasons_and_time_to_resolution_are_reported(self):
        price = self.env.ref("account_collections.reason_price")
        first, second, third = (
            self._dispute(self._invoice(days_late=5, amount=amount), reason_id=reason.id)
            for amount, reason in ((100, self.damaged), (300, self.damaged), (50, price))
        )
        self._reject(first, 4)
        self._reject(second, 20)
        self.env.flush_all()
        report = self.env["collection.dispute.report"]
        with freeze_time(later(30)):
            groups = report._read_group(
                [("dispute_id", "in", (first | second | third).ids)],
                ["reason_id"],
                ["__count", "amount_contested:sum", "days_to_resolution:avg", "days_open:avg"],
                order="reason_id",
            )
            self.assertCountEqual(
                groups,
                [(self.damaged, 2, 400.0, 12.0, 0.0), (price, 1, 50.0, 0.0, 30.0)],
            )
            late = report.search([("is_late", "=", True)]).dispute_id
        self.assertEqual(late & (first | second | third), second | third)
        row = report.browse(first.id)
        self.assertEqual(row.action_open_dispute()["res_id"], first.id)

    def test_reason_of_another_kind_or_company(self):
        other = self.setup_other_company(name="Other")["company"]
        foreign = self.env["collection.reason"].create(
            {"name": "Theirs", "kind": "dispute", "company_id": other.id}
        )
        with self.assertRaises(UserError):
            self._dispute(reason_id=foreign.id)
        self._dispute(reason_id=self.damaged.id)
        with self.assertRaisesRegex(UserError, "archive it"):
            self.damaged.unlink()

    # Why customers pay late

    def test_reasons_for_lateness_are_counted_with_what_was_overdue(self):
        cash = self.env.ref("account_collections.reason_cash")
        self._invoice(days_late=5, amount=100)
        self._invoice(days_late=-5, amount=900)
        call = self.env["collection.communication"].create(
            {
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "channel": "call",
                "summary": "No money",
                "lateness_reason_id": cash.id,
            }
        )
        self.assertEqual(call.amount_overdue, 100.0)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collections.collection_communication_action_lateness"
        )
        self.assertIn("lateness_reason_id", action["domain"])
        groups = self.env["collection.communication"]._read_group(
            [("partner_id", "=", self.customer.id), ("lateness_reason_id", "!=", False)],
            ["lateness_reason_id"],
            ["amount_overdue:sum"],
        )
        self.assertEqual(groups, [(cash, 100.0)])

    # Interest

    def test_interest_is_due_for_the_whole_time_after_a_rejection(self):
        """1,000.00 at 36.5 %: 1.00 a day, nothing while it is disputed, all of it after."""
        rule = self.env["collection.fee.rule"].create(
            {"name": "One a day", "interest_kind": "contractual", "rate": 36.5}
        )
        invoice = self._invoice(days_late=30, amount=1000)
        dispute = self._dispute(invoice, date_from=later(-20))
        item = self._item(invoice)
        self.assertFalse(rule.compute_charges(item, TODAY))
        self._reject(dispute)
        rows = rule.compute_charges(item, TODAY)
        self.assertAlmostEqual(sum(row["amount"] for row in rows), 30.0)
        self.assertEqual(rows[0]["date_from"], date(2026, 3, 2))

    def test_amounts_are_never_negative(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.cr.savepoint(),
        ):
            self.company.collection_dispute_days = -1
            self.company.flush_recordset()
