"""The yearly rate of a discount: published examples, and what holds always."""

import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine.discount_cost import (
    BANK_YEAR,
    MAX_EXPONENT,
    NO_DAYS,
    NO_DISCOUNT,
    TOO_HIGH,
    TOO_MUCH,
    YEAR,
    Take,
    annual_cost,
    break_even,
    cost_between,
    cost_of_all,
    otherwise_paid,
    what_if,
)
from .engine_common import stable

# Percents with two decimals, as people type them.
percents = st.integers(1, 5000).map(lambda cents: cents / 100)
days = st.integers(0, 120)
gaps = st.integers(1, 180)
years = st.sampled_from((YEAR, BANK_YEAR))
rates = st.integers(0, 6000).map(lambda cents: cents / 100)


@tagged("post_install", "-at_install")
class TestPublishedExamples(BaseCase):
    def test_nominal(self):
        rows = [
            # where it is published, percent, discount days, net days, usual days, year, answer
            ("HP 10bII+ manual, cost of not taking a cash discount",
             2, 10, 30, None, 360, 36.73),
            ("mathcelebrity.com, vendor discount", 2, 10, 30, None, 360, 36.73),
            ("analystforum.com 87203", 2, 10, 30, None, 365, 37.2),
            ("wizedu.com 720760 (2/15 net 35)", 2, 15, 35, None, 365, 37.24),
            ("wizedu.com 720760 (1/15 net 30)", 1, 15, 30, None, 365, 24.58),
            ("wizedu.com 720760 (2/10 net 60)", 2, 10, 60, None, 365, 14.9),
            ("wizedu.com 720760 (3/10 net 50)", 3, 10, 50, None, 365, 28.22),
            ("wizedu.com 720760 (2/10 net 50)", 2, 10, 50, None, 365, 18.62),
            ("wizedu.com 17884 (2/10 net 55)", 2, 10, 55, None, 365, 16.55),
            ("wizedu.com 17884 (3/10 net 45)", 3, 10, 45, None, 365, 32.25),
            ("wizedu.com 17884 (2/15 net 40)", 2, 15, 40, None, 365, 29.80),
            ("forums.aat.org.uk 446434 (Osborne, Credit Management)",
             2, 7, 45, None, 365, 19.60),
            ("Brigham, D.J. Masson Corp. (3/10 net 90)", 3, 10, 90, None, 365, 14.11),
            ("Brigham: 2/10 net 30, typically paid after 45 days", 2, 10, 30, 45, 365, 21.28),
            ("studyhelpme.com 9039: 4/30 net 90, paid after 120 days",
             4, 30, 90, 120, 365, 16.90),
        ]  # fmt: skip
        for source, percent, first, net, usual, year, answer in rows:
            with self.subTest(source):
                decimals = len(str(answer).partition(".")[2])
                found = annual_cost(percent, first, net, usual, year).nominal
                self.assertLessEqual(abs(found - answer), 10**-decimals, source)

    def test_effective(self):
        rows = [
            ("analystforum.com 87203 (CFA formula)", 2, 10, 30, 44.59),
            ("haikudeck, short-term financing (paid on day 30)", 2, 10, 30, 44.58),
            ("analystforum.com 9872575 (2/10, net 50)", 2, 10, 50, 20.24),
            ("Brigham, D.J. Masson Corp. (3/10 net 90)", 3, 10, 90, 14.91),
        ]
        for source, percent, first, net, answer in rows:
            with self.subTest(source):
                found = annual_cost(percent, first, net).effective
                # One of the sources cuts off instead of rounding.
                self.assertLessEqual(abs(found - answer), 0.0101, source)

    def test_a_published_table_of_effective_rates(self):
        """tradinginnl, "Nominal cost of trade credit formula": days by 1, 2, 5 percent."""
        table = {
            10: (44.3, 109.0, 550.3),
            16: (25.8, 58.5, 222.2),
            20: (20.1, 44.6, 155.0),
            25: (15.8, 34.3, 111.5),
            30: (13.0, 27.9, 86.7),
        }
        for gap, answers in table.items():
            for percent, answer in zip((1, 2, 5), answers, strict=True):
                with self.subTest(days=gap, percent=percent):
                    self.assertAlmostEqual(annual_cost(percent, 0, gap).effective, answer, 1)


