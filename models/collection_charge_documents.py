from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from .collection_charge import INTEREST


class CollectionCharge(models.Model):
    """The documents on which charges are booked, and taken back."""

    _inherit = "collection.charge"

    @api.model
    def _create_documents(self, vals_list, totals):
        """Posted documents that add up to these totals."""
        documents = self.env["account.move"].create(vals_list)
        for document, total in zip(documents, totals, strict=True):
            charged = document.reversed_entry_id.line_ids
            if charged:
                # The customer's account may be another one by now.
                owed = charged.filtered(lambda line: line.display_type == "payment_term")
                document._collection_fit_item(owed[:1], total)
            else:
                self._fit_total(document, total)
            self._check_open_period(document)
        documents._post(soft=False)
        return documents

    @api.model
    def _check_open_period(self, document):
        """Core dates a document after the lock where that day has come.

        :raises UserError: naming the lock date, when there is no such day yet
        """
        has_tax = document._affect_tax_report()
        locked = document._get_violated_lock_dates(document.date, has_tax)
        if not locked:
            return
        day = document._get_accounting_date(document.invoice_date, has_tax, lock_dates=locked)
        locked = document._get_violated_lock_dates(day, has_tax)
        if locked:
            raise UserError(
                self.env._(
                    "Charges cannot be booked on %(day)s, as the books are locked: %(locks)s. "
                    "Try again after that day, or have the lock date changed.",
                    day=format_date(self.env, day),
                    locks=document.company_id._format_lock_dates(locked),
                )
            )

    def _journal(self):
        self.ensure_one()
        company = self.company_id
        journal = (
            self.fee_rule_id.with_company(company).journal_id
            or company.collection_charge_journal_id
            or self.env["account.journal"].search(
                [
                    *self.env["account.journal"]._check_company_domain(company),
                    ("type", "=", "sale"),
                ],
                limit=1,
            )
        )
        if not journal:
            raise UserError(
                self.env._(
                    "%(company)s has no sales journal to book charges in.", company=company.name
                )
            )
        return journal

    def _prepare_document(self, move_type, date, amounts=None):
        """A charge document, or a credit note of one, for whom it was booked.

        :param amounts: ``{charge id: amount with tax}`` for a credit note of a part
        """
        company, customer = self.company_id, self.partner_id
        charged = self.charge_move_id
        invoices = self.move_id
        first = invoices[:1]
        charges = self.with_company(company).with_context(lang=customer.lang or self.env.lang)
        term = company.collection_charge_payment_term_id
        if move_type == "out_refund":
            term = term.browse()
        return {
            "move_type": move_type,
            "company_id": company.id,
            "journal_id": (charged.journal_id or self[:1]._journal()).id,
            "partner_id": (charged.partner_id or first.partner_id or customer).id,
            "currency_id": self.currency_id.id,
            "invoice_date": date,
            "invoice_payment_term_id": term.id,
            "invoice_date_due": False if term else self._due_date(date),
            "invoice_origin": ", ".join(invoices.mapped("name"))[:255],
            "invoice_user_id": first.invoice_user_id.id,
            "collection_is_charge": True,
            "invoice_line_ids": [
                Command.create(charge._prepare_line(amounts)) for charge in charges
            ],
        }

    def _due_date(self, date):
        """Without payment terms: the firm date of the notice, else at once."""
        deadlines = [
            notice.company_id._collection_deadline(date, notice.level_id)
            for notice in self.notice_id
        ]
        return max(filter(None, deadlines), default=date)

    def _prepare_line(self, amounts=None):
        """One line of a charge document."""
        self.ensure_one()
        values = {
            "product_id": self._product().id,
            "name": self._line_name(),
            "quantity": 1,
            "price_unit": self._price(amounts),
            "tax_ids": [Command.set(self._taxes().ids)],
        }
        account = self.fee_rule_id.with_company(self.company_id).account_id
        if account:
            values["account_id"] = account.id
        return values

    def _line_name(self):
        """What is charged, in the customer's language."""
        self.ensure_one()
        invoice = self.move_id.name or ""
        if self.kind == INTEREST:
            return self.env._(
                "Late interest on %(invoice)s, %(first)s – %(last)s",
                invoice=invoice,
                first=format_date(self.env, self.date_from),
                last=format_date(self.env, self.date_to),
            )
        if self.kind == "compensation":
            return self.env._("Compensation for late payment of %(invoice)s", invoice=invoice)
        return self.env._("Reminder fee, %(invoice)s", invoice=invoice)
