"""Reference rates in time, and the rate a rule makes of them."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine.daycount import (
    ACT_360,
    ACT_365,
    THIRTY_360,
    anniversary,
    days_between,
    half_year_start,
)
from ..engine.rates import MissingRate, RateRule, Series
from .engine_common import stable
from .interest_common import half_years

any_day = st.dates(date(2023, 1, 1), date(2029, 12, 31))


@tagged("post_install", "-at_install")
class TestSeries(BaseCase):
    ecb = half_years(2024, 4.5, 4.25, 3.15)
    steps = Series("BNR", ((date(2024, 8, 8), 6.5), (date(2023, 1, 11), 7.0)), False)

    def test_values(self):
        for series, day, expected in [
            (self.ecb, date(2024, 1, 1), "4.5"),
            (self.ecb, date(2024, 6, 30), "4.5"),
            (self.ecb, date(2024, 7, 1), "4.25"),
            (self.ecb, date(2025, 6, 30), "3.15"),
            (self.steps, date(2023, 1, 11), "7.0"),
            (self.steps, date(2024, 8, 7), "7.0"),
            (self.steps, date(2024, 8, 8), "6.5"),
            (self.steps, date(2040, 1, 1), "6.5"),
        ]:
            with self.subTest(series=series.name, day=day):
                self.assertEqual(series.on(day), Decimal(expected))

    def test_missing(self):
        late = Series("LATE", ((date(2024, 2, 15), 4.5),))
        for series, day, named in [
            (self.ecb, date(2023, 12, 31), date(2023, 7, 1)),
            (self.ecb, date(2025, 7, 1), date(2025, 7, 1)),
            (self.ecb, date(2026, 3, 5), date(2026, 1, 1)),
            (late, date(2024, 2, 14), date(2024, 1, 1)),
            (self.steps, date(2023, 1, 10), date(2023, 1, 10)),
            (Series("NONE", ()), date(2024, 5, 5), date(2024, 1, 1)),
        ]:
            with self.subTest(series=series.name, day=day):
                with self.assertRaises(MissingRate) as raised:
                    series.on(day)
                self.assertEqual(
                    (raised.exception.series, raised.exception.day), (series.name, named)
                )
        self.assertEqual(late.on(date(2024, 6, 30)), Decimal("4.5"), "its half-year's")

    def test_changes_are_after_the_first_day_and_up_to_the_last(self):
        halves = {date(2024, 7, 1), date(2025, 1, 1)}
        self.assertEqual(self.ecb.changes(date(2024, 1, 1), date(2025, 1, 1)), halves)
        self.assertEqual(self.ecb.changes(date(2024, 7, 1), date(2024, 12, 31)), set())
        # Also where no value starts: the last one ends there.
        self.assertEqual(self.ecb.changes(date(2025, 1, 1), date(2025, 12, 31)), {date(2025, 7, 1)})
        self.assertEqual(
            self.steps.changes(date(2023, 1, 1), date(2024, 12, 31)),
            {date(2023, 1, 11), date(2024, 8, 8)},
        )


@tagged("post_install", "-at_install")
class TestRateRule(BaseCase):
    def rate(self, day, start=None, **values):
        return RateRule(**values).on(day, start or day)

    def test_agreed_and_referenced(self):
        ecb = half_years(2024, 4.5, 4.25)
        day = date(2024, 8, 1)
        self.assertEqual(self.rate(day, percent=9.9), Decimal("9.9"))
        self.assertEqual(self.rate(day, percent=9.9, series=ecb, margin=8.0), Decimal("12.25"))

    def test_germany_2008(self):
        """schraegschrift.de, "Basiszinssatz ab 1.1.2009": 3.19 before, then 1.62 and
        with the 8 points of that time 9.62."""
        base = half_years(2008, 3.32, 3.19, 1.62)
        before, after = date(2008, 12, 31), date(2009, 1, 1)
        self.assertEqual(self.rate(after, before, series=base, margin=8.0), Decimal("9.62"))
        self.assertEqual(
            self.rate(after, before, series=base, margin=8.0, floating=False), Decimal("11.19")
        )

    def test_negative_references(self):
        base = half_years(2020, -0.88)
        day = date(2020, 3, 1)
        self.assertEqual(self.rate(day, series=base, margin=9.0), Decimal("8.12"))
        self.assertEqual(self.rate(day, series=base, margin=0.5), 0)
        self.assertEqual(self.rate(day, percent=-3.0), 0)

    def test_belgium_rounds_up_to_the_half_point(self):
        """leuropeinfo.eu and embuild.be: 12.5, 12.5, 11.5 and 10.5 percent in the half-years
        from 2024 on, 8 points over the ECB's rates."""
        ecb = half_years(2024, 4.5, 4.25, 3.15, 2.15)
        days = [date(2024, 1, 1), date(2024, 7, 1), date(2025, 1, 1), date(2025, 7, 1)]
        found = [self.rate(day, series=ecb, margin=8.0, round_up_to_half=True) for day in days]
        self.assertEqual(found, [Decimal(text) for text in ("12.5", "12.5", "11.5", "10.5")])

    def test_france_floor(self):
        """bpifrance-creation.fr, "Taux des pénalités de retard", second half of 2024:
        4.25 + 10 is 14.25 by default, and three times 4.92 is the floor, 14.76."""
        day = date(2024, 9, 1)
        legal = half_years(2024, 5.07, 4.92, name="legal")
        ecb = half_years(2024, 4.5, 4.25)
        self.assertEqual(self.rate(day, series=ecb, margin=10.0), Decimal("14.25"))
        floored = [
            self.rate(day, percent=12.0, floor=legal),
            self.rate(day, percent=18.0, floor=legal),
            self.rate(day, percent=1.0, floor=legal, floor_factor=1.5),
        ]
        self.assertEqual(floored, [Decimal("14.76"), Decimal(18), Decimal("7.38")])
        start = date(2024, 3, 1)
        fixed = self.rate(day, start, percent=12.0, floor=legal, floating=False)
        self.assertEqual(fixed, Decimal("15.21"), "of the half-year it began in")

    def test_changes(self):
        ecb, legal = half_years(2024, 4.5), Series("legal", ((date(2024, 3, 1), 5.0),), False)
        period = date(2024, 1, 1), date(2024, 12, 31)
        july, march = date(2024, 7, 1), date(2024, 3, 1)
        self.assertEqual(RateRule(9.0).changes(*period), set())
        self.assertEqual(RateRule(series=ecb).changes(*period), {july})
        self.assertEqual(RateRule(9.0, floor=legal).changes(*period), {march})
        self.assertEqual(RateRule(series=ecb, floor=legal).changes(*period), {july, march})
        self.assertEqual(RateRule(series=ecb, floating=False).changes(*period), set())


