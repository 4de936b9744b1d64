import io

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.modules import module as odoo_module
from odoo.tools import html2plaintext
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from .iap_outcome import never_left
from .sms_sms import INTERRUPTED_AFTER

EDGE = 5 * mm
ADDRESS_FAILURES = ("MISSING_REQUIRED_FIELDS", "NO_PRICE_AVAILABLE")


class SnailmailLetter(models.Model):
    """Dunning letters are posted once, as they were frozen, and only to whoever
    still owes."""

    _inherit = "snailmail.letter"

    def _collection_rows(self):
        """``{letter: communication}`` of the dunning letters among these."""
        rows = (
            self.env["collection.communication"]
            # Safe: the queue works for everybody; only delivery is written.
            .sudo()
            .search([("snailmail_letter_id", "in", self.ids)])
        )
        return {row.snailmail_letter_id.with_env(self.env): row for row in rows}

    def _generate_report_pdf(self, report):
        """The letter is the file that was frozen with the notice."""
        notice = self._collection_rows().get(self, self.env["collection.communication"]).notice_id
        if not notice:
            return super()._generate_report_pdf(report)
        return notice.letter_filename, notice.letter_attachment_id.raw

    def _overwrite_margins(self, invoice_bin):
        """The service prints nothing within 5 mm of the edge.

        As core does, on pages of the new file: current versions of the PDF library
        refuse to draw on pages that are being read.
        """
        if not self._collection_rows():
            return super()._overwrite_margins(invoice_bin)
        frame = PdfFileReader(io.BytesIO(_white_frame())).getPage(0)
        writer = PdfFileWriter()
        for page in PdfFileReader(io.BytesIO(invoice_bin)).pages:
            writer.addPage(page)
        for number in range(writer.getNumPages()):
            writer.getPage(number).mergePage(frame)
        with io.BytesIO() as buffer:
            writer.write(buffer)
            return buffer.getvalue()

    def _snailmail_print(self, immediate=True):
        rows = self._collection_rows()
        kept = self.filtered(lambda one: one not in rows or one._collection_may_leave(rows[one]))
        return super(SnailmailLetter, kept)._snailmail_print(immediate=immediate)

    def _snailmail_print_invalid_address(self):
        result = super()._snailmail_print_invalid_address()
        for letter, row in self._collection_rows().items():
            letter._collection_follow(row)
        return result

    def _snailmail_print_valid_address(self):
        """One letter. Core tries again what failed, every day; a notice that failed is
        made afresh by the next run instead, with its dates put right."""
        row = self._collection_rows().get(self)
        if not row:
            return super()._snailmail_print_valid_address()
        row.claimed_on = fields.Datetime.now()
        if not odoo_module.current_test:
            self.env.cr.commit()  # pylint: disable=invalid-commit
        try:
            super()._snailmail_print_valid_address()
        except AccessError as error:
            # The service did not answer; what it has printed by then, nobody knows.
            self._collection_failed(row, "temporary" if never_left(error) else "unknown", error)
        except UserError as error:
            self._collection_failed(row, "temporary", error)
        else:
            self._collection_follow(row)
        return None

    def cancel(self):
        """Whoever takes a letter back in core's screens takes the contact back."""
        result = super().cancel()
        for row in self._collection_rows().values():
            if row.state == "queued" and not row.claimed_on:
                row._not_needed(self.env._("The letter was cancelled"))
        return result

    def _collection_may_leave(self, row):
        """False for what is not needed any more or was tried before."""
        self.ensure_one()
        row._keep_back()
        if row.state == "queued" and row.claimed_on:
            if row.claimed_on > fields.Datetime.now() - INTERRUPTED_AFTER:
                return False  # another process is at it
            reason = self.env._("Sending was interrupted; the letter may have been posted.")
            row._fail("unknown", reason)
        if row.state != "queued":
            self._collection_stop()
            return False
        return True

    def _collection_follow(self, row):
        """The answer of the service decides the state of the communication."""
        if self.state == "sent":
            row._sent()
            row.outcome = " ".join(html2plaintext(self.info_msg or "").split())
        elif self.state == "error":
            kind = "address" if self.error_code in ADDRESS_FAILURES else "temporary"
            self._collection_failed(row, kind, html2plaintext(self.info_msg or ""))

    def _collection_failed(self, row, kind, reason):
        text = " ".join(str(reason).split()) or self.env._("The letter was not posted")
        row._fail(kind, text)
        # The code stays: it tells, and stops core's queue when there is no credit.
        self.state = "canceled"

    def _collection_stop(self):
        """Take letters that have not been posted out of the queue."""
        waiting = self.filtered(lambda letter: letter.state in ("pending", "error"))
        waiting.write({"state": "canceled", "error_code": False})
        waiting.notification_ids.sudo().write({"notification_status": "canceled"})


def _white_frame():
    """A page that is white at its edges and clear within."""
    with io.BytesIO() as buffer:
        canvas = Canvas(buffer, pagesize=A4)
        canvas.setFillColorRGB(1, 1, 1)
        width, height = A4
        for box in (
            (0, 0, width, EDGE),
            (0, height - EDGE, width, EDGE),
            (0, 0, EDGE, height),
            (width - EDGE, 0, EDGE, height),
        ):
            canvas.rect(*box, stroke=0, fill=1)
        canvas.save()
        return buffer.getvalue()
