"""Promise 6 within one process; devtools/restart_checks.py kills real ones."""

from contextlib import suppress
from itertools import count
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tests.test_cursor import TestCursor

from odoo.addons.mail.tests.common import MockEmail

from ..models import collection_run_batches
from .common import TODAY
from .process_common import ProcessCommon

CUSTOMERS = 3


@tagged("post_install", "-at_install")
class TestRestart(ProcessCommon, MockEmail):
    """A run that stops between two customers is finished by the next call."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoices = cls.env["account.move"]
        for number in range(CUSTOMERS):
            customer = cls._create_customer(f"Restart {number}")
            cls.invoices |= cls._invoice(5, partner=customer)

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(collection_run_batches, "BATCH", 1))

    def _levels(self):
        return self.invoices.mapped(lambda move: len(move.collection_notice_ids))

    def _check_whole(self):
        """Whoever has a level has its e-mail; :return: how many have."""
        issued = self.invoices.collection_notice_ids.filtered(lambda row: row.stage == "issued")
        for notice in issued:
            self.assertEqual(notice.communication_ids.mapped("state"), ["queued"])
            self.assertEqual(notice.communication_ids.mail_mail_id.mapped("state"), ["outgoing"])
        advanced = self.invoices.filtered("collection_level_id")
        self.assertEqual(advanced.collection_notice_ids.filtered("name"), issued)
        return len(advanced)

    def _stopped_at(self, number):
        """Run the scheduled action and stop it before it commits for the so many-th time.

        :return: False when it was done before
        """
        commits, commit = count(1), TestCursor.commit

        def stopping(cursor):
            if next(commits) == number:
                raise KeyboardInterrupt
            commit(cursor)

        try:
            with patch.object(TestCursor, "commit", stopping), self._process() as env:
                env["collection.run"]._cron_advance(TODAY)
        except KeyboardInterrupt:
            return True
        return False

    def test_out_of_time(self):
        """The scheduler's time is up after a customer: the next call goes on."""
        companies = len(self.env["res.company"].search([]))
        run = type(self.env["collection.run"])
        # The proposal, what is sent again; then the batches.
        outcomes = [60] * (2 * companies + 2) + [0, 0]
        with patch.object(run, "_commit_batch", side_effect=outcomes):
            self.env["collection.run"]._cron_advance(TODAY)
        issued = self.invoices.filtered("collection_level_id")
        self.assertEqual(len(issued), 1)
        self.env["collection.run"]._cron_advance(TODAY)
        self.assertEqual(self.invoices.collection_level_id, self.level_1)
        self.assertEqual(self._levels(), [1] * CUSTOMERS)

    def test_stopped_at_every_commit(self):
        """C8: stopped at any moment, nothing is half done, repeated or forgotten."""
        left, stopped = [], True
        for number in count(1):
            savepoint = self.env.cr.savepoint()
            with self.subTest(commit=number):
                stopped = self._stopped_at(number)
                left.append(self._check_whole())
                for _again in range(2):
                    self._stopped_at(0)
                self.assertEqual(self._check_whole(), CUSTOMERS)
                self.assertEqual(self._levels(), [1] * CUSTOMERS)
            savepoint.close(rollback=True)
            if not stopped:
                break
        # It was stopped before, among and after the customers.
        self.assertEqual(sorted(set(left)), list(range(CUSTOMERS + 1)))

    def test_stopped_while_the_server_has_the_mail(self):
        """A5: the process ends between the server's OK and our commit: the claim is there
        already, the mail does not leave a second time, and the others leave once."""
        with self._process() as env:
            env["collection.run"]._cron_advance(TODAY)
        waiting = [("model", "=", "collection.notice"), ("state", "=", "outgoing")]
        mails = self.env["mail.mail"].search(waiting, order="id")
        first, *others = self.env["collection.communication"].search(
            [("mail_mail_id", "in", mails.ids)], order="id"
        )
        taken = []
        server = type(self.env["ir.mail_server"])

        def take(_server, message, **_kwargs):
            taken.append(message)
            raise SystemExit

        with (
            self.mock_mail_gateway(),
            patch.object(server, "send_email", take),
            # assertRaises would roll back what was committed.
            suppress(SystemExit),
            self._process() as env,
        ):
            env["mail.mail"].browse(mails.ids).send(auto_commit=True)
        self.assertEqual(len(taken), 1)
        self.assertTrue(first.claimed_on)
        self.assertRecordValues(first, [{"state": "queued", "failure_kind": False}])
        self.assertEqual(mails.mapped("state"), ["outgoing"] * CUSTOMERS)
        with self.mock_mail_gateway(), self._process() as env:
            env["mail.mail"].browse(mails.ids).send(auto_commit=True)
            self.assertEqual(len(self._mails), CUSTOMERS - 1)
        self.assertRecordValues(first, [{"state": "failed", "failure_kind": "unknown"}])
        self.assertTrue(first.failure_reason)
        self.assertTrue(first.notice_id.is_undelivered)
        self.assertEqual([row.state for row in others], ["sent"] * (CUSTOMERS - 1))
