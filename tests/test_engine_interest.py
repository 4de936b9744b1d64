"""Interest from the history of a balance: what counts, when, and how it is rounded."""

from datetime import date

from odoo.tests import tagged

from ..engine.daycount import ACT_360, THIRTY_360
from ..engine.interest import (
    DAILY,
    END,
    MONTHLY,
    SEGMENT,
    YEARLY,
    History,
    interest,
    segments,
)
from ..engine.rates import MissingRate, RateRule
from .engine_common import day
from .interest_common import InterestCase, half_years, rule


@tagged("post_install", "-at_install")
class TestBalance(InterestCase):
    def test_which_days_bear_what(self):
        rows = [
            # story, changes (days late, amount), days asked for, segments
            ("the due day itself does not count", [], (0, 0), []),
            ("the day after it does", [], (1, 1), [(1, 1, 1000, 1.0)]),
            ("the day of payment counts", [(5, -1000)], (1, 30), [(1, 5, 1000, 5.0)]),
            ("a part is paid", [(5, -600)], (1, 30), [(1, 5, 1000, 5.0), (6, 30, 400, 10.0)]),
            ("paid in parts, told in any order", [(9, -300), (5, -600)], (1, 20),
             [(1, 5, 1000, 5.0), (6, 9, 400, 1.6), (10, 20, 100, 1.1)]),
            ("several changes on one day", [(5, -600), (5, -100), (5, 50)], (1, 10),
             [(1, 5, 1000, 5.0), (6, 10, 350, 1.75)]),
            ("a part paid before the due day", [(-3, -600)], (1, 10), [(1, 10, 400, 4.0)]),
            ("a part paid on the due day", [(0, -600)], (1, 10), [(1, 10, 400, 4.0)]),
            ("paid before the due day", [(-3, -1000)], (1, 10), []),
            ("paid too much", [(5, -1200)], (1, 30), [(1, 5, 1000, 5.0)]),
            ("paid too much, and a part of it came back", [(5, -1200), (10, 500)], (1, 20),
             [(1, 5, 1000, 5.0), (11, 20, 300, 3.0)]),
            ("the settlement was undone", [(5, -1000), (10, 1000)], (1, 20),
             [(1, 5, 1000, 5.0), (11, 20, 1000, 10.0)]),
            ("paid on the last day asked for", [(10, -1000)], (1, 10), [(1, 10, 1000, 10.0)]),
            ("paid later", [(40, -1000)], (1, 10), [(1, 10, 1000, 10.0)]),
            ("from the middle", [], (11, 20), [(11, 20, 1000, 10.0)]),
            ("from the middle of a balance", [(5, -600)], (4, 8),
             [(4, 5, 1000, 2.0), (6, 8, 400, 1.2)]),
            ("from a change on", [(5, -600)], (6, 8), [(6, 8, 400, 1.2)]),
            ("the last day is before the first", [], (5, 4), []),
            ("before the due day", [], (-10, -1), []),
            ("from before the due day on", [], (-10, 5), [(1, 5, 1000, 5.0)]),
        ]  # fmt: skip
        for story, changes, (first, last), expected in rows:
            with self.subTest(story):
                self.assertEqual(self.rows(changes, first=first, last=last), expected)

    def test_a_segment_says_how_it_was_computed(self):
        (part,) = segments(History(day(0), 1000.0), rule(9.25), day(1), day(10))
        self.assertEqual(
            (part.date_from, part.date_to, part.days, part.balance, part.rate, part.amount),
            (day(1), day(10), 10, 1000.0, 9.25, 2.53),
        )

    def test_no_interest_at_a_rate_of_zero_is_told_as_such(self):
        self.assertEqual(self.rows([], rule(0.0), last=10), [(1, 10, 1000, 0.0)])

    def test_grace(self):
        rows = [
            # story, changes, last day, interest with ten days of grace
            ("still in the grace days", [], 10, 0.0),
            ("later, from the start", [], 11, 11.0),
            ("paid on the last of the grace days", [(10, -1000)], 30, 0.0),
            ("paid one day too late", [(11, -1000)], 30, 11.0),
            ("a part in time bears none", [(5, -600)], 20, 8.0),
            ("parts in time and too late", [(5, -600), (15, -400)], 20, 6.0),
            ("undone within the grace days", [(5, -1000), (8, 1000)], 20, 12.0),
        ]
        for story, changes, last, expected in rows:
            with self.subTest(story):
                parts = self.rows(changes, rule(grace_days=10), last=last)
                self.assertAlmostEqual(sum(part[3] for part in parts), expected)

    def test_the_cap_is_a_share_of_the_principal(self):
        capped = rule(cap_percent=2)
        self.assertEqual(self.rows([], capped, last=19), [(1, 19, 1000, 19.0)])
        self.assertEqual(self.rows([], capped, last=30), [(1, 30, 1000, 20.0)])
        self.assertEqual(self.rows([], capped, first=16, last=30), [(16, 30, 1000, 5.0)])
        self.assertEqual(self.rows([], capped, first=21, last=30), [])
        self.assertEqual(
            self.rows([(12, -400)], capped, last=99), [(1, 12, 1000, 12.0), (13, 99, 600, 8.0)]
        )
        self.assertEqual(self.rows([(25, -400)], capped, last=99), [(1, 25, 1000, 20.0)])
        self.assertEqual(self.rows([], rule(cap_percent=0.0004), last=30), [])

    def test_without_a_cap_interest_may_exceed_the_principal(self):
        self.assertEqual(self.rows([], last=1500), [(1, 1500, 1000, 1500.0)])


