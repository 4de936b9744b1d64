"""Charging, waiving and allocating in the web client, click by click."""

from datetime import timedelta

from odoo import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.account.tests.common import AccountTestInvoicingHttpCommon

from .tours_common import PatientTours


@tagged("post_install", "-at_install")
class TestChargeTours(PatientTours, AccountTestInvoicingHttpCommon):
    """1,000.00, 30 days late at 12 % a year: 9.86, and 40.00."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.env.user.group_ids |= cls.env.ref("account_collections.group_collections_manager")
        cls.rule = cls.env["collection.fee.rule"].create(
            {
                "name": "Tour Rule",
                "interest_kind": "contractual",
                "rate": 12.0,
                "fixed_amount": 40.0,
                "currency_id": cls.company.currency_id.id,
            }
        )
        cls.env["collection.policy"].create(
            {
                "name": "Tour Policy",
                "company_id": cls.company.id,
                "is_default": True,
                "fee_rule_id": cls.rule.id,
                "level_ids": [Command.create({"name": "Tour Level", "delay_days": 3})],
            }
        )
        cls.customer = cls.env["res.partner"].create({"name": "Tour", "is_company": True})
        due = cls.company._collection_today() - timedelta(days=30)
        cls.invoice = cls._create_invoice_one_line(
            price_unit=1000,
            tax_ids=[],
            partner_id=cls.customer.id,
            invoice_date=due,
            invoice_date_due=due,
            invoice_payment_term_id=False,
            post=True,
        )
        new_test_user(
            cls.env(su=True),
            login="tour_manager",
            password="tour_manager",
            groups="account_collections.group_collections_manager,account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def test_charge_and_waive(self):
        url = f"/odoo/customer-invoices/{self.invoice.id}"
        self.start_tour(url, "collection_charge_tour", login="tour_manager")
        charge = self.env["collection.charge"].search([("move_id", "=", self.invoice.id)])
        self.assertEqual((charge.kind, charge.amount, charge.state), ("interest", 9.86, "waived"))
        self.assertEqual(charge.reason, "Goodwill")
        self.assertEqual(charge.charge_move_id.amount_residual, 0.0)

    def test_allocate(self):
        self.company.collection_charge_booking = "claim"
        wizard = self.env["collection.charge.items"].browse(
            self.invoice.action_collection_charge_lateness()["res_id"]
        )
        wizard.action_charge()
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.customer.id,
                "amount": 400.0,
                "journal_id": self.company_data["default_journal_bank"].id,
            }
        )
        payment.action_post()
        url = f"/odoo/action-account.action_account_payments/{payment.id}"
        self.start_tour(url, "collection_allocate_tour", login="tour_manager")
        # 40.00 of costs and 9.86 of interest come first.
        self.assertAlmostEqual(self.invoice.amount_residual, 649.86)
