"""Letters in batches: each customer's file holds his pages and nobody else's."""

import io
import re
import threading
from types import SimpleNamespace
from unittest.mock import patch

from pypdf import PdfReader

from odoo.tests import tagged
from odoo.tests.common import release_test_lock
from odoo.tools import mute_logger

from odoo.addons.base.models import ir_actions_report as core

from ..models import (
    collection_delivery_letters,
    collection_delivery_renderers,
    ir_actions_report_engine,
)
from .letter_common import LetterCommon

# As it is outside of tests, where it lets nobody else at the test's cursor.
RUN_ENGINE = core._run_wkhtmltopdf
HOSTILE = "<h1>Début</h1></body></html><h1>\"'{{ 7*7 }} Ünal\u202e 🚀"


@tagged("post_install", "-at_install")
class TestLetterBatches(LetterCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Nothing answers there: whatever a letter needs it has.
        cls.env["ir.config_parameter"].set_param("report.url", "http://127.0.0.1:9")
        cls.hostile = cls._create_customer(HOSTILE, lang="fr_FR")
        cls.other = cls._create_customer("Doe & Daughters", lang="en_US")

    def _debts(self, partner, count, **values):
        for number in range(count):
            self._at(self._debt(partner, 31, amount=10.0 + number, **values), self.ultimatum)

    def _engine(self):
        """Count the calls of the PDF engine."""
        report_class = self.env.registry["ir.actions.report"]
        return patch.object(
            report_class,
            "_run_wkhtmltopdf",
            autospec=True,
            side_effect=report_class._run_wkhtmltopdf,
        )

    def _charge(self):
        """Have the charges explained in an annex."""
        self.policy.fee_rule_id = self.env["collection.fee.rule"].create(
            {
                "name": "Law",
                "interest_kind": "contractual",
                "rate": 12.0,
                "fixed_scope": "invoice",
                "fixed_amount": 40.0,
                "currency_id": self.euro.id,
            }
        )
        self.ultimatum.make_charges = True

    def _headings(self, lines=1):
        """Letters that say headings wherever a person may write."""
        for lang in ("en_US", "fr_FR", "ro_RO"):
            self.ultimatum.with_context(lang=lang).write(
                {
                    "letter_body": '<h1 class="text-end">Part one</h1>'
                    + "<p>a</p>" * lines
                    + "<h1>Part two</h1>",
                    "letter_closing": "<h2>Part three</h2><h1>Part four</h1>",
                }
            )

    def _check_own_pages(self, notices):
        """Every file has all of its customer's text, and none of another's."""
        texts = {notice: self._pages(notice.letter_attachment_id.raw) for notice in notices}
        for notice, pages in texts.items():
            text = " ".join(pages)
            self.assertIn(notice.name, pages[0])
            self.assertIn(f" 1 / {len(pages)}", pages[0])
            self.assertIn(f" {len(pages)} / {len(pages)}", pages[-1])
            for line in notice.line_ids:
                self.assertIn(line.move_id.name, text)
            for stranger in notices - notice:
                self.assertNotIn(stranger.name, text)
                self.assertNotIn(stranger.partner_id.name[:12], text)
                for line in stranger.line_ids:
                    self.assertIsNone(re.search(rf"{re.escape(line.move_id.name)}\b", text))
        return {notice.partner_id: len(pages) for notice, pages in texts.items()}

    def test_pages_of_one_two_and_five(self):
        """Three languages, annexes, headings and hostile names in a batch."""
        self._charge()
        self._headings()
        self.company.paperformat_id = self.env.ref("base.paperformat_euro").copy({"format": "A5"})
        self._debts(self.english, 1)
        self._debts(self.french, 12)
        self._debts(self.romanian, 25)
        self._debts(self.hostile, 2)
        self._debts(self.other, 1)
        customers = self.english | self.french | self.romanian | self.hostile | self.other
        with self._engine() as engine:
            notices = self._issue(customers)
        self.assertEqual(engine.call_count, 1)
        pages = self._check_own_pages(notices)
        self.assertGreaterEqual(pages[self.french], 2)
        self.assertGreaterEqual(pages[self.romanian], 5)
        letter = self._text(self._of(notices, self.hostile).letter_attachment_id.raw)
        self.assertSays(letter, "<h1>Début</h1></body>", "{{ 7*7 }}")
        self.assertSays(letter, "Part one", "Part two", "Part three", "Part four")

    def _of(self, notices, customer):
        return notices.filtered(lambda notice: notice.partner_id == customer)

    def test_what_cannot_be_split_is_rendered_one_by_one(self):
        """Were the first heading missing, core's outlines would not match."""
        self._headings(lines=60)
        self._debts(self.english, 1)
        self._debts(self.french, 1)
        self._debts(self.other, 1)
        with (
            patch.object(ir_actions_report_engine, "_start_with_heading", str),
            self._engine() as engine,
        ):
            notices = self._issue(self.english | self.french | self.other)
        self.assertEqual(engine.call_count, 4, "together, then each alone")
        self._check_own_pages(notices)

    def test_batches_of_companies_formats_and_sizes(self):
        """A batch is one company's, on its paper."""
        self._debts(self.english, 1)
        self._debts(self.french, 1)
        self._debts(self.other, 1)
        self.company.paperformat_id = self.env.ref("base.paperformat_us").copy(
            {"orientation": "Landscape"}
        )
        with (
            patch.object(collection_delivery_letters, "LETTER_BATCH", 2),
            self._engine() as engine,
        ):
            notices = self._issue(self.english | self.french | self.other)
        self.assertEqual(engine.call_count, 2)
        self._check_own_pages(notices)
        for notice in notices:
            page = PdfReader(io.BytesIO(notice.letter_attachment_id.raw)).pages[0]
            self.assertAlmostEqual(float(page.mediabox.width), 792, delta=2)
            self.assertAlmostEqual(float(page.mediabox.height), 612, delta=2)

    def test_batches_are_even(self):
        delivery = self.env["collection.delivery"]
        notices = self.env["collection.notice"].browse(range(1, 51))
        for parts, sizes in ((1, [17, 17, 16]), (2, [13, 13, 13, 11]), (4, [13, 13, 13, 11])):
            batches = delivery._cut_letters(notices, parts)
            self.assertEqual([len(batch) for batch in batches], sizes)
            self.assertEqual(notices, notices.browse().union(*batches))
        self.assertEqual(delivery._cut_letters(notices.browse()), [])
        self.assertEqual(len(delivery._cut_letters(notices[:1], 8)), 1)

    def test_the_letter_needs_no_server(self):
        """Style, fonts and logo are there while nothing answers at report.url."""
        self._debts(self.english, 1)
        with self._engine() as engine, self.assertNoLogs("odoo.addons.base", "WARNING"):
            notice = self._issue(self.english)
        reader = PdfReader(io.BytesIO(notice.letter_attachment_id.raw))
        fonts = {
            font.get_object()["/BaseFont"]
            for page in reader.pages
            for font in page["/Resources"]["/Font"].values()
        }
        self.assertTrue([name for name in fonts if self.company.font[:4] in name], fonts)
        report = self.env["ir.actions.report"].with_context(collection_files=["/a"])
        arguments = report._build_wkhtmltopdf_args(self.company.paperformat_id, False)
        self.assertEqual(arguments[arguments.index("--javascript-delay") + 1], "0")
        self.assertEqual(arguments[arguments.index("--allow") + 1], "/a")
        plain = self.env["ir.actions.report"]._build_wkhtmltopdf_args(
            self.company.paperformat_id, False
        )
        self.assertEqual(plain[plain.index("--javascript-delay") + 1], "200")
        self.assertEqual(engine.call_count, 1)

    def test_a_big_logo_is_read_once(self):
        """Header and footer are read for every page, with those of all letters."""
        logo = self.company.logo
        self.assertTrue(logo)
        uri = f"data:image/png;base64,{logo.decode()}"
        folder = self.env["ir.attachment"]._filestore()
        with patch.object(ir_actions_report_engine.pathlib.Path, "write_bytes") as written:
            text = ir_actions_report_engine._images_as_files(f'<img src="{uri}"/>' * 3, folder)
        self.assertNotIn("base64", text)
        self.assertEqual(len({call.args[0] for call in written.call_args_list}), 1)

    def test_how_many_renderers(self):
        delivery = self.env["collection.delivery"]
        self.assertGreaterEqual(delivery._renderers(), 1)
        self.env["ir.config_parameter"].set_param("account_collections.letter_renderers", "3")
        self.assertEqual(delivery._renderers(), 3)
        self.assertEqual(delivery.with_context(job_uuid="x")._renderers(), 1)

    def _side_by_side(self, notices):
        """Render as the scheduler does. A test's transactions take turns on its cursor;
        the threads, their environments and the batches are the real ones."""
        self.env["ir.config_parameter"].set_param("account_collections.letter_renderers", "2")
        delivery = self.env["collection.delivery"].sudo()
        renderers = set()
        render = type(delivery)._render_batch

        def note(*args):
            renderers.add(threading.get_ident())
            return render(*args)

        self.env.flush_all()
        with (
            patch.object(
                collection_delivery_renderers, "odoo_module", SimpleNamespace(current_test=None)
            ),
            patch.object(type(delivery), "_render_batch", note),
            patch.object(core, "_run_wkhtmltopdf", RUN_ENGINE),
            release_test_lock(),
        ):
            delivery.with_context(force_report_rendering=True)._render_committed(notices.sudo())
        self.env.invalidate_all()
        self.assertNotIn(threading.get_ident(), renderers)

    def test_renderers_side_by_side(self):
        """Each batch in its thread and transaction; a letter that fails there is said."""
        customers = self.english | self.french | self.other | self.hostile
        for customer in customers:
            self._debts(customer, 1)
        with patch.object(
            self.env.registry["collection.delivery"], "_render_letters", lambda _, notices: notices
        ):
            notices = self._issue(customers, pdf=False)
        title = type(notices)._letter_title

        def broken(notice):
            if notice.partner_id == self.other:
                raise ValueError("no title today")
            return title(notice)

        with (
            patch.object(type(notices), "_letter_title", broken),
            mute_logger(collection_delivery_letters.__name__),
        ):
            self._side_by_side(notices)
        bad = self._of(notices, self.other)
        self.assertEqual(notices.filtered("letter_attachment_id"), notices - bad)
        self.assertIn("no title today", bad.communication_ids.mapped("failure_reason")[0])
        self._check_own_pages(notices - bad)
        self._side_by_side(notices)
        self._check_own_pages(notices)
