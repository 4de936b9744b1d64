"""How fast an item climbs: once a day, minimum intervals, repeats."""

from dataclasses import replace

from odoo.tests import tagged

from ..engine.ladder import (
    ADVANCE,
    FINISHED,
    JUMP,
    SKIP,
    WAIT,
    decide,
    decide_all,
)
from .engine_common import (
    COURTESY,
    NAMES,
    OOPS,
    POLICY,
    ULTIMATUM,
    WHY,
    LadderCase,
    climb,
    day,
    item,
    ladder_of,
)


@tagged("post_install", "-at_install")
class TestLadderOnceADay(LadderCase):
    def test_a1_deciding_again_after_issue_changes_nothing(self):
        """Fifty runs a day for two months: each level once."""
        everyday = [day(n) for n in range(-10, 50)]
        history = climb(item(), ladder_of(), everyday, runs_a_day=50)
        self.assertEqual(
            [(NAMES[level.id], on) for on, level, _nth in history],
            [("courtesy", day(-3)), ("oops", day(3)), ("why", day(15)), ("ultimatum", day(30))],
        )

    def test_a1_never_two_levels_on_one_day(self):
        """Reached today: it waits, and there is nothing to explain."""
        weekly = replace(WHY, min_interval_days=7)
        held = ("held", "", None)
        self.check(
            ladder_of(OOPS, weekly, ULTIMATUM),
            [
                ("level 2 is earned, today was level 1", item(OOPS, 40), 40, (WAIT, weekly, 47)),
                ("asked about yesterday", item(OOPS, 40), 39, (WAIT, weekly, 47)),
                ("the next day it is explained", item(OOPS, 40), 41, (SKIP, "min_interval", 47)),
                ("no interval: tomorrow", item(weekly, 47), 47, (WAIT, ULTIMATUM, 48)),
                ("tomorrow", item(weekly, 47), 48, ULTIMATUM),
                ("held as well", item(weekly, 47, pause=held), 47, (WAIT, ULTIMATUM, 48)),
                ("the last one, today", item(ULTIMATUM, 48), 48, (FINISHED, None, None)),
            ],
        )
        self.check(
            ladder_of(OOPS, weekly, mode=JUMP),
            [("set by hand today", item(OOPS, 20), 20, (WAIT, weekly, 27))],
        )

    def test_c8_a_server_down_for_days_catches_up(self):
        rows = [
            # runs on these days late        what went out when
            ((-3, 3, 15, 30), ((-3, "courtesy"), (3, "oops"), (15, "why"), (30, "ultimatum"))),
            ((-2, 5, 16, 33), ((-2, "courtesy"), (5, "oops"), (16, "why"), (33, "ultimatum"))),
            ((4, 20, 21, 29), ((4, "oops"), (20, "why"))),
            ((40, 41, 42, 43), ((40, "oops"), (41, "why"), (42, "ultimatum"))),
            ((90, 900), ((90, "oops"), (900, "why"))),
        ]
        for runs, expected in rows:
            with self.subTest(runs=runs):
                history = climb(item(), ladder_of(), [day(n) for n in runs])
                found = tuple((on, NAMES[level.id]) for on, level, _nth in history)
                self.assertEqual(found, tuple((day(n), name) for n, name in expected))


@tagged("post_install", "-at_install")
class TestLadderIntervals(LadderCase):
    def test_c6_the_interval_is_the_items_own(self):
        weekly = replace(WHY, min_interval_days=7)
        self.check(
            ladder_of(COURTESY, OOPS, weekly, ULTIMATUM),
            [
                ("reminded late at level 1", item(OOPS, 12), 15, (SKIP, "min_interval", 19)),
                ("the day before", item(OOPS, 12), 18, (SKIP, "min_interval", 19)),
                ("the interval is over", item(OOPS, 12), 19, weekly),
                ("in time, nothing to wait for", item(OOPS, 3), 15, weekly),
                ("not earned: nothing to explain", item(OOPS, 12), 14, (WAIT, weekly, 19)),
                ("never reminded: no interval", item(), 15, OOPS),
            ],
        )
        decision = decide(item(OOPS, 12), ladder_of(OOPS, weekly), day(15))
        self.assertEqual(decision.detail, str(day(19)))

    def test_c6_another_item_of_the_customer_is_not_held_up(self):
        weekly = replace(WHY, min_interval_days=7)
        first, second = item(OOPS, 12), item(OOPS, 3, id=2)
        decisions = decide_all([first, second], {POLICY: ladder_of(OOPS, weekly)}, day(15))
        self.assertEqual([decisions[n].step for n in (1, 2)], [SKIP, ADVANCE])

    def test_jump_next_date_is_the_next_level_it_can_really_go_to(self):
        """The interval of the level earned meanwhile counts, not the first one's."""
        weekly = replace(WHY, min_interval_days=7)
        monthly = replace(ULTIMATUM, min_interval_days=30)
        jump = ladder_of(OOPS, weekly, monthly, mode=JUMP)
        self.check(
            jump,
            [
                ("before level 3 is earned", item(OOPS, 20), 27, weekly),
                ("level 3 is earned first", item(OOPS, 25), 26, (SKIP, "min_interval", 55)),
                ("as it is later", item(OOPS, 25), 54, (SKIP, "min_interval", 55)),
                ("and then it goes", item(OOPS, 25), 55, monthly),
            ],
        )


@tagged("post_install", "-at_install")
class TestLadderRepeats(LadderCase):
    def setUp(self):
        super().setUp()
        self.last = replace(ULTIMATUM, repeat_days=7, max_repeats=2)
        self.ladder = ladder_of(OOPS, self.last)

    def test_the_last_level_repeats_as_often_as_it_may(self):
        history = climb(item(OOPS, 3), self.ladder, [day(n) for n in range(4, 400)])
        self.assertEqual(
            history, [(day(30), self.last, 1), (day(37), self.last, 2), (day(44), self.last, 3)]
        )

    def test_between_two_repeats(self):
        third = item(self.last, 44, occurrence=3)
        self.check(
            self.ladder,
            [
                ("just sent", item(self.last, 30), 30, (WAIT, self.last, 37)),
                ("six days on", item(self.last, 30), 36, (WAIT, self.last, 37)),
                ("a week on", item(self.last, 30), 37, self.last),
                ("missed: later, and the next a week after", item(self.last, 30), 39, self.last),
                ("twice repeated", third, 90, (FINISHED, None, None)),
            ],
        )
        decision = decide(item(self.last, 30), self.ladder, day(37))
        self.assertEqual(decision.occurrence, 2)

    def test_the_interval_holds_for_repeats_too(self):
        slow = replace(self.last, min_interval_days=10)
        self.check(
            ladder_of(OOPS, slow),
            [
                ("waiting", item(slow, 30), 35, (WAIT, slow, 40)),
                ("repeat due, interval not over", item(slow, 30), 37, (SKIP, "min_interval", 40)),
                ("both over", item(slow, 30), 40, slow),
            ],
        )

    def test_no_repeat_without_days_or_without_leave(self):
        for changes in ({"repeat_days": 0}, {"max_repeats": 0}):
            last = replace(self.last, **changes)
            self.check(
                ladder_of(OOPS, last),
                [("a year later", item(last, 30), 400, (FINISHED, None, None))],
            )
