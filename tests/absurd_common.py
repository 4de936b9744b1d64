"""Input nobody should type and somebody will: what the tests of absurd input share."""

from datetime import date

from hypothesis import settings
from hypothesis import strategies as st

# The same examples on every machine and in every run.
absurd = settings(derandomize=True, deadline=None, database=None, max_examples=30)

FIRST, LAST = date.min, date.max
USUAL = date(2026, 3, 31)
# Each as a person might leave it in a name, an address or an answer.
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ object.env.cr }}",
    "{{ 7 * 19191 * 1000003 }}",
    '<t t-out="1/0"/>',
    "${object.name} #{1/0} <%= 1 %>",
    "%s %(name)s %d %",
    "{0} {name} {",
    "Zoë 🦄 & Söhne <GmbH>",
    "\u202eכהן ושות׳ بنك",
    "a\u0000b".replace("\u0000", "\u200b"),
    "'; DROP TABLE res_partner; --",
    "\\N \\u0041 \t tab",
    "Ä" * 3_000,
)
# A currency's smallest unit: dinar, euro, franc in cash, yen.
PRECISIONS = (0.001, 0.01, 0.05, 1.0)

days = st.dates(FIRST, LAST) | st.sampled_from(
    (FIRST, LAST, date(9999, 12, 30), date(1, 1, 2), USUAL, date(2024, 2, 29))
)
near_days = st.dates(date(2025, 10, 1), date(2026, 9, 30))
counts = st.integers(0, 400) | st.sampled_from((3_650, 10**6, 2**31 - 1))
precisions = st.sampled_from(PRECISIONS)
texts = st.sampled_from(HOSTILE) | st.text(max_size=40)


def amounts(precision, least=0):
    """Amounts of a currency, up to a million millions: floats as the database has them."""
    top = round(10**12 / precision)
    units = st.integers(least, 10**6) | st.integers(least, top) | st.just(top)
    return units.map(lambda number: round(number * precision, 6))


def in_units(amount, precision):
    """An amount as a number of the currency's smallest unit, and how far off it is."""
    units = round(amount / precision)
    return units, abs(amount - round(units * precision, 6))
