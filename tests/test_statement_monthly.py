"""Monthly statements: to whom, when, and never twice."""

from datetime import date, timedelta

import psycopg2

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TODAY, CollectionsCommon

APRIL_1 = date(2026, 4, 1)
MARCH_1 = date(2026, 3, 1)


@tagged("post_install", "-at_install")
class TestStatementMonthly(CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.collection_statement_frequency = "monthly"

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

    def test_one_bad_customer_stops_nobody(self):
        lost = self._create_customer("Without Mail", email=False)
        for customer in (lost, self.customer):
            self._invoice(days_late=10, partner=customer)
        rows = self._cron()
        self.assertEqual(
            {row.partner_id: row.state for row in rows},
            {lost: "failed", self.customer: "queued"},
        )
        self.assertEqual(self._cron(), rows)
