"""What holds for every notice, whatever the books: checked in whole units of the
currency, by sums made independently of the engine."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine import compose, netting
from ..engine.ladder import ADVANCE, SKIP, Start, decide_all, is_overdue
from .engine_common import (
    EUR,
    JPY,
    OTHER_POLICY,
    POLICY,
    PRECISIONS,
    day,
    item,
    ladders,
    stable,
    standing_items,
)

TODAY = day(0)
# Mostly one customer and one currency, so that items meet on a notice.
customers = st.sampled_from((1, 1, 1, 2))
PAUSES = (None, None, None, ("held", "", None), ("promise", "", day(5)))


@st.composite
def rules(draw):
    minimum = draw(st.sampled_from((0, 10, 2000)))
    return compose.Rules(
        draw(st.sampled_from(("customer", "level"))),
        draw(st.sampled_from(("advancing", "overdue", "open"))),
        draw(st.booleans()),
        {EUR: minimum * 0.01, JPY: float(minimum)} if minimum else {},
    )


@st.composite
def books(draw):
    """The open items and credits of two customers in two currencies."""
    policies = {number: replace(draw(ladders()), id=number) for number in (POLICY, OTHER_POLICY)}
    amounts = st.integers(1, 5000)
    items, credits = [], []
    for number in range(1, draw(st.integers(1, 10)) + 1):
        policy = draw(st.sampled_from((POLICY, POLICY, OTHER_POLICY, OTHER_POLICY, None)))
        currency = draw(st.sampled_from((EUR, EUR, EUR, JPY)))
        due = day(-draw(st.integers(-25, 90)))
        standing = draw(standing_items(policies[policy or POLICY], due))
        residual = draw(amounts)
        items.append(
            replace(
                standing if policy and standing.level_date != TODAY else item(due=due),
                id=number,
                due=draw(st.sampled_from((due, due, due, None))),
                customer=draw(customers),
                currency=currency,
                ladder=policy,
                residual=residual * PRECISIONS[currency],
                disputed=draw(st.sampled_from((0, 0, residual // 3))) * PRECISIONS[currency],
                pause=draw(st.sampled_from(PAUSES)),
            )
        )
    for number in range(draw(st.integers(0, 4))):
        currency = draw(st.sampled_from((EUR, JPY)))
        amount = draw(amounts) * PRECISIONS[currency]
        credits.append(
            netting.Credit(100 + number, draw(customers), currency, amount, day(-number))
        )
    start = draw(st.sampled_from((None, None, Start(due_from=day(-40)), Start(delay_days=15))))
    return items, credits, policies, {n: draw(rules()) for n in policies}, start


class Story:
    """A composed proposal and what its properties are checked against."""

    def __init__(self, given_books):
        self.items, self.credits, self.policies, self.rules, self.start = given_books
        self.by_id = {one.id: one for one in self.items}
        self.credit_by_id = {one.id: one for one in self.credits}
        self.decisions = decide_all(self.items, self.policies, TODAY, self.start)
        self.drafts, self.omissions = self.compose(self.items, self.credits)

    def compose(self, items, credits):
        return compose.compose(items, self.decisions, self.rules, credits, TODAY, PRECISIONS)

    def units(self, amount, currency):
        return round(amount / PRECISIONS[currency])


@tagged("post_install", "-at_install")
class TestComposeAlways(BaseCase):
    @stable
    @given(books())
    def test_every_earned_level_is_on_one_notice_or_has_one_reason(self, given_books):
        story = Story(given_books)
        advancing = [line.item_id for draft in story.drafts for line in draft.advancing]
        left_out = [omission.item_id for omission in story.omissions]
        self.assertEqual(max(Counter(advancing + left_out).values(), default=1), 1)
        earned = [id_ for id_, one in story.decisions.items() if one.step in (ADVANCE, SKIP)]
        self.assertEqual(sorted(advancing + left_out), sorted(earned))
        for omission in story.omissions:
            decision = story.decisions[omission.item_id]
            self.assertEqual(omission.level, decision.level)
            if decision.step == SKIP:
                self.assertEqual(omission.reason, decision.reason)
            else:
                self.assertIn(omission.reason, ("net_credit", "below_minimum"))

    @stable
    @given(books())
    def test_e_h2_one_customer_one_currency_one_policy_a_notice(self, given_books):
        story = Story(given_books)
        for draft in story.drafts:
            for line in draft.lines:
                is_credit = line.kind == compose.CREDIT
                source = (story.credit_by_id if is_credit else story.by_id)[line.item_id]
                self.assertEqual(
                    (source.customer, source.currency), (draft.customer, draft.currency)
                )
                if not is_credit:
                    self.assertEqual(source.ladder, draft.policy)
        if all(one.grouping == "customer" for one in story.rules.values()):
            keys = [(draft.customer, draft.currency, draft.policy) for draft in story.drafts]
            self.assertEqual(len(keys), len(set(keys)))

    @stable
    @given(books())
    def test_each_line_goes_to_its_own_level_and_the_notice_speaks_at_the_highest(
        self, given_books
    ):
        story = Story(given_books)
        for draft in story.drafts:
            for line in draft.advancing:
                decision = story.decisions[line.item_id]
                self.assertEqual((line.level, line.occurrence),
                                 (decision.level, decision.occurrence))  # fmt: skip
                self.assertEqual(line.previous_level_id, story.by_id[line.item_id].level_id)
            levels = [line.level for line in draft.advancing]
            self.assertIn(draft.level, levels)
            self.assertEqual(draft.level.delay_days, max(one.delay_days for one in levels))
            if story.rules[draft.policy].grouping == "level":
                self.assertEqual(set(levels), {draft.level})

    @stable
    @given(books())
    def test_an_item_is_shown_once_and_listed_only_where_it_should_be(self, given_books):
        story = Story(given_books)
        shown = Counter(
            line.item_id for draft in story.drafts for line in draft.lines
            if line.kind != compose.CREDIT
        )  # fmt: skip
        self.assertEqual(max(shown.values(), default=1), 1)
        for draft in story.drafts:
            mode = story.rules[draft.policy].listed_items
            for line in draft.lines:
                if line.kind != compose.LISTED:
                    continue
                one = story.by_id[line.item_id]
                self.assertIn(mode, ("overdue", "open"))
                self.assertTrue(mode == "open" or is_overdue(one, TODAY))
                self.assertIsNone(one.pause)
                self.assertIsNotNone(one.due)
                self.assertFalse(story.start and story.start.leaves_alone(one))
                self.assertIsNone(line.level)

    @stable
    @given(books())
    def test_b8_the_totals_are_the_sums_of_the_lines(self, given_books):
        story = Story(given_books)
        for draft in story.drafts:
            units = {
                name: story.units(getattr(draft, name), draft.currency)
                for name in ("amount_due", "amount_overdue", "collectable")
            }
            total = sum(
                story.units(line.amount, draft.currency)
                - story.units(line.disputed, draft.currency)
                for line in draft.lines
            )
            self.assertEqual(units["amount_due"], total)
            self.assertEqual(
                draft.amount_due, netting.rounded(draft.amount_due, PRECISIONS[draft.currency])
            )
            self.assertGreater(units["collectable"], 0)
            self.assertGreaterEqual(units["amount_due"], units["collectable"])
            self.assertGreaterEqual(units["collectable"], units["amount_overdue"])
            minimum = story.rules[draft.policy].minimum.get(draft.currency, 0)
            self.assertGreaterEqual(units["collectable"], story.units(minimum, draft.currency))
            late = {
                line.item_id: is_overdue(story.by_id[line.item_id], TODAY)
                for line in draft.lines
                if line.kind != compose.CREDIT
            }
            if all(late.values()):
                self.assertEqual(units["amount_due"], units["amount_overdue"])
            if not any(late.values()):
                self.assertEqual(units["amount_overdue"], 0)

    @stable
    @given(books())
    def test_d3_a_credit_counts_once_and_only_where_the_policy_nets(self, given_books):
        story = Story(given_books)
        used = Counter()
        for draft in story.drafts:
            lines = [line for line in draft.lines if line.kind == compose.CREDIT]
            self.assertEqual(len({line.item_id for line in lines}), len(lines))
            self.assertTrue(story.rules[draft.policy].net_credits or not lines)
            for line in lines:
                self.assertLess(line.amount, 0)
                used[line.item_id] -= story.units(line.amount, draft.currency)
        for id_, amount in used.items():
            credit = story.credit_by_id[id_]
            self.assertLessEqual(amount, story.units(credit.amount, credit.currency))

    @stable
    @given(books())
    def test_d1_who_owes_nothing_net_gets_no_notice(self, given_books):
        story = Story(given_books)
        net = Counter()
        for one in story.items:
            net[one.customer, one.currency] += story.units(one.owed, one.currency)
        for one in story.credits:
            net[one.customer, one.currency] -= story.units(one.amount, one.currency)
        for draft in story.drafts:
            if story.rules[draft.policy].net_credits:
                self.assertGreater(net[draft.customer, draft.currency], 0)

    @stable
    @given(books(), st.randoms(use_true_random=False))
    def test_the_same_books_in_another_order_give_the_same_notices(self, given_books, random):
        story = Story(given_books)
        items, credits = list(story.items), list(story.credits)
        random.shuffle(items)
        random.shuffle(credits)
        drafts, omissions = story.compose(items, credits)

        def plain(these):
            return sorted(repr(replace(one, lines=sorted(one.lines, key=repr))) for one in these)

        self.assertEqual(plain(drafts), plain(story.drafts))
        self.assertEqual(sorted(map(repr, omissions)), sorted(map(repr, story.omissions)))

    @stable
    @given(books())
    def test_k_issuing_from_unchanged_books_changes_nothing(self, given_books):
        story = Story(given_books)
        for draft in story.drafts:
            key = (draft.customer, draft.currency)
            items = [one for one in story.items if (one.customer, one.currency) == key]
            credits = [one for one in story.credits if (one.customer, one.currency) == key]
            precision = PRECISIONS[draft.currency]
            again, reason = compose.redraft(
                items,
                {line.item_id: story.decisions[line.item_id] for line in draft.advancing},
                {line.item_id for line in draft.lines if line.kind == compose.LISTED},
                draft.policy,
                story.rules[draft.policy],
                netting.pour(items, credits, precision),
                TODAY,
                precision,
            )
            self.assertEqual((again, reason), (draft, None))
