"""Each shipped fee rule against amounts computed by hand.

Ten thousand, due on 1 June 2025 and looked at on 31 July 2025, is 60 days late: 29
in the first half-year (ECB 3.15, base rate 2.27, Bank Rate 4.75, French legal rate
3.71), 31 in the second (2.15, 1.27, 4.25, 2.76).
"""

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Date
from odoo.tests import tagged

from ..engine.fixed_amounts import fixed_amount
from .fee_presets_common import FeePresetsCommon

DUE, DAY = "2025-06-01", "2025-07-31"


@tagged("post_install", "-at_install")
class TestBusinessPresets(FeePresetsCommon):
    def test_europe_across_two_half_years(self):
        """10,000 x (rate x 29 days + rate x 31 days) / 36,500."""
        for preset, interest in (
            ("fr_b2b", 207.67),  # 13.15 x 29 + 12.15 x 31 = 758.00
            ("de_b2b", 176.77),  # 11.27 x 29 + 10.27 x 31 = 645.20
            ("be_b2b", 180.55),  # 11.50 x 29 + 10.50 x 31 = 659.00: 11.15 and 10.15 rounded up
            ("es_b2b", 174.79),  # 11.15 x 29 + 10.15 x 31 = 638.00
            ("it_b2b", 174.79),
        ):
            with self.subTest(preset=preset):
                invoice = self._late_invoice(DUE)
                self.assertCharges(preset, invoice, DAY, interest, 40.0)

    def test_france_segments(self):
        invoice = self._late_invoice(DUE)
        rows = self._preset("fr_b2b").compute_charges(self._item(invoice), DAY)
        (interest,) = [row for row in rows if row["kind"] == "interest"]
        self.assertEqual(
            [
                (part["date_from"], part["date_to"], part["days"], part["rate"])
                for part in interest["segments"]
            ],
            [("2025-06-02", "2025-06-30", 29, 13.15), ("2025-07-01", "2025-07-31", 31, 12.15)],
        )
        self.assertAlmostEqual(sum(part["amount"] for part in interest["segments"]), 207.67)

    def test_france_agreed_rate_never_below_three_times_the_legal_rate(self):
        invoice = self._late_invoice(DUE)
        rule = self._preset("fr_contract")
        for rate, interest in (
            (0.0, 158.75),  # 11.13 x 29 + 8.28 x 31 = 579.45
            (10.0, 173.36),  # 11.13 x 29 + 10.00 x 31 = 632.77
            (12.0, 197.26),  # 12.00 x 60 = 720.00
        ):
            rule.rate = rate
            self.assertCharges("fr_contract", invoice, DAY, interest, 40.0)

    def test_a_lump_sum_per_invoice_or_per_instalment(self):
        """France: per invoice; Germany: § 288(5) BGB also on instalments."""
        terms = self.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (0, 10)
                ],
            }
        )
        invoice = self._create_invoice_one_line(
            price_unit=1000.0,
            tax_ids=[],
            partner_id=self.business.id,
            invoice_date=DUE,
            invoice_payment_term_id=terms.id,
            currency_id=self._currency("EUR").id,
            post=True,
        )
        for preset, amounts in (("fr_b2b", [40.0]), ("de_b2b", [40.0, 40.0])):
            charges = self._charges(preset, invoice, DAY)
            self.assertEqual(
                [amount for kind, amount in charges if kind == "compensation"], amounts
            )

    def test_romania_keeps_the_value_of_the_first_day_of_the_semester(self):
        """BNR 7.00 on 1 July 2024, although 6.75 from 8 July: 15 x 40 days = 600.00."""
        invoice = self._late_invoice("2024-06-10")
        self.assertCharges("ro_b2b", invoice, "2024-07-20", 164.38, 40.0)

    def test_romania_forty_euros_in_lei(self):
        """40 EUR at 0.8 a dollar, 4 lei a dollar: 200 lei."""
        for name, rate in (("EUR", 0.8), ("RON", 4.0)):
            currency = self._currency(name)
            currency.rate_ids.unlink()
            self.env["res.currency.rate"].create(
                {
                    "name": "2024-01-01",
                    "currency_id": currency.id,
                    "company_id": self.company.id,
                    "rate": rate,
                }
            )
        invoice = self._late_invoice("2024-06-10", currency="RON")
        self.assertCharges("ro_b2b", invoice, "2024-07-20", 164.38, 200.0)

    def test_a_missing_half_year_stops_and_says_so(self):
        invoice = self._late_invoice("2026-06-15")
        self.assertCharges("ro_b2b", invoice, "2026-06-30", 59.59, 40.0)  # 14.50 x 15 days
        with self.assertRaisesRegex(UserError, "BNR reference rate, by semester.*07/01/2026"):
            self._charges("ro_b2b", invoice, "2026-07-10")
        self.env["collection.rate"].create(
            {
                "series_id": self.env.ref("account_collections.rate_series_bnr").id,
                "date_from": "2026-07-01",
                "rate": 6.5,
            }
        )
        # 14.50 x 25 days
        self.assertCharges("ro_b2b", invoice, "2026-07-10", 99.32, 40.0)

    def test_united_kingdom_keeps_its_first_rate(self):
        """4.75 + 8 for all of the 60 days: 12.75 x 60 = 765.00."""
        invoice = self._late_invoice(DUE, currency="GBP")
        self.assertCharges("uk_b2b", invoice, DAY, 209.59, 100.0)

    def test_edges_of_the_scales(self):
        """s. 5A(2) of the 1998 Act: from 1,000; Ireland: above 1,000."""
        for preset, currency, scale in (
            ("uk_b2b", "GBP", {999.99: 40.0, 1000.0: 70.0, 9999.99: 70.0, 10000.0: 100.0}),
            ("ie_b2b", "EUR", {1000.0: 40.0, 1000.01: 70.0, 10000.0: 70.0, 10000.01: 100.0}),
        ):
            for principal, compensation in scale.items():
                with self.subTest(preset=preset, principal=principal):
                    invoice = self._late_invoice(DUE, principal, currency=currency)
                    charges = dict(self._charges(preset, invoice, DAY))
                    self.assertEqual(charges["compensation"], compensation)

    def test_ireland(self):
        self.assertCharges("ie_b2b", self._late_invoice(DUE), DAY, 174.79, 70.0)

    def test_italy_counts_365_days_in_a_leap_year(self):
        """31 January to 1 March 2024: 30 days at 12.50."""
        invoice = self._late_invoice("2024-01-31")
        self.assertCharges("it_b2b", invoice, "2024-03-01", 102.74, 40.0)

    def test_netherlands_interest_of_a_year_bears_interest(self):
        """First year 12.50 x 167 + 12.25 x 184 + 11.15 x 15 = 4,508.75: 1,235.27.
        Then 16 days at 11.15 on 11,235.27: 54.91."""
        invoice = self._late_invoice("2024-01-15")
        self.assertCharges("nl_b2b", invoice, "2025-01-15", 1235.27, 875.0)
        self.assertCharges("nl_b2b", invoice, "2025-01-31", 1290.19, 875.0)

    def test_switzerland_counts_months_of_thirty_days(self):
        """31 January to 1 March is 31 days: 10,000 x 5 x 31 / 36,000."""
        invoice = self._late_invoice("2025-01-31", currency="CHF")
        self.assertCharges("ch", invoice, "2025-03-01", 43.06)

    def test_one_percent_a_month(self):
        """12 % a year for 60 days; the fee comes with a notice only."""
        invoice = self._late_invoice(DUE, currency=self._preset("contractual").currency_id.name)
        self.assertCharges("contractual", invoice, DAY, 197.26)

    def test_no_charges(self):
        self.assertCharges("none", self._late_invoice(DUE), DAY)


