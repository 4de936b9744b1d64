"""Someone is asked for the rate that charges of the half-year will need."""

from datetime import date

from odoo.tests import tagged

from .test_rates import REMINDER, RatesCommon

DAY = date(2026, 8, 3)


@tagged("post_install", "-at_install")
class TestMissingRateReminder(RatesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.responsible = cls.users["manager"]
        cls.company.collection_responsible_id = cls.responsible
        cls.series = cls._create_series()
        cls._enter(cls.series, "2026-01-01")
        cls.rule = cls.env["collection.fee.rule"].create(
            {
                "name": "Statutory",
                "interest_kind": "statutory",
                "series_id": cls.series.id,
                "margin": 8,
            }
        )

    def _remind(self, day=DAY):
        self.env["collection.rate.series"]._remind_missing(day)
        return self._tasks()

    def _tasks(self, series=None):
        return (series or self.series).activity_search([REMINDER])

    def test_once_for_a_rate_in_use(self):
        self.assertFalse(self._remind(), "nobody uses the rule")
        self.level_2.fee_rule_id = self.rule
        self.assertFalse(self._remind(date(2026, 6, 30)), "the half-year has its value")
        task = self._remind()
        self.assertEqual(task.user_id, self.responsible)
        self.assertEqual(task.date_deadline, DAY)
        self.assertIn("07/01/2026", task.note)
        self.assertEqual(self._remind(date(2026, 8, 4)), task)
        self.assertEqual(self._remind(date(2026, 12, 31)), task)

    def test_where_the_rule_is_chosen(self):
        for choose in (
            lambda rule: self.policy.write({"fee_rule_id": rule}),
            lambda rule: self.level_1.write({"fee_rule_id": rule}),
            lambda rule: self.customer.write(
                {"collection_fee_rule_id": rule, "collection_customer_type": "business"}
            ),
        ):
            choose(self.rule.id)
            self.assertEqual(len(self._remind()), 1)
            self._tasks().unlink()
            choose(False)
            self.assertFalse(self._remind())

    def test_archived_policies_and_customers_ask_for_nothing(self):
        self.policy.write({"fee_rule_id": self.rule.id, "active": False})
        self.customer.write({"collection_fee_rule_id": self.rule.id, "active": False})
        self.assertFalse(self._remind())

    def test_floor(self):
        """The floor of an agreed rate is needed as well; what is no longer used
        by the rule is not."""
        self.rule.write(
            {
                "interest_kind": "contractual",
                "floor_series_id": self._create_series("Floor").id,
                "rate": 9,
            }
        )
        self.policy.fee_rule_id = self.rule
        self.assertFalse(self._remind())
        self.assertEqual(len(self._tasks(self.rule.floor_series_id)), 1)

    def test_only_half_yearly_rates(self):
        self.series.validity = "until_next"
        self.policy.fee_rule_id = self.rule
        self.assertFalse(self._remind())

    def test_closed_by_the_value(self):
        self.policy.fee_rule_id = self.rule
        task = self._remind()
        self._enter(self.series.with_user(self.responsible), "2025-07-01")
        self.assertTrue(task.active, "another half-year")
        self._enter(self.series.with_user(self.responsible), "2026-07-01", 0.0)
        self.assertFalse(task.active)
        self.assertFalse(self._tasks())
        self.assertFalse(self._remind())
        self.assertEqual(self._remind(date(2027, 1, 1)).date_deadline, date(2027, 1, 1))

    def test_a_task_that_was_closed_is_not_repeated(self):
        self.policy.fee_rule_id = self.rule
        self._remind().action_feedback()
        self.assertFalse(self._remind())

    def test_each_company_that_uses_it(self):
        other = self.setup_other_company(name="Other company")["company"]
        third = self.setup_other_company(name="Third company")["company"]
        other.collection_responsible_id = self.users["collector"]
        third.collection_responsible_id = self.users["invoicer"]
        self.policy.fee_rule_id = self.rule
        self.customer.with_company(other).write(
            {"collection_fee_rule_id": self.rule.id, "collection_customer_type": "business"}
        )
        tasks = self._remind()
        self.assertEqual(tasks.user_id, self.responsible | self.users["collector"])
        self.assertEqual(len(tasks), 2)
