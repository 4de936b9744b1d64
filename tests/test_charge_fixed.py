"""Fixed amounts: compensation due once, fees of levels and notices, and who owes them."""

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, tagged

from .charges_common import ChargesCommon
from .common import TODAY, later


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestChargeFixed(ChargesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule.interest_kind = "none"

    def _instalments(self, *parts):
        """An invoice of 1000 in ``(percent, days late on TODAY)``."""
        terms = self.env["account.payment.term"].create(
            {
                "name": "Instalments",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": percent, "nb_days": 100 - late}
                    )
                    for percent, late in parts
                ],
            }
        )
        return self._create_invoice_one_line(
            name="Project",
            price_unit=1000.0,
            tax_ids=[],
            partner_id=self.customer.id,
            invoice_date=later(-100),
            invoice_payment_term_id=terms.id,
            post=True,
        )

    def _fixed(self, invoice, date=TODAY):
        """Amounts a notice or the wizard would charge on an invoice's items, in order."""
        rows = self.rule.compute_charges(self._item(invoice).sorted("date_maturity"), date)
        return [row["amount"] for row in rows if row["kind"] == "compensation"]

    # Compensation

    def test_per_item_or_per_invoice(self):
        """Two of three instalments are late: twice 40 per item, once per invoice."""
        invoice = self._instalments((20, 20), (30, 16), (50, -30))
        self.assertEqual(self._fixed(invoice), [40.0, 40.0])
        self.rule.fixed_scope = "invoice"
        self.assertEqual(self._fixed(invoice), [40.0])
        self._ready(invoice)
        self._run()
        self.assertEqual(len(self._charges(invoice)), 1)
        self.assertFalse(self._fixed(invoice, later(60)))

    def test_percent_of_an_invoice_is_of_all_that_is_late(self):
        """1 % of the late 500, on one of its items."""
        self.rule.write({"fixed_scope": "invoice", "fixed_amount": 0.0, "fixed_percent": 1.0})
        invoice = self._instalments((20, 20), (30, 16), (50, -30))
        self.assertEqual(self._fixed(invoice), [5.0])

    def test_due_once_and_owed_although_paid_since(self):
        """Paid late is late; paid in time is not."""
        late, in_time = self._late(), self._invoice(15, 1000.0)
        self._pay(late, on=later(-14))
        self._pay(in_time, on=later(-15))
        self.assertEqual(self._fixed(late), [40.0])
        self.assertFalse(self._fixed(in_time))

    def test_the_due_day_is_not_late(self):
        invoice = self._invoice(0, 1000.0)
        self.assertFalse(self._fixed(invoice))
        self.assertEqual(self._fixed(invoice, later(1)), [40.0])

    def test_grace(self):
        """Who pays within the days of grace owes nothing; who pays later does."""
        self.rule.grace_days = 5
        late, lucky = self._invoice(6, 1000.0), self._invoice(6, 1000.0)
        self._pay(lucky, on=later(-1))
        self.assertEqual(self._fixed(late), [40.0])
        self.assertFalse(self._fixed(late, later(-1)))
        self.assertFalse(self._fixed(lucky))

    def test_tiers_at_their_edges_in_the_currency_of_the_item(self):
        """UK: 40 below 1,000, 70 below 10,000, 100 from there. A dollar is half a euro
        here, so the steps of euro items are half as high, and the amounts half as large."""
        self.rule.write(
            {
                "fixed_amount": 0.0,
                "tier_ids": [
                    Command.create({"amount_from": start, "amount": amount})
                    for start, amount in ((0, 40), (1000, 70), (10000, 100))
                ],
            }
        )
        euro = self.setup_other_currency("EUR", rates=[("2016-01-01", 0.5)])
        cases = (
            ("from", self.company.currency_id, 999.99, 40.0),
            ("from", self.company.currency_id, 1000.0, 70.0),
            ("from", self.company.currency_id, 9999.99, 70.0),
            ("from", self.company.currency_id, 10000.0, 100.0),
            ("above", self.company.currency_id, 1000.0, 40.0),
            ("above", self.company.currency_id, 1000.01, 70.0),
            ("from", euro, 499.99, 20.0),
            ("from", euro, 500.0, 35.0),
            ("above", euro, 500.0, 20.0),
        )
        for edge, currency, principal, amount in cases:
            with self.subTest(edge=edge, currency=currency.name, principal=principal):
                self.rule.tier_edge = edge
                invoice = self._invoice(15, principal, currency_id=currency.id)
                self.assertEqual(self._fixed(invoice), [amount])

    # Who

    def test_consumers_are_not_charged_by_a_rule_for_businesses(self):
        self.rule.customer_type = "business"
        cases = (
            ({"is_company": True}, True),
            ({}, False),
            ({"vat": "BE0477472701"}, True),
            ({"company_registry": "552100554"}, True),
            ({"collection_customer_type": "business"}, True),
            ({"is_company": True, "collection_customer_type": "consumer"}, False),
        )
        for number, (values, charged) in enumerate(cases):
            with self.subTest(values=values):
                partner = self._create_customer(f"Case {number}", **values)
                invoice = self._late(partner=partner)
                self.assertEqual(self._fixed(invoice), [40.0] if charged else [])
                notice = self._run(partner_ids=partner.ids).notice_ids
                self.assertRecordValues(
                    notice, [{"state": "issued", "amount_charges": 40.0 if charged else 0.0}]
                )

    def test_a_contact_of_a_company_is_a_business(self):
        self.rule.customer_type = "business"
        contact = self._create_customer("Contact", parent_id=self.customer.id)
        self.assertEqual(self._fixed(self._late(partner=contact)), [40.0])

    def test_business_rule_is_refused_on_a_consumer(self):
        """A company that tries is told."""
        self.rule.customer_type = "business"
        person = self._create_customer("Person")
        with self.assertRaisesRegex(ValidationError, "Person is a consumer"):
            person.collection_fee_rule_id = self.rule
        self.customer.collection_fee_rule_id = self.rule
        with self.assertRaisesRegex(ValidationError, "is a consumer"):
            self.customer.collection_customer_type = "consumer"

    # Fees

    def test_fee_of_each_level_and_of_each_repeat(self):
        """12.50 an item and level; 5 a notice, also for each repeat of the last level."""
        self.rule.write({"fixed_scope": "level", "fixed_amount": 12.5, "notice_fee": 5.0})
        self.level_3.write({"fee_rule_id": self.rule.id, "repeat_days": 10, "max_repeats": 2})
        invoice = self._late()
        fees = []
        for days in (0, 15, 25, 35, 45):
            self._run(on=later(days))
            fees.append(sum(self._charges(invoice).mapped("amount")))
        self.assertEqual(fees, [17.5, 35.0, 40.0, 45.0, 45.0])

    def test_one_fee_a_notice_with_several_items(self):
        self.rule.write({"fixed_amount": 0.0, "notice_fee": 5.0})
        invoices = [self._late(amount) for amount in (100.0, 200.0, 300.0)]
        notice = self._run().notice_ids
        self.assertEqual(len(notice.charge_ids), 1)
        self.assertRecordValues(notice, [{"amount_charges": 5.0, "amount_total": 605.0}])
        self.assertEqual(sum(len(self._charges(invoice)) for invoice in invoices), 1)

    def test_percent_of_a_notice(self):
        """2 % of what the notice is about, at least 15."""
        self.rule.write(
            {
                "fixed_scope": "notice",
                "fixed_amount": 0.0,
                "fixed_percent": 2.0,
                "fixed_min": 15.0,
            }
        )
        self._late(100.0)
        self._late(200.0)
        self._late(1000.0, partner=self._create_customer("Large", is_company=True))
        notices = self._run().notice_ids
        self.assertEqual(sorted(notices.mapped("amount_charges")), [15.0, 20.0])

    def test_fee_of_a_notice_does_not_depend_on_its_first_item(self):
        """The oldest item is within its days of grace no more, a newer one is: one fee."""
        self.rule.write({"fixed_amount": 0.0, "notice_fee": 5.0})
        self.policy.dun_charges = True
        document = self._invoice(16, 20.0)
        document.sudo().collection_is_charge = True
        self._ready(document)
        self._late()
        notice = self._run().notice_ids
        self.assertEqual(len(notice.line_ids), 2)
        self.assertEqual(notice.amount_charges, 5.0)

    def test_failed_notice_is_charged_once_when_it_goes_out(self):
        """No address: nothing is charged; the next run charges once."""
        self.rule.write({"fixed_scope": "level", "notice_fee": 5.0})
        invoice = self._late()
        run = self._run(issue=False)
        self.customer.email = False
        run.action_issue()
        self.assertEqual(run.notice_ids.state, "failed")
        self.assertFalse(self._charges(invoice))
        self.customer.email = "customer@example.com"
        self._run(on=later(1))
        self._run(on=later(2))
        self.assertEqual(sorted(self._charges(invoice).mapped("amount")), [5.0, 40.0])

    def test_bounced_mail_charges_nothing_more(self):
        """Issued, charged, and the mail bounced: sending it again is no new notice."""
        self.rule.write({"fixed_scope": "level", "notice_fee": 5.0})
        invoice = self._late()
        notice = self._run().notice_ids
        notice.communication_ids.sudo().write({"state": "failed", "failure_reason": "Bounced"})
        for days in (1, 2):
            self._run(on=later(days))
        self.assertEqual(sorted(self._charges(invoice).mapped("amount")), [5.0, 40.0])
        self.assertEqual(self._charges(invoice).notice_id, notice)
