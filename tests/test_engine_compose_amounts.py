"""What a notice asks for: credits, minimum amounts, and again when it is issued."""

from odoo.tests import tagged

from ..engine import compose, netting
from ..engine.ladder import ADVANCE, Decision
from .engine_common import (
    EUR,
    JPY,
    OOPS,
    OTHER_POLICY,
    POLICY,
    USD,
    WHY,
    ComposeCase,
    day,
    item,
)

HELD = ("held", "on the phone", None)


@tagged("post_install", "-at_install")
class TestComposeCredits(ComposeCase):
    def test_d3_credits_are_negative_lines_once_and_the_total_is_net(self):
        items = [item(id=1, late=4), item(id=2, late=20)]
        draft = self.only(items, [(50, 1, EUR, 30.0, day(-1)), (51, 1, EUR, 60.0, day(-9))])
        self.assertEqual(
            self.lines(draft),
            [("item", 1, 100.0), ("item", 2, 100.0), ("credit", 51, -60.0), ("credit", 50, -30.0)],
        )
        self.assertEqual((draft.amount_due, draft.amount_overdue), (110.0, 110.0))

    def test_j4_an_item_the_credits_cover_is_listed_and_does_not_advance(self):
        """The older item is paid for, nobody has booked it there yet."""
        items = [item(id=1, late=4), item(id=2, late=20)]
        credits = [(50, 1, EUR, 30.0, day(-1)), (51, 1, EUR, 90.0, day(-9))]
        draft = self.only(items, credits, left_out={2: "net_credit"})
        self.assertEqual(
            self.lines(draft),
            [
                ("item", 1, 100.0),
                ("listed", 2, 100.0),
                ("credit", 51, -90.0),
                ("credit", 50, -30.0),
            ],
        )
        self.assertEqual((draft.amount_due, draft.level), (80.0, OOPS))
        alone = self.only(
            items, credits, left_out={2: "net_credit"}, listed_items="advancing"
        )
        self.assertEqual(self.lines(alone), [("item", 1, 100.0), ("credit", 50, -20.0)])
        blind = self.only(items, credits, net_credits=False)
        self.assertEqual(self.lines(blind), [("item", 1, 100.0), ("item", 2, 100.0)])

    def test_d1_covered_by_credits_no_notice_but_a_reason(self):
        for amount in (200.0, 200.004, 350.0):
            items = [item(id=1, late=4), item(id=2, late=20)]
            drafts, omissions = self.propose(items, [(50, 1, EUR, amount, None)])
            self.assertEqual(drafts, [])
            self.assertEqual(self.reasons(omissions), {1: "net_credit", 2: "net_credit"})
            self.assertEqual([omission.level for omission in omissions], [OOPS, OOPS])

    def test_d1_a_cent_is_still_owed(self):
        draft = self.only([item(late=4)], [(50, 1, EUR, 99.99, None)])
        self.assertEqual(draft.amount_due, 0.01)

    def test_e_credits_of_another_currency_or_customer_do_not_count(self):
        for credit in ((50, 1, USD, 500.0, None), (50, 2, EUR, 500.0, None)):
            draft = self.only([item(late=4)], [credit])
            self.assertEqual(self.lines(draft), [("item", 1, 100.0)])

    def test_d_a_policy_that_does_not_net_asks_for_everything(self):
        draft = self.only([item(late=4)], [(50, 1, EUR, 500.0, None)], net_credits=False)
        self.assertEqual((self.lines(draft), draft.amount_due), ([("item", 1, 100.0)], 100.0))

    def test_d_each_policy_nets_or_does_not_by_its_own_rule(self):
        items = [item(id=1, late=4), item(id=2, late=20, ladder=OTHER_POLICY)]
        credits = [(50, 1, EUR, 130.0, None)]
        drafts, omissions = self.propose(items, credits, other={"net_credits": False})
        self.assertEqual(
            sorted((draft.policy, self.lines(draft)) for draft in drafts),
            [
                (POLICY, [("item", 1, 100.0), ("credit", 50, -30.0)]),
                (OTHER_POLICY, [("item", 2, 100.0)]),
            ],
        )
        self.assertEqual(omissions, [])

    def test_d_the_oldest_debt_takes_the_credit_even_if_the_letter_does_not_show_it(self):
        """Invoice 2 is older and on hold: the credit is set against it, not 1."""
        items = [item(id=1, late=4), item(id=2, late=90, pause=HELD, residual=80.0)]
        drafts, omissions = self.propose(items, [(50, 1, EUR, 100.0, None)])
        self.assertEqual(self.lines(drafts[0]), [("item", 1, 100.0), ("credit", 50, -20.0)])
        self.assertEqual(drafts[0].amount_due, 80.0)
        self.assertEqual(self.reasons(omissions), {2: "held"})

    def test_d_one_credit_is_not_counted_on_two_notices(self):
        items = [item(id=1, late=4), item(id=2, late=20, ladder=OTHER_POLICY)]
        drafts, _omissions = self.propose(items, [(50, 1, EUR, 130.0, None)])
        credits = [line for draft in drafts for line in draft.lines if line.kind == compose.CREDIT]
        self.assertEqual([line.amount for line in credits], [-30.0])
        self.assertEqual([draft.amount_due for draft in drafts], [70.0])

    def test_the_disputed_part_is_neither_asked_for_nor_netted(self):
        items = [item(id=1, late=20, disputed=60.0), item(id=2, late=4)]
        draft = self.only(items, [(50, 1, EUR, 90.0, None)], left_out={1: "net_credit"})
        self.assertEqual([line.disputed for line in draft.lines], [0.0, 60.0, 0.0])
        self.assertEqual(draft.amount_due, 50.0)
        drafts, omissions = self.propose(items[:1], [(50, 1, EUR, 40.0, None)])
        self.assertEqual((drafts, self.reasons(omissions)), ([], {1: "net_credit"}))

    def test_a_credit_that_only_covers_what_is_not_due_leaves_the_rest(self):
        """1 is late, 2 is due next month and only listed: 1 is paid by the credit."""
        items = [item(id=1, late=4), item(id=2, late=-30)]
        drafts, omissions = self.propose(items, [(50, 1, EUR, 120.0, None)], listed_items="open")
        self.assertEqual((drafts, self.reasons(omissions)), ([], {1: "net_credit"}))

    def test_b8_totals_are_rounded_like_the_currency(self):
        items = [
            item(id=number, late=4, residual=amount) for number, amount in ((1, 0.1), (2, 0.2))
        ]
        draft = self.only(items)
        self.assertEqual((draft.amount_due, draft.amount_overdue, draft.collectable), (0.3,) * 3)
        draft = self.only([item(late=4, residual=1.1)], [(50, 1, EUR, 1.0, None)])
        self.assertEqual((draft.amount_due, self.lines(draft)[1]), (0.1, ("credit", 50, -1.0)))


