"""Assignment by rule and by hand, and who stands in for whom."""

from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from .access_common import AccessCommon
from .common import TODAY, later


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestAssignmentRules(AccessCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = new_test_user(
            cls.env(su=True),
            login="collections_second",
            groups="account_collections.group_collections_collector",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.first = cls.users["collector"]
        cls.rules = cls.env["collection.assignment"]
        cls.france, cls.germany = cls.env.ref("base.fr"), cls.env.ref("base.de")

    def _rule(self, user, **values):
        return self.rules.create({"user_id": user.id, "company_id": self.company.id, **values})

    def _late(self, name, amount=100.0, **values):
        customer = self._create_customer(name, **values)
        self._invoice(days_late=5, amount=amount, partner=customer)
        return customer.with_company(self.company)

    def _collectors(self, *customers):
        return [customer.collector_id for customer in customers]

    def test_by_country_and_alphabet(self):
        self._rule(self.first, sequence=1, country_ids=self.germany.ids)
        self._rule(self.second, sequence=2, letter_from="A", letter_to="M")
        weber = self._late("Weber", country_id=self.germany.id)
        ecole = self._late("École", country_id=self.france.id)
        zorro = self._late("Zorro")
        self._as("manager", self.rules).search([]).action_apply()
        self.assertEqual(
            self._collectors(weber, ecole, zorro),
            [self.first, self.second, self.env["res.users"]],
        )
        self.assertEqual(weber.collector_assigned_by, "rule")
        self.assertFalse(zorro.collector_assigned_by)

    def test_by_size_and_salesperson(self):
        salesperson = self.users["salesperson"]
        self._rule(self.first, sequence=1, salesperson_ids=salesperson.ids)
        self._rule(self.second, sequence=2, amount_from=1000.0)
        sold = self._late("Sold", amount=5000.0, user_id=salesperson.id)
        large, small = self._late("Large", amount=1000.0), self._late("Small", amount=999.0)
        self.rules._apply(self.company)
        self.assertEqual(
            self._collectors(sold, large, small),
            [self.first, self.second, self.env["res.users"]],
        )

    def test_by_turnover_of_the_last_year(self):
        self._rule(self.first, amount_basis="turnover", amount_from=1000.0)
        steady, former = self._late("Steady"), self._late("Former")
        self._pay(self._invoice(days_late=60, amount=2000.0, partner=steady))
        self._invoice(
            days_late=500, amount=2000.0, partner=former, invoice_date=TODAY - timedelta(days=530)
        )
        self.rules._apply(self.company)
        self.assertEqual(self._collectors(steady, former), [self.first, self.env["res.users"]])

    def test_what_was_assigned_by_hand_stays(self):
        customer = self._late("Chosen")
        customer.collector_id = self.second
        self.assertEqual(customer.collector_assigned_by, "hand")
        self._rule(self.first)
        self.assertEqual(self.rules._apply(self.company), 0)
        self.assertEqual(customer.collector_id, self.second)
        # Emptied by hand, the rules decide again.
        customer.collector_id = False
        self.assertFalse(customer.collector_assigned_by)
        self.rules._apply(self.company)
        self.assertEqual(customer.collector_id, self.first)

    def test_assigned_before_the_rules_came(self):
        """What nobody said was a rule's doing is a person's."""
        customer = self._late("Old hand")
        customer.with_context(collection_by_rule=True).collector_id = self.second
        self.assertFalse(customer.collector_assigned_by)
        self._rule(self.first)
        self.rules._apply(self.company)
        self.assertEqual(customer.collector_id, self.second)

    def test_a_rule_s_assignment_follows_the_rules(self):
        customer = self._late("Moving")
        rule = self._rule(self.first)
        self.rules._cron_assign()
        self.assertEqual(customer.collector_id, self.first)
        rule.user_id = self.second
        self.rules._cron_assign()
        self.assertEqual(customer.collector_id, self.second)
        self.assertEqual(self.rules._apply(self.company), 0, "applied again it changes nothing")
        rule.letter_from = "Z"
        self.rules._cron_assign()
        self.assertFalse(customer.collector_id, "no rule fits any more")
        self.assertFalse(customer.collector_assigned_by)

    def test_who_owes_nothing_is_not_assigned(self):
        customer = self._create_customer("Prompt").with_company(self.company)
        self._rule(self.first)
        self.rules._apply(self.company)
        self.assertFalse(customer.collector_id)

    def test_every_company_for_itself(self):
        other = self.setup_other_company()["company"]
        customer = self._late("Shared")
        self._rule(self.first)
        self.rules._cron_assign()
        self.assertEqual(customer.collector_id, self.first)
        self.assertFalse(customer.with_company(other).collector_id)

    def test_assign_from_the_worklist(self):
        customer = self._late("Picked")
        self._rule(self.first)
        row = self._as("collector", self.env["collection.worklist"]).search(
            [("partner_id", "=", customer.id)]
        )
        action = row.action_assign()
        wizard = self._as("collector", self.env["collection.assign"]).browse(action["res_id"])
        wizard.user_id = self.second
        wizard.action_assign()
        self.rules._apply(self.company)
        customer.invalidate_recordset()
        self.assertEqual(customer.collector_id, self.second)

    def test_only_managers_write_rules(self):
        rule = self._rule(self.first)
        with self.assertRaises(AccessError):
            self._as("collector", rule).user_id = self.second
        with self.assertRaises(AccessError):
            self._as("collector", rule).action_apply()
        with self.assertRaises(AccessError):
            self._as("salesperson", rule).action_open_customers()
        self.assertEqual(self._as("auditor", rule).user_id, self.first)

    def test_senseless_rules_are_refused(self):
        with self.assertRaises(ValidationError):
            self._rule(self.first, letter_from="M", letter_to="C")
        with self.assertRaises(ValidationError):
            self._rule(self.users["salesperson"])
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._rule(self.first, amount_from=10.0, amount_to=5.0)

    def test_a_rule_says_what_it_does(self):
        rule = self._rule(
            self.first, country_ids=self.germany.ids, letter_from="A", letter_to="K"
        )
        for part in ("Germany", "A–K", self.first.name):
            self.assertIn(part, rule.name)
        customer = self._late("Braun", country_id=self.germany.id)
        self.rules._apply(self.company)
        rule.invalidate_recordset()
        self.assertEqual(rule.customer_count, 1)
        found = self.env["res.partner"].with_company(self.company).search(
            rule.action_open_customers()["domain"]
        )
        self.assertEqual(found, customer)

    # Absences

    def _absence(self, user, delegate, first=0, last=5):
        return self.env["collection.absence"].create(
            {
                "user_id": user.id,
                "delegate_id": delegate.id,
                "date_from": later(first),
                "date_until": later(last),
            }
        )

    def _acting(self, user, day=TODAY):
        stand_ins = self.env["collection.absence"]._stand_ins(self.company, day)
        return stand_ins.get(user.id, user)

    def test_first_and_last_day(self):
        self._absence(self.first, self.second, 1, 3)
        for day, acting in ((0, self.first), (1, self.second), (3, self.second), (4, self.first)):
            self.assertEqual(self._acting(self.first, later(day)), acting, day)

    def test_a_delegate_who_is_away_too(self):
        self._absence(self.first, self.second)
        self._absence(self.second, self.users["manager"])
        self.assertEqual(self._acting(self.first), self.users["manager"])
        self._absence(self.users["manager"], self.first)
        self.assertFalse(self._acting(self.first), "all are away: the responsible takes over")

    def test_who_may_stand_in(self):
        with self.assertRaises(ValidationError):
            self._absence(self.first, self.users["salesperson"])
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._absence(self.first, self.first)
        self._absence(self.first, self.second)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._absence(self.first, self.users["manager"], 5, 9)

    def test_a_collector_says_when_he_himself_is_away(self):
        absences = self._as("collector", self.env["collection.absence"])
        values = {"delegate_id": self.second.id, "date_from": TODAY, "date_until": later(2)}
        mine = absences.create({**values, "user_id": self.first.id})
        mine.note = "Holidays"
        with self.assertRaises(AccessError):
            absences.create({**values, "user_id": self.users["manager"].id})
        theirs = self._absence(self.users["manager"], self.second)
        self.assertEqual(self._as("collector", theirs).delegate_id, self.second)
        with self.assertRaises(AccessError):
            self._as("collector", theirs).note = "Mine now"
