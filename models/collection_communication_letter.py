"""Letters that cannot be rendered, and the e-mails that wait for them."""

from datetime import timedelta

from odoo import fields, models

# How long an e-mail waits before its letter is tried again.
WAIT = timedelta(minutes=5)
# Customers named in one breath.
NAMED = 10


class CollectionCommunication(models.Model):
    _inherit = "collection.communication"

    def _is_undelivered(self):
        """True for what a person should look at: it failed, or it is a letter that cannot be
        rendered. An e-mail that waits for its letter fails soon and gives the level back; a
        letter would wait for ever. The list *Not Delivered* and the worklist say the same."""
        self.ensure_one()
        if self.state == "queued":
            return self.channel == "letter" and self.failure_kind == "temporary"
        return self.state == "failed" and self.failure_kind != "cancelled" and not self.resolved

    def _without_letters(self, auto_commit):
        """Render what these e-mails carry, now that they are to leave.

        A letter nobody can render fails its e-mail, which gives the level back. When the
        PDF engine is the trouble the e-mail waits for it, and its record says why.

        :param auto_commit: the mail queue is at work, which may commit
        :return: the communications that cannot leave
        """
        delivery = self.env["collection.delivery"].sudo()
        pending = delivery._without_letter(self.notice_id)
        if not pending:
            return self.browse()
        if auto_commit:
            self.env.cr.commit()  # pylint: disable=invalid-commit
            delivery._render_committed(pending)
            self.env.cr.commit()  # pylint: disable=invalid-commit
            missing = delivery._without_letter(pending)
        else:
            missing = pending - delivery._waited_for()._render_letters(pending)
        blocked = self.filtered(lambda row: row.notice_id in missing)
        hopeless = blocked.filtered(lambda row: row.failure_kind == "temporary")
        for row in hopeless:
            reason = row.failure_reason or self.env._("The letter could not be rendered.")
            row.mail_mail_id.write({"state": "exception", "failure_reason": reason})
            row._fail("temporary", reason)
        (blocked - hopeless)._wait_for_letter()
        return blocked

    def _say_left_out(self):
        """Why these letters are not in the file of their batch: a line for each reason."""
        states = dict(self._fields["state"]._description_selection(self.env))
        lines = []
        for reason, rows in self.grouped(
            lambda row: row.failure_reason
            or (row.state == "queued" and self.env._("Not rendered yet; print again later"))
            or states[row.state]
        ).items():
            names = rows.partner_id.mapped("display_name")
            if len(names) > NAMED:
                names[NAMED:] = [self.env._("%(count)s others", count=len(names) - NAMED)]
            lines.append(f"{reason} ({', '.join(names)})")
        return "\n".join(lines)

    def _wait_for_letter(self):
        """The queue comes back to these later, and is free for others meanwhile."""
        if self:
            later = fields.Datetime.now() + WAIT
            self.mail_mail_id.scheduled_date = later
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger(at=later)
