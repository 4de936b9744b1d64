"""Working days: weekends, holidays, and calendars that make no sense."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine.workdays import HORIZON_DAYS, is_working_day, next_working_day
from .engine_common import stable

OFFICE = {0, 1, 2, 3, 4}
EASTER_2025 = {date(2025, 4, 18), date(2025, 4, 21)}
weeks = st.sets(st.integers(0, 6))
some_days = st.dates(date(2024, 1, 1), date(2026, 12, 31))


@tagged("post_install", "-at_install")
class TestWorkdays(BaseCase):
    def test_next_working_day(self):
        rows = [
            # story, day, worked weekdays, holidays, next working day
            ("a Wednesday", date(2025, 4, 16), OFFICE, (), date(2025, 4, 16)),
            ("a Saturday", date(2025, 4, 12), OFFICE, (), date(2025, 4, 14)),
            ("a Sunday", date(2025, 4, 13), OFFICE, (), date(2025, 4, 14)),
            ("Good Friday: Easter Tuesday", date(2025, 4, 18), OFFICE, EASTER_2025,
             date(2025, 4, 22)),
            ("Easter Monday", date(2025, 4, 21), OFFICE, EASTER_2025, date(2025, 4, 22)),
            ("the eve of Good Friday", date(2025, 4, 17), OFFICE, EASTER_2025,
             date(2025, 4, 17)),
            ("a shop, open on Saturdays", date(2025, 4, 12), OFFICE | {5}, (),
             date(2025, 4, 12)),
            ("Mondays only", date(2025, 4, 15), {0}, EASTER_2025, date(2025, 4, 28)),
            ("31 December, a Wednesday, to Friday", date(2025, 12, 31), OFFICE,
             {date(2025, 12, 31), date(2026, 1, 1)}, date(2026, 1, 2)),
            ("28 February", date(2025, 2, 28), {5, 6}, (), date(2025, 3, 1)),
            ("no hours entered: every day", date(2025, 4, 13), set(), (), date(2025, 4, 13)),
            ("every day but holidays", date(2025, 4, 18), set(), EASTER_2025,
             date(2025, 4, 19)),
        ]  # fmt: skip
        for story, day, weekdays, holidays, expected in rows:
            with self.subTest(story):
                self.assertEqual(next_working_day(day, weekdays, holidays), expected)
                self.assertTrue(is_working_day(expected, weekdays, holidays))
                self.assertEqual(is_working_day(day, weekdays, holidays), day == expected)

    def test_a_calendar_without_a_working_day_ends(self):
        """A year closed: the day itself, rather than a search without end."""
        day = date(2025, 4, 13)
        closed = {day + timedelta(days=number) for number in range(2 * HORIZON_DAYS)}
        self.assertEqual(next_working_day(day, OFFICE, closed), day)

    def test_a_year_closed_but_for_its_last_day(self):
        day = date(2025, 4, 13)
        closed = {day + timedelta(days=number) for number in range(HORIZON_DAYS)}
        opens = day + timedelta(days=HORIZON_DAYS)
        self.assertEqual(next_working_day(day, set(), closed), opens)

    def test_the_last_day_a_date_can_hold(self):
        self.assertEqual(date.max.weekday(), 4)
        self.assertEqual(next_working_day(date.max, OFFICE), date.max)
        self.assertEqual(next_working_day(date.max, {0}), date.max)

    @stable
    @given(some_days, weeks, st.sets(some_days, max_size=40))
    def test_never_earlier_and_no_working_day_is_passed_over(self, day, weekdays, holidays):
        found = next_working_day(day, weekdays, holidays)
        passed = [day + timedelta(days=number) for number in range((found - day).days)]
        self.assertGreaterEqual(found, day)
        self.assertTrue(is_working_day(found, weekdays, holidays))
        self.assertFalse([one for one in passed if is_working_day(one, weekdays, holidays)])
        self.assertEqual(next_working_day(found, weekdays, holidays), found)
