"""Money came and the discount is what is left: granted, asked or claimed."""

from odoo.tests import freeze_time, tagged

from .deductions_common import IN_TIME, INVOICED, LATE, SECOND, DeductionsCommon, day


@tagged("post_install", "-at_install")
@freeze_time("2024-05-20 12:00:00")
class TestRecognise(DeductionsCommon):
    def test_in_time_is_granted_at_once(self):
        invoice = self._discounted()
        self._match(invoice, 970.0, IN_TIME)
        self.assertPaid(invoice)
        self.assertDeduction(
            invoice,
            "granted",
            30.0,
            date_paid=IN_TIME,
            date_end=IN_TIME,
            days_late=0,
            in_time=True,
            reason="Paid in time",
            error=False,
        )
        self.assertEqual(self._states(invoice), ["taken", "lapsed"])
        offer = invoice._collection_offers()[0]
        self.assertRecordValues(
            offer,
            [
                {
                    "date_paid": IN_TIME,
                    "amount_taken": 30.0,
                    "amount_taken_company": 30.0,
                    "discount_move_id": self._deductions(invoice).discount_move_id.id,
                }
            ],
        )

    def test_second_tier(self):
        invoice = self._discounted()
        self._match(invoice, 980.0, SECOND)
        self.assertPaid(invoice)
        self.assertEqual(self._states(invoice), ["lapsed", "taken"])

    def test_less_than_the_discount_of_the_day(self):
        """On the first tier's days a customer keeps back only the second's discount."""
        invoice = self._discounted()
        self._match(invoice, 980.0, IN_TIME)
        self.assertPaid(invoice)
        self.assertDeduction(invoice, "granted", 20.0, in_time=True)
        self.assertEqual(self._states(invoice), ["lapsed", "taken"])

    def test_asked_where_the_company_says_so(self):
        self.company.collection_discount_grant = "ask"
        invoice = self._discounted()
        self._match(invoice, 970.0, IN_TIME)
        row = self.assertDeduction(invoice, "open", 30.0, in_time=True)
        self.assertEqual(row.activity_ids.summary, "Discount taken: accept or claim?")
        row.accept("As agreed")
        self.assertPaid(invoice)
        self.assertDeduction(invoice, "granted", user_id=self.env.uid, reason="As agreed")
        self.assertEqual(self._states(invoice), ["taken", "lapsed"])
        self.assertFalse(row.activity_ids)

    def test_late_within_the_tolerance_is_asked(self):
        invoice = self._discounted()
        self._match(invoice, 980.0, LATE)
        row = self.assertDeduction(
            invoice, "open", 20.0, days_late=2, in_time=False, within_tolerance=True
        )
        self.assertEqual(invoice.amount_residual, 20.0)
        self.assertEqual(
            row.activity_ids.summary, "Discount taken 2 days late: accept or claim?"
        )
        row.accept("Good customer")
        self.assertPaid(invoice)
        self.assertEqual(self._states(invoice), ["lapsed", "taken_late"])

    def test_later_than_the_tolerance_is_claimed(self):
        invoice = self._discounted()
        self._match(invoice, 970.0, LATE)
        self.assertDeduction(
            invoice, "claimed", 30.0, days_late=9, within_tolerance=False, user_id=False
        )
        self.assertEqual(self._states(invoice), ["refused", "lapsed"])
        self.assertEqual(invoice.amount_residual, 30.0)

    def test_claimed_by_a_person(self):
        invoice = self._discounted()
        self._match(invoice, 980.0, LATE)
        row = self._deductions(invoice)
        row.action_claim("Every month the same")
        self.assertDeduction(
            invoice,
            "claimed",
            user_id=self.env.uid,
            date_decided=day("2024-05-20"),
            reason="Every month the same",
        )
        self.assertEqual(self._states(invoice), ["lapsed", "refused"])
        self.assertFalse(row.activity_ids)

    def test_a_claimed_one_that_is_paid_was_refused(self):
        invoice = self._discounted()
        self._match(invoice, 970.0, LATE)
        self._match(invoice, 10.0, day("2024-05-18"))
        self.assertDeduction(invoice, "claimed", 30.0)
        self._match(invoice, 20.0, day("2024-05-19"))
        self.assertPaid(invoice)
        self.assertDeduction(invoice, "cancelled", reason="The rest was paid")
        self.assertEqual(self._states(invoice), ["refused", "lapsed"])

    def test_an_open_one_that_is_paid_lapsed(self):
        invoice = self._discounted()
        self._match(invoice, 980.0, LATE)
        self._match(invoice, 20.0, day("2024-05-19"))
        self.assertDeduction(invoice, "cancelled")
        self.assertEqual(self._states(invoice), ["lapsed", "lapsed"])

    def test_paid_in_full_lapses(self):
        invoice = self._discounted()
        self._match(invoice, 1000.0, IN_TIME)
        self.assertFalse(self._deductions(invoice))
        self.assertEqual(self._states(invoice), ["lapsed", "lapsed"])
        self.assertEqual(set(invoice._collection_offers().mapped("date_paid")), {IN_TIME})

    def test_any_other_rest_is_a_debt(self):
        invoice = self._discounted()
        self._match(invoice, 965.0, IN_TIME)
        self.assertFalse(self._deductions(invoice))
        self.assertEqual(self._states(invoice), ["open", "open"])

    def test_several_payments_count_together_by_the_last(self):
        invoice = self._discounted()
        self._match(invoice, 500.0, INVOICED)
        self.assertFalse(self._deductions(invoice))
        self._match(invoice, 470.0, IN_TIME)
        self.assertDeduction(invoice, "granted", 30.0, date_paid=IN_TIME)
        other = self._discounted()
        self._match(other, 500.0, INVOICED)
        self._match(other, 480.0, LATE)
        self.assertDeduction(other, "open", 20.0, date_paid=LATE)

    def test_a_credit_note_alone_takes_no_discount(self):
        invoice = self._discounted()
        self._credit(invoice, 970.0)
        self.assertFalse(self._deductions(invoice))

    def test_a_credit_note_shrinks_what_may_be_kept_back(self):
        invoice = self._discounted()
        self._credit(invoice, 500.0)
        self._match(invoice, 485.0, IN_TIME)
        self.assertPaid(invoice)
        self.assertDeduction(invoice, "granted", 15.0)
        offer = invoice._collection_offers()[0]
        self.assertEqual((offer.amount_discount, offer.amount_taken), (15.0, 15.0))

    def test_more_than_the_discount_within_the_tolerance_is_asked(self):
        self.company.collection_discount_tolerance_amount = 1.0
        invoice = self._discounted()
        self._match(invoice, 969.5, IN_TIME)
        row = self.assertDeduction(invoice, "open", 30.5, amount_offered=30.0, in_time=True)
        row.accept("A rounding of his bank")
        self.assertPaid(invoice)
        self.assertEqual(invoice._collection_offers()[0].amount_taken, 30.5)
        other = self._discounted()
        self._match(other, 968.9, IN_TIME)
        self.assertFalse(self._deductions(other))

    def test_the_customers_own_tolerance(self):
        self.customer.write(
            {
                "collection_discount_own_tolerance": True,
                "collection_discount_tolerance_days": 10,
            }
        )
        invoice = self._discounted()
        self._match(invoice, 970.0, LATE)
        self.assertDeduction(invoice, "open", days_late=9, within_tolerance=True)

    def test_each_instalment_by_itself(self):
        invoice = self._discounted(term=self._in_two())
        first, second = self._terms_items(invoice)
        self._match(invoice, 485.0, IN_TIME)
        self.assertTrue(first.reconciled)
        self.assertFalse(second.reconciled)
        self.assertEqual(second.amount_residual, 500.0)
        self.assertEqual(self._deductions(invoice).move_line_id, first)
        self.assertEqual(first.collection_offer_ids.mapped("state"), ["taken", "lapsed"])
        self.assertEqual(second.collection_offer_ids.mapped("state"), ["open", "open"])

    def test_bank_statement_line(self):
        invoice = self._discounted()
        self._match_bank_line(self._bank_line(970.0, IN_TIME), invoice)
        self.assertPaid(invoice)
        self.assertDeduction(invoice, "granted", 30.0, date_paid=IN_TIME)

    def test_bank_statement_line_late(self):
        invoice = self._discounted()
        self._match_bank_line(self._bank_line(980.0, LATE), invoice)
        self.assertDeduction(invoice, "open", 20.0, days_late=2)

    def test_entered_later_but_paid_in_time(self):
        """The money's own date counts, not the day it is matched."""
        invoice = self._discounted()
        with self._on("2024-07-01"):
            self._match(invoice, 970.0, IN_TIME)
        self.assertDeduction(invoice, "granted", in_time=True)

    def test_supplier_bills_are_left_alone(self):
        bill = self._create_invoice_one_line(
            move_type="in_invoice",
            price_unit=1000.0,
            tax_ids=[],
            partner_id=self.customer.id,
            invoice_date=INVOICED,
            invoice_payment_term_id=self.term.id,
            post=True,
        )
        self._register_payment(bill, payment_date=IN_TIME, amount=970.0)
        self.assertFalse(self._deductions(bill))

    def test_matching_twice_changes_nothing(self):
        invoice = self._discounted()
        self._match(invoice, 980.0, LATE)
        row = self._deductions(invoice)
        row.sudo()._recognise(row.move_line_id)
        row.sudo()._recognise(row.move_line_id)
        self.assertDeduction(invoice, "open", 20.0)
        self.assertEqual(len(row.activity_ids), 1)
