"""What holds items back or pulls them up: going live, pauses, the customer's worst."""

from dataclasses import replace

from odoo.tests import BaseCase, tagged

from ..engine.ladder import (
    ADVANCE,
    FINISHED,
    HIGHEST,
    JUMP,
    SKIP,
    STEP,
    WAIT,
    Decision,
    Start,
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
    issued,
    item,
    ladder_of,
)


@tagged("post_install", "-at_install")
class TestLadderStart(LadderCase):
    def test_c7_debt_from_before_going_live_is_left_alone(self):
        start = Start(due_from=day(0))
        old = item(due=day(-1))
        self.check(
            ladder_of(),
            [
                ("due the day before", old, 40, (SKIP, "before_start", None)),
                ("not even earned", old, 1, (FINISHED, "before_start", None)),
                ("a hold changes nothing", replace(old, pause=("held", "", None)), 40,
                 (SKIP, "before_start", None)),
                ("due on the day", item(), 40, OOPS),
            ],
            start=start,
        )  # fmt: skip

    def test_c7_old_debt_starts_at_the_chosen_level(self):
        rows = [
            # mode, days late, level it stands on, level it goes to
            (STEP, 400, None, WHY),
            (STEP, 15, None, WHY),
            (STEP, 14, None, OOPS),
            (STEP, -3, None, COURTESY),
            (STEP, 400, OOPS, WHY),
            (STEP, 400, WHY, ULTIMATUM),
            (JUMP, 400, None, WHY),
            (JUMP, 400, WHY, ULTIMATUM),
            (JUMP, 400, OOPS, ULTIMATUM),
        ]
        for mode, late, stands_on, expected in rows:
            self.check(
                ladder_of(mode=mode),
                [(f"{mode} from {stands_on}", item(stands_on), late, expected)],
                start=Start(delay_days=WHY.delay_days),
            )

    def test_c8_what_falls_due_after_going_live_climbs_from_the_bottom(self):
        start = Start(delay_days=WHY.delay_days, live_on=day(0))
        self.check(
            ladder_of(),
            [
                ("old debt", item(due=day(-1)), 40, WHY),
                ("due since, server down for weeks", item(), 40, OOPS),
            ],
            start=start,
        )

    def test_a_start_below_every_earned_level_begins_at_the_lowest(self):
        self.check(
            ladder_of(OOPS, WHY),
            [("start at the courtesy's delay", item(), 20, OOPS)],
            start=Start(delay_days=-3),
        )


@tagged("post_install", "-at_install")
class TestLadderPauses(LadderCase):
    def test_a_pause_is_a_skip_only_when_a_level_was_earned(self):
        held = item(OOPS, 3, pause=("held", "on the phone", day(20)))
        open_end = replace(held, pause=("promise", "", None))
        self.check(
            ladder_of(),
            [
                ("nothing earned yet", held, 14, (WAIT, WHY, 15)),
                ("earned and held", held, 15, (SKIP, "held", 21)),
                ("the last day of the hold", held, 20, (SKIP, "held", 21)),
                ("no end known", open_end, 15, (SKIP, "promise", None)),
                ("nothing will follow", replace(held, level_id=4, level_delay=30), 90,
                 (FINISHED, None, None)),
            ],
        )  # fmt: skip
        self.assertEqual(decide(held, ladder_of(), day(15)).detail, "on the phone")

    def test_the_day_after_a_pause_respects_interval_and_due_day(self):
        weekly = replace(WHY, min_interval_days=7)
        self.check(
            ladder_of(COURTESY, OOPS, weekly),
            [
                ("the interval ends later", item(OOPS, 15, pause=("held", "", day(18))), 17,
                 (SKIP, "held", 22)),
                ("the courtesy will be over", item(pause=("held", "", day(0))), -2,
                 (SKIP, "held", 3)),
                ("a pause that ended in the past", item(OOPS, 3, pause=("held", "", day(10))), 15,
                 (SKIP, "held", 16)),
            ],
        )  # fmt: skip

    def test_a_pause_does_not_reset_the_ladder(self):
        """Held for two months: it goes on where it stopped, from the next level."""
        held = item(OOPS, 3, pause=("held", "", day(60)))
        self.assertEqual(decide(held, ladder_of(), day(60)).step, SKIP)
        history = climb(replace(held, pause=None), ladder_of(), [day(n) for n in range(61, 70)])
        self.assertEqual(history, [(day(61), WHY, 1), (day(62), ULTIMATUM, 1)])


