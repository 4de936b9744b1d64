"""From decided items to notices: who gets which letter, with which lines."""

from odoo.tests import tagged

from ..engine import compose
from ..engine.ladder import ADVANCE, FINISHED, SKIP, WAIT, Decision, Start, decide_all
from .engine_common import (
    EUR,
    JPY,
    OOPS,
    OTHER_POLICY,
    POLICY,
    PRECISIONS,
    ULTIMATUM,
    USD,
    WHY,
    ComposeCase,
    day,
    item,
    ladder_of,
)

HELD = ("held", "on the phone", None)


@tagged("post_install", "-at_install")
class TestComposeGrouping(ComposeCase):
    def setUp(self):
        super().setUp()
        self.items = [
            item(id=1, late=4),
            item(OOPS, -10, id=2, late=20),
            item(WHY, -10, id=3, late=40),
        ]

    def test_c9_one_notice_per_customer_each_line_at_its_own_level(self):
        draft = self.only(self.items)
        self.assertEqual(draft.level, ULTIMATUM)
        self.assertEqual(
            [
                (line.kind, line.item_id, line.level, line.previous_level_id, line.occurrence)
                for line in draft.lines
            ],
            [
                (compose.ITEM, 1, OOPS, None, 1),
                (compose.ITEM, 2, WHY, OOPS.id, 1),
                (compose.ITEM, 3, ULTIMATUM, WHY.id, 1),
            ],
        )
        self.assertEqual(draft.amount_due, 300.0)

    def test_c9_one_notice_per_level_the_highest_first(self):
        drafts, omissions = self.propose(self.items, grouping="level")
        self.assertEqual([draft.level for draft in drafts], [ULTIMATUM, WHY, OOPS])
        self.assertEqual([self.lines(draft) for draft in drafts],
                         [[("item", n, 100.0)] for n in (3, 2, 1)])  # fmt: skip
        self.assertEqual(omissions, [])

    def test_e1_e6_never_two_currencies_on_one_notice(self):
        items = [
            item(id=number, late=4, currency=currency, residual=amount)
            for number, currency, amount in ((1, EUR, 100.5), (2, USD, 70.0), (3, JPY, 9000.0))
        ]
        drafts, _omissions = self.propose(items)
        self.assertEqual(
            [(draft.currency, draft.amount_due) for draft in drafts],
            [(EUR, 100.5), (USD, 70.0), (JPY, 9000.0)],
        )

    def test_h2_never_two_customers_on_one_notice(self):
        items = [item(id=1, late=4), item(id=2, late=40, customer=2), item(id=3, late=9)]
        drafts, _omissions = self.propose(items)
        self.assertEqual(
            [(draft.customer, [line.item_id for line in draft.lines]) for draft in drafts],
            [(1, [1, 3]), (2, [2])],
        )

    def test_two_policies_of_one_customer_are_two_notices(self):
        items = [item(id=1, late=4), item(id=2, late=40, ladder=OTHER_POLICY)]
        drafts, _omissions = self.propose(items)
        self.assertEqual(
            sorted((draft.policy, self.lines(draft)) for draft in drafts),
            [(POLICY, [("item", 1, 100.0)]), (OTHER_POLICY, [("item", 2, 100.0)])],
        )

    def test_an_idle_customer_gets_nothing_and_no_row(self):
        self.assertEqual(self.propose([item(late=-20), item(OOPS, -1, id=2, late=4)]), ([], []))


