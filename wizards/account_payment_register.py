from odoo import models

from ..models.account_move_discount_payment import NO_DISCOUNT


class AccountPaymentRegister(models.TransientModel):
    """The payment wizard proposes and books the tier of the payment's day."""

    _inherit = "account.payment.register"

    def _get_total_amounts_to_pay(self, batch_results):
        """On instalments the discount is part of what is lacking, too."""
        totals = super()._get_total_amounts_to_pay(batch_results)
        every = self._collection_instalment_discounts(batch_results)
        if not every:
            return totals
        default = {item: offer for item, offer in every.items() if item in totals["lines"]}
        totals["amount_for_difference"] += self._collection_saved(default)
        totals["full_amount_for_difference"] += self._collection_saved(every)
        pays_all = not self.currency_id.compare_amounts(self.amount, totals["full_amount"])
        totals["epd_applied"] |= bool(default) or pays_all
        return totals

    def _collection_instalment_discounts(self, batch_results):
        """``{item: offer}`` of the instalments whose discount core does not know."""
        found = {}
        for batch in batch_results:
            for move, items in batch["lines"].grouped("move_id").items():
                if move.currency_id != self.currency_id or not move._collection_offers():
                    continue
                terms = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
                if len(terms) > 1:
                    saved = move._collection_discounts_on(self.payment_date)
                    found |= {item: saved[item] for item in items if item in saved}
        return found

    def _collection_saved(self, discounts):
        return abs(
            self._convert_to_wizard_currency(
                [
                    {
                        "line": item,
                        "amount_residual": offer.balance_discount,
                        "amount_residual_currency": offer.amount_discount,
                    }
                    for item, offer in discounts.items()
                ]
            )
        )

    def _create_payment_vals_from_wizard(self, batch_result):
        wizard = self
        if self.early_payment_discount_mode:
            totals = self._get_total_amounts_to_pay([batch_result])
            pays_all = not self.currency_id.compare_amounts(self.amount, totals["full_amount"])
            items = batch_result["lines"] if pays_all else totals["lines"]
            wizard = self.with_context(
                collection_discount_date=self.payment_date,
                collection_discount_item_ids=items.ids,
            )
        return super(AccountPaymentRegister, wizard)._create_payment_vals_from_wizard(batch_result)

    def _create_payment_vals_from_batch(self, batch_result):
        """Several payments at once: each pays all there is, with every discount."""
        wizard = self.with_context(collection_discount_date=self.payment_date)
        if not wizard._collection_instalment_discounts([batch_result]):
            return super(AccountPaymentRegister, wizard)._create_payment_vals_from_batch(
                batch_result
            )
        plain = wizard.with_context(**{NO_DISCOUNT: True})
        vals = super(AccountPaymentRegister, plain)._create_payment_vals_from_batch(batch_result)
        currency = self.env["res.currency"].browse(vals["currency_id"])
        items = {}
        for move in batch_result["lines"].move_id:
            items |= move._collection_discounts_on(self.payment_date)
        items = {item: offer for item, offer in items.items() if item in batch_result["lines"]}
        saved = sum(offer.amount_discount for offer in items.values())
        vals["amount"] = currency.round(vals["amount"] - abs(saved))
        open_balance = currency._convert(
            saved, self.company_id.currency_id, self.company_id, self.payment_date
        )
        lines = wizard.env["account.move"]._get_invoice_counterpart_amls_for_early_payment_discount(
            [{"aml": item} for item in items], open_balance
        )
        vals["write_off_line_vals"] = [line for group in lines.values() for line in group]
        return vals
