from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import html2plaintext

ROWS = "collection.case.line"
# Files are no cells; what stands in a JSON field is for programs.
UNFIT = ("binary", "json", "properties", "properties_definition", "reference")


class CollectionExportColumn(models.Model):
    """One column: a field of the item, its case, its invoice or its customer."""

    _name = "collection.export.column"
    _description = "Column of a Data Export"
    _order = "layout_id, sequence, id"

    layout_id = fields.Many2one(
        "collection.export.layout", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="layout_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    heading = fields.Char(required=True, translate=True)
    path = fields.Char(
        string="Field",
        help="From the item on: move_name, case_id.name, move_id.invoice_date, "
        "partner_id.vat… Empty: the fixed text.",
    )
    row_model = fields.Char(compute="_compute_row_model")
    constant = fields.Char(string="Fixed Text", help="The same in every row.")

    _has_content = models.Constraint(
        "CHECK(path IS NOT NULL OR constant IS NOT NULL)",
        "A column has a field or a fixed text.",
    )

    def _compute_row_model(self):
        self.row_model = ROWS

    @api.constrains("path")
    def _check_path(self):
        """:raises ValidationError: for a field that is not there, or is no value"""
        for column in self.filtered("path"):
            field = column._field()
            if field is None or field.type in UNFIT:
                raise ValidationError(
                    self.env._("“%(path)s” is no field that can be exported.", path=column.path)
                )

    def _field(self):
        """The field at the end of the path, or None."""
        model, field = self.env[ROWS], None
        for name in self.path.split("."):
            if model is None:
                return None
            field = model._fields.get(name)
            if field is None:
                return None
            model = self.env[field.comodel_name] if field.comodel_name else None
        return field

    def _value(self, line):
        """What stands in this column for an item: text, number, date, or None."""
        self.ensure_one()
        if not self.path:
            return self.constant or ""
        records = line
        *way, last = self.path.split(".")
        for name in way:
            records = records[name]
        values = [self._plain(record, last) for record in records]
        values = [value for value in values if value is not None]
        if len(values) > 1:
            return ", ".join(str(value) for value in values)
        return values[0] if values else None

    def _plain(self, record, name):
        field, value = record._fields[name], record[name]
        if field.relational:
            return ", ".join(value.mapped("display_name")) or None
        if field.type == "boolean":
            return self.env._("Yes") if value else self.env._("No")
        if field.type in ("integer", "float", "monetary"):
            return value
        if not value:
            return None
        if field.type == "selection":
            return dict(field._description_selection(record.env)).get(value, str(value))
        if field.type == "datetime":
            return fields.Datetime.context_timestamp(record, value).strftime("%Y-%m-%d %H:%M")
        return html2plaintext(value) if field.type == "html" else value
