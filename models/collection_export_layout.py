"""Data of cases for an agency's or a court's system: what, in which order and form."""

import csv
import io

from odoo import api, fields, models
from odoo.exceptions import UserError

# A spreadsheet takes a text that begins so for a formula, whatever the file says.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
EXCEL_TEXT = 32767
MIMETYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def harmless(text):
    """A text that no spreadsheet runs as a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text


class CollectionExportLayout(models.Model):
    """One row an item, one column a field; as CSV or XLSX."""

    _name = "collection.export.layout"
    _description = "Layout of a Data Export"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", index=True, help="Empty: all companies.")
    file_format = fields.Selection(
        [("csv", "CSV"), ("xlsx", "Excel (XLSX)")], default="csv", required=True
    )
    with_headings = fields.Boolean(string="Headings in the First Row", default=True)
    delimiter = fields.Selection(
        [(";", "Semicolon"), (",", "Comma"), ("|", "Bar"), ("tab", "Tabulator")],
        default=";",
        required=True,
    )
    decimal_separator = fields.Selection(
        [(".", "Point"), (",", "Comma")], default=".", required=True
    )
    date_format = fields.Selection(
        [
            ("%Y-%m-%d", "2026-12-31"),
            ("%d/%m/%Y", "31/12/2026"),
            ("%d.%m.%Y", "31.12.2026"),
            ("%m/%d/%Y", "12/31/2026"),
            ("%Y%m%d", "20261231"),
        ],
        default="%Y-%m-%d",
        required=True,
    )
    encoding = fields.Selection(
        [("utf-8-sig", "UTF-8 (with mark, for Excel)"), ("utf-8", "UTF-8")],
        default="utf-8-sig",
        required=True,
    )
    column_ids = fields.One2many("collection.export.column", "layout_id", copy=True)

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for layout, vals in zip(self, vals_list, strict=True):
            if "name" not in (default or {}):
                vals["name"] = self.env._("%(name)s (copy)", name=layout.name)
        return vals_list

    @api.model
    def _for_company(self, company):
        """The layouts a company may use, its own first."""
        layouts = self.search([("company_id", "in", (False, company.id))])
        return layouts.sorted(lambda layout: (not layout.company_id, layout.sequence))

    def _export(self, lines, file_format=None):
        """The items of cases as a file.

        :param lines: ``collection.case.line``, in the environment of whoever asks:
            he exports what he may read, in the language of the context
        :return: ``(content, extension)``
        :raises UserError: without columns
        """
        self.ensure_one()
        layout = self.with_context(lang=lines.env.context.get("lang"))
        if not layout.column_ids:
            raise UserError(self.env._("The layout “%s” has no columns.", self.name))
        rows = [[column._value(line) for column in layout.column_ids] for line in lines]
        headings = [column.heading for column in layout.column_ids]
        kind = file_format or self.file_format
        write = self._write_xlsx if kind == "xlsx" else self._write_csv
        return write(headings if self.with_headings else None, rows), kind

    def _write_csv(self, headings, rows):
        stream = io.StringIO(newline="")
        delimiter = "\t" if self.delimiter == "tab" else self.delimiter
        writer = csv.writer(stream, delimiter=delimiter)
        if headings:
            writer.writerow([harmless(heading) for heading in headings])
        for row in rows:
            writer.writerow([self._say(value) for value in row])
        return stream.getvalue().encode(self.encoding)

    def _say(self, value):
        """A value as text; only texts are defused, a negative amount stays a number."""
        if value is None:
            return ""
        if isinstance(value, str):
            return harmless(value)
        if isinstance(value, float):
            text = f"{value:.2f}" if round(value, 2) == value else f"{value:.6f}".rstrip("0")
            return text.replace(".", self.decimal_separator)
        if hasattr(value, "strftime"):
            return value.strftime(self.date_format)
        return str(value)

    def _write_xlsx(self, headings, rows):
        import xlsxwriter  # noqa: PLC0415 - as core does: it is slow to load

        stream = io.BytesIO()
        # Texts stay texts: neither formulas nor links.
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(stream, options) as workbook:
            bold = workbook.add_format({"bold": True})
            day = workbook.add_format({"num_format": "yyyy-mm-dd"})
            sheet = workbook.add_worksheet()
            first = 1 if headings else 0
            for column, heading in enumerate(headings or ()):
                sheet.write_string(0, column, heading, bold)
            for position, row in enumerate(rows, start=first):
                for column, value in enumerate(row):
                    if isinstance(value, str):
                        sheet.write_string(position, column, value[:EXCEL_TEXT])
                    elif hasattr(value, "strftime"):
                        sheet.write_datetime(position, column, value, day)
                    elif value is not None:
                        sheet.write_number(position, column, value)
            if rows:
                sheet.autofit()
        return stream.getvalue()
