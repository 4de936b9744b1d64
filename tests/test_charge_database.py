"""The database itself refuses to charge anything twice."""

import psycopg2.errors

from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .charges_common import ChargesCommon
from .common import TODAY, later


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestChargeDatabase(ChargesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(20, 1000.0)
        cls.item = cls._item(cls.invoice)

    def _charge(self, kind="interest", first=-19, last=0, **values):
        return (
            self.env["collection.charge"]
            .sudo()
            .create(
                {
                    "move_line_id": self.item.id,
                    "kind": kind,
                    "date_from": later(first),
                    "date_to": later(last),
                    "amount": 1.0,
                    "fee_rule_id": self.rule.id,
                    **values,
                }
            )
        )

    def assertRefused(self, error, **values):
        with mute_logger("odoo.sql_db"), self.assertRaises(error), self.env.cr.savepoint():
            self._charge(**values)
            self.env.flush_all()

    def test_overlapping_interest(self):
        self._charge(first=-19, last=-10)
        for first, last in ((-19, -10), (-10, 0), (-30, -19), (-15, -12), (-40, 5)):
            with self.subTest(first=first, last=last):
                self.assertRefused(psycopg2.errors.ExclusionViolation, first=first, last=last)
        self._charge(first=-9, last=0)
        self._charge(first=-30, last=-20)

    def test_every_live_state_blocks_and_reversed_does_not(self):
        for state in ("draft", "posted", "waived"):
            with self.subTest(state=state):
                charge = self._charge(state=state)
                self.env.flush_all()
                self.assertRefused(psycopg2.errors.ExclusionViolation)
                charge.state = "reversed"
                self.env.flush_all()
        self._charge()
        self.env.flush_all()

    def test_interest_by_another_rule_overlaps_too(self):
        """Two rules, one item, the same days: once."""
        self._charge()
        other = self._fee_rule("Other")
        self.assertRefused(psycopg2.errors.ExclusionViolation, fee_rule_id=other.id)

    def test_two_items_in_the_same_period(self):
        second = self._item(self._invoice(20, 500.0))
        self._charge()
        self._charge(move_line_id=second.id)
        self._charge(kind="compensation")
        self._charge(kind="compensation", move_line_id=second.id)
        self.env.flush_all()

    def test_second_compensation(self):
        first = self._charge(kind="compensation")
        other = self._fee_rule("Other")
        for values in ({}, {"first": 0}, {"fee_rule_id": other.id}):
            self.assertRefused(psycopg2.errors.UniqueViolation, kind="compensation", **values)
        first.state = "reversed"
        self.env.flush_all()
        self._charge(kind="compensation")
        self.env.flush_all()

    def test_same_fee_twice(self):
        """Once an item, level, rule and occurrence; the fee of the notice beside it."""
        values = {"kind": "fee", "level_id": self.level_2.id}
        first = self._charge(**values)
        self.assertRefused(psycopg2.errors.UniqueViolation, **values)
        self._charge(**values, is_notice_fee=True)
        self._charge(**values, is_notice_fee=True, occurrence=2)
        self._charge(**{**values, "level_id": self.level_3.id})
        self.assertRefused(psycopg2.errors.UniqueViolation, **values, is_notice_fee=True)
        first.state = "reversed"
        self.env.flush_all()
        self._charge(**values)
        self.env.flush_all()

    def test_fees_without_level_or_rule(self):
        """NULL is no way round the index."""
        values = {"kind": "fee", "level_id": False, "fee_rule_id": False}
        self._charge(**values)
        self.assertRefused(psycopg2.errors.UniqueViolation, **values)

    def test_nonsense(self):
        self.assertRefused(psycopg2.errors.CheckViolation, amount=0.0)
        self.assertRefused(psycopg2.errors.CheckViolation, amount=-5.0)
        self.assertRefused(psycopg2.errors.CheckViolation, first=1, last=0)

    def test_the_database_stops_what_the_code_did_not(self):
        """Two notices that charge the same days at once: the second is refused whole."""
        self._ready(self.invoice)
        run = self._run(issue=False)
        self._charge(first=-5, last=-5)
        details = run.notice_ids.charge_details
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.ExclusionViolation),
            self.env.cr.savepoint(),
        ):
            self.env["collection.charge"].sudo()._make(
                [
                    {
                        "move_line_id": row["line"],
                        "kind": row["kind"],
                        "date_from": row["date_from"],
                        "date_to": row["date_to"],
                        "amount": row["net"],
                        "fee_rule_id": row["fee_rule_id"],
                    }
                    for row in details
                ],
                TODAY,
            )
        run.action_issue()
        self.assertEqual(run.notice_ids.state, "issued")
        days = [
            (row.date_from, row.date_to)
            for row in self._charges(self.invoice, "interest").sorted("date_from")
        ]
        self.assertEqual(
            days,
            [(later(-19), later(-6)), (later(-5), later(-5)), (later(-4), TODAY)],
        )
