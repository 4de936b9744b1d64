"""Monthly statements: to whom, when, and never twice."""

import smtplib
from datetime import date, timedelta
from unittest.mock import patch

import psycopg2

from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MockEmail

from ..models import (
    collection_delivery_letters,
    collection_run_batches,
    collection_statement_delivery,
    collection_statement_monthly,
    ir_actions_report_engine,
)
from .common import TODAY, CollectionsCommon

APRIL_1 = date(2026, 4, 1)
APRIL_2 = date(2026, 4, 2)
MARCH_1 = date(2026, 3, 1)
HANGS = ir_actions_report_engine.PdfEngineError("The PDF engine took longer and was stopped.")
DELIVERY = collection_statement_delivery.__name__
LETTERS = collection_delivery_letters.__name__
BATCHES = collection_run_batches.__name__


@tagged("post_install", "-at_install")
class TestStatementMonthly(CollectionsCommon, MockEmail):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.collection_statement_frequency = "monthly"

    def setUp(self):
        super().setUp()
        self.addCleanup(collection_delivery_letters._paused.clear)

    def _cron(self, day=APRIL_1):
        self.env["collection.statement"]._cron_monthly_statements(day)
        return self._rows()

    def _rows(self):
        return self.env["collection.communication"].search([("statement_month", "!=", False)])

    def test_once_a_month(self):
        self._invoice(days_late=10)
        row = self._cron()
        self.assertEqual(row.partner_id, self.customer)
        self.assertEqual(
            (row.statement_date_from, row.statement_date_to, row.statement_month),
            (MARCH_1, TODAY, MARCH_1),
        )
        for day in (APRIL_1, APRIL_1, date(2026, 4, 20)):
            self.assertEqual(self._cron(day), row)
        self.assertEqual(len(self._cron(date(2026, 5, 4))), 2)

    def test_the_database_says_so(self):
        self._invoice(days_late=10)
        row = self._cron()
        with self.assertRaises(psycopg2.IntegrityError), mute_logger("odoo.sql_db"):
            row.sudo().copy({"statement_month": MARCH_1})

    def test_catches_up_after_days_off_line(self):
        self._invoice(days_late=10)
        self.assertEqual(self._cron(date(2026, 4, 23)).statement_date_to, TODAY)

    def test_frequency_of_company_and_customer(self):
        other = self._create_customer("Own Wish")
        for customer in (self.customer, other):
            self._invoice(days_late=10, partner=customer)
        self.customer.collection_statement_frequency = "none"
        self.assertEqual(self._cron().partner_id, other)
        self.company.collection_statement_frequency = "none"
        self.customer.collection_statement_frequency = "monthly"
        self.assertEqual(self._cron(date(2026, 5, 4))[:1].partner_id, self.customer)

    def test_nothing_to_say(self):
        """Settled long ago: nothing is sent; paid last month: one that says so."""
        invoice = self._invoice(days_late=100)
        self._pay(invoice, on=TODAY - timedelta(days=80))
        self.assertFalse(self._cron())
        self._pay(self._invoice(days_late=100), on=TODAY - timedelta(days=3))
        self.assertEqual(len(self._cron()), 1)

    def test_held_customers_are_left_alone(self):
        self._invoice(days_late=10)
        self._pause("hold", partner=self.customer, date_until=date(2026, 4, 10))
        self.assertFalse(self._cron())
        self.assertEqual(len(self._cron(date(2026, 4, 13))), 1)

    def test_contacted_often_enough(self):
        self.company.collection_max_contacts = 1
        self._invoice(days_late=10)
        self.env["collection.communication"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "channel": "call",
                "summary": "Called",
                "date": "2026-03-31 10:00:00",
            }
        )
        self.assertFalse(self._cron())
        self.assertEqual(len(self._cron(date(2026, 4, 8))), 1)

    def test_not_on_a_day_off(self):
        self.company.collection_workdays_only = True
        self._invoice(days_late=10)
        self.assertFalse(self._cron(date(2026, 4, 4)))
        self.assertTrue(self._cron(date(2026, 4, 7)))

    def test_without_an_address_once_a_month(self):
        lost = self._create_customer("Without Mail", email=False)
        for customer in (lost, self.customer):
            self._invoice(days_late=10, partner=customer)
        rows = self._cron()
        self.assertEqual(
            {row.partner_id: row.state for row in rows},
            {lost: "failed", self.customer: "queued"},
        )
        self.assertEqual(self._cron(date(2026, 4, 2)), rows)

    # Trouble

    def _customers(self, count):
        customers = self.customer
        for number in range(1, count):
            customers |= self._create_customer(f"Statement {number:02}")
        for customer in customers:
            self._invoice(days_late=10, partner=customer)
        return customers

    def _render(self, error, bad=None):
        """Statements that fail, all or those of some customers.

        :return: a patch; what it mocks counts the calls
        """
        statement = self.env.registry["collection.statement"]
        render = statement._render

        def fail(statement, company, customer, period):
            if bad is None or customer in bad:
                raise error
            return render(statement, company, customer, period)

        return patch.object(statement, "_render", autospec=True, side_effect=fail)

    def _triggers(self):
        """When the action is to be called besides its hour."""
        cron = self.env.ref("account_collections.ir_cron_statements")
        return self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])

    def _on(self, day):
        with freeze_time(day), mute_logger(DELIVERY, LETTERS, BATCHES):
            return self._cron(day)

    def test_one_bad_customer_stops_nobody(self):
        """He is in the log with the reason; tomorrow he is tried again, after the others."""
        customers = self._customers(3)
        lost = customers[0]
        with self._render(ValueError("no statement today"), lost):
            rows = self._on(APRIL_1)
            self.assertEqual(
                {row.partner_id: row.state for row in rows},
                dict.fromkeys(customers, "queued") | {lost: "failed"},
            )
            bad = rows.filtered(lambda row: row.partner_id == lost)
            self.assertIn("no statement today", bad.failure_reason)
            self.assertEqual(self._on(APRIL_1), rows, "once a day")
        again = self._on(APRIL_2) - rows
        self.assertRecordValues(again, [{"partner_id": lost.id, "state": "queued"}])
        self.assertTrue(bad.resolved)
        self.assertFalse(self._on(date(2026, 4, 3)) - again - rows)

    def test_the_mail_server_is_away_on_the_day(self):
        """Sent the next day, while it is the statement of last month."""
        self._invoice(days_late=10)
        away = smtplib.SMTPConnectError(421, b"down")
        server = self.env.registry["ir.mail_server"]

        def refuse(row):
            with (
                self.mock_mail_gateway(),
                patch.object(server, "_connect__", side_effect=away),
                mute_logger("odoo.addons.mail.models.mail_mail"),
            ):
                row.mail_mail_id.send()

        first = self._on(APRIL_1)
        refuse(first)
        self.assertEqual((first.state, first.failure_kind), ("failed", "temporary"))
        self.assertEqual(self._on(APRIL_1), first, "not twice in a day")
        second = self._on(APRIL_2) - first
        self.assertEqual((second.state, second.statement_month), ("queued", MARCH_1))
        self.assertTrue(first.resolved)
        refuse(second)
        with freeze_time(APRIL_2):
            second.action_resend()
        third = self._rows() - first - second
        self.assertEqual((third.state, third.statement_month), ("queued", MARCH_1))
        self.assertEqual(self._on(date(2026, 4, 3)), third)
        refuse(third)
        may = self._on(date(2026, 5, 4)) - third
        self.assertEqual(may.statement_month, APRIL_1, "March is over")

    def test_a_person_who_has_dealt_with_it_is_believed(self):
        self._invoice(days_late=10)
        with self._render(ValueError("no statement today")):
            row = self._on(APRIL_1)
        row.action_resolve()
        self.assertEqual(self._on(APRIL_2), row)

    def test_an_engine_that_hangs_is_asked_twice(self):
        """The others stay due, and go out when it works again."""
        customers = self._customers(12)
        with self._render(HANGS) as engine:
            rows = self._on(APRIL_1)
            self.assertEqual(engine.call_count, 2)
            self.assertEqual(rows.partner_id, customers[:2])
            self.assertEqual(set(rows.mapped("failure_kind")), {"temporary"})
            self._on(APRIL_1)
            self.assertEqual(engine.call_count, 2, "it is known to hang")
            self.assertTrue(self._triggers())
        collection_delivery_letters._paused.clear()
        later = self._on(APRIL_1) - rows
        self.assertEqual(later.partner_id, customers[2:])
        self.assertEqual((self._on(APRIL_2) - rows - later).partner_id, customers[:2])

    def test_a_person_waits_twice_for_an_engine_that_hangs(self):
        customers = self._customers(6)
        statements = self.env["collection.statement"].sudo()
        with self._render(HANGS) as engine, mute_logger(DELIVERY, LETTERS):
            rows = statements._send(self.company, customers, MARCH_1, TODAY)
            self.assertEqual(engine.call_count, 2)
            self.assertEqual(set(rows.mapped("state")), {"failed"}, "he sees why")
            rows.action_resend()
            self.assertEqual(engine.call_count, 2)
        collection_delivery_letters._paused.clear()

    def test_a_batch_ends_before_the_worker_does(self):
        self.assertLess(
            collection_statement_monthly.BATCH * ir_actions_report_engine.TIMEOUT / 4, 120
        )

    def test_a_conflict_is_tried_again_at_once(self):
        self._invoice(days_late=10)
        statement = self.env.registry["collection.statement"]
        send, conflicts = statement._send_monthly, [psycopg2.errors.SerializationFailure()] * 2

        def meet(*args):
            if conflicts:
                raise conflicts.pop()
            return send(*args)

        with (
            patch.object(statement, "_send_monthly", meet),
            patch.object(self.env.cr, "rollback") as rollback,
        ):
            self.assertEqual(self._on(APRIL_1).state, "queued")
        self.assertEqual(rollback.call_count, 2)

    def test_a_conflict_every_time_waits_some_minutes(self):
        self._invoice(days_late=10)
        conflict = psycopg2.errors.SerializationFailure()
        with self._render(conflict), patch.object(self.env.cr, "rollback"):
            self.assertFalse(self._on(APRIL_1))
        self.assertTrue(self._triggers())
