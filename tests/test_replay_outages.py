"""The judge of `./dev replay --outages`: by hand what it says of two outcomes.

The replay itself, of a small ledger with two outages, is run by `./dev test` after these tests;
see devtools/replay_check.py.
"""

from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from ..devtools.replay import ledger, oracle, outages

FIRST = date(2024, 2, 1)
LEVELS = (("Courtesy", -3), ("Oops", 3), ("What is wrong?", 15), ("Ultimatum", 30))
DOWN = [(date(2024, 3, 10), date(2024, 3, 18))]


def _reminded(due, *delays, late=0):
    """Reminders of an invoice: a level of each delay, so many days later than it earned it."""
    names = {delay: name for name, delay in LEVELS}
    return [
        [str(due + timedelta(days=delay + (late if delay > 3 else 0))), names[delay], delay, 1]
        for delay in delays
    ]


@tagged("post_install", "-at_install")
class TestReplayOutages(BaseCase):
    def setUp(self):
        super().setUp()
        rows = [
            # number, due, paid
            ("OPEN", date(2024, 2, 25), None),
            ("DURING", date(2024, 2, 20), date(2024, 3, 12)),
            ("SOON", date(2024, 2, 20), date(2024, 3, 25)),
            ("BEFORE", date(2024, 2, 10), date(2024, 2, 20)),
        ]
        self.ledger = ledger.Ledger(
            [
                ledger.Invoice(number, "C", "EUR", 10_000, FIRST, due, paid)
                for number, due, paid in rows
            ],
            date(2024, 4, 30),
        )
        self.calm = {
            "OPEN": _reminded(date(2024, 2, 25), -3, 3, 15, 30),
            "DURING": _reminded(date(2024, 2, 20), -3, 3, 15),
            "SOON": _reminded(date(2024, 2, 20), -3, 3, 15, 30),
            "BEFORE": _reminded(date(2024, 2, 10), -3, 3),
        }
        self.caught_up = _reminded(date(2024, 2, 25), -3, 3, 15, 30, late=8)

    def _judge(self, interest=None, **stormy):
        def outcome(reminders, interest):
            return {
                "reminders": reminders,
                "levels": {number: rows[-1][1] for number, rows in reminders.items() if rows},
                "interest": interest,
                "problems": [],
            }

        borne = {"OPEN": [500, "2024-02-26", "2024-04-30", 3]}
        return outages.Judge(
            self.ledger,
            DOWN,
            outcome(self.calm, borne),
            outcome(
                {**self.calm, "OPEN": self.caught_up, **stormy},
                borne if interest is None else interest,
            ),
            15,
        ).run()

    def test_each_invoice_has_its_promise(self):
        judge = self._judge()
        groups = {one.number: judge.group_of(one) for one in self.ledger.invoices}
        self.assertEqual(
            groups,
            {
                "OPEN": outages.LONG_AFTER,
                "DURING": outages.DURING,
                "SOON": outages.SHORTLY_AFTER,
                "BEFORE": outages.UNTOUCHED,
            },
        )

    def test_later_is_right(self):
        """Caught up, paid meanwhile, or not caught up yet: nothing is wrong."""
        judge = self._judge(
            DURING=_reminded(date(2024, 2, 20), -3, 3),
            SOON=_reminded(date(2024, 2, 20), -3, 3, 15),
        )
        self.assertEqual(judge.problems, [])
        self.assertEqual(judge.groups[outages.DURING].fewer, 1)

    def test_what_is_wrong_is_seen(self):
        due = date(2024, 2, 25)
        during = _reminded(date(2024, 2, 20), -3, 3, 15, 30)
        for story, what, interest in (
            ("a level is missing", {"OPEN": self.caught_up[:-1]}, None),
            ("other levels", {"OPEN": _reminded(due, -3, 3, 30, late=8)}, None),
            ("more reminders", {"DURING": during}, None),
            ("while the server was down", {"OPEN": _reminded(due, -3, 3, 15, 30, late=1)}, None),
            ("other reminders", {"BEFORE": []}, None),
            ("interest", {}, {"OPEN": [501, "2024-02-26", "2024-04-30", 3]}),
            ("interest", {}, {"OPEN": [500, "2024-02-26", "2024-04-29", 3]}),
            ("interest", {}, {}),
        ):
            with self.subTest(story):
                problems = self._judge(interest, **what).problems
                self.assertEqual(len(problems), 1)
                self.assertIn(story, problems[0])

    def test_outages_are_the_same_each_time_and_last_one_to_nine_days(self):
        last = FIRST + timedelta(days=399)
        for seed in range(30):
            down = outages.draw(seed, FIRST, last)
            self.assertEqual(down, outages.draw(seed, FIRST, last))
            self.assertGreater(len(down), 5)
            ends = [FIRST + timedelta(days=30)]
            for start, end in down:
                self.assertIn((end - start).days, range(outages.LONGEST))
                self.assertGreater(start, ends[-1])
                ends.append(end)
            self.assertLessEqual(ends[-1], last - timedelta(days=30))
            days = sum((end - start).days + 1 for start, end in down)
            self.assertEqual(len(outages.days_of(down)), days)

    def test_how_long_catching_up_takes(self):
        rungs = [oracle.Rung(n, name, delay, 0, 0, 0) for n, (name, delay) in enumerate(LEVELS)]
        self.assertEqual(outages.spacing(rungs), 16, "the ultimatum, and its approval")
        rungs.append(oracle.Rung(9, "Again", 35, 20, 40, 2))
        self.assertEqual(outages.spacing(rungs), 24, "all the intervals")

    def test_a_repeat_that_comes_later_is_no_missing_level(self):
        self.calm["OPEN"].append(["2024-04-25", "Ultimatum", 30, 2])
        self.assertEqual(self._judge().problems, [])
