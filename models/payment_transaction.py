from odoo import fields, models

from .account_move_discount_payment import NO_DISCOUNT


class PaymentTransaction(models.Model):
    """Online payments: the discount of the day on which the customer paid."""

    _inherit = "payment.transaction"

    def _create_payment(self, **extra_create_values):
        """Book the whole discount; the day counts on which the customer started to pay,
        not on which the provider confirmed it."""
        self.ensure_one()
        move = self.invoice_ids
        if len(move) != 1 or not move._collection_offers():
            return super()._create_payment(**extra_create_values)
        saved = self._collection_saved_by_amount(move)
        lines = self._collection_discount_lines(move, saved) if saved else []
        plain = self.with_context(**{NO_DISCOUNT: True})
        # The company's day, as all that asks whether money came in time.
        extra_create_values.setdefault("date", self.company_id._collection_today())
        extra_create_values["write_off_line_vals"] = [
            *extra_create_values.get("write_off_line_vals", []),
            *lines,
        ]
        return super(PaymentTransaction, plain)._create_payment(**extra_create_values)

    def _collection_paid_on(self):
        """The company's local day on which the customer paid: when he started to; with a
        wire transfer that is only a promise, and the day counts on which it was confirmed."""
        wired = self.provider_code == "custom"
        return self.company_id._collection_local_day(
            self.last_state_change if wired else self.create_date
        )

    def _collection_saved_by_amount(self, move):
        """``{item: offer}`` of the due dates the amount settles: the next one, those
        overdue, or all of them, each with what it saves."""
        if self.currency_id != move.currency_id:
            return {}
        saved = move._collection_discounts_on(self._collection_paid_on())
        items = move.line_ids.filtered(
            lambda line: line.display_type == "payment_term" and not line.reconciled
        )
        total, covered = 0.0, {}
        for item in items.sorted(lambda line: (line.date_maturity or fields.Date.today(), line.id)):
            offer = saved.get(item)
            total += abs(offer.amount_to_pay if offer else item.amount_residual_currency)
            if offer:
                covered[item] = offer
            if not move.currency_id.compare_amounts(total, self.amount):
                return covered
        return {}

    def _collection_discount_lines(self, move, saved):
        company = self.company_id
        amount = sum(offer.amount_discount for offer in saved.values())
        open_balance = move.currency_id._convert(
            amount, company.currency_id, company, company._collection_today()
        )
        groups = (
            self.env["account.move"]
            .with_context(
                collection_discount_date=self._collection_paid_on(),
                collection_discount_item_ids=[item.id for item in saved],
            )
            ._get_invoice_counterpart_amls_for_early_payment_discount(
                [{"aml": item} for item in saved], open_balance
            )
        )
        customer = move.partner_id.id
        return [
            {"partner_id": customer, **line} for lines in groups.values() for line in lines
        ]
