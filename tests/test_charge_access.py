"""What each role may do with charges (DESIGN promise 10)."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged

from .access_common import AccessCommon
from .common import TODAY

MODELS = (
    "collection.charge",
    "collection.fee.rule",
    "collection.fee.tier",
    "collection.rate.series",
    "collection.rate",
    "collection.undone.settlement",
)
# What a manager may write, create and delete; nobody else may.
MANAGED = ("collection.fee.rule", "collection.fee.tier", "collection.rate.series")
OURS = {
    "account.move": [
        "collection_interest_accrued",
        "collection_interest_note",
        "collection_is_charge",
        "collection_climbs",
    ],
    "res.partner": [
        "collection_fee_rule_id",
        "collection_customer_type",
        "collection_interest_accrued",
        "collection_charges_open",
    ],
}


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestChargeAccess(AccessCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.is_company = True
        cls.series = cls.env["collection.rate.series"].create(
            {
                "name": "Series",
                "rate_ids": [Command.create({"date_from": "2026-01-01", "rate": 2.0})],
            }
        )
        cls.rule = cls.env["collection.fee.rule"].create(
            {
                "name": "Rule",
                "interest_kind": "statutory",
                "series_id": cls.series.id,
                "margin": 10.0,
                "tier_ids": [Command.create({"amount_from": 0.0, "amount": 40.0})],
            }
        )
        cls.level_2.fee_rule_id = cls.rule
        cls.invoice = cls._invoice(15, 1000.0)
        item = cls._item(cls.invoice).sudo()
        item.collection_level_id = cls.level_1
        item.collection_manual_date = TODAY - timedelta(days=60)
        cls._run()
        cls.charges = cls.env["collection.charge"].search(
            [("move_id", "=", cls.invoice.id)], order="id"
        )
        cls.env["collection.undone.settlement"].sudo().create(
            {"move_line_id": item.id, "amount": 1.0, "date_from": TODAY, "date_to": TODAY}
        )

    def _rights(self, role, model):
        return [
            self._as(role, self.env[model]).has_access(operation)
            for operation in ("read", "write", "create", "unlink")
        ]

    def test_who_may_what(self):
        self.assertEqual(len(self.charges), 2)
        reads = [True, False, False, False]
        nothing = [False] * 4
        for model in MODELS:
            for role in ("auditor", "collector"):
                self.assertEqual(self._rights(role, model), reads, (role, model))
                self.assertTrue(self._as(role, self.env[model]).search([]).read(), (role, model))
            for role in ("invoicer", "salesperson", "portal"):
                self.assertEqual(self._rights(role, model), nothing, (role, model))
        for model in MANAGED:
            self.assertEqual(self._rights("manager", model), [True] * 4, model)
        self.assertEqual(
            self._rights("manager", "collection.charge"), [True, True, True, False]
        )
        self.assertEqual(
            self._rights("manager", "collection.undone.settlement"), [True, False, False, True]
        )

    def test_only_managers_decide(self):
        interest, compensation = self.charges
        self._pay(self.invoice)
        for role in ("collector", "auditor", "invoicer", "salesperson", "portal"):
            charge = self._as(role, compensation)
            calls = [
                lambda own: own.waive("Please"),
                lambda own: own.action_waive(),
                lambda own: own.action_reverse(),
                lambda own: own.action_book(),
                lambda own: own.action_claim(),
                lambda own: own.action_keep(),
                lambda own: own.action_charge_again(),
            ]
            for call in calls:
                with self.subTest(role=role), self.assertRaises(AccessError):
                    call(charge)
        self.assertRecordValues(
            compensation, [{"state": "posted", "leftover": "none", "amount_open": 40.0}]
        )
        self._as("manager", compensation).waive("A good customer", amount=15.0)
        self._as("manager", compensation).action_keep()
        self._as("manager", compensation).action_claim()
        self._as("manager", interest).action_reverse()
        self.assertEqual(compensation.closed_by_id, self.users["manager"])
        self.assertRecordValues(
            self.charges,
            [
                {"state": "reversed", "leftover": "none", "amount_waived": 0.0},
                {"state": "posted", "leftover": "claim", "amount_waived": 15.0},
            ],
        )

    def test_not_even_a_manager_writes_amounts(self):
        charge = self._as("manager", self.charges[:1])
        for values in ({"amount": 1.0}, {"state": "reversed"}, {"reason": "x"}):
            with self.assertRaises(UserError):
                charge.write(values)
        with self.assertRaises(AccessError):
            charge.unlink()
        with self.assertRaises(UserError):
            charge.sudo().unlink()

    def test_a_manager_charges_by_hand(self):
        """A cost of his own, which starts neither booked nor waived; nobody else may."""
        values = {
            "move_line_id": self._item(self.invoice).id,
            "kind": "fee",
            "date_from": TODAY,
            "date_to": TODAY,
            "amount": 7.0,
            "state": "waived",
            "amount_waived": 7.0,
            "charge_move_id": self.charges.charge_move_id.id,
        }
        charge = self._as("manager", self.env["collection.charge"]).create(values)
        self.assertRecordValues(
            charge.sudo(),
            [{"state": "draft", "amount_waived": 0.0, "amount_open": 7.0, "charge_move_id": False}],
        )
        with self.assertRaises(AccessError):
            self._as("collector", self.env["collection.charge"]).create(values)

    def test_collector_computes_and_charges_by_notice(self):
        """He sees what would be charged, and the notices he issues charge."""
        second = self._invoice(15, 500.0)
        item = self._item(second)
        rows = self._as("collector", self.rule).compute_charges(self._as("collector", item), TODAY)
        self.assertEqual([row["amount"] for row in rows], [2.47, 40.0])
        item.sudo().collection_level_id = self.level_1
        item.sudo().collection_manual_date = TODAY - timedelta(days=60)
        run = self._as("collector", self.env["collection.run"]).create(
            {"company_id": self.company.id, "date": TODAY}
        )
        run.action_propose()
        run.action_issue()
        self.assertEqual(len(second.collection_charge_ids), 2)
        with self.assertRaises(AccessError):
            self._as("invoicer", self.rule).compute_charges(item, TODAY)

    def test_rules_chosen_by_managers_only(self):
        """A collector cannot switch charging on."""
        with self.assertRaises(AccessError):
            self._as("collector", self.level_1).fee_rule_id = self.rule
        with self.assertRaises(AccessError):
            self._as("collector", self.policy).charge_at_payment = "all"
        with self.assertRaises(AccessError):
            self._as("collector", self.rule).rate = 99.0
        with self.assertRaises(AccessError):
            self._as("collector", self.series.rate_ids).rate = 99.0

    def test_rule_of_a_customer_is_chosen_by_managers(self):
        for role in ("collector", "auditor", "salesperson"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(role, self.customer).collection_fee_rule_id = self.rule

    # Bystanders

    def test_l4_forms_open_without_access_errors(self):
        """L4: an invoicing user and a salesperson open customer and invoice."""
        for role in ("invoicer", "salesperson", "collector", "auditor", "manager"):
            with self.subTest(role=role):
                Form(self._as(role, self.customer), view="base.view_partner_form")
                views = self._as(role, self.env["account.move"]).get_views([(False, "form")])
                names = list(views["models"]["account.move"]["fields"])
                if role == "salesperson":
                    # Core's own form is not for him.
                    names = [name for name in names if name.startswith("collection_")]
                document = self.charges.charge_move_id
                self._as(role, self.invoice | document).read(names)

    def test_portal_user_has_none_of_the_fields(self):
        for model, record in (("account.move", self.invoice), ("res.partner", self.customer)):
            own = self._as("portal", record)
            self.assertFalse(own.fields_get(OURS[model]))
            with self.assertRaises(AccessError):
                own.read(OURS[model])

    def test_l4_staff_reads_the_new_fields(self):
        for role in ("invoicer", "salesperson"):
            for model, record in (("account.move", self.invoice), ("res.partner", self.customer)):
                self.assertTrue(self._as(role, record).read(OURS[model]))

    def test_l4_invoicer_books_on_charged_invoices(self):
        """Payment, reset, cancellation: nothing asks him for rights on charges."""
        self._register_payment(self._as("invoicer", self.invoice), payment_date=TODAY)
        self.assertEqual(self.invoice.payment_state, "paid")
        invoice = self._as("invoicer", self.invoice)
        self._as("invoicer", self._item(self.invoice)).remove_move_reconcile()
        invoice.button_draft()
        invoice.button_cancel()
        document = self._as("invoicer", self.charges.charge_move_id)
        self._register_payment(document, payment_date=TODAY)
        self.assertEqual(document.payment_state, "paid")

    def test_another_company_sees_nothing(self):
        other = self.setup_other_company(name="Elsewhere")["company"]
        user = self.users["manager"].sudo()
        user.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        for model in ("collection.charge", "collection.undone.settlement"):
            self.assertFalse(self._as("manager", self.env[model]).search([]), model)
        with self.assertRaises(AccessError):
            self._as("manager", self.charges).waive("Not mine")
