"""Early-payment discounts in the web client, click by click."""

from datetime import timedelta

from odoo import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.account.tests.common import AccountTestInvoicingHttpCommon

from .tours_common import PatientTours

TIERS = [
    Command.create({"discount_days": 8, "discount_percentage": 3.0}),
    Command.create({"discount_days": 15, "discount_percentage": 2.0}),
]


@tagged("post_install", "-at_install")
class TestDiscountTours(PatientTours, AccountTestInvoicingHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.term = cls.env["account.payment.term"].create(
            {
                "name": "Tour Terms",
                "early_pay_discount_computation": "included",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 100.0, "nb_days": 30})
                ],
            }
        )
        new_test_user(
            cls.env(su=True),
            login="tour_accountant",
            password="tour_accountant",
            groups="account.group_account_manager",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def test_terms(self):
        self.start_tour(
            f"/odoo/payment-terms/{self.term.id}",
            "collection_discount_term_tour",
            login="tour_accountant",
        )
        self.assertRecordValues(
            self.term.discount_tier_ids,
            [
                {"discount_days": 8, "discount_percentage": 3.0},
                {"discount_days": 15, "discount_percentage": 2.0},
            ],
        )
        self.assertRecordValues(
            self.term,
            [{"early_discount": True, "discount_days": 8, "discount_percentage": 3.0}],
        )

    def test_payment(self):
        self.term.discount_tier_ids = TIERS
        ten_days_ago = self.company._collection_today() - timedelta(days=10)
        invoice = self._create_invoice_one_line(
            price_unit=1000,
            tax_ids=[],
            partner_id=self.partner_a.id,
            invoice_date=ten_days_ago,
            invoice_payment_term_id=self.term.id,
            post=True,
        )
        self.start_tour(
            f"/odoo/customer-invoices/{invoice.id}",
            "collection_discount_payment_tour",
            login="tour_accountant",
        )
        self.assertEqual(invoice.amount_residual, 0.0)
        account = self.company.account_journal_early_pay_discount_loss_account_id
        booked = self.env["account.move.line"].search([("account_id", "=", account.id)])
        self.assertEqual(sum(booked.mapped("balance")), 20.0)
