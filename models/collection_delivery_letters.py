import errno
import logging
import time

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import exception_to_unicode

from .collection_issue import RETRY_ERRORS
from .ir_actions_report_engine import PdfEngineError

_logger = logging.getLogger(__name__)

REPORT = "account_collections.action_report_notice"
# Letters rendered by one call of the PDF engine: its start-up is shared, and a
# crash costs only this many.
LETTER_BATCH = 20
# After this many letters in a row, each tried alone, it is the engine that fails, ...
ENGINE_FAILURES = 2
# ... and this many seconds nobody waits for it again.
PAUSE = 300
# Seconds a person waits for letters: the server ends a request that takes two minutes.
PATIENCE = 60
# By database: until when, on the monotonic clock, and why.
_paused = {}


class CollectionDelivery(models.AbstractModel):
    """The letters as PDF, rendered in batches from the frozen content."""

    _inherit = "collection.delivery"

    @api.model
    def _without_letter(self, notices):
        """Issued notices whose level carries a letter that is not rendered yet."""
        return notices.filtered(
            lambda notice: notice.stage == "issued"
            and notice.level_id._carries_letter()
            and not notice.letter_attachment_id
        )

    @api.model
    def _render_letters(self, notices):
        """Render letters in batches and hang them on their notices and e-mails.

        A letter that cannot be rendered stays pending with the reason on its
        communications: its e-mail waits for it. What failed alone before stays alone,
        so that it holds up no other.

        :return: the notices that have their letter now
        """
        done, problems = notices.browse(), self._known_trouble(notices)
        failed = notices.filtered(lambda notice: notice._letter_rows("temporary"))
        work = [
            batch
            for group in (notices - failed).grouped("company_id").values()
            for batch in self._cut_letters(group)
        ]
        work += failed
        failures = 0
        while work and failures < ENGINE_FAILURES and self._has_time():
            letters = work.pop(0)
            rendered = self._render_together(letters.company_id, letters, problems)
            done |= rendered
            if rendered:
                failures = 0
            elif len(letters) > 1:
                # Is it one of them or the engine? Known before another batch waits for it.
                work[:0] = letters
            else:
                failures = failures + 1 if _is_engine(problems.get(letters)) else 0
        if work and done and failures < ENGINE_FAILURES:
            # No time was left for these: nothing is said against them.
            notices -= notices.browse().union(*work)
            self.env.ref("account_collections.ir_cron_letters")._trigger()
        self._record_problems(notices, done, problems)
        return done

    @api.model
    def _waited_for(self):
        """The same, for a person who waits: there is an end to it before the server ends
        his request. What is not rendered by then is left to the scheduled action."""
        return self.with_context(collection_letters_until=time.monotonic() + PATIENCE)

    @api.model
    def _has_time(self):
        """False when one more letter would keep the person too long."""
        until = self.env.context.get("collection_letters_until")
        return not until or (
            until - time.monotonic() >= self.env["ir.actions.report"]._engine_seconds(1)
        )

    @api.model
    def _known_trouble(self, notices):
        """What the engine has failed with just now: nobody waits for it again."""
        until, reason = _paused.get(self.env.cr.dbname, (0, ""))
        if time.monotonic() >= until:
            return {}
        return dict.fromkeys(notices, PdfEngineError(reason))

    @api.model
    def _cut_letters(self, notices, parts=1):
        """Batches of nearly the same size, their number a multiple of ``parts``."""
        batches = -(-len(notices) // LETTER_BATCH)
        batches = -(-batches // parts) * parts
        size = -(-len(notices) // batches) if batches else 1
        return [notices[start : start + size] for start in range(0, len(notices), size)]

    @api.model
    def _render_together(self, company, notices, problems):
        """Render all of these or, in case of trouble, none.

        :param problems: filled with the trouble of a notice rendered alone, and with that
            of all when none could be
        """
        notices = notices.filtered(lambda notice: notice not in problems)
        if not notices:
            return notices
        try:
            with self.env.cr.savepoint():
                return self._render_batch(company, notices)
        except RETRY_ERRORS:
            raise
        except Exception as error:  # noqa: BLE001 - one bad letter stops no other
            self.env.invalidate_all(flush=False)
            _logger.info("Letters of notices %s: %s", notices.ids, exception_to_unicode(error))
            if self._is_engine_missing(error):
                problems.update(dict.fromkeys(notices, PdfEngineError(error.args[0])))
            elif len(notices) == 1:
                problems[notices] = error
            return notices.browse()

    @api.model
    def _is_engine_missing(self, error):
        """True when this is core's word for an engine that is not there."""
        state = self.env["ir.actions.report"].get_wkhtmltopdf_state
        return isinstance(error, UserError) and state() == "install"

    @api.model
    def _render_batch(self, company, notices):
        report = self.env["ir.actions.report"].with_company(company)
        content, report_type = report._pre_render_qweb_pdf(REPORT, res_ids=notices.ids)
        pdf_by_id = report._get_splitted_report(REPORT, content, report_type)
        attachments = self.env["ir.attachment"].create(
            [
                {
                    "name": notice.letter_filename,
                    "raw": pdf_by_id[notice.id],
                    "res_model": notice._name,
                    "res_id": notice.id,
                    "type": "binary",
                }
                for notice in notices
            ]
        )
        # What the store did not keep is noticed now, not when the mail leaves.
        attachments.invalidate_recordset(["raw"])
        for notice, attachment in zip(notices, attachments, strict=True):
            if attachment.raw != pdf_by_id[notice.id]:
                raise OSError(errno.EIO, self.env._("The letter was not stored."))
            notice.letter_attachment_id = attachment
        attachments.invalidate_recordset(["raw"])
        self._attach_letters(notices)
        return notices

    @api.model
    def _attach_letters(self, notices):
        """The letter travels with the e-mails that have not left yet."""
        for notice in notices.filtered(lambda notice: notice.level_id._attaches_letter()):
            mails = notice.communication_ids.filtered(
                lambda row: row.channel == "email" and row.state == "queued"
            ).mail_mail_id
            mails.attachment_ids = [Command.link(notice.letter_attachment_id.id)]

    @api.model
    def _record_problems(self, notices, done, problems):
        """Say on what waits why it waits.

        ``temporary`` marks a letter that fails while others do not. What fails because
        of the engine or the store only waits.
        """
        done._letter_rows().filtered("failure_reason").write(
            {"failure_kind": False, "failure_reason": False}
        )
        engine = next(filter(_is_engine, problems.values()), None)
        for notice in notices - done:
            error = problems.get(notice) or engine
            if not error:
                continue
            own = notice in problems and (done or not _is_engine(error))
            reason = self.env._(
                "The letter could not be rendered: %(reason)s",
                reason=exception_to_unicode(error),
            )
            rows = notice._letter_rows()
            # Nobody misses a letter that nobody knows of: once a person is shown it, it
            # stays in sight until it is rendered.
            known = rows.filtered(
                lambda row: row.channel == "letter" and row.failure_kind == "temporary"
            )
            known.write({"failure_reason": reason})
            (rows - known).write(
                {"failure_kind": "temporary" if own else False, "failure_reason": reason}
            )
        if engine and not done and not self._known_trouble(notices):
            self._pause(exception_to_unicode(engine))

    @api.model
    def _pause(self, reason):
        """Nobody waits again for an engine that hangs; letters wait for it to work."""
        _logger.warning("The PDF engine failed, letters wait: %s", reason)
        _paused[self.env.cr.dbname] = (time.monotonic() + PAUSE, reason)


class CollectionNotice(models.Model):
    _inherit = "collection.notice"

    def _letter_rows(self, kind=None):
        """The communications that wait for these letters.

        :param kind: only those with this kind of trouble
        """
        return self.communication_ids.filtered(
            lambda row: row.state == "queued"
            and (row.channel == "letter" or row.notice_id.level_id._attaches_letter())
            and row.channel in ("letter", "email")
            and kind in (None, row.failure_kind)
        )


def _is_engine(error):
    """The engine or the store, not the letter, is the trouble."""
    return isinstance(error, (PdfEngineError, OSError))
