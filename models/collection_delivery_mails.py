from odoo import api, models
from odoo.fields import Command
from odoo.tools import SQL, plaintext2html

from .bulk import bulk_copies

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
    """The e-mails of notices, into core's queue: one as core makes it, the others like it."""

    _inherit = "collection.delivery"

    @api.model
    def _queue_mails(self, communications):
        """One e-mail for each communication, in core's queue."""
        rows = [{"notice_id": row.notice_id.id, "summary": row.summary} for row in communications]
        self._make_mails(rows)
        for communication, row in zip(communications, rows, strict=True):
            communication.mail_mail_id = row["mail_mail_id"]

    @api.model
    def _make_mails(self, rows):
        """An e-mail for each row of the log that is about to be written, and its id there."""
        notices = self.env["collection.notice"].browse([row["notice_id"] for row in rows])
        headers, shells = self._mail_headers(notices), {}
        by_notice = dict(zip(notices, rows, strict=True))
        for company, group in notices.grouped("company_id").items():
            mails = self._make_alike(
                [
                    self._prepare_mail(
                        notice, by_notice[notice]["summary"], headers[notice.id], shells
                    )
                    for notice in group.with_company(company)
                ]
            )
            for notice, mail in zip(group, mails, strict=True):
                by_notice[notice]["mail_mail_id"] = mail.id

    @api.model
    def _make_alike(self, values):
        """Core makes the first e-mail, with all that it and other modules put into one; the
        others differ in what is theirs only.

        :param values: what :meth:`_prepare_mail` says of each
        :return: the e-mails, in the same order
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
        self._address_mails(copies, values[1:])
        return first | copies

    @api.model
    def _address_mails(self, mails, values):
        """Each e-mail goes to the contact its notice is for."""
        relation = mails._fields["recipient_ids"]
        pairs = [
            SQL("(%s, %s)", mail.id, command[1])
            for mail, vals in zip(mails, values, strict=True)
            for command in vals["recipient_ids"]
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
    def _prepare_mail(self, notice, summary, headers, shells):
        """:param summary: what the log says of the e-mail"""
        notice = notice._in_its_language()
        template = notice.level_id.mail_template_id
        vals = {
            "model": notice._name,
            "res_id": notice.id,
            "subject": notice.email_subject,
            "body_html": self._in_layout(notice, template, shells),
            # The chatter says that it went; the text is kept once, on the notice.
            "body": plaintext2html(summary),
            "recipient_ids": [Command.link(notice.recipient_id.id)],
            "mail_server_id": template.mail_server_id.id,
            # The mail is part of the record: replies find the notice by it.
            "auto_delete": False,
            "author_id": notice.company_id.partner_id.id,
            **headers,
        }
        return {key: value for key, value in vals.items() if value}