@tagged("post_install", "-at_install")
class TestComposeListing(ComposeCase):
    def test_what_else_the_letter_shows(self):
        items = [
            item(id=1, late=4),
            item(OOPS, -1, id=2, late=9),  # overdue, waits
            item(id=3, late=-20),  # not due yet
            item(id=4, late=0),  # due today (its courtesy advances)
            item(id=5, late=30, pause=HELD),
            item(id=6, due=None),
            item(ULTIMATUM, -9, id=7, late=50),  # at its last level
            item(id=8, late=30, ladder=OTHER_POLICY, pause=HELD),
        ]
        for listed_items, expected in (
            ("advancing", []),
            ("overdue", [2, 7]),
            ("open", [2, 3, 7]),
        ):
            with self.subTest(listed_items):
                drafts, omissions = self.propose(items, listed_items=listed_items)
                listed = [line for line in drafts[0].lines if line.kind == compose.LISTED]
                self.assertEqual([line.item_id for line in listed], expected)
                self.assertEqual({line.level for line in listed} - {None}, set())
                self.assertEqual([line.item_id for line in drafts[0].advancing], [1, 4])
                self.assertEqual(self.reasons(omissions), {5: "held", 6: "no_due_date", 8: "held"})

    def test_with_a_notice_per_level_the_rest_is_listed_once_on_the_highest(self):
        items = [
            item(id=1, late=4),
            item(WHY, -9, id=2, late=40),
            item(OOPS, -1, id=3, late=9),
        ]
        drafts, _omissions = self.propose(items, grouping="level")
        self.assertEqual(
            [self.lines(draft) for draft in drafts],
            [[("item", 2, 100.0), ("listed", 3, 100.0)], [("item", 1, 100.0)]],
        )

    def test_overdue_amount_leaves_out_what_is_not_due(self):
        items = [
            item(id=1, late=4, residual=10.0),
            item(OOPS, -1, id=2, late=9, residual=200.0),
            item(id=3, late=-20, residual=3000.0),
            item(id=4, late=0, residual=40000.0),
        ]
        draft = self.only(items, listed_items="open")
        self.assertEqual(
            (draft.amount_due, draft.amount_overdue, draft.collectable),
            (43210.0, 210.0, 40210.0),
        )

    def test_c7_debt_from_before_going_live_is_never_listed(self):
        """Neither once it has earned a level, nor before, nor outside the run."""
        old = [item(id=1, late=40), item(id=2, late=31), item(OOPS, -1, id=3, late=33)]
        young = item(id=4, late=4)
        start = Start(due_from=day(-30))
        drafts, omissions = self.propose([*old, young], start=start, listed_items="open")
        self.assertEqual(self.lines(drafts[0]), [("item", 4, 100.0)])
        self.assertEqual(self.reasons(omissions), dict.fromkeys((1, 2, 3), "before_start"))
        decisions = decide_all([*old, young], {POLICY: ladder_of()}, day(0), start)
        outside = {
            id_: decision if id_ == 4 else compose.not_now(decision)
            for id_, decision in decisions.items()
        }
        drafts, omissions = compose.compose(
            [*old, young], outside, {POLICY: compose.Rules()}, [], day(0), PRECISIONS
        )
        self.assertEqual((self.lines(drafts[0]), omissions), ([("item", 4, 100.0)], []))

    def test_items_outside_the_run_are_listed_but_do_not_advance(self):
        """Remind of invoice 1 now: 2 has earned a level too, and is shown only."""
        items = [item(id=1, late=4), item(id=2, late=20)]
        decisions = decide_all(items, {POLICY: ladder_of()}, day(0))
        decisions[2] = compose.not_now(decisions[2])
        drafts, omissions = compose.compose(
            items, decisions, {POLICY: compose.Rules()}, [], day(0), PRECISIONS
        )
        self.assertEqual(self.lines(drafts[0]), [("item", 1, 100.0), ("listed", 2, 100.0)])
        self.assertEqual(omissions, [])

    def test_not_now_leaves_waiting_items_as_they_are(self):
        waits, ends = Decision(WAIT, OOPS, next_date=day(3)), Decision(FINISHED)
        self.assertEqual(compose.not_now(waits), waits)
        self.assertEqual(compose.not_now(ends), ends)
        for step in (ADVANCE, SKIP):
            self.assertEqual(compose.not_now(Decision(step, OOPS, 1, "held")).step, WAIT)


@tagged("post_install", "-at_install")
class TestComposeOmissions(ComposeCase):
    def test_each_reason_is_told_once(self):
        items = [
            item(id=1, late=4, pause=HELD),
            item(id=2, late=4, pause=("promise", "", day(5))),
            item(id=3, due=None),
            item(id=4, late=1, pause=HELD),  # has earned nothing yet
        ]
        drafts, omissions = self.propose(items)
        self.assertEqual(drafts, [])
        self.assertEqual(
            omissions,
            [
                compose.Omission(1, "held", "on the phone", OOPS),
                compose.Omission(2, "promise", "", OOPS),
                compose.Omission(3, "no_due_date"),
            ],
        )

    def test_h_a_notice_nobody_would_receive_leaves_out_its_items(self):
        items = [item(id=1, late=4), item(id=2, late=20), item(OOPS, -1, id=3, late=9)]
        draft = self.only(items, [(50, 1, EUR, 10.0, None)])
        self.assertEqual(
            compose.omit(draft, "no_recipient", "no e-mail"),
            [compose.Omission(n, "no_recipient", "no e-mail", OOPS) for n in (1, 2)],
        )
