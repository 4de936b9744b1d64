from functools import partial

from odoo import fields, models
from odoo.tools import SQL

from .account_move import COLLECTIONS_GROUPS

# What collections keep about an item, and about its document.
OF_ITEM = (
    "collection_notice_line_ids",
    "collection_offer_ids",
    "collection_case_line_ids",
    "collection_dispute_ids",
    "collection_undone_ids",
)
OF_DOCUMENT = ("collection_charge_ids", "collection_booked_charge_ids")


class AccountMoveLine(models.Model):
    """Most items are posted and paid without ever being a matter of collections.

    One question for all of it, before they are, instead of one at every turn: the cache then
    knows where there is nothing. The fields are the other side of those the ORM follows when
    an item changes; it would search without them.
    """

    _inherit = "account.move.line"

    collection_case_line_ids = fields.One2many(
        "collection.case.line",
        "move_line_id",
        string="Lines of Cases",
        groups=COLLECTIONS_GROUPS,
        export_string_translation=False,
    )
    collection_dispute_ids = fields.Many2many(
        "collection.dispute",
        "account_move_line_collection_dispute_rel",
        "account_move_line_id",
        "collection_dispute_id",
        string="Disputes",
        copy=False,
        groups=COLLECTIONS_GROUPS,
        export_string_translation=False,
    )
    collection_undone_ids = fields.One2many(
        "collection.undone.settlement",
        "move_line_id",
        string="Undone Settlements",
        groups=COLLECTIONS_GROUPS,
        export_string_translation=False,
    )

    def _collection_look(self):
        """Have the cache know which of these items collections have nothing to do with."""
        # Safe: whoever books need not see collections; nothing of it is shown.
        items = self.sudo()
        moves = items.move_id
        unknown = [
            (records.browse(ids), field)
            for records, names in ((items, OF_ITEM), (moves, OF_DOCUMENT))
            for field in (records._fields[name] for name in names)
            if (ids := [id_ for id_ in field._cache_missing_ids(records) if id_])
        ]
        # One alone is not worth a question.
        if len(unknown) < 2:
            return
        found = {field.name: set() for _records, field in unknown}
        parts = [_rows_sql(records, field) for records, field in unknown]
        for name, id_ in self.env.execute_query(SQL(" UNION ALL ").join(parts)):
            found[name].add(id_)
        for records, field in unknown:
            ids = [id_ for id_ in records._ids if id_ not in found[field.name]]
            field._insert_cache(records.browse(ids), [()] * len(ids))
        # What others write from then on is not known.
        self.env.cr.postcommit.add(partial(items._collection_forget, moves))

    def _collection_forget(self, moves):
        self.invalidate_recordset(OF_ITEM, flush=False)
        moves.invalidate_recordset(OF_DOCUMENT, flush=False)


def _rows_sql(records, field):
    """``(field name, id)`` of those of these records that have a row in ``field``."""
    if field.type == "many2many":
        table, column = field.relation, SQL.identifier(field.column1)
    else:
        rows = records.env[field.comodel_name]
        table = rows._table
        column = SQL.identifier(field.inverse_name, to_flush=rows._fields[field.inverse_name])
    return SQL(
        "SELECT %s, %s FROM %s WHERE %s IN %s",
        field.name, column, SQL.identifier(table), column, records._ids,
    )
