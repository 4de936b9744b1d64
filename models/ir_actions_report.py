from odoo import models

LETTER = "account_collections.report_notice"


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def retrieve_attachment(self, record):
        """The letter of a notice is the file it was sent with.

        Core looks for a file of the same name, which anybody may have put into
        the chatter, the customer by his reply included.
        """
        if self.report_name == LETTER:
            return record.letter_attachment_id or None
        return super().retrieve_attachment(record)

    def _prepare_pdf_report_attachment_vals_list(self, report, streams):
        """Printing writes nothing: letters are kept when they are delivered."""
        if report.report_name == LETTER:
            return []
        return super()._prepare_pdf_report_attachment_vals_list(report, streams)
