"""An amount as people type it, read only where it can be read in one way.

"1.234" is one thousand two hundred and thirty-four in Bucharest; in London it is a slip, and
nobody knows of what. So the notation of the page decides, and what it does not decide is not
guessed.
"""

import re

# Marks that stand between thousands in some country or other, and are nowhere a decimal point.
BLANK, APOSTROPHE = " ", "'"
BLANKS = re.compile(r"\s+")
# What printing adds, what keyboards put in the place of a sign, and how it is read.
SIGNS = str.maketrans(
    {
        "\u2019": APOSTROPHE,
        "\u02bc": APOSTROPHE,
        "\u2011": "-",
        "\u2212": "-",
        "\ufeff": None,
        "\u200e": None,
        "\u200f": None,
        "\u202a": None,
        "\u202c": None,
    }
)
# Groups of three; in India of two, but for the last.
GROUPED = r"\d{1,3}(?:%(mark)s\d{2,3})*%(mark)s\d{3}"
# Written in every currency, even where it has no cents.
CENTS = 2
# Nobody owes more digits than these.
LONGEST = 40


def parse_amount(text, decimal_point, thousands_sep, decimals=CENTS, units=()):
    """The number, or None where there is none or it could be another one as well.

    :param decimal_point: the page's, as ``thousands_sep``, which may be empty
    :param decimals: decimal places of the currency
    :param units: symbol and code of the currency, which may stand before or after

    >>> parse_amount("1.234,50 lei", ",", ".", units=("lei", "RON"))
    1234.5
    >>> parse_amount("1.234", ",", "."), parse_amount("1.234", ".", ",")
    (1234.0, None)
    """
    if len(text or "") > LONGEST:
        return None
    sign, digits = _signed(_without_units(_plain(text or ""), units))
    whole, fraction = _split(digits, _plain(decimal_point), _plain(thousands_sep), decimals)
    if whole is None:
        return None
    return sign * float(f"{whole or 0}.{fraction or 0}")


def _plain(text):
    """With one kind of blank, apostrophe and minus."""
    # A blank that separates thousands is a mark: a narrow one, a hard one, any.
    return BLANKS.sub(BLANK, text.translate(SIGNS))


def _without_units(text, units):
    text = text.strip()
    for unit in sorted(filter(None, map(_plain, units)), key=len, reverse=True):
        if text.casefold().startswith(unit.casefold()):
            return text[len(unit) :].strip()
        if text.casefold().endswith(unit.casefold()):
            return text[: -len(unit)].strip()
    return text


def _signed(text):
    """``(1 or -1, the rest)``"""
    if text[:1] in ("-", "+"):
        return (-1 if text[0] == "-" else 1), text[1:].strip()
    return 1, text


def _split(text, decimal_point, thousands_sep, decimals):
    """Digits before and after the decimal point, ``(None, None)`` where that is not certain."""
    marks = list(dict.fromkeys(re.findall(r"\D", text)))
    known = {".", ",", BLANK, APOSTROPHE, decimal_point, thousands_sep}
    if not re.search(r"\d", text) or len(marks) > 2 or not known.issuperset(marks):
        return None, None
    if not marks:
        return text, ""
    last = marks[-1]
    whole, _mark, fraction = text.rpartition(last)
    is_decimal = _may_be_decimal(last, whole, fraction, max(decimals, CENTS))
    if len(marks) == 2:
        # One of them separates thousands, then the decimal point comes last.
        other = marks[0]
        return _checked(is_decimal and _is_grouped(whole, other), whole, other, fraction)
    is_grouped = _is_grouped(text, last)
    if is_grouped and text.count(last) == 1 and last not in (BLANK, APOSTROPHE):
        # Three digits follow, as after a decimal point: here the notation decides.
        is_grouped = last == thousands_sep
        is_decimal = is_decimal and last == decimal_point
    if is_grouped == is_decimal:
        return None, None
    return _checked(True, whole, "", fraction) if is_decimal else _checked(True, text, last, "")


def _checked(is_certain, whole, mark, fraction):
    if not is_certain:
        return None, None
    return whole.replace(mark, "") if mark else whole, fraction


def _may_be_decimal(mark, whole, fraction, decimals):
    return (
        mark not in (BLANK, APOSTROPHE)
        and mark not in whole
        and 1 <= len(fraction) <= decimals
        and fraction.isdecimal()
    )


def _is_grouped(text, mark):
    return bool(re.fullmatch(GROUPED % {"mark": re.escape(mark)}, text)) and text[0] != "0"
