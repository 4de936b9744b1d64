from odoo import api, models
from odoo.tools import SQL

from .bulk import id_array
from .collection_pauses import _lasts_until


class CollectionPauses(models.AbstractModel):
    """Whoever works a case is the only one who writes to the customer about it."""

    _inherit = "collection.pauses"

    @api.model
    def _collect(self, company, date, rows, ignore_proposals=False):
        pauses = super()._collect(company, date, rows, ignore_proposals)
        self._add_cases(pauses, id_array(row["id"] for row in rows))
        return pauses

    @api.model
    def _add_cases(self, pauses, item_ids):
        """Items of a live case wait for its end, whenever that may be."""
        self.env["collection.case.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.move_line_id, the_case.name
                  FROM collection_case_line line
                  JOIN collection_case the_case ON the_case.id = line.case_id
                 WHERE line.is_live AND line.move_line_id = ANY(%s)
                """,
                item_ids,
            )
        )
        for item_id, name in rows:
            pause = ("case", name or "", None)
            known = pauses.by_item.get(item_id, pause)
            pauses.by_item[item_id] = max(pause, known, key=_lasts_until)
