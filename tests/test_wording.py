"""Counted nouns, titles within a sentence and semicolons, as each language sets them."""

from odoo.tests import BaseCase, TransactionCase, tagged

from ..engine.wording import counted, is_singular, within_sentence
from ..models.pairs import joined, say_days

LANGUAGES = ("en_US", "fr_FR", "ro_RO")


@tagged("post_install", "-at_install")
class TestWordingEngine(BaseCase):
    def test_singular(self):
        for language, singular in (("en_US", {1}), ("fr_FR", {0, 1}), ("ro_RO", {1}), (None, {1})):
            found = {number for number in (0, 1, 2, 11, 21, 101) if is_singular(number, language)}
            self.assertEqual(found, singular, language)

    def test_romanian_says_de_from_twenty_on(self):
        bare = [
            number
            for number in (0, 1, 2, 19, 20, 21, 99, 100, 101, 119, 120, 201, 219, 220, 1000)
            if counted(str(number), number, "ro_RO") == str(number)
        ]
        self.assertEqual(bare, [0, 1, 2, 19, 101, 119, 201, 219])
        self.assertEqual(counted("1.020", 1020, "ro_RO"), "1.020 de")
        self.assertEqual(counted("20", 20, "fr_FR"), "20")

    def test_only_common_nouns_lose_their_capital(self):
        for language, title, said in (
            ("en_GB", "Bank of England: Bank Rate", "Bank of England: Bank Rate"),
            ("en_US", "Swiss statutory default interest", "Swiss statutory default interest"),
            ("de_DE", "Basiszinssatz", "Basiszinssatz"),
            ("fr_FR", "Taux de l’intérêt légal", "taux de l’intérêt légal"),
            ("fr_BE", "Intérêt moratoire légal suisse", "intérêt moratoire légal suisse"),
            ("fr_FR", "Banque d’Angleterre\u00a0: taux directeur", None),
            ("fr_FR", "BCE", None),
            ("ro_RO", "Rata dobânzii de referință a BNR", "rata dobânzii de referință a BNR"),
            ("ro_RO", "Dobânda legală", "dobânda legală"),
            ("ro_RO", "Banca Angliei: rata de bază", None),
            ("ro_RO", "", None),
            (None, "Taux", None),
        ):
            self.assertEqual(within_sentence(title, language), said or title, (language, title))


@tagged("post_install", "-at_install")
class TestWording(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for language in LANGUAGES:
            cls.env["res.lang"]._activate_lang(language)
        cls.env["ir.module.module"]._load_module_terms(["account_collections"], LANGUAGES[1:])

    def _env(self, language):
        return self.env["collection.notice"].with_context(lang=language).env

    def test_days(self):
        """What is said in French and Romanian stands in i18n/."""
        for language, said in (
            ("en_US", ["0 days", "1 day", "2 days", "30 days", "1,000 days"]),
            ("fr_FR", ["0 jour", "1 jour", "2 jours", "30 jours", "1\u00a0000 jours"]),
            ("ro_RO", ["0 zile", "1 zi", "2 zile", "30 de zile", "1.000 de zile"]),
        ):
            env = self._env(language)
            self.assertEqual([say_days(env, number) for number in (0, 1, 2, 30, 1000)], said)
        self.assertEqual(say_days(self._env("en_US"), 1.3), "1 day", "days may be an average")

    def test_tiers_count_their_days(self):
        term = self.env["account.payment.term"].create({"name": "Tiers"})
        tier = self.env["collection.discount.tier"].create(
            {"term_id": term.id, "discount_days": 30, "discount_percentage": 2.0}
        )
        for days, language, said in (
            (30, "en_US", "2 % within 30 days"),
            (1, "en_US", "2 % within 1 day"),
            (30, "ro_RO", "2 % în 30 de zile"),
            (1, "fr_FR", "2\u00a0% sous 1 jour"),
        ):
            tier.discount_days = days
            self.assertEqual(tier.with_context(lang=language).display_name, said)

    def test_semicolons(self):
        for language, said in (
            ("en_US", "a; b; c"),
            ("fr_FR", "a\u00a0; b\u00a0; c"),
            ("ro_RO", "a; b; c"),
        ):
            self.assertEqual(joined(self._env(language), ("a", "", "b", False, "c")), said)
        self.assertEqual(joined(self.env, ("", None)), "")

    def test_names_of_rates_on_an_invoice(self):
        """Only what is a common noun loses its capital; in English nothing does."""
        for preset, english, french, romanian in (
            (
                "uk_b2b",
                "interest: Bank of England: Bank Rate + 8 points",
                "Banque d’Angleterre : taux directeur",
                "Banca Angliei: rata de bază",
            ),
            (
                "ch",
                "interest: Swiss statutory default interest,",
                "pénalités de retard : intérêt moratoire légal suisse",
                "dobândă penalizatoare: dobânda legală moratorie elvețiană",
            ),
            (
                "be_b2c",
                "interest: Belgian legal interest rate (civil, consumers)",
                "pénalités de retard : taux d’intérêt légal belge",
                "dobândă penalizatoare: dobânda legală belgiană",
            ),
            (
                "nl_b2c",
                "interest: Dutch statutory interest, non-commercial",
                "pénalités de retard : taux d’intérêt légal non commercial néerlandais",
                "dobândă penalizatoare: dobânda legală necomercială",
            ),
            (
                "fr_contract",
                "at least 3 times: French legal interest rate",
                "au moins 3 fois le taux suivant : taux de l’intérêt légal",
                "cel puțin 3 × rata dobânzii legale",
            ),
        ):
            rule = self.env.ref(f"account_collections.fee_rule_{preset}")
            for language, said in zip(LANGUAGES, (english, french, romanian), strict=True):
                with self.subTest(preset=preset, language=language):
                    text = rule.with_context(lang=language)._invoice_terms()
                    self.assertIn(said, text.replace("\u00a0", " "))

    def test_the_first_step_of_a_scale_has_no_excess(self):
        rule = self.env.ref("account_collections.fee_rule_nl_b2b").with_context(lang="en_US")
        first, second, *rest = rule._letter_scale().split("; ")
        self.assertIn("15 % of the amount owed", first)
        for step in (second, *rest):
            self.assertIn("% of the excess", step)