@tagged("post_install", "-at_install")
class TestAnnualCost(BaseCase):
    def test_the_day_really_paid_counts_when_later(self):
        rows = [(30, None, 30), (30, 45, 45), (30, 25, 30), (30, 30, 30), (0, 12, 12)]
        for net, usual, expected in rows:
            self.assertEqual(otherwise_paid(net, usual), expected)
        self.assertEqual(annual_cost(2, 10, 30, 45), annual_cost(2, 10, 45))
        self.assertEqual(annual_cost(2, 10, 30, 12), annual_cost(2, 10, 30))
        # Within the terms nothing is gained; paid later, it is.
        self.assertEqual(annual_cost(2, 30, 30).reason, NO_DAYS)
        self.assertEqual(annual_cost(2, 30, 30, 50), annual_cost(2, 10, 30))

    def test_absurd_input_gives_a_reason(self):
        rows = [
            (0, 10, 30, NO_DISCOUNT),
            (-2, 10, 30, NO_DISCOUNT),
            (math.nan, 10, 30, NO_DISCOUNT),
            (100, 10, 30, TOO_MUCH),
            (250, 10, 30, TOO_MUCH),
            (math.inf, 10, 30, TOO_MUCH),
            (2, 30, 30, NO_DAYS),
            (2, 31, 30, NO_DAYS),
            (2, math.nan, 30, NO_DAYS),
            (2, 10, math.nan, NO_DAYS),
        ]
        for percent, first, net, reason in rows:
            with self.subTest(percent=percent, days=(first, net)):
                cost = annual_cost(percent, first, net)
                self.assertEqual((cost.nominal, cost.effective), (None, None))
                self.assertEqual(cost.reason, reason)

    def test_a_rate_nobody_could_read_is_left_out(self):
        cost = annual_cost(99.99, 0, 1)
        self.assertEqual((cost.effective, cost.reason), (None, TOO_HIGH))
        self.assertGreater(cost.nominal, 0)
        self.assertIsNone(annual_cost(3, 0, 1).reason)

    def test_between_two_tiers(self):
        """3 % within 8 days against 2 % within 15: 1 on 97 for 7 days."""
        cost = cost_between((3, 8), (2, 15))
        self.assertAlmostEqual(cost.nominal, 1 / 97 * 365 / 7 * 100)
        self.assertAlmostEqual(cost.effective, ((98 / 97) ** (365 / 7) - 1) * 100)
        # The last tier stands against paying in full.
        self.assertEqual(cost_between((2, 15), (0, 30)), annual_cost(2, 15, 30))
        for better, worse, reason in (
            ((2, 8), (2, 15), NO_DISCOUNT),
            ((2, 8), (3, 15), NO_DISCOUNT),
            ((3, 15), (2, 15), NO_DAYS),
            ((3, 8), (100, 15), TOO_MUCH),
            ((3, 8), (-1, 15), NO_DISCOUNT),
        ):
            self.assertEqual(cost_between(better, worse).reason, reason)

    def test_break_even(self):
        # 12 % a year for 30 days of a year of 360: 1 on 100, so 1/101 of the invoice.
        self.assertAlmostEqual(break_even(12, 30, 360), 100 / 101)
        for cost, gained in ((0, 20), (-5, 20), (12, 0), (12, -3), (math.nan, 20)):
            self.assertEqual(break_even(cost, gained), 0.0)


@tagged("post_install", "-at_install")
class TestWhatIf(BaseCase):
    def test_a_year_worked_out_by_hand(self):
        """730,000 a year, paid after 40 days; 10 % of it takes 3/8, 40 % takes 2/15."""
        year = what_if(730_000, 40, [Take(3, 8, 10), Take(2, 15, 40)], 10)
        self.assertAlmostEqual(year.discount, 73_000 * 0.03 + 292_000 * 0.02)
        # 70,810 come 32 days earlier, 286,160 come 25 days earlier.
        self.assertAlmostEqual(year.saved, (70_810 * 32 + 286_160 * 25) * 0.1 / 365)
        self.assertAlmostEqual(year.net, year.saved - year.discount)
        self.assertLess(year.net, 0)
        self.assertEqual(year.days_before, 40)
        self.assertAlmostEqual(year.days_after, 0.1 * 8 + 0.4 * 15 + 0.5 * 40)
        self.assertAlmostEqual(year.freed, 2000 * (40 - 26.8))
        self.assertAlmostEqual(
            year.cost.nominal, 8030 / (70_810 * 32 + 286_160 * 25) * 365 * 100
        )

    def test_one_tier_costs_what_the_tier_costs(self):
        year = what_if(5000, 30, [Take(2, 10, 25)], 5)
        self.assertAlmostEqual(year.cost.nominal, annual_cost(2, 10, 30).nominal)
        self.assertAlmostEqual(year.cost.effective, annual_cost(2, 10, 30).effective)

    def test_money_that_comes_early_anyway_gains_nothing(self):
        year = what_if(1000, 10, [Take(2, 15, 100)], 12)
        self.assertAlmostEqual(year.discount, 20)
        self.assertEqual((year.saved, year.freed), (0, 0))
        self.assertEqual((year.days_before, year.days_after), (10, 10))
        self.assertEqual(year.cost.reason, NO_DAYS)

    def test_nobody_takes_it(self):
        for takes in ([], [Take(2, 10, 0)], [Take(0, 10, 50)]):
            year = what_if(1000, 30, takes, 12)
            self.assertEqual((year.discount, year.cost.reason), (0, NO_DISCOUNT))
        self.assertEqual(cost_of_all(5, 0, 100).reason, TOO_MUCH)


