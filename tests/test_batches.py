"""Issuing is cut into independent batches of customers, for whoever is free to do one.

devtools/restart_checks.py and devtools/queue_checks.py do the same with real processes; what
becomes of a conflict is in test_batch_conflicts.py.
"""

from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import freeze_time, new_test_user, tagged

from ..models import collection_run_batches
from .common import TODAY, CollectionsCommon

NUMBER = 5


class Delayed:
    """What ``with_delay`` returns: it takes down the job instead of storing it."""

    def __init__(self, jobs, run, options):
        self._jobs, self._run, self._options = jobs, run, options

    def __getattr__(self, method):
        def delay(*args):
            job = SimpleNamespace(run=self._run, method=method, args=args, **self._options)
            self._jobs.append(job)

        return delay


class Waiting(list):
    """Jobs, as far as they are asked for."""

    def filtered(self, function):
        return Waiting(filter(function, self))

    def __mul__(self, wanted):
        return self if wanted else Waiting()


@tagged("post_install", "-at_install")
class TestBatches(CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls.env["res.partner"]
        cls.invoices = cls.env["account.move"]
        for number in range(NUMBER):
            customer = cls._create_customer(f"Batch {number}")
            cls.customers |= customer
            cls.invoices |= cls._invoice(5, partner=customer)
        # A customer with two notices.
        cls.policy.write({"grouping": "level", "advance_mode": "jump"})
        cls.invoices |= cls._invoice(20, partner=cls.customers[0])

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(collection_run_batches, "BATCH", 2))

    def _proposed(self):
        return self._run(issue=False).sudo()

    def _times(self):
        """How often each customer was reminded."""
        issued = self.env["collection.notice"].search([("stage", "=", "issued")])
        lines = issued.line_ids.filtered(lambda line: line.kind == "item")
        return sorted(lines.mapped(lambda line: (line.partner_id.id, line.move_id.id)))

    def _everybody(self):
        return sorted((move.partner_id.id, move.id) for move in self.invoices)

    def test_a_customer_is_never_split(self):
        run = self._proposed()
        self.assertGreaterEqual(len(run.notice_ids), NUMBER)
        batches = run._cut(run._issuable_customers())
        self.assertEqual([len(batch) for batch in batches], [2, 2, 1])
        self.assertEqual({id_ for batch in batches for id_ in batch}, set(self.customers.ids))

    def test_the_size_is_a_system_parameter(self):
        set_param = self.env["ir.config_parameter"].sudo().set_param
        for text, size in (("4", 4), ("0", 1), ("many", 2), ("-3", 2)):
            set_param("account_collections.issue_batch", text)
            with self.subTest(text):
                self.assertEqual(len(self.env["collection.run"]._cut([1] * 9)[0]), size)

    def test_a_batch_is_issued_once(self):
        run = self._proposed()
        batch = self.customers[1:3].ids
        issued, busy = run._issue_customers(batch)
        self.assertEqual(set(issued.partner_id.ids), set(batch))
        self.assertFalse(busy)
        self.assertEqual(set((run.notice_ids - issued).mapped("stage")), {"proposed"})
        issued, busy = run._issue_customers(batch)
        self.assertFalse(issued)
        self.assertFalse(busy)

    def test_what_another_process_holds_is_asked_for_once_more(self):
        run = self._proposed()
        held, model = [self.customers[1]], type(self.env["res.partner"])

        def lock(partners, **kwargs):
            # The other process lets go of its customer after the first look.
            busy = partners.filtered(lambda partner: partner in held)
            held[:] = [partner for partner in held if partner not in busy]
            return partners - busy

        with patch.object(model, "try_lock_for_update", lock):
            self.assertTrue(run._issue_in_batches())
        self.assertEqual(run.state, "issued")
        self.assertEqual(self._times(), self._everybody())

    def test_a_large_run_is_not_waited_for(self):
        """The person is told, the scheduled action issues in her name."""
        self.env["ir.config_parameter"].sudo().set_param("account_collections.issue_inline", "3")
        person = new_test_user(
            self.env,
            "patient",
            "account_collections.group_collections_collector",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        run = self._proposed()
        count = len(run.notice_ids)
        triggers = self.env["ir.cron.trigger"].sudo()
        domain = [("cron_id", "=", self.env.ref("account_collections.ir_cron_issue").id)]
        before = triggers.search_count(domain)
        with patch.object(self.env.registry["collection.run"], "_is_waited_for", lambda _run: True):
            action = run.with_user(person).action_issue()
        self.assertEqual(triggers.search_count(domain), before + 1)
        self.assertIn(str(count), action["params"]["message"])
        self.assertFalse(self._times())
        self.assertIn(str(count), run.background)
        self.env["collection.run"]._cron_issue()
        self.assertEqual(run.state, "issued")
        self.assertEqual(run.notice_ids.issued_by_id, person)
        self.assertEqual(self._times(), self._everybody())
        self.assertFalse(run.issue_requested_on or run.background)

    def test_a_program_waits_for_a_run_of_any_size(self):
        """Outside a request everything is issued when the call returns, in batches."""
        self.env["ir.config_parameter"].sudo().set_param("account_collections.issue_inline", "3")
        run = self._proposed()
        self.assertIsNone(run.action_issue())
        self.assertEqual(run.state, "issued")
        self.assertEqual(self._times(), self._everybody())

    def test_a_small_run_is_issued_at_once(self):
        run = self._proposed().sudo(False)
        self.assertIsNone(run.action_issue())
        self.assertEqual(run.state, "issued")
        self.assertEqual(self._times(), self._everybody())

    def test_only_what_somebody_began_goes_on(self):
        run = self._proposed()
        self.env["collection.run"]._cron_issue()
        self.assertEqual(run.state, "proposed")
        self.assertFalse(self._times())

    def test_an_interrupted_automatic_run_goes_on_the_same_day_only(self):
        Run = self.env["collection.run"].sudo()
        with freeze_time(TODAY):
            run = Run._prepare_day(self.company, TODAY)
            run.issue_requested_on = fields.Datetime.now()
        with freeze_time(TODAY + timedelta(days=1)):
            Run._cron_issue()
            self.assertFalse(self._times())
        with freeze_time(TODAY):
            Run._cron_issue()
        self.assertEqual(run.state, "issued")
        self.assertEqual(self._times(), self._everybody())

    def test_a_person_cannot_write_who_asked(self):
        run = self._proposed().sudo(False)
        with self.assertRaises(UserError):
            run.issue_requested_by_id = self.env.user
        run = run.create({"date": TODAY, "issue_requested_on": fields.Datetime.now()})
        self.assertFalse(run.issue_requested_on)

    def test_the_loop_reads_every_proposal_a_fixed_number_of_times(self):
        """A batch does not look at the whole run: ten times the notices, ten times the work."""
        run, read = self._proposed(), []
        model = type(run)
        original = model._issuable

        def issuable(runs, *args):
            notices = original(runs, *args)
            read.append(len(notices))
            return notices

        with (
            patch.object(collection_run_batches, "BATCH", 1),
            patch.object(model, "_issuable", issuable),
        ):
            run._issue_in_batches()
        self.assertEqual(self._times(), self._everybody())
        self.assertEqual(sum(read), 2 * len(run.notice_ids))

    def _with_jobs(self, jobs):
        """As if queue_job were installed: its jobs end up in a list."""
        model = type(self.env["collection.run"])

        def with_delay(run, **options):
            return Delayed(jobs, run, options)

        self.startPatcher(patch.object(model, "with_delay", with_delay, create=True))
        self.startPatcher(patch.object(model, "_has_queue", lambda run: True))
        self.startPatcher(
            patch.object(model, "_jobs", lambda run, states: self.env["collection.run"])
        )

    def test_with_queue_job_every_batch_is_a_job(self):
        jobs = []
        self._with_jobs(jobs)
        self.env["collection.run"]._cron_advance(TODAY)
        self.assertFalse(self._times())
        self.assertEqual([len(job.args[0]) for job in jobs], [2, 2, 1])
        self.assertEqual({job.channel for job in jobs}, {"root.account_collections"})
        self.assertEqual(len({job.identity_key for job in jobs}), 3)
        for job in jobs:  # the letters' jobs are added on the way
            getattr(job.run, job.method)(*job.args)
        self.assertEqual(self._times(), self._everybody())
        self.assertEqual(jobs[0].run.state, "issued")
        done = len(jobs)
        self.env["collection.run"]._cron_advance(TODAY)
        self.assertEqual(len(jobs), done)

    def test_a_job_that_is_to_come_is_not_made_again(self):
        jobs, run = [], self._proposed()
        self._with_jobs(jobs)
        coming = [SimpleNamespace(args=[self.customers[:3].ids])]
        with patch.object(type(run), "_jobs", lambda run, states: coming):
            run._delay_batches(self.customers.ids)
        self.assertEqual([job.args[0] for job in jobs], [self.customers[3:].ids])

    def test_a_job_comes_back_for_the_customers_somebody_else_has(self):
        jobs, run = [], self._proposed()
        self._with_jobs(jobs)
        model, held = type(self.env["res.partner"]), self.customers[1]
        with patch.object(model, "try_lock_for_update", lambda who, **kwargs: who - held):
            run._perform_batch(self.customers[:2].ids)
            self.assertEqual(
                [(job.method, job.args[0]) for job in jobs],
                [
                    ("_perform_batch", held.ids),
                    ("_finish_batch", run.notice_ids.filtered("name").ids),
                ],
            )
            with patch.object(type(run), "_come_back", side_effect=UserError("busy")):
                self.assertRaises(UserError, run._perform_batch, held.ids)
        run._perform_batch(held.ids)
        self.assertEqual(len(run.notice_ids.filtered(lambda n: n.partner_id == held)), 1)
        self.assertEqual(run.state, "proposed")

    def test_a_failed_job_is_shown_on_the_run(self):
        run = self._proposed()
        run._hand_over()
        self._with_jobs([])
        failed = [SimpleNamespace(exc_message="out of memory", exc_name="MemoryError")] * 2
        with patch.object(type(run), "_jobs", lambda run, states: failed):
            run.invalidate_recordset(["background"])
            self.assertRegex(run.background, "2 jobs have failed.*out of memory")

    def test_jobs_that_nobody_performs_are_done_by_the_scheduled_action(self):
        jobs, run = [], self._proposed()
        run._hand_over()
        self._with_jobs(jobs)
        waiting = Waiting([SimpleNamespace(date_created=fields.Datetime.now(), args=[[]])])
        with patch.object(type(run), "_jobs", lambda run, states: waiting * (states != ["done"])):
            self.assertTrue(run._uses_jobs())
            waiting[0].date_created -= timedelta(hours=2)
            with self.assertLogs("odoo.addons.account_collections", "WARNING") as logs:
                self.env["collection.run"]._cron_issue()
        self.assertIn("does the job runner run", logs.output[0])
        self.assertFalse(jobs)
        self.assertEqual(run.state, "issued")
        self.assertEqual(self._times(), self._everybody())

    def test_the_day_is_made_up_for_when_somebody_was_proposing(self):
        trigger = self.env["ir.cron.trigger"].sudo()
        cron = self.env.ref("account_collections.ir_cron_advance")
        model = type(self.env["res.company"])
        with patch.object(model, "try_lock_for_update", lambda who, **kwargs: who.browse()):
            self.env["collection.run"]._cron_advance(TODAY)
        self.assertFalse(self._times())
        self.assertTrue(trigger.search([("cron_id", "=", cron.id)]))
        self.env["collection.run"]._cron_advance(TODAY)
        self.assertEqual(self._times(), self._everybody())
