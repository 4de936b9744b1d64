"""FIELD_BUGS H: the right person, and nobody else's figures."""

from odoo.tests import tagged

from .common import CollectionsCommon


@tagged("post_install", "-at_install")
class TestRecipients(CollectionsCommon):
    def _cancel_proposals(self):
        self.env["collection.run"].search([("state", "=", "proposed")]).action_cancel()

    def test_h1_h2_h3_three_customers_three_messages(self):
        """Each gets his own figures, his own letter and no other's."""
        self.level_1.attach_letter = True
        self.template.body_html = (
            "<ul><li t-foreach='object.line_ids' t-as='line' t-out='line.move_name'/></ul>"
        )
        customers = [self._create_customer(f"Customer {n}") for n in range(3)]
        invoices = [self._invoice(5 + n, partner=c) for n, c in enumerate(customers)]
        notices = self._run().notice_ids
        self.assertEqual(len(notices), 3)
        attachments = self.env["ir.attachment"]
        for customer, invoice in zip(customers, invoices, strict=True):
            notice = notices.filtered(lambda n, customer=customer: n.partner_id == customer)
            mail = notice.communication_ids.mail_mail_id
            self.assertEqual(mail.recipient_ids, customer)
            self.assertFalse(mail.email_to)
            self.assertIn(invoice.name, mail.body_html)
            for other in invoices:
                if other != invoice:
                    self.assertNotIn(other.name, mail.body_html)
            self.assertEqual(len(mail.attachment_ids), 1)
            self.assertEqual(mail.attachment_ids.res_id, notice.id)
            attachments |= mail.attachment_ids
        self.assertEqual(len(attachments), 3)

    def test_h4_h5_h6_fallback_chain(self):
        """Collections contact, else invoice address, else the customer."""
        self._invoice(days_late=5)
        self.assertEqual(self._run(issue=False).notice_ids.recipient_id, self.customer)
        self._cancel_proposals()
        billing = self._create_customer("Billing", parent_id=self.customer.id, type="invoice")
        self.assertEqual(self._run(issue=False).notice_ids.recipient_id, billing)
        self._cancel_proposals()
        accountant = self._create_customer("External Accountant")
        self.customer.collection_contact_id = accountant
        run = self._run()
        self.assertEqual(run.notice_ids.recipient_id, accountant)
        self.assertEqual(run.notice_ids.communication_ids.mail_mail_id.recipient_ids, accountant)

    def test_h4_letter_is_no_silent_substitute_for_mail(self):
        """The invoice contact has an e-mail: the e-mail level reaches it although
        the customer itself has none."""
        self.customer.email = False
        billing = self._create_customer("Billing", parent_id=self.customer.id, type="invoice")
        self._invoice(days_late=5)
        notice = self._run().notice_ids
        self.assertEqual(notice.communication_ids.mapped("channel"), ["email"])
        self.assertEqual(notice.communication_ids.mail_mail_id.recipient_ids, billing)

    def test_h6_archived_contact_is_passed_over(self):
        accountant = self._create_customer("External Accountant")
        self.customer.collection_contact_id = accountant
        accountant.active = False
        self._invoice(days_late=5)
        self.assertEqual(self._run(issue=False).notice_ids.recipient_id, self.customer)

    def test_no_mail_to_a_contact_of_another_company(self):
        other = self.setup_other_company()["company"]
        stranger = self._create_customer(
            "Stranger", parent_id=self.customer.id, type="invoice", company_id=other.id
        )
        self.customer.collection_contact_id = stranger
        self._invoice(days_late=5)
        self.assertEqual(self._run(issue=False).notice_ids.recipient_id, self.customer)

    def test_recipient_is_read_again_when_issuing(self):
        self._invoice(days_late=5)
        run = self._run(issue=False)
        accountant = self._create_customer("External Accountant")
        self.customer.collection_contact_id = accountant
        run.action_issue()
        self.assertEqual(run.notice_ids.recipient_id, accountant)

    def test_archived_customer_is_listed_not_written_to(self):
        invoice = self._invoice(days_late=5)
        self.customer.active = False
        run = self._run(issue=False)
        self.assertFalse(run.notice_ids)
        self.assertSkipped(run, invoice, "archived_customer")

    def test_branch_contacts_share_one_notice(self):
        """Invoices to contacts of one customer make one notice."""
        contact = self._create_customer("Contact", parent_id=self.customer.id)
        self._invoice(days_late=5, amount=10)
        self._invoice(days_late=6, amount=20, partner=contact)
        notice = self._run().notice_ids
        self.assertEqual(notice.partner_id, self.customer)
        self.assertEqual(notice.amount_due, 30)
