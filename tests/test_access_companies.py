"""FIELD_BUGS F: a user of one company neither sees nor moves the other's."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .access_common import AccessCommon
from .common import TODAY

MODELS = (
    "collection.run",
    "collection.notice",
    "collection.notice.line",
    "collection.communication",
    "collection.skip",
    "collection.hold",
    "collection.policy",
    "collection.level",
)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestAccessCompanies(AccessCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company(name="Company B")["company"]
        cls.other_policy = cls._create_policy("Of B", company_id=cls.other.id)
        cls.stranger = cls._create_customer("Stranger", company_id=cls.other.id)
        cls.invoice_a = cls._invoice(days_late=5)
        cls.invoice_b = cls._other_invoice(cls.customer, 5)
        cls._other_invoice(cls._create_customer("Without address", email=False), 5)
        cls.run_b = cls._run(company=cls.other)
        cls.hold_b = cls.env["collection.hold"].create(
            {"company_id": cls.other.id, "partner_id": cls.stranger.id, "reason": "x"}
        )

    @classmethod
    def _other_invoice(cls, partner, days_late):
        due = TODAY - timedelta(days=days_late)
        move = (
            cls.env["account.move"]
            .with_company(cls.other)
            .create(
                {
                    "move_type": "out_invoice",
                    "company_id": cls.other.id,
                    "partner_id": partner.id,
                    "invoice_date": due,
                    "invoice_date_due": due,
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [
                        Command.create({"name": "x", "price_unit": 70, "tax_ids": []})
                    ],
                }
            )
        )
        move.action_post()
        return move

    def test_f4_nothing_of_the_other_company_is_seen(self):
        for name in MODELS:
            theirs = self.env[name].search([("company_id", "=", self.other.id)])
            self.assertTrue(theirs, name)
            for role in ("auditor", "collector", "manager"):
                mine = self._as(role, self.env[name])
                with self.subTest(name, role=role):
                    self.assertFalse(mine.search([("company_id", "=", self.other.id)]))
                    with self.assertRaises(AccessError):
                        mine.browse(theirs.ids).read()

    def test_f4_shared_policies_are_seen(self):
        self.other_policy.company_id = False
        self.other_policy.is_default = False
        self.assertIn(
            self.other_policy, self._as("collector", self.env["collection.policy"]).search([])
        )

    def test_f5_rights_are_those_of_the_person(self):
        """Buttons check the person's companies before anything is done in sudo."""
        notice = self.run_b.notice_ids
        refused = [
            (self.run_b, "action_reverse"),
            (self.run_b, "action_propose"),
            (notice, "action_approve"),
            (notice, "action_reverse"),
            (notice, "action_print"),
            (notice, "action_preview_email"),
            (notice.communication_ids, "action_resend"),
            (notice.communication_ids, "action_resolve"),
            (self.hold_b, "action_end"),
            (self.invoice_b, "action_collection_remind"),
            (self.invoice_b, "action_collection_hold"),
        ]
        for record, method in refused:
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(self._as("manager", record), method)()
        self.assertEqual(notice.state, "issued")

    def test_f4_nothing_is_made_for_the_other_company(self):
        runs = self._as("manager", self.env["collection.run"])
        with self.assertRaises(AccessError):
            runs.create({"company_id": self.other.id, "date": TODAY})
        with self.assertRaises(UserError):
            wizard = self._as("manager", self.env["collection.remind"]).create(
                {"company_id": self.other.id, "date": TODAY}
            )
            wizard.action_issue()
        for name in ("collection.hold", "collection.communication"):
            with self.subTest(name), self.assertRaises(AccessError):
                self._as("manager", self.env[name]).create(
                    {
                        "company_id": self.other.id,
                        "partner_id": self.customer.id,
                        "reason": "x",
                    }
                    if name == "collection.hold"
                    else {
                        "company_id": self.other.id,
                        "partner_id": self.customer.id,
                        "channel": "call",
                        "summary": "x",
                    }
                )

    def test_f5_contacts_name_notices_of_their_own_company(self):
        """A contact typed in for A cannot hang on a notice of B, through which
        that notice could be sent again."""
        with self.assertRaises(UserError):
            self._as("collector", self.env["collection.communication"]).create(
                {
                    "partner_id": self.customer.id,
                    "channel": "email",
                    "state": "failed",
                    "summary": "x",
                    "notice_id": self.run_b.notice_ids[:1].id,
                }
            )

    def test_f3_customer_figures_are_of_the_active_company(self):
        """F1, F3: what the customer's page shows is one company's, never a sum."""
        here = self.customer.with_company(self.company)
        there = self.customer.with_company(self.other)
        self.assertEqual(here.collection_amount_overdue, 100)
        self.assertEqual(there.collection_amount_overdue, 70)
        self.assertFalse(here.collection_level_id)
        self.assertEqual(there.collection_level_id, self.other_policy.level_ids[0])
        overdue = [("collection_amount_overdue", ">", 0)]
        partners = self.env["res.partner"]
        names = partners.with_company(self.company).search(overdue).mapped("name")
        self.assertEqual(names, ["Customer"])
        self.assertIn(
            "Without address",
            partners.with_company(self.other).search(overdue).mapped("name"),
        )
