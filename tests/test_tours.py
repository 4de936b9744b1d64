"""What a collector does in the web client, click by click."""

from datetime import timedelta

from odoo import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.account.tests.common import AccountTestInvoicingHttpCommon

from .tours_common import PatientTours


@tagged("post_install", "-at_install")
class TestTours(PatientTours, AccountTestInvoicingHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.email = "company@example.com"
        template = cls.env["mail.template"].create(
            {
                "name": "Tour",
                "model_id": cls.env["ir.model"]._get_id("collection.notice"),
                "subject": "Reminder",
                "body_html": "<p>Please pay <t t-out='object.amount_total'/></p>",
            }
        )
        cls.env["collection.policy"].create(
            {
                "name": "Tour Policy",
                "company_id": cls.company.id,
                "is_default": True,
                "level_ids": [
                    Command.create(
                        {
                            "name": "Tour Level",
                            "delay_days": 3,
                            "send_email": True,
                            "make_call": True,
                            "call_script": "<p>Good morning</p>",
                            "mail_template_id": template.id,
                        }
                    )
                ],
            }
        )
        customer = cls.env["res.partner"].create(
            {"name": "Tour Customer", "email": "tour@example.com", "phone": "+33 1 23 45 67 89"}
        )
        due = cls.company._collection_today() - timedelta(days=5)
        cls.invoice = cls._create_invoice_one_line(
            price_unit=100,
            tax_ids=[],
            partner_id=customer.id,
            invoice_date=due,
            invoice_date_due=due,
            invoice_payment_term_id=False,
            post=True,
        )
        cls.collector = new_test_user(
            cls.env(su=True),
            login="tour_collector",
            password="tour_collector",
            groups="account_collections.group_collections_collector",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def test_from_menu_to_issued_notice(self):
        self.start_tour("/odoo", "collection_run_tour", login="tour_collector")
        notice = self.invoice.collection_notice_ids
        self.assertEqual((notice.state, notice.issued_by_id), ("issued", self.collector))
        call = notice.communication_ids.filtered(lambda row: row.channel == "call")
        self.assertEqual((call.state, call.outcome), ("done", "Pays on Friday"))

    def test_remind_now_from_the_invoice(self):
        url = f"/odoo/customer-invoices/{self.invoice.id}"
        self.start_tour(url, "collection_remind_tour", login="tour_collector")
        self.assertEqual(self.invoice.collection_notice_ids.state, "issued")
