from odoo import models
from odoo.exceptions import UserError


class MailMail(models.Model):
    """What administrators do to dunning e-mails in core's own list of e-mails: the record
    of the contact follows, and nothing leaves behind its back."""

    _inherit = "mail.mail"

    def mark_outgoing(self):
        """An e-mail that failed is sent again as collections do: checked, logged and once.

        :raises UserError: when it is not to be sent any more
        """
        failed = self._collection_known().filtered(lambda row: row.state == "failed")
        if failed:
            needless = failed.filtered(
                lambda row: row.failure_kind == "cancelled" or row._is_replaced()
            )
            if needless:
                raise UserError(
                    self.env._(
                        "“%(message)s” is not sent any more: %(reason)s",
                        message=needless[0].summary,
                        reason=needless[0].failure_reason or "",
                    )
                )
            # Safe: who may have e-mails tried again may have these sent.
            failed.action_resend()
        # What is no notice, statement or plan is tried again as it is.
        plain = failed.filtered(lambda row: not row.resolved and not row.notice_id)
        plain.write(
            {
                "state": "queued",
                "failure_kind": False,
                "failure_reason": False,
                "claimed_on": False,
            }
        )
        replaced = failed.mail_mail_id - plain.mail_mail_id
        replaced.cancel()
        return super(MailMail, self - replaced).mark_outgoing()

    def cancel(self):
        """What was cancelled has not reached the customer: his level goes back."""
        rows = self._collection_rows()
        result = super().cancel()
        rows._lost(self.env._("The e-mail was cancelled"))
        return result

    def unlink(self):
        rows = self._collection_rows()
        result = super().unlink()
        rows._lost(self.env._("The e-mail was deleted"))
        return result
