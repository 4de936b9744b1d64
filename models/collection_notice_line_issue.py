from odoo import models
from odoo.tools import SQL

from .bulk import id_array


class CollectionNoticeLine(models.Model):
    """The items of notices that go out."""

    _inherit = "collection.notice.line"

    def _invoices(self):
        """The invoices of these items, read together; those of items that are gone too."""
        return self.move_line_id.move_id | self.former_move_id

    def _set_issued(self):
        """With their notices; in one statement, and without reading them anew."""
        self.flush_recordset()
        self.env.execute_query(
            SQL(
                "UPDATE %s SET stage = 'issued' WHERE id = ANY(%s) RETURNING 1",
                SQL.identifier(self._table),
                id_array(self.ids),
            )
        )
        self._fields["stage"]._update_cache(self, "issued")