@tagged("post_install", "-at_install")
class TestConsumerPresets(FeePresetsCommon):
    def test_interest_from_the_first_notice(self):
        """Notice of 11 June: 19 days in June, 31 in July."""
        invoice = self._late_invoice(DUE, customer=self.consumer)
        for preset in ("fr_b2c", "de_b2c", "be_b2c"):
            self.assertEqual(self._interest(preset, invoice, DAY), 0.0)
        self._remind(invoice, "2025-06-11")
        for preset, interest in (
            ("fr_b2c", 42.75),  # 3.71 x 19 + 2.76 x 31 = 156.05
            ("de_b2c", 91.10),  # 7.27 x 19 + 6.27 x 31 = 332.50
            ("be_b2c", 61.64),  # 4.50 x 50 = 225.00
        ):
            with self.subTest(preset=preset):
                self.assertEqual(self._interest(preset, invoice, DAY), interest)

    def _interest(self, preset, invoice, day):
        return dict(self._charges(preset, invoice, day)).get("interest", 0.0)

    def test_no_lump_sum_of_businesses(self):
        invoice = self._late_invoice(DUE, customer=self.consumer)
        self._remind(invoice, "2025-06-11")
        for preset in ("fr_b2c", "de_b2c", "ro_b2c"):
            self.assertNotIn("compensation", dict(self._charges(preset, invoice, DAY)))

    def test_rules_for_businesses_charge_consumers_nothing(self):
        invoice = self._late_invoice(DUE, customer=self.consumer)
        rules = self.env["collection.fee.rule"].search([("customer_type", "=", "business")])
        self.assertGreaterEqual(len(rules), 10)
        for rule in rules:
            self.assertFalse(rule.compute_charges(self._item(invoice), DAY), rule.name)
        with self.assertRaisesRegex(ValidationError, "is for businesses"):
            self.consumer.collection_fee_rule_id = self._preset("fr_b2b")

    def test_romania_follows_each_change_of_the_rate(self):
        """7.00 + 4 for 27 days, 6.75 + 4 from 8 July for 13: 436.75."""
        invoice = self._late_invoice("2024-06-10", customer=self.consumer)
        self.assertCharges("ro_b2c", invoice, "2024-07-20", 119.66)

    def test_fourteen_days_to_answer_the_first_reminder(self):
        """Belgium and the Netherlands: nothing for who pays within 14 days of it."""
        invoice = self._late_invoice("2024-07-31", customer=self.consumer)
        self._remind(invoice, "2024-08-10")
        for preset in ("be_b2c", "nl_b2c"):
            self.assertCharges(preset, invoice, "2024-08-24")
        # 15 days from 11 to 25 August at 5.75 and at 7.00
        self.assertEqual(self._interest("be_b2c", invoice, "2024-08-25"), 23.63)
        self.assertEqual(self._interest("nl_b2c", invoice, "2024-08-25"), 28.77)
        # 143 days up to 31 December at 7.00
        self.assertEqual(self._interest("nl_b2c", invoice, "2024-12-31"), 274.25)
        with self.assertRaisesRegex(UserError, "6:119.*01/01/2025"):
            self._charges("nl_b2c", invoice, "2025-01-01")

    def test_scale_only_after_a_free_reminder(self):
        """On what is owed after the reminder and its 14 days: 65 + 5 % of 500, 15 %."""
        invoice = self._late_invoice("2024-07-31", 4000.0, customer=self.consumer)
        for preset in ("be_b2c", "nl_b2c"):
            self.assertCharges(preset, invoice, "2024-12-31")
        self._pay(invoice, 1000.0, on=Date.to_date("2024-08-05"))
        self._remind(invoice, "2024-08-10")
        self._pay(invoice, 2000.0, on=Date.to_date("2024-08-24"))
        for preset, amount in (("be_b2c", 90.0), ("nl_b2c", 150.0)):
            self.assertCharges(preset, invoice, "2024-08-24")
            charges = dict(self._charges(preset, invoice, "2024-08-25"))
            self.assertEqual(charges["compensation"], amount)

    def test_who_pays_after_the_free_reminder_pays_nothing_more(self):
        invoice = self._late_invoice("2024-07-31", customer=self.consumer)
        self._remind(invoice, "2024-08-10")
        self._pay(invoice, on=Date.to_date("2024-08-20"))
        for preset in ("be_b2c", "nl_b2c"):
            self.assertCharges(preset, invoice, "2024-08-31")


