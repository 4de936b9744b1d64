import re
import smtplib

from odoo import fields, models
from odoo.modules import module as odoo_module
from odoo.tools import exception_to_unicode

from .collection_run_batches import CONFLICTS

ADDRESS_FAILURES = ("mail_bounce", "mail_email_invalid", "mail_email_missing", "mail_bl")
# The server went silent after it may have taken the message.
SILENCE = ("timed out", "timeout", "SMTPServerDisconnected", "Connection unexpectedly closed")
# The server knows no such mailbox, and will know none tomorrow (RFC 5321, 4.2.3; RFC 3463, 3.2);
# 5.7 is about the sender, as smtplib.SMTPRecipientsRefused has them: {'to': (550, b'5.1.1 …')}.
NO_SUCH_MAILBOX = re.compile(r"""['"]: \(55[0134], b?['"](?!5\.7\.)|\b5\.1\.\d""")


class MailMail(models.Model):
    """The e-mails of collections leave once, and only while there is a reason to."""

    _inherit = "mail.mail"

    def _collection_known(self):
        """The communications these mails carry, whatever became of them."""
        return (
            self.env["collection.communication"]
            # Safe: the mail queue runs for everybody; only delivery is written.
            .sudo()
            .search([("mail_mail_id", "in", self.ids)])
        )

    def _collection_rows(self):
        """The queued communications these mails carry."""
        return self._collection_known().filtered(lambda row: row.state == "queued")

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        """A mail that carries a letter does not leave without it, and none leaves at a
        quiet time, or about what is not due any more.

        Ours leave by the queue: a request may be undone, or repeated, after the server has
        taken the message.
        """
        known = self._collection_known()
        rows = known.filtered(lambda row: row.state == "queued")
        # What the log has closed leaves by no way.
        closed = (known - rows).mail_mail_id - rows.mail_mail_id
        closed._collection_take_out()
        if rows and not auto_commit and not odoo_module.current_test:
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
            kept_back = rows.mail_mail_id
        else:
            # An interrupted one is looked at when its turn comes.
            fresh = rows.filtered(lambda row: not row.claimed_on)
            kept_back = self._collection_keep_back(fresh, auto_commit).mail_mail_id
        return super(MailMail, self - closed - kept_back).send(
            auto_commit=auto_commit,
            raise_exception=raise_exception,
            post_send_callback=post_send_callback,
        )

    def _collection_take_out(self):
        """Out of the queue, where the log has closed what they carry."""
        self.filtered(lambda mail: mail.state == "outgoing").cancel()

    def _collection_keep_back(self, rows, auto_commit):
        """:return: those of these queued communications that do not leave now"""
        quiet = rows._wait_for_quiet_end()
        rows -= quiet
        needless = rows._keep_back()
        needless.mail_mail_id._collection_take_out()
        rows -= needless
        pending = rows.filtered(
            lambda row: row.notice_id and row.notice_id.level_id._attaches_letter()
        )
        return quiet | needless | pending._without_letters(auto_commit)

    def _send(self, auto_commit=False, **kwargs):
        """Claim each dunning mail before it is handed over.

        A process killed between the server's "accepted" and our commit leaves
        the claim behind: the outcome is unknown and a person decides. Without
        it the queue would send the mail a second time.
        """
        ours = self._collection_rows()
        if not ours or self.env["ir.mail_server"]._disable_send():
            return super()._send(auto_commit=auto_commit, **kwargs)
        result = True
        rows_by_mail = {mail.id: rows.ids for mail, rows in ours.grouped("mail_mail_id").items()}
        for mail_id in self.ids:
            # Apart from the others: each commit forgets what was read, and reading one
            # again would read them all.
            mail = self.browse(mail_id)
            rows = ours.browse(rows_by_mail.get(mail_id))
            if rows and not mail._collection_claim(rows, auto_commit):
                continue
            try:
                result = super(MailMail, mail)._send(auto_commit=auto_commit, **kwargs)
            except smtplib.SMTPServerDisconnected as error:
                if rows:
                    mail._collection_broken_off(rows, error, auto_commit)
                raise
        return result

    def _collection_broken_off(self, rows, error, auto_commit):
        """The server went away while it had the message: a person decides.

        Core leaves such a mail, and the rest of the queue, to the next call.
        """
        reason = self.env._(
            "The mail server broke off; the message may have arrived: %(error)s",
            error=exception_to_unicode(error),
        )
        self._collection_unknown(rows, reason)
        if auto_commit:
            self.env.cr.commit()  # pylint: disable=invalid-commit

    def _collection_unknown(self, rows, reason):
        self.write({"state": "exception", "failure_type": "unknown", "failure_reason": reason})
        rows._fail("unknown", reason)

    def _collection_claim(self, rows, auto_commit):
        """Whether this process, and no other, may hand the mail over now.

        The rows stay locked while the server has the message: whoever takes the notice back
        meanwhile waits, and finds it sent.
        """
        try:
            claimed = self._collection_is_mine(rows) and self._collection_is_ready(rows)
            if claimed:
                rows.claimed_on = fields.Datetime.now()
            if auto_commit:
                self.env.cr.commit()  # pylint: disable=invalid-commit
                # The commit has let go of them for an instant.
                claimed = claimed and self._collection_is_mine(rows)
        except CONFLICTS:
            if not auto_commit:
                raise
            # Somebody has just changed it: the next call looks at it.
            self.env.cr.rollback()
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
            return False
        return claimed and self.state == "outgoing"

    def _collection_is_mine(self, rows):
        """False while another process hands the mail over, or has changed its state."""
        if rows.try_lock_for_update() != rows or not self.try_lock_for_update():
            return False
        return all(row.state == "queued" for row in rows)

    def _collection_is_ready(self, rows):
        """False when an earlier attempt was interrupted, or it is not to leave any more."""
        if rows.filtered("claimed_on"):
            reason = self.env._("Sending was interrupted; the message may have arrived.")
            self._collection_unknown(rows, reason)
            return False
        # The queue has looked at all of it at once, some minutes ago perhaps.
        if rows._keep_back():
            self._collection_take_out()
            return False
        return True

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """Delivery decides the state of the communication."""
        for row in self._collection_rows():
            if failure_type:
                reason = failure_reason or row.mail_mail_id.failure_reason or failure_type
                row._fail(self._collection_failure_kind(failure_type, reason), reason)
            else:
                row._sent()
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason, failure_type=failure_type
        )

    def _collection_failure_kind(self, failure_type, reason):
        if failure_type in ADDRESS_FAILURES:
            return "address"
        if failure_type == "mail_smtp":
            return "temporary"  # not even connected: nothing was handed over
        if NO_SUCH_MAILBOX.search(str(reason)):
            return "address"
        if any(sign.lower() in str(reason).lower() for sign in SILENCE):
            return "unknown"
        return "temporary"
