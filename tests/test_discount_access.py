"""Who sees, who decides."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .access_common import AccessCommon
from .deductions_common import IN_TIME, LATE, DeductionsCommon


@tagged("post_install", "-at_install")
@freeze_time("2024-05-20 12:00:00")
class TestDeductionAccess(AccessCommon, DeductionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.easy = cls._discounted()
        cls._match(cls.easy, 980.0, LATE)
        cls.hard = cls._discounted()
        cls._match(cls.hard, 970.0, LATE)

    def _row(self, invoice, role):
        return self._as(role, self._deductions(invoice).sudo(False))

    def test_collectors_accept_within_the_tolerance(self):
        row = self._row(self.easy, "collector")
        self.assertTrue(row.can_decide)
        action = row.action_accept()
        wizard = self._as("collector", self.env[action["res_model"]]).browse(action["res_id"])
        wizard.reason = "Good customer"
        wizard.action_accept()
        self.assertPaid(self.easy)
        self.assertDeduction(self.easy, "granted", user_id=self.users["collector"].id)

    def test_beyond_it_only_managers(self):
        row = self._row(self.hard, "collector")
        self.assertFalse(row.can_decide)
        with self.assertRaisesRegex(AccessError, "Only a collections manager"):
            row.action_accept()
        with self.assertRaisesRegex(AccessError, "Only a collections manager"):
            row.accept("Please")
        row = self._row(self.hard, "manager")
        self.assertTrue(row.can_decide)
        row.accept("The boss said so")
        self.assertPaid(self.hard)
        self.assertEqual(self._states(self.hard), ["taken_late", "lapsed"])

    def test_collectors_claim(self):
        self._row(self.easy, "collector").action_claim()
        self.assertDeduction(self.easy, "claimed", user_id=self.users["collector"].id)
        with self.assertRaises(UserError):
            self._row(self.easy, "collector").action_claim()

    def test_a_claim_may_be_taken_back(self):
        self._row(self.easy, "collector").action_claim()
        self._row(self.easy, "collector").accept("He called")
        self.assertDeduction(self.easy, "granted")

    def test_auditors_read(self):
        row = self._row(self.easy, "auditor")
        self.assertEqual(row.amount, 20.0)
        self.assertFalse(row.can_decide)
        for call in (row.action_accept, row.action_claim, lambda: row.accept("x")):
            with self.assertRaises(AccessError):
                call()

    def test_nobody_writes_by_hand(self):
        for role in ("auditor", "collector", "manager", "invoicer", "salesperson"):
            row = self._row(self.easy, role)
            with self.subTest(role), self.assertRaises(AccessError):
                row.write({"state": "granted"})
            with self.subTest(role), self.assertRaises(AccessError):
                row.unlink()

    def test_others_do_not_see_them(self):
        for role in ("salesperson", "portal"):
            with self.subTest(role), self.assertRaises(AccessError):
                self._row(self.easy, role).read(["amount"])

    def test_collectors_leave_notes(self):
        self._row(self.easy, "collector").message_post(body="He calls back")

    def test_bookkeepers_who_are_no_collectors_match_money(self):
        """What collections make of it happens without their rights."""
        invoice = self._discounted()
        payment = self._unallocated_payment(970.0, on=IN_TIME)
        line = payment.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        self._as("invoicer", invoice).js_assign_outstanding_line(line.id)
        self.assertPaid(invoice)
        partial = self._terms_items(invoice).matched_credit_ids.filtered(
            lambda row: row.credit_move_id == line
        )
        self._as("invoicer", invoice).js_remove_outstanding_partial(partial.id)
        self.assertEqual(invoice.amount_residual, 1000.0)
        self.assertDeduction(invoice, "cancelled")

    def test_other_companies(self):
        other = self.setup_other_company(name="Other")["company"]
        stranger = self.users["collector"].copy(
            {"login": "stranger", "company_id": other.id, "company_ids": other.ids}
        )
        found = self.env["collection.discount.deduction"].with_user(stranger).search([])
        self.assertFalse(found)
        with self.assertRaises(AccessError):
            self._deductions(self.easy).with_user(stranger).action_claim()

    def test_who_works_on_it(self):
        self.customer.collector_id = self.users["collector"]
        invoice = self._discounted()
        self._match(invoice, 980.0, LATE)
        self.assertEqual(self._deductions(invoice).activity_ids.user_id, self.users["collector"])
