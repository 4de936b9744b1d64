"""“Allocate” proposes the discounts a payment has earned."""

from odoo.exceptions import UserError
from odoo.tests import Form, freeze_time, tagged

from .access_common import AccessCommon
from .deductions_common import IN_TIME, LATE, SECOND, DeductionsCommon


@tagged("post_install", "-at_install")
@freeze_time("2024-05-20 12:00:00")
class TestAllocateDiscounts(AccessCommon, DeductionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.collection_discount_grant = "ask"

    def _open(self, record, role="invoicer"):
        action = self._as(role, record).action_collection_allocate()
        return self._as(role, self.env[action["res_model"]]).browse(action["res_id"])

    def _proposal(self, wizard):
        return [
            (line.amount_open, line.amount_discount, line.amount)
            for line in wizard.line_ids.sorted("sequence")
        ]

    def test_it_settles_and_grants(self):
        """Also where the company wants to be asked: the person chose it."""
        invoice = self._discounted(taxes=[self.tax_20])
        wizard = self._open(self._unallocated_payment(2000.0, on=IN_TIME))
        self.assertTrue(wizard.has_discounts)
        self.assertEqual(self._proposal(wizard), [(1200.0, 36.0, 1164.0)])
        self.assertEqual(wizard.amount_left, 836.0)
        wizard.action_apply()
        self.assertPaid(invoice)
        self.assertDeduction(
            invoice,
            "granted",
            36.0,
            user_id=self.users["invoicer"].id,
            reason="Chosen when the payment was allocated",
        )
        self.assertEqual(self._states(invoice), ["taken", "lapsed"])
        self.assertEqual(wizard._credits().amount_residual, -836.0)

    def test_the_tier_of_the_moneys_day(self):
        self._discounted()
        wizard = self._open(self._unallocated_payment(980.0, on=SECOND))
        self.assertEqual(self._proposal(wizard), [(1000.0, 20.0, 980.0)])

    def test_late_money_earns_nothing(self):
        self._discounted()
        wizard = self._open(self._unallocated_payment(980.0, on=LATE))
        self.assertFalse(wizard.has_discounts)
        self.assertEqual(self._proposal(wizard), [(1000.0, 0.0, 980.0)])

    def test_too_little_money_earns_nothing(self):
        invoice = self._discounted()
        wizard = self._open(self._unallocated_payment(900.0, on=IN_TIME))
        self.assertEqual(self._proposal(wizard), [(1000.0, 0.0, 900.0)])
        wizard.action_apply()
        self.assertEqual(invoice.amount_residual, 100.0)
        self.assertFalse(self._deductions(invoice))

    def test_a_person_may_leave_it_out(self):
        invoice = self._discounted()
        wizard = self._open(self._unallocated_payment(1000.0, on=IN_TIME))
        with Form(wizard) as form, form.line_ids.edit(0) as line:
            line.with_discount = False
        self.assertEqual(self._proposal(wizard), [(1000.0, 0.0, 1000.0)])
        wizard.action_apply()
        self.assertPaid(invoice)
        self.assertEqual(self._states(invoice), ["lapsed", "lapsed"])

    def test_two_debts_each_with_its_discount(self):
        invoices = self._discounted() | self._discounted(2000.0)
        wizard = self._open(self._unallocated_payment(2910.0, on=IN_TIME))
        self.assertEqual(
            self._proposal(wizard), [(1000.0, 30.0, 970.0), (2000.0, 60.0, 1940.0)]
        )
        wizard.action_apply()
        self.assertEqual(invoices.mapped("amount_residual"), [0.0, 0.0])
        self.assertEqual(wizard._credits(), wizard._credits().browse())

    def test_by_credit_note(self):
        invoice = self._discounted(term=self._term(collection_discount_method="credit_note"))
        wizard = self._open(self._unallocated_payment(970.0, on=IN_TIME))
        wizard.action_apply()
        self.assertPaid(invoice)
        self.assertEqual(self._deductions(invoice).discount_move_id.move_type, "out_refund")

    def test_vouchers_are_earned_not_deducted(self):
        invoice = self._discounted(term=self._term(collection_discount_method="voucher"))
        wizard = self._open(self._unallocated_payment(1000.0, on=IN_TIME))
        self.assertEqual(self._proposal(wizard), [(1000.0, 0.0, 1000.0)])
        wizard.action_apply()
        self.assertDeduction(invoice, "granted", 30.0, method="voucher")

    def test_paid_in_part_before(self):
        self._match(self._discounted(), 100.0, IN_TIME)
        wizard = self._open(self._unallocated_payment(870.0, on=IN_TIME))
        self.assertEqual(self._proposal(wizard), [(900.0, 0.0, 870.0)])

    def test_what_cannot_be_booked_is_said(self):
        self.company.account_journal_early_pay_discount_loss_account_id = False
        self._discounted()
        wizard = self._open(self._unallocated_payment(970.0, on=IN_TIME))
        with self.assertRaisesRegex(UserError, "cash-discount account"):
            wizard.action_apply()

    def test_undone_later(self):
        invoice = self._discounted()
        payment = self._unallocated_payment(970.0, on=IN_TIME)
        self._open(payment).action_apply()
        self._unmatch(invoice, payment.move_id)
        self.assertEqual(invoice.amount_residual, 1000.0)
        self.assertDeduction(invoice, "cancelled")
