"""Amounts in words: right in the three languages, silent where they cannot be."""

from odoo.tests import BaseCase, tagged

from ..engine import words_romanian
from ..engine.words import amount_in_words


@tagged("post_install", "-at_install")
class TestWords(BaseCase):
    def assertSaid(self, language, expected):
        for (amount, currency), phrase in expected.items():
            with self.subTest(language=language, amount=amount, currency=currency):
                self.assertEqual(amount_in_words(amount, currency, language), phrase)

    def test_english(self):
        self.assertSaid(
            "en_US",
            {
                (1234.56, "EUR"): "one thousand two hundred and thirty-four euros and "
                "fifty-six cents",
                (1, "EUR"): "one euro",
                (2.01, "RON"): "two lei and one ban",
                (0.5, "USD"): "fifty cents",
                (1_000_000, "JPY"): "one million yen",
                (21, "GBP"): "twenty-one pounds sterling",
                (280.8, "CHF"): "two hundred and eighty Swiss francs and eighty centimes",
                (-5.5, "EUR"): "minus five euros and fifty cents",
                (0, "EUR"): "zero euros",
            },
        )

    def test_french(self):
        self.assertSaid(
            "fr_FR",
            {
                (1234.56, "EUR"): "mille deux cent trente-quatre euros et cinquante-six centimes",
                (1.5, "EUR"): "un euro et cinquante centimes",
                (0, "EUR"): "zéro euro",
                (80, "EUR"): "quatre-vingts euros",
                (200_000, "EUR"): "deux cent mille euros",
                (1_000_000, "EUR"): "un million d’euros",
                (3_000_000, "CHF"): "trois millions de francs suisses",
                (1_000_001, "EUR"): "un million un euros",
                (21, "GBP"): "vingt et une livres sterling",
                (1234.56, "RON"): "mille deux cent trente-quatre lei roumains et "
                "cinquante-six bani",
                (100_000, "JPY"): "cent mille yens",
                (-5.5, "EUR"): "moins cinq euros et cinquante centimes",
            },
        )

    def test_belgian_and_swiss_french(self):
        for language in ("fr_BE", "fr_CH"):
            self.assertSaid(
                language,
                {
                    (1234, "EUR"): "mille deux cent trente-quatre euros",
                    (71, "EUR"): "septante et un euros",
                    (96, "EUR"): "nonante-six euros",
                    (180.79, "EUR"): "cent quatre-vingts euros et septante-neuf centimes",
                    (1_000_000, "EUR"): "un million d’euros",
                },
            )

    def test_romanian(self):
        self.assertSaid(
            "ro_RO",
            {
                (1234.56, "RON"): "o mie două sute treizeci și patru de lei și cincizeci și "
                "șase de bani",
                (1, "RON"): "un leu",
                (2.02, "RON"): "doi lei și doi bani",
                (19, "RON"): "nouăsprezece lei",
                (20, "RON"): "douăzeci de lei",
                (100, "RON"): "o sută de lei",
                (101, "RON"): "o sută unu lei",
                (119, "RON"): "o sută nouăsprezece lei",
                (21_022, "RON"): "douăzeci și una de mii douăzeci și doi de lei",
                (2_000_000, "RON"): "două milioane de lei",
                (21_000_000, "RON"): "douăzeci și unu de milioane de lei",
                (2, "GBP"): "două lire sterline",
                (12, "GBP"): "douăsprezece lire sterline",
                (1234.5, "EUR"): "o mie două sute treizeci și patru de euro și cincizeci de cenți",
                (1000, "HUF"): "o mie de forinți",
                (-1, "RON"): "minus un leu",
            },
        )

    def test_romanian_diacritics_have_a_comma_below(self):
        said = " ".join(words_romanian.number_words(number) for number in range(1000))
        self.assertTrue(set("țșăâ") & set(said))
        self.assertFalse(set("ţşŢŞ") & set(said), "cedillas")

    def test_other_languages_use_their_own_words_only(self):
        self.assertEqual(
            amount_in_words(1234.5, "EUR", "de_DE"),
            "eintausendzweihundertvierunddreißig Euro und fünfzig Cent",
        )
        for language in ("hu_HU", "sv_SE", "da_DK", "el_GR", "zh_CN", "xx_XX", "", None):
            with self.subTest(language=language):
                self.assertEqual(amount_in_words(1234.5, "EUR", language), "")

    def test_whole_numbers_are_no_cents(self):
        """num2words reads the integer 100 as one euro."""
        self.assertEqual(amount_in_words(100, "EUR", "en_GB"), "one hundred euros")
        self.assertIn("hundert Euro", amount_in_words(100, "EUR", "de_DE"))

    def test_what_cannot_be_said_is_not_said(self):
        for language in ("en_US", "fr_FR", "ro_RO", "de_DE"):
            with self.subTest(language=language):
                self.assertEqual(amount_in_words(10, "XTS", language), "", "unknown currency")
                self.assertEqual(amount_in_words(10.5, "JPY", language), "", "no hundredths")
                self.assertEqual(amount_in_words(float("nan"), "EUR", language), "")
                self.assertEqual(amount_in_words(float("inf"), "EUR", language), "")
                self.assertEqual(amount_in_words(1e13, "EUR", language), "", "too long to read")

    def test_rounding_is_to_the_cent(self):
        self.assertEqual(amount_in_words(0.1 + 0.2, "EUR", "en_US"), "thirty cents")
        self.assertEqual(amount_in_words(1.999, "EUR", "en_US"), "two euros")
        self.assertEqual(amount_in_words(-0.001, "EUR", "en_US"), "zero euros")
