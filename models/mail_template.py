from odoo import models
from odoo.fields import Command

LAYOUT = "account_collections.mail_layout_notice"


class MailTemplate(models.Model):
    _inherit = "mail.template"

    def _collection_prepare_mail(self, record, about, company, recipient):
        """An e-mail to a customer, in the language of the context and in our layout, for a
        time that is not quiet.

        :param record: what the template speaks of
        :param about: the record on which answers land
        :return: values of ``mail.mail``
        """
        self.ensure_one()
        lang = self.env.lang
        subject = self._render_field("subject", record.ids, set_lang=lang)[record.id]
        body = self._render_field("body_html", record.ids, set_lang=lang)[record.id]
        body = self._render_encapsulate(
            self.email_layout_xmlid or LAYOUT,
            body,
            add_context={"company": company, "lang": lang},
            context_record=about,
        )
        return {
            "model": about._name,
            "res_id": about.id,
            "subject": subject,
            "body_html": body,
            "body": body,
            "recipient_ids": [Command.link(recipient.id)],
            # The mail is part of the record.
            "auto_delete": False,
            "email_from": company.email_formatted,
            "author_id": company.partner_id.id,
            "scheduled_date": self.env["collection.contact.rules"]._earliest(company),
        }
