"""What a statement of account says, ready to be printed in the customer's language."""

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Date

from ..engine import statement
from .collection_charge import CLAIMED_STATES
from .collection_discount_offer import CREDIT_NOTES

READERS = (
    "account_collections.group_collections_auditor,account_collections.group_collections_collector"
)
OF_DOCUMENT = [
    "name", "ref", "move_type", "invoice_date", "collection_is_charge", "origin_payment_id",
    "statement_line_id",
]
# What the body of the statement lists: everything that happened, or what is open.
LISTINGS = [("all", "All movements"), ("open", "Open items only")]


class CollectionStatement(models.AbstractModel):
    _name = "collection.statement"
    _inherit = ["collection.statement", "collection.letter"]

    @api.model
    def _prepare_sheets(self, company, customers, date_from, date_to, listing="all"):
        """One sheet a customer, in his language; see ``report_statement_document``."""
        # Safe: whoever reaches this was asked for his role, or is the customer himself.
        self = self.sudo().with_company(company)
        company, customers = company.sudo(), customers.sudo()
        accounts = self._build(company, customers, date_from, date_to)
        recipients = customers._collection_recipients(company)
        self._prefetch(accounts)
        context = {
            "company": company,
            "date_from": date_from,
            "date_to": date_to,
            "listing": listing,
            "charges": self._read_claimed(company, customers),
            "pauses": self._read_pauses(company, customers, date_to),
        }
        return [
            self.with_context(
                lang=recipients[customer.id]._collection_lang(company)
            )._prepare_sheet(customer, recipients[customer.id], accounts, context)
            for customer in customers
        ]

    @api.model
    def _prefetch(self, accounts):
        """All documents are read at once, whatever the number of customers.

        With every field the sheets speak of: they look at one document at a time.
        """
        every = [one for customer in accounts.values() for one in customer.values()]
        items = self.env["account.move.line"].browse(
            item.id for account in every for item in account.items
        )
        items.fetch(["move_id", "date"])
        documents = {row.document for account in every for row in account.movements}
        others = {row.settled_with for account in every for row in account.movements}
        ids = (documents | others | set(items.move_id.ids)) - {None}
        self.env["account.move"].browse(ids).fetch(OF_DOCUMENT)

    @api.model
    def _read_claimed(self, company, customers):
        """``{(customer, currency): amount}`` of charges that are claimed and not booked:
        they are owed, and stand on no account."""
        charges = self.env["collection.charge"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", customers.ids),
                ("state", "in", CLAIMED_STATES),
                ("charge_move_id", "=", False),
            ]
        )
        return {
            key: sum(group.mapped("amount_open"))
            for key, group in charges.grouped(lambda one: (one.partner_id, one.currency_id)).items()
        }

    @api.model
    def _read_pauses(self, company, customers, day):
        """``{item id: ("disputed", None) or ("promised", day)}`` on a day."""
        pauses = {}
        for model, kind in (("collection.promise", "promised"), ("collection.dispute", "disputed")):
            for pause in self.env[model]._active_on(company, day):
                if pause.partner_id.commercial_partner_id in customers:
                    until = pause.date_promised if kind == "promised" else None
                    pauses.update(dict.fromkeys(pause.move_line_ids.ids, (kind, until)))
        return pauses

    @api.model
    def _prepare_sheet(self, customer, recipient, accounts, context):
        lang = self.env.lang
        return {
            "lang": lang,
            "company": context["company"],
            "sender": context["company"].name,
            "font": context["company"]._collection_font(lang),
            "customer": customer,
            "address": recipient.with_context(lang=lang)._collection_address_lines(),
            "number": customer.ref or "",
            "date": self._say_date(context["date_to"], long=True),
            "period": " – ".join(self._say_date(context[key]) for key in ("date_from", "date_to")),
            "listing": context["listing"],
            "accounts": [
                self._prepare_account(customer, currency, account, context)
                for currency, account in accounts.get(customer.id, {}).items()
            ],
        }

    @api.model
    def _prepare_account(self, customer, currency, account, context):
        """One currency: nothing in it is ever added to another."""

        def say(amount):
            return self._say_number(amount or 0.0, currency)

        claimed = context["charges"].get((customer, currency), 0.0)
        aging = [(self._say_bucket(name), say(account.aging[name])) for name in statement.BUCKETS]
        return {
            "currency": currency.name,
            "opening": say(account.opening),
            "closing": say(account.closing),
            "total": self._say_amount(account.closing, currency),
            "overdue": self._say_amount(account.overdue, currency),
            "is_overdue": currency.compare_amounts(account.overdue, 0) > 0,
            "is_credit": currency.compare_amounts(account.closing, 0) < 0,
            "claimed": claimed and self._say_amount(claimed, currency),
            "rows": [self._prepare_movement(row, say) for row in account.movements],
            "items": [self._prepare_item(item, say, context) for item in account.items],
            "aging": aging,
            "bank": context["company"]._collection_bank(currency)._collection_words(),
        }

    @api.model
    def _prepare_movement(self, row, say):
        move = self.env["account.move"].browse(row.document)
        if row.settled_with:
            other = self.env["account.move"].browse(row.settled_with)
            label = self.env._(
                "%(document)s settled with %(other)s", document=move.name, other=other.name
            )
        else:
            label = self._say_document(move, row.amount)
        return {
            "date": self._say_date(row.day),
            "label": label,
            "reference": self._own_reference(move) if not row.settled_with else "",
            "debit": say(row.amount) if row.amount > 0 else "",
            "credit": say(-row.amount) if row.amount < 0 else "",
            "balance": say(row.balance),
        }

    @api.model
    def _prepare_item(self, item, say, context):
        line = self.env["account.move.line"].browse(item.id)
        kind, until = context["pauses"].get(item.id, ("", None))
        note = ""
        if kind == "disputed":
            note = self.env._("in dispute")
        elif kind:
            note = self.env._("promised for %(date)s", date=self._say_date(until))
        return {
            "label": self._say_document(line.move_id, item.original),
            "reference": self._own_reference(line.move_id),
            "date": self._say_date(line.move_id.invoice_date or line.date),
            "due": self._say_date(item.due) if item.open > 0 else "",
            "late": str(item.days_late or ""),
            "original": say(item.original),
            "open": say(item.open),
            "balance": say(item.balance),
            "note": note,
        }

    # In the customer's words

    @api.model
    def _say_bucket(self, name):
        labels = {
            statement.NOT_DUE: self.env._("Not yet due"),
            "late_30": self.env._("1–30 days late"),
            "late_60": self.env._("31–60 days late"),
            "late_90": self.env._("61–90 days late"),
            "late_more": self.env._("More than 90 days"),
            statement.CREDITS: self.env._("Credits not used"),
        }
        return labels[name]

    @api.model
    def _say_document(self, move, amount):
        """What a document is, and its number."""
        number = move.name or ""
        if move.collection_is_charge and move.move_type not in CREDIT_NOTES:
            return self.env._("Charges for late payment %(number)s", number=number)
        if move.move_type in ("out_invoice", "out_receipt"):
            return self.env._("Invoice %(number)s", number=number)
        if move.move_type in CREDIT_NOTES:
            return self.env._("Credit note %(number)s", number=number)
        if move.origin_payment_id or move.statement_line_id:
            if amount < 0:
                return self.env._("Payment received %(number)s", number=number)
            return self.env._("Refund %(number)s", number=number)
        return self.env._("Entry %(number)s", number=number)

    @api.model
    def _own_reference(self, move):
        """The customer's own reference; those of payments and entries are the company's."""
        is_document = move.move_type in ("out_invoice", "out_receipt", *CREDIT_NOTES)
        return move.ref if is_document and move.ref and move.ref != move.name else ""