@tagged("post_install", "-at_install")
class TestAlways(BaseCase):
    @stable
    @given(percents, days, gaps, years)
    def test_the_nominal_rate_in_fractions(self, percent, first, gap, year):
        share = Fraction(str(percent)) / 100
        exact = share / (1 - share) * year / gap * 100
        found = annual_cost(percent, first, first + gap, year=year).nominal
        self.assertAlmostEqual(found / float(exact), 1.0)

    @stable
    @given(percents, days, gaps)
    def test_compounding_costs_more_within_the_year(self, percent, first, gap):
        cost = annual_cost(percent, first, first + gap)
        if cost.effective is None:
            self.assertEqual(cost.reason, TOO_HIGH)
            exponent = YEAR / gap * -math.log(1 - percent / 100)
            self.assertGreater(exponent, MAX_EXPONENT * 0.999)
        else:
            self.assertGreater(cost.effective, cost.nominal)
            # A loan at that rate grows from 100 - d to 100 in the days between.
            grown = (100 - percent) * (1 + cost.effective / 100) ** (gap / YEAR)
            self.assertAlmostEqual(grown, 100.0, 6)

    @stable
    @given(percents, days, gaps, st.integers(1, 60))
    def test_later_money_makes_it_cheaper_and_more_percent_dearer(self, percent, first, gap, more):
        base = annual_cost(percent, first, first + gap).nominal
        self.assertLess(annual_cost(percent, first, first + gap, first + gap + more).nominal, base)
        self.assertGreater(annual_cost(percent + 1, first, first + gap).nominal, base)

    @stable
    @given(rates.filter(bool), gaps, years)
    def test_break_even_is_the_inverse_of_the_nominal_rate(self, rate, gap, year):
        percent = break_even(rate, gap, year)
        self.assertAlmostEqual(annual_cost(percent, 0, gap, year=year).nominal, rate, 6)

    @stable
    @given(percents, percents, days, gaps, gaps)
    def test_going_through_the_next_tier_costs_the_same_in_the_end(
        self, one, other, first, gap, rest
    ):
        """Interest of both steps multiplies up to the interest of the whole way."""
        better, worse = max(one, other) + 0.01, min(one, other)
        step = cost_between((better, first), (worse, first + gap)).nominal
        last = cost_between((worse, first + gap), (0, first + gap + rest)).nominal
        whole = annual_cost(better, first, first + gap + rest).nominal
        grown = (1 + step * gap / YEAR / 100) * (1 + last * rest / YEAR / 100)
        self.assertAlmostEqual(grown, 1 + whole * (gap + rest) / YEAR / 100, 6)

    @stable
    @given(percents, days, gaps, rates, st.integers(1, 100))
    def test_it_pays_when_money_costs_more_than_the_discount(
        self, percent, first, gap, rate, share
    ):
        cost = annual_cost(percent, first, first + gap).nominal
        year = what_if(1e6, first + gap, [Take(percent, first, share)], rate)
        if abs(rate - cost) > 1e-6:
            self.assertEqual(year.net > 0, rate > cost)
        worth = break_even(rate, gap)
        if abs(worth - percent) > 1e-6:
            self.assertEqual(year.net > 0, worth > percent)

    @stable
    @given(
        st.lists(st.tuples(percents, days, st.integers(0, 20)), max_size=5),
        st.integers(0, 150),
        rates,
    )
    def test_tiers_add_up_and_never_make_customers_slower(self, rows, usual, rate):
        takes = [Take(*row) for row in rows]
        whole = what_if(1e6, usual, takes, rate)
        parts = [what_if(1e6, usual, [take], rate) for take in takes]
        self.assertAlmostEqual(whole.discount, sum(part.discount for part in parts), 4)
        self.assertAlmostEqual(whole.saved, sum(part.saved for part in parts), 4)
        self.assertLessEqual(whole.days_after, whole.days_before)
        self.assertGreaterEqual(whole.days_after, -1e-9)
        if whole.cost.nominal is not None:
            lowest = min(
                part.cost.nominal for part in parts if part.cost.nominal is not None
            )
            self.assertGreaterEqual(whole.cost.nominal, lowest - 1e-6)
