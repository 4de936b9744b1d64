"""Columns of many records that are written with the next flush.

Issuing sets what a notice freezes, renders its texts from it, and sets these: three statements
on the same rows, each of which writes a row and its fifteen entries in indexes anew, become one.
"""

from .bulk import _audit


def hold(records, rows):
    """Set stored columns of many records, as :func:`.bulk.bulk_update` does, but let the ORM
    write them when it flushes next, with all that was set until then.

    Nothing that is stored and depends on the values is computed anew: for columns on which no
    stored field depends, or whose dependents are among them.

    :param records: recordset of the model
    :param rows: list of dicts: ``id`` and column values
    """
    audit = _audit(records, "write")
    for row in rows:
        record = records.browse(row["id"])
        for name, value in {**row, **audit}.items():
            if name != "id":
                field = records._fields[name]
                cached = field.convert_to_cache(value, record, validate=False)
                field._update_cache(record, cached, dirty=True)
    followers = [name for name, field in records._fields.items() if not field.store]
    records.invalidate_recordset(followers, flush=False)
