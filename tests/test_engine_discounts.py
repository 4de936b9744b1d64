"""Last days and amounts of discount tiers, as tables."""

from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from ..engine.discounts import (
    AFTER,
    BEFORE,
    EXCLUDED,
    INCLUDED,
    KEEP,
    MIXED,
    Tier,
    amount_to_pay,
    dated,
    in_force,
    kept_back,
    shrunk,
    tier_end,
)

WEEKDAYS = frozenset(range(5))
CENT, DINAR, YEN = 0.01, 0.001, 1.0


def day(text):
    return date.fromisoformat(text)


@tagged("post_install", "-at_install")
class TestTierEnds(BaseCase):
    def test_days_after_the_invoice(self):
        for invoice, days, end in [
            # "2/10, 1/20, n/30" on an invoice of 19 March: textbooks of business mathematics
            ("2024-03-19", 10, "2024-03-29"),
            ("2024-03-19", 20, "2024-04-08"),
            ("2024-02-25", 8, "2024-03-04"),  # leap year
            ("2023-02-25", 8, "2023-03-05"),
            ("2024-12-31", 1, "2025-01-01"),
            ("2024-05-01", 0, "2024-05-01"),
            ("2024-05-01", 3650, "2034-04-29"),
        ]:
            with self.subTest(invoice=invoice, days=days):
                self.assertEqual(tier_end(Tier(1, 2, days), day(invoice)), day(end))

    def test_day_of_the_month_after(self):
        for invoice, days, month_day, end in [
            # "2 % 10th proximo": the 10th of the month after the invoice date
            ("2024-03-01", 0, 10, "2024-04-10"),
            ("2024-03-31", 0, 10, "2024-04-10"),
            ("2024-12-05", 0, 10, "2025-01-10"),
            # a cut-off some days before the end of the month: then the month after next
            ("2024-03-25", 5, 10, "2024-04-10"),
            ("2024-03-27", 5, 10, "2024-05-10"),
            # 31: the last day of every month
            ("2024-01-15", 0, 31, "2024-02-29"),
            ("2023-01-31", 0, 31, "2023-02-28"),
            ("2024-03-31", 0, 31, "2024-04-30"),
            ("2024-04-30", 0, 31, "2024-05-31"),
            ("2024-01-31", 0, 30, "2024-02-29"),
        ]:
            with self.subTest(invoice=invoice, days=days, month_day=month_day):
                tier = Tier(1, 2, days, month_day)
                self.assertEqual(tier_end(tier, day(invoice)), day(end))

    def test_the_end_of_the_calendar(self):
        last = date.max
        for invoice, tier in [
            (last, Tier(1, 2, 10)),
            (last, Tier(1, 2, 0, 10)),
            (day("9999-12-01"), Tier(1, 2, 3650, 31)),
            (day("9999-12-25"), Tier(1, 2, 10)),
        ]:
            for shift in (KEEP, AFTER, BEFORE):
                with self.subTest(invoice=invoice, tier=tier, shift=shift):
                    end = tier_end(tier, invoice, shift, WEEKDAYS)
                    self.assertLessEqual(invoice, max(end, invoice))
                    self.assertLessEqual(last - end, timedelta(days=2))
        self.assertEqual(tier_end(Tier(1, 2, 0, 10), day("9999-11-30")), day("9999-12-10"))

    def test_moves_off_a_day_nobody_works(self):
        easter_monday = {day("2024-04-01")}
        for invoice, shift, end in [
            # Saturday 30 March 2024, Easter Monday follows
            ("2024-03-22", KEEP, "2024-03-30"),
            ("2024-03-22", AFTER, "2024-04-02"),
            ("2024-03-22", BEFORE, "2024-03-29"),
            # the holiday itself
            ("2024-03-24", AFTER, "2024-04-02"),
            ("2024-03-24", BEFORE, "2024-03-29"),
            # a working day stays
            ("2024-03-19", AFTER, "2024-03-27"),
            ("2024-03-19", BEFORE, "2024-03-27"),
        ]:
            with self.subTest(invoice=invoice, shift=shift):
                moved = tier_end(Tier(1, 2, 8), day(invoice), shift, WEEKDAYS, easter_monday)
                self.assertEqual(moved, day(end))

    def test_the_fixed_day_moves_too(self):
        # 10 March 2024 is a Sunday
        for shift, end in [(KEEP, "2024-03-10"), (AFTER, "2024-03-11"), (BEFORE, "2024-03-08")]:
            with self.subTest(shift=shift):
                self.assertEqual(
                    tier_end(Tier(1, 2, 0, 10), day("2024-02-03"), shift, WEEKDAYS), day(end)
                )

    def test_never_before_the_invoice(self):
        # A tier of one day, on an invoice of a Saturday.
        saturday = day("2024-03-02")
        self.assertEqual(tier_end(Tier(1, 2, 1), saturday, BEFORE, WEEKDAYS), saturday)
        self.assertEqual(tier_end(Tier(1, 2, 0), saturday, BEFORE, WEEKDAYS), saturday)
        self.assertEqual(
            tier_end(Tier(1, 2, 1), saturday, AFTER, WEEKDAYS), day("2024-03-04")
        )

    def test_without_a_calendar_every_day_is_worked(self):
        for shift in (KEEP, AFTER, BEFORE):
            self.assertEqual(tier_end(Tier(1, 2, 8), day("2024-03-22"), shift), day("2024-03-30"))

    def test_no_working_day_at_all(self):
        everything = {day("2024-01-01") + timedelta(days=number) for number in range(900)}
        for shift in (AFTER, BEFORE):
            end = tier_end(Tier(1, 2, 8), day("2025-03-22"), shift, WEEKDAYS, everything)
            self.assertEqual(end, day("2025-03-30"))


