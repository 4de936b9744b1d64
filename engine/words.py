"""Amounts in words, in the language of the letter.

English, French and Romanian phrases are composed here, from number words and
our own currency names: num2words knows few currencies in French, counts a whole
number as cents, says "mille deux cents trente-quatre" in Belgium, and cannot say
an amount in Romanian at all. For other languages its own phrase is used where
it has a translated name of the currency; elsewhere the answer is "", since a
figure without words is better than an English phrase in another letter.
"""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from num2words import CONVERTER_CLASSES, num2words

from . import words_romanian
from .words_currencies import ENGLISH, FRENCH, ROMANIAN

# Beyond this nobody reads words, and number words differ between countries.
LIMIT = 10**12


def amount_in_words(amount, currency, language):
    """The amount in words, or "" where that cannot be said properly.

    :param amount: a number in units of the currency
    :param currency: its ISO 4217 code, e.g. ``EUR``
    :param language: a locale code such as ``fr_FR``
    """
    try:
        value = Decimal(str(amount)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        if abs(value) >= LIMIT:
            return ""
    except InvalidOperation:
        return ""
    language = (language or "").partition("@")[0]
    compose = _COMPOSERS.get(language.split("_")[0], _from_library)
    return compose(value, currency, language)


def _split(value):
    """Units and hundredths of the absolute value."""
    units, hundredths = divmod(int(abs(value) * 100), 100)
    return units, hundredths


def _join(value, names, count, minus, conjunction):
    """Put the phrase together; "" when the fraction has no name.

    :param names: ``(unit, subunit)``; a subunit of None: not used in this currency
    :param count: function of a number and a name, giving "two euros"
    """
    unit, subunit = names
    units, hundredths = _split(value)
    if hundredths and not subunit:
        return ""
    parts = [count(units, unit)] if units or not hundredths else []
    if hundredths:
        parts.append(count(hundredths, subunit))
    phrase = f" {conjunction} ".join(parts)
    return f"{minus} {phrase}" if value < 0 else phrase


def _english(value, currency, _language):
    if currency not in ENGLISH:
        return ""

    def count(number, name):
        words = num2words(number, lang="en").replace(",", "")
        return f"{words} {name[0] if number == 1 else name[1]}"

    return _join(value, ENGLISH[currency], count, "minus", "and")


def _french(value, currency, language):
    if currency not in FRENCH:
        return ""

    def count(number, name):
        singular, plural, *feminine = name
        words = _french_number(number, language)
        if feminine and words.endswith("un"):
            words += "e"
        label = singular if number < 2 else plural
        if number and number % 10**6 == 0:
            # « un million d’euros », « deux millions de dollars »
            label = f"d’{label}" if label[0] in "aeiouhéöø" else f"de {label}"
        return f"{words} {label}"

    return _join(value, FRENCH[currency], count, "moins", "et")


def _french_number(number, language):
    """French number words; with septante and nonante where people count so.

    num2words' own Belgian and Swiss numbers are misspelt.
    """
    words = num2words(number, lang="fr")
    if language in ("fr_BE", "fr_CH"):
        words = _SEVENTIES.sub(lambda match: _SEPTANTE[match[0]], words)
    return words


def _septante():
    """``{"soixante et onze": "septante et un", …}`` for 70 to 79 and 90 to 99."""
    endings = ["", " et un", *("-" + num2words(unit, lang="fr") for unit in range(2, 10))]
    return {
        num2words(tens + unit, lang="fr"): name + ending
        for tens, name in ((70, "septante"), (90, "nonante"))
        for unit, ending in enumerate(endings)
    }


_SEPTANTE = _septante()
_SEVENTIES = re.compile(
    "|".join(rf"\b{words}\b(?!-)" for words in sorted(_SEPTANTE, key=len, reverse=True))
)


def _romanian(value, currency, _language):
    if currency not in ROMANIAN:
        return ""

    def count(number, name):
        return words_romanian.count(number, *name)

    return _join(value, ROMANIAN[currency], count, "minus", "și")


def _from_library(value, currency, language):
    """num2words' own phrase, where it is one of that language."""
    code = next(
        (name for name in (language, language.split("_")[0]) if name in CONVERTER_CLASSES), None
    )
    if code is None:
        return ""
    names = getattr(CONVERTER_CLASSES[code], "CURRENCY_FORMS", {}).get(currency)
    # Converters without names of their own inherit these English ones.
    if not names or names == CONVERTER_CLASSES["en"].CURRENCY_FORMS.get(currency):
        return ""
    try:
        # A float: the library takes whole numbers for cents.
        return num2words(float(value), lang=code, to="currency", currency=currency)
    except Exception:  # noqa: BLE001 - each converter fails in a way of its own
        return ""


_COMPOSERS = {"en": _english, "fr": _french, "ro": _romanian}
