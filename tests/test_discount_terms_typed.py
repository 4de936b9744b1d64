"""Terms with tiers, while somebody types them."""

from odoo.tests import Form, tagged

from .discounts_common import DiscountsCommon


@tagged("post_install", "-at_install")
class TestDiscountTermsTyped(DiscountsCommon):
    def test_the_first_tier_where_core_has_a_discount(self):
        """Until its percentage is typed the tier says nothing, and nothing fails."""
        with Form(self._core_term()) as form:
            with form.discount_tier_ids.new() as tier:
                tier.discount_days = 5
            with form.discount_tier_ids.edit(0) as tier:
                tier.discount_percentage = 4.0
            self.assertIn("960.00", form.collection_preview)

    def test_tiers_taken_away_before_posting_again(self):
        invoice = self._discounted(term=self._term())
        invoice.button_draft()
        invoice.invoice_payment_term_id.discount_tier_ids.unlink()
        invoice.action_post()
        item = self._terms_items(invoice)
        self.assertFalse(item.collection_offer_ids)
        self.assertFalse(item.discount_date)
        self.assertEqual(item.discount_amount_currency, 0.0)
