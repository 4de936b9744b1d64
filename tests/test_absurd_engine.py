"""The engine answers whatever it is asked, and what it answers adds up.

Due dates in year 1 and 9999, intervals of thousands of years, a million millions in currencies
without and with three decimals: the business rules have no opinion on these, but a batch of
ten thousand customers must not stop at one of them.
"""

from dataclasses import replace
from datetime import datetime, time

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine import (
    allocation,
    assignment,
    automatic_mail,
    compose,
    contact_rules,
    discount_cost,
    discount_notices,
    discounts,
    fixed_amounts,
    interest,
    ladder,
    netting,
    plans,
    priority,
    promises,
    rates,
    sms_text,
    statement,
    words,
    workdays,
)
from ..engine import (
    days as calendar_days,
)
from ..engine.daycount import BASIS
from .absurd_common import (
    FIRST,
    LAST,
    absurd,
    amounts,
    counts,
    days,
    in_units,
    precisions,
    texts,
)

POLICY, CURRENCY = 7, 3
STEPS = (ladder.ADVANCE, ladder.WAIT, ladder.SKIP, ladder.FINISHED)


@st.composite
def ladders(draw):
    delays = draw(st.sets(st.integers(-3_650, 3_650) | st.integers(-5, 5), max_size=6))
    levels = [
        ladder.Level(number, 10 * number, delay, draw(counts), draw(counts), draw(counts))
        for number, delay in enumerate(draw(st.permutations(sorted(delays))), start=1)
    ]
    mode = draw(st.sampled_from((ladder.STEP, ladder.JUMP, ladder.HIGHEST)))
    after_broken = draw(st.sampled_from((ladder.RESUME, ladder.NEXT)))
    return ladder.Ladder(POLICY, tuple(levels), mode, after_broken)


@st.composite
def items(draw, precision, levels=(), number=1):
    residual = draw(amounts(precision, least=1))
    units = round(residual / precision)
    stands_on = draw(st.sampled_from((None, *levels)))
    gone = draw(st.booleans())  # its level belonged to a policy that is no more
    return ladder.Item(
        id=number,
        customer=draw(st.sampled_from((None, 1, 2))),
        currency=CURRENCY,
        residual=residual,
        due=draw(st.none() | days),
        ladder=draw(st.sampled_from((POLICY, POLICY, None))),
        level_id=stands_on and (99 if gone else stands_on.id),
        level_delay=stands_on and stands_on.delay_days,
        level_date=stands_on and draw(days),
        occurrence=draw(counts) if stands_on else 0,
        disputed=round(draw(st.integers(0, units)) * precision, 6) if draw(st.booleans()) else 0.0,
        pause=draw(st.none() | st.tuples(texts, texts, st.none() | days)),
        broken_on=draw(st.none() | days),
    )