@tagged("post_install", "-at_install")
class TestWhichTier(BaseCase):
    def _dated(self, tiers, invoice="2024-03-01", **values):
        return [(tier.percent, end) for tier, end in dated(tiers, day(invoice), **values)]

    def test_in_the_order_they_end(self):
        self.assertEqual(
            self._dated([Tier(1, 2, 15), Tier(2, 3, 8), Tier(3, 1, 20)]),
            [(3, day("2024-03-09")), (2, day("2024-03-16")), (1, day("2024-03-21"))],
        )

    def test_a_fixed_day_that_overtakes(self):
        proximo, days = Tier(1, 2, 0, 10), Tier(2, 3, 45)
        # Invoice of the 1st: 10 April comes before 15 April; 3 % until later beats 2 %.
        self.assertEqual(self._dated([proximo, days]), [(3, day("2024-04-15"))])
        # 3 % until the 10th of next month, 2 % within 8 days: worth nothing.
        self.assertEqual(
            self._dated([Tier(1, 3, 0, 10), Tier(2, 2, 8)]), [(3, day("2024-04-10"))]
        )
        # Late in the month both count.
        self.assertEqual(
            self._dated([Tier(1, 3, 0, 10), Tier(2, 2, 20)], "2024-03-31"),
            [(3, day("2024-04-10")), (2, day("2024-04-20"))],
        )

    def test_two_on_one_day(self):
        self.assertEqual(
            self._dated([Tier(1, 2, 8), Tier(2, 3, 7)], "2024-03-01", shift=AFTER,
                        weekdays=WEEKDAYS),
            [(3, day("2024-03-08")), (2, day("2024-03-11"))],
        )
        # Saturday and Sunday, both moved to Monday.
        self.assertEqual(
            self._dated([Tier(1, 2, 9), Tier(2, 3, 8)], shift=AFTER, weekdays=WEEKDAYS),
            [(3, day("2024-03-11"))],
        )

    def test_the_same_percentage_twice(self):
        self.assertEqual(
            self._dated([Tier(1, 2, 8), Tier(2, 2, 15)]), [(2, day("2024-03-16"))]
        )

    def test_none(self):
        self.assertEqual(dated([], day("2024-03-01")), [])
        self.assertEqual(dated([Tier(1, 0, 8)], day("2024-03-01")), [])

    def test_the_last_day_counts(self):
        ends = [day("2024-03-09"), day("2024-03-16")]
        for on, index in [
            ("2024-02-01", 0), ("2024-03-09", 0), ("2024-03-10", 1), ("2024-03-16", 1),
            ("2024-03-17", None),
        ]:
            with self.subTest(on=on):
                self.assertEqual(in_force(ends, day(on)), index)
        self.assertIsNone(in_force([], day("2024-03-01")))