@tagged("post_install", "-at_install")
class TestRateChanges(InterestCase):
    """The half-year ends 91 days after 31 March."""

    ecb = half_years(2025, 28.5, 65.0)
    floating = rule(RateRule(series=ecb, margin=8.0))
    fixed = rule(RateRule(series=ecb, margin=8.0, floating=False))

    def test_floating_and_fixed_at_the_start(self):
        self.assertEqual(
            self.rows([], self.floating, last=100),
            [(1, 91, 1000, 91.0), (92, 100, 1000, 18.0)],
        )
        parts = segments(History(day(0), 1000.0), self.floating, day(1), day(100))
        self.assertEqual([part.rate for part in parts], [36.5, 73.0])
        self.assertEqual(self.rows([], self.fixed, last=100), [(1, 100, 1000, 100.0)])

    def test_the_first_day_of_interest_sets_the_fixed_rate_not_the_due_day(self):
        """SI 2002/1675 art. 4: the reference of 30 June serves interest from 1 July."""
        due = date(2025, 6, 30)
        self.assertEqual(interest(History(due, 1000.0), self.fixed, due, date(2025, 7, 10)), 20.0)

    def test_a_missing_rate_is_named_with_its_half_year(self):
        with self.assertRaises(MissingRate) as raised:
            self.rows([], self.floating, last=276)
        self.assertEqual((raised.exception.series, raised.exception.day),
                         ("ECB", date(2026, 1, 1)))  # fmt: skip
        self.assertIn("ECB", str(raised.exception))
        self.assertIn("2026-01-01", str(raised.exception))

    def test_a_missing_rate_matters_only_where_interest_is_borne(self):
        self.assertEqual(len(self.rows([], self.floating, last=275)), 2, "until 31 December")
        self.assertEqual(self.rows([], self.fixed, last=400), [(1, 400, 1000, 400.0)])
        self.assertEqual(self.rows([(5, -1000)], self.floating, last=400), [(1, 5, 1000, 5.0)])
        capped = rule(RateRule(series=self.ecb, margin=8.0), cap_percent=10)
        self.assertEqual(
            self.rows([], capped, last=400), [(1, 91, 1000, 91.0), (92, 275, 1000, 9.0)]
        )
        patient = rule(RateRule(series=half_years(2020, 4.0)), grace_days=10)
        self.assertEqual(self.rows([], patient, last=10), [])
        with self.assertRaises(MissingRate):
            self.rows([], patient, last=11)

    def test_a_rate_missing_earlier_is_missing_later_too(self):
        """The sum charged so far depends on it."""
        with self.assertRaises(MissingRate) as raised:
            self.rows([], rule(RateRule(series=half_years(2026, 2.0))), first=280, last=290)
        self.assertEqual(raised.exception.day, date(2025, 1, 1))


@tagged("post_install", "-at_install")
class TestRounding(InterestCase):
    def test_each_way_to_round(self):
        changes = [(4, -600)]
        for rounding, first, second in [
            (END, 1.10, 0.43),  # 1.0959 + 0.4384 = 1.5342
            (SEGMENT, 1.10, 0.44),
            (DAILY, 1.08, 0.44),  # 4 x 0.27 and 4 x 0.11
        ]:
            with self.subTest(rounding):
                self.assertEqual(
                    self.rows(changes, rule(10, rounding=rounding), last=8),
                    [(1, 4, 1000, first), (5, 8, 400, second)],
                )

    def test_half_a_cent_is_rounded_away_from_zero(self):
        for days, expected in [(1, 0.01), (2, 0.01), (3, 0.02), (5, 0.03)]:
            self.assertEqual(self.charged(5.0, 36.5, day(0), day(days)), expected)

    def test_currencies_without_and_with_other_decimals(self):
        for precision, principal, days, expected in [
            (1.0, 1450.0, 3, 4.0),  # yen
            (1.0, 1500.0, 3, 5.0),
            (0.001, 5.05, 1, 0.005),  # Tunisian millimes
            (0.05, 37.0, 3, 0.10),  # five centimes
        ]:
            with self.subTest(precision=precision):
                found = self.charged(principal, 36.5, day(0), day(days), precision=precision)
                self.assertEqual(found, expected)


