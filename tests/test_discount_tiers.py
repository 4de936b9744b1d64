"""Tiers are frozen on the invoice when it is posted."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .discounts_common import FIRST_END, INVOICED, SECOND_END, DiscountsCommon, day


@tagged("post_install", "-at_install")
class TestDiscountFreeze(DiscountsCommon):
    def test_offers_of_an_invoice(self):
        invoice = self._discounted()
        self.assertOffers(
            invoice, [("2024-05-08", 970.0, 30.0), ("2024-05-15", 980.0, 20.0)]
        )
        offers = invoice._collection_offers()
        self.assertEqual(offers.mapped("sequence"), [1, 2])
        self.assertRecordValues(
            offers[0],
            [
                {
                    "move_id": invoice.id,
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "date_invoice": INVOICED,
                    "payment_term_id": self.term.id,
                    "tier_id": self.term.discount_tier_ids[0].id,
                    "discount_percentage": 3.0,
                    "method": "price",
                    "tax_mode": "included",
                    "state": "open",
                    "amount_item": 1000.0,
                    "amount_offered": 30.0,
                    "balance_to_pay": 970.0,
                }
            ],
        )

    def test_a_draft_offers_nothing_yet(self):
        invoice = self._discounted(post=False)
        self.assertFalse(invoice._collection_offers())
        self.assertFalse(self._terms_items(invoice)._collection_offer_at(INVOICED))
        self.assertEqual(self._terms_items(invoice).discount_date, FIRST_END)

    def test_core_single_discount_is_one_offer(self):
        invoice = self._discounted(term=self._core_term())
        self.assertOffers(invoice, [("2024-05-08", 970.0, 30.0)])
        self.assertFalse(invoice._collection_offers().tier_id)

    def test_later_changes_of_the_terms_change_nothing(self):
        invoice = self._discounted()
        before = invoice._collection_offers().read()
        first, second = self.term.discount_tier_ids.sorted("discount_days")
        first.write({"discount_percentage": 9.0, "discount_days": 3})
        second.unlink()
        self.term.early_pay_discount_computation = "excluded"
        self.env.flush_all()
        after = invoice._collection_offers().read()
        for row in (*before, *after):
            for name in ("tier_id", "write_date", "display_name"):
                row.pop(name)
        self.assertEqual(after, before)
        with self._on("2024-05-10"):
            self.assertShows(self._terms_items(invoice), SECOND_END, 980.0)
            self.assertEqual(self._pay_on(invoice, day("2024-05-10")).amount, 980.0)

    def test_written_by_code_only(self):
        offers = self._discounted()._collection_offers().sudo(False)
        for act in (
            lambda: offers.write({"amount_to_pay": 1}),
            lambda: offers.unlink(),
            lambda: offers[0].copy(),
        ):
            with self.assertRaises(UserError):
                act()

    def test_a_duplicate_has_its_own(self):
        invoice = self._discounted()
        copy = invoice.copy({"invoice_date": day("2024-06-01")})
        self.assertFalse(copy.collection_offer_ids)
        copy.action_post()
        self.assertOffers(copy, [("2024-06-09", 970.0, 30.0), ("2024-06-16", 980.0, 20.0)])
        self.assertOffers(
            invoice, [("2024-05-08", 970.0, 30.0), ("2024-05-15", 980.0, 20.0)]
        )

    def test_a_backdated_invoice(self):
        with self._on("2024-05-12"):
            invoice = self._discounted()
            self.assertShows(self._terms_items(invoice), SECOND_END, 980.0)
        with self._on("2024-06-12"):
            invoice = self._discounted()
            self.assertShows(self._terms_items(invoice), SECOND_END, 980.0)
            wizard = self._wizard(invoice, day("2024-06-12"))
            self.assertEqual((wizard.amount, wizard.early_payment_discount_mode), (1000.0, False))

    def test_zero_and_negative(self):
        self.assertFalse(self._discounted(0.0)._collection_offers())
        invoice = self._discounted([1000.0, -400.0])
        self.assertOffers(invoice, [("2024-05-08", 582.0, 18.0), ("2024-05-15", 588.0, 12.0)])

    def test_a_credit_note_offers_nothing(self):
        note = self._discounted(move_type="out_refund")
        self.assertFalse(note._collection_offers())

    def test_a_receipt_does(self):
        receipt = self._discounted(move_type="out_receipt")
        self.assertOffers(
            receipt, [("2024-05-08", 970.0, 30.0), ("2024-05-15", 980.0, 20.0)]
        )
        self.assertEqual(self._pay_on(receipt, SECOND_END).amount, 980.0)

    def test_vendor_bill(self):
        bill = self._discounted(move_type="in_invoice")
        item = self._terms_items(bill)
        self.assertOffers(
            bill, [("2024-05-08", -970.0, -30.0), ("2024-05-15", -980.0, -20.0)]
        )
        with self._on("2024-05-09"):
            self.assertShows(item, SECOND_END, -980.0)
            self.assertEqual(self._wizard(bill, SECOND_END).amount, 980.0)
            payment = self._pay_on(bill, FIRST_END)
        self.assertEqual((payment.amount, payment.payment_type), (970.0, "outbound"))
        self.assertIn(bill.payment_state, ("paid", "in_payment"))
        gain = self.company.account_journal_early_pay_discount_gain_account_id
        self.assertEqual(payment.move_id.line_ids.filtered(
            lambda line: line.account_id == gain).balance, -30.0)

    def test_cash_rounding(self):
        # 1,000.02 rounded up to 1,000.05; 97 % of it is 970.05, 98 % is 980.05 (980.049).
        invoice = self._discounted(1000.02, invoice_cash_rounding_id=self.cash_rounding_a.id)
        self.assertEqual(invoice.amount_total, 1000.05)
        self.assertOffers(
            invoice, [("2024-05-08", 970.05, 30.0), ("2024-05-15", 980.05, 20.0)]
        )
        invoice = self._discounted(
            1000.02, taxes=self.tax_20, invoice_cash_rounding_id=self.cash_rounding_a.id
        )
        for offer in invoice._collection_offers():
            self.assertEqual(round(offer.amount_to_pay * 20, 6) % 1, 0.0)

    def test_foreign_currency(self):
        self.euro = self.setup_other_currency("EUR", rates=[("2024-01-01", 0.8)])
        invoice = self._discounted(1000.0, currency_id=self.euro.id)
        self.assertOffers(
            invoice, [("2024-05-08", 970.0, 30.0), ("2024-05-15", 980.0, 20.0)]
        )
        self.assertEqual(invoice._collection_offers().mapped("balance_to_pay"), [1212.5, 1225.0])
        with self._on("2024-05-10"):
            self.assertShows(self._terms_items(invoice), SECOND_END, 980.0, 1225.0)

    def test_working_days(self):
        for setting, ends in [
            ("keep", ["2024-06-01", "2024-06-08"]),
            ("after", ["2024-06-03", "2024-06-10"]),
            ("before", ["2024-05-31", "2024-06-07"]),
        ]:
            with self.subTest(setting=setting):
                self.company.collection_discount_nonworking = setting
                # 24 May + 8 days is Saturday, 1 June
                invoice = self._discounted(on=day("2024-05-24"))
                self.assertEqual(
                    [str(end) for end in invoice._collection_offers().mapped("date_end")], ends
                )
                self.assertShows(self._terms_items(invoice), ends[-1], 980.0)
                draft = self._discounted(on=day("2024-05-24"), post=False)
                self.assertEqual(str(self._terms_items(draft).discount_date), ends[0])
