"""The PDF engine missing, hanging, killed; the store full: letters wait, nobody else does."""

import errno
import smtplib
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from unittest.mock import patch

import psutil

from odoo import fields
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models import ir_actions_report as core
from odoo.addons.mail.tests.common import MockEmail

from ..models import collection_delivery_letters, collection_delivery_renderers
from .letter_common import LetterCommon

LETTERS = collection_delivery_letters.__name__
CORE = core.__name__


@tagged("post_install", "-at_install")
class TestLetterEngine(LetterCommon, MockEmail):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wrong.attach_letter = True
        cls.other = cls._create_customer("Doe & Daughters", lang="en_US")
        cls.third = cls._create_customer("Third & Sons", lang="en_US")
        cls.customers = cls.english | cls.french | cls.other | cls.third
        for customer in cls.customers:
            customer.email = f"{customer.id}@example.com"
            cls._at(cls._debt(customer, 16), cls.wrong)

    def setUp(self):
        super().setUp()
        self.addCleanup(collection_delivery_letters._paused.clear)

    @contextmanager
    def _engine(self, script=None, timeout=None):
        """Another program in the place of wkhtmltopdf; ``$REAL`` is the true one."""
        known = core._wkhtml()
        if timeout:
            self.env["ir.config_parameter"].set_param("account_collections.letter_timeout", timeout)
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder, "wkhtmltopdf")
            if script:
                program.write_text(f"#!/bin/sh\nREAL={known.bin}\n{script}\n")
                program.chmod(0o755)
            with (
                patch.object(core, "_wkhtml", lambda: known._replace(bin=str(program))),
                mute_logger(LETTERS, CORE),
            ):
                yield

    def _issue_all(self):
        return self._issue(self.customers).sorted("id")

    def _emails(self, notices):
        return notices.communication_ids.filtered(lambda row: row.channel == "email")

    def _work_queue(self):
        """:return: how many e-mails left"""
        with self.mock_mail_gateway():
            self._emails(self.notices).mail_mail_id.filtered(
                lambda mail: mail.state == "outgoing"
            ).with_context(force_report_rendering=True).send()
            return len(self._mails)

    def assertWaiting(self, notices, *words):
        """Nothing is lost: the letters are to come, with a reason a person sees."""
        self.assertFalse(notices.letter_attachment_id)
        self.assertEqual(set(notices.mapped("stage")), {"issued"})
        rows = self._emails(notices)
        self.assertEqual(set(rows.mapped("state")), {"queued"})
        self.assertEqual(set(rows.mail_mail_id.mapped("state")), {"outgoing"})
        for row in rows:
            self.assertSays(row.failure_reason, "could not be rendered", *words)
        self.assertEqual(set(rows.mapped("failure_kind")), {False})

    def assertEverybodyServed(self):
        """A later run goes on: every letter, and every e-mail with it, once."""
        collection_delivery_letters._paused.clear()
        run = self.env["collection.run"].with_context(force_report_rendering=True)
        run._cron_render_letters()
        self.assertEqual(len(self.notices.letter_attachment_id), len(self.notices))
        self.assertFalse(any(self._emails(self.notices).mapped("failure_reason")))
        self._emails(self.notices).mail_mail_id.scheduled_date = False
        self.assertEqual(self._work_queue(), len(self.notices))
        self.assertEqual(set(self._emails(self.notices).mapped("state")), {"sent"})
        for notice in self.notices:
            text = self._text(notice.letter_attachment_id.raw)
            self.assertSays(text, notice.name, notice.partner_id.name)
            mail = self._emails(notice).mail_mail_id
            self.assertEqual(mail.attachment_ids, notice.letter_attachment_id)
        self.assertEqual(self._work_queue(), 0)

    def test_missing(self):
        with self._engine():
            self.notices = self._issue_all()
            self.assertWaiting(self.notices, "does not start")
            self.assertEqual(self._work_queue(), 0)
        self.assertWaiting(self.notices, "does not start")
        later = self._emails(self.notices).mail_mail_id.mapped("scheduled_date")
        self.assertTrue(all(moment > fields.Datetime.now() for moment in later))
        self.assertEverybodyServed()

    def test_missing_when_the_server_started(self):
        state = patch.object(
            self.env.registry["ir.actions.report"], "get_wkhtmltopdf_state", lambda _: "install"
        )
        with state, mute_logger(LETTERS):
            self.notices = self._issue_all()
            self.assertWaiting(self.notices, "Unable to find Wkhtmltopdf")
        self.assertEverybodyServed()

    def test_hanging(self):
        """One batch and two letters wait for it, each until its limit; then nobody does."""
        with self._engine("sleep 3600 & exec sleep 3600", timeout="0.8"):
            begin = time.monotonic()
            self.notices = self._issue_all()
            self.assertLess(time.monotonic() - begin, 20)
            self.assertWaiting(self.notices, "took longer than", "seconds")
            begin = time.monotonic()
            self.assertEqual(self._work_queue(), 0)
            self.assertLess(time.monotonic() - begin, 5, "it is known to hang")
        self.assertFalse(
            [
                process
                for process in psutil.Process().children(recursive=True)
                if "3600" in " ".join(process.cmdline())
            ]
        )
        self.env["ir.config_parameter"].set_param("account_collections.letter_timeout", "600")
        self.assertEverybodyServed()

    def test_killed_now_and_then(self):
        """A crash costs its batch, which is rendered letter by letter."""
        count = 'n=$(cat "$0.n" 2>/dev/null || echo 0); echo $((n+1)) > "$0.n"\n'
        with self._engine(count + '[ "$n" = 0 ] && kill -9 $$\nexec $REAL "$@"'):
            self.notices = self._issue_all()
        self.assertEqual(len(self.notices.letter_attachment_id), 4)
        self.assertEverybodyServed()

    def test_an_empty_file_is_no_letter(self):
        with self._engine("exit 0"):
            self.notices = self._issue_all()
            self.assertWaiting(self.notices, "gave no PDF")
        self.assertEverybodyServed()

    def test_one_letter_that_crashes_the_engine(self):
        """It is found out, waits alone and holds up nobody, the next time either."""
        crash = (
            'for file in "$@"; do case "$file" in *.html)'
            ' grep -q Daughters "$file" && kill -11 $$;; esac; done\nexec $REAL "$@"'
        )
        with self._engine(crash):
            self.notices = self._issue_all()
            bad = self.notices.filtered(lambda notice: notice.partner_id == self.other)
            self.assertEqual(
                (self.notices - bad).filtered("letter_attachment_id"), self.notices - bad
            )
            row = self._emails(bad)
            self.assertRecordValues(row, [{"state": "queued", "failure_kind": "temporary"}])
            self.assertIn("could not be rendered", row.failure_reason)
            self.assertEqual(self._work_queue(), 3)
        self.assertEqual(row.state, "queued", "alone, it may be the engine's fault")

    def test_a_template_that_raises_for_one(self):
        """The letter's own fault: its e-mail fails with the reason, the level is given back."""
        notice_class = self.env.registry["collection.notice"]
        title = notice_class._letter_title

        def broken(notice):
            if notice.partner_id == self.other:
                raise ValueError("no title today")
            return title(notice)

        with patch.object(notice_class, "_letter_title", broken), mute_logger(LETTERS):
            self.notices = self._issue_all()
            bad = self.notices.filtered(lambda notice: notice.partner_id == self.other)
            self.assertEqual(len(self.notices.letter_attachment_id), 3)
            self.assertIn("no title today", self._emails(bad).failure_reason)
            self.assertEqual(self._work_queue(), 3)
        self.assertEqual(bad.state, "failed")
        self.assertIn("no title today", self._emails(bad).failure_reason)

    def test_store_full(self):
        attachments = self.env.registry["ir.attachment"]
        full = OSError(errno.ENOSPC, "No space left on device")
        with (
            patch.object(attachments, "_file_write", side_effect=full),
            mute_logger(LETTERS),
        ):
            self.notices = self._issue_all()
            self.assertWaiting(self.notices, "No space left")
            self.assertEqual(self._work_queue(), 0)
        self.assertEverybodyServed()

    def test_two_processes_render_each_letter_once(self):
        """What another transaction renders is left alone, and no row is locked for it."""
        with patch.object(
            self.env.registry["collection.delivery"], "_render_letters", lambda _, notices: notices
        ):
            self.notices = self._issue_all()
        delivery = self.env["collection.delivery"].sudo()
        busy = self.notices[0]
        with db_connect(self.env.cr.dbname).cursor() as cr:
            cr.execute(
                "SELECT pg_advisory_xact_lock(%s, %s)",
                [collection_delivery_renderers.LETTER_LOCK, busy.id],
            )
            with patch.object(
                self.env.registry["collection.delivery"], "_render_batch"
            ) as rendered:
                rendered.side_effect = lambda _company, notices: notices
                delivery._render_committed(self.notices.sudo())
        self.assertEqual(rendered.call_args.args[1], self.notices[1:])

    def test_server_that_breaks_off(self):
        """It may have taken the message: a person decides, and the reason is there."""
        self.notices = self._issue(self.customers)
        server = self.env.registry["ir.mail_server"]
        gone = smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
        with (
            self.mock_mail_gateway(),
            patch.object(server, "send_email", side_effect=gone),
            mute_logger("odoo.addons.mail.models.mail_mail"),
            suppress(smtplib.SMTPServerDisconnected),
        ):
            self._emails(self.notices).mail_mail_id.send()
        rows = self._emails(self.notices).sorted("id")
        self.assertRecordValues(rows[0], [{"state": "failed", "failure_kind": "unknown"}])
        self.assertIn("may have arrived", rows[0].failure_reason)
        self.assertEqual(set(rows[1:].mapped("state")), {"queued"}, "for the next call")

    def test_server_that_does_not_answer(self):
        """Nothing was handed over: no person has to decide anything."""
        self.notices = self._issue(self.customers)
        server = self.env.registry["ir.mail_server"]
        with (
            self.mock_mail_gateway(),
            patch.object(server, "_connect__", side_effect=TimeoutError("timed out")),
            mute_logger("odoo.addons.mail.models.mail_mail"),
        ):
            self._emails(self.notices).mail_mail_id.send()
        self.assertEqual(set(self._emails(self.notices).mapped("failure_kind")), {"temporary"})
