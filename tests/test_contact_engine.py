"""Quiet times and contacts a week, without Odoo's records."""

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine.contact_rules import (
    Quiet,
    is_quiet_day,
    last_allowed_day,
    limited_until,
    next_allowed,
    next_allowed_day,
    room,
)
from .engine_common import stable

NIGHT = Quiet(20, 8)
OFFICE = frozenset(range(5))
TUESDAY = date(2026, 3, 31)
EASTER_MONDAY = date(2026, 4, 6)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31))
hours = st.floats(0, 23.75).map(lambda hour: round(hour * 4) / 4)
days = st.dates(date(2026, 1, 1), date(2026, 12, 31))


def at(day, hour, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute)


@tagged("post_install", "-at_install")
class TestContactEngine(BaseCase):
    def test_the_night_ends_in_the_morning(self):
        wednesday = TUESDAY + timedelta(days=1)
        for moment, expected in (
            (at(TUESDAY, 7, 59), at(TUESDAY, 8)),
            (at(TUESDAY, 8), at(TUESDAY, 8)),
            (at(TUESDAY, 19, 59), at(TUESDAY, 19, 59)),
            (at(TUESDAY, 20), at(wednesday, 8)),
            (at(TUESDAY, 23, 59), at(wednesday, 8)),
        ):
            with self.subTest(moment):
                self.assertEqual(next_allowed(moment, NIGHT), expected)

    def test_the_last_day_before_quiet_ones(self):
        quiet = Quiet(weekdays=OFFICE, holidays=frozenset({EASTER_MONDAY}))
        friday = date(2026, 4, 3)
        for day in (friday, friday + timedelta(days=1), EASTER_MONDAY):
            with self.subTest(day):
                self.assertEqual(last_allowed_day(day, quiet), friday)

    def test_a_pause_at_noon_ends_the_same_day(self):
        lunch = Quiet(12, 13.5)
        self.assertEqual(next_allowed(at(TUESDAY, 12, 15), lunch), at(TUESDAY, 13, 30))
        self.assertEqual(next_allowed(at(TUESDAY, 13, 30), lunch), at(TUESDAY, 13, 30))

    def test_the_same_time_twice_is_no_quiet_time(self):
        for hour in (0, 8.5):
            moment = at(TUESDAY, 8, 30)
            self.assertEqual(next_allowed(moment, Quiet(hour, hour)), moment)

    def test_over_the_weekend_and_a_holiday(self):
        quiet = Quiet(20, 8, OFFICE, frozenset({EASTER_MONDAY}))
        friday = date(2026, 4, 3)
        self.assertEqual(next_allowed(at(friday, 20, 30), quiet), at(date(2026, 4, 7), 8))
        self.assertEqual(next_allowed_day(date(2026, 4, 4), quiet), date(2026, 4, 7))
        self.assertEqual(next_allowed_day(friday, quiet), friday)

    def test_a_calendar_without_a_free_day_ends_the_search(self):
        always = Quiet(
            holidays=frozenset(TUESDAY + timedelta(days=n) for n in range(-1, 1000))
        )
        self.assertEqual(next_allowed(at(TUESDAY, 9), always), at(TUESDAY, 9))
        self.assertEqual(next_allowed_day(TUESDAY, always), TUESDAY)

    @stable
    @given(moments, hours, hours, st.sets(st.integers(0, 6)))
    def test_what_is_allowed_stays_allowed_and_never_lies_before(self, moment, start, end, week):
        quiet = Quiet(start, end, frozenset(week))
        allowed = next_allowed(moment, quiet)
        self.assertGreaterEqual(allowed, moment)
        self.assertFalse(is_quiet_day(allowed.date(), quiet))
        self.assertEqual(next_allowed(allowed, quiet), allowed)

    def test_contacts_in_seven_days(self):
        contacts = [TUESDAY - timedelta(days=n) for n in (0, 3, 6, 7, 30)]
        self.assertIsNone(limited_until(contacts, 0, TUESDAY))
        self.assertIsNone(limited_until(contacts, 4, TUESDAY))
        # The oldest of three leaves the week tomorrow.
        self.assertEqual(limited_until(contacts, 3, TUESDAY), TUESDAY)
        self.assertEqual(limited_until(contacts, 1, TUESDAY), TUESDAY + timedelta(days=6))
        self.assertEqual([room(contacts, limit, TUESDAY) for limit in (2, 3, 5)], [0, 0, 2])

    @stable
    @given(st.lists(days, max_size=12), st.integers(1, 5), days)
    def test_the_day_after_the_limit_a_contact_is_allowed(self, contacts, limit, day):
        known = [contact for contact in contacts if contact <= day]
        until = limited_until(known, limit, day)
        if until is None:
            self.assertGreater(room(known, limit, day), 0)
            return
        self.assertEqual(room(known, limit, until), 0)
        self.assertGreater(room(known, limit, until + timedelta(days=1)), 0)
