"""A collector's whole day on one screen, click by click."""

from datetime import timedelta

from odoo import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.account.tests.common import AccountTestInvoicingHttpCommon

from .tours_common import PatientTours


@tagged("post_install", "-at_install")
class TestWorklistTour(PatientTours, AccountTestInvoicingHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        # Whenever the test runs, it is no quiet time.
        cls.company.write(
            {
                "collection_max_contacts": 0,
                "collection_quiet_from": 0.0,
                "collection_quiet_to": 0.0,
                "collection_quiet_weekend": False,
                "collection_quiet_holidays": False,
            }
        )
        cls.env["collection.policy"].create(
            {
                "name": "Tour Policy",
                "company_id": cls.company.id,
                "is_default": True,
                "level_ids": [
                    Command.create({"name": "First Call", "delay_days": 3, "make_call": True})
                ],
            }
        )
        cls.large = cls._late("Large Customer", 1200.0)
        cls.small = cls._late("Small Customer", 100.0)
        cls.collector = new_test_user(
            cls.env(su=True),
            login="tour_collector",
            password="tour_collector",
            groups="account_collections.group_collections_collector",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        run = cls.env["collection.run"].create({"company_id": cls.company.id})
        run.action_propose()
        run.action_issue()

    @classmethod
    def _late(cls, name, amount):
        customer = cls.env["res.partner"].create({"name": name, "phone": "+33 1 23 45 67 89"})
        due = cls.company._collection_today() - timedelta(days=9)
        cls._create_invoice_one_line(
            price_unit=amount,
            tax_ids=[],
            partner_id=customer.id,
            invoice_date=due,
            invoice_date_due=due,
            invoice_payment_term_id=False,
            post=True,
        )
        return customer

    def test_a_collector_s_day(self):
        self.start_tour("/odoo", "collector_day_tour", login="tour_collector")
        domain = [("partner_id", "=", self.large.id)]
        call = self.env["collection.communication"].search([*domain, ("channel", "=", "call")])
        self.assertEqual(
            (call.state, call.user_id, call.outcome_code), ("done", self.collector, "promised")
        )
        today = self.company._collection_today()
        promise = self.env["collection.promise"].search(domain)
        self.assertEqual(
            (promise.state, promise.amount, promise.date_promised, promise.user_id),
            ("open", 1200.0, today + timedelta(days=5), self.collector),
        )
        dispute = self.env["collection.dispute"].search(domain)
        self.assertEqual((dispute.state, dispute.amount_disputed), ("open", 200.0))
        hold = self.env["collection.hold"].search(domain)
        self.assertEqual((hold.state, hold.reason), ("active", "New lamp on its way"))
        self.assertFalse(
            self.env["collection.promise"].search([("partner_id", "=", self.small.id)])
        )