@tagged("post_install", "-at_install")
class TestLadderHighest(BaseCase):
    """All of a customer's overdue items at the level of the worst."""

    def decide(self, items, late=0, start=None, **kwargs):
        ladders = {POLICY: ladder_of(mode=HIGHEST, **kwargs)}
        decisions = decide_all(items, ladders, day(late), start)
        return {
            id_: NAMES[decision.level.id] if decision.step == ADVANCE else decision.step
            for id_, decision in decisions.items()
        }

    def test_all_overdue_items_go_to_the_level_of_the_worst(self):
        items = [
            item(id=1, late=31),
            item(id=2, late=1),
            item(OOPS, -7, id=3, late=10),
            item(id=4, late=0),
            item(id=5, late=-3),
        ]
        self.assertEqual(
            self.decide(items),
            {1: "ultimatum", 2: "ultimatum", 3: "ultimatum", 4: "courtesy", 5: "courtesy"},
        )

    def test_the_worst_counts_by_what_it_has_reached_too(self):
        items = [item(ULTIMATUM, -9, id=1, late=40), item(id=2, late=2)]
        self.assertEqual(self.decide(items), {1: FINISHED, 2: "ultimatum"})

    def test_e_h_customers_currencies_and_policies_do_not_pull_each_other(self):
        worst = item(id=1, late=90)
        for other in (
            {"customer": 2},
            {"currency": 2},
            {"ladder": 8},
        ):
            with self.subTest(**other):
                ladders = {POLICY: ladder_of(mode=HIGHEST), 8: ladder_of(mode=HIGHEST)}
                decisions = decide_all([worst, item(id=2, late=4, **other)], ladders, day(0))
                self.assertEqual(decisions[2].level, OOPS)

    def test_paused_and_left_alone_items_pull_nobody_up(self):
        young = item(id=2, late=4)
        held = item(id=1, late=90, pause=("held", "", None))
        self.assertEqual(self.decide([held, young]), {1: SKIP, 2: "oops"})
        old = item(id=1, late=90)
        start = Start(due_from=day(-30))
        self.assertEqual(self.decide([old, young], start=start), {1: SKIP, 2: "oops"})

    def test_an_item_that_credits_pay_pulls_nobody_up(self):
        """It would be told its own level still; and another that is not paid pulls."""
        ladders = {POLICY: ladder_of(mode=HIGHEST)}
        items = [item(id=1, late=90), item(id=2, late=20), item(id=3, late=4)]
        rows = [
            (set(), [ULTIMATUM, ULTIMATUM, ULTIMATUM]),
            ({1}, [ULTIMATUM, WHY, WHY]),
            ({1, 2}, [ULTIMATUM, WHY, OOPS]),
            ({3}, [ULTIMATUM, ULTIMATUM, ULTIMATUM]),
        ]
        for covered, levels in rows:
            with self.subTest(covered=covered):
                decisions = decide_all(items, ladders, day(0), covered=covered)
                self.assertEqual([decisions[one.id].level for one in items], levels)

    def test_an_item_that_was_put_off_pulls_nobody_up(self):
        """It stands on level 3, but its new due date has not passed."""
        put_off = item(ULTIMATUM, -9, id=1, late=0)
        self.assertEqual(self.decide([put_off, item(id=2, late=4)]), {1: FINISHED, 2: "oops"})

    def test_a_held_item_is_told_what_it_has_earned_itself(self):
        """The others are at level 1; the held one has earned level 3."""
        held = item(OOPS, -87, id=1, late=90, pause=("held", "", day(5)))
        decisions = decide_all(
            [held, item(OOPS, -1, id=2, late=4)], {POLICY: ladder_of(mode=HIGHEST)}, day(0)
        )
        self.assertEqual(
            (decisions[1].step, decisions[1].level, decisions[1].next_date),
            (SKIP, ULTIMATUM, day(6)),
        )

    def test_c7_a_worst_item_that_starts_low_pulls_only_that_far(self):
        start = Start(delay_days=OOPS.delay_days)
        items = [item(id=1, late=400), item(id=2, late=1)]
        self.assertEqual(self.decide(items, start=start), {1: "oops", 2: "oops"})
        items[1] = item(OOPS, -1, id=2, late=9)
        self.assertEqual(self.decide(items, start=start), {1: "oops", 2: WAIT})

    def test_a_worst_item_held_back_by_its_interval_does_not_pull_yet(self):
        monthly = replace(ULTIMATUM, min_interval_days=30)
        items = [item(OOPS, -5, id=1, late=40), item(id=2, late=2)]
        ladders = {POLICY: ladder_of(OOPS, monthly, mode=HIGHEST)}
        decisions = decide_all(items, ladders, day(0))
        self.assertEqual((decisions[1].step, decisions[2].level), (SKIP, OOPS))

    def test_next_date_of_an_item_that_will_be_pulled_up(self):
        """Not late yet, the worst stands on level 3: pulled up a day after the due
        day, not when its own delay has passed."""
        young = item(COURTESY, -1, id=2, due=day(2))
        worst = item(ULTIMATUM, -10, id=1, late=40)
        ladders = {POLICY: ladder_of(mode=HIGHEST)}
        decision = decide_all([worst, young], ladders, day(0))[2]
        self.assertEqual(decision, Decision(WAIT, ULTIMATUM, next_date=day(3)))
        later = decide_all([worst, young], ladders, day(3))[2]
        self.assertEqual((later.step, later.level), (ADVANCE, ULTIMATUM))

    def test_a1_after_issue_the_whole_group_rests(self):
        items = [item(id=1, late=31), item(id=2, late=1)]
        ladders = {POLICY: ladder_of(mode=HIGHEST)}
        first = decide_all(items, ladders, day(0))
        items = [issued(one, first[one.id], day(0)) for one in items]
        for on in (day(0), day(1), day(50)):
            again = decide_all(items, ladders, on)
            self.assertEqual({again[1].step, again[2].step}, {FINISHED})
