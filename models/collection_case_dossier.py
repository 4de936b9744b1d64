"""The dossier: our pages, then invoices, notices and other documents as they are, bound
into one PDF with a table of contents."""

from markupsafe import Markup

from odoo import api, fields, models, modules
from odoo.exceptions import UserError
from odoo.tools import config
from odoo.tools.pdf import to_pdf_stream

from .collection_case_pdf import bind, pages_of, split_at_headings

REPORT = "account_collections.action_report_dossier"
TEMPLATE = "account_collections.report_dossier"
INVOICE_REPORT = "account.account_invoices"
OWN_PAGES = ("claim", "items", "interest", "contacts", "message")


class CollectionCase(models.Model):
    _inherit = "collection.case"

    document_ids = fields.Many2many(
        "ir.attachment",
        "collection_case_document_rel",
        string="Further Documents",
        copy=False,
        help="Contract, order, delivery note…: PDF files and pictures, bound into the "
        "dossier after the notices.",
    )

    @api.constrains("document_ids")
    def _check_documents(self):
        """:raises AccessError: for files the user may not read himself"""
        for case in self:
            # Constraints run in sudo: the person is asked, not the system.
            case.sudo().document_ids.with_user(self.env.user).check_access("read")

    def action_make_dossier(self):
        """Make the dossier of today, keep it with the case, and show it."""
        self.ensure_one()
        self.check_access("write")
        # Safe: the file is part of a case the user may change.
        case = self.sudo()
        today = fields.Date.to_string(case.company_id._collection_today())
        name = f"{(case.name or '').replace('/', '-')} {today}.pdf"
        attachment = self.env["ir.attachment"].sudo().create(
            {
                "name": name,
                "raw": case._dossier_pdf(),
                "mimetype": "application/pdf",
                "res_model": case._name,
                "res_id": case.id,
            }
        )
        case.dossier_attachment_id = attachment
        case._message_log(
            body=self.env._("Dossier made by %s.", self.env.user.name),
            attachment_ids=attachment.ids,
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}",
            "target": "new",
        }

    def _dossier_pdf(self):
        """Everything in one file, as of today.

        :raises UserError: when a rate is missing or the PDF engine is
        """
        self.ensure_one()
        case = self.sudo().with_company(self.company_id)
        case = case.with_context(lang=case._dossier_lang(), force_report_rendering=True)
        sections = case._own_sections() + case._annexes()
        case._render_own(sections)
        bound = [section for section in sections if section["pages"]]
        contents = case._render_contents(bound, [s for s in sections if not s["pages"]])
        parts = [(contents, "", case.env._("Contents"))]
        parts += [(part["content"], part["label"], part["title"]) for part in bound]
        return bind(parts, case.name or "")

    # What it consists of

    def _section(self, key, title, detail="", label="", record=None, content=b""):
        """One part of the dossier; ``content`` is empty for pages of our own."""
        return {
            "key": key,
            "title": title,
            "detail": detail,
            "label": label,
            "record": record,
            "content": content,
            "pages": pages_of(content) if content else 0,
            "page": 0,
        }

    def _own_sections(self):
        """Our own pages, which introduce the rest."""
        return [
            self._section("claim", self.env._("Statement of claim")),
            self._section("items", self.env._("List of invoices")),
            self._section("interest", self.env._("Calculation of interest")),
            self._section("contacts", self.env._("Log of contacts")),
        ]

    def _annexes(self):
        """Invoices, then notices with the proofs that they arrived, then the rest."""
        annexes = [
            *self._invoice_sections(),
            *(self._notice_section(notice) for notice in self._notices()),
            *(self._file_section(file, title) for file, title in self._proofs()),
            *(self._file_section(file, file.name) for file in self.document_ids),
        ]
        for number, annex in enumerate(annexes, start=1):
            annex["label"] = self.env._("Annex %s", number)
        return annexes

    def _invoices(self):
        """The documents behind the items, by date; entries have none."""
        moves = self.line_ids.move_id.filtered(
            lambda move: move.state == "posted" and move.is_sale_document(include_receipts=True)
        )
        return moves.sorted(lambda move: (move.invoice_date, move.name))

    def _invoice_sections(self):
        """Invoices as they were sent; those never sent, as they would be printed."""
        moves = self._invoices()
        contents = {move.id: move.invoice_pdf_report_id.raw for move in moves}
        missing = moves.filtered(lambda move: not contents[move.id])
        contents.update(self._print_invoices(missing))
        return [
            self._section(
                "invoice",
                self.env._("Invoice %s", move.name),
                self._say_date(move.invoice_date),
                record=move,
                content=contents[move.id],
            )
            for move in moves
        ]

    def _print_invoices(self, moves):
        """``{move id: PDF}``, in one go of the PDF engine."""
        if not moves:
            return {}
        report = self.env["ir.actions.report"].with_context(report_pdf_no_attachment=True)
        content, kind = report._pre_render_qweb_pdf(INVOICE_REPORT, moves.ids)
        return report._get_splitted_report(INVOICE_REPORT, content, kind)

    def _notice_section(self, notice):
        """The letter as it was sent; a notice without one: its e-mail."""
        detail = f"{notice.level_id.name}, {self._say_date(notice.date)}"
        title = self.env._("Notice %s", notice.name)
        content = notice.letter_attachment_id.raw or b""
        return self._section(
            "notice" if content else "message", title, detail, record=notice, content=content
        )

    def _proofs(self):
        """Proofs of posting and delivery, with their letters."""
        rows = self._notices().communication_ids
        if "proof_attachment_ids" not in rows._fields:
            return []
        return [
            (file, self.env._("Proof of delivery: %s", row.notice_id.name))
            for row in rows.sorted("date")
            for file in row.proof_attachment_ids
        ]

    def _file_section(self, file, title):
        """A file somebody added; what is no PDF and no picture is only listed."""
        try:
            stream = to_pdf_stream(file)
            content = stream.getvalue() if stream else b""
        except Exception:  # noqa: BLE001 - somebody's file: damaged, or not what it says
            content = b""
        return self._section("file", title, file.name, record=file, content=content)

    # Rendering

    def _render_own(self, sections):
        """Our pages and the e-mails, in one go of the PDF engine where it can be told
        apart afterwards."""
        own = [section for section in sections if section["key"] in OWN_PAGES]
        whole = self._render_sections(own)
        parts = split_at_headings(whole, len(own)) or [
            self._render_sections([section]) for section in own
        ]
        for section, content in zip(own, parts, strict=True):
            section.update(content=content, pages=pages_of(content))

    def _render_sections(self, sections):
        report = self.env["ir.actions.report"]
        content, kind = report._render_qweb_pdf(REPORT, self.ids, data={"sections": sections})
        if kind != "pdf":
            raise UserError(self.env._("The PDF engine is not available."))
        return content

    def _render_contents(self, bound, listed):
        """Title and table of contents; its own length moves the pages it names."""
        length = 1
        while True:
            page = length + 1
            for section in bound:
                section["page"] = page
                page += section["pages"]
            contents = self._section("contents", self.env._("Dossier"))
            contents.update(bound=bound, listed=listed)
            content = self._render_sections([contents])
            if pages_of(content) <= length:
                return content
            length = pages_of(content)

    def _message_body(self, notice):
        """What the customer read in the e-mail; the text was frozen with the notice."""
        return notice.email_body or Markup()


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        """The dossier is more than its own pages: they are bound with the rest."""
        is_dossier = self._get_report(report_ref).report_name == TEMPLATE
        if not is_dossier or "sections" in (data or {}) or not self._renders_pdf():
            return super()._render_qweb_pdf(report_ref, res_ids=res_ids, data=data)
        cases = self.env["collection.case"].browse(res_ids)
        cases.check_access("read")
        files = [case._dossier_pdf() for case in cases]
        if len(files) == 1:
            return files[0], "pdf"
        parts = [(file, "", case.display_name) for file, case in zip(files, cases, strict=True)]
        return bind(parts, ""), "pdf"

    def _renders_pdf(self):
        """False in tests, unless they ask for the real thing."""
        return bool(self.env.context.get("force_report_rendering")) or not (
            modules.module.current_test or config["test_enable"]
        )
