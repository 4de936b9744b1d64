"""Who works a customer, and which customer comes first: the arithmetic alone."""

from odoo.tests import BaseCase, tagged

from ..engine import assignment, priority


@tagged("post_install", "-at_install")
class TestAssignmentEngine(BaseCase):
    def _customer(self, name="Mercier", **values):
        return assignment.Customer(1, name, **values)

    def _rule(self, **values):
        return assignment.Rule(1, 7, **values)

    def test_letters_ignore_accents_and_case(self):
        rule = self._rule(first="A", last="E")
        for name in ("Éditions", "édition", "Atelier", "  «Écho»"):
            self.assertTrue(assignment.fits(rule, self._customer(name)), name)
        for name in ("Fleurs", "Șerban", "3M"):
            self.assertFalse(assignment.fits(rule, self._customer(name)), name)

    def test_a_bound_counts_as_far_as_it_is_written(self):
        rule = self._rule(first="Ma", last="Me")
        for name, inside in (("Marin", True), ("Mercier", True), ("Mica", False), ("Luc", False)):
            self.assertEqual(assignment.fits(rule, self._customer(name)), inside, name)

    def test_digits_come_before_letters(self):
        self.assertTrue(assignment.fits(self._rule(last="C"), self._customer("3M")))
        self.assertFalse(assignment.fits(self._rule(first="A"), self._customer("3M")))

    def test_size_by_overdue_or_turnover(self):
        customer = self._customer(overdue=500.0, turnover=90000.0)
        self.assertTrue(assignment.fits(self._rule(amount_from=500.0), customer))
        self.assertFalse(assignment.fits(self._rule(amount_to=500.0), customer))
        big = self._rule(basis="turnover", amount_from=50000.0)
        self.assertTrue(assignment.fits(big, customer))
        self.assertFalse(assignment.fits(self._rule(basis="turnover", amount_to=1.0), customer))

    def test_all_criteria_together_and_the_first_rule(self):
        french = assignment.Rule(1, 7, countries=frozenset({75}), salespeople=frozenset({3}))
        rest = assignment.Rule(2, 8)
        for country, salesperson, collector in ((75, 3, 7), (75, 4, 8), (None, 3, 8)):
            customer = self._customer(country=country, salesperson=salesperson)
            self.assertEqual(assignment.first_fit([french, rest], customer).collector, collector)
        self.assertIsNone(assignment.first_fit([french], self._customer()))

    def test_delegates_of_delegates(self):
        self.assertEqual(assignment.stand_in(1, {}), 1)
        self.assertEqual(assignment.stand_in(1, {1: 2, 2: 3}), 3)
        self.assertIsNone(assignment.stand_in(1, {1: 2, 2: 1}))

    def test_the_score_is_the_product_of_its_factors(self):
        standing = priority.Standing(1000.0, 45.0, 2, 1)
        found = priority.factors(standing, priority.Weights())
        self.assertEqual(
            (found.amount, found.lateness, found.level, found.promises), (1000.0, 2.5, 3.0, 2.0)
        )
        self.assertEqual(found.score, 15000.0)

    def test_weights(self):
        standing = priority.Standing(100.0, 30.0, 1, 3)
        nothing = priority.factors(standing, priority.Weights(0, 0, 0, 0))
        self.assertEqual(nothing.score, 1.0)
        twice = priority.factors(standing, priority.Weights(promises=2))
        self.assertEqual((twice.promises, twice.score), (16.0, 100.0 * 2 * 2 * 16))

    def test_who_owes_nothing_ranks_last(self):
        for amount in (0.0, -50.0):
            standing = priority.Standing(amount, 100.0, 3, 5)
            self.assertEqual(priority.factors(standing, priority.Weights()).score, 0.0)
