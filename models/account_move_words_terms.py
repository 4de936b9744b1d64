from odoo import models
from odoo.fields import Domain

from ..engine import wording
from .pairs import joined

# Vouchers and terms that are for customer invoices alone.
CUSTOMER_INVOICE = "out_invoice"
OPEN_STATES = ("not_paid", "partial")


class AccountMove(models.Model):
    """What else a customer invoice says: vouchers to deduct, no discount, lateness.

    Every method speaks the language of the context.
    """

    _inherit = "account.move"

    def _collection_invoice_words(self):
        """Everything the printed invoice adds, ready to print.

        :return: dict: ``options`` and ``lead`` (see ``_collection_payment_options``),
            ``vouchers`` (texts), ``mention`` and ``late_terms`` (texts, or "")
        """
        self.ensure_one()
        hidden = (
            self.invoice_payment_term_id and not self.invoice_payment_term_id.display_on_invoice
        )
        options = self._collection_payment_options()
        return {
            "options": [] if hidden else options,
            "vouchers": self._collection_voucher_texts(),
            "mention": "" if options else self._collection_mention_text(),
            "late_terms": self._collection_late_terms(),
        }

    # Vouchers

    def _collection_vouchers(self):
        """The customer's open vouchers this invoice tells him to deduct.

        Only one invoice does: the first unpaid one since the voucher, so that nobody
        deducts it twice; its own invoice does not.
        """
        self.ensure_one()
        if self.move_type != CUSTOMER_INVOICE or self.state == "cancel":
            return self.browse()
        if self.state == "posted" and self.payment_state not in OPEN_STATES:
            return self.browse()
        # Safe: vouchers of the customer this very invoice is made out to.
        moves = self.sudo()
        vouchers = moves.search(
            self._collection_same_account()
            & Domain("move_type", "=", "out_refund")
            & Domain("collection_is_voucher", "=", True)
            & Domain("payment_state", "in", OPEN_STATES),
            order="invoice_date, id",
        )
        return vouchers.filtered(
            lambda voucher: (
                not voucher.currency_id.is_zero(voucher.amount_residual)
                and moves._collection_announces(voucher)
            )
        )

    def _collection_same_account(self):
        """Posted documents of this customer, in this company and currency."""
        return (
            Domain("state", "=", "posted")
            & Domain("company_id", "=", self.company_id.id)
            & Domain("commercial_partner_id", "=", self.commercial_partner_id.id)
            & Domain("currency_id", "=", self.currency_id.id)
        )

    def _collection_announces(self, voucher):
        """True when this invoice is the first unpaid one since the voucher."""
        if voucher.reversed_entry_id == self or (
            self.invoice_date and self.invoice_date < voucher.invoice_date
        ):
            return False
        first = self.search(
            self._collection_same_account()
            & Domain("move_type", "=", CUSTOMER_INVOICE)
            & Domain("payment_state", "in", OPEN_STATES)
            & Domain("invoice_date", ">=", voucher.invoice_date)
            & Domain("id", "!=", voucher.reversed_entry_id.id),
            order="invoice_date, id",
            limit=1,
        )
        return not first or first == self

    def _collection_voucher_texts(self):
        """One line per voucher; what is left to pay where that is one amount."""
        vouchers = self._collection_vouchers()
        texts = [
            self.env._(
                "Your voucher %(number)s of %(amount)s: deduct it when you pay.",
                number=voucher.name,
                amount=self._collection_say_amount(voucher.amount_residual),
            )
            for voucher in vouchers
        ]
        items = self.line_ids.filtered(lambda line: line.display_type == "payment_term")
        if vouchers and len(items) == 1 and not self._collection_payment_options(True):
            total = self.amount_residual if self.state == "posted" else self.amount_total
            left = max(0.0, total - sum(vouchers.mapped("amount_residual")))
            texts.append(
                self.env._("Left to pay then: %(amount)s", amount=self._collection_say_amount(left))
            )
        return texts

    # No discount, and lateness

    def _collection_mention_text(self):
        """What the law wants where an invoice gives no discount, or "".

        Asked only for documents without options; one whose discounts are over, or gone
        with a first payment, did give one.
        """
        if self.move_type != CUSTOMER_INVOICE or self._collection_gives_discount():
            return ""
        return self.company_id._collection_mention()

    def _collection_gives_discount(self):
        move = self.sudo()
        if move.line_ids.collection_offer_ids:
            return True
        term = move.invoice_payment_term_id
        # Posted before this module came: core's own discount, without a frozen offer.
        return bool(term.early_discount or (self.state == "draft" and term._collection_tiers()))

    def _collection_late_terms(self):
        """What lateness costs by the customer's fee rule, in one sentence, or "".

        Customer invoices only; not where the rule is for other debtors, nor on charge
        documents that bear no charges themselves.
        """
        self.ensure_one()
        move = self.sudo()
        if move.move_type != CUSTOMER_INVOICE or not move.company_id.collection_print_late_terms:
            return ""
        rule = move._collection_fee_rule()
        terms = rule._invoice_terms() if rule else ""
        if not terms:
            return ""
        if rule.legal_basis:
            return self.env._(
                "In case of late payment, %(terms)s (%(law)s).",
                terms=terms,
                law=rule.legal_basis.strip().rstrip("."),
            )
        return self.env._("In case of late payment, %(terms)s.", terms=terms)

    def _collection_fee_rule(self):
        """The fee rule this invoice would be charged by, or an empty one."""
        rules = self.env["collection.fee.rule"]
        items = self.line_ids.filtered(lambda line: line.display_type == "payment_term")[:1]
        if not items or not items._origin or not self.commercial_partner_id:
            return rules
        items.flush_recordset(["partner_id"])
        self.flush_recordset(["collection_policy_id"])
        rule = rules._of_items(items._origin).get(items._origin.id, rules)
        fits = {"any": True, "consumer": self.commercial_partner_id._collection_is_consumer()}
        fits["business"] = not fits["consumer"]
        if not rule or not fits[rule.customer_type]:
            return rules
        if self._collection_is_charge_document() and not rule.charge_on_charges:
            return rules
        return rule

    def _collection_is_charge_document(self):
        return bool(
            self.env["collection.charge"].search_count([("charge_move_id", "=", self.id)], limit=1)
        )


class CollectionFeeRule(models.Model):
    _inherit = "collection.fee.rule"

    def _invoice_terms(self):
        """Interest and fixed amounts as an invoice warns of them, or ""."""
        self.ensure_one()
        rate = self._letter_rate()
        compensation = self._letter_fixed(("item", "invoice"))
        fees = filter(None, (self._letter_fixed(("level", "notice")), self._letter_notice_fee()))
        parts = []
        if rate:
            parts.append(
                self.env._(
                    "interest: %(rate)s, %(start)s",
                    rate=wording.within_sentence(rate, self.env.lang),
                    start=self._letter_start(),
                )
            )
        if compensation:
            parts.append(
                self.env._(
                    "compensation for the costs of collection: %(amount)s", amount=compensation
                )
            )
        parts += [self.env._("costs of reminders: %(amount)s", amount=fee) for fee in fees]
        return joined(self.env, parts)
