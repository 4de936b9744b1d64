"""What holds for every ladder, due date and set of days on which somebody asks."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine.ladder import (
    HIGHEST,
    JUMP,
    NEXT,
    RESUME,
    STEP,
    days_overdue,
    decide,
    decide_all,
    worst_delays,
)
from .engine_common import (
    climb,
    days_from,
    due_dates,
    item,
    ladders,
    stable,
)

# Longer than any of the ladders takes to climb when asked at least every ten days.
HORIZON = 600
gaps = st.lists(st.integers(1, 10), min_size=1, max_size=12)
first_days = st.integers(-30, 90)  # days late when somebody first asks


@tagged("post_install", "-at_install")
class TestLadderClimb(BaseCase):
    @stable
    @given(ladders(), due_dates, first_days, gaps, st.integers(1, 3))
    def test_a1_c4_levels_ascend_and_none_is_issued_twice(self, ladder, due, first, gaps, runs):
        days = list(days_from(due + timedelta(days=first), gaps, HORIZON))
        history = climb(item(due=due), ladder, days, runs_a_day=runs)
        when = [on for on, _level, _nth in history]
        self.assertEqual(len(set(when)), len(when), "two levels on one day")
        steps = [(level.delay_days, nth) for _on, level, nth in history]
        self.assertEqual(steps, sorted(set(steps)))
        self.assertLessEqual({nth for level, nth in steps if level != steps[-1][0]}, {1})

    @stable
    @given(ladders(), due_dates, first_days, gaps)
    def test_g2_g4_a_level_is_never_early_and_a_courtesy_never_late(self, ladder, due, first, gaps):
        days = days_from(due + timedelta(days=first), gaps, HORIZON)
        for on, level, _nth in climb(item(due=due), ladder, days):
            late = days_overdue(due, on)
            self.assertGreaterEqual(late, level.delay_days)
            if level.delay_days < 0:
                self.assertLessEqual(late, 0)
            if level.delay_days > 0:
                self.assertGreater(late, 0)

    @stable
    @given(ladders(modes=(STEP,)), due_dates, first_days, gaps)
    def test_c2_step_leaves_out_no_level_after_the_due_date(self, ladder, due, first, gaps):
        days = days_from(due + timedelta(days=first), gaps, HORIZON)
        history = climb(item(due=due), ladder, days)
        reached = [level for _on, level, nth in history if nth == 1 and level.delay_days >= 0]
        self.assertEqual(reached, [lvl for lvl in ladder.levels if lvl.delay_days >= 0])

    @stable
    @given(ladders(modes=(STEP,)), due_dates, gaps)
    def test_c8_g3_missed_days_change_when_but_not_what(self, ladder, due, gaps):
        """Asked every day, or only now and then: the same levels, later."""
        first = due - timedelta(days=30)
        daily = climb(item(due=due), ladder, days_from(first, [1], HORIZON))
        seldom = climb(item(due=due), ladder, days_from(first, gaps, HORIZON))

        def late_part(history):
            return [step for step in history if step[1].delay_days >= 0]

        daily, seldom = late_part(daily), late_part(seldom)
        self.assertEqual([step[1:] for step in daily], [step[1:] for step in seldom])
        for (on_time, *_what), (later, *_same) in zip(daily, seldom, strict=True):
            self.assertLessEqual(on_time, later)

    @stable
    @given(ladders(modes=(JUMP, HIGHEST)), due_dates, first_days, gaps)
    def test_c5_jump_ends_on_the_last_level_and_takes_what_the_delay_has_earned(
        self, ladder, due, first, gaps
    ):
        days = days_from(due + timedelta(days=first), gaps, HORIZON)
        history = climb(item(due=due), ladder, days)
        late_levels = [level for level in ladder.levels if level.delay_days >= 0]
        reached = [level for _on, level, _nth in history]
        if late_levels:
            self.assertEqual(reached[-1], late_levels[-1])
        for on, level, nth in history:
            late = days_overdue(due, on)
            higher = [
                other
                for other in ladder.levels
                if level.delay_days < other.delay_days <= late
                and not (other.before_due and late > 0)
            ]
            self.assertFalse(nth == 1 and higher)

    @stable
    @given(ladders(), due_dates, first_days, gaps)
    def test_repeats_are_bounded_and_spaced(self, ladder, due, first, gaps):
        days = days_from(due + timedelta(days=first), gaps, HORIZON)
        history = climb(item(due=due), ladder, days)
        last = ladder.levels[-1]
        notices = [(on, nth) for on, level, nth in history if level == last]
        allowed = 1 + (last.max_repeats if last.repeat_days else 0)
        counted = [nth for _on, nth in notices]
        if last.before_due:  # nothing of it after the due date
            allowed = min(allowed, len(notices))
        self.assertEqual(counted, list(range(1, allowed + 1)))
        for (before, _first), (after, _second) in zip(notices, notices[1:], strict=False):
            self.assertGreaterEqual((after - before).days, last.repeat_days)

    @stable
    @given(ladders(), due_dates, first_days, gaps)
    def test_c6_the_minimum_interval_is_kept(self, ladder, due, first, gaps):
        days = days_from(due + timedelta(days=first), gaps, HORIZON)
        history = climb(item(due=due), ladder, days)
        for (before, *_level), (after, level, _nth) in zip(history, history[1:], strict=False):
            self.assertGreaterEqual((after - before).days, max(1, level.min_interval_days))

    @stable
    @given(ladders(), st.randoms(use_true_random=False), due_dates, first_days)
    def test_c4_the_order_in_which_levels_are_listed_is_of_no_account(
        self, ladder, random, due, first
    ):
        shuffled = list(ladder.levels)
        random.shuffle(shuffled)
        days = list(days_from(due + timedelta(days=first), [1], HORIZON))
        self.assertEqual(
            climb(item(due=due), replace(ladder, levels=tuple(shuffled)), days),
            climb(item(due=due), ladder, days),
        )

    @stable
    @given(ladders(), st.randoms(use_true_random=False), due_dates)
    def test_items_decided_together_are_decided_as_if_alone(self, ladder, random, due):
        """Thousands are alike; whoever differs in anything gets his own decision."""
        ladder = replace(ladder, after_broken=random.choice((NEXT, RESUME)))
        on = due + timedelta(days=random.randint(-5, 60))
        items = []
        for number in range(60):
            level = random.choice((None, None, *ladder.levels))
            reached = on - timedelta(days=random.choice((0, 1, 8, 40)))
            pause = ("held", "", random.choice((None, on + timedelta(days=9))))
            items.append(
                item(
                    id=number,
                    customer=random.choice((1, 2)),
                    due=due - timedelta(days=random.choice((0, 0, 10, 30))),
                    level_id=level and level.id,
                    level_delay=level and level.delay_days,
                    level_date=level and reached,
                    occurrence=random.choice((1, 2)) if level else 0,
                    pause=random.choice((None, None, pause)),
                    broken_on=random.choice((None, on)),
                )
            )
        policies = {row.ladder: ladder for row in items}
        worst = worst_delays(items, policies, on)
        together = decide_all(items, policies, on)
        for row in items:
            delay = worst.get((row.customer, row.currency, row.ladder))
            self.assertEqual(together[row.id], decide(row, ladder, on, None, delay))
