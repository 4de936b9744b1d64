from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from .bulk import bulk_copies


class CollectionDelivery(models.AbstractModel):
    """Brings an issued notice to its customer by e-mail, letter and call.

    Texts, letters and what each channel needs are in ``collection_delivery_*``.
    """

    _name = "collection.delivery"
    _description = "Delivery of Notices"

    @api.model
    def _deliver(self, notices):
        """Queue e-mails, letters and calls, and log each in the same
        transaction that says the notice was issued."""
        unusable = self._unusable_addresses(notices.company_id[:1], notices.recipient_id)
        rows = []
        for notice in notices:
            problems = self._channel_problems(notice.recipient_id, notice.level_id, unusable)
            for channel, enabled in (
                ("email", notice.level_id.send_email),
                ("letter", notice.level_id.send_letter),
                ("sms", notice.level_id.send_sms),
                ("call", notice.level_id.make_call),
            ):
                if enabled:
                    rows.append(self._prepare_communication(notice, channel, problems))
        self._make_mails(
            [row for row in rows if row["channel"] == "email" and row["state"] == "queued"]
        )
        communications = self._log(rows)
        communications.filtered("mail_mail_id")._wait_for_quiet_end()
        self._queue_sms(communications)
        # A call without a number is still made: somebody finds the number.
        self._plan_calls(communications.filtered(lambda row: row.channel == "call"))

    @api.model
    def _log(self, rows):
        """The communications: the first through the ORM, the others like it.

        :param rows: their values, all with the same keys
        """
        Communication = self.env["collection.communication"]
        first = Communication.create(rows[:1])
        kinds = {name: field.type for name, field in Communication._fields.items()}
        others = [
            {
                name: None if value is False and kinds[name] != "boolean" else value
                for name, value in row.items()
            }
            for row in rows[1:]
        ]
        communications = first | bulk_copies(first, others)
        undelivered = communications.filtered(lambda row: row.state == "failed").notice_id
        self.env.add_to_compute(undelivered._fields["is_undelivered"], undelivered)
        return communications

    @api.model
    def _prepare_communication(self, notice, channel, problems):
        recipient = notice.recipient_id
        failed = channel in problems and channel != "call"
        return {
            "company_id": notice.company_id.id,
            "partner_id": notice.partner_id.id,
            "recipient_id": recipient.id,
            "notice_id": notice.id,
            "channel": channel,
            "direction": "out",
            "state": "failed" if failed else "queued",
            "failure_kind": "address" if failed else False,
            "failure_reason": problems[channel] if failed else False,
            "address": False if failed else self._address(notice, channel),
            "summary": self._summary(notice, channel),
            "body": self._body(notice, channel),
            "automatic": True,
            "user_id": self.env.uid,
            "mail_mail_id": False,
        }

    @api.model
    def _address(self, notice, channel):
        recipient = notice.recipient_id
        if channel == "email":
            return ", ".join(recipient._collection_emails())
        if channel == "letter":
            scoped = recipient.with_context(lang=notice._letter_lang())
            return scoped._collection_postal_address()
        return recipient._collection_sms_number() if channel == "sms" else recipient._collection_phone()

    @api.model
    def _body(self, notice, channel):
        """What a letter or an e-mail says is kept once, on the notice."""
        return plaintext2html(notice.sms_body or "") if channel == "sms" else False

    @api.model
    def _summary(self, notice, channel):
        if channel == "email" and notice.email_subject:
            return notice.email_subject
        return f"{notice.name} · {notice.level_id.name}"

    @api.model
    def _resend(self, notices, communications):
        """See ``collection.notice._resend``."""
        refused = {}
        for communication in communications:
            try:
                with self.env.cr.savepoint():
                    self._resend_one(communication)
            except UserError as error:
                refused[communication] = str(error)
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
        return refused

    @api.model
    def _resend_one(self, communication):
        notice = communication.notice_id
        self._check_may_resend(notice)
        if notice.stage == "failed":
            notice._set_stage("issued", "")
        unusable = self._unusable_addresses(notice.company_id, self.env["res.partner"])
        problems = self._channel_problems(notice.recipient_id, notice.level_id, unusable)
        communication.resolved = True
        again = self.env["collection.communication"].create(
            [self._prepare_communication(notice, communication.channel, problems)]
        )
        if again.state == "queued" and again.channel == "email":
            self._queue_mails(again)
        self._queue_sms(again)
        self._attach_letters(notice)

    @api.model
    def _check_may_resend(self, notice):
        """:raises UserError: for a notice that was taken back, or whose place another took"""
        if notice.stage not in ("issued", "failed") or notice.run_id.state in (
            "reversed",
            "cancelled",
        ):
            raise UserError(
                self.env._(
                    "Notice %(notice)s was taken back: it is not sent again.",
                    notice=notice.display_name,
                )
            )
        if notice.stage == "failed":
            self._check_not_superseded(notice)

    @api.model
    def _check_not_superseded(self, notice):
        """:raises UserError: when a later run has reminded of the items already"""
        items = notice.line_ids.filtered(lambda line: line.kind == "item").move_line_id
        later = items.collection_notice_line_ids.filtered(
            lambda line: line.stage in ("issued", "proposed") and line.kind == "item"
        )
        if later:
            raise UserError(
                self.env._(
                    "Notice %(notice)s has taken the place of this one; send that one instead.",
                    notice=later.notice_id[:1].display_name,
                )
            )

    @api.model
    def _log_reply(self, notice, message):
        """A customer's answer, in his timeline."""
        rows = self.env["collection.communication"]
        if not rows._is_from_staff(message):
            rows._receive(notice.partner_id, notice.company_id, message, notice)
