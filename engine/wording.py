"""How a counted noun and a title stand in a sentence, by the rules of each language.

The words themselves are translated elsewhere; here is only what a translation of one
term cannot say: when a noun is singular, when Romanian puts “de” before it, and which
first words are common nouns that lose their capital within a sentence.
"""

from .words_romanian import needs_de

# What names of reference rates begin with; anything else may be a proper noun, as the
# “Banque” of “Banque d’Angleterre”.
COMMON_NOUNS = {
    "fr": {"taux", "intérêt", "intérêts", "pénalité", "pénalités"},
    "ro": {"rata", "rată", "dobânda", "dobândă", "penalitate", "penalități"},
}


def is_singular(number, language):
    """True for a whole number with a noun in the singular: in French nought is one too."""
    return number == 1 or (number == 0 and _base(language) == "fr")


def counted(text, number, language):
    """A number as it stands before a noun: in Romanian “20 de zile”.

    :param text: the number as it is written in this language, e.g. ``1.020``
    """
    return f"{text} de" if _base(language) == "ro" and needs_de(number) else text


def within_sentence(title, language):
    """A title inside a sentence; English and German names keep their capitals."""
    first = title.split(maxsplit=1)[0] if title.strip() else ""
    if first.lower() not in COMMON_NOUNS.get(_base(language), ()):
        return title
    return title[:1].lower() + title[1:]


def _base(language):
    return (language or "").partition("_")[0].partition("@")[0]
