"""The engine decides who is told that a discount ends: tables and properties."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine import compose, netting
from ..engine.discount_notices import (
    compose_offers,
    decide_offers,
    give_way,
    leave_covered,
    to_pay,
    with_credits,
)
from ..engine.ladder import ADVANCE, FINISHED, SKIP, WAIT, Decision, Ladder, Level, Offer
from .engine_common import (
    COURTESY,
    DUE,
    EUR,
    JPY,
    OOPS,
    OTHER_POLICY,
    POLICY,
    PRECISIONS,
    day,
    item,
    stable,
)

LEVEL = Level(9, 5, -3)
LADDERS = {POLICY: Ladder(POLICY, (LEVEL,))}
HELD = ("held", "on the phone", None)


def offer(ends=0, saving=3.0, **values):
    """A discount on item 1 whose last day is told like a delay from 31 March."""
    return Offer(**{"id": 1, "item_id": 1, "sequence": 1, "end": day(ends), "saving": saving,
                    **values})  # fmt: skip


def decided(an_offer, late, an_item=None, **kwargs):
    an_item = an_item or item(due=DUE + timedelta(days=20))
    return decide_offers([an_item], {an_item.id: an_offer}, LADDERS, day(late), **kwargs).get(
        an_item.id
    )


@tagged("post_install", "-at_install")
class TestEngineDiscountNotices(BaseCase):
    def test_when(self):
        for story, an_offer, late, expected in (
            ("too early", offer(), -4, WAIT),
            ("three days before", offer(), -3, ADVANCE),
            ("late, but in time", offer(), -1, ADVANCE),
            ("on the last day", offer(), 0, ADVANCE),
            ("over", offer(), 1, None),
            ("told today", offer(reminded_on=day(-3)), -3, FINISHED),
            ("told before", offer(reminded_on=day(-3)), -1, FINISHED),
            ("held", offer(pause=HELD), -2, SKIP),
            ("held, not yet due", offer(pause=HELD), -9, WAIT),
            ("nothing to save", offer(saving=0.0), -3, SKIP),
        ):
            with self.subTest(story):
                decision = decided(an_offer, late)
                self.assertEqual(decision.step if decision else None, expected)

    def test_why_not(self):
        self.assertEqual(decided(offer(pause=HELD), 0).reason, "held")
        least = {POLICY: {EUR: 3.01}}
        self.assertEqual(decided(offer(), 0, minimum=least).reason, "small_discount")
        self.assertEqual(decided(offer(saving=3.01), 0, minimum=least).step, ADVANCE)

    def test_without_a_level_nobody_is_told(self):
        self.assertIsNone(decided(offer(), 0, item(ladder=OTHER_POLICY)))
        self.assertIsNone(decided(offer(), 0, item(ladder=None)))

    def test_the_level_of_the_item_does_not_matter(self):
        """Nor its pause, which may be its own dunning notice's."""
        climbing = item(OOPS, late=-20, pause=("already_proposed", "", None))
        self.assertEqual(decided(offer(), 0, climbing).step, ADVANCE)

    def test_the_tiers_number_is_the_occurrence(self):
        self.assertEqual(decided(offer(sequence=2), 0).occurrence, 2)

    def test_what_is_paid(self):
        self.assertEqual(to_pay(100.0, offer(), 0.01), 97.0)
        self.assertEqual(to_pay(0.3, offer(saving=0.1), 0.01), 0.2)
        self.assertEqual(to_pay(100.0, offer(voucher=True), 0.01), 100.0)

    def test_credit_notes_shrink_what_is_saved(self):
        for residual, saving, credited, currency, expected in (
            (100.0, 3.0, 20.0, EUR, 2.4),
            (100.0, 3.0, 100.0, EUR, 0.0),
            (99.99, 3.0, 33.33, EUR, 2.0),
            (1000.0, 30.0, 333.0, JPY, 20.0),
        ):
            an_item = item(residual=residual, currency=currency)
            shares = [netting.Share(5, 1, credited)]
            found = with_credits([an_item], {1: offer(saving=saving)}, shares, PRECISIONS)
            self.assertEqual(found[1].saving, expected)

    def test_credits_that_leave_nothing_to_pay(self):
        """They need only cover what is paid with the discount."""
        for credited, step in ((96.98, ADVANCE), (97.0, SKIP), (100.0, SKIP)):
            decisions = leave_covered(
                [item()],
                {1: offer()},
                {1: Decision(ADVANCE, LEVEL)},
                [netting.Share(5, 1, credited)],
                PRECISIONS,
            )
            self.assertEqual(decisions[1].step, step)

    def test_a_saving_shrunk_to_nothing_is_covered_by_its_credit(self):
        share, small = netting.Share(5, 1, 100.0), Decision(SKIP, LEVEL, 1, "small_discount")
        offers = with_credits([item()], {1: offer()}, [share], PRECISIONS)
        found = leave_covered([item()], offers, {1: small}, [share], PRECISIONS)
        self.assertEqual(found[1].reason, "net_credit")

    def test_one_notice_for_each_end_and_kind(self):
        rows = ((1, 0, False), (2, 0, False), (3, 1, False), (4, 1, True))
        items = [item(id=number, late=-20) for number, _end, _voucher in rows]
        offers = {
            number: offer(end, id=number, item_id=number, voucher=voucher)
            for number, end, voucher in rows
        }
        drafts, omissions = self.compose(items, offers, day(-1))
        self.assertEqual(
            [[line.item_id for line in draft.lines] for draft in drafts], [[1, 2], [3], [4]]
        )
        self.assertEqual([draft.amount_discount for draft in drafts], [6.0, 3.0, 3.0])
        self.assertEqual([draft.amount_due for draft in drafts], [200.0, 100.0, 100.0])
        self.assertTrue(all(draft.is_discount for draft in drafts))
        self.assertEqual(omissions, [])

    def compose(self, items, offers, on, credits=(), **rules):
        return compose_offers(
            items,
            offers,
            decide_offers(items, offers, LADDERS, on),
            {POLICY: compose.Rules(**rules)},
            credits,
            on,
            PRECISIONS,
        )

    def test_nothing_else_is_listed_and_credits_go_to_the_oldest(self):
        items = [item(id=1, late=-20), item(id=2, late=40)]
        offers = {1: offer()}
        credits = [netting.Credit(7, 1, EUR, 150.0)]
        drafts, _omissions = self.compose(items, offers, day(0), credits, listed_items="open")
        self.assertEqual(
            [(line.kind, line.item_id, line.amount) for line in drafts[0].lines],
            [(compose.OFFER, 1, 100.0), (compose.CREDIT, 7, -50.0)],
        )

    def test_left_out_once_with_the_reason(self):
        items = [item(id=1, late=-20), item(id=2, late=-20), item(id=3, late=-20)]
        offers = {
            1: offer(id=1, pause=HELD),
            2: offer(1, id=2, item_id=2),
            3: offer(1, id=3, item_id=3, pause=HELD),
        }
        drafts, omissions = self.compose(items, offers, day(0), minimum={EUR: 100.01})
        self.assertEqual(drafts, [])
        self.assertEqual(
            sorted((row.item_id, row.reason, row.level) for row in omissions),
            [(1, "held", LEVEL), (2, "below_minimum", LEVEL), (3, "held", LEVEL)],
        )

    def test_only_courtesy_gives_way(self):
        decisions = {
            1: Decision(ADVANCE, COURTESY),
            2: Decision(ADVANCE, OOPS),
            3: Decision(ADVANCE, COURTESY),
            4: Decision(WAIT, COURTESY),
        }
        found = give_way(decisions, {1, 2, 4})
        self.assertEqual(found[1], Decision(SKIP, COURTESY, reason="discount_notice"))
        self.assertEqual({2: found[2], 3: found[3], 4: found[4]},
                         {key: decisions[key] for key in (2, 3, 4)})  # fmt: skip

    @stable
    @given(
        delay=st.integers(-365, 0),
        end=st.integers(-30, 30),
        first=st.integers(-400, 30),
        gaps=st.lists(st.integers(1, 9), min_size=1, max_size=5),
        runs=st.integers(1, 3),
    )
    def test_told_once_and_only_while_it_is_in_force(self, delay, end, first, gaps, runs):
        """Whenever somebody looks: on the first of those days within the window."""
        ladders = {POLICY: Ladder(POLICY, (replace(LEVEL, delay_days=delay),))}
        an_offer, an_item = offer(end), item(late=-90)
        days, on = [], first
        for number in range(80):
            days.append(day(on))
            on += gaps[number % len(gaps)]
        told = []
        for today in days:
            for _run in range(runs):
                decision = decide_offers([an_item], {1: an_offer}, ladders, today).get(1)
                if decision and decision.step == ADVANCE:
                    told.append(today)
                    an_offer = replace(an_offer, reminded_on=today)
        window = [today for today in days if day(end + delay) <= today <= day(end)]
        self.assertEqual(told, window[:1])
