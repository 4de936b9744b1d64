from datetime import timedelta

from odoo.tests import tagged

from .common import TODAY, CollectionsCommon


@tagged("post_install", "-at_install")
class TestFlow(CollectionsCommon):
    """From an overdue invoice to an issued notice."""

    def test_overdue_invoice_is_reminded(self):
        invoice = self._invoice(days_late=5)
        run = self._run()
        notice = run.notice_ids
        self.assertRecordValues(
            notice,
            [
                {
                    "partner_id": self.customer.id,
                    "level_id": self.level_1.id,
                    "state": "issued",
                    "amount_due": 100.0,
                    "amount_total": 100.0,
                    "date": TODAY,
                }
            ],
        )
        self.assertTrue(notice.name)
        self.assertRecordValues(
            self._item(invoice),
            [{"collection_level_id": self.level_1.id, "collection_date": TODAY}],
        )
        self.assertEqual(invoice.collection_level_id, self.level_1)
        self.assertEqual(invoice.collection_notice_ids, notice)
        communication = notice.communication_ids
        self.assertRecordValues(
            communication, [{"channel": "email", "state": "queued", "direction": "out"}]
        )
        mail = communication.mail_mail_id
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertIn(notice.name, mail.subject)
        self.assertEqual(run.state, "issued")

    def test_ladder_is_climbed_day_by_day(self):
        invoice = self._invoice(days_late=0)
        reached = []
        for day in range(45):
            on = TODAY + timedelta(days=day)
            self._run(on=on, issue=False)
            run = self.env["collection.run"].search([], limit=1)
            if run.notice_ids:
                run.action_issue()
                reached.append((day, invoice.collection_level_id.name))
        self.assertEqual(reached, [(3, "Level 1"), (15, "Level 2"), (30, "Level 3")])

    def test_payment_settles_and_bounce_brings_back(self):
        invoice = self._invoice(days_late=5)
        notice = self._run().notice_ids
        payment = self._pay(invoice)
        self.assertEqual(notice.state, "settled")
        self.assertFalse(self._run(on=TODAY + timedelta(days=20)).notice_ids)
        payment.action_draft()
        payment.action_cancel()
        self.assertEqual(notice.state, "issued")
        self.assertEqual(invoice.collection_level_id, self.level_1)
        run = self._run(on=TODAY + timedelta(days=20), issue=False)
        self.assertEqual(run.notice_ids.level_id, self.level_2)

    def test_reversed_run_brings_levels_back(self):
        invoice = self._invoice(days_late=5)
        run = self._run()
        run.action_reverse()
        self.assertEqual(run.state, "reversed")
        self.assertEqual(run.notice_ids.state, "reversed")
        self.assertFalse(invoice.collection_level_id)
        self.assertEqual(self._run().notice_ids.level_id, self.level_1)

    def test_cron_fifty_times(self):
        self._invoice(days_late=50)
        for _n in range(5):
            self.env["collection.run"]._cron_advance(TODAY)
        notices = self.env["collection.notice"].search([("company_id", "=", self.company.id)])
        self.assertEqual(len(notices), 1)
        self.assertEqual(notices.state, "issued")

    def test_default_flow_without_mail_template(self):
        self.level_1.mail_template_id = False
        invoice = self._invoice(days_late=5)
        run = self._run(issue=False)
        self.assertFalse(run.notice_ids)
        self.assertSkipped(run, invoice, "missing_template")