class ReportStatement(models.AbstractModel):
    _name = "report.account_collections.report_statement"
    _description = "Statement of Account (report)"

    @api.model
    def _get_report_values(self, docids, data=None):
        """:raises AccessError: for whoever is neither collector nor auditor; customers
        get theirs through the portal, which asks for it in their name
        """
        if not self.env.su and not self.env.user.has_groups(READERS):
            raise AccessError(self.env._("Statements of account are for collectors to print."))
        data = data or {}
        # Printed from the dialog, the ids come with the options.
        docids = docids or data.get("partner_ids") or self.env.context.get("active_ids") or []
        partners = self.env["res.partner"].browse(docids).exists()
        partners.check_access("read")
        company = self._company(data)
        date_to = Date.to_date(data.get("date_to")) or company._collection_today()
        date_from = Date.to_date(data.get("date_from")) or company._collection_statement_start(
            date_to
        )
        sheets = self.env["collection.statement"]._prepare_sheets(
            company,
            partners.commercial_partner_id,
            date_from,
            date_to,
            data.get("listing") or "all",
        )
        return {
            "doc_ids": partners.ids,
            "doc_model": "res.partner",
            "docs": partners,
            "sheets": sheets,
        }

    @api.model
    def _company(self, data):
        """:raises AccessError: for a company that is not the user's"""
        company = self.env["res.company"].browse(data.get("company_id") or self.env.company.id)
        if not self.env.su and company not in self.env.user.company_ids:
            raise AccessError(self.env._("This company is not one of yours."))
        return company
