"""A call in the web client, click by click."""

from datetime import timedelta

from odoo import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.account.tests.common import AccountTestInvoicingHttpCommon

from .tours_common import PatientTours


@tagged("post_install", "-at_install")
class TestCallTours(PatientTours, AccountTestInvoicingHttpCommon):
    def test_a_call_with_a_promise(self):
        company = self.env.company
        self.env.user.group_ids |= self.env.ref("account_collections.group_collections_manager")
        self.env["collection.policy"].create(
            {
                "name": "Tour Policy",
                "company_id": company.id,
                "is_default": True,
                "level_ids": [
                    Command.create(
                        {
                            "name": "Tour Level",
                            "delay_days": 3,
                            "make_call": True,
                            "call_script": "<p>Good morning</p>",
                        }
                    )
                ],
            }
        )
        customer = self.env["res.partner"].create(
            {"name": "Tour Customer", "phone": "+33 1 23 45 67 89"}
        )
        today = company._collection_today()
        due = today - timedelta(days=5)
        self._create_invoice_one_line(
            price_unit=100,
            tax_ids=[],
            partner_id=customer.id,
            invoice_date=due,
            invoice_date_due=due,
            invoice_payment_term_id=False,
            post=True,
        )
        run = self.env["collection.run"].create({"company_id": company.id, "date": today})
        run.action_propose()
        run.action_issue()
        new_test_user(
            self.env(su=True),
            login="tour_caller",
            password="tour_caller",
            groups="account_collections.group_collections_collector",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        action = self.env.ref("account_collections.collection_communication_action_calls")
        self.start_tour(f"/odoo/action-{action.id}", "collection_call_tour", login="tour_caller")
        promise = self.env["collection.promise"].search([("partner_id", "=", customer.id)])
        self.assertEqual(promise.date_promised, today + timedelta(days=7))
        self.assertEqual((promise.amount, promise.reason), (100.0, "Pays next week"))
        call = promise.communication_id
        self.assertEqual((call.state, call.outcome_code), ("done", "promised"))
