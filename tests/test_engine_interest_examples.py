"""Worked examples that others published, each with its source.

Where a source tells a number of days and no dates, the debt is due on 1 January.
"""

from datetime import date, timedelta

from odoo.tests import tagged

from ..engine.daycount import ACT_360, THIRTY_360, days_between
from ..engine.interest import DAILY, END, MONTHLY, SEGMENT, YEARLY, History, segments
from ..engine.rates import RateRule
from .interest_common import InterestCase, half_years, rule

NEW_YEAR = date(2025, 1, 1)


class ExamplesCase(InterestCase):
    def after(self, days, principal, rate, **values):
        return self.charged(principal, rate, NEW_YEAR, NEW_YEAR + timedelta(days), **values)


@tagged("post_install", "-at_install")
class TestExamplesUK(ExamplesCase):
    def test_govuk(self):
        """gov.uk, "Late commercial payments: charging interest and debt recovery":
        1,000 at 0.5 + 8 percent is 0.23 a day and 11.50 after 50 days."""
        bank_rate = half_years(2025, 0.5)
        rate = RateRule(series=bank_rate, margin=8.0, floating=False)
        self.assertEqual(self.after(1, 1000.0, rate, rounding=DAILY), 0.23)
        self.assertEqual(self.after(50, 1000.0, rate, rounding=DAILY), 11.50)
        self.assertEqual(self.after(50, 1000.0, rate), 11.64, "rounded at the end")

    def test_paidnice(self):
        """support.paidnice.com, article 11600906: 5,000 at 12.25 percent, 101 days
        late, costs 1.68 a day, 169.68 in all."""
        self.assertEqual(self.after(101, 5000.0, 12.25, rounding=DAILY), 169.68)

    def test_rounded_at_the_end(self):
        """landolio.com and garfield.law, late payment interest calculators, and
        freelancertoolkit.co.uk, late payment calculator."""
        for principal, rate, days, expected in [
            (3000.0, 11.75, 60, 57.95),
            (5000.0, 12.0, 90, 147.95),
            (1500.0, 11.75, 30, 14.49),
        ]:
            with self.subTest(principal=principal, days=days):
                self.assertEqual(self.after(days, principal, rate), expected)


@tagged("post_install", "-at_install")
class TestExamplesUS(ExamplesCase):
    """fiscal.treasury.gov, Prompt Payment; the formulas are 5 CFR 1315.17."""

    def test_simple(self):
        """1,500 due on 1 April and paid on 11 April, 6.5 percent: 2.71."""
        due, paid = date(2025, 4, 1), date(2025, 4, 11)
        self.assertEqual(days_between(due, paid, ACT_360), 10)
        self.assertEqual(self.charged(1500.0, 6.5, due, paid, day_count=ACT_360), 2.71)

    def test_monthly(self):
        """1,500 due on 1 April and paid on 15 June, 6 percent: two months and 15 days,
        18.83. That counts months of 30 days, as 5 CFR 1315.10(a)(3) says: from 1 June
        to 15 June are 14 days only."""
        due, paid = date(2025, 4, 1), date(2025, 6, 15)
        us = {"day_count": ACT_360, "compounding": MONTHLY}
        self.assertEqual(self.charged(1500.0, 6.0, due, paid, **us), 18.83)
        parts = segments(History(due, 1500.0), rule(6.0, **us), due, paid)
        self.assertEqual([part.days for part in parts], [30, 30, 15])
        self.assertEqual([part.balance for part in parts], [1500.0, 1507.5, 1515.04])

    def test_the_formula(self):
        """P(1 + r/12)^n * (1 + r/360 * d) - P, for months and days of all kinds."""
        for months, days in [(0, 30), (1, 0), (1, 29), (5, 7), (11, 29)]:
            with self.subTest(months=months, days=days):
                expected = 1500 * (1 + 0.06 / 12) ** months * (1 + 0.06 / 360 * days) - 1500
                found = self.after(
                    30 * months + days, 1500.0, 6.0, day_count=ACT_360, compounding=MONTHLY
                )
                self.assertAlmostEqual(found, expected, delta=0.005001)


