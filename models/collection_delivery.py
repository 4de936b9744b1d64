from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL, plaintext2html

from .bulk import bulk_copies, bulk_update

# The columns of its message in which one dunning e-mail differs from another.
OWN_OF_MESSAGE = (
    "res_id",
    "subject",
    "body",
    "email_from",
    "reply_to",
    "author_id",
    "mail_server_id",
)


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
        rows, mails, calls = [], [], []
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
        communications = self._log(rows)
        for communication in communications:
            # A call without a number is still made: somebody finds the number.
            if communication.channel == "call":
                calls.append(communication)
            elif communication.channel == "email" and communication.state == "queued":
                mails.append(communication)
        self._queue_mails(mails)
        self._queue_sms(communications)
        self._plan_calls(calls)

    @api.model
    def _log(self, rows):
        """The communications: the first through the ORM, the others like it.

        :param rows: their values, all with the same keys
        """
        Communication = self.env["collection.communication"]
        first = Communication.create(rows[:1])
        others = [
            {name: None if value is False else value for name, value in row.items()}
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
    def _queue_mails(self, communications):
        """One e-mail for each communication, in core's queue."""
        rows = self.env["collection.communication"].union(*communications)
        headers, shells = self._mail_headers(rows.notice_id), {}
        for company, group in rows.grouped("company_id").items():
            self._queue_alike(
                group.with_company(company),
                [self._prepare_mail(row, headers[row.notice_id.id], shells) for row in group],
            )

    @api.model
    def _queue_alike(self, communications, values):
        """Core makes the first e-mail, with all that it and other modules put into one; the
        others differ in what is theirs only.

        :param values: for each communication what :meth:`_prepare_mail` says
        """
        Message, Mail = self.env["mail.message"], self.env["mail.mail"]
        first = Mail.create(values[0])
        messages = bulk_copies(
            first.mail_message_id,
            [
                {
                    **{name: vals.get(name) for name in OWN_OF_MESSAGE},
                    "message_id": Message._get_message_id(vals),
                }
                for vals in values[1:]
            ],
        )
        copies = bulk_copies(
            first,
            [
                {"mail_message_id": message.id, "body_html": vals["body_html"]}
                for message, vals in zip(messages, values[1:], strict=True)
            ],
        )
        mails = first | copies
        self._address_mails(copies, communications[1:])
        bulk_update(
            communications,
            [
                {"id": communication.id, "mail_mail_id": mail.id}
                for communication, mail in zip(communications, mails, strict=True)
            ],
        )

    @api.model
    def _address_mails(self, mails, communications):
        """Each e-mail goes to the contact its notice is for."""
        relation = mails._fields["recipient_ids"]
        pairs = [
            SQL("(%s, %s)", mail.id, row.notice_id.recipient_id.id)
            for mail, row in zip(mails, communications, strict=True)
        ]
        if pairs:
            self.env.execute_query(
                SQL(
                    "INSERT INTO %s (%s, %s) VALUES %s RETURNING 1",
                    SQL.identifier(relation.relation),
                    SQL.identifier(relation.column1),
                    SQL.identifier(relation.column2),
                    SQL(", ").join(pairs),
                )
            )
            mails.invalidate_recordset(["recipient_ids"], flush=False)

    @api.model
    def _mail_headers(self, notices):
        """``{notice id: {"email_from": …, "reply_to": …}}``, asked for all notices at once."""
        headers = {notice.id: {} for notice in notices}
        for field in ("email_from", "reply_to"):
            for notice_id, text in self._render_email(notices, field).items():
                headers[notice_id][field] = text
        for company, group in notices.grouped("company_id").items():
            author = company.partner_id
            # The last resort is core's own for a message without a sender.
            fallback = company.email_formatted or self.env.user.email_formatted
            senders = {
                notice.id: headers[notice.id]["email_from"] or fallback for notice in group
            }
            answers = group._notify_get_reply_to_batch(
                defaults=senders, author_ids=dict.fromkeys(group.ids, author.id)
            )
            for notice in group:
                headers[notice.id]["email_from"] = senders[notice.id]
                headers[notice.id]["reply_to"] = (
                    headers[notice.id]["reply_to"] or answers[notice.id]
                )
        return headers

    @api.model
    def _prepare_mail(self, communication, headers, shells):
        lang = communication.notice_id._letter_lang()
        notice = communication.notice_id.with_context(lang=lang)
        template = notice.level_id.mail_template_id.with_context(lang=lang)
        vals = {
            "model": notice._name,
            "res_id": notice.id,
            "subject": notice.email_subject,
            "body_html": self._in_layout(notice, template, shells),
            # The chatter says that it went; the text is kept once, on the notice.
            "body": plaintext2html(communication.summary),
            "recipient_ids": [Command.link(notice.recipient_id.id)],
            "mail_server_id": template.mail_server_id.id,
            # The mail is part of the record: replies find the notice by it.
            "auto_delete": False,
            "author_id": notice.company_id.partner_id.id,
            **headers,
        }
        return {key: value for key, value in vals.items() if value}

    @api.model
    def _plan_calls(self, communications):
        activity_type = self.env.ref("mail.mail_activity_data_call")
        activities = (
            self.env["mail.activity"]
            # Collectors have their call list; a mail for each call is noise.
            .with_context(mail_activity_quick_update=True)
            .create(
                [
                    {
                        "activity_type_id": activity_type.id,
                        "res_model_id": self.env["ir.model"]._get_id("collection.notice"),
                        "res_id": communication.notice_id.id,
                        "user_id": (
                            communication.notice_id.collector_id
                            or communication.company_id._collection_responsible()
                        ).id,
                        "date_deadline": communication.company_id._collection_working_day(
                            communication.notice_id.date
                        ),
                        "summary": self._call_summary(communication),
                        "note": communication.notice_id.call_script,
                    }
                    for communication in communications
                ]
            )
        )
        for communication, activity in zip(communications, activities, strict=True):
            communication.activity_id = activity

    @api.model
    def _call_summary(self, communication):
        phone = communication.address or self.env._("no phone number on file")
        return f"{communication.recipient_id.name} · {phone}"

    @api.model
    def _resend(self, notices, communications):
        """See ``collection.notice._resend``."""
        for communication in communications:
            notice = communication.notice_id
            if notice.stage == "failed":
                self._check_not_superseded(notice)
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
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

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