@tagged("post_install", "-at_install")
class TestCompounding(InterestCase):
    def parts(self, start, end, changes=(), rate=36.5, **values):
        found = segments(History(start, 1000.0, tuple(changes)), rule(rate, **values), start, end)
        return [(part.date_to, part.balance, part.amount) for part in found]

    def test_monthly_from_the_last_of_a_month(self):
        start, end = date(2025, 1, 31), date(2025, 4, 30)
        february = (date(2025, 2, 28), 1000.0, 28.0)
        march = (date(2025, 3, 31), 1028.0, 31.87)
        for rounding, april in [(END, 31.79), (SEGMENT, 31.80)]:
            with self.subTest(rounding):
                self.assertEqual(
                    self.parts(start, end, compounding=MONTHLY, rounding=rounding),
                    [february, march, (end, 1059.87, april)],
                )

    def test_what_is_added_is_rounded_only_where_segments_are(self):
        """60 yen bear 1.68 + 1.91 + 1.91, just under 5.50; had 2 and 2 been added, 5.52.
        235 yen bear 7, then 7.502 of 242; had 6.58 been added, 7.489."""
        start, end = date(2025, 1, 31), date(2025, 4, 30)
        for principal, rounding, expected in [(60.0, END, [2, 2, 1]), (235.0, SEGMENT, [7, 8, 8])]:
            monthly = rule(compounding=MONTHLY, rounding=rounding)
            parts = segments(History(start, principal), monthly, start, end, precision=1.0)
            self.assertEqual([part.amount for part in parts], expected)

    def test_yearly_from_29_february(self):
        found = self.parts(date(2024, 2, 29), date(2028, 3, 1), rate=10, compounding=YEARLY)
        ends = [date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29)]
        self.assertEqual([part[0] for part in found], [*ends, date(2028, 3, 1)])
        # Three years of 365 days and one of 366.
        self.assertEqual([part[1] for part in found[:4]], [1000.0, 1100.0, 1210.0, 1331.0])
        self.assertEqual([part[2] for part in found[:4]], [100.0, 110.0, 121.0, 133.46])

    def test_yearly_of_360_actual_days_is_a_calendar_year(self):
        found = self.parts(
            date(2025, 1, 31), date(2026, 2, 1), rate=36, day_count=ACT_360, compounding=YEARLY
        )
        self.assertEqual(found, [(date(2026, 1, 31), 1000.0, 365.0),
                                 (date(2026, 2, 1), 1365.0, 1.37)])  # fmt: skip

    def test_interest_added_stays_until_the_debt_is_paid(self):
        start, end = date(2025, 1, 31), date(2025, 4, 15)
        first = [(date(2025, 2, 28), 1000.0, 28.0), (date(2025, 3, 15), 1028.0, 15.42)]
        paid = self.parts(start, end, [(date(2025, 3, 15), -1000.0)], compounding=MONTHLY)
        self.assertEqual(paid, first)
        half = self.parts(start, end, [(date(2025, 3, 15), -500.0)], compounding=MONTHLY)
        self.assertEqual(half[:2], first)
        self.assertEqual(half[2], (date(2025, 3, 31), 528.0, 8.45))

    def test_thirty_360(self):
        """1,000.00 at 36 percent bears 1.00 a day."""
        for start, end, expected in [
            (date(2025, 1, 30), date(2025, 1, 31), None),
            (date(2025, 1, 31), date(2025, 2, 28), 28.0),
            (date(2025, 1, 31), date(2025, 3, 1), 31.0),
            (date(2025, 2, 28), date(2025, 3, 1), 3.0),
            (date(2024, 2, 29), date(2024, 3, 1), 2.0),
            (date(2024, 12, 31), date(2025, 1, 31), 30.0),
            (date(2024, 3, 15), date(2025, 3, 15), 360.0),
        ]:
            with self.subTest(start=start, end=end):
                found = self.parts(start, end, rate=36, day_count=THIRTY_360)
                self.assertEqual(found, [(end, 1000.0, expected)] if expected else [])
