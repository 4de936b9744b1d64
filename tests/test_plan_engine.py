"""Dates and amounts of instalments, and when a plan is kept or has lapsed."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine import plans
from ..engine.plans import ACTIVE, BROKEN, CANCELLED, KEPT, Instalment
from .engine_common import stable

FIRST = date(2026, 1, 31)


@tagged("post_install", "-at_install")
class TestPlanEngine(BaseCase):
    def test_the_31st_comes_back_after_a_short_month(self):
        self.assertEqual(
            plans.dates(FIRST, 4),
            [FIRST, date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)],
        )
        self.assertEqual(
            plans.dates(FIRST, 3, every=2), [FIRST, date(2026, 3, 31), date(2026, 5, 31)]
        )
        self.assertEqual(
            plans.dates(FIRST, 3, every=2, unit=plans.WEEKS),
            [FIRST, date(2026, 2, 14), date(2026, 2, 28)],
        )

    def test_the_rest_is_in_the_last(self):
        self.assertEqual(plans.spread(100.0, 3), [33.33, 33.33, 33.34])
        self.assertEqual(plans.spread(1000.0, 3, 1.0), [333.0, 333.0, 334.0])
        self.assertEqual(plans.spread(50.0, 1), [50.0])
        for total, count in ((0.02, 3), (100.0, 0), (0.0, 1)):
            with self.subTest(total=total, count=count), self.assertRaises(ValueError):
                plans.spread(total, count)

    @stable
    @given(
        st.integers(1, 10_000_000),
        st.integers(1, 60),
        st.sampled_from((1.0, 0.01, 0.001, 0.05)),
        st.dates(date(2020, 1, 1), date(2040, 12, 31)),
        st.integers(1, 6),
        st.sampled_from((plans.MONTHS, plans.WEEKS)),
    )
    def test_nothing_is_lost_and_dates_ascend(self, units, count, precision, first, every, unit):
        total = round(units * precision, 6)
        days = plans.dates(first, count, every, unit)
        self.assertEqual(days[0], first)
        self.assertEqual(days, sorted(set(days)))
        if units < count:
            return
        amounts = plans.spread(total, count, precision)
        self.assertAlmostEqual(sum(amounts), total, places=4)
        self.assertGreater(min(amounts), 0)
        self.assertEqual(amounts[-1], max(amounts))

    def verdict(self, received, days, **rules):
        """Three instalments of 100 until the days 10, 20 and 30."""
        lines = [
            Instalment(100.0, FIRST + timedelta(days=10 * number), amount)
            for number, amount in enumerate(received, start=1)
        ]
        return plans.verdict(lines, FIRST + timedelta(days=days), **rules)

    def test_a_plan_lapses_as_it_says(self):
        rows = (
            ("nothing due", (0, 0, 0), 10, {}, ACTIVE),
            ("one missing", (0, 0, 0), 11, {}, BROKEN),
            ("one a cent short", (99.99, 0, 0), 11, {}, BROKEN),
            ("one missing, two allowed", (0, 0, 0), 11, {"lapses_after": 2}, ACTIVE),
            ("two missing", (0, 0, 0), 21, {"lapses_after": 2}, BROKEN),
            ("caught up late", (100, 0, 0), 21, {"lapses_after": 2}, ACTIVE),
            ("missing for days", (0, 0, 0), 15, {"lapses_after": 2, "lapse_days": 5}, BROKEN),
            ("not yet", (0, 0, 0), 14, {"lapses_after": 2, "lapse_days": 5}, ACTIVE),
            ("paid to the end", (100, 100, 100), 31, {}, KEPT),
            ("paid early", (100, 100, 100), 12, {}, KEPT),
            ("at the end one is missing", (100, 100, 0), 31, {"lapses_after": 2}, BROKEN),
        )
        for story, received, days, rules, expected in rows:
            with self.subTest(story):
                self.assertEqual(self.verdict(received, days, **rules), expected)

    def test_what_was_called_off_was_not_kept(self):
        rows = (
            ("all of it", (), 1, {}, CANCELLED),
            ("a part, the rest was paid", (100, 100), 1, {"called_off": 100.0}, CANCELLED),
            ("a part, the rest is to come", (100, 0), 1, {"called_off": 100.0}, ACTIVE),
            ("a part, the rest did not come", (100, 0), 31, {"called_off": 100.0}, BROKEN),
            ("one of nothing", (100, 100), 1, {"called_off": 0.0}, KEPT),
        )
        for story, received, days, rules, expected in rows:
            with self.subTest(story):
                self.assertEqual(self.verdict(received, days, **rules), expected)
