"""Which level an item has earned: one row, one case."""

from dataclasses import replace
from datetime import date

from odoo.tests import tagged

from ..engine.ladder import (
    ADVANCE,
    FINISHED,
    HIGHEST,
    JUMP,
    SKIP,
    STEP,
    WAIT,
    Decision,
    Level,
    days_overdue,
    decide,
    decide_all,
    is_overdue,
)
from .engine_common import (
    COURTESY,
    DUE,
    LEVELS,
    OOPS,
    POLICY,
    ULTIMATUM,
    WHY,
    LadderCase,
    day,
    item,
    ladder_of,
)


@tagged("post_install", "-at_install")
class TestLadderDays(LadderCase):
    def test_g4_due_day_is_never_late(self):
        for on, late in ((day(-1), False), (day(0), False), (day(1), True)):
            self.assertEqual(is_overdue(item(), on), late)
        self.assertEqual([days_overdue(DUE, day(n)) for n in (-3, 0, 1)], [-3, 0, 1])
        at_once = Level(9, 90, 1)
        self.check(
            ladder_of(at_once),
            [
                ("the due day", item(), 0, (WAIT, at_once, 1)),
                ("the day after", item(), 1, at_once),
            ],
        )

    def test_delays_are_calendar_days_across_month_ends_and_leap_years(self):
        rows = [
            # due, delay, the day it is reached
            (date(2025, 1, 31), 1, date(2025, 2, 1)),
            (date(2025, 1, 31), 30, date(2025, 3, 2)),
            (date(2024, 1, 31), 30, date(2024, 3, 1)),
            (date(2024, 2, 29), 365, date(2025, 2, 28)),
            (date(2025, 12, 31), 1, date(2026, 1, 1)),
            (date(2025, 3, 30), 1, date(2025, 3, 31)),  # the clocks change
            (date(2025, 3, 1), -1, date(2025, 2, 28)),
            (date(2024, 3, 1), -1, date(2024, 2, 29)),
        ]
        for due, delay, reached in rows:
            with self.subTest(due=due, delay=delay):
                level = Level(9, 90, delay)
                an_item = item(due=due)
                before = date.fromordinal(reached.toordinal() - 1)
                self.assertEqual(
                    decide(an_item, ladder_of(level), before),
                    Decision(WAIT, level, next_date=reached),
                )
                self.assertEqual(decide(an_item, ladder_of(level), reached).step, ADVANCE)

    def test_g2_late_levels_never_come_before_the_due_date(self):
        late = Level(9, 90, 60)
        self.check(
            ladder_of(late),
            [
                ("60 days before", item(), -60, (WAIT, late, 60)),
                ("one day early", item(), 59, (WAIT, late, 60)),
                ("60 days after", item(), 60, late),
            ],
        )

    def test_g5_a_changed_due_date_is_decided_anew(self):
        moved = item(WHY, reached=15, due=day(40))
        self.check(
            ladder_of(),
            [
                ("put off: no courtesy again, no level down", moved, 38, (WAIT, ULTIMATUM, 70)),
                ("the new date has earned it", moved, 70, ULTIMATUM),
                ("put forward: earned at once", item(due=day(-20)), 0, OOPS),
            ],
        )

    def test_g5_no_due_date_is_told_not_guessed(self):
        decision = decide(item(due=None), ladder_of(), day(0))
        self.assertEqual(decision, Decision(SKIP, reason="no_due_date"))
        self.assertFalse(is_overdue(item(due=None), day(0)))

    def test_no_policy_or_an_empty_one_asks_for_nothing(self):
        nothing = Decision(FINISHED, reason="no_policy")
        self.assertEqual(decide(item(), None, day(40)), nothing)
        self.assertEqual(decide(item(), replace(ladder_of(), levels=()), day(40)), nothing)

    def test_absurd_dates_stop_nobody(self):
        last_day = date(9999, 12, 31)
        for due in (last_day, date(9999, 12, 20), date(1, 1, 1)):
            for pause in (None, ("held", "", last_day)):
                decisions = decide_all([item(due=due, pause=pause)], {POLICY: ladder_of()}, day(0))
                self.assertIn(decisions[1].step, (WAIT, FINISHED, ADVANCE, SKIP))
        self.assertEqual(decide(item(due=last_day), ladder_of(), day(0)).next_date.year, 9999)


