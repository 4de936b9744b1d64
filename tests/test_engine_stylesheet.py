"""Style sheets reduced to what a document can use."""

from odoo.tests import BaseCase, tagged

from ..engine import stylesheet

PAGE = '<div class="page late" id="totals"><td class="x\ny">1</td></div>'


@tagged("post_install", "-at_install")
class TestStylesheet(BaseCase):
    def _trim(self, css, page=PAGE, local=None):
        return stylesheet.trim(css, [page], (local or {}).get)

    def test_what_cannot_match_is_left_out(self):
        text, files = self._trim(
            "/* a */ .page{margin:0} .other{margin:1} .page .other{margin:2} #totals{margin:3}"
            ".other, .late , td{margin:4} div#nowhere{margin:5} .x.y{margin:6}"
        )
        self.assertEqual(
            " ".join(text.split()),
            ".page{margin:0} #totals{margin:3} .late , td{margin:4} .x.y{margin:6}",
        )
        self.assertFalse(files)

    def test_what_might_match_stays(self):
        for rule in (
            ".page:not(.other, .another){top:0}",
            '[class*="col-"]{top:0}',
            '.page[title=".other"]{top:0}',
            r".col-1\/2{top:0}",
            "*{top:0}",
            '.page{content:"} .other{"}',
            "@page{margin:0}",
            '@import url("a.css");',
            "@charset 'utf-8';",
        ):
            with self.subTest(rule=rule):
                self.assertEqual(self._trim(rule)[0], rule)

    def test_groups_are_looked_into(self):
        text, _files = self._trim(
            "@media print{.page{top:0}.other{top:1}} @media screen{.other{top:2}}"
            "@supports (top:0){@media print{.late{top:3}}} @keyframes spin{from{top:0}to{top:1}}"
        )
        self.assertEqual(
            text.splitlines(),
            ["@media print{.page{top:0}}", "@supports (top:0){@media print{.late{top:3}}}"],
        )

    def test_custom_properties_are_not_for_this_engine(self):
        text, _files = self._trim(
            ":root{--font:'A; B';--x:1} .page{--y:url(data:image/png;base64,aa==);top:0}"
        )
        self.assertNotIn("--", text)
        self.assertIn("top:0", text)
        self.assertNotIn(":root", text)

    def test_files_of_this_machine(self):
        css = (
            "@font-face{font-family:'Lato';font-weight:700;src:url('/l.eot');"
            "src:url('/l.woff') format('woff'),url('/l.ttf?#x') format('truetype')}"
            "@font-face{font-family:'Far';src:url('https://example.com/far.ttf')}"
            "@font-face{font-family:'Unused';src:url('/u.ttf')}"
            ".page{font-family:'Lato', sans-serif;background:url(/a.png)} .late{font-family: far}"
        )
        local = {
            "/l.ttf?#x": "file:///l.ttf",
            "/l.woff": "file:///l.woff",
            "/a.png": "file:///a.png",
            "/u.ttf": "file:///u.ttf",
        }
        text, files = self._trim(css, local=local)
        self.assertEqual(files, {"file:///l.ttf", "file:///a.png"})
        self.assertIn(
            "@font-face{font-family:'Lato';font-weight:700;src:url(\"file:///l.ttf\")}", text
        )
        self.assertIn("https://example.com/far.ttf", text)
        self.assertNotIn("Unused", text)
        self.assertIn('background:url("file:///a.png")', text)

    def test_a_font_named_in_the_document_is_used(self):
        css = "@font-face{font-family:Open_Sans;src:url('/o.ttf')}"
        text, files = self._trim(css, '<p style="font-family: Open_Sans">', {"/o.ttf": "file:///o"})
        self.assertIn("file:///o", text)
        self.assertEqual(files, {"file:///o"})

    def test_nonsense_is_survived(self):
        for css in ("", "}", "{", "a{", "/* never closed", '.page{content:"', "@media", ";;}{}"):
            with self.subTest(css=css):
                self._trim(css)
