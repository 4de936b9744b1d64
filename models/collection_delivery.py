import logging
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import email_normalize_all, exception_to_unicode, html2plaintext

_logger = logging.getLogger(__name__)

REPORT = "account_collections.action_report_notice"
LETTER_FIELDS = ("letter_subject", "letter_body", "letter_closing")
EMAIL_FIELDS = {"email_subject": "subject", "email_body": "body_html"}
# Letters rendered by one call of the PDF engine: its start-up is shared, and a
# crash costs only this many.
LETTER_BATCH = 20


class CollectionDelivery(models.AbstractModel):
    """Brings an issued notice to its customer: texts, e-mails, letters, calls."""

    _name = "collection.delivery"
    _description = "Delivery of Notices"

    # What each channel needs

    @api.model
    def _obstacles(self, company, pairs):
        """Why a notice of a level could not reach a recipient.

        :param pairs: list of ``(recipient, level)``
        :return: for each pair None or ``(reason, detail)`` as a skip has them
        """
        recipients = self.env["res.partner"].union(*(pair[0] for pair in pairs))
        unusable = self._unusable_addresses(company, recipients)
        return [self._obstacle(recipient, level, unusable) for recipient, level in pairs]

    @api.model
    def _obstacle(self, recipient, level, unusable):
        if not recipient.commercial_partner_id.active:
            return ("archived_customer", "")
        if level.send_email and not level.mail_template_id:
            return ("missing_template", level.name)
        problems = self._channel_problems(recipient, level, unusable)
        written = [channel for channel in ("email", "letter") if level[f"send_{channel}"]]
        needed = written or ["call"]
        if all(channel in problems for channel in needed):
            return ("no_recipient", "; ".join(problems[channel] for channel in needed))
        return None

    @api.model
    def _channel_problems(self, recipient, level, unusable):
        """``{channel: what is missing}`` for the level's channels."""
        problems = {}
        if level.send_email:
            emails = email_normalize_all(recipient.email or "")
            if not recipient.email:
                problems["email"] = self.env._("%(name)s has no e-mail", name=recipient.name)
            elif not emails:
                problems["email"] = self.env._("invalid e-mail: %(email)s", email=recipient.email)
            elif all(email in unusable for email in emails):
                problems["email"] = unusable[emails[0]]
        if level.send_letter and not recipient._collection_postal_address():
            problems["letter"] = self.env._(
                "%(name)s has no postal address", name=recipient.name
            )
        if level.make_call and not recipient._collection_phone():
            problems["call"] = self.env._("%(name)s has no phone number", name=recipient.name)
        return problems

    @api.model
    def _unusable_addresses(self, company, recipients):
        """``{normalized e-mail: why it is not used}``: blacklisted, or returned
        before and nobody has dealt with it."""
        emails = {
            email
            for recipient in recipients
            for email in email_normalize_all(recipient.email or "")
        }
        blacklisted = self.env["mail.blacklist"].sudo().search([("email", "in", list(emails))])
        unusable = {
            row.email: self.env._("blacklisted: %(email)s", email=row.email)
            for row in blacklisted
        }
        returned = self.env["collection.communication"].search_fetch(
            [
                ("company_id", "=", company.id),
                ("recipient_id", "in", recipients.ids),
                ("address", "!=", False),
                ("state", "=", "failed"),
                ("failure_kind", "=", "address"),
                ("resolved", "=", False),
            ],
            ["address"],
        )
        # A message to several addresses does not tell which one was returned.
        for email in {email for row in returned for email in row.address.split(", ")}:
            unusable[email] = self.env._("mail to %(email)s was returned", email=email)
        return unusable

    # Texts

    @api.model
    def _render_level(self, notices, field):
        """A level's text for each notice, in the notice's language.

        :return: ``{notice id: text}``; "" where the level has no such text
        """
        texts = dict.fromkeys(notices.ids, "")
        for (level, lang), group in notices.grouped(lambda n: (n.level_id, n.lang)).items():
            scoped = level.with_context(lang=lang)
            if scoped[field]:
                texts.update(scoped._render_field(field, group.ids, set_lang=lang))
        return texts

    @api.model
    def _render_email(self, notices, field):
        """Subject or body of the level's e-mail template for each notice."""
        texts = {}
        for (template, lang), group in notices.grouped(
            lambda n: (n.level_id.mail_template_id, n.lang)
        ).items():
            texts.update(template._render_field(field, group.ids, set_lang=lang))
        return texts

    @api.model
    def _freeze_texts(self, notices):
        """Write every text the notices carry, as it reads today."""
        values = defaultdict(dict)
        with_letter = notices.filtered(lambda notice: notice.level_id._carries_letter())
        for field in LETTER_FIELDS:
            for notice_id, text in self._render_level(with_letter, field).items():
                values[notice_id][field] = text
        with_call = notices.filtered("level_id.make_call")
        for notice_id, text in self._render_level(with_call, "call_script").items():
            values[notice_id]["call_script"] = text
        with_email = notices.filtered("level_id.send_email")
        for field, template_field in EMAIL_FIELDS.items():
            for notice_id, text in self._render_email(with_email, template_field).items():
                values[notice_id][field] = text
        for notice in notices:
            notice.write(values[notice.id])

    # Channels

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
                ("call", notice.level_id.make_call),
            ):
                if enabled:
                    rows.append(self._prepare_communication(notice, channel, problems))
        communications = self.env["collection.communication"].create(rows)
        for communication in communications:
            # A call without a number is still made: somebody finds the number.
            if communication.channel == "call":
                calls.append(communication)
            elif communication.channel == "email" and communication.state == "queued":
                mails.append(communication)
        self._queue_mails(mails)
        self._plan_calls(calls)

    @api.model
    def _prepare_communication(self, notice, channel, problems):
        recipient = notice.recipient_id
        address = {
            "email": ", ".join(email_normalize_all(recipient.email or "")),
            "letter": recipient._collection_postal_address(),
            "call": recipient._collection_phone(),
        }[channel]
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
            "address": False if failed else address,
            "summary": self._summary(notice, channel),
            "body": notice.email_body if channel == "email" else False,
            "automatic": True,
            "user_id": self.env.uid,
        }

    @api.model
    def _summary(self, notice, channel):
        if channel == "email" and notice.email_subject:
            return notice.email_subject
        return f"{notice.name} · {notice.level_id.name}"

    @api.model
    def _queue_mails(self, communications):
        mails = self.env["mail.mail"].create(
            [self._prepare_mail(communication) for communication in communications]
        )
        for communication, mail in zip(communications, mails, strict=True):
            communication.mail_mail_id = mail

    @api.model
    def _prepare_mail(self, communication):
        notice = communication.notice_id.with_context(lang=communication.notice_id.lang)
        template = notice.level_id.mail_template_id.with_context(lang=notice.lang)
        body = notice.email_body
        if template.email_layout_xmlid:
            body = template._render_encapsulate(
                template.email_layout_xmlid,
                body,
                add_context={
                    "company": notice.company_id,
                    "model_description": notice.env["ir.model"]._get(notice._name).display_name,
                },
                context_record=notice,
            )
        sender = template._render_field("email_from", notice.ids, set_lang=notice.lang)
        reply_to = template._render_field("reply_to", notice.ids, set_lang=notice.lang)
        vals = {
            "model": notice._name,
            "res_id": notice.id,
            "subject": notice.email_subject,
            "body_html": body,
            "body": body,
            "recipient_ids": [Command.link(notice.recipient_id.id)],
            "mail_server_id": template.mail_server_id.id,
            # The mail is part of the record: replies find the notice by it.
            "auto_delete": False,
            "email_from": sender[notice.id] or notice.company_id.email_formatted,
            "author_id": notice.company_id.partner_id.id,
        }
        if reply_to[notice.id]:
            vals["reply_to"] = reply_to[notice.id]
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
                [self._prepare_communication(notice, "email", problems)]
            )
            if again.state == "queued":
                self._queue_mails(again)
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
        author = message.author_id
        if author and author.user_ids.filtered(lambda user: user._is_internal()):
            return
        self.env["collection.communication"].create(
            {
                "company_id": notice.company_id.id,
                "partner_id": notice.partner_id.id,
                "recipient_id": author.id,
                "notice_id": notice.id,
                "channel": "email",
                "direction": "in",
                "date": message.date or fields.Datetime.now(),
                "state": "done",
                "address": ", ".join(email_normalize_all(message.email_from or ""))
                or message.email_from,
                "summary": message.subject or html2plaintext(message.body or "")[:80] or "…",
                "body": message.body,
                "automatic": True,
            }
        )

    # Letters

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

        A letter that cannot be rendered stays pending: its e-mail waits for it.

        :return: the notices that have their letter now
        """
        done = notices.browse()
        for company, group in notices.grouped("company_id").items():
            for start in range(0, len(group), LETTER_BATCH):
                done |= self._render_isolated(company, group[start : start + LETTER_BATCH])
        return done

    @api.model
    def _render_isolated(self, company, notices):
        try:
            with self.env.cr.savepoint():
                return self._render_batch(company, notices)
        except Exception as error:  # noqa: BLE001 - one bad letter stops no other
            if len(notices) == 1:
                _logger.error(
                    "Letter of notice %s: %s", notices.name, exception_to_unicode(error)
                )
                return notices.browse()
        done = notices.browse()
        for notice in notices:
            done |= self._render_isolated(company, notice)
        return done

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
        for notice, attachment in zip(notices, attachments, strict=True):
            notice.letter_attachment_id = attachment
        self._attach_letters(notices)
        return notices

    @api.model
    def _attach_letters(self, notices):
        """The letter travels with the e-mails that have not left yet."""
        for notice in notices.filtered("level_id.attach_letter"):
            mails = notice.communication_ids.filtered(
                lambda row: row.channel == "email" and row.state == "queued"
            ).mail_mail_id
            mails.attachment_ids = [Command.link(notice.letter_attachment_id.id)]
