"""FIELD_BUGS E: one customer, many currencies. Promise 9: never a sum of two."""

from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from .common import TODAY, CollectionsCommon


@tagged("post_install", "-at_install")
class TestCurrency(CollectionsCommon):
    """The company keeps its books in dollars: 1 USD is 0.5 EUR and 100 JPY."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.usd = cls.company.currency_id
        cls.eur = cls.setup_other_currency("EUR", rates=[("2016-01-01", 0.5)])
        cls.jpy = cls.setup_other_currency("JPY", rates=[("2016-01-01", 100.0)], rounding=1.0)

    def _invoice_in(self, currency, amount, days_late=5, **values):
        return self._invoice(days_late, amount, currency_id=currency.id, **values)

    def _new_rate(self, rate, on):
        """From ``on`` a dollar is ``rate`` euros."""
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.eur.id,
                "name": on,
                "rate": rate,
                "company_id": self.company.id,
            }
        )

    def _by_currency(self, notices):
        return notices.sorted(lambda notice: notice.currency_id.name)

    def test_e1_e6_a_notice_a_currency(self):
        """E1, E6: three currencies are three notices, each in the items' own."""
        invoices = {
            currency: self._invoice_in(currency, amount)
            for currency, amount in ((self.eur, 120.5), (self.usd, 75), (self.jpy, 9000))
        }
        more = self._invoice_in(self.eur, 30)
        run = self._run()
        notices = self._by_currency(run.notice_ids)
        self.assertRecordValues(
            notices,
            [
                {"currency_id": self.eur.id, "amount_due": 150.5, "state": "issued"},
                {"currency_id": self.jpy.id, "amount_due": 9000.0, "state": "issued"},
                {"currency_id": self.usd.id, "amount_due": 75.0, "state": "issued"},
            ],
        )
        self.assertEqual(
            [notice.line_ids.move_id for notice in notices],
            [invoices[self.eur] | more, invoices[self.jpy], invoices[self.usd]],
        )
        for notice in notices:
            self.assertEqual(notice.line_ids.currency_id, notice.currency_id)
        self.assertEqual(len(notices.communication_ids), 3)

    def test_e1_symbol_of_the_text_is_the_symbol_of_the_debt(self):
        """E1: an amount in euros is not written with a dollar sign."""
        self.template.body_html = (
            "<p><t t-out='format_amount(object.amount_total, object.currency_id)'/></p>"
        )
        self._invoice_in(self.eur, 120)
        notice = self._run().notice_ids
        self.assertIn("€", notice.email_body)
        self.assertIn("120.00", notice.email_body)
        self.assertNotIn("$", notice.email_body)
        self.assertNotIn("240", notice.email_body)

    def test_e2_payment_in_company_currency_on_a_foreign_invoice(self):
        """E2: 40 dollars paid on 100 euros leave 80 euros, not 60."""
        invoice = self._invoice_in(self.eur, 100)
        payment = self._unallocated_payment(40)
        (self._item(invoice) | self._item(payment.move_id)).reconcile()
        self.assertEqual(invoice.amount_residual, 80.0)
        notice = self._run().notice_ids
        self.assertRecordValues(notice, [{"currency_id": self.eur.id, "amount_due": 80.0}])
        self.assertRecordValues(
            notice.line_ids,
            [{"amount_original": 100.0, "amount_paid": 20.0, "amount_residual": 80.0}],
        )

    def test_e2_foreign_invoice_paid_at_another_rate_is_settled(self):
        """An exchange difference in the books is nothing the customer owes."""
        invoice = self._invoice_in(self.eur, 100)
        notice = self._run().notice_ids
        self._new_rate(0.8, TODAY)
        self._register_payment(
            invoice, payment_date=TODAY, currency_id=self.eur.id, amount=100.0
        )
        self.assertEqual(notice.state, "settled")
        run = self._run(on=TODAY + timedelta(days=12))
        self.assertFalse(run.notice_ids)
        self.assertFalse(run.skip_ids)

    def test_e3_yen_have_no_decimals(self):
        """E3: amounts are rounded as the currency of the item is."""
        self.policy.min_amount = 0.004
        first = self._invoice_in(self.jpy, 1001)
        self._invoice_in(self.jpy, 2002)
        self._credit_note(500, currency_id=self.jpy.id)
        self._pause("dispute", first, amount_disputed=100)
        notice = self._run().notice_ids
        self.assertRecordValues(notice, [{"amount_due": 2403.0, "amount_total": 2403.0}])
        self.assertNotIn(".", notice._words())

    def test_e3_three_decimals(self):
        """E3: a thousandth of a dinar is money."""
        dinar = self.setup_other_currency("KWD", rates=[("2016-01-01", 0.3)], rounding=0.001)
        self._invoice_in(dinar, 0.3)
        self._credit_note(0.299, currency_id=dinar.id)
        self.assertRecordValues(
            self._run().notice_ids, [{"currency_id": dinar.id, "amount_due": 0.001}]
        )

    def test_e4_opening_balance_in_a_foreign_currency(self):
        """E4: a journal entry of 50 euros is chased in euros, whatever it was worth."""
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": TODAY - timedelta(days=60),
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self.company_data["default_account_receivable"].id,
                            "partner_id": self.customer.id,
                            "currency_id": self.eur.id,
                            "amount_currency": 50.0,
                            "debit": 130.0,
                            "date_maturity": TODAY - timedelta(days=5),
                            "no_followup": False,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.company_data["default_account_revenue"].id,
                            "credit": 130.0,
                        }
                    ),
                ],
            }
        )
        move.action_post()
        self.assertRecordValues(
            self._run().notice_ids, [{"currency_id": self.eur.id, "amount_due": 50.0}]
        )

    def test_e6_credits_stay_in_their_currency(self):
        """E6, E7: euros are not paid with dollars, and a credit is negative in each."""
        self._invoice_in(self.eur, 100)
        self._invoice_in(self.usd, 100)
        self._credit_note(30, currency_id=self.eur.id)
        self._unallocated_payment(45)
        notices = self._by_currency(self._run().notice_ids)
        self.assertRecordValues(
            notices,
            [
                {"currency_id": self.eur.id, "amount_due": 70.0},
                {"currency_id": self.usd.id, "amount_due": 55.0},
            ],
        )
        credits = notices.line_ids.filtered(lambda line: line.kind == "credit")
        self.assertRecordValues(
            credits.sorted("amount_residual"),
            [
                {"currency_id": self.usd.id, "amount_residual": -45.0},
                {"currency_id": self.eur.id, "amount_residual": -30.0},
            ],
        )

    def test_e6_covered_in_one_currency_and_chased_in_the_other(self):
        """E6: nothing owed in dollars says nothing about the euros."""
        self._invoice_in(self.eur, 100)
        covered = self._invoice_in(self.usd, 100)
        self._credit_note(100)
        run = self._run()
        self.assertRecordValues(
            run.notice_ids, [{"currency_id": self.eur.id, "amount_due": 100.0}]
        )
        self.assertSkipped(run, covered, "net_credit")

    def test_e6_worst_item_pulls_its_own_currency_only(self):
        """E6: in mode “highest” the dollars do not raise the euros."""
        self.policy.advance_mode = "highest"
        self._invoice_in(self.usd, 100, days_late=40)
        euros = self._invoice_in(self.eur, 100, days_late=5)
        self._run()
        self.assertEqual(euros.collection_level_id, self.level_1)

    def test_e8_currency_without_a_rate_is_chased(self):
        """E8: a currency nobody set up is no reason to forget a customer."""
        pounds = self.setup_other_currency("GBP", rates=[])
        self.policy.min_amount = 10
        self._invoice_in(pounds, 100)
        self.assertRecordValues(
            self._run().notice_ids, [{"currency_id": pounds.id, "amount_due": 100.0}]
        )

    def test_e8_archived_currency_is_chased(self):
        self._invoice_in(self.eur, 100)
        self.env.flush_all()
        self.eur.active = False
        self.assertRecordValues(
            self._run().notice_ids, [{"currency_id": self.eur.id, "amount_due": 100.0}]
        )

    def test_e9_minimum_is_converted_to_the_currency_of_the_item(self):
        """E9: 100 dollars are 50 euros and 10 000 yen: that is the limit."""
        self.policy.min_amount = 100
        for currency, below, enough in (
            (self.eur, 49.99, 50.0),
            (self.jpy, 9999, 10000),
            (self.usd, 99.99, 100.0),
        ):
            with self.subTest(currency=currency.name):
                small = self._invoice_in(
                    currency, below, partner=self._create_customer(f"Small {currency.name}")
                )
                large = self._invoice_in(
                    currency, enough, partner=self._create_customer(f"Large {currency.name}")
                )
                run = self._run()
                self.assertSkipped(run, small, "below_minimum")
                self.assertRecordValues(
                    run.notice_ids, [{"currency_id": currency.id, "amount_due": enough}]
                )
                self.assertEqual(run.notice_ids.line_ids.move_id, large)
                (small | large).button_draft()

    def test_e9_minimum_is_converted_on_the_day_of_the_notice(self):
        """E9: not at the rate of the invoice, nor at that of the clock."""
        self.policy.min_amount = 100
        tomorrow = TODAY + timedelta(days=1)
        self._new_rate(0.8, tomorrow)
        invoice = self._invoice_in(self.eur, 60)
        run = self._run(on=tomorrow, issue=False)
        self.assertSkipped(run, invoice, "below_minimum")
        self.assertRecordValues(
            self._run(issue=False).notice_ids,
            [{"currency_id": self.eur.id, "amount_due": 60.0}],
        )

    def test_e9_minimum_is_read_again_when_issuing(self):
        """E9, promise 3: what is left is compared in the notice's own currency."""
        self.policy.min_amount = 100
        invoice = self._invoice_in(self.eur, 60)
        run = self._run(issue=False)
        self._register_payment(
            invoice, payment_date=TODAY, currency_id=self.eur.id, amount=20.0
        )
        run.action_issue()
        self.assertRecordValues(run.notice_ids, [{"state": "cancelled"}])
        self.assertSkipped(run, invoice, "below_minimum")

    def test_p9_companies_are_not_added_up(self):
        """Promise 9: the same customer owes two companies; each asks for its own."""
        other = self.setup_other_company(name="Other Company")
        self._create_policy("Other", company_id=other["company"].id)
        self._invoice(5, 100)
        Move = self.env["account.move"].with_company(other["company"])
        move = Move.create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": TODAY - timedelta(days=35),
                "invoice_date_due": TODAY - timedelta(days=5),
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create({"name": "Service", "price_unit": 40, "tax_ids": []})
                ],
            }
        )
        move.action_post()
        credit_note = Move.create(
            {
                "move_type": "out_refund",
                "partner_id": self.customer.id,
                "invoice_date": TODAY,
                "invoice_line_ids": [
                    Command.create({"name": "Service", "price_unit": 15, "tax_ids": []})
                ],
            }
        )
        credit_note.action_post()
        self.assertEqual(move.company_id, other["company"])
        own = self._run().notice_ids
        theirs = self._run(company=other["company"]).notice_ids
        self.assertRecordValues(own, [{"amount_due": 100.0, "company_id": self.company.id}])
        self.assertRecordValues(
            theirs, [{"amount_due": 25.0, "company_id": other["company"].id}]
        )
