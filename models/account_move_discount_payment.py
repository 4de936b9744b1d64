from odoo import models

NO_DISCOUNT = "collection_no_discount"


class AccountMove(models.Model):
    """Every way to pay sees the tier of its day."""

    _inherit = "account.move"

    def _is_eligible_for_early_payment_discount(self, currency, reference_date):
        if self.env.context.get(NO_DISCOUNT):
            return False
        if not self._collection_offers():
            return super()._is_eligible_for_early_payment_discount(currency, reference_date)
        if currency != self.currency_id:
            return False
        return bool(self._collection_discounts_on(reference_date or self.invoice_date))

    def _collection_discounts_on(self, on):
        """``{item: offer}`` of what whoever pays on that day saves."""
        items = self.line_ids.filtered(lambda line: line.display_type == "payment_term")
        found = {item: item._collection_discount_at(on)._lowers_price() for item in items}
        return {item: offer for item, offer in found.items() if offer}

    def _get_invoice_next_payment_values(self, custom_amount=None):
        """With instalments, paying everything saves what each of them saves."""
        values = super()._get_invoice_next_payment_values(custom_amount=custom_amount)
        items = self.line_ids.filtered(lambda line: line.display_type == "payment_term")
        # With one due date core has lowered the amount already, whatever it calls the state.
        if len(items) > 1 and values["installment_state"] in ("next", "overdue"):
            on = self.company_id._collection_today()
            saved = sum(
                offer.amount_discount for offer in self._collection_discounts_on(on).values()
            )
            if saved:
                values["amount_due"] = self.currency_id.round(
                    values["amount_due"] + self.direction_sign * saved
                )
        return values


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_installments_data(
        self, payment_currency=None, payment_date=None, next_payment_date=None
    ):
        """The amounts of the tier in force on the day of the payment.

        Core knows a discount on an invoice with one due date only; on instalments the
        amounts are lowered and the kind stays, so that its choice between the next one and
        all of them works as ever.
        """
        move = self.move_id
        offers = move._collection_offers()
        if not offers:
            return super()._get_installments_data(
                payment_currency, payment_date, next_payment_date
            )
        payment_date = payment_date or move.company_id._collection_today()
        plain = self.with_context(**{NO_DISCOUNT: True})
        installments = super(AccountMoveLine, plain)._get_installments_data(
            payment_currency, payment_date, next_payment_date
        )
        allowed = not self.env.context.get(NO_DISCOUNT)
        single = len(move.line_ids.filtered(lambda line: line.display_type == "payment_term")) == 1
        for installment in installments:
            item = installment["line"] = installment["line"].with_env(self.env)
            if not allowed or (payment_currency or item.currency_id) != item.currency_id:
                continue
            offer = item._collection_discount_at(payment_date)._lowers_price()
            if offer:
                item._collection_lower_installment(installment, offer, single)
        return installments

    def _collection_lower_installment(self, installment, offer, single):
        sign = self.move_id.direction_sign
        installment.update(
            {
                "amount_residual_currency": offer.amount_to_pay,
                "amount_residual": offer.balance_to_pay,
                "amount_residual_currency_unsigned": -sign * offer.amount_to_pay,
                "amount_residual_unsigned": -sign * offer.balance_to_pay,
                "discount_amount_currency": offer.amount_discount,
                "discount_amount": offer.balance_discount,
            }
        )
        if single:
            installment["type"] = "early_payment_discount"
