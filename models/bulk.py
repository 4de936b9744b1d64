"""Writing many rows in one statement.

The ORM inserts a hundred rows a statement; a proposal of a hundred thousand
items must not need a thousand. For inner records only: no computed field and no
follower depends on their creation.
"""

import json

from odoo.tools import SQL


def bulk_insert(model, rows):
    """Insert rows of stored columns in one statement.

    :param model: recordset of the model, used for table, user and time
    :param rows: list of dicts, all with the same keys (column names)
    :return: recordset of the new records, in the order of ``rows``
    """
    if not rows:
        return model.browse()
    env = model.env
    ids = [
        row[0]
        for row in env.execute_query(
            SQL(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                model._table,
                len(rows),
            )
        )
    ]
    audit = {
        "create_uid": env.uid,
        "write_uid": env.uid,
        "create_date": env.cr.now(),
        "write_date": env.cr.now(),
    }
    columns = ["id", *rows[0], *audit]
    payload = json.dumps(
        [{"id": new_id, **row, **audit} for new_id, row in zip(ids, rows, strict=True)],
        default=str,
    )
    names = SQL(", ").join(SQL.identifier(column) for column in columns)
    types = SQL(", ").join(
        SQL("%s %s", SQL.identifier(column), SQL(model._fields[column].column_type[1]))
        for column in columns
    )
    env.execute_query(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM jsonb_to_recordset(%s::jsonb) AS r(%s)"
            " RETURNING id",
            SQL.identifier(model._table),
            names,
            names,
            payload,
            types,
        )
    )
    _forget_inverses(model, rows[0])
    return model.browse(ids)


def _forget_inverses(model, columns):
    """One2many fields that were read before do not know the new rows."""
    for column in columns:
        for inverse in model.pool.field_inverses[model._fields[column]]:
            model.env[inverse.model_name].invalidate_model([inverse.name], flush=False)