@tagged("post_install", "-at_install")
class TestLadderModes(LadderCase):
    def test_c2_step_visits_every_level(self):
        """Forty days late and never reminded: from the bottom, a level a day."""
        self.check(
            ladder_of(),
            [
                ("never reminded", item(), 40, OOPS),
                ("courtesy only", item(COURTESY), 40, OOPS),
                ("the oldest was paid, this one is at level 1", item(OOPS, 3), 40, WHY),
                ("at level 2", item(WHY, 15), 40, ULTIMATUM),
                ("at the last", item(ULTIMATUM, 30), 40, (FINISHED, None, None)),
            ],
        )

    def test_c5_jump_goes_where_the_delay_has_earned(self):
        self.check(
            ladder_of(mode=JUMP),
            [
                ("ninety days late, never reminded", item(), 90, ULTIMATUM),
                ("twenty days late", item(), 20, WHY),
                ("four days late", item(), 4, OOPS),
                ("from level 1 past level 2", item(OOPS, 3), 33, ULTIMATUM),
                ("between two levels", item(OOPS, 3), 14, (WAIT, WHY, 15)),
            ],
        )

    def test_c5_a_level_set_by_hand_is_respected(self):
        by_hand = item(WHY, reached=0)
        self.check(
            ladder_of(),
            [
                ("raised on the due day", by_hand, 20, (WAIT, ULTIMATUM, 30)),
                ("and on from there", by_hand, 30, ULTIMATUM),
            ],
        )

    def test_c4_levels_listed_in_any_order_climb_by_delay(self):
        upside_down = ladder_of(*reversed(LEVELS))
        self.assertEqual(upside_down.levels, LEVELS)
        self.check(upside_down, [("40 days late", item(), 40, OOPS)])
        misnumbered = ladder_of(replace(OOPS, sequence=99), replace(ULTIMATUM, sequence=1))
        self.assertEqual([level.id for level in misnumbered.levels], [OOPS.id, ULTIMATUM.id])

    def test_a_level_of_another_policy_counts_by_its_delay(self):
        """The customer changed policy: nobody starts again from the bottom."""

        def elsewhere(delay):
            return item(level_id=99, level_delay=delay, level_date=day(5), occurrence=1)

        self.check(
            ladder_of(),
            [
                ("between levels 1 and 2", elsewhere(10), 40, WHY),
                ("same delay as level 2", elsewhere(15), 40, ULTIMATUM),
                ("beyond the last", elsewhere(45), 90, (FINISHED, None, None)),
                ("only a courtesy", elsewhere(-3), 40, OOPS),
            ],
        )

    def test_the_last_level_of_another_policy_is_not_repeated(self):
        repeating = replace(ULTIMATUM, repeat_days=7, max_repeats=5)
        other = item(level_id=99, level_delay=30, level_date=day(30), occurrence=1)
        self.check(ladder_of(OOPS, repeating), [("same delay", other, 90, (FINISHED, None, None))])


@tagged("post_install", "-at_install")
class TestLadderCourtesy(LadderCase):
    def test_g4_a_courtesy_is_given_until_the_due_day_and_then_passed_over(self):
        rows = [
            ("four days before", item(), -4, (WAIT, COURTESY, -3)),
            ("three days before", item(), -3, COURTESY),
            ("server was down", item(), -1, COURTESY),
            ("on the due day", item(), 0, COURTESY),
            ("a day late it would be wrong", item(), 1, (WAIT, OOPS, 3)),
            ("given: wait for level 1", item(COURTESY), -2, (WAIT, OOPS, 3)),
            ("given: the due day is quiet", item(COURTESY), 0, (WAIT, OOPS, 3)),
        ]
        for mode in (STEP, JUMP, HIGHEST):
            self.check(ladder_of(mode=mode), rows)

    def test_a_ladder_of_courtesies_ends_on_the_due_day(self):
        week, eve = Level(1, 10, -7), Level(2, 20, -1)
        self.check(
            ladder_of(week, eve),
            [
                ("one after the other", item(week), -3, (WAIT, eve, -1)),
                ("late, never told", item(), 1, (FINISHED, None, None)),
                ("late, told once", item(week), 1, (FINISHED, None, None)),
            ],
        )

    def test_a_courtesy_is_not_repeated_after_the_due_day(self):
        daily = replace(COURTESY, repeat_days=2, max_repeats=5)
        told = item(daily)
        self.check(
            ladder_of(daily),
            [
                ("repeated while it makes sense", told, -1, daily),
                ("not when late", told, 1, (FINISHED, None, None)),
                ("the last time was the eve", item(daily, -1, occurrence=2), 0,
                 (FINISHED, None, None)),
            ],
        )  # fmt: skip

    def test_a_courtesy_that_its_interval_forbids_until_too_late(self):
        """The next date is level 1's, not one on which the courtesy is over."""
        week, eve = Level(1, 10, -7), Level(2, 20, -1, min_interval_days=10)
        self.check(
            ladder_of(week, eve, OOPS),
            [
                ("waiting", item(week), -3, (WAIT, OOPS, 3)),
                ("earned, forbidden", item(week), 0, (SKIP, "min_interval", 3)),
                ("passed over", item(week), 1, (WAIT, OOPS, 3)),
            ],
        )

    def test_a_level_on_the_due_day_itself(self):
        today = Level(5, 15, 0)
        self.check(
            ladder_of(COURTESY, today, OOPS),
            [
                ("the eve", item(COURTESY), -1, (WAIT, today, 0)),
                ("the day", item(COURTESY), 0, today),
                ("missed: still given, it is no courtesy", item(COURTESY), 2, today),
                ("the courtesy first, when both are open", item(), 0, COURTESY),
            ],
        )
