"""What was granted for money that has gone is taken back."""

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .deductions_common import IN_TIME, LATE, NOW, BookingCommon, day


@tagged("post_install", "-at_install")
@freeze_time("2024-05-20 12:00:00")
class TestUndo(BookingCommon):
    def test_the_payment_is_unmatched(self):
        """The discount was given for it: its entry is reversed."""
        invoice = self._discounted(taxes=[self.tax_20])
        payment = self._match(invoice, 1164.0, IN_TIME)
        entry = self._booked(invoice)
        self._unmatch(invoice, payment.move_id)
        self.assertEqual(invoice.amount_residual, 1200.0)
        self.assertEqual(entry.reversal_move_ids.state, "posted")
        self.assertEqual(entry.reversal_move_ids.date, day(NOW))
        self.assertFalse(entry.collection_discount_offer_id)
        self.assertEqual(self._states(invoice), ["open", "open"])
        self.assertDeduction(invoice, "cancelled", reason="The payment was undone")
        lines = (entry | entry.reversal_move_ids).line_ids
        self.assertFalse(any(self._by_account(lines).values()))

    def _by_account(self, lines):
        return {
            account: round(sum(group.mapped("balance")), 2)
            for account, group in lines.grouped("account_id").items()
        }

    def test_matched_again_it_is_granted_again(self):
        invoice = self._discounted()
        payment = self._match(invoice, 970.0, IN_TIME)
        first = self._booked(invoice)
        self._unmatch(invoice, payment.move_id)
        self._assign(invoice, payment.move_id)
        self.assertPaid(invoice)
        self.assertDeduction(invoice, "granted", 30.0)
        self.assertNotEqual(self._booked(invoice), first)

    def test_what_a_person_decided_about_a_payment_stands(self):
        invoice = self._discounted()
        payment = self._match(invoice, 980.0, LATE)
        self._deductions(invoice).accept("Good customer")
        self._unmatch(invoice, payment.move_id)
        self._assign(invoice, payment.move_id)
        self.assertDeduction(invoice, "granted", user_id=self.env.uid)
        self.assertPaid(invoice)

    def test_a_bounced_payment(self):
        invoice = self._discounted()
        payment = self._match(invoice, 970.0, IN_TIME)
        payment.action_draft()
        # Core: a draft payment stays matched until it is cancelled.
        self.assertDeduction(invoice, "granted")
        payment.action_cancel()
        self.assertEqual(invoice.amount_residual, 1000.0)
        self.assertDeduction(invoice, "cancelled")
        self.assertEqual(self._states(invoice), ["open", "open"])

    def test_invoice_reset_to_draft(self):
        invoice = self._discounted()
        self._match(invoice, 970.0, IN_TIME)
        invoice.button_draft()
        invoice.action_post()
        self.assertPaid(invoice)
        self.assertDeduction(invoice, "granted")
        self.assertEqual(self._states(invoice), ["taken", "lapsed"])

    def test_invoice_cancelled(self):
        invoice = self._discounted()
        self._match(invoice, 970.0, IN_TIME)
        entry = self._booked(invoice)
        invoice.button_draft()
        invoice.button_cancel()
        self.assertEqual(entry.reversal_move_ids.state, "posted")
        self.assertDeduction(invoice, "cancelled")

    def test_the_discount_is_taken_off_by_hand(self):
        """The money is still there: somebody decides again, nothing is booked by itself."""
        invoice = self._discounted()
        self._match(invoice, 970.0, IN_TIME)
        entry = self._booked(invoice)
        self._unmatch(invoice, entry)
        self.assertEqual(invoice.amount_residual, 30.0)
        row = self.assertDeduction(invoice, "open", 30.0)
        self.assertEqual(self._states(invoice), ["open", "open"])
        row.accept("After all")
        self.assertPaid(invoice)
        self.assertEqual(self._booked(invoice), entry)

    def test_the_discount_is_reversed_by_hand(self):
        invoice = self._discounted()
        self._match(invoice, 970.0, IN_TIME)
        entry = self._booked(invoice)
        entry._reverse_moves([{"date": day(NOW)}], cancel=True)
        row = self.assertDeduction(invoice, "open", 30.0)
        row.accept("After all")
        self.assertPaid(invoice)
        self.assertNotEqual(self._booked(invoice), entry)

    def test_the_discount_is_cancelled(self):
        invoice = self._discounted()
        self._match(invoice, 970.0, IN_TIME)
        entry = self._booked(invoice)
        entry.button_draft()
        entry.button_cancel()
        self.assertDeduction(invoice, "open", 30.0)
        self.assertEqual(invoice.amount_residual, 30.0)

    def test_wizard_payment_is_undone(self):
        invoice = self._discounted()
        payment = self._pay_on(invoice, IN_TIME)
        self._unmatch(invoice, payment.move_id)
        self.assertEqual(self._states(invoice), ["open", "open"])
        self.assertEqual(invoice._collection_offers()[0].amount_taken, 0.0)
        self._assign(invoice, payment.move_id)
        self.assertEqual(self._states(invoice), ["taken", "lapsed"])

    def test_what_was_claimed_and_paid_is_claimed_again(self):
        invoice = self._discounted()
        self._match(invoice, 980.0, LATE)
        self._deductions(invoice).action_claim("No")
        second = self._match(invoice, 20.0, day("2024-05-19"))
        self.assertDeduction(invoice, "cancelled")
        self._unmatch(invoice, second.move_id)
        self.assertDeduction(invoice, "claimed", 20.0, user_id=self.env.uid)
        self.assertEqual(self._states(invoice), ["lapsed", "refused"])

    def test_an_open_question_goes_with_its_payment(self):
        invoice = self._discounted()
        payment = self._match(invoice, 980.0, LATE)
        row = self._deductions(invoice)
        self._unmatch(invoice, payment.move_id)
        self.assertDeduction(invoice, "cancelled")
        self.assertFalse(row.activity_ids)

    def test_what_cannot_be_reversed_is_asked_about(self):
        invoice = self._discounted()
        payment = self._match(invoice, 970.0, IN_TIME)

        def refuse(moves, *_args, **_kwargs):
            raise UserError(moves.env._("The journal is sealed."))

        self.patch(self.env.registry["account.move"], "_reverse_moves", refuse)
        self._unmatch(invoice, payment.move_id)
        row = self.assertDeduction(invoice, "granted")
        self.assertTrue(row.error)
        self.assertIn("still booked", row.activity_ids.summary)
