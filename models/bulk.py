"""Writing many rows in one statement.

The ORM inserts a hundred rows a statement and looks at each value of each row; a proposal
of a hundred thousand items must not need a thousand statements, and ten thousand notices not
a second each hundred. For inner records only: whoever calls says what the ORM would have
computed from the values.
"""

import json
from datetime import date

from odoo import models
from odoo.tools import SQL

# Kinds of values whose text can be made for a whole column at once.
NUMBERS = {int, float, type(None)}
REPEATED = {str, date, type(None)}


def bulk_insert(model, rows):
    """Insert rows of stored columns in one statement.

    :param model: recordset of the model, used for table, user and time
    :param rows: list of dicts, all with the same keys (column names)
    :return: recordset of the new records, in the order of ``rows``
    """
    if not rows:
        return model.browse()
    ids = _new_ids(model, len(rows))
    bulk_insert_columns(model, {"id": ids, **_columns(rows)})
    return model.browse(ids)


def bulk_insert_columns(model, columns):
    """The same for a table's inner rows, whose ids nobody asks for.

    :param columns: ``{column: values}``, all lists of the same length
    """
    size = len(next(iter(columns.values())))
    if not size:
        return
    audit = _audit(model, "create", "write")
    columns = columns | {name: [value] * size for name, value in audit.items()}
    table, values = _as_table(model, columns)
    model.env.execute_query(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s RETURNING 1",
            SQL.identifier(model._table),
            SQL(", ").join(SQL.identifier(name) for name in columns),
            SQL(", ").join(values[name] for name in columns),
            table,
        )
    )
    _forget_inverses(model, columns)


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
    # What the ORM still holds must not overwrite this later.
    records.flush_recordset()
    columns = _columns(rows)
    if not computed:
        audit = _audit(records, "write")
        columns |= {name: [value] * len(rows) for name, value in audit.items()}
    table, values = _as_table(records, columns)
    records.env.execute_query(
        SQL(
            "UPDATE %s AS old SET %s FROM %s WHERE old.id = %s RETURNING 1",
            SQL.identifier(records._table),
            SQL(", ").join(
                SQL("%s = %s", SQL.identifier(name), value)
                for name, value in values.items()
                if name != "id"
            ),
            table,
            values["id"],
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


def id_array(ids):
    """Many ids as one value of SQL, for ``= ANY(…)``: a hundred thousand of them are
    written, sent and read in a tenth of the time of ``IN (…)``."""
    return SQL("%s::int[]", _array(list(ids)))


def _new_ids(model, count):
    rows = model.env.execute_query(
        SQL(
            """
            WITH ids AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS next)
            SELECT nextval(ids.next) FROM ids, generate_series(1, %s)
            """,
            model._table,
            count,
        )
    )
    return [row[0] for row in rows]


def _columns(rows):
    """``{column: values}`` of rows that all have the same keys."""
    return {name: [row[name] for row in rows] for name in rows[0]}


def _as_table(model, columns):
    """The columns as a table ``r``, typed as the model's are.

    One array a column: a tenth of the size of the same rows as JSON, to write, to send and
    to read. What is the same in all rows is said once.

    :return: ``(SQL of the table, {column: SQL of its value})``
    """
    arrays, values = {}, {}
    for name, column in columns.items():
        type_ = SQL(model._fields[name].column_type[1])
        # One array at least, which says how many rows there are.
        if arrays and name != "id" and _is_constant(column):
            values[name] = SQL("%s::%s", _text(column[0]), type_)
        else:
            arrays[name] = SQL("%s::%s[]", _array(column), type_)
            values[name] = SQL("r.%s", SQL.identifier(name))
    table = SQL(
        "unnest(%s) AS r(%s)",
        SQL(", ").join(arrays.values()),
        SQL(", ").join(SQL.identifier(name) for name in arrays),
    )
    return table, values


def _is_constant(values):
    # Equal is not enough: True and 1 are.
    return len(set(map(type, values))) == 1 and values.count(values[0]) == len(values)


def _array(values):
    """The text of an array of PostgreSQL."""
    kinds = set(map(type, values))
    if kinds <= NUMBERS:
        return "{" + repr(values)[1:-1].replace("None", "NULL") + "}"
    if kinds <= REPEATED:
        known = {value: _element(value) for value in set(values)}
        return "{" + ",".join([known[value] for value in values]) + "}"
    return "{" + ",".join(map(_element, values)) + "}"


def _text(value):
    """One value as PostgreSQL reads it, whatever its type."""
    return json.dumps(value, default=str) if isinstance(value, dict | list | tuple) else value


def _element(value):
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, int | float):
        return repr(value)
    text = str(_text(value))
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _forget_inverses(model, columns):
    """One2many fields that were read before do not know the new rows."""
    for column in columns:
        for inverse in model.pool.field_inverses[model._fields[column]]:
            model.env[inverse.model_name].invalidate_model([inverse.name], flush=False)
