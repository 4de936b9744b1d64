"""Small things every language writes in its own way; ``env`` is in the reader's."""

import functools

from odoo.tools import formatLang

from ..engine import wording


def pair(env, label, value):
    """``label: value`` as the reader's language sets a colon; only one of them if the other
    is empty.
    """
    if not label or not value:
        return label or value or ""
    return env._("%(label)s: %(value)s", label=label, value=value)


def joined(env, texts):
    """``one; other; third`` as the reader's language sets a semicolon; empty texts left out."""
    found = [text for text in texts if text]
    if not found:
        return ""
    return functools.reduce(
        lambda one, other: env._("%(one)s; %(other)s", one=one, other=other), found
    )


def say_days(env, number):
    """``1 day``, ``30 days``: a number in whole days, as the reader's language counts."""
    whole = round(number)
    text = formatLang(env, whole, digits=0)
    if wording.is_singular(whole, env.lang):
        return env._("%s day", text)
    return env._("%s days", wording.counted(text, whole, env.lang))