@st.composite
def books(draw):
    """``(ladder, items, credits, precision)`` of some customers."""
    precision, steps = draw(precisions), draw(ladders())
    numbers = range(1, draw(st.integers(1, 6)) + 1)
    owed = [draw(items(precision, steps.levels, number)) for number in numbers]
    credits = [
        netting.Credit(
            100 + number,
            draw(st.sampled_from((None, 1, 2))),
            CURRENCY,
            draw(amounts(precision)),
            draw(st.none() | days),
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    return steps, owed, credits, precision


starts = st.none() | st.builds(
    ladder.Start,
    due_from=st.none() | days,
    delay_days=st.none() | st.integers(-3_650, 3_650),
    live_on=st.none() | days,
)
quiet_times = st.builds(
    contact_rules.Quiet,
    start=st.floats(0, 24),
    end=st.floats(0, 24),
    weekdays=st.frozensets(st.integers(0, 6)),
    holidays=st.frozensets(days),
)


class AbsurdCase(BaseCase):
    def assertRounded(self, amount, precision):
        _units, noise = in_units(amount, precision)
        self.assertLess(noise, 1e-9 + abs(amount) * 1e-15)

    def assertSum(self, parts, total, precision):
        counted = sum(in_units(part, precision)[0] for part in parts)
        self.assertEqual(counted, in_units(total, precision)[0])


@tagged("post_install", "-at_install")
class TestAbsurdLadder(AbsurdCase):
    @absurd
    @given(ladders(), st.data(), days, starts)
    def test_every_item_has_its_answer(self, steps, data, on, start):
        owed = [data.draw(items(0.01, steps.levels, number)) for number in (1, 2, 3)]
        decisions = ladder.decide_all(owed, {POLICY: steps}, on, start)
        self.assertEqual(set(decisions), {item.id for item in owed})
        for decision in decisions.values():
            self.assertIn(decision.step, STEPS)
            if decision.step == ladder.ADVANCE:
                self.assertIn(decision.level, steps.levels)
                self.assertGreaterEqual(decision.occurrence, 1)
            if decision.step == ladder.SKIP:
                self.assertTrue(decision.reason or decision.detail or decision.level)
            if decision.step == ladder.WAIT:
                self.assertGreater(decision.next_date, on)

    @absurd
    @given(books(), days)
    def test_notices_add_up_and_nobody_is_lost(self, world, on):
        steps, owed, credits, precision = world
        by_policy = {POLICY: steps, None: ladder.Ladder(None, ())}
        decisions = ladder.decide_all(owed, by_policy, on)
        rules = {policy: compose.Rules(minimum={CURRENCY: 10.0}) for policy in by_policy}
        drafts, omissions = compose.compose(
            owed, decisions, rules, credits, on, {CURRENCY: precision}
        )
        told = [line.item_id for draft in drafts for line in draft.advancing]
        left_out = [omission.item_id for omission in omissions]
        self.assertEqual(len(told + left_out), len({*told, *left_out}))
        earned = {
            item_id
            for item_id, decision in decisions.items()
            if decision.step in (ladder.ADVANCE, ladder.SKIP)
        }
        self.assertEqual({*told, *left_out}, earned)
        for draft in drafts:
            parts = [line.amount for line in draft.lines]
            parts += [-line.disputed for line in draft.lines]
            self.assertSum(parts, draft.amount_due, precision)
            self.assertRounded(draft.amount_due, precision)
            self.assertGreater(draft.collectable, 0)

    @absurd
    @given(books())
    def test_credits_are_poured_once(self, world):
        _steps, owed, credits, precision = world
        shares = netting.pour(owed, credits, precision)
        for share in shares:
            self.assertGreater(share.amount, 0)
            self.assertRounded(share.amount, precision)
        poured = sum(in_units(share.amount, precision)[0] for share in shares)
        debts = sum(in_units(item.owed, precision)[0] for item in owed)
        money = sum(in_units(credit.amount, precision)[0] for credit in credits)
        self.assertEqual(poured, min(debts, money))

    @absurd
    @given(books(), st.data(), days)
    def test_offers(self, world, data, on):
        steps, owed, credits, precision = world
        one = ladder.Level(50, 1, -data.draw(st.integers(0, 366)))
        offers = {
            item.id: ladder.Offer(
                item.id,
                item.id,
                1,
                data.draw(days),
                data.draw(amounts(precision)),
                data.draw(st.booleans()),
                data.draw(st.none() | days),
            )
            for item in owed
        }
        tiers = {POLICY: ladder.Ladder(POLICY, (one,)), None: ladder.Ladder(None, ())}
        decisions = discount_notices.decide_offers(owed, offers, tiers, on)
        rules = {POLICY: compose.Rules(), None: compose.Rules()}
        drafts, _omissions = discount_notices.compose_offers(
            owed, offers, decisions, rules, credits, on, {CURRENCY: precision}
        )
        for draft in drafts:
            savings = [line.offer.saving for line in draft.advancing]
            self.assertSum(savings, draft.amount_discount, precision)


@tagged("post_install", "-at_install")
class TestAbsurdMoney(AbsurdCase):
    @settings(absurd, max_examples=12)  # thousands of years, month by month
    @given(st.data(), precisions, days, days, days)
    def test_interest(self, data, precision, start, one, other):
        """Only a missing rate may be missing; the parts lie in order and add up."""
        history = interest.History(
            start,
            data.draw(amounts(precision)),
            tuple(
                (data.draw(days), data.draw(amounts(precision)) * data.draw(st.sampled_from((-1, 1))))
                for _number in range(data.draw(st.integers(0, 3)))
            ),
            ((data.draw(days), data.draw(amounts(precision))),) if data.draw(st.booleans()) else (),
        )
        series = rates.Series(
            "Rate", ((data.draw(days), 4.0), (FIRST, 2.0)), half_yearly=data.draw(st.booleans())
        )
        rule = interest.InterestRule(
            rate=rates.RateRule(
                percent=data.draw(st.floats(0, 1000)),
                series=series if data.draw(st.booleans()) else None,
                margin=data.draw(st.integers(-100, 100)),
                floating=data.draw(st.booleans()),
                round_up_to_half=data.draw(st.booleans()),
            ),
            day_count=data.draw(st.sampled_from(sorted(BASIS))),
            rounding=data.draw(
                st.sampled_from((interest.END, interest.SEGMENT, interest.DAILY))
            ),
            compounding=data.draw(
                st.sampled_from((interest.NONE, interest.MONTHLY, interest.YEARLY))
            ),
            grace_days=data.draw(counts),
            cap_percent=data.draw(st.sampled_from((0.0, 10.0, 10.0**6))),
        )
        first, last = sorted((one, other))
        try:
            parts = interest.segments(history, rule, first, last, precision)
        except rates.MissingRate as error:
            self.assertEqual(error.series, "Rate")
            self.assertIsNotNone(series.half_yearly)
            return
        before = None
        for part in parts:
            self.assertLessEqual(first, part.date_from)
            self.assertLessEqual(part.date_from, part.date_to)
            self.assertLessEqual(part.date_to, last)
            self.assertGreaterEqual(part.amount, 0)
            if before:
                self.assertLess(before, part.date_from)
            before = part.date_to

    @absurd
    @given(st.data(), precisions)
    def test_fixed_amounts(self, data, precision):
        tiers = tuple(
            fixed_amounts.Tier(
                data.draw(amounts(0.01)), data.draw(amounts(0.01)), data.draw(st.floats(0, 100))
            )
            for _number in range(data.draw(st.integers(0, 3)))
        )
        rule = fixed_amounts.FixedRule(
            data.draw(amounts(0.01)),
            data.draw(st.floats(0, 100)),
            tiers,
            data.draw(st.sampled_from((fixed_amounts.FROM, fixed_amounts.ABOVE))),
            data.draw(st.sampled_from((fixed_amounts.PRINCIPAL, fixed_amounts.EXCESS))),
            data.draw(amounts(0.01)),
            data.draw(amounts(0.01)),
        )
        principal = data.draw(amounts(precision)) * data.draw(st.sampled_from((1, 1, -1)))
        found = fixed_amounts.fixed_amount(rule, principal, precision)
        self.assertGreaterEqual(found, 0)
        self.assertRounded(found, precision)

    @absurd
    @given(st.data(), precisions)
    def test_allocation(self, data, precision):
        kinds = st.sampled_from(allocation.ORDERS[allocation.COSTS_FIRST])
        debts = [
            allocation.Debt(
                number,
                data.draw(kinds),
                data.draw(amounts(precision)),
                data.draw(st.none() | days),
            )
            for number in range(data.draw(st.integers(0, 5)))
        ]
        money = data.draw(amounts(precision))
        shares = allocation.allocate(
            money, debts, data.draw(st.sampled_from(sorted(allocation.ORDERS))), precision
        )
        owed = sum(in_units(debt.amount, precision)[0] for debt in debts)
        given_out = sum(in_units(part, precision)[0] for _debt, part in shares)
        self.assertEqual(given_out, min(owed, in_units(money, precision)[0]))
        for debt, part in shares:
            self.assertLessEqual(part, debt.amount)
            self.assertRounded(part, precision)

    @absurd
    @given(st.data(), precisions, days)
    def test_promises(self, data, precision, on):
        made = []
        for number in range(data.draw(st.integers(1, 3))):
            day, until = sorted((data.draw(days), data.draw(days)))
            made.append(
                promises.Promise(
                    number,
                    data.draw(amounts(precision)),
                    day,
                    until,
                    until,
                    data.draw(st.frozensets(st.integers(1, 3))),
                    data.draw(st.none() | days),
                    datetime.combine(day, time(12)),
                )
            )
        money = [
            promises.Money(
                number,
                data.draw(days),
                data.draw(amounts(precision)),
                data.draw(st.sampled_from((None, 1, 2))),
                data.draw(st.none() | days),
                data.draw(st.booleans()),
            )
            for number in range(data.draw(st.integers(0, 4)))
        ]
        counted = promises.pour(made, money, precision=precision)
        for part in money:
            used = sum(in_units(one.get(part.id, 0.0), precision)[0] for one in counted.values())
            self.assertLessEqual(used, in_units(part.amount, precision)[0])
        for promise in made:
            received = netting.rounded(sum(counted[promise.id].values()), precision)
            self.assertLessEqual(
                in_units(received, precision)[0], in_units(promise.amount, precision)[0]
            )
            verdict = promises.verdict(promise, received, on, data.draw(st.none() | days), precision)
            self.assertIn(
                verdict,
                (promises.OPEN, promises.KEPT, promises.PARTLY_KEPT, promises.BROKEN),
            )

    @absurd
    @given(st.data(), precisions, days, days)
    def test_plans(self, data, precision, first, on):
        count, every = data.draw(st.integers(1, 60)), data.draw(st.integers(1, 1200))
        unit = data.draw(st.sampled_from((plans.MONTHS, plans.WEEKS)))
        due = plans.dates(first, count, every, unit)
        self.assertEqual((len(due), due), (count, sorted(due)))
        total = data.draw(amounts(precision))
        try:
            parts = plans.spread(total, count, precision)
        except ValueError:
            self.assertLess(in_units(total, precision)[0], count)
            return
        self.assertSum(parts, total, precision)
        instalments = [
            plans.Instalment(part, until, data.draw(amounts(precision)))
            for part, until in zip(parts, due, strict=True)
        ]
        verdict = plans.verdict(
            instalments, on, data.draw(st.integers(1, 5)), data.draw(counts), precision
        )
        self.assertIn(verdict, (plans.ACTIVE, plans.KEPT, plans.BROKEN))

    @absurd
    @given(st.data(), precisions, days)
    def test_statements(self, data, precision, on):
        sign = st.sampled_from((-1, 1))
        signed = st.builds(lambda amount, way: amount * way, amounts(precision), sign)
        opening = data.draw(signed)
        moves = [
            statement.Movement(data.draw(days), data.draw(signed))
            for _number in range(data.draw(st.integers(0, 5)))
        ]
        owed = [
            statement.Item(number, data.draw(st.none() | days), 0.0, data.draw(signed))
            for number in range(data.draw(st.integers(0, 5)))
        ]
        found = statement.build(opening, moves, owed, on, precision)
        self.assertSum([opening, *(one.amount for one in moves)], found.closing, precision)
        self.assertSum([one.open for one in owed], sum(found.aging.values()), precision)
        self.assertGreaterEqual(found.overdue, 0)
        self.assertEqual(
            [one.day for one in found.movements], sorted(one.day for one in moves)
        )

    @absurd
    @given(st.data(), precisions, days)
    def test_discounts(self, data, precision, invoiced):
        tiers = [
            discounts.Tier(
                number,
                data.draw(st.floats(0, 100)),
                data.draw(counts),
                data.draw(st.none() | st.integers(1, 31)),
            )
            for number in range(data.draw(st.integers(0, 4)))
        ]
        shift = data.draw(st.sampled_from((discounts.KEEP, discounts.AFTER, discounts.BEFORE)))
        weekdays = data.draw(st.frozensets(st.integers(0, 6)))
        ends = discounts.dated(tiers, invoiced, shift, weekdays)
        self.assertEqual([end for _tier, end in ends], sorted({end for _tier, end in ends}))
        percents = [tier.percent for tier, _end in ends]
        self.assertEqual(percents, sorted(percents, reverse=True))
        amount = data.draw(amounts(precision))
        left = [
            discounts.amount_to_pay(amount, percent, precision, amount, amount)
            for percent in percents
        ]
        for rest in left:
            self.assertRounded(rest, precision)
            self.assertLessEqual(0, rest)
            self.assertLessEqual(rest, amount)
        credited = data.draw(amounts(precision))
        self.assertLessEqual(discounts.shrunk(amount, amount, credited, precision), amount)
        discounts.kept_back(amount, left, data.draw(amounts(precision)), precision)
        discount_cost.annual_cost(
            data.draw(st.floats(0, 200)), data.draw(counts), data.draw(counts), data.draw(counts)
        )
        discount_cost.break_even(data.draw(st.floats(0, 1000)), data.draw(counts))

    @absurd
    @given(st.data(), amounts(0.01), counts)
    def test_priority(self, data, amount, late):
        weight = st.floats(0, priority.MAX_WEIGHT)
        weights = priority.Weights(*(data.draw(weight) for _number in range(4)))
        standing = priority.Standing(
            data.draw(st.sampled_from((-1, 1))) * amount, late, late % 100, late % 1000
        )
        self.assertGreaterEqual(priority.factors(standing, weights).score, 0)


@tagged("post_install", "-at_install")
class TestAbsurdDaysAndWords(AbsurdCase):
    @absurd
    @given(days, quiet_times, st.times(), st.lists(days, max_size=5), st.integers(-1, 5))
    def test_contact_rules(self, day, quiet, moment, contacts, limit):
        self.assertGreaterEqual(contact_rules.next_allowed_day(day, quiet), day)
        self.assertLessEqual(contact_rules.last_allowed_day(day, quiet), day)
        now = datetime.combine(day, moment)
        self.assertGreaterEqual(contact_rules.next_allowed(now, quiet), now)
        self.assertGreaterEqual(contact_rules.room(contacts, limit, day), 0)
        until = contact_rules.limited_until(contacts, limit, day)
        self.assertTrue(until is None or until >= day)

    @absurd
    @given(days, st.frozensets(st.integers(0, 6)), st.frozensets(days))
    def test_working_days(self, day, weekdays, holidays):
        self.assertGreaterEqual(workdays.next_working_day(day, weekdays, holidays), day)
        self.assertLessEqual(workdays.previous_working_day(day, weekdays, holidays), day)

    @absurd
    @given(days, counts, st.booleans())
    def test_the_calendar_has_an_end(self, day, number, back):
        found = calendar_days.plus(day, -number if back else number)
        self.assertTrue(FIRST <= found <= LAST)
        if found not in (FIRST, LAST):
            self.assertEqual(abs((found - day).days), number)

    @absurd
    @given(
        st.integers(-(10**15), 10**15).map(lambda number: number / 1000),
        st.sampled_from(("EUR", "KWD", "JPY", "BHD", "XOF", "RON", "ZZZ", "")),
        st.sampled_from(("fr_FR", "ro_RO", "en_US", "fr_BE", "de_DE", "ja_JP", "xx", "", None)),
    )
    def test_amounts_in_words(self, amount, currency, language):
        self.assertIsInstance(words.amount_in_words(amount, currency, language), str)

    @absurd
    @given(texts, texts, texts)
    def test_texts_of_any_kind(self, text, other, third):
        length = sms_text.measure(sms_text.plain(text))
        self.assertGreaterEqual(length.places, 0)
        sms_text.estimate(text, [(other, third), ("", "")])
        automatic_mail.is_automatic({text: other, "Subject": third}, other, text)
        rule = assignment.Rule(1, 1, first=other, last=third)
        customer = assignment.Customer(1, text, overdue=10.0**12)
        self.assertIn(assignment.first_fit([rule], customer), (None, rule))
        self.assertEqual(assignment.first_fit([replace(rule, first="", last="")], customer).id, 1)
