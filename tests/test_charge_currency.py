"""FIELD_BUGS E for charges: amounts of a rule in the currency of each item."""

from odoo.tests import freeze_time, tagged

from .charges_common import ChargesCommon
from .common import TODAY, later


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestChargeCurrency(ChargesCommon):
    """Books and rule are in dollars: 1 USD is 0.5 EUR and 100 JPY."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.usd = cls.company.currency_id
        cls.eur = cls.setup_other_currency("EUR", rates=[("2016-01-01", 0.5)])
        cls.jpy = cls.setup_other_currency("JPY", rates=[("2016-01-01", 100.0)], rounding=1.0)

    def _in(self, currency, amount=1000.0, **values):
        return self._late(amount, currency_id=currency.id, **values)

    def _new_rate(self, rate, on):
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.eur.id,
                "name": on,
                "rate": rate,
                "company_id": self.company.id,
            }
        )

    def test_e1_e3_e6_three_currencies_are_never_added(self):
        invoices = {
            self.usd: self._in(self.usd),
            self.eur: self._in(self.eur),
            self.jpy: self._in(self.jpy, 100000.0),
        }
        notices = self._run().notice_ids
        expected = {
            self.usd: (4.93, 40.0, 1044.93),
            self.eur: (4.93, 20.0, 1024.93),
            self.jpy: (493.0, 4000.0, 104493.0),
        }
        self.assertEqual(len(notices), 3)
        for notice in notices:
            with self.subTest(currency=notice.currency_id.name):
                charges = self._charges(invoices[notice.currency_id])
                amounts = tuple(charges.sorted("id").mapped("amount"))
                self.assertEqual((*amounts, notice.amount_total), expected[notice.currency_id])
                self.assertEqual(charges.currency_id, notice.currency_id)
                self.assertEqual(charges.charge_move_id.currency_id, notice.currency_id)
                self.assertEqual(charges.notice_id, notice)
        documents = self.env["collection.charge"].search(
            [("partner_id", "=", self.customer.id)]
        ).charge_move_id
        self.assertEqual(len(documents), 3)
        # In dollars: 44.93, 24.93 euros and 4,493 yen.
        self.assertEqual(self.customer.collection_charges_open, 139.72)

    def test_e9_fee_is_converted_on_the_day_of_the_notice(self):
        self._new_rate(0.8, later(1))
        invoice = self._in(self.eur)
        self.assertEqual(self._amounts(self.rule, invoice, TODAY)["compensation"], 20.0)
        self._run(on=later(1))
        self.assertEqual(self._charges(invoice, "compensation").amount, 32.0)

    def test_e9_fee_in_the_currency_of_the_rule(self):
        """40 euros, as the law has it, are 80 dollars and 8,000 yen."""
        self.rule.write({"currency_id": self.eur.id, "interest_kind": "none"})
        for currency, amount in ((self.eur, 40.0), (self.usd, 80.0), (self.jpy, 8000.0)):
            invoice = self._in(currency, 100000.0)
            self.assertEqual(self._amounts(self.rule, invoice, TODAY), {"compensation": amount})

    def test_e9_minimum_interest_in_the_currency_of_the_item(self):
        """5 dollars are 2.50 euros: 4.93 dollars wait, 4.93 euros do not."""
        self.rule.write({"min_interest": 5.0, "fixed_amount": 0.0})
        dollars, euros = self._in(self.usd), self._in(self.eur)
        self.assertFalse(self._amounts(self.rule, dollars, TODAY))
        self.assertEqual(self._amounts(self.rule, dollars, later(1)), {"interest": 5.26})
        self.assertEqual(self._amounts(self.rule, euros, TODAY), {"interest": 4.93})

    def test_e9_tolerance_in_the_currency_of_the_charge(self):
        """50 dollars are 25 euros: 24.93 is waived, 29.86 is asked about."""
        self.company.collection_charge_tolerance = 50.0
        small = self._in(self.eur)
        large = self._in(
            self.eur, 2000.0, partner=self._create_customer("Large", is_company=True)
        )
        self._run()
        for invoice in (small, large):
            self._register_payment(
                invoice,
                payment_date=TODAY,
                currency_id=self.eur.id,
                amount=invoice.amount_residual,
            )
        self.env["collection.charge"]._cron_charges(later(1))
        self.assertEqual(set(self._charges(small).mapped("state")), {"waived"})
        self.assertEqual(set(self._charges(large).mapped("state")), {"posted"})
        self.assertEqual(set(self._charges(large).mapped("leftover")), {"to_decide"})

    def test_e2_payment_in_dollars_on_a_fee_in_euros(self):
        """9.86 dollars are 4.93 euros of the compensation, not 9.86."""
        invoice = self._in(self.eur)
        self._run()
        document = self._charges(invoice).charge_move_id
        payment = self._unallocated_payment(9.86)
        (self._item(document) | self._item(payment.move_id)).reconcile()
        self.assertEqual(document.amount_residual, 20.0)
        self.assertRecordValues(
            self._charges(invoice).sorted("id"),
            [
                {"kind": "interest", "amount_open": 4.93},
                {"kind": "compensation", "amount_open": 15.07},
            ],
        )

    def test_e2_payment_in_dollars_on_an_invoice_in_euros(self):
        """400 dollars on 1,000 euros: 800 bear interest from the next day."""
        invoice = self._in(self.eur)
        payment = self._unallocated_payment(400.0, on=later(-5))
        (self._item(invoice) | self._item(payment.move_id)).reconcile()
        row = self.rule.compute_charges(self._item(invoice), TODAY)[0]
        self.assertEqual([part["balance"] for part in row["segments"]], [1000.0, 800.0])

    def test_e8_currency_without_a_rate(self):
        """Nobody takes 1 for a rate that is missing: the item waits, and says so."""
        pounds = self.setup_other_currency("GBP", rates=[])
        invoice = self._in(pounds)
        run = self._run()
        self.assertSkipped(run, invoice, "missing_currency_rate")
        self.assertFalse(self._charges(invoice))
        self.rule.fixed_amount = 0.0
        self._run()
        self.assertEqual(self._charges(invoice).amount, 4.93)

    def test_e8_minimum_in_a_currency_without_a_rate(self):
        pounds = self.setup_other_currency("GBP", rates=[])
        self.rule.write({"fixed_amount": 0.0, "min_interest": 5.0})
        invoice = self._in(pounds)
        self.assertSkipped(self._run(), invoice, "missing_currency_rate")

    def test_e8_bounds_and_percents_in_a_currency_without_a_rate(self):
        """1 % at least 10 dollars: of pounds nobody knows how many that is."""
        pounds = self.setup_other_currency("GBP", rates=[])
        self.rule.write({"fixed_amount": 0.0, "fixed_percent": 1.0, "fixed_min": 10.0})
        invoice = self._in(pounds)
        self.assertSkipped(self._run(), invoice, "missing_currency_rate")

    def test_waiving_and_reversing_in_euros(self):
        invoice = self._in(self.eur)
        self._run()
        charges = self._charges(invoice)
        self._charges(invoice, "compensation").waive("Part", amount=7.77)
        self.assertEqual(sum(charges.mapped("amount_open")), 17.16)
        self.assertRecordValues(
            charges.charge_move_id, [{"amount_residual": 17.16, "payment_state": "partial"}]
        )
        charges.action_reverse()
        self.assertEqual(self._owed(), 2000.0)
        entries = charges.charge_move_id | charges.refund_move_ids
        self.assertEqual(sum(self._item(entries).mapped("amount_residual_currency")), 0.0)

    def test_accrued_interest_is_shown_in_the_currency_of_each(self):
        euros = self._in(self.eur)
        dollars = self._in(self.usd)
        self.assertEqual(euros.collection_interest_accrued, 4.93)
        self.assertEqual(dollars.collection_interest_accrued, 4.93)
        self.assertAlmostEqual(self.customer.collection_interest_accrued, 14.79, 2)
