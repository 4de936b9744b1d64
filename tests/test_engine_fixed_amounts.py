"""Fixed amounts: published scales, edges and bounds."""

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine.fixed_amounts import ABOVE, EXCESS, FROM, FixedRule, Tier, fixed_amount
from .engine_common import stable

UK = FixedRule(tiers=(Tier(0, 40), Tier(1000, 70), Tier(10000, 100)))
IRELAND = FixedRule(tiers=UK.tiers, tier_edge=ABOVE)
NETHERLANDS = FixedRule(
    tiers=(
        Tier(0, 0, 15),
        Tier(2500, 375, 10),
        Tier(5000, 625, 5),
        Tier(10000, 875, 1),
        Tier(200000, 2775, 0.5),
    ),
    percent_of=EXCESS,
    minimum=40,
    maximum=6775,
)
BELGIUM = FixedRule(
    tiers=(Tier(0, 20), Tier(150, 30, 10), Tier(500, 65, 5)),
    tier_edge=ABOVE,
    percent_of=EXCESS,
    maximum=2000,
)
cents = st.integers(1, 100_000_000).map(lambda amount: amount / 100)


@st.composite
def scales(draw):
    """Tiers that go up."""
    edges = sorted(draw(st.sets(st.integers(0, 20_000), min_size=1, max_size=5)))
    amounts = sorted(draw(st.lists(st.integers(0, 500), min_size=5, max_size=5)))
    percents = sorted(draw(st.lists(st.integers(0, 20), min_size=5, max_size=5)))
    return FixedRule(
        tiers=tuple(draw(st.permutations(list(map(Tier, edges, amounts, percents))))),
        tier_edge=draw(st.sampled_from((FROM, ABOVE))),
        minimum=draw(st.sampled_from((0, 40))),
        maximum=draw(st.sampled_from((0, 300))),
    )


@tagged("post_install", "-at_install")
class TestFixedAmounts(BaseCase):
    def check(self, rule, expected, **kwargs):
        for principal, amount in expected.items():
            with self.subTest(principal=principal):
                self.assertEqual(fixed_amount(rule, principal, **kwargs), amount)

    def test_united_kingdom(self):
        """Late Payment of Commercial Debts (Interest) Act 1998 s. 5A; the example of
        5,000 is that of support.paidnice.com, article 11600906."""
        self.check(UK, {0.01: 40, 999.99: 40, 1000: 70, 5000: 70, 9999.99: 70, 10000: 100})

    def test_ireland(self):
        """enterprise.gov.ie, "Compensation for recovery costs": "not exceeding"."""
        self.check(IRELAND, {1000: 40, 1000.01: 70, 10000: 70, 10000.01: 100})

    def test_netherlands(self):
        """das.nl, "Wat is de hoogte van de incassokosten": 875 for 10,000, with the scale
        of its table, which alektumgroup.nl has too: at least 40 and at most 6,775."""
        self.check(
            NETHERLANDS,
            {100: 40, 266.66: 40, 266.7: 40.01, 2500: 375, 3000: 425, 5000: 625, 10000: 875,
             25000: 1025, 200000: 2775, 1_000_000: 6775, 5_000_000: 6775},
        )  # fmt: skip

    def test_belgium_consumers(self):
        """farys.be and legaleyes.be: 20; 30 + 10 percent above 150; 65 + 5 percent above
        500; at most 2,000."""
        self.check(
            BELGIUM,
            {150: 20, 150.01: 30, 250: 40, 500: 65, 500.01: 65, 1000: 90, 39200: 2000,
             50000: 2000},
        )  # fmt: skip

    def test_without_tiers(self):
        rows = [
            # story, rule, principal, amount
            ("a fixed sum", FixedRule(40), 5.0, 40.0),
            ("a percentage", FixedRule(percent=1.5), 333.0, 5.0),
            ("both", FixedRule(10, 1), 500.0, 15.0),
            ("at least", FixedRule(percent=1, minimum=5), 100.0, 5.0),
            ("at most", FixedRule(percent=1, maximum=5), 10000.0, 5.0),
            ("neither", FixedRule(percent=1, minimum=5, maximum=50), 1000.0, 10.0),
            ("the minimum does not make a fee of none", FixedRule(minimum=5), 100.0, 0.0),
            ("nothing is owed", FixedRule(40), 0.0, 0.0),
            ("a credit", FixedRule(40, 10, minimum=5), -100.0, 0.0),
            ("half a cent", FixedRule(percent=0.5), 1.0, 0.01),
        ]
        for story, rule, principal, amount in rows:
            with self.subTest(story):
                self.assertEqual(fixed_amount(rule, principal), amount)

    def test_tiers(self):
        whole = FixedRule(tiers=(Tier(500, 5, 2), Tier(100, 0, 1)))
        self.check(whole, {99.99: 0, 100: 1, 499: 4.99, 500: 15, 1000: 25})
        self.check(FixedRule(tiers=(Tier(0, 40), Tier(1000, 20))), {999: 40, 1000: 20})
        edge_above = FixedRule(tiers=(Tier(100, 7),), tier_edge=ABOVE, minimum=5)
        self.check(edge_above, {100: 0, 100.01: 7})
        tiers_only = FixedRule(40, 10, tiers=(Tier(100, 7),))
        self.check(tiers_only, {50: 0, 200: 7})
        self.check(FixedRule(9, tiers=(Tier(0, 0),), minimum=5), {200: 0})

    def test_other_currencies(self):
        rule = FixedRule(percent=1.25)
        self.check(rule, {1000: 13.0, 100: 1.0}, precision=1.0)
        self.check(rule, {1.0: 0.013, 0.5: 0.006}, precision=0.001)

    @stable
    @given(scales(), cents, cents)
    def test_a_larger_debt_never_costs_less(self, rule, one, other):
        smaller, larger = sorted((one, other))
        self.assertLessEqual(fixed_amount(rule, smaller), fixed_amount(rule, larger))

    @stable
    @given(st.sampled_from((NETHERLANDS, BELGIUM, UK, IRELAND)), cents, cents)
    def test_published_scales_go_up_and_stay_within_their_bounds(self, rule, one, other):
        smaller, larger = sorted((one, other))
        found = fixed_amount(rule, smaller)
        self.assertLessEqual(found, fixed_amount(rule, larger))
        self.assertGreaterEqual(found, rule.minimum)
        self.assertLessEqual(found, rule.maximum or 100)

    @stable
    @given(scales(), cents)
    def test_bounds_hold_for_all_that_is_not_zero(self, rule, principal):
        found = fixed_amount(rule, principal)
        self.assertGreaterEqual(found, rule.minimum if found else 0)
        if rule.maximum:
            self.assertLessEqual(found, rule.maximum)
