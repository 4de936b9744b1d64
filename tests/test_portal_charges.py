"""Charges on the customer's own page of an invoice, and on nobody else's."""

from odoo.tests import HttpCase, new_test_user, tagged

from .charges_common import ChargesCommon


@tagged("post_install", "-at_install")
class TestPortalCharges(ChargesCommon, HttpCase):
    """1,000.00, 15 days late: 4.93 of interest and 40.00."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._create_customer("Neighbour", is_company=True)
        cls.users = {}
        for partner in (cls.customer, cls.other):
            user = new_test_user(cls.env, login=f"portal.{partner.id}", groups="base.group_portal")
            user.partner_id.parent_id = partner
            cls.users[partner] = user

    def _page(self, invoice, user=None, **params):
        self.authenticate(user.login if user else None, user.login if user else None)
        query = "&".join(f"{key}={value}" for key, value in params.items())
        return self.url_open(f"/my/invoices/{invoice.id}?{query}").text.replace("\u00a0", " ")

    def _charged(self, partner=None):
        invoice = self._late(partner=partner or self.customer)
        invoice.message_subscribe(invoice.partner_id.ids)
        self._run()
        self.assertEqual(len(invoice.collection_charge_ids), 2)
        return invoice

    def test_portal_user_sees_the_charges_of_his_invoice(self):
        invoice = self._charged()
        page = self._page(invoice, self.users[self.customer])
        document = invoice.collection_charge_ids.charge_move_id
        for phrase in (
            "Charges for late payment",
            "Late interest",
            "Compensation",
            "03/17/2026 – 03/31/2026",
            document.name,
            "4.93",
            "40.00",
            "44.93",
        ):
            self.assertIn(phrase, page)

    def test_total_is_that_of_letter_and_ledger(self):
        invoice = self._charged()
        notice = invoice.collection_notice_ids
        charges = invoice._collection_portal_charges()
        self.assertEqual(charges["total"], notice.amount_charges)
        self.assertEqual(invoice.amount_residual + charges["total"], notice.amount_total)
        self.assertEqual(self._owed(), notice.amount_total)
        self._pay(invoice.collection_charge_ids.charge_move_id, amount=41.0)
        charges = invoice._collection_portal_charges()
        self.assertEqual(
            [(row["kind"], row["amount"]) for row in charges["rows"]], [("Late interest", 3.93)]
        )
        self.assertEqual(self._owed(), invoice.amount_residual + charges["total"])

    def test_access_token_shows_that_invoice_only(self):
        invoice, theirs = self._charged(), self._charged(self.other)
        token = invoice._portal_ensure_token()
        self.assertIn("44.93", self._page(invoice, access_token=token))
        self.assertNotIn("collection_charges", self._page(theirs, access_token=token))
        self.assertNotIn("collection_charges", self._page(invoice))

    def test_another_customer_sees_nothing(self):
        invoice, theirs = self._charged(), self._charged(self.other)
        self.assertIn("collection_charges", self._page(theirs, self.users[self.other]))
        self.assertNotIn("collection_charges", self._page(invoice, self.users[self.other]))

    def test_nothing_to_say(self):
        """No charges, waived ones, reversed ones: no block."""
        invoice = self._late()
        invoice.message_subscribe(invoice.partner_id.ids)
        user = self.users[self.customer]
        self.assertNotIn("collection_charges", self._page(invoice, user))
        run = self._run()
        self.assertIn("collection_charges", self._page(invoice, user))
        run.action_reverse()
        self.assertNotIn("collection_charges", self._page(invoice, user))

    def test_charges_that_are_only_claimed(self):
        self.company.collection_charge_booking = "claim"
        invoice = self._charged()
        page = self._page(invoice, self.users[self.customer])
        self.assertIn("44.93", page)
        self.assertEqual(
            {row["document"] for row in invoice._collection_portal_charges()["rows"]}, {""}
        )

    def test_page_in_french(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        invoice = self._charged()
        user = self.users[self.customer]
        user.lang = "fr_FR"
        page = self._page(invoice, user)
        self.assertIn("17/03/2026 – 31/03/2026", page)
        self.assertIn("44,93", page)
