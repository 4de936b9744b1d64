"""Which log lines of a test run are not the module's fault.

Every WARNING, ERROR or CRITICAL counts as a failure unless a rule here matches it. A rule
is (logger, text), both regular expressions searched in the record, and a reason.
"""

import re

from .pins import MODULE

RULES = (
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
    (
        r"\.browser$",
        r"^Error received after termination: (AssetsLoadingError|ConnectionLostError)",
        "the test is over and its browser is being closed: requests under way break off",
    ),
)
_COMPILED = [(re.compile(logger), re.compile(text)) for logger, text, _reason in RULES]
_OURS = f"/addons/{MODULE}/"
_FRAME = re.compile(r'^ *File "([^"]+)", line', re.MULTILINE)


def is_allowed(logger, text):
    """Tell whether a record of level WARNING or above is known not to be ours."""
    if logger == "py.warnings" and not _is_our_warning(text):
        return True
    return any(one.search(logger) and other.search(text) for one, other in _COMPILED)


def _is_our_warning(text):
    """Tell whether a warning of Python blames our code, or code that ours called directly.

    Odoo and its libraries have deprecation warnings of their own; they are on the stack of
    our tests all the time, and none of ours to repair.
    """
    blamed = text.split(":", 1)[0]
    callers = _FRAME.findall(text)[-2:]
    return any(_OURS in path for path in [blamed, *callers])
