from odoo import models
from odoo.exceptions import UserError

from .collection_export_layout import MIMETYPES


class CollectionCase(models.Model):
    """Cases as data, for the system of whoever works them."""

    _inherit = "collection.case"

    def action_export(self):
        """Choose layout and form of the file."""
        self.check_access("read")
        layout = self._export_layout()
        wizard = self.env["collection.case.export"].create(
            {"case_ids": self.ids, "layout_id": layout.id}
        )
        return {**wizard._get_records_action(target="new"), "name": self.env._("Export")}

    def _export_layout(self):
        """The first layout of the company.

        :raises UserError: when there is none
        """
        layout = self.env["collection.export.layout"]._for_company(self.company_id[:1])[:1]
        if not layout:
            raise UserError(self.env._("Make an export layout first, in the configuration."))
        return layout

    def _export_file(self, layout, file_format=None):
        """The items of these cases in one file, in the language of its reader.

        :return: ``(content, file name)``
        :raises UserError: when a rate is missing: wrong amounts are worse than none
        """
        for case in self:
            case._claim()
        lang = self._mandate_lang() if len(self) == 1 else self.env.lang
        lines = self.line_ids.with_context(lang=lang)
        content, kind = layout._export(lines, file_format)
        single = (self.name or "").replace("/", "-") if len(self) == 1 else ""
        return content, f"{single or self.env._('cases')}.{kind}"

    def _keep_export(self, content, name, kind):
        self.ensure_one()
        # Safe: a copy of what the user was given, on a case he may read.
        return self.env["ir.attachment"].sudo().create(
            {
                "name": name,
                "raw": content,
                "mimetype": MIMETYPES[kind],
                "res_model": self._name,
                "res_id": self.id,
            }
        )

    def _make_export(self):
        """The file that goes with the mandate."""
        layout = self._export_layout()
        content, name = self._export_file(layout)
        return self._keep_export(content, name, layout.file_format)
