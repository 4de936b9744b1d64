"""What people may type, on the screen or over RPC."""


def only_typed(records, vals_list, decided):
    """Without what only code decides: neither as values, nor as defaults of a context.

    :param decided: names of fields
    :return: ``(records, vals_list)`` to create with
    """
    if records.env.su:
        return records, vals_list
    context = {
        key: value
        for key, value in records.env.context.items()
        if not (key.startswith("default_") and key.removeprefix("default_") in decided)
    }
    vals_list = [
        {name: value for name, value in vals.items() if name not in decided} for vals in vals_list
    ]
    return records.with_env(records.env(context=context)), vals_list
