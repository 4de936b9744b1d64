"""Invoices reset, edited, posted again, reversed, deleted: what becomes of their discounts."""

from odoo.tests import tagged

from .discounts_common import DUE, FIRST_END, INVOICED, SECOND_END, DiscountsCommon, day


@tagged("post_install", "-at_install")
class TestDiscountAgain(DiscountsCommon):
    """Reset to draft, edited, posted again; reversed."""

    def test_the_same_offers_and_item(self):
        invoice = self._discounted()
        item, offers = self._terms_items(invoice), invoice._collection_offers()
        for when in ("2024-05-02", "2024-05-10", "2024-06-10"):
            with self.subTest(when=when), self._on(when):
                self._run_action()
                invoice.button_draft()
                self.assertShows(item, FIRST_END, 970.0)
                invoice.action_post()
                self.assertEqual(self._terms_items(invoice), item)
                self.assertEqual(invoice._collection_offers(), offers)

    def test_edited(self):
        invoice = self._discounted()
        item, offers = self._terms_items(invoice), invoice._collection_offers()
        with self._on("2024-05-10"):
            invoice.button_draft()
            invoice.invoice_line_ids.price_unit = 2000.0
            invoice.action_post()
            self.assertEqual(self._terms_items(invoice), item)
            self.assertEqual(invoice._collection_offers(), offers)
            self.assertOffers(
                invoice, [("2024-05-08", 1940.0, 60.0), ("2024-05-15", 1960.0, 40.0)]
            )
            self.assertShows(item, SECOND_END, 1960.0)

    def test_another_date(self):
        invoice = self._discounted()
        invoice.button_draft()
        invoice.invoice_date = day("2024-05-03")
        invoice.action_post()
        self.assertOffers(
            invoice, [("2024-05-11", 970.0, 30.0), ("2024-05-18", 980.0, 20.0)]
        )
        self.assertEqual(len(self._terms_items(invoice)), 1)

    def test_other_terms(self):
        net = self._term(tiers=(), name="Net")
        one = self._term(tiers=((1.0, 5),), name="One")
        parts = self._term(lines=((40, 20, False), (60, 60, True)), name="Parts")
        invoice = self._discounted()
        for term, expected in [
            (one, [("2024-05-05", 990.0, 10.0)]),
            (net, []),
            (parts, [("2024-05-08", 582.0, 18.0), ("2024-05-15", 588.0, 12.0)]),
            (self.term, [("2024-05-08", 970.0, 30.0), ("2024-05-15", 980.0, 20.0)]),
        ]:
            with self.subTest(term=term.name), self._on("2024-05-03"):
                invoice.button_draft()
                invoice.invoice_payment_term_id = term
                invoice.action_post()
                self.assertOffers(invoice, expected)
                self.assertEqual(
                    len(invoice.sudo().collection_offer_ids), len(expected), "nothing is left over"
                )
        invoice.button_draft()
        invoice.write({"invoice_payment_term_id": False, "invoice_date_due": DUE})
        invoice.action_post()
        self.assertFalse(invoice.sudo().collection_offer_ids)
        self.assertEqual(self._wizard(invoice, INVOICED).amount, 1000.0)
        self.assertFalse(self._terms_items(invoice).discount_date)

    def test_the_dunning_level_is_kept(self):
        invoice = self._discounted()
        item = self._terms_items(invoice)
        self._run(on=day("2024-06-05"))
        level = item.collection_level_id
        self.assertTrue(level)
        with self._on("2024-06-06"):
            self._run_action()
            invoice.button_draft()
            invoice.action_post()
        self.assertEqual(self._terms_items(invoice), item)
        self.assertEqual(item.collection_level_id, level)

    def test_writing_on_a_posted_invoice(self):
        """Core compares the items with the terms; a later tier does not confuse it."""
        invoice = self._discounted()
        item = self._terms_items(invoice)
        with self._on("2024-05-10"):
            self._run_action()
            invoice.write({"ref": "PO 1", "narration": "Thank you"})
            self.assertEqual(self._terms_items(invoice), item)
            self.assertShows(item, SECOND_END, 980.0)

    def test_reversed(self):
        invoice = self._discounted()
        note = self._reverse_invoice(invoice, post=True, date=day("2024-05-02"))
        self.assertFalse(note._collection_offers())
        if invoice.payment_state != "reversed":
            (self._item(note) | self._item(invoice)).reconcile()
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertEqual(
            [(offer.amount_discount, offer.amount_to_pay) for offer in invoice._collection_offers()],
            [(0.0, 0.0), (0.0, 0.0)],
        )
        self.assertFalse(self._terms_items(invoice)._collection_discount_at(INVOICED))

    def test_deleted(self):
        invoice = self._discounted()
        offers = invoice.sudo().collection_offer_ids
        invoice.button_draft()
        invoice.with_context(force_delete=True).unlink()
        self.assertFalse(offers.exists())

    def test_cancelled(self):
        invoice = self._discounted()
        invoice.button_cancel()
        self.assertFalse(invoice._collection_offers())
        self.assertFalse(self._terms_items(invoice)._collection_offer_at(INVOICED))
