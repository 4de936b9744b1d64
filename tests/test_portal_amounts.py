"""What a customer contests of an item, typed as his page prints amounts."""

import re

from odoo.tests import tagged

from .portal_collections_common import PortalCommon

# Language, what stands for 1,234, and what could be two amounts there.
NOTATIONS = (
    ("en_US", "1,234", "1.234"),
    ("fr_FR", "1\u202f234", "1.234"),
    ("ro_RO", "1.234", "1,234"),
)


@tagged("post_install", "-at_install")
class TestPortalAmounts(PortalCommon):
    def setUp(self):
        super().setUp()
        for lang, _whole, _two in NOTATIONS:
            self.env["res.lang"]._activate_lang(lang)

    def _speak(self, lang):
        self.users[self.customer].lang = lang
        self.env.flush_all()
        # A session keeps its language.
        self._login(self.customer)

    def _printed(self, item):
        """The item's amount as the form to contest it prints it."""
        page = self.url_open("/my/collections").text
        options = re.search(rf'<option value="{item.id}">(.*?)</option>', page, re.DOTALL)
        return options.group(1).split(":")[-1].strip()

    def _contested(self, item, text):
        response = self._contest(item, amount=text)
        self.assertIn("done=dispute", response.url, text)
        dispute = self._disputes().filtered(lambda one: item in one.move_line_ids)
        return dispute.amount_disputed

    def test_what_the_page_prints_is_copied_back(self):
        seen = set()
        for lang, _whole, _two in NOTATIONS:
            self._speak(lang)
            items = [self._item(self._late_today(amount=12345.6)) for _each in range(2)]
            printed = self._printed(items[0])
            seen.add(printed)
            with self.subTest(lang, printed=printed):
                self.assertEqual(self._contested(items[0], printed), 12345.6)
                bare = re.sub(r"[^\d.,\s]", "", printed).strip()
                self.assertEqual(self._contested(items[1], bare), 12345.6)
        self.assertEqual(len(seen), len(NOTATIONS))

    def test_thousands_in_the_pages_notation(self):
        for lang, whole, _two in NOTATIONS:
            self._speak(lang)
            item = self._item(self._late_today(amount=2000.0))
            with self.subTest(lang):
                self.assertEqual(self._contested(item, whole), 1234.0)

    def test_what_could_be_two_amounts_is_asked_again(self):
        item = self._item(self._late_today(amount=2000.0))
        for lang, _whole, two in NOTATIONS:
            self._speak(lang)
            with self.subTest(lang):
                printed = self._printed(item)
                response = self._contest(item, amount=two)
                self.assertEqual(response.status_code, 422)
                said = re.search(rf"[“„«]\s?{re.escape(two)}\s?[”»].*", response.text).group(0)
                self.assertIn(printed, said)
        self.assertFalse(self._disputes())
