"""Promise 6 within one process; devtools/restart_checks.py kills real ones."""

from contextlib import suppress
from unittest.mock import patch

from odoo.tests import tagged

from ..models import collection_run_batches
from .common import TODAY, CollectionsCommon


@tagged("post_install", "-at_install")
class TestRestart(CollectionsCommon):
    """A run that stops between two customers is finished by the next call."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoices = cls.env["account.move"]
        for number in range(4):
            customer = cls._create_customer(f"Restart {number}")
            cls.invoices |= cls._invoice(5, partner=customer)

    def _stop(self, outcomes):
        """Run the scheduled action, each commit giving the next of the outcomes."""
        run = type(self.env["collection.run"])
        with (
            patch.object(collection_run_batches, "BATCH", 1),
            patch.object(run, "_commit_batch", side_effect=outcomes),
        ):
            self.env["collection.run"]._cron_advance(TODAY)

    def _levels(self):
        return self.invoices.mapped(lambda move: len(move.collection_notice_ids))

    def test_out_of_time(self):
        """The scheduler's time is up after a customer: the next call goes on."""
        companies = len(self.env["res.company"].search([]))
        self._stop([60] * (companies + 2) + [0, 0])
        issued = self.invoices.filtered("collection_level_id")
        self.assertEqual(len(issued), 1)
        self.env["collection.run"]._cron_advance(TODAY)
        self.assertEqual(self.invoices.collection_level_id, self.level_1)
        self.assertEqual(self._levels(), [1, 1, 1, 1])

    def test_stopped_after_commit(self):
        """C8: stopped by an error at a commit, nothing is repeated or forgotten."""
        companies = len(self.env["res.company"].search([]))
        # assertRaises would roll back to a savepoint what was "committed".
        with suppress(KeyboardInterrupt):
            self._stop([60] * (companies + 2) + [60, 60, KeyboardInterrupt()])
        self.assertEqual(len(self.invoices.filtered("collection_level_id")), 2)
        for _again in range(3):
            self.env["collection.run"]._cron_advance(TODAY)
        self.assertEqual(self._levels(), [1, 1, 1, 1])