@tagged("post_install", "-at_install")
class TestAmounts(BaseCase):
    def test_published_examples(self):
        for source, total, untaxed, percent, mode, to_pay in [
            ("bwrspicker.de, Verkauf, Skonto", 1190, 1000, 2, INCLUDED, 1166.20),
            ("bwrspicker.de, Beschaffung, Skonto", 2380, 2000, 2, INCLUDED, 2332.40),
            ("FH Wedel, Rechnungswesen, Skonto", 11900, 10000, 2, INCLUDED, 11662.00),
            ("serlo.org, Aufgaben zu Skonto", 15000, 12605.04, 3, INCLUDED, 14550.00),
            ("ionos.de, Skonto buchen", 2000, 1680.67, 3, INCLUDED, 1940.00),
            ("financefrancophone.com, escompte net de taxe", 300, 250, 2, EXCLUDED, 295.00),
            ("2/10, 1/20, n/30 on 3,600: 2 %", 3600, 3600, 2, INCLUDED, 3528.00),
            ("2/10, 1/20, n/30 on 3,600: 1 %", 3600, 3600, 1, INCLUDED, 3564.00),
            ("2/10 net 30 on 850: 833", 850, 850, 2, INCLUDED, 833.00),
            # Belgium: VAT of 21 % on 980.00 whatever the customer does
            ("Belgian escompte, tax reduced on the invoice", 1205.80, 1000, 2, MIXED, 1185.80),
        ]:
            with self.subTest(source=source):
                self.assertEqual(amount_to_pay(total, percent, CENT, untaxed, total, mode), to_pay)
                self.assertEqual(
                    amount_to_pay(-total, percent, CENT, -untaxed, -total, mode), -to_pay
                )

    def test_rounding(self):
        for amount, percent, precision, to_pay in [
            (100.25, 2, CENT, 98.25),  # 98.245: half up
            (1.25, 10, CENT, 1.13),  # 1.125
            (1.15, 10, CENT, 1.04),  # 1.035, which a binary float cannot say
            (2.675, 0.0001, DINAR, 2.675),
            (1000.125, 3, DINAR, 970.121),  # 970.12125
            (10000.555, 2, DINAR, 9800.544),  # 9800.5439
            (12345, 3, YEN, 11975),  # 11974.65
            (50, 3, YEN, 49),  # 48.5
            (150, 1, YEN, 149),  # 148.5
            (0.01, 3, CENT, 0.01),
            (1e12, 3, CENT, 9.7e11),
            (99999999999.99, 2.5, CENT, 97499999999.99),
            (100, 99.9999, CENT, 0.0),
        ]:
            with self.subTest(amount=amount, percent=percent):
                self.assertEqual(amount_to_pay(amount, percent, precision), to_pay)
                self.assertEqual(amount_to_pay(-amount, percent, precision), -to_pay)

    def test_an_instalment_bears_its_part_of_the_untaxed_amount(self):
        # 30 % of 1,200.00 (1,000.00 and 20 % tax): 360.00, of which 300.00 untaxed
        self.assertEqual(amount_to_pay(360, 2, CENT, 1000, 1200, EXCLUDED), 354.0)
        self.assertEqual(amount_to_pay(360, 2, CENT, 1000, 1200, INCLUDED), 352.8)
        # a document of zero
        self.assertEqual(amount_to_pay(0, 2, CENT, 0, 0, EXCLUDED), 0)

    def test_credit_notes_shrink_in_proportion(self):
        for value, amount, credited, left in [
            (20, 1000, 0, 20), (20, 1000, 250, 15), (20, 1000, 1000, 0), (20, 1000, 1200, 0),
            (20, 1000, -50, 20), (-20, -1000, -250, -15), (33.33, 1111, 333.3, 23.33),
            (20, 0, 0, 0), (0.01, 1, 0.5, 0.01), (0.01, 1, 0.51, 0.0),
        ]:
            with self.subTest(value=value, amount=amount, credited=credited):
                self.assertEqual(shrunk(value, amount, credited, CENT), left)

    def test_what_was_kept_back(self):
        discounts = [30.0, 20.0]
        for left, tolerance, index in [
            (30, 0, 0), (20, 0, 1), (25, 0, None), (25, 5, 1), (24.99, 5, 1), (35, 5, 0),
            (35.01, 5, None), (19.99, 5, None), (0, 5, None), (31, 15, 0), (29.99, 15, 1),
            (-20, 5, None), (20.004, 0, 1),
        ]:
            with self.subTest(left=left, tolerance=tolerance):
                self.assertEqual(kept_back(left, discounts, tolerance, CENT), index)
        self.assertIsNone(kept_back(20, [], 5, CENT))
        self.assertIsNone(kept_back(0, [0.0], 5, CENT))
        self.assertIsNone(kept_back(3, [0.0, -1.0], 5, CENT))
