"""How long a text message is, as the network counts and bills it.

A message of the basic GSM alphabet (3GPP TS 23.038) holds 160 characters, or 153 in
each of several parts; one letter outside it, such as "ț" or "ê", makes the whole
message Unicode: 70 characters, or 67 in each part.
"""

import re
from typing import NamedTuple

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each takes two places.
EXTENDED = frozenset("^{}\\[~]|€\f")
GSM_SINGLE, GSM_PART = 160, 153
UNICODE_SINGLE, UNICODE_PART = 70, 67
# Spaces and signs a keyboard of letters prefers, and what a phone reads as well. Left
# alone, the space in "1 234,56 €" would make the message Unicode.
PLAIN = str.maketrans(
    {
        "\u00a0": " ",
        "\u2009": " ",
        "\u202f": " ",
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "«": '"',
        "»": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2026": "...",
    }
)
PLACEHOLDER = re.compile(r"\{\{.*?\}\}", re.DOTALL)


class Length(NamedTuple):
    """What a message takes: places, parts, and the letters that make it Unicode."""

    places: int
    parts: int
    special: str


def plain(text):
    """The text with the signs every phone writes, without needless blanks.

    >>> plain("It’s 1\u202f234 €…  ")
    "It's 1 234 €..."
    """
    lines = (text or "").translate(PLAIN).strip().splitlines()
    return "\n".join(" ".join(line.split()) for line in lines)


def measure(text):
    """The length of a message.

    >>> measure("a" * 160)
    Length(places=160, parts=1, special='')
    >>> measure("a" * 161).parts, measure("ț" * 71).parts, measure("").parts
    (2, 2, 0)
    """
    special = "".join(sorted(set(text) - BASIC - EXTENDED))
    if special:
        places = len(text.encode("utf-16-le")) // 2
        single, part = UNICODE_SINGLE, UNICODE_PART
    else:
        places = len(text) + sum(sign in EXTENDED for sign in text)
        single, part = GSM_SINGLE, GSM_PART
    parts = 1 if places <= single else -(-places // part)
    return Length(places, parts if places else 0, special)


def estimate(template, lengths):
    """The length of what a template is likely to become.

    :param template: text with ``{{ … }}`` in it
    :param lengths: ``[(word, sample)]``: a placeholder that holds the word is taken for
        the sample; the first that fits, the last one for every other
    """

    def sample(match):
        fitting = (text for word, text in lengths if word in match.group())
        return next(fitting, lengths[-1][1])

    return measure(plain(PLACEHOLDER.sub(sample, template or "")))
