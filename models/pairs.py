def pair(env, label, value):
    """``label: value`` as the reader's language sets a colon; only one of them if the other
    is empty.

    :param env: in the reader's language
    """
    if not label or not value:
        return label or value or ""
    return env._("%(label)s: %(value)s", label=label, value=value)