@tagged("post_install", "-at_install")
class TestExamplesEuro(ExamplesCase):
    def test_italy_by_half_year(self):
        """pavonecostruzioni.it, "Esempio di Calcolo Mora": 1,000 from 1 January 2010 to
        1 January 2012, five rows at a reference rate + 7 points, 161.26 in all."""
        rate = RateRule(series=half_years(2010, 1.0, 1.0, 1.0, 1.25, 1.0), margin=7.0)
        start, end = date(2010, 1, 1), date(2012, 1, 1)
        for rounding in (SEGMENT, END):
            parts = segments(History(start, 1000.0), rule(rate, rounding=rounding), start, end)
            self.assertEqual(
                [(part.days, part.rate) for part in parts],
                [(180, 8.0), (184, 8.0), (181, 8.0), (184, 8.25), (1, 8.0)],
            )
            amounts = [part.amount for part in parts]
            self.assertAlmostEqual(sum(amounts), 161.26)
            if rounding == SEGMENT:
                self.assertEqual(amounts, [39.45, 40.33, 39.67, 41.59, 0.22])

    def test_italy_simple(self):
        """knowunity.it, "Economia: il calcolo dell'interesse": 8,200 paid 22 days late at
        8.05 percent, 39.79; from 1 July to 31 December are 183 days."""
        self.assertEqual(self.after(22, 8200.0, 8.05), 39.79)
        self.assertEqual(days_between(date(2025, 7, 1), date(2025, 12, 31)), 183)

    def test_france(self):
        """heropay.eu, "Comment facturer des pénalités": 1,000 paid 30 days late at 14.5
        percent, 11.92; amount x rate x days / 365 as bpifrance-creation.fr has it."""
        self.assertEqual(self.after(30, 1000.0, 14.5), 11.92)

    def test_germany(self):
        """anleiter.de, "Wie berechnet man Verzugszinsen": 1,000 for 25 days at 5.12
        percent, 3.51. p-konto.de, "Zinsformel": 10,000 at 6 percent from 1 January to
        30 July 2016, both counted, months of 30 days: 210 days, 350.00."""
        self.assertEqual(self.after(25, 1000.0, 5.12), 3.51)
        start, end = date(2015, 12, 31), date(2016, 7, 30)
        self.assertEqual(days_between(start, end, THIRTY_360), 210)
        self.assertEqual(self.charged(10000.0, 6.0, start, end, day_count=THIRTY_360), 350.0)

    def test_ireland(self):
        """enterprise.gov.ie, "Late payment interest rate": 4.25 + 8 percent from 1 July
        2024, by the day of a year of 365. From 10 July to 4 August are 25 days."""
        due, paid = date(2024, 7, 10), date(2024, 8, 4)
        self.assertEqual(days_between(due, paid), 25)
        rate = RateRule(series=half_years(2024, 4.5, 4.25), margin=8.0)
        self.assertEqual(self.charged(1000.0, rate, due, paid), 8.39)  # 1000 x 12.25% x 25/365

    def test_switzerland(self):
        """verzugszins.ch, "Berechnung Verzugszinsbetrag", at 5 percent: 100 for a year,
        5; 200 for two years, of which 100 paid after one, 10 + 5."""
        start, later, end = date(2023, 3, 31), date(2024, 3, 31), date(2025, 3, 31)
        swiss = {"day_count": THIRTY_360}
        self.assertEqual(self.charged(100.0, 5.0, start, later, **swiss), 5.0)
        paid = [(later, -100.0)]
        self.assertEqual(self.charged(200.0, 5.0, start, end, paid, **swiss), 15.0)

    def test_swiss_days(self):
        """law.ch, "Berechnung Verzugszinstage": from 1 to 20 January are 19 days on the
        whole, from there to 30 January 10 on the rest."""
        start, end = date(2025, 1, 1), date(2025, 1, 30)
        history = History(start, 1000.0, ((date(2025, 1, 20), -400.0), (end, -600.0)))
        parts = segments(history, rule(5.0, day_count=THIRTY_360), start, date(2025, 2, 20))
        self.assertEqual([(part.days, part.balance) for part in parts], [(19, 1000.0), (10, 600.0)])

    def test_netherlands(self):
        """wrente.nl, "Uitleg": after each year its interest is added to the principal.
        canousgoute.be, "Samengestelde interest berekenen", has the sums of 10,000 at
        1.5 percent over ten years."""
        start = date(2015, 5, 31)
        history = History(start, 10000.0)
        dutch = rule(1.5, day_count=THIRTY_360, compounding=YEARLY)
        parts = segments(history, dutch, start, date(2025, 5, 31))
        total = 10000.0
        for part, published in zip(
            parts,
            [10150.0, 10302.25, 10456.78, 10613.64, 10772.84,
             10934.43, 11098.45, 11264.93, 11433.90, 11605.41],
            strict=True,
        ):  # fmt: skip
            total += part.amount
            self.assertAlmostEqual(total, published)
