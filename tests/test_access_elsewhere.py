"""Dialogs that would show or move what is another company's."""

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import freeze_time, new_test_user, tagged

from .access_common import AccessCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestAccessElsewhere(AccessCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company(name="Elsewhere")["company"]
        cls.env.user.company_ids |= cls.other
        cls.stranger = cls._create_customer("Stranger", company_id=cls.other.id)
        cls.invoice = cls._invoice(days_late=5)
        cls.notice = cls._run().notice_ids
        cls.theirs = new_test_user(
            cls.env(su=True),
            login="collections_elsewhere",
            groups="account_collections.group_collections_manager",
            company_id=cls.other.id,
            company_ids=[Command.set(cls.other.ids)],
            email="elsewhere@example.com",
        )

    def _elsewhere(self, model):
        return self.env[model].with_user(self.theirs)

    # Writing

    def _letter(self, **values):
        return {
            "company_id": self.company.id,
            "partner_id": self.customer.id,
            "recipient_id": self.customer.id,
            **values,
        }

    def test_nobody_mails_himself_another_company_s_letters(self):
        """FIELD_BUGS F: the notice, the statement and the customer of a company not his."""
        refused = [
            self._letter(),
            self._letter(notice_id=self.notice.id),
            self._letter(company_id=self.other.id, notice_id=self.notice.id),
        ]
        for values in refused:
            with self.subTest(values), self.assertRaises(AccessError):
                self._elsewhere("collection.write").create(values)
        with self.assertRaises(AccessError):
            self._as("collector", self.env["collection.write"]).create(
                self._letter(partner_id=self.stranger.id, recipient_id=self.stranger.id)
            )

    def test_a_letter_is_about_one_customer_and_goes_to_him(self):
        second = self._create_customer("Second")
        me = self._as("collector", self.env["collection.write"])
        for values in (
            self._letter(recipient_id=second.id),
            self._letter(recipient_id=self.users["collector"].partner_id.id),
            self._letter(partner_id=second.id, recipient_id=second.id, notice_id=self.notice.id),
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                me.create(values)
        wizard = me.create(self._letter(notice_id=self.notice.id))
        with self.assertRaises(ValidationError):
            wizard.recipient_id = second
        # Unless the company has his reminders sent there: his accountant's, say.
        self.customer.collection_contact_id = second
        wizard.recipient_id = second
        self.assertTrue(me._open(self.customer))

    # Assigning

    def test_nobody_takes_another_company_s_customers(self):
        me = self.theirs
        with self.assertRaises(AccessError):
            self._elsewhere("collection.assign").create(
                {
                    "company_id": self.company.id,
                    "partner_ids": self.customer.ids,
                    "user_id": me.id,
                }
            )
        with self.assertRaises(AccessError):
            self._as("collector", self.env["collection.assign"]).create(
                {"company_id": self.company.id, "partner_ids": self.stranger.ids}
            )
        values = {"company_id": self.company.id, "partner_ids": self.customer.ids}
        for user in (me, self.users["portal"]):
            with self.subTest(user.login), self.assertRaises(ValidationError):
                self._as("collector", self.env["collection.assign"]).create(
                    {**values, "user_id": user.id}
                )
        wizard = self._as("collector", self.env["collection.assign"]).create(
            {**values, "user_id": self.users["collector"].id}
        )
        wizard.action_assign()
        self.assertEqual(self.customer.collector_id, self.users["collector"])

    # Dialogs with related fields

    def test_dialogs_show_nothing_of_another_company(self):
        items = self._item(self.invoice)
        plan = self.env["collection.plan"].create(
            {"partner_id": self.customer.id, "move_line_ids": items.ids}
        )
        case = self.env["collection.case"].create(
            {"partner_id": self.customer.id, "move_line_ids": items.ids, "court": "Lyon"}
        )
        for model, values in (
            ("collection.plan.spread", {"plan_id": plan.id}),
            ("collection.case.hand.over", {"case_id": case.id}),
        ):
            with self.subTest(model), self.assertRaises(AccessError):
                self._elsewhere(model).create(values)
            self.assertTrue(self._as("manager", self.env[model]).create(values))
        # Nor before anything is saved.
        for model, values, shown in (
            ("collection.plan.spread", {"plan_id": plan.id}, "amount_total"),
            ("collection.case.hand.over", {"case_id": case.id}, "court"),
        ):
            with self.subTest(model), self.assertRaises(AccessError):
                self._elsewhere(model).onchange(values, list(values), {shown: {}})

    # Rows of what has a company

    def test_rows_are_seen_by_those_who_see_what_they_are_of(self):
        rules = self.env["collection.fee.rule"].create(
            [
                {
                    "name": "Rule",
                    "company_id": company and company.id,
                    "tier_ids": [Command.create({"amount_from": 0.0, "amount": 40.0})],
                }
                for company in (self.company, self.other, None)
            ]
        )
        here, there, shared = (rule.tier_ids for rule in rules)
        mine = self._as("manager", self.env["collection.fee.tier"])
        self.assertEqual(mine.search([("rule_id", "in", rules.ids)]), here | shared)
        with self.assertRaises(AccessError):
            mine.browse(there.ids).read(["amount"])
        with self.assertRaises(AccessError):
            mine.browse(there.ids).amount = 0.0
