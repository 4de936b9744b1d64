from odoo import api, fields, models
from odoo.tools import SQL

from .account_move import COLLECTIONS_GROUPS

FUNCTION = "collection_touched"
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

    def _auto_init(self):
        result = super()._auto_init()
        self._collection_create_touched()
        return result

    @api.model
    def _collection_create_touched(self):
        """The question is a function of the database, which plans it once a connection: to
        plan seven tables takes ten times as long as to find nothing in them."""
        parts = [_rows_sql(self.env, *names) for names in _sources()]
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION %(function)s(items integer[], moves integer[])
                RETURNS TABLE (field_name text, record_id integer) LANGUAGE plpgsql STABLE
                -- The plan is kept: the tables, empty at first, may grow meanwhile. Left alone,
                -- PostgreSQL would plan anew each time, as few items look cheaper than any.
                SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
                BEGIN
                    RETURN QUERY %(rows)s;
                END
                $$
                """,
                function=SQL.identifier(FUNCTION),
                rows=SQL(" UNION ALL ").join(parts),
            )
        )

    def _collection_look(self):
        """Have the cache know which of these items collections have nothing to do with."""
        # Safe: whoever books need not see collections; nothing of it is shown.
        items = self.sudo()
        # Whoever has looked knows of the first what he knows of all.
        if not any(items._fields[OF_ITEM[0]]._cache_missing_ids(items)):
            return
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
        for name, id_ in self.env.execute_query(_touched_sql(items, moves)):
            if name in found:
                found[name].add(id_)
        for records, field in unknown:
            ids = [id_ for id_ in records._ids if id_ not in found[field.name]]
            field._insert_cache(records.browse(ids), [()] * len(ids))


def _sources():
    """``(model, field, parameter of the function)`` of all that is asked."""
    for name in OF_ITEM:
        yield "account.move.line", name, SQL("items")
    for name in OF_DOCUMENT:
        yield "account.move", name, SQL("moves")


def _rows_sql(env, model, name, records):
    """``(field name, id)`` of those of ``records`` that have a row in a field of theirs."""
    field = env[model]._fields[name]
    if field.type == "many2many":
        table, column = field.relation, field.column1
    else:
        table, column = env[field.comodel_name]._table, field.inverse_name
    column = SQL.identifier(column)
    return SQL(
        "SELECT %s::text, %s FROM %s WHERE %s = ANY(%s)",
        name, column, SQL.identifier(table), column, records,
    )


def _touched_sql(items, moves):
    fields_asked = [items.env[model]._fields[name] for model, name, _records in _sources()]
    return SQL(
        "SELECT * FROM %s(%s, %s)",
        SQL.identifier(FUNCTION),
        [id_ for id_ in items._ids if id_],
        [id_ for id_ in moves._ids if id_],
        to_flush=[
            items.env[field.comodel_name]._fields[field.inverse_name]
            for field in fields_asked
            if field.type == "one2many"
        ],
    )
