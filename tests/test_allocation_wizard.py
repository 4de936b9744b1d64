"""Allocating what has come: the company's order, a person's word."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged

from ..models.collection_assessment import Request
from .access_common import AccessCommon
from .charges_common import ChargesCommon
from .common import TODAY, later


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestAllocation(AccessCommon, ChargesCommon):
    """1,000.00 of principal, 4.93 of interest and 40.00 of costs are owed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.fee_rule_id = cls.rule
        cls.company.collection_charge_booking = "claim"
        cls.invoice = cls._invoice(15, 1000.0)
        cls.interest, cls.costs = cls._charge(cls.invoice)

    @classmethod
    def _charge(cls, invoice):
        assessment = cls.env["collection.assessment"].sudo()
        rows, _problems = assessment._assess([Request(cls._item(invoice).sudo(), cls.rule)], TODAY)
        charges = cls.env["collection.charge"].sudo()._make(rows, TODAY)
        return charges.filtered(lambda row: row.kind == "interest"), charges.filtered(
            lambda row: row.kind == "compensation"
        )

    def _open(self, record, role="invoicer"):
        action = self._as(role, record).action_collection_allocate()
        return self._as(role, self.env[action["res_model"]]).browse(action["res_id"])

    def _proposal(self, wizard):
        return [(line.kind, line.amount) for line in wizard.line_ids.sorted("sequence")]

    def _residuals(self):
        document = (self.interest | self.costs).charge_move_id
        return self.invoice.amount_residual, sum(document.mapped("amount_residual"))

    def test_principal_first(self):
        payment = self._unallocated_payment(1010)
        self.assertTrue(self._as("invoicer", payment).collection_can_allocate)
        wizard = self._open(payment)
        self.assertEqual(
            self._proposal(wizard), [("principal", 1000.0), ("interest", 4.93), ("cost", 5.07)]
        )
        wizard.action_apply()
        self.assertEqual(self.invoice.amount_residual, 0.0)
        self.assertAlmostEqual(self._residuals()[1], 34.93)
        self.assertFalse(self._as("invoicer", payment).collection_can_allocate)

    def test_costs_first(self):
        """BGB s. 367, Romanian civil code art. 1509."""
        self.company.collection_allocation_order = "costs_first"
        wizard = self._open(self._unallocated_payment(100))
        self.assertEqual(
            self._proposal(wizard), [("cost", 40.0), ("interest", 4.93), ("principal", 55.07)]
        )
        wizard.action_apply()
        self.assertAlmostEqual(self.invoice.amount_residual, 944.93)
        self.assertEqual(self._residuals()[1], 0.0)
        self.assertEqual((self.interest | self.costs).mapped("amount_open"), [0.0, 0.0])
        self.assertEqual(len((self.interest | self.costs).charge_move_id), 1)

    def test_booked_documents(self):
        """A document with any costs settles as costs; one of interest as interest."""
        self.company.collection_charge_booking = "invoice"
        self.interest._book(TODAY)
        self.costs._book(TODAY)
        self.company.collection_allocation_order = "costs_first"
        wizard = self._open(self._unallocated_payment(42))
        self.assertEqual(
            self._proposal(wizard), [("cost", 40.0), ("interest", 2.0), ("principal", 0.0)]
        )
        wizard.action_apply()
        self.assertEqual(self.costs.amount_open, 0.0)
        self.assertAlmostEqual(self.interest.amount_open, 2.93)
        self.assertEqual(self.invoice.amount_residual, 1000.0)

    def test_unticked_lines_are_left_alone(self):
        wizard = self._open(self._unallocated_payment(1020))
        with Form(wizard) as form:
            rows = form.line_ids._records
            number = next(n for n, row in enumerate(rows) if row["kind"] == "interest")
            with form.line_ids.edit(number) as line:
                line.selected = False
            self.assertEqual(form.amount_left, 0.0)
        wizard.action_apply()
        self.assertFalse(self.interest.charge_move_id, "not chosen, not booked")
        self.assertEqual(self.costs.amount_open, 20.0)

    def test_another_order(self):
        wizard = self._open(self._unallocated_payment(50))
        wizard.action_change_order()
        self.assertEqual(
            self._proposal(wizard), [("cost", 40.0), ("interest", 4.93), ("principal", 5.07)]
        )
        # Dragged: the principal between costs and interest.
        cost, interest, principal = wizard.line_ids.sorted("sequence")
        principal.sequence, interest.sequence = 2, 3
        self.assertEqual(
            self._proposal(wizard), [("cost", 40.0), ("principal", 10.0), ("interest", 0.0)]
        )
        wizard.action_apply()
        self.assertEqual(self.costs.amount_open, 0.0)
        self.assertEqual(self.invoice.amount_residual, 990.0)
        self.assertFalse(self.interest.charge_move_id)

    def test_more_money_than_debts(self):
        payment = self._unallocated_payment(2000)
        wizard = self._open(payment)
        self.assertAlmostEqual(wizard.amount_left, 955.07)
        wizard.action_apply()
        self.assertEqual(self._residuals(), (0.0, 0.0))
        self.assertAlmostEqual(
            self._as("invoicer", payment)._collection_open_credits().amount_residual, -955.07
        )

    def test_a_customer_with_several_credits(self):
        self._unallocated_payment(600, on=later(-3))
        self._credit_note(300)
        second = self._invoice(5, 500.0)
        wizard = self._open(self.customer)
        self.assertEqual(wizard.amount, 900.0)
        self.assertEqual(
            self._proposal(wizard),
            [("principal", 900.0), ("principal", 0.0), ("interest", 0.0), ("cost", 0.0)],
        )
        wizard.action_apply()
        self.assertEqual((self.invoice.amount_residual, second.amount_residual), (100.0, 500.0))

    def test_one_currency_at_a_time(self):
        euro = self.setup_other_currency("EUR", rates=[("2020-01-01", 2.0)])
        foreign = self._invoice(15, 800.0, currency_id=euro.id)
        self._unallocated_payment(300)
        self._unallocated_payment(500, currency=euro)
        wizard = self._open(self.customer)
        self.assertEqual(wizard.currency_id, self.company.currency_id)
        self.assertEqual(wizard.other_currencies, "EUR")
        self.assertNotIn(self._item(foreign), wizard.line_ids.move_line_id)
        action = wizard.action_other_currency()
        wizard = self._as("invoicer", self.env["collection.allocate"]).browse(action["res_id"])
        self.assertEqual((wizard.currency_id, wizard.amount), (euro, 500.0))
        wizard.action_apply()
        self.assertEqual(foreign.amount_residual, 300.0)
        self.assertEqual(self.invoice.amount_residual, 1000.0)

    def test_stale_proposals_are_refused(self):
        payment = self._unallocated_payment(100)
        wizard = self._open(payment)
        self._pay(self.invoice, 950)
        with self.assertRaisesRegex(UserError, "changed since"):
            wizard.action_apply()
        wizard = self._open(payment)
        wizard.action_apply()
        with self.assertRaises(UserError, msg="the money is used"):
            wizard.action_apply()

    def test_another_customers_charge_is_not_booked(self):
        """Over RPC a line could name any charge."""
        other = self._create_customer("Other", is_company=True)
        foreign, _costs = self._charge(self._invoice(15, 1000.0, partner=other))
        wizard = self._open(self._unallocated_payment(100))
        line = wizard.line_ids.filtered(lambda row: row.kind == "interest")
        line.sudo().charge_id = foreign
        line.sequence = 0
        with self.assertRaises(UserError):
            wizard.action_apply()
        self.assertFalse(foreign.charge_move_id)

    def test_nothing_to_allocate(self):
        with self.assertRaises(UserError):
            self._open(self.customer)
        payment = self._unallocated_payment(100)
        wizard = self._open(payment)
        wizard.line_ids.selected = False
        with self.assertRaises(UserError):
            wizard.action_apply()

    def test_who_may_allocate(self):
        payment = self._unallocated_payment(100)
        for role in ("auditor", "collector", "manager", "salesperson"):
            with self.subTest(role):
                with self.assertRaises(AccessError):
                    self._open(payment, role)
                with self.assertRaises(AccessError):
                    self._open(self.customer, role)
        wizard = self._open(payment)
        with self.assertRaises(AccessError):
            self._as("collector", wizard).action_apply()
        self.assertEqual(self.invoice.amount_residual, 1000.0)