@tagged("post_install", "-at_install")
class TestComposeMinimum(ComposeCase):
    def test_minimum_in_the_currency_of_the_notice(self):
        minimum = {EUR: 50.0, JPY: 8000.0}
        rows = [
            # story, currency, owed, credit, goes out
            ("a cent below", EUR, 49.99, 0.0, False),
            ("exactly", EUR, 50.0, 0.0, True),
            ("exactly, after a sum of floats", EUR, 50.3, 0.1 + 0.2, True),
            ("net below", EUR, 80.0, 30.01, False),
            ("a yen below", JPY, 7999.0, 0.0, False),
            ("exactly, in yen", JPY, 8000.0, 0.0, True),
            ("no minimum in dollars", USD, 0.01, 0.0, True),
        ]
        for story, currency, owed, credit, expected in rows:
            with self.subTest(story):
                drafts, omissions = self.propose(
                    [item(late=4, currency=currency, residual=owed)],
                    [(50, 1, currency, credit, None)],
                    minimum=minimum,
                )
                self.assertEqual(bool(drafts), expected)
                self.assertEqual(self.reasons(omissions), {} if expected else {1: "below_minimum"})

    def test_what_is_overdue_counts_what_is_not_due_does_not(self):
        rows = [
            ("another overdue item is listed", item(OOPS, -1, id=2, late=9), True),
            ("another one is not due yet", item(id=2, late=-9), False),
        ]
        for story, other, expected in rows:
            with self.subTest(story):
                drafts, _omissions = self.propose(
                    [item(id=1, late=4, residual=20.0), other],
                    minimum={EUR: 50.0},
                    listed_items="open",
                )
                self.assertEqual(bool(drafts), expected)

    def test_items_listed_move_to_the_next_notice_when_the_highest_is_left_out(self):
        """One notice per level; the ultimatum is too small and stays at home, so the
        other one lists the overdue rest."""
        items = [
            item(WHY, -9, id=1, late=40, residual=5.0),
            item(id=2, late=4, residual=70.0),
            item(OOPS, -1, id=3, late=9, residual=40.0),
        ]
        credits = [(50, 1, EUR, 1.0, None)]
        drafts, omissions = self.propose(items, credits, grouping="level", minimum={EUR: 50.0})
        self.assertEqual(self.reasons(omissions), {1: "below_minimum"})
        self.assertEqual(
            self.lines(drafts[0]),
            [("item", 2, 70.0), ("listed", 3, 40.0)],
        )


