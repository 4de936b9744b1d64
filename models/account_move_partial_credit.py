from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import frozendict

# The item a credit note is set against, before core sets it against the oldest ones.
AGAINST = "collection_credit_against"


class AccountMove(models.Model):
    """A document of a part of an invoice: its accounts and taxes in proportion, to the cent.

    A credit note of it is set against one of the invoice's items; write-offs and money that
    comes after them are booked the same way, on an account of their own.
    """

    _inherit = "account.move"

    def _collection_credit_part(self, item, amount, title):
        """Book a credit note of ``amount``, tax included, over this invoice.

        In sudo: the caller has asked whether the user may.

        :param item: the receivable item it is set against
        :raises UserError: when it does not come to the amount
        """
        vals = self._collection_prepare_credit(title, self._collection_shares(amount))
        return self._collection_book_credit(item, amount, vals)

    def _collection_book_credit(self, item, amount, vals):
        """Book a prepared credit note over this invoice, of exactly ``amount``.

        :raises UserError: when it does not come to the amount
        """
        self.ensure_one()
        document = self.with_context(**{AGAINST: item.id}).create(vals)
        document._collection_fit_item(item, amount)
        document._collection_post_exactly(amount)
        return document.with_env(self.env)

    def _collection_fit_item(self, item, amount):
        """Make this draft settle an item: on its account, of exactly the amount."""
        term = self.line_ids.filtered(lambda line: line.display_type == "payment_term")
        if term.account_id != item.account_id:
            term.account_id = item.account_id
        self.env["collection.charge"]._fit_total(self, amount)

    def _collection_post_exactly(self, amount):
        """:raises UserError: when this draft does not come to the amount"""
        self._post(soft=False)
        if self.currency_id.compare_amounts(self.amount_total, amount):
            raise UserError(
                self.env._(
                    "The document would come to %(total)s, not to %(amount)s.",
                    total=self.currency_id.format(self.amount_total),
                    amount=self.currency_id.format(amount),
                )
            )

    def _collection_prepare_credit(self, title, lines):
        """Dated today: its number comes after those of the notes written before it.

        :param lines: values of its invoice lines
        """
        today = self.company_id._collection_today()
        return self._collection_prepare_part("out_refund", today, title, lines)

    def _collection_prepare_part(self, move_type, day, title, lines):
        """A document over this invoice, in its journal and currency, at its rate.

        :param day: its date, unless the invoice is of a later one
        :param lines: values of its invoice lines
        """
        day = max(day, self.invoice_date or day)
        return {
            "move_type": move_type,
            "company_id": self.company_id.id,
            "journal_id": self.journal_id.id,
            "partner_id": self.partner_id.id,
            "partner_shipping_id": self.partner_shipping_id.id,
            "fiscal_position_id": self.fiscal_position_id.id,
            "currency_id": self.currency_id.id,
            "invoice_currency_rate": self.invoice_currency_rate,
            "invoice_date": day,
            "invoice_date_due": day,
            "invoice_payment_term_id": False,
            "invoice_user_id": self.invoice_user_id.id,
            "invoice_origin": self.name,
            "ref": title,
            "reversed_entry_id": self.id if move_type == "out_refund" else False,
            "invoice_line_ids": [Command.create({"name": title, **line}) for line in lines],
        }

    def _collection_shares(self, amount, account=None):
        """Of each account and set of taxes on the invoice, the part that falls on
        ``amount``: values of invoice lines.

        A tax of so much a piece cannot be had in part: it is credited without the tax.

        :param account: where all of it is booked, instead of the lines' own accounts
        """
        share = amount / self.amount_total
        lines = []
        for key, (base, rest) in self._collection_bases(account).items():
            taxes = self.env["account.tax"].browse(key["taxes"])
            for part, own in ((base, taxes), (rest, taxes.browse())):
                value = self.currency_id.round(part * share)
                if value:
                    lines.append(
                        {
                            "quantity": 1,
                            "account_id": key["account"],
                            "price_unit": own._collection_price(value, self.currency_id),
                            "tax_ids": [Command.set(own.ids)],
                            "analytic_distribution": dict(key["analytic"]) or False,
                        }
                    )
        return lines

    def _collection_bases(self, account=None):
        """``{(account, taxes, analytic): [taxed amount, the rest]}`` of the lines."""
        AccountTax = self.env["account.tax"]
        products = self.line_ids.filtered(lambda line: line.display_type == "product")
        rows = [self._prepare_product_base_line_for_taxes_computation(line) for line in products]
        AccountTax._add_tax_details_in_base_lines(rows, self.company_id)
        AccountTax._round_base_lines_tax_details(rows, self.company_id)
        bases = {}
        for line, row in zip(products, rows, strict=True):
            details = row["tax_details"]
            taxes = details["taxes_data"]
            by_percent = [part for part in taxes if part["tax"].amount_type != "fixed"]
            base = by_percent[0]["base_amount_currency"] if by_percent else 0.0
            taxed = base + sum(part["tax_amount_currency"] for part in by_percent)
            whole = details["total_excluded_currency"] + sum(
                part["tax_amount_currency"] for part in taxes
            )
            # Where nothing is a tax a piece, the line's own: a group stays a group.
            own = row["tax_ids"]
            if len(by_percent) < len(taxes):
                own = AccountTax.union(*(part["tax"] for part in by_percent))
            key = frozendict(
                account=(account or line.account_id).id,
                taxes=tuple(own.ids),
                analytic=frozendict(row["analytic_distribution"] or {}),
            )
            total = bases.setdefault(key, [0.0, 0.0])
            if own:
                total[0] += base if by_percent else whole
                total[1] += whole - taxed if by_percent else 0.0
            else:
                total[1] += whole
        return bases

    def _reconcile_reversed_moves(self, reverse_moves, move_reverse_cancel):
        """Core sets a credit note against the oldest items; one about a certain
        instalment goes against that first."""
        item = self.env["account.move.line"].browse(self.env.context.get(AGAINST))
        if item and not item.reconciled and item.move_id in self:
            lines = reverse_moves.line_ids.filtered(
                lambda line: line.account_id == item.account_id and not line.reconciled
            )
            (item | lines).with_context(move_reverse_cancel=move_reverse_cancel).reconcile()
        return super()._reconcile_reversed_moves(reverse_moves, move_reverse_cancel)
