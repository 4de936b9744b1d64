import logging

from odoo import api, models
from odoo.fields import Command
from odoo.tools import exception_to_unicode

_logger = logging.getLogger(__name__)

REPORT = "account_collections.action_report_notice"
# Letters rendered by one call of the PDF engine: its start-up is shared, and a
# crash costs only this many.
LETTER_BATCH = 20


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
        for notice in notices.filtered(lambda notice: notice.level_id._attaches_letter()):
            mails = notice.communication_ids.filtered(
                lambda row: row.channel == "email" and row.state == "queued"
            ).mail_mail_id
            mails.attachment_ids = [Command.link(notice.letter_attachment_id.id)]