@tagged("post_install", "-at_install")
class TestScales(FeePresetsCommon):
    def _assert_scale(self, preset, scale):
        rule = self._preset(preset)._fixed_rule()
        self.assertEqual({amount: fixed_amount(rule, amount) for amount in scale}, scale)

    def test_netherlands(self):
        scale = {
            0.01: 40.0,
            100.0: 40.0,
            500.0: 75.0,
            2500.0: 375.0,
            2600.0: 385.0,
            5000.0: 625.0,
            10000.0: 875.0,
            200000.0: 2775.0,
            1000000.0: 6775.0,
            2000000.0: 6775.0,
        }
        self._assert_scale("nl_b2b", scale)
        self._assert_scale("nl_b2c", scale)

    def test_belgian_consumers(self):
        self._assert_scale(
            "be_b2c",
            {
                1.0: 20.0,
                150.0: 20.0,
                150.01: 30.0,
                200.0: 35.0,
                500.0: 65.0,
                500.01: 65.0,
                1000.0: 90.0,
                39200.0: 2000.0,
                50000.0: 2000.0,
            },
        )


@tagged("post_install", "-at_install")
class TestPresets(FeePresetsCommon):
    def _shipped(self):
        data = self.env["ir.model.data"].search(
            [("module", "=", "account_collections"), ("model", "=", "collection.fee.rule")]
        )
        return self.env["collection.fee.rule"].browse(data.mapped("res_id"))

    def test_none_is_chosen(self):
        """Nobody is charged anything until somebody says so."""
        rules = self._shipped()
        self.assertEqual(len(rules), 18)
        policies = self.env["collection.policy"].search([("id", "!=", self.policy.id)])
        self.assertTrue(policies.level_ids)
        self.assertFalse(policies.fee_rule_id | policies.level_ids.fee_rule_id)
        self.assertFalse(any(policies.level_ids.mapped("make_charges")))
        self.assertFalse(
            self.env["res.partner"].search_count([("collection_fee_rule_id", "in", rules.ids)])
        )

    def test_each_says_what_it_rests_on(self):
        for rule in self._shipped() - self._preset("none"):
            self.assertTrue(rule.legal_basis and rule.note, rule.name)

    def test_two_points_nobody_may_change_by_accident(self):
        """No lump sum on consumers of France, Germany and Romania; charges stay
        outside VAT and bear no interest."""
        for name in ("fr_b2c", "de_b2c", "ro_b2c"):
            rule = self._preset(name)
            self.assertFalse(rule.fixed_amount or rule.notice_fee or rule.tier_ids)
        for rule in self._shipped():
            self.assertEqual(rule.tax_handling, "none")
            self.assertFalse(rule.charge_on_charges)
            self.assertFalse(rule.company_id)
