from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import frozendict


class CollectionWriteOffLine(models.Model):
    """A part of an invoice, with its taxes, as a document of its own: a credit note when it
    is given up, a debit note when the money comes after all and its tax is owed again."""

    _inherit = "collection.write.off.line"

    def _book_document(self, move_type, amount, recovery=False, **values):
        """:param recovery: the account of money that came after all
        :raises UserError: when it does not come to the amount"""
        document = self.env["account.move"].create(
            {**self._prepare_document(move_type, amount, recovery), **values}
        )
        term = document.line_ids.filtered(lambda line: line.display_type == "payment_term")
        if term.account_id != self.move_line_id.account_id:
            term.account_id = self.move_line_id.account_id
        self.env["collection.charge"]._fit_total(document, amount)
        document.narration = self._mention(document)
        document._post(soft=False)
        if self.currency_id.compare_amounts(document.amount_total, amount):
            raise UserError(
                self.env._(
                    "The document would come to %(total)s, not to %(amount)s.",
                    total=self.currency_id.format(document.amount_total),
                    amount=self.currency_id.format(amount),
                )
            )
        return document

    def _prepare_document(self, move_type, amount, recovery=False):
        invoice = self.move_id
        day = self._entry_date(invoice.journal_id, recovery)
        title = self._title(recovery)
        account = recovery or self.write_off_id.account_id
        credited = move_type == "out_refund" and not invoice.collection_is_charge
        return {
            "move_type": move_type,
            "company_id": self.company_id.id,
            "journal_id": invoice.journal_id.id,
            "partner_id": invoice.partner_id.id,
            "partner_shipping_id": invoice.partner_shipping_id.id,
            "fiscal_position_id": invoice.fiscal_position_id.id,
            "currency_id": self.currency_id.id,
            "invoice_currency_rate": invoice.invoice_currency_rate,
            "invoice_date": max(day, invoice.invoice_date or day),
            "invoice_date_due": max(day, invoice.invoice_date or day),
            "invoice_payment_term_id": False,
            "invoice_user_id": invoice.invoice_user_id.id,
            "invoice_origin": invoice.name,
            "ref": title,
            "reversed_entry_id": invoice.id if credited else False,
            self._back_link(recovery): self.id,
            "invoice_line_ids": [
                Command.create({**line, "name": title, "account_id": account.id})
                for line in self._shares(amount)
            ],
        }

    def _shares(self, amount):
        """Of each set of taxes on the invoice, the part that falls on ``amount``.

        A tax of so much a piece cannot be had in part: it is given up without the tax.
        """
        invoice = self.move_id
        share = amount / invoice.amount_total
        lines = []
        for key, (base, rest) in self._bases(invoice).items():
            taxes = self.env["account.tax"].browse(key["taxes"])
            for part, own in ((base, taxes), (rest, taxes.browse())):
                value = self.currency_id.round(part * share)
                if value:
                    lines.append(
                        {
                            "quantity": 1,
                            "price_unit": own._collection_price(value, self.currency_id),
                            "tax_ids": [Command.set(own.ids)],
                            "analytic_distribution": dict(key["analytic"] or {}) or False,
                        }
                    )
        return lines

    def _bases(self, invoice):
        """``{(taxes, analytic): [taxed amount, the rest]}`` of an invoice's lines."""
        AccountTax = self.env["account.tax"]
        products = invoice.line_ids.filtered(lambda line: line.display_type == "product")
        rows = [
            invoice._prepare_product_base_line_for_taxes_computation(line) for line in products
        ]
        AccountTax._add_tax_details_in_base_lines(rows, self.company_id)
        AccountTax._round_base_lines_tax_details(rows, self.company_id)
        bases = {}
        for row in rows:
            details = row["tax_details"]
            parts = [
                part
                for part in details["taxes_data"]
                if part["tax"].amount_type != "fixed"
            ]
            pieces = [part for part in details["taxes_data"] if part not in parts]
            base = parts[0]["base_amount_currency"] if parts else 0.0
            taxed = base + sum(part["tax_amount_currency"] for part in parts)
            whole = details["total_excluded_currency"] + sum(
                part["tax_amount_currency"] for part in details["taxes_data"]
            )
            taxes = row["tax_ids"]
            if pieces:
                taxes = AccountTax.union(*(part["tax"] for part in parts))
            key = frozendict(
                taxes=tuple(taxes.ids) if parts else (),
                analytic=frozendict(row["analytic_distribution"] or {}) or False,
            )
            total = bases.setdefault(key, [0.0, 0.0])
            total[0] += base
            total[1] += whole - taxed
        return bases

    def _mention(self, document):
        """What the law wants to read on it, in the customer's language."""
        if document.move_type != "out_refund":
            return False
        speaking = self._in_customer_language()
        words = {
            "invoice": self.move_id.name,
            "net": speaking.currency_id.format(document.amount_untaxed),
            "tax": speaking.currency_id.format(document.amount_tax),
        }
        country = self.company_id.account_fiscal_country_id.code
        if country == "FR":
            return speaking.env._(
                "Invoice %(invoice)s has remained unpaid for %(net)s, price without tax, and "
                "for %(tax)s of tax, which cannot be deducted (CGI, art. 272).",
                **words,
            )
        if country == "RO":
            return speaking.env._(
                "The tax base of invoice %(invoice)s is lowered by %(net)s and the tax by "
                "%(tax)s, as it was not paid (Codul fiscal, art. 287).",
                **words,
            )
        return False
