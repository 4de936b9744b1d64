"""Which log lines of a test run are not the module's fault.

Every WARNING, ERROR or CRITICAL counts as a failure unless a rule here matches it. A rule
is (logger, text), both regular expressions searched in the record, and a reason.
"""

import re

RULES = (
    (
        r"^py\.warnings$",
        r"\A(?!(?s:.*)addons/account_collections/)",
        "warnings of Python raised by Odoo itself or a library: none of our files is on the stack",
    ),
    (
        r"^odoo$",
        r"^Python [\d.]+ is not officially supported",
        "the machine's Python, not the module",
    ),
    (
        r"",
        r"^Chrome executable not found",
        "the machine has no browser: the test is skipped, and the last lines say so",
    ),
)

_COMPILED = [(re.compile(logger), re.compile(text)) for logger, text, _reason in RULES]


def is_allowed(logger, text):
    """Tell whether a record of level WARNING or above is known not to be ours."""
    return any(one.search(logger) and other.search(text) for one, other in _COMPILED)
