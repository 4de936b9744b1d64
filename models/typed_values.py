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


def chosen(records, vals_list, names):
    """Which of these fields new records get a value for, by hand or by the context.

    What the company gives every record without being asked is chosen by nobody.

    :param names: names of fields
    """
    found = {
        name
        for name in names
        if any(vals.get(name) for vals in vals_list)
        or (
            records.env.context.get(f"default_{name}")
            and any(name not in vals for vals in vals_list)
        )
    }
    return {name for name in found if _is_choice(records, name, vals_list)}


def _is_choice(records, name, vals_list):
    field, key = records._fields[name], f"default_{name}"
    usual = field.get_company_dependent_fallback(records) if field.company_dependent else False
    usual = field.convert_to_cache(usual, records, validate=False)
    default = records.env.context.get(key, usual)
    return any(
        field.convert_to_cache(vals.get(name, default), records, validate=False) != usual
        for vals in vals_list
    )


def changed(records, vals, names):
    """Which of these fields a write would change on any of the records.

    :param names: names of fields
    """
    names = names & vals.keys()
    found = set()
    if not names:
        return found
    # Safe: only tells whether something changes. What is written anew as it is, by an
    # import or by core, is nobody's decision.
    known = records.sudo()
    for name in names:
        field = records._fields[name]
        value = field.convert_to_cache(vals[name], known[:1], validate=False)
        if any(
            field.convert_to_cache(record[name], record, validate=False) != value
            for record in known
        ):
            found.add(name)
    return found
