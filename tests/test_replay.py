"""The judge of `./dev replay`: by hand what it works out from a ledger.

The replay itself, of a small ledger, is run by `./dev test` after these tests; see
devtools/replay_check.py.
"""

import tempfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..devtools.replay import charge_oracle, ledger, oracle

HEADER = "customer,invoice,invoice_date,due_date,amount,currency,paid_date\n"
RUNGS = [
    oracle.Rung(1, "Courtesy", -3, 0, 0, 0),
    oracle.Rung(2, "Oops", 3, 0, 0, 0),
    oracle.Rung(3, "What is wrong?", 15, 14, 0, 0),
    oracle.Rung(4, "Ultimatum", 30, 8, 10, 1),
]
DUE = date(2024, 3, 1)


def _read(*rows):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.csv"
        path.write_text(HEADER + "\n".join(rows) + "\n")
        return ledger.read(path)


RATES = charge_oracle.Published(
    {date(2023, 7, 1): Decimal("4"), date(2024, 1, 1): Decimal("4.5")}
)


@tagged("post_install", "-at_install")
class TestReplay(BaseCase):
    """What the oracle expects is what a person would read off the calendar."""

    def _climb(self, posted, days=70, mode="step"):
        """Days after the due date and level of each reminder an open invoice must get."""
        books = _read(f"C1,F1,{posted},{DUE},100.10,EUR,")
        judge = oracle.Oracle(RUNGS, mode)
        invoice, reminders = books.by_number["F1"], []
        for offset in range((posted - DUE).days, days):
            day = DUE + timedelta(days=offset)
            expected = judge.expected(invoice, day)
            if expected:
                self.assertTrue(judge.follows(invoice, *expected, day))
                judge.issued("F1", *expected, day)
                reminders.append((offset, *expected))
        return reminders

    def test_step_by_step(self):
        self.assertEqual(
            self._climb(date(2024, 2, 1)),
            [(-3, 1, 1), (3, 2, 1), (17, 3, 1), (30, 4, 1), (40, 4, 2)],
        )

    def test_invoiced_after_its_due_date(self):
        """No courtesy; one level a day at most, and the intervals count."""
        self.assertEqual(
            self._climb(DUE + timedelta(days=50), days=90),
            [(50, 2, 1), (64, 3, 1), (72, 4, 1), (82, 4, 2)],
        )

    def test_jump(self):
        self.assertEqual(
            self._climb(DUE + timedelta(days=20), days=45, mode="jump"),
            [(20, 3, 1), (30, 4, 1), (40, 4, 2)],
        )

    def test_levels_left_out_are_seen(self):
        books = _read(f"C1,F1,2024-02-01,{DUE},100,EUR,")
        judge = oracle.Oracle(RUNGS, "step")
        invoice, late = books.by_number["F1"], DUE + timedelta(days=20)
        self.assertFalse(judge.follows(invoice, 3, 1, late))
        self.assertTrue(judge.follows(invoice, 2, 1, late))
        self.assertFalse(judge.follows(invoice, 2, 1, DUE))

    def test_payments_of_a_day_are_one(self):
        books = _read(
            "C1,F1,2024-02-01,2024-03-01,100.10,EUR,2024-03-05",
            "C1,F2,2024-02-02,2024-03-02,0.20,EUR,2024-03-05",
            "C1,F3,2024-02-03,2024-03-03,5,USD,2024-03-05",
        )
        payments = books.paid_on[date(2024, 3, 5)]
        self.assertEqual([payment.cents for payment in payments], [10030, 500])
        self.assertTrue(books.by_number["F1"].is_open(date(2024, 3, 4)))
        self.assertFalse(books.by_number["F1"].is_open(date(2024, 3, 5)))

    def test_bad_files_are_refused(self):
        for row, reason in (
            ("C1,F1,2024-02-01,2024-03-01,ten,EUR,", "line 2"),
            ("C1,F1,2024-02-31,2024-03-01,10,EUR,", "line 2"),
            ("C1,F1,2024-02-01,2024-03-01,-10,EUR,", "line 2"),
            ("C1,F1,2024-02-01,2024-03-01,10,EUR,2024-01-01", "line 2"),
        ):
            with self.subTest(row=row), self.assertRaisesRegex(ledger.LedgerError, reason):
                _read(row)

    def test_interest_day_by_day(self):
        """1,000 due on 15 December 2023, paid on 16 January 2024: 16 days at 14 %,
        16 days at 14.5 %; the day of payment counts, the due day does not."""
        terms = charge_oracle.Terms(published=RATES, margin=Decimal(10))
        due = date(2023, 12, 15)
        self.assertEqual(terms.interest(100_000, due, date(2023, 12, 31)), 614)
        self.assertEqual(terms.interest(100_000, due, date(2024, 1, 16)), 1249)
        fixed = charge_oracle.Terms(published=RATES, margin=Decimal(10), floating=False)
        self.assertEqual(fixed.interest(100_000, due, date(2024, 1, 16)), 1227)

    def test_interest_after_a_part_payment(self):
        """The day of the payment still bears the old balance."""
        terms = charge_oracle.Terms(agreed=Decimal("36.5"))
        due = date(2024, 3, 1)
        paid = [(date(2024, 3, 4), 60_000)]
        self.assertEqual(terms.interest(100_000, due, date(2024, 3, 6), paid), 380)

    def test_thirty_days_a_month(self):
        terms = charge_oracle.Terms(agreed=Decimal(5), day_count="thirty_360")
        self.assertEqual(terms.interest(100_000, date(2024, 1, 31), date(2024, 3, 31)), 833)

    def test_half_years_without_a_rate(self):
        terms = charge_oracle.Terms(published=RATES)
        with self.assertRaises(charge_oracle.NoRate):
            terms.interest(100_000, date(2024, 6, 30), date(2024, 7, 1))

    def test_money_nobody_has_allocated(self):
        """It counts for the oldest invoices, until it is set against the right ones."""
        rows = [f"C{n},X{n},2024-01-01,2024-01-02,1,EUR,2024-01-0{n}" for n in range(1, 10)]
        books = _read(
            *rows,
            "Z,OLD,2024-01-05,2024-01-10,70,EUR,2024-03-01",
            "Z,NEW,2024-01-05,2024-02-10,100,EUR,2024-02-20",
        )
        known = charge_oracle.KnownPayments(books)
        old, new = books.by_number["OLD"], books.by_number["NEW"]
        paid = date(2024, 2, 20)
        self.assertEqual(known.payments(old, paid - timedelta(days=1)), [])
        self.assertEqual(known.payments(old, paid), [(paid, 7000)])
        self.assertEqual(known.payments(new, paid), [(paid, 3000)])
        allocated = paid + ledger.ALLOCATION_LAG
        self.assertEqual(known.payments(old, allocated), [])
        self.assertEqual(known.payments(new, allocated), [(paid, 10000)])
