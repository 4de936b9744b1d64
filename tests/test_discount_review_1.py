"""What a draft keeps and loses: matches, discounts, the words of who decided."""

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .deductions_common import IN_TIME, LATE, BookingCommon


@tagged("post_install", "-at_install")
@freeze_time("2024-05-20 12:00:00")
class TestDiscountsOfDrafts(BookingCommon):
    def _other_method(self, method):
        return self._term(name=method, collection_discount_method=method)

    def test_a_credit_note_still_shrinks_after_a_new_posting(self):
        invoice = self._discounted()
        self._credit(invoice, 200.0)
        shrunk = [("2024-05-08", 776.0, 24.0), ("2024-05-15", 784.0, 16.0)]
        self.assertOffers(invoice, shrunk)
        invoice.button_draft()
        invoice.action_post()
        self.assertEqual(invoice.amount_residual, 800.0)
        self.assertOffers(invoice, shrunk)
        self.assertShows(self._terms_items(invoice), "2024-05-15", 784.0)

    def test_a_draft_is_paid_with_its_discount(self):
        with self._on(IN_TIME):
            invoice = self._discounted(post=False)
            payment = self._pay_on(invoice, IN_TIME)
            self.assertEqual(payment.amount, 970.0)
            invoice.action_post()
        self.assertPaid(invoice)
        self.assertEqual(self._states(invoice), ["taken", "lapsed"])

    def test_a_draft_that_was_paid_short_in_time(self):
        with self._on(IN_TIME):
            invoice = self._discounted(post=False)
            self._pay_on(
                invoice, IN_TIME, amount=970.0, payment_difference_handling="open"
            )
            invoice.action_post()
        self.assertPaid(invoice)
        self.assertEqual(self._states(invoice), ["taken", "lapsed"])

    def test_another_price_takes_credit_notes_and_vouchers_back(self):
        """Core unmatches while it rewrites the items; a credit note cannot be reversed
        in the middle of that."""
        for method, paid in (("credit_note", 970.0), ("voucher", 1000.0)):
            with self.subTest(method=method):
                invoice = self._discounted(term=self._other_method(method))
                self._match(invoice, paid, IN_TIME)
                note = self._booked(invoice)
                invoice.button_draft()
                invoice.invoice_line_ids.price_unit = 2000.0
                self.env.cr.flush()
                invoice.action_post()
                self.assertDeduction(invoice, "cancelled")
                self.assertEqual(note.amount_residual, 0.0)
                self.assertEqual(note.reversal_move_ids.state, "posted")
                self.assertEqual(invoice.amount_residual, 2000.0)
                self.assertEqual(self._states(invoice), ["open", "open"])

    def test_other_terms_after_a_discount_by_credit_note(self):
        invoice = self._discounted(term=self._other_method("credit_note"))
        self._match(invoice, 970.0, IN_TIME)
        note = self._booked(invoice)
        invoice.button_draft()
        invoice.invoice_payment_term_id = self._in_two(name="Two")
        self.env.cr.flush()
        invoice.action_post()
        self.assertEqual(invoice.amount_residual, 1000.0)
        self.assertEqual(note.amount_residual, 0.0)

    def test_a_voucher_is_still_earned_after_a_new_posting(self):
        invoice = self._discounted(term=self._other_method("voucher"))
        self._match(invoice, 1000.0, IN_TIME)
        voucher = self._booked(invoice)
        invoice.button_draft()
        invoice.action_post()
        self.assertEqual(self._states(invoice), ["taken", "lapsed"])
        self.assertEqual(self._booked(invoice), voucher)
        self.assertEqual(voucher.amount_residual, 30.0)


@tagged("post_install", "-at_install")
@freeze_time("2024-05-20 12:00:00")
class TestDiscountsGivenBefore(BookingCommon):
    def test_a_booked_discount_is_not_given_again(self):
        """Its payment has gone and it could not be reversed: what is left is owed."""
        invoice = self._discounted()
        payment = self._match(invoice, 970.0, IN_TIME)

        def refuse(rows, _documents):
            raise UserError(rows.env._("The journal is sealed."))

        self.patch(self.env.registry["collection.discount.deduction"], "_reverse_now", refuse)
        self._unmatch(invoice, payment.move_id)
        self.assertEqual(invoice.amount_residual, 970.0)
        with self._on(IN_TIME):
            wizard = self._wizard(invoice, IN_TIME)
            self.assertFalse(wizard.early_payment_discount_mode)
            self.assertEqual(wizard.amount, 970.0)
            again = wizard._create_payments()
        self.assertPaid(invoice)
        self.assertEqual(sum(again.move_id.line_ids.mapped("amount_residual")), 970.0)
        offers = invoice._collection_offers()
        self.assertEqual(sum(offers.mapped("amount_taken")), 30.0)

    def test_the_words_of_a_decision_outlive_an_unmatched_payment(self):
        invoice = self._discounted()
        payment = self._match(invoice, 980.0, LATE)
        self._deductions(invoice).accept("Good customer")
        self._unmatch(invoice, payment.move_id)
        self.assertDeduction(invoice, "cancelled", reason="Good customer")
        self._assign(invoice, payment.move_id)
        self.assertDeduction(invoice, "granted", reason="Good customer", user_id=self.env.uid)

    def test_what_the_rules_granted_again_says_why(self):
        invoice = self._discounted()
        payment = self._match(invoice, 970.0, IN_TIME)
        self._unmatch(invoice, payment.move_id)
        self._assign(invoice, payment.move_id)
        self.assertDeduction(invoice, "granted", reason="Paid in time")
