from odoo import models

# Core's default font has the letters of these languages only; in others, "ț" would
# come from whatever font the server has, in the middle of a word.
LATO_LANGUAGES = frozenset(
    ("ca", "da", "de", "en", "es", "eu", "fi", "fr", "gl", "is", "it", "nb", "nl", "no", "pt", "sv")
)
NARROW_FONTS = ("Lato", "Tajawal")
# Beyond these, such a font takes single letters from whatever font there is.
LATIN_1 = 0xFF


class ResCompany(models.Model):
    """The font our documents are printed in."""

    _inherit = "res.company"

    def _collection_font(self, lang, names=""):
        """CSS class of a font that spells the language, "" when the company's does.

        :param names: what stands between the words, perhaps in other letters than theirs
        """
        self.ensure_one()
        # Safe: the font of what is printed, for whoever may print it.
        if (self.sudo().font or "Lato") not in NARROW_FONTS:
            return ""
        language = (lang or "en").split("_")[0]
        foreign = any(letter.isalpha() and ord(letter) > LATIN_1 for letter in names)
        return "o_collection_open_sans" if foreign or language not in LATO_LANGUAGES else ""
