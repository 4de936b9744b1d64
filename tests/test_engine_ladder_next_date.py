"""When an item advances next, and what the items of others have to do with it."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine.ladder import (
    ADVANCE,
    FINISHED,
    HIGHEST,
    JUMP,
    SKIP,
    STEP,
    WAIT,
    days_overdue,
    decide,
    decide_all,
)
from .engine_common import (
    POLICY,
    day,
    due_dates,
    issued,
    item,
    ladders,
    stable,
    standing_items,
    starts,
)


@st.composite
def questions(draw, modes=(STEP, JUMP, HIGHEST)):
    """``(item, ladder, day, start, worst delay)``: all a decision depends on."""
    ladder, due = draw(ladders(modes)), draw(due_dates)
    worst = draw(st.none() | st.sampled_from(ladder.levels))
    return (
        draw(standing_items(ladder, due)),
        ladder,
        due + timedelta(days=draw(st.integers(-40, 100))),
        draw(st.none() | starts),
        worst.delay_days if worst and ladder.advance_mode == HIGHEST else None,
    )


def first_advance(an_item, ladder, after, start, worst_delay):
    """Asked day after day: when does the item advance?"""
    for number in range(1, 160):
        on = after + timedelta(days=number)
        decision = decide(an_item, ladder, on, start, worst_delay)
        if decision.step == ADVANCE:
            return on, decision.level
    return None, None


@tagged("post_install", "-at_install")
class TestLadderNextDate(BaseCase):
    @stable
    @given(questions())
    def test_the_next_date_is_the_first_day_on_which_the_item_advances(self, question):
        an_item, ladder, on, start, worst = question
        decision = decide(an_item, ladder, on, start, worst)
        if decision.step == ADVANCE:
            self.assertEqual(decision.next_date, on)
            return
        found = first_advance(an_item, ladder, on, start, worst)
        if decision.reason == "before_start" or decision.step == FINISHED:
            self.assertEqual((found, decision.next_date), ((None, None), None))
        elif decision.step == WAIT:
            self.assertEqual((decision.next_date, decision.level), found)
            self.assertGreater(decision.next_date, on)
        else:
            self.assertEqual((decision.reason, decision.next_date), ("min_interval", found[0]))

    @stable
    @given(questions(), st.none() | st.integers(-10, 30))
    def test_a_pause_only_holds_back_what_would_have_advanced(self, question, days):
        """Paused: the same wait, or a skip that ends when the pause does."""
        an_item, ladder, on, start, worst = question
        until = None if days is None else on + timedelta(days=days)
        paused = replace(an_item, pause=("held", "why", until))
        free = decide(an_item, ladder, on, start, worst)
        held = decide(paused, ladder, on, start, worst)
        if free.step in (WAIT, FINISHED) or free.reason == "before_start":
            self.assertEqual(held, free)
            return
        self.assertEqual((held.step, held.reason, held.detail), (SKIP, "held", "why"))
        self.assertEqual((held.level, held.occurrence), (free.level, free.occurrence))
        expected = None
        if until:
            expected, _level = first_advance(an_item, ladder, max(on, until), start, worst)
        self.assertEqual(held.next_date, expected)

    @stable
    @given(questions())
    def test_a1_what_was_issued_today_waits_without_a_skip(self, question):
        an_item, ladder, on, start, worst = question
        decision = decide(an_item, ladder, on, start, worst)
        if decision.step != ADVANCE:
            return
        after = issued(an_item, decision, on)
        for same_or_earlier in (on, on - timedelta(days=1), on - timedelta(days=40)):
            again = decide(after, ladder, same_or_earlier, start, worst)
            self.assertIn(again.step, (WAIT, FINISHED))
            if again.step == WAIT:
                self.assertGreater(again.next_date, on)


@tagged("post_install", "-at_install")
class TestLadderTogether(BaseCase):
    """Many items at once, of two customers, currencies and policies."""

    @staticmethod
    @st.composite
    def crowds(draw, **kwargs):
        policies = {number: replace(draw(ladders(**kwargs)), id=number) for number in (POLICY, 8)}
        items = []
        for number in range(1, draw(st.integers(1, 8)) + 1):
            policy = draw(st.sampled_from((POLICY, 8)))
            due = day(-draw(st.integers(-10, 90)))
            standing = draw(st.none() | standing_items(policies[policy], due))
            items.append(
                replace(
                    standing or item(due=due),
                    id=number,
                    customer=draw(st.integers(1, 2)),
                    currency=draw(st.integers(1, 2)),
                    ladder=policy,
                    pause=draw(st.sampled_from((None, None, ("held", "", None)))),
                )
            )
        return items, policies

    @stable
    @given(st.data())
    def test_f_h2_no_item_depends_on_another_customer_or_currency(self, data):
        items, policies = data.draw(self.crowds())
        together = decide_all(items, policies, day(0))
        for customer in (1, 2):
            for currency in (1, 2):
                own = [one for one in items if (one.customer, one.currency) == (customer, currency)]
                alone = decide_all(own, policies, day(0))
                self.assertEqual(alone, {one.id: together[one.id] for one in own})

    @stable
    @given(st.data())
    def test_step_and_jump_decide_each_item_for_itself(self, data):
        items, policies = data.draw(self.crowds(modes=(STEP, JUMP)))
        together = decide_all(items, policies, day(0))
        for one in items:
            self.assertEqual(together[one.id], decide(one, policies[one.ladder], day(0)))

    @stable
    @given(st.data())
    def test_highest_brings_all_overdue_items_to_one_level(self, data):
        items, policies = data.draw(self.crowds(modes=(HIGHEST,), intervals=False))
        items = [one for one in items if one.level_date is None or one.level_date < day(0)]
        decisions = decide_all(items, policies, day(0))
        groups = {}
        for one in items:
            if one.pause or days_overdue(one.due, day(0)) <= 0:
                continue
            decision = decisions[one.id]
            advances = decision.step == ADVANCE
            delay = decision.level.delay_days if advances else one.level_delay
            key = (one.customer, one.currency, one.ladder)
            groups.setdefault(key, set()).add(max(-1, -1 if delay is None else delay))
        # Before the first late level there is nothing to share yet (-1).
        for standing in groups.values():
            self.assertEqual(len(standing), 1, standing)