@tagged("post_install", "-at_install")
class TestRedraft(ComposeCase):
    """A proposal made again from today's books, when it is issued."""

    def redraft(self, items, chosen, listed=(), credits=(), **rules):
        shares = netting.pour(items, [netting.Credit(*row) for row in credits])
        decisions = {id_: Decision(ADVANCE, level, 1) for id_, level in chosen.items()}
        return compose.redraft(
            items, decisions, set(listed), POLICY, compose.Rules(**rules), shares, day(0), 0.01
        )

    def test_unchanged_books_give_the_same_notice(self):
        items = [item(id=1, late=4), item(id=2, late=20), item(OOPS, -1, id=3, late=9)]
        credits = [(50, 1, EUR, 30.0, None)]
        proposed = self.only(items, credits)
        again, reason = self.redraft(items, {1: OOPS, 2: OOPS}, [3], credits)
        self.assertEqual((again, reason), (proposed, None))

    def test_k1_what_was_paid_since_is_gone(self):
        """3 was listed and is paid, 2 is paid in part, a credit note came."""
        items = [item(id=1, late=4), item(id=2, late=20, residual=60.0)]
        draft, reason = self.redraft(items, {1: OOPS, 2: OOPS}, [3], [(50, 1, EUR, 70.0, None)])
        self.assertIsNone(reason)
        self.assertEqual(
            self.lines(draft), [("item", 1, 100.0), ("item", 2, 60.0), ("credit", 50, -70.0)]
        )
        self.assertEqual(draft.amount_due, 90.0)

    def test_d1_covered_since(self):
        _draft, reason = self.redraft([item(late=4)], {1: OOPS}, [], [(50, 1, EUR, 100.0, None)])
        self.assertEqual(reason, "net_credit")

    def test_too_small_since(self):
        items = [item(late=4, residual=9.99)]
        _draft, reason = self.redraft(items, {1: OOPS}, minimum={EUR: 10.0})
        self.assertEqual(reason, "below_minimum")

    def test_a_level_lowered_by_a_person_is_kept(self):
        items = [item(WHY, -9, id=1, late=40), item(id=2, late=20)]
        draft, _reason = self.redraft(items, {1: WHY, 2: OOPS})
        self.assertEqual(draft.level, WHY)

    def test_an_item_put_on_hold_since_is_not_listed(self):
        items = [item(id=1, late=4), item(OOPS, -1, id=2, late=9, pause=HELD)]
        draft, _reason = self.redraft(items, {1: OOPS}, [2])
        self.assertEqual(self.lines(draft), [("item", 1, 100.0)])

    def test_only_what_was_proposed_goes_out(self):
        """2 has earned a level since: it waits for its own proposal."""
        draft, _reason = self.redraft([item(id=1, late=4), item(id=2, late=3)], {1: OOPS})
        self.assertEqual(self.lines(draft), [("item", 1, 100.0)])
