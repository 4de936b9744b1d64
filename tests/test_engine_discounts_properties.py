"""What holds for every ladder of tiers, date and amount."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine.discounts import (
    AFTER,
    BEFORE,
    EXCLUDED,
    INCLUDED,
    KEEP,
    Tier,
    amount_to_pay,
    dated,
    half_up,
    in_force,
    kept_back,
    shrunk,
    tier_end,
)
from .engine_common import stable

PRECISIONS = {0.01: 2, 0.001: 3, 1.0: 0}

invoice_dates = st.dates(date(1990, 1, 1), date.max)
shifts = st.sampled_from((KEEP, AFTER, BEFORE))
weekdays = st.sets(st.integers(0, 6), max_size=7)
percents = st.integers(1, 999900).map(lambda units: units / 10000)
tiers = st.builds(
    Tier,
    st.integers(1, 10**6),
    percents,
    st.integers(0, 3650),
    st.one_of(st.none(), st.integers(1, 31)),
)
precisions = st.sampled_from(sorted(PRECISIONS))


@st.composite
def amounts(draw):
    """``(amount, precision)``: an amount as a currency of that precision writes it."""
    precision = draw(precisions)
    units = draw(st.integers(-(10**11), 10**11))
    return float(units * Decimal(str(precision))), precision


@tagged("post_install", "-at_install")
class TestTierProperties(BaseCase):
    @stable
    @given(tiers, invoice_dates, shifts, weekdays, st.sets(st.integers(0, 40), max_size=12))
    def test_an_end_is_never_before_the_invoice(self, tier, invoice, shift, worked, off):
        holidays = {
            invoice + timedelta(days=offset)
            for offset in off
            if (date.max - invoice).days > offset
        }
        end = tier_end(tier, invoice, shift, worked, holidays)
        kept = tier_end(tier, invoice, KEEP)
        self.assertGreaterEqual(end, invoice)
        self.assertLessEqual(end if shift == BEFORE else kept, kept if shift == BEFORE else end)

    @stable
    @given(tiers, invoice_dates)
    def test_a_fixed_day_lies_in_the_month_after(self, tier, invoice):
        if not tier.month_day or (date.max - invoice).days < 4000:
            return
        reached = invoice + timedelta(days=tier.days)
        end = tier_end(tier, invoice)
        months = (end.year * 12 + end.month) - (reached.year * 12 + reached.month)
        self.assertEqual(months, 1)
        self.assertLessEqual(end.day, tier.month_day)
        if end.day < tier.month_day:
            self.assertEqual((end + timedelta(days=1)).day, 1, "the last day of a short month")

    @stable
    @given(st.lists(tiers, max_size=6), invoice_dates, shifts, weekdays)
    def test_later_is_always_less(self, ladder, invoice, shift, worked):
        rows = dated(ladder, invoice, shift, worked)
        ends = [end for _tier, end in rows]
        rates = [tier.percent for tier, _end in rows]
        self.assertEqual(ends, sorted(set(ends)))
        self.assertEqual(rates, sorted(set(rates), reverse=True))

    @stable
    @given(
        st.lists(tiers, min_size=1, max_size=6), invoice_dates, shifts, st.integers(0, 4000)
    )
    def test_the_tier_in_force_is_the_best_one_still_running(self, ladder, invoice, shift, days):
        """The definition, without any sorting: the best of those not over yet."""
        if (date.max - invoice).days <= days:
            return
        on = invoice + timedelta(days=days)
        rows = dated(ladder, invoice, shift, range(5))
        running = [
            tier.percent for tier in ladder if tier_end(tier, invoice, shift, range(5)) >= on
        ]
        index = in_force([end for _tier, end in rows], on)
        found = None if index is None else rows[index][0].percent
        self.assertEqual(found, max(running, default=None))


@tagged("post_install", "-at_install")
class TestAmountProperties(BaseCase):
    @stable
    @given(amounts(), percents)
    def test_rounded_to_the_nearest_unit(self, amount, percent):
        amount, precision = amount
        to_pay = amount_to_pay(amount, percent, precision)
        exact = Fraction(str(amount)) * (100 - Fraction(str(percent))) / 100
        self.assertLessEqual(
            abs(Fraction(str(to_pay)) - exact), Fraction(str(precision)) / 2 + Fraction(1, 10**4)
        )
        self.assertEqual(to_pay, round(to_pay, PRECISIONS[precision]))
        self.assertEqual(-to_pay, amount_to_pay(-amount, percent, precision), "signs mirror")
        self.assertLessEqual(abs(to_pay), abs(amount))

    @stable
    @given(amounts(), percents, percents)
    def test_more_percent_is_never_more_to_pay(self, amount, one, other):
        amount, precision = amount
        most, least = max(one, other), min(one, other)
        self.assertLessEqual(
            abs(amount_to_pay(amount, most, precision)),
            abs(amount_to_pay(amount, least, precision)),
        )

    @stable
    @given(amounts(), percents, st.integers(0, 100))
    def test_a_discount_on_the_untaxed_part_is_never_more(self, amount, percent, share):
        amount, precision = amount
        untaxed = half_up(Decimal(str(amount)) * share / 100, precision)
        whole = amount_to_pay(amount, percent, precision, untaxed, amount, INCLUDED)
        part = amount_to_pay(amount, percent, precision, untaxed, amount, EXCLUDED)
        self.assertGreaterEqual(abs(part), abs(whole))

    @stable
    @given(amounts(), percents, st.integers(-20, 130), st.integers(0, 130))
    def test_shrinking(self, amount, percent, one, other):
        amount, precision = amount
        discount = half_up(
            Decimal(str(amount)) - Decimal(str(amount_to_pay(amount, percent, precision))),
            precision,
        )
        credited = [half_up(Decimal(str(amount)) * part / 100, precision) for part in (one, other)]
        left = [shrunk(discount, amount, part, precision) for part in credited]
        self.assertLessEqual(abs(left[0]), abs(discount))
        self.assertGreaterEqual(left[0] * discount, 0, "never the other sign")
        if abs(credited[0]) <= abs(credited[1]) and one >= 0:
            self.assertGreaterEqual(abs(left[0]), abs(left[1]))
        if one <= 0:
            self.assertEqual(left[0], discount if amount else 0)

    @stable
    @given(
        st.lists(st.integers(1, 10**6), min_size=1, max_size=5, unique=True),
        st.integers(0, 10**6),
        st.integers(0, 1000),
    )
    def test_kept_back_names_the_nearest(self, cents, left, tolerance):
        ladder = [value / 100 for value in sorted(cents, reverse=True)]
        found = kept_back(left / 100, ladder, tolerance / 100, 0.01)
        # The same in whole cents, by brute force.
        candidates = [value for value in cents if 0 <= left - value <= tolerance]
        self.assertEqual(
            found is not None and round(ladder[found] * 100), bool(candidates) and max(candidates)
        )
