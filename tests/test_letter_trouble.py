"""Letters that cannot be rendered: nobody waits long for them, and somebody sees them."""

from contextlib import contextmanager
from types import SimpleNamespace
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from ..models import (
    collection_delivery_letters,
    collection_letter_batch,
    ir_actions_report_engine,
)
from .access_common import AccessCommon

LETTERS = collection_delivery_letters.__name__
HANGS = ir_actions_report_engine.PdfEngineError("The PDF engine took longer and was stopped.")


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestLetterTrouble(AccessCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.level_1.write({"send_email": False, "send_letter": True})

    def setUp(self):
        super().setUp()
        self.addCleanup(collection_delivery_letters._paused.clear)
        self.now = 1000.0
        clock = SimpleNamespace(monotonic=lambda: self.now)
        self.startPatcher(patch.object(collection_delivery_letters, "time", clock))
        self.startPatcher(patch.object(ir_actions_report_engine, "time", clock))
        self.startPatcher(patch.object(collection_delivery_letters, "LETTER_BATCH", 4))

    def _customers(self, count):
        customers = self.env["res.partner"]
        for number in range(count):
            customers |= self._create_customer(f"Letter {number:02}")
            self._invoice(5, partner=customers[-1])
        return customers

    @contextmanager
    def _engine(self, seconds=0.0, bad=None, hangs=False):
        """An engine on a clock of its own.

        :param seconds: how long a call takes
        :param bad: whose letter cannot be rendered
        :return: the sizes of the batches it was given
        """
        calls = []

        def render(delivery, company, notices):
            limit = delivery.env["ir.actions.report"]._engine_seconds(len(notices))
            calls.append(len(notices))
            self.now += min(limit, 3600 if hangs else seconds)
            if hangs or seconds > limit:
                raise HANGS
            if bad and bad in notices.partner_id:
                raise ValueError("no title today")
            for notice in notices:
                notice.letter_attachment_id = self.env["ir.attachment"].create(
                    {
                        "name": "Letter.pdf",
                        "raw": b"%PDF",
                        "res_model": notice._name,
                        "res_id": notice.id,
                    }
                )
            delivery._attach_letters(notices)
            return notices

        delivery = self.env.registry["collection.delivery"]
        with patch.object(delivery, "_render_batch", render), mute_logger(LETTERS):
            yield calls

    def _letters(self, notices):
        return notices.communication_ids.filtered(lambda row: row.channel == "letter")

    # How long somebody waits

    def test_an_engine_that_hangs_is_asked_by_one_batch_only(self):
        """Two batches in a request: a minute at most, and then nobody waits."""
        self._customers(8)
        begin = self.now
        with self._engine(hangs=True) as calls:
            notices = self._run().notice_ids
            self.assertEqual(calls[:2], [4, 1])
            self.assertLessEqual(self.now - begin, 60)
            self.assertFalse(notices.letter_attachment_id)
            for row in self._letters(notices):
                self.assertIn("took longer", row.failure_reason)
            begin, asked = self.now, len(calls)
            self._run(partner_ids=self._customers(1).ids)
            self.assertEqual((self.now, len(calls)), (begin, asked))

    def test_the_scheduler_asks_for_one_batch_too(self):
        self._customers(12)
        run = self._run(issue=False)
        delivery = self.env["collection.delivery"]
        with patch.object(type(delivery), "_render_letters", lambda _, notices: notices):
            run.action_issue()
        begin = self.now
        with self._engine(hangs=True) as calls:
            delivery.sudo()._render_letters(run.notice_ids.sudo())
        self.assertEqual(calls, [4, 1, 1])
        self.assertLess(self.now - begin, 120)

    def test_a_slow_engine_does_what_it_can(self):
        """The rest is left to the scheduled action, and nothing is said against it."""
        self._customers(12)
        begin = self.now
        with (
            patch.object(collection_delivery_letters, "LETTER_BATCH", 2),
            self._engine(seconds=12) as calls,
        ):
            notices = self._run().notice_ids
            self.assertLessEqual(self.now - begin, 60)
            self.assertGreaterEqual(len(notices.letter_attachment_id), 6)
            self.assertLess(len(calls), 6)
            self.assertFalse(any(self._letters(notices).mapped("failure_reason")))
            cron = self.env.ref("account_collections.ir_cron_letters")
            self.assertTrue(
                self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
            )
        with self._engine():
            self.env["collection.run"]._cron_render_letters()
        self.assertEqual(len(notices.letter_attachment_id), 12)

    def test_a_batch_with_a_bad_letter_holds_up_no_other(self):
        customers = self._customers(8)
        with self._engine(bad=customers[3]) as calls:
            notices = self._run().notice_ids
        self.assertCountEqual(calls, [4, 1, 1, 1, 1, 4])
        self.assertEqual(len(notices.letter_attachment_id), 7)

    # Who sees it

    def _undelivered(self):
        action = self.env.ref("account_collections.collection_communication_action_undelivered")
        return self.env["collection.communication"].search(safe_eval(action.domain))

    def _next_reason(self, customer):
        self.env.invalidate_all()
        worklist = self._as("collector", self.env["collection.worklist"])
        return worklist.search([("partner_id", "=", customer.id)]).next_summary

    def test_a_letter_nobody_can_render_is_seen(self):
        customers = self._customers(3)
        with self._engine(bad=customers[1]):
            notices = self._run().notice_ids
        bad = notices.filtered(lambda notice: notice.partner_id == customers[1])
        self.assertEqual(notices.filtered("is_undelivered"), bad)
        self.assertEqual(self._undelivered(), self._letters(bad))
        self.assertIn("no title today", self._next_reason(customers[1]))
        self.assertNotIn("no title today", self._next_reason(customers[0]))
        with self._engine(hangs=True):
            self.env["collection.run"]._cron_render_letters()
        self.assertTrue(bad.is_undelivered, "the engine's trouble does not hide it again")
        collection_delivery_letters._paused.clear()
        with self._engine():
            self.env["collection.run"]._cron_render_letters()
        self.assertFalse(bad.is_undelivered)
        self.assertFalse(self._undelivered())
        self.assertNotIn("no title today", self._next_reason(customers[1]))

    def test_the_letter_of_who_has_paid_is_not_missed(self):
        customers = self._customers(2)
        with self._engine(bad=customers[0]):
            self._run()
        self.assertTrue(self._undelivered())
        self._pay(self.env["account.move"].search([("partner_id", "=", customers[0].id)]))
        self.assertFalse(self._undelivered())

    def test_a_batch_says_what_it_left_out(self):
        customers = self._customers(3)
        with self._engine(bad=customers[1]):
            rows = self._letters(self._run().notice_ids)
            waiting = self.env["collection.letter.batch"]._make(rows)
            with patch.object(type(waiting), "_cover_list", self._empty_page), patch.object(
                type(waiting), "_merge", lambda *_args: b"%PDF"
            ), patch.object(
                collection_letter_batch, "PdfFileReader", lambda _file: self._empty_page()
            ):
                action = waiting.action_print()
                self.assertEqual(action["tag"], "display_notification")
                self.assertIn("no title today (Letter 01)", action["params"]["message"])
                self.assertIn(str(waiting.file_id.id), action["params"]["next"]["url"])
                alone = self.env["collection.letter.batch"]._make(rows.filtered(
                    lambda row: row.partner_id == customers[1]
                ))
                with self.assertRaisesRegex(UserError, "no title today"):
                    alone.action_print()

    @staticmethod
    def _empty_page(*_args):
        return SimpleNamespace(pages=[None])
