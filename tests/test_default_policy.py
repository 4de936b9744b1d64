"""The policy that ships: its ladder, and its words in three languages."""

import re
from pathlib import Path

import polib
from lxml import html

from odoo.tests import TransactionCase, tagged

LANGUAGES = ("en_US", "fr_FR", "ro_RO")
LEVEL_TEXTS = ("name", "letter_subject", "letter_body", "letter_closing")
EXPRESSIONS = re.compile(r't-(?:out|if|call|foreach|att-\w+)="([^"]+)"|\{\{(.+?)\}\}')


def plain(text, charged=True):
    """What the reader sees; not ``charged``: where nothing is."""
    if not text:
        return ""
    node = html.fromstring(f"<div>{text}</div>")
    for clause in [] if charged else node.xpath("//*[@t-if='object.amount_charges']"):
        clause.drop_tree()
    return node.text_content()


@tagged("post_install", "-at_install")
class TestDefaultPolicy(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for language in LANGUAGES:
            cls.env["res.lang"]._activate_lang(language)
        cls.env["ir.module.module"]._load_module_terms(["account_collections"], LANGUAGES[1:])
        cls.policy = cls.env.ref("account_collections.policy_default")
        cls.courtesy, cls.oops, cls.wrong, cls.ultimatum = cls.policy.level_ids.sorted("sequence")

    def _texts(self, level, language):
        """Every text of a level, by a readable name."""
        level = level.with_context(lang=language)
        texts = {name: level[name] for name in LEVEL_TEXTS}
        if level.make_call:
            texts["call_script"] = level.call_script
        if level.send_email:
            texts["mail subject"] = level.mail_template_id.subject
            texts["mail body"] = level.mail_template_id.body_html
        return texts

    def test_ladder(self):
        self.assertRecordValues(
            self.policy,
            [
                {
                    "company_id": False,
                    "is_default": True,
                    "advance_mode": "step",
                    "grouping": "customer",
                    "listed_items": "overdue",
                }
            ],
        )
        self.assertRecordValues(
            self.policy.level_ids.sorted("sequence"),
            [
                {
                    "delay_days": delay,
                    "send_email": email,
                    "send_letter": letter,
                    "attach_letter": attach,
                    "make_call": call,
                    "deadline_days": deadline,
                    "requires_approval": approval,
                }
                for delay, email, letter, attach, call, deadline, approval in (
                    (-3, True, False, False, False, 0, False),
                    (3, True, False, False, False, 0, False),
                    (15, True, False, True, True, 8, False),
                    (30, False, True, False, False, 8, True),
                )
            ],
        )

    def test_every_text_is_there_in_every_language(self):
        for level in self.policy.level_ids:
            english = self._texts(level, "en_US")
            for language in LANGUAGES[1:]:
                for name, text in self._texts(level, language).items():
                    with self.subTest(level=level.name, language=language, text=name):
                        self.assertTrue(text)
                        if name not in ("name",):
                            self.assertNotEqual(text, english[name], "not translated")

    def test_translations_use_the_same_values(self):
        """A translation may say it differently, but not leave a figure out."""
        for level in self.policy.level_ids:
            english = self._texts(level, "en_US")
            for language in LANGUAGES[1:]:
                for name, text in self._texts(level, language).items():
                    with self.subTest(level=level.name, language=language, text=name):
                        self.assertEqual(
                            sorted(EXPRESSIONS.findall(text)),
                            sorted(EXPRESSIONS.findall(english[name])),
                        )

    def test_romanian_letters_have_a_comma_below(self):
        for level in self.policy.level_ids:
            for name, text in self._texts(level, "ro_RO").items():
                with self.subTest(level=level.name, text=name):
                    self.assertFalse(set("ţşŢŞ") & set(text))

    def test_french_punctuation_does_not_stand_alone(self):
        """A no-break space before : ; ? ! and inside « »."""
        for level in self.policy.level_ids:
            for name, text in self._texts(level, "fr_FR").items():
                with self.subTest(level=level.name, text=name):
                    shown = plain(re.sub(r"\{\{.+?\}\}", "", text))
                    self.assertNotRegex(shown, r"[^\u00a0] ?[;?!»]|[^\u00a0\d]:|«[^\u00a0]")

    def test_only_the_ultimatum_speaks_of_a_third_party(self):
        """None threatens what the company does not intend; nothing legal is claimed
        where nothing is charged."""
        threats = {
            "en_US": ("third party", "final demand", "lawyer", r"court\b"),
            "fr_FR": ("tiers", "mise en demeure", "mettons en demeure", "avocat", "tribunal"),
            "ro_RO": ("terț", "notificare de plată", "avocat", "instanț"),
        }
        claims = {
            "en_US": ("interest", "penalt", r"fees?\b", "charge", "compensation"),
            "fr_FR": ("intérêt", "pénalité", "indemnité", "frais"),
            "ro_RO": ("dobând", "penalit", "despăgubir", "comision"),
        }
        for language in LANGUAGES:
            for level in self.policy.level_ids:
                texts = self._texts(level, language).values()
                said = " ".join(plain(text, charged=False) for text in texts).lower()
                for word in claims[language]:
                    self.assertNotRegex(said, rf"\b{word}", (level.name, language))
                if level != self.ultimatum:
                    for word in threats[language]:
                        self.assertNotRegex(said, rf"\b{word}", (level.name, language))
        self.assertIn("mise en demeure", self._said(self.ultimatum, "fr_FR"))
        self.assertIn("notificare de plată", self._said(self.ultimatum, "ro_RO"))
        self.assertIn("third party", self._said(self.ultimatum, "en_US"))

    def test_the_romanian_ultimatum_is_not_the_demand_before_a_payment_order(self):
        """Cod procedură civilă art. 1015: 15 days from receipt, registered. Eight days and
        an ordinary letter are not that, so it does not bear its name; the fields say so."""
        for level in self.policy.level_ids:
            self.assertNotRegex(self._said(level, "ro_RO"), r"somaț|somăm")
        for name in ("deadline_days", "registered_letter"):
            self.assertIn("art. 1015", self.ultimatum._fields[name].help)
        self.assertIn("15 days", self.ultimatum._fields["deadline_days"].help)

    def _said(self, level, language):
        return " ".join(plain(text) for text in self._texts(level, language).values()).lower()

    def test_each_language_sets_its_colon(self):
        for language, colon in zip(LANGUAGES, (": ", "\u00a0: ", ": "), strict=True):
            skips = self.env["collection.skip"].with_context(lang=language)
            self.assertRegex(skips._say("held", "why"), rf"\w{colon}why$")
            self.assertNotIn(":", skips._say("held"))

    def test_firm_date_from_the_second_level_on(self):
        for language in LANGUAGES:
            for level, firm in (
                (self.courtesy, False),
                (self.oops, False),
                (self.wrong, True),
                (self.ultimatum, True),
            ):
                body = level.with_context(lang=language).letter_body
                self.assertEqual("deadline_date" in body, firm, (level.name, language))

    def test_templates_are_ready_for_the_record(self):
        for level in self.policy.level_ids.filtered("send_email"):
            self.assertRecordValues(
                level.mail_template_id,
                [
                    {
                        "model": "collection.notice",
                        "auto_delete": False,
                        "lang": "{{ object.lang }}",
                        "email_layout_xmlid": "account_collections.mail_layout_notice",
                    }
                ],
            )
        self.assertTrue(self.env.ref("account_collections.mail_layout_notice"))


@tagged("post_install", "-at_install")
class TestTranslationFiles(TransactionCase):
    """The files of i18n/ are whole: every term, every placeholder."""

    FOLDER = Path(__file__).parent.parent / "i18n"
    PLACEHOLDERS = re.compile(r"%\(\w+\)s|%s|\{\{.+?\}\}")

    def test_every_term_is_translated(self):
        template = polib.pofile(str(self.FOLDER / "account_collections.pot"))
        terms = {entry.msgid for entry in template}
        for language in ("fr", "ro"):
            entries = polib.pofile(str(self.FOLDER / f"{language}.po"))
            with self.subTest(language=language):
                self.assertEqual({entry.msgid for entry in entries}, terms)
                self.assertFalse([entry.msgid for entry in entries if not entry.translated()])

    def test_placeholders_survive(self):
        for language in ("fr", "ro"):
            for entry in polib.pofile(str(self.FOLDER / f"{language}.po")):
                with self.subTest(language=language, term=entry.msgid[:80]):
                    self.assertEqual(
                        sorted(self.PLACEHOLDERS.findall(entry.msgstr)),
                        sorted(self.PLACEHOLDERS.findall(entry.msgid)),
                    )

    def test_french_has_its_spaces_and_apostrophes(self):
        """But in an SMS, where a character outside the alphabet of SMS costs more than half
        of the others."""
        for entry in polib.pofile(str(self.FOLDER / "fr.po")):
            if "payment_link" in entry.msgid:
                continue
            shown = re.sub(r"<[^<>]+>|\{\{.+?\}\}", "", entry.msgstr)
            with self.subTest(term=entry.msgid[:80]):
                self.assertNotRegex(shown, r"\S [;:?!»]|« |\w'\w")

    def test_one_word_for_one_thing(self):
        """A reminder, a dispute, a voucher and a firm date each have one name."""
        for language, other_words in (
            ("fr", r"bon d.achat|bon \(avoir\)|date ferme|dates? butoir"),
            ("ro", r"memento|somație de plată$|\bdispute\b|^deschis$"),
        ):
            for entry in polib.pofile(str(self.FOLDER / f"{language}.po")):
                with self.subTest(language=language, term=entry.msgid[:80]):
                    self.assertNotRegex(entry.msgstr.lower(), other_words)

    def test_romanian_letters_have_a_comma_below(self):
        for entry in polib.pofile(str(self.FOLDER / "ro.po")):
            self.assertFalse(set("ţşŢŞ") & set(entry.msgstr), entry.msgid)
