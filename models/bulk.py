"""Writing many rows in one statement.

The ORM inserts a hundred rows a statement and looks at each value of each row; a proposal
of a hundred thousand items must not need a thousand statements, and ten thousand notices not
a second each hundred. For inner records only: whoever calls says what the ORM would have
computed from the values.
"""

import json

from odoo import models
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
    audit = _audit(model, "create", "write")
    rows = [{"id": new_id, **row, **audit} for new_id, row in zip(ids, rows, strict=True)]
    names = SQL(", ").join(SQL.identifier(column) for column in rows[0])
    env.execute_query(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s RETURNING id",
            SQL.identifier(model._table),
            names,
            names,
            _as_table(model, rows),
        )
    )
    _forget_inverses(model, rows[0])
    return model.browse(ids)


def bulk_update(records, rows, computed=False):
    """Write stored columns of many records, each its own values, in one statement.

    Nothing that depends on the values is computed anew: for columns on which no stored
    field depends, or whose dependents are among them.

    :param records: recordset of the model
    :param rows: list of dicts, all with the same keys: ``id`` and column names
    :param computed: the values follow from others: nobody has changed the records
    """
    if not rows:
        return
    env = records.env
    # What the ORM still holds must not overwrite this later.
    records.flush_recordset()
    audit = {} if computed else _audit(records, "write")
    rows = [{**row, **audit} for row in rows]
    env.execute_query(
        SQL(
            "UPDATE %s AS old SET %s FROM %s WHERE old.id = r.id RETURNING old.id",
            SQL.identifier(records._table),
            SQL(", ").join(
                SQL("%s = r.%s", SQL.identifier(column), SQL.identifier(column))
                for column in rows[0]
                if column != "id"
            ),
            _as_table(records, rows),
        )
    )
    records.invalidate_recordset(flush=False)


def bulk_copies(prototype, rows):
    """More records like one the ORM made: its columns, but for what each row says.

    The ORM, core and other modules have filled the prototype; ten thousand of its kind
    differ in the columns of ``rows`` only.

    :return: recordset of the new records, in the order of ``rows``
    """
    if not rows:
        return prototype.browse()
    prototype.flush_recordset()
    [(columns,)] = prototype.env.execute_query(
        SQL(
            "SELECT to_jsonb(one) FROM %s AS one WHERE id = %s",
            SQL.identifier(prototype._table),
            prototype.id,
        )
    )
    own = {
        name: value
        for name, value in columns.items()
        if name != "id" and name not in models.MAGIC_COLUMNS
    }
    return bulk_insert(prototype.browse(), [{**own, **row} for row in rows])


def changed_values(record, vals):
    """The part of ``vals`` (column values) that differs from what the record says."""
    current = {
        field: record[field].id if record._fields[field].relational else record[field]
        for field in vals
    }
    return {
        field: value
        for field, value in vals.items()
        if (current[field] or None) != (value or None)
    }


def _audit(model, *deeds):
    """Who did it and when, for a model that keeps it."""
    if not model._log_access:
        return {}
    now = model.env.cr.now()
    return {f"{deed}_uid": model.env.uid for deed in deeds} | {
        f"{deed}_date": now for deed in deeds
    }


def _as_table(model, rows):
    """The rows as ``r(column, …)``, typed as the model's columns are.

    One array a column: a tenth of the size of the same rows as JSON, to write, to send and
    to read.
    """
    columns = list(rows[0])
    return SQL(
        "unnest(%s) AS r(%s)",
        SQL(", ").join(
            SQL(
                "%s::%s[]",
                _array(row[column] for row in rows),
                SQL(model._fields[column].column_type[1]),
            )
            for column in columns
        ),
        SQL(", ").join(SQL.identifier(column) for column in columns),
    )


def _array(values):
    """The text of an array of PostgreSQL."""
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value):
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dict | list | tuple):
        value = json.dumps(value, default=str)
    text = str(value)
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _forget_inverses(model, columns):
    """One2many fields that were read before do not know the new rows."""
    for column in columns:
        for inverse in model.pool.field_inverses[model._fields[column]]:
            model.env[inverse.model_name].invalidate_model([inverse.name], flush=False)
