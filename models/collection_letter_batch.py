import io

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

COVER_LIST = "account_collections.action_report_letter_batch"
# What a person may write by hand; everything else goes through the buttons.
PERSON_FIELDS = {"date", "communication_ids"}


class CollectionLetterBatch(models.Model):
    """Letters that are printed, put into envelopes and posted together."""

    _name = "collection.letter.batch"
    _description = "Letter Batch"
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Number", readonly=True, copy=False, default="/", index="trigram")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    date = fields.Date(
        required=True, default=lambda self: self.env.company._collection_today(), copy=False
    )
    registered = fields.Boolean(
        string="Registered Letters", help="Letters with tracking number and proof."
    )
    state = fields.Selection(
        [("draft", "Draft"), ("printed", "Printed"), ("posted", "Posted")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    communication_ids = fields.One2many(
        "collection.communication", "batch_id", string="Letters", copy=False
    )
    letter_count = fields.Integer(string="Number of Letters", compute="_compute_counts")
    needless_count = fields.Integer(compute="_compute_counts")
    untracked_count = fields.Integer(compute="_compute_counts")
    page_count = fields.Integer(string="Pages", compute="_compute_counts")
    file_id = fields.Many2one("ir.attachment", string="PDF", readonly=True, copy=False)
    posted_on = fields.Datetime(readonly=True, copy=False)
    posted_by_id = fields.Many2one("res.users", readonly=True, copy=False)

    _name_unique = models.UniqueIndex(
        "(company_id, name) WHERE name != '/'", "The number of a batch is used once."
    )

    @api.depends(
        "communication_ids.is_needless",
        "communication_ids.state",
        "communication_ids.tracking_number",
        "communication_ids.page_count",
    )
    def _compute_counts(self):
        for batch in self:
            rows = batch.communication_ids
            batch.letter_count = len(rows)
            batch.needless_count = len(rows.filtered(lambda row: row._is_to_leave_out()))
            batch.untracked_count = len(rows) - len(rows.filtered("tracking_number"))
            batch.page_count = sum(rows.mapped("page_count"))

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            # Said, not left out: a default in the context would speak instead.
            nothing = {"state": "draft", "file_id": False, "communication_ids": []}
            vals_list = [{**vals, **nothing} for vals in vals_list]
        batches = super().create(vals_list)
        for batch in batches.sudo():
            batch.name = (
                self.env["ir.sequence"]
                .sudo()
                .with_company(batch.company_id)
                .next_by_code("collection.letter.batch", sequence_date=batch.date)
            )
        return batches

    def write(self, vals):
        """:raises UserError: for a person who writes what the buttons decide"""
        if not self.env.su:
            fixed = set(vals) - PERSON_FIELDS - {"registered", "company_id"}
            begun = self.filtered(lambda batch: batch.state != "draft" or batch.communication_ids)
            if fixed or (begun and {"registered", "company_id"} & set(vals)):
                raise UserError(self.env._("A batch is changed through its buttons."))
            if "date" in vals and "posted" in self.mapped("state"):
                raise UserError(self.env._("This batch has been posted."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted(self):
        if self.filtered(lambda batch: batch.state == "posted"):
            raise UserError(self.env._("A posted batch is part of the record."))

    @api.model
    def _make(self, letters):
        """One batch a company, registered letters apart.

        :param letters: communications the user may write
        """
        batches = self.browse()
        for (company, registered), group in letters.grouped(
            lambda row: (row.company_id, row.registered)
        ).items():
            batch = self.create({"company_id": company.id, "registered": registered})
            batch._take(group)
            batches |= batch
        return batches

    def _take(self, letters):
        """Letters of this batch from now on; nobody else takes them meanwhile."""
        # Safe: the caller has checked the rights; only the system writes the field.
        free = letters.sudo().try_lock_for_update().filtered(lambda row: not row.batch_id)
        free._waiting_for_post().batch_id = self

    def action_collect(self):
        """Take in every letter that waits to be printed.

        :raises UserError: when there is none
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "draft":
            raise UserError(self.env._("This batch has been printed; make a new one."))
        waiting = self.env["collection.communication"].search(self._waiting_domain())
        if not waiting:
            raise UserError(self.env._("No letter waits to be printed and posted."))
        self._take(waiting)

    def _waiting_domain(self):
        return (
            Domain("channel", "=", "letter")
            & Domain("state", "=", "queued")
            & Domain("by_post_service", "=", False)
            & Domain("notice_id", "!=", False)
            & Domain("notice_id.state", "!=", "settled")
            & Domain("company_id", "=", self.company_id.id)
            & Domain("registered", "=", self.registered)
            & Domain("batch_id", "=", False)
        )

    def action_print(self):
        """One PDF: the cover list, then the letters in its order.

        :return: the file, with a word about what is not in it
        :raises UserError: when there is nothing to print
        """
        self.ensure_one()
        self.check_access("read" if self.file_id else "write")
        left_out = self.sudo()._print() if self.state == "draft" else ""
        if not self.file_id:
            raise UserError(self.env._("This batch has not been printed."))
        file = {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.file_id.id}?download=true",
            "target": "download",
        }
        if not left_out:
            return file
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "title": self.env._("Not in this batch"),
                "message": left_out,
                "next": file,
            },
        }

    def action_draft(self):
        """Print again later, with other letters.

        :raises UserError: when the letters are in the post
        """
        self.check_access("write")
        if "posted" in self.mapped("state"):
            raise UserError(self.env._("This batch has been posted."))
        batches = self.sudo()
        batches.file_id.unlink()
        batches.state = "draft"

    def action_drop_needless(self):
        """Take out the letters of customers who have paid since, and of notices that
        were taken back."""
        self.check_access("write")
        rows = self.communication_ids.filtered(lambda row: row._is_to_leave_out())
        rows.action_leave_batch()

    def action_post(self):
        """The person has put these letters into the post: they count as sent.

        :raises UserError: before they were printed, or for letters nobody owes for
        """
        self.check_access("write")
        for batch in self:
            if batch.state != "printed":
                raise UserError(self.env._("Print the batch first."))
            if batch.needless_count:
                raise UserError(
                    self.env._(
                        "%(count)s of these customers have paid since: take their letters out "
                        "of the pile and press “Take Out Paid”.",
                        count=batch.needless_count,
                    )
                )
            batch.communication_ids.action_mark_posted()
            batch.sudo().write(
                {
                    "state": "posted",
                    "posted_on": fields.Datetime.now(),
                    "posted_by_id": self.env.uid,
                }
            )

    # The file

    def _print(self):
        """Make the file from the frozen letters; `self` is in sudo.

        What is not needed any more or cannot be rendered is left out.

        :return: what was left out, and why, as text
        """
        chosen = self.communication_ids
        self._leave_out_needless()
        delivery = self.env["collection.delivery"]
        delivery._waited_for()._render_letters(
            delivery._without_letter(self.communication_ids.notice_id)
        )
        rows = self.communication_ids._waiting_for_post()
        printable = rows.filtered("notice_id.letter_attachment_id")
        (self.communication_ids - printable).batch_id = False
        left_out = (chosen - printable)._say_left_out()
        if not printable:
            nothing = self.env._("There is no letter left to print in this batch.")
            raise UserError("\n".join(filter(None, [nothing, left_out])))
        letters = []
        for number, row in enumerate(printable.sorted(self._sort_key), start=1):
            letters.append(PdfFileReader(io.BytesIO(row.notice_id.letter_attachment_id.raw)))
            row.write({"batch_sequence": number, "page_count": len(letters[-1].pages)})
        self.file_id = self.env["ir.attachment"].create(
            {
                "name": f"{self.name.replace('/', '-')}.pdf",
                "raw": self._merge([self._cover_list(), *letters]),
                "res_model": self._name,
                "res_id": self.id,
                "type": "binary",
            }
        )
        self.state = "printed"
        return left_out

    def _leave_out_needless(self):
        needless = self.communication_ids.filtered("is_needless")
        needless._not_needed(self.env._("Nothing left to collect"))
        (needless | self.communication_ids.filtered(lambda r: r.state != "queued")).write(
            {"batch_id": False}
        )

    @api.model
    def _sort_key(self, row):
        """By country, zip and name, as the post wants piles."""
        recipient = row.recipient_id
        return (
            recipient.country_id.code or "",
            recipient.zip or "",
            row.partner_id.name or "",
            row.id,
        )

    def _cover_list(self):
        report = self.env["ir.actions.report"].with_company(self.company_id)
        content, _type = report._render_qweb_pdf(COVER_LIST, res_ids=self.ids)
        return PdfFileReader(io.BytesIO(content))

    def _merge(self, documents):
        """One file; printed on both sides, each document begins on a fresh sheet."""
        writer = PdfFileWriter()
        for document in documents:
            for page in document.pages:
                writer.addPage(page)
            if self.company_id.collection_letter_duplex and len(document.pages) % 2:
                writer.addBlankPage()
        with io.BytesIO() as buffer:
            writer.write(buffer)
            return buffer.getvalue()

    def _listed(self):
        """The letters in the order of the pile."""
        self.ensure_one()
        return self.communication_ids.sorted(lambda row: (row.batch_sequence, row.id))
