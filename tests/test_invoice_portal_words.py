"""The e-mail of an invoice, and the customer's page of it."""

from lxml import html

from odoo import Command
from odoo.tests import new_test_user, tagged

from .words_common import APRIL_30, HOSTILE, WordsCommon, plain

MARK = "o_collection_payment_words"
BLOCK = (
    "To be paid: 970.00 € if paid by May 8, 2026 (you save 30.00 €) "
    "980.00 € if paid by May 15, 2026 (you save 20.00 €) 1,000.00 € by May 30, 2026"
)


@tagged("post_install", "-at_install")
class TestInvoiceMail(WordsCommon):
    def _wizard(self, move):
        return (
            self.env["account.move.send.wizard"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({})
        )

    def _block(self, body):
        nodes = html.fragment_fromstring(str(body), create_parent="div").find_class(MARK)
        return [plain(" ".join(node.itertext())).strip() for node in nodes]

    def _sent(self, move):
        """The block in the message that went out."""
        messages = move.message_ids.filtered(lambda message: message.message_type == "comment")
        return self._block(messages[:1].body)

    def test_preview_and_message(self):
        invoice = self._bill()
        wizard = self._wizard(invoice)
        self.assertEqual(self._block(wizard.body), [BLOCK])
        wizard.action_send_and_print()
        self.assertEqual(self._sent(invoice), [BLOCK])

    def test_language_of_the_customer(self):
        self.assertEqual(
            self._block(self._wizard(self._bill(partner=self.french)).body),
            [
                "À payer : 970,00 € jusqu’au 8 mai 2026 "
                "(vous économisez 30,00 €) 980,00 € jusqu’au 15 mai 2026 (vous économisez 20,00 €) "
                "1 000,00 € jusqu’au 30 mai 2026"
            ],
        )
        self.assertIn(
            "970,00 € dacă plătiți până la 8 mai 2026",
            self._block(self._wizard(self._bill(partner=self.romanian)).body)[0],
        )

    def test_edited_body_stays(self):
        invoice = self._bill()
        wizard = self._wizard(invoice)
        wizard.body = wizard.body.replace("30.00", "thirty")
        wizard.action_send_and_print()
        self.assertEqual(self._sent(invoice), [BLOCK.replace("30.00", "thirty")])
        other = self._bill()
        wizard = self._wizard(other)
        wizard.body = "<p>See the invoice.</p>"
        wizard.action_send_and_print()
        self.assertEqual(self._sent(other), [])

    def test_batch_and_scheduled_sending(self):
        invoices = self._bill() | self._bill(partner=self.french)
        wizard = self.env["account.move.send.batch.wizard"].create(
            {"move_ids": [Command.set(invoices.ids)]}
        )
        wizard.action_send_and_print()
        self.assertTrue(all(invoices.mapped("sending_data")))
        self.env.ref("account.ir_cron_account_move_send").method_direct_trigger()
        self.assertEqual(self._sent(invoices[0]), [BLOCK])
        self.assertIn("970,00 €", self._sent(invoices[1])[0])

    def test_saved_template_does_not_repeat_an_old_invoice(self):
        wizard = self._wizard(self._bill(amount=500.0))
        wizard.template_name = "Mine"
        wizard.create_mail_template()
        template = wizard.template_id
        self.assertIn("485.00", template.body_html)
        self.assertIn("485.00", str(wizard.body))
        self.assertEqual(len(self._block(wizard.body)), 1)
        other = self._wizard(self._bill())
        other.template_id = template
        self.assertEqual(self._block(other.body), [BLOCK])

    def test_above_the_signature(self):
        self.env.user.signature = "<p>Jane Doe</p>"
        invoice = self._bill()
        invoice.invoice_user_id = self.env.user
        text = plain(" ".join(html.fromstring(str(self._wizard(invoice).body)).itertext()))
        self.assertLess(text.index("To be paid"), text.index("Jane Doe"))
        self.assertLess(text.index("any questions"), text.index("To be paid"))

    def test_tiers_that_are_over(self):
        invoice = self._bill()
        self._on("2026-05-09")
        block = self._block(self._wizard(invoice).body)[0]
        self.assertNotIn("970.00", block)
        self.assertIn("980.00 € if paid by", block)
        self._on("2026-05-16")
        self.assertEqual(self._block(self._wizard(invoice).body), [])

    def test_voucher_terms_and_vouchers(self):
        term = self._term("Voucher", collection_discount_method="voucher")
        voucher = self._bill(False, move_type="out_refund", amount=30.0)
        voucher.sudo().collection_is_voucher = True
        block = self._block(self._wizard(self._bill(term)).body)[0]
        self.assertSays(
            block,
            "Pay in full by May 8, 2026 and receive a voucher of 30.00 € for your next order",
            f"Your voucher {voucher.name} of 30.00 €: deduct it when you pay.",
        )

    def test_instalments(self):
        term = self._term("Halves", instalments=((50.0, 30), (50.0, 60)))
        block = self._block(self._wizard(self._bill(term)).body)[0]
        self.assertSays(
            block, "Instalment 1 of 2 485.00 €", "Instalment 2 of 2 485.00 €", "by June 29, 2026"
        )

    def test_nothing_to_say(self):
        for move in (self._bill(False), self._bill(False, move_type="out_refund")):
            self.assertEqual(self._block(self._wizard(move).body), [])

    def test_hostile_names(self):
        self.english.name = HOSTILE
        body = str(self._wizard(self._bill()).body)
        self.assertNotIn("<script>", body)
        self.assertEqual(self._block(body), [BLOCK])


@tagged("post_install", "-at_install")
class TestInvoicePortal(WordsCommon):
    """On the page days are counted from today: nothing is frozen here."""

    def _on(self, day):
        """The browser and the server share the real day."""

    def _sidebar(self, invoice, lang=None):
        user = new_test_user(self.env, login=f"portal.{invoice.id}", groups="base.group_portal")
        user.partner_id.parent_id = invoice.partner_id
        user.lang = lang or "en_US"
        invoice.message_subscribe(user.partner_id.ids)
        self.authenticate(user.login, user.login)
        page = html.fromstring(self.url_open(f"/my/invoices/{invoice.id}").text)
        nodes = page.xpath("//table[@id='collection_options']")
        return plain(" ".join(nodes[0].itertext())).strip() if nodes else ""

    def _expected(self, invoice):
        return " ".join(self._texts(invoice, possible_only=True))

    def test_each_tier_with_date_and_amount(self):
        invoice = self._bill(day=self.company._collection_today())
        said = self._sidebar(invoice)
        self.assertSays(said, "970.00 € if paid by", "980.00 € if paid by", "1,000.00 € by")
        self.assertEqual(said, self._expected(invoice))

    def test_in_french(self):
        invoice = self._bill(day=self.company._collection_today(), partner=self.french)
        said = self._sidebar(invoice, "fr_FR")
        self.assertSays(said, "970,00 € jusqu’au", "980,00 €")

    def test_instalments(self):
        term = self._term("Halves", instalments=((50.0, 30), (50.0, 60)))
        invoice = self._bill(term, day=self.company._collection_today())
        self.assertSays(
            self._sidebar(invoice), "Instalment 1 of 2 485.00 €", "Instalment 2 of 2 485.00 €"
        )

    def test_no_table_without_discount(self):
        today = self.company._collection_today()
        self.assertEqual(self._sidebar(self._bill(False, day=today)), "")
        self.assertEqual(self._sidebar(self._bill(day=APRIL_30)), "")
        paid = self._bill(day=today)
        self._pay(paid, on=today)
        self.assertEqual(self._sidebar(paid), "")

    def test_page_shows_the_printed_words(self):
        invoice = self._bill(day=self.company._collection_today())
        token = invoice._portal_ensure_token()
        self.authenticate(None, None)
        page = self.url_open(
            f"/my/invoices/{invoice.id}?access_token={token}&report_type=html"
        ).content.decode()
        self.assertIn("970.00 € if paid by", plain(" ".join(html.fromstring(page).itertext())))
