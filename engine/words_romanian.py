"""Romanian number words before a noun.

num2words says "una mie", forgets "de" ("douăzeci de lei") and the gender of the
noun ("două lire, doi lei").
"""

MASCULINE, FEMININE, NEUTER = "m", "f", "n"

UNITS = [
    "",
    "unu",
    "doi",
    "trei",
    "patru",
    "cinci",
    "șase",
    "șapte",
    "opt",
    "nouă",
    "zece",
    "unsprezece",
    "doisprezece",
    "treisprezece",
    "paisprezece",
    "cincisprezece",
    "șaisprezece",
    "șaptesprezece",
    "optsprezece",
    "nouăsprezece",
]
TENS = [
    "",
    "",
    "douăzeci",
    "treizeci",
    "patruzeci",
    "cincizeci",
    "șaizeci",
    "șaptezeci",
    "optzeci",
    "nouăzeci",
]
# One, two and twelve agree with the noun; a neuter noun is masculine in the
# singular and feminine in the plural.
AGREEING = {
    FEMININE: {1: "una", 2: "două", 12: "douăsprezece"},
    NEUTER: {2: "două", 12: "douăsprezece"},
}
SCALES = [
    (10**9, "miliard", "miliarde", NEUTER),
    (10**6, "milion", "milioane", NEUTER),
    (10**3, "mie", "mii", FEMININE),
]


def count(number, singular, plural, gender=MASCULINE):
    """``count(21, "leu", "lei")`` is "douăzeci și unu de lei"."""
    if number == 1:
        return f"{'o' if gender == FEMININE else 'un'} {singular}"
    link = " de " if needs_de(number) else " "
    return f"{number_words(number, gender)}{link}{plural}"


def number_words(number, gender=MASCULINE):
    """A whole number below a thousand milliards, agreeing with its noun."""
    if not number:
        return "zero"
    words = []
    for value, singular, plural, scale_gender in SCALES:
        times, number = divmod(number, value)
        if times:
            words.append(count(times, singular, plural, scale_gender))
    hundreds, number = divmod(number, 100)
    if hundreds:
        words.append(count(hundreds, "sută", "sute", FEMININE))
    if number:
        words.append(_below_hundred(number, gender))
    return " ".join(words)


def _below_hundred(number, gender):
    agreeing = AGREEING.get(gender, {})
    if number < 20:
        return agreeing.get(number, UNITS[number])
    tens, units = divmod(number, 10)
    if not units:
        return TENS[tens]
    return f"{TENS[tens]} și {agreeing.get(units, UNITS[units])}"


def needs_de(number):
    """“De” follows twenty and more, unless the number ends in 1 to 19."""
    return number != 0 and not 1 <= number % 100 <= 19
