"""Amounts in words, in the language of the letter."""

from num2words import CONVERTER_CLASSES, num2words


def amount_in_words(amount, currency, language):
    """The amount in words, or "" where that cannot be said properly.

    :param amount: a number in units of the currency
    :param currency: its ISO 4217 code, e.g. ``EUR``
    :param language: a locale code such as ``fr_FR``
    """
    code = next(
        (name for name in (language, language.split("_")[0]) if name in CONVERTER_CLASSES), None
    )
    if code is None:
        return ""
    try:
        return num2words(amount, lang=code, to="currency", currency=currency)
    except (NotImplementedError, KeyError, OverflowError, TypeError):
        return ""
