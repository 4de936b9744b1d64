from odoo import fields, models

from .collection_discount_offer import DISCOUNT_GROUPS


class AccountMove(models.Model):
    """The discounts of an invoice are frozen when it is posted."""

    _inherit = "account.move"

    collection_offer_ids = fields.One2many(
        "collection.discount.offer",
        "move_id",
        string="Discounts Offered",
        copy=False,
        groups=DISCOUNT_GROUPS,
    )

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._collection_freeze_discounts()
        return posted

    def button_draft(self):
        result = super().button_draft()
        if self:
            self.line_ids._collection_show_first_tier()
        return result

    def _collection_offers(self):
        """What is offered on posted invoices: by item, the earliest first.

        Safe in sudo: amounts and dates of invoices the reader holds in hand.
        """
        lines = self.filtered(lambda move: move.state == "posted").sudo().line_ids
        lines._collection_look()
        return lines.collection_offer_ids

    def _collection_freeze_discounts(self):
        """Keep each tier with its date and amount; a later change of the terms does not
        change what was offered."""
        self.line_ids._collection_look()
        wanted = self.filtered(
            lambda move: move.move_type in self._early_payment_discount_move_types()
            and (
                move.invoice_payment_term_id._collection_bears_discount()
                # Posted before, with terms that did: what they offered goes.
                or move.sudo().line_ids.collection_offer_ids
            )
        ).sudo()
        if not wanted:
            return
        vals_list = []
        for move in wanted:
            if move.invoice_payment_term_id:
                vals_list += move._prepare_offers()
        lines = wanted.line_ids.filtered(lambda line: line.display_type == "payment_term")
        lines._collection_store_offers(vals_list)
        lines._collection_show_in_force()
        # Core keeps the matches of a draft: credit notes among them have shrunk the offers.
        lines.filtered(
            lambda line: line.matched_credit_ids | line.matched_debit_ids
        )._collection_reshape_discounts()

    def _prepare_offers(self):
        """Values of every tier on every item that bears a discount."""
        self.ensure_one()
        term = self.invoice_payment_term_id
        bearing = self._collection_bearing_items()
        vals_list = []
        for item in bearing:
            offered = term._collection_offered(
                self.company_id,
                self.currency_id,
                self.invoice_date or self.date,
                item.amount_currency,
                self.amount_untaxed,
                self.amount_total,
                self.invoice_cash_rounding_id,
            )
            vals_list += [
                self._prepare_offer(item, sequence, tier)
                for sequence, tier in enumerate(offered, start=1)
            ]
        return vals_list

    def _collection_bearing_items(self):
        """The items whose due date bears a discount.

        Due dates that fall on one day are one item: it bears the discount if one of them
        does not refuse it.
        """
        self.ensure_one()
        items = self.line_ids.filtered(lambda line: line.display_type == "payment_term")
        items = items.filtered(lambda item: not self.currency_id.is_zero(item.amount_currency))
        term_lines = self.invoice_payment_term_id.line_ids
        if len(term_lines) <= 1:
            return items
        reference = self.invoice_date or self.date
        days = {
            line._get_due_date(reference) for line in term_lines if line.collection_discount
        }
        return items.filtered(lambda item: item.date_maturity in days)

    def _prepare_offer(self, item, sequence, tier):
        term = self.invoice_payment_term_id
        balance = self._collection_balance_to_pay(item, sequence, tier)
        saving = self.currency_id.round(tier.saving)
        balance_saving = self.company_currency_id.round(item.balance - balance)
        return {
            "move_line_id": item.id,
            "move_id": self.id,
            "company_id": self.company_id.id,
            "partner_id": self.commercial_partner_id.id,
            "move_type": self.move_type,
            "date_invoice": self.invoice_date or self.date,
            "payment_term_id": term.id,
            "tier_id": tier.tier_id,
            "sequence": sequence,
            "discount_percentage": tier.percent,
            "date_end": tier.end,
            "method": term.collection_discount_method,
            "tax_mode": term._collection_tax_mode(),
            "currency_id": self.currency_id.id,
            "amount_item": item.amount_currency,
            "amount_offered": saving,
            "amount_discount": saving,
            "amount_to_pay": tier.to_pay,
            "balance_item": item.balance,
            "balance_offered": balance,
            "balance_to_pay": balance,
            "balance_discount": balance_saving,
        }

    def _collection_balance_to_pay(self, item, sequence, tier):
        """In company currency, as core computes it for its own discount."""
        if self.company_currency_id == self.currency_id:
            return tier.to_pay
        rate = item.balance / item.amount_currency
        if self.invoice_cash_rounding_id:
            return self.company_currency_id.round(tier.to_pay * rate)
        return self.invoice_payment_term_id._collection_offered(
            self.company_id,
            self.company_currency_id,
            self.invoice_date or self.date,
            item.balance,
            self.amount_untaxed_signed,
            self.amount_total_signed,
        )[sequence - 1].to_pay
