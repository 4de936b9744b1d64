import smtplib

from odoo import fields, models
from odoo.tools import exception_to_unicode

ADDRESS_FAILURES = ("mail_bounce", "mail_email_invalid", "mail_email_missing", "mail_bl")
# The server went silent after it may have taken the message.
SILENCE = ("timed out", "timeout", "SMTPServerDisconnected", "Connection unexpectedly closed")


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _collection_rows(self):
        """The queued communications these mails carry."""
        return (
            self.env["collection.communication"]
            # Safe: the mail queue runs for everybody; only delivery is written.
            .sudo()
            .search([("mail_mail_id", "in", self.ids), ("state", "=", "queued")])
        )

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        """A mail that carries a letter does not leave without it, and none leaves
        to a customer who has paid since, about a discount that has ended, or at a
        quiet time."""
        rows = self._collection_rows()
        quiet = rows._wait_for_quiet_end()
        rows -= quiet
        settled = rows.notice_id._paid_meanwhile()
        paid = rows.filtered(lambda row: row.notice_id in settled)
        if paid:
            paid.mail_mail_id.cancel()
            paid._not_needed(self.env._("Nothing left to collect"))
            rows -= paid
        ended = rows.filtered(lambda row: row.notice_id and row.notice_id._is_overtaken())
        if ended:
            ended.mail_mail_id.cancel()
            ended._not_needed(self.env._("The discount has ended or the customer has paid"))
            rows -= ended
            paid |= ended
        pending = rows.filtered(
            lambda row: row.notice_id and row.notice_id.level_id._attaches_letter()
        )
        blocked = pending._without_letters(auto_commit)
        return super(MailMail, self - (quiet | blocked | paid).mail_mail_id).send(
            auto_commit=auto_commit,
            raise_exception=raise_exception,
            post_send_callback=post_send_callback,
        )

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
        self.write({"state": "exception", "failure_type": "unknown", "failure_reason": reason})
        rows._fail("unknown", reason)
        if auto_commit:
            self.env.cr.commit()  # pylint: disable=invalid-commit

    def _collection_claim(self, rows, auto_commit):
        """:return: False when an earlier attempt was interrupted"""
        if rows.filtered("claimed_on"):
            reason = self.env._("Sending was interrupted; the message may have arrived.")
            self.write({"state": "exception", "failure_type": "unknown", "failure_reason": reason})
            rows._fail("unknown", reason)
        else:
            rows.claimed_on = fields.Datetime.now()
        claimed = self.state == "outgoing"
        if auto_commit:
            self.env.cr.commit()  # pylint: disable=invalid-commit
        return claimed

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
        if any(sign.lower() in str(reason).lower() for sign in SILENCE):
            return "unknown"
        return "temporary"