@tagged("post_install", "-at_install")
class TestDays(BaseCase):
    def test_day_counts(self):
        rows = [
            # start, end, actual, 30/360
            (date(2025, 2, 16), date(2025, 3, 1), 13, 15),
            (date(2024, 2, 28), date(2024, 3, 1), 2, 3),
            (date(2025, 1, 30), date(2025, 1, 31), 1, 0),
            (date(2025, 1, 31), date(2025, 3, 31), 59, 60),
            (date(2024, 1, 1), date(2025, 1, 1), 366, 360),
            (date(2025, 5, 5), date(2025, 5, 5), 0, 0),
        ]
        for start, end, actual, thirty in rows:
            with self.subTest(start=start, end=end):
                counted = [days_between(start, end, c) for c in (ACT_365, ACT_360, THIRTY_360)]
                self.assertEqual(counted, [actual, actual, thirty])

    @stable
    @given(any_day, any_day, any_day, st.sampled_from((ACT_365, ACT_360, THIRTY_360)))
    def test_days_add_up(self, one, two, three, day_count):
        start, middle, end = sorted((one, two, three))
        parts = days_between(start, middle, day_count), days_between(middle, end, day_count)
        self.assertEqual(sum(parts), days_between(start, end, day_count))
        self.assertGreaterEqual(min(parts), 0)

    def test_anniversaries(self):
        for start, months, expected in [
            (date(2025, 1, 31), 1, date(2025, 2, 28)),
            (date(2025, 1, 31), 2, date(2025, 3, 31)),
            (date(2023, 11, 30), 3, date(2024, 2, 29)),
            (date(2024, 2, 29), 12, date(2025, 2, 28)),
            (date(2024, 2, 29), 48, date(2028, 2, 29)),
            (date(2025, 12, 15), 1, date(2026, 1, 15)),
            (date(2025, 6, 30), 6, date(2025, 12, 30)),
            (date(2025, 5, 5), 0, date(2025, 5, 5)),
        ]:
            with self.subTest(start=start, months=months):
                self.assertEqual(anniversary(start, months), expected)

    @stable
    @given(any_day)
    def test_half_years(self, day):
        start = half_year_start(day)
        self.assertIn((start.month, start.day), {(1, 1), (7, 1)})
        self.assertTrue(start <= day < start + timedelta(days=185))
        self.assertEqual((start.month > 6, start.year), (day.month > 6, day.year))
