"""Amounts as people type them: read in one way, or not at all."""

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine.amounts import parse_amount
from .engine_common import stable

NARROW, HARD = "\u202f", "\u00a0"
ENGLISH, FRENCH, ROMANIAN = (".", ","), (",", NARROW), (",", ".")
SWISS = (".", "'")
UNITS = ("€", "EUR")
# Typed, and what it is in English, French and Romanian.
READINGS = (
    ("1234", 1234, 1234, 1234),
    ("1234.5", 1234.5, 1234.5, 1234.5),
    ("1234,50", 1234.5, 1234.5, 1234.5),
    # The page's notation decides what three digits are; where it does not, nobody guesses.
    ("1,234", 1234, None, None),
    ("1.234", None, None, 1234),
    ("12,345", 12345, None, None),
    ("1 234", 1234, 1234, 1234),
    (f"1{NARROW}234", 1234, 1234, 1234),
    (f"1{HARD}234", 1234, 1234, 1234),
    # Two marks, or one more than once, say themselves what they are.
    ("1,234.50", 1234.5, 1234.5, 1234.5),
    ("1.234,50", 1234.5, 1234.5, 1234.5),
    ("1 234,50", 1234.5, 1234.5, 1234.5),
    (f"1{NARROW}234,50{HARD}€", 1234.5, 1234.5, 1234.5),
    (f"EUR{HARD}1,234.50", 1234.5, 1234.5, 1234.5),
    ("1,234,567", 1234567, 1234567, 1234567),
    ("1.234.567,8", 1234567.8, 1234567.8, 1234567.8),
    ("1’234.50", 1234.5, 1234.5, 1234.5),
    ("1,23,456.00", 123456, 123456, 123456),
    ("40.5", 40.5, 40.5, 40.5),
    ("40,50", 40.5, 40.5, 40.5),
    (",5", 0.5, 0.5, 0.5),
    # A hundred thousand is never written with a nought before it; half a euro has two cents.
    ("0.500", None, None, None),
    ("0,500", None, None, None),
    ("-5", -5, -5, -5),
    ("\u22125", -5, -5, -5),
    ("-\ufeff5,00", -5, -5, -5),
    *(
        (text, None, None, None)
        for text in (
            "", " ", "€", ".", "-", "12.", "1.2.3", "1,2,3", "12 34", "1.234,50.", "1,234,50",
            "1,234 50", "1 234.567,5", "--5", "nan", "inf", "1e400", "0x10", "many", "5 $",
            "1_000", "½", "²", "<b>", "9" * 41,
        )
    ),
)


@tagged("post_install", "-at_install")
class TestAmounts(BaseCase):
    def test_readings(self):
        for text, *expected in READINGS:
            for notation, amount in zip((ENGLISH, FRENCH, ROMANIAN), expected, strict=True):
                with self.subTest(text=text, notation=notation):
                    self.assertEqual(parse_amount(text, *notation, units=UNITS), amount)

    def test_currencies_with_three_decimals(self):
        """Where cents have three digits, one mark before three digits is what the page says."""
        for text, expected in (
            ("1.234", (1.234, None, 1234)),
            ("1,234", (1234, 1.234, 1.234)),
            ("0,500", (0.5, 0.5, 0.5)),
            ("1.234,567", (1234.567, 1234.567, 1234.567)),
        ):
            for notation, amount in zip((ENGLISH, FRENCH, ROMANIAN), expected, strict=True):
                with self.subTest(text=text, notation=notation):
                    self.assertEqual(parse_amount(text, *notation, decimals=3), amount)

    @stable
    @given(
        st.integers(0, 10**12),
        st.sampled_from((ENGLISH, FRENCH, ROMANIAN, SWISS, (",", ""), (".", HARD))),
        st.sampled_from((0, 2, 3)),
    )
    def test_what_is_printed_can_be_copied_back(self, units, notation, decimals):
        point, mark = notation
        amount = units / 10**decimals
        printed = f"{amount:,.{decimals}f}".replace(",", "_").replace(".", point)
        printed = printed.replace("_", mark)
        self.assertEqual(parse_amount(printed, point, mark, decimals), amount)
        self.assertEqual(parse_amount(f"{printed}{HARD}€", point, mark, decimals, UNITS), amount)
