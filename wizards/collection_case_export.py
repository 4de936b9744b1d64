import base64

from odoo import api, fields, models


class CollectionCaseExport(models.TransientModel):
    """The data of cases as a file, in the layout its reader wants."""

    _name = "collection.case.export"
    _description = "Export Cases"

    case_ids = fields.Many2many("collection.case")
    layout_id = fields.Many2one("collection.export.layout", required=True)
    file_format = fields.Selection(
        [("csv", "CSV"), ("xlsx", "Excel (XLSX)")],
        compute="_compute_file_format",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    content = fields.Binary(readonly=True, attachment=False)
    filename = fields.Char(readonly=True)

    @api.depends("layout_id")
    def _compute_file_format(self):
        for wizard in self:
            wizard.file_format = wizard.layout_id.file_format or "csv"

    def action_export(self):
        """Make the file and hand it over; of one case, a copy stays with it."""
        self.ensure_one()
        self.check_access("write")
        self.case_ids.check_access("read")
        content, name = self.case_ids._export_file(self.layout_id, self.file_format)
        if len(self.case_ids) == 1:
            self.case_ids._keep_export(content, name, self.file_format)
        self.write({"content": base64.b64encode(content), "filename": name})
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/content?download=true"
            f"&filename={name}",
            "target": "self",
        }
