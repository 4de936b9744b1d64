import psycopg2

from odoo import api, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Command
from odoo.tools import format_date

from .account_payment_term import PRICE, VOUCHER

# What the caller's context may say while something is booked for him.
KEPT_CONTEXT = ("lang", "tz", "allowed_company_ids", "tracking_disable", "mail_notrack")


class CollectionDiscountDeduction(models.Model):
    """Booking a discount that was granted after the payment.

    Always in sudo: it follows from the setting, or from the word of a person who may
    decide; amounts and accounts come from the invoice and the company, not from him.
    """

    _inherit = "collection.discount.deduction"

    def _grant(self, reason, user=None):
        """Book the discount and settle the item with it.

        :raises UserError: when it cannot be booked
        """
        self.ensure_one()
        rest = abs(self.move_line_id.amount_residual_currency)
        if self.method != VOUCHER and self.currency_id.compare_amounts(rest, self.amount) < 0:
            # A part of what was claimed has been paid since.
            self.amount = rest
        document = self._waiting_document() or self._book()
        self._decide("granted", reason, user, discount_move_id=document.id)
        if self.method == VOUCHER:
            self.offer_id._mark_taken(document, self.date_paid, self.amount)
            return
        self._settle_with(document)
        # It was owed no longer than to the day of the payment.
        self.move_line_id._collection_check_charges(self.date_paid)

    @api.model
    def _grant_before(self, item, offer, day, reason, user=None):
        """Grant a discount whose money is about to be matched.

        :raises UserError: when it cannot be booked
        """
        row = self._keep(item, offer, abs(offer.amount_discount), day)
        row._grant(reason, user)

    def _try_grant(self, reason, user=None):
        """Grant; what cannot be booked now waits with the reason, and never stops the
        matching of money.

        :return: True when it was booked
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._grant(reason, user)
            return True
        except (UserError, RedirectWarning, psycopg2.IntegrityError) as error:
            message = str(error.args[0] if error.args else error).strip().split("\n")[0]
        self.write({"error": message})
        self._ask(self.env._("The discount could not be booked: %s", message))
        return False

    def _clean(self):
        """Without what the caller's context says about his own entries."""
        context = {
            name: value for name, value in self.env.context.items() if name in KEPT_CONTEXT
        }
        return self.with_env(self.env(su=True, context=context)).with_company(self.company_id)

    def _waiting_document(self):
        """One that was booked before, and taken off the item by hand."""
        documents = self._documents(self.offer_id).filtered(lambda move: move.state == "posted")
        if self.method == VOUCHER:
            return documents
        open_ones = documents.filtered(
            lambda move: self._receivable(move).filtered(lambda line: not line.reconciled)
            and not self.currency_id.compare_amounts(move.amount_total, self.amount)
        )
        # What was reversed by hand is no discount any more.
        (documents - open_ones).collection_discount_offer_id = False
        self.env.flush_all()
        return open_ones[:1]

    def _documents(self, offers):
        """What we have booked for these offers."""
        return self.env["account.move"].search(
            [("collection_discount_offer_id", "in", offers.ids), ("state", "!=", "cancel")]
        )

    def _book(self):
        """:return: the posted entry or credit note"""
        self = self._clean()  # noqa: PLW0642
        if not self.move_id._collection_discount_account():
            raise UserError(
                self.env._(
                    "%(company)s has no cash-discount account: choose it in the accounting "
                    "settings.",
                    company=self.company_id.name,
                )
            )
        if self.method == PRICE:
            return self._book_entry()
        return self._book_credit_note()

    def _parts(self):
        """The counterpart items of the offered discount, by core's own way.

        :return: list of values signed like the item, together exactly the discount; or as
            much of it as was kept back
        """
        moves = self.env["account.move"].with_context(
            collection_discount_offer_id=self.offer_id.id,
            collection_discount_date=self.date_paid,
        )
        sign = -1 if self.offer_id.amount_item < 0 else 1
        values = {"aml": self.move_line_id, "amount_currency": -sign * self.amount}
        groups = moves._get_invoice_counterpart_amls_for_early_payment_discount(
            [{**values, "balance": -self.offer_id.balance_discount}],
            self.offer_id.balance_discount,
        )
        lines = [
            line for kind in ("base_lines", "tax_lines", "term_lines") for line in groups[kind]
        ]
        share = self.amount / abs(self.offer_id.amount_discount)
        return lines if share >= 1 else self._shared(lines, share)

    def _shared(self, lines, share):
        """A part of the discount; what rounding leaves goes onto the biggest line."""
        total = sum(line["amount_currency"] for line in lines)
        biggest = max(lines, key=lambda line: abs(line["amount_currency"]))
        for line in lines:
            line["amount_currency"] = self.currency_id.round(line["amount_currency"] * share)
            line["balance"] = self.company_id.currency_id.round(line["balance"] * share)
        left = total * share - sum(line["amount_currency"] for line in lines)
        biggest["amount_currency"] = self.currency_id.round(biggest["amount_currency"] + left)
        return lines

    # An entry

    def _book_entry(self):
        journal = self._journal()
        lines = self._fit_lines(self._parts())
        has_tax = any(line.get("tax_ids") for line in lines)
        lines.append(self._receivable_line(lines))
        partner = self.move_line_id.partner_id
        move = self.env["account.move"].with_context(skip_invoice_sync=True).create(
            {
                "move_type": "entry",
                "company_id": self.company_id.id,
                "journal_id": journal.id,
                "date": self._entry_date(journal, has_tax),
                "ref": self._in_customer_language()._title(),
                "partner_id": partner.id,
                "collection_discount_offer_id": self.offer_id.id,
                "line_ids": [
                    Command.create({"partner_id": partner.id, **line}) for line in lines
                ],
            }
        )
        move._post(soft=False)
        return move

    def _receivable_line(self, lines):
        item = self.move_line_id
        return {
            "name": self._in_customer_language()._title(),
            "account_id": item.account_id.id,
            "currency_id": item.currency_id.id,
            "amount_currency": -sum(line["amount_currency"] for line in lines),
            "balance": -sum(line["balance"] for line in lines),
        }

    def _settles_rest(self):
        """False when the money is still to come, see the allocation."""
        rest = abs(self.move_line_id.amount_residual_currency)
        return not self.currency_id.compare_amounts(rest, self.amount)

    def _fit_lines(self, lines):
        """What was kept back beyond the discount is discount too; and the cents by which
        the company's currency rounds differently go onto the biggest line."""
        item = self.move_line_id
        sign = -1 if self.offer_id.amount_item < 0 else 1
        booked = sum(line["amount_currency"] for line in lines)
        excess = self.currency_id.round(sign * self.amount - booked)
        rate = item.balance / item.amount_currency
        balance = self.company_id.currency_id.round(
            sum(line["balance"] for line in lines) + excess * rate
        )
        if self._settles_rest():
            balance = item.amount_residual
        if excess:
            lines = [*lines, self._excess_line(excess, excess * rate)]
        biggest = max(lines, key=lambda line: abs(line["balance"]))
        biggest["balance"] += balance - sum(line["balance"] for line in lines)
        return lines

    def _excess_line(self, amount, balance):
        return {
            "name": self.env._("Early Payment Discount"),
            "account_id": self.move_id._collection_discount_account().id,
            "currency_id": self.currency_id.id,
            "amount_currency": amount,
            "balance": self.company_id.currency_id.round(balance),
        }

    def _journal(self):
        """:raises UserError: when the company has no general journal"""
        company = self.company_id
        journal = company._collection_misc_journal(company.collection_discount_journal_id)
        if not journal:
            raise UserError(
                self.env._(
                    "%(company)s has no miscellaneous journal to book discounts in.",
                    company=company.name,
                )
            )
        return journal

    def _entry_date(self, journal, has_tax):
        """The payment's, as the discount belongs to it; today where that period is
        locked."""
        today = self.company_id._collection_today()
        locked = self.company_id._get_violated_lock_dates(self.date_paid, has_tax, journal)
        return today if locked else self.date_paid

    # Words

    def _in_customer_language(self):
        return self.with_context(lang=self.partner_id._collection_lang(self.company_id))

    def _title(self):
        """What is given, on which invoice, for which payment."""
        words = {
            "percent": f"{self.discount_percentage:g}",
            "invoice": self.move_id.name,
            "date": format_date(self.env, self.date_paid),
        }
        if self.method == VOUCHER:
            return self.env._("Voucher: %(percent)s %% on %(invoice)s, paid on %(date)s", **words)
        return self.env._("Discount %(percent)s %% on %(invoice)s, paid on %(date)s", **words)

    # Settling

    def _receivable(self, document):
        return document.line_ids.filtered(
            lambda line: line.account_id == self.move_line_id.account_id
        )

    def _settle_with(self, document):
        """:raises UserError: when the item is not settled by it as it should be"""
        settled = self._settles_rest()
        lines = self._clean()._receivable(document) | self._clean().move_line_id
        lines.filtered(lambda line: not line.reconciled).reconcile()
        if settled and not self.move_line_id.reconciled:
            raise UserError(
                self.env._("“%s” does not settle what is left.", document.display_name)
            )
