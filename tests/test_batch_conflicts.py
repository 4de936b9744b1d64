"""A batch that meets another transaction's writes is begun anew, from what is committed."""

from contextlib import contextmanager
from unittest.mock import patch

import psycopg2.errors

from odoo.tests import tagged
from odoo.tools import SQL

from ..models import collection_run_batches
from .process_common import ProcessCommon

NUMBER = 5


@tagged("post_install", "-at_install")
class TestBatchConflicts(ProcessCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls.env["res.partner"]
        cls.invoices = cls.env["account.move"]
        for number in range(NUMBER):
            customer = cls._create_customer(f"Batch {number}")
            cls.customers |= customer
            cls.invoices |= cls._invoice(5, partner=customer)

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(collection_run_batches, "BATCH", 2))

    def _check_once(self):
        """Everybody was reminded once, and has one e-mail."""
        for invoice in self.invoices:
            notice = invoice.collection_notice_ids
            self.assertEqual(notice.mapped("stage"), ["issued"])
            self.assertEqual(notice.communication_ids.mapped("state"), ["queued"])
        mails = self.env["mail.mail"].search([("model", "=", "collection.notice")])
        self.assertEqual(len(mails), NUMBER)

    @contextmanager
    def _conflicts(self, troubled, tries):
        """Another transaction gives a customer a new address each time we have issued his
        batch and not committed; yields what was written each of these times."""
        model, written = type(self.env["collection.issue"]), []
        original = model._issue_texts

        def issue_texts(issue, notices):
            issued = original(issue, notices)
            if troubled in notices.partner_id and len(written) < tries:
                written.append(issued.communication_ids.mapped("address"))
                address = f"{len(written)}@example.com"
                move = SQL("UPDATE res_partner SET email = %s WHERE id = %s", address, troubled.id)
                # Ours cannot see it before it begins anew.
                issue.env.cr.postrollback.add(lambda: issue.env.cr.execute(move))
                raise psycopg2.errors.SerializationFailure
            return issued

        with patch.object(model, "_issue_texts", issue_texts):
            yield written

    def _issue(self, run):
        with self._process() as env:
            self.assertTrue(env["collection.run"].sudo().browse(run.id)._issue_in_batches())

    def test_a_conflict_is_met_with_fresh_data(self):
        """What was written before it is gone, and what somebody else wrote is read."""
        run, troubled = self._run(issue=False).sudo(), self.customers[2]
        old = troubled.email
        with self._conflicts(troubled, 2) as written:
            self._issue(run)
        self.assertEqual(len(written), 2)
        self.assertIn(old, written[0])
        self.assertIn("1@example.com", written[1])
        self.assertEqual(run.state, "issued")
        self._check_once()
        sent = self.env["collection.communication"].search([("partner_id", "=", troubled.id)])
        self.assertEqual(sent.mapped("address"), ["2@example.com"])
        self.assertEqual(len(sent.mail_mail_id), 1)

    def test_a_conflict_that_does_not_end_is_left_to_the_next_call(self):
        run, troubled = self._run(issue=False).sudo(), self.customers[2]
        tries = 2 * collection_run_batches.MAX_CONFLICTS
        with self._conflicts(troubled, tries) as written:
            self._issue(run)
            # Some tries, then the others, and once more at the end.
            self.assertEqual(len(written), tries)
            self.assertEqual(run.state, "proposed")
            left = run.notice_ids.filtered(lambda notice: notice.stage == "proposed")
            self.assertIn(troubled, left.partner_id)
            self.assertLess(len(left), NUMBER)
            self._issue(run)
        self.assertEqual(run.state, "issued")
        self._check_once()
