from odoo import api, models
from odoo.fields import Date
from odoo.tools import format_amount, format_date

from ..engine import compose
from ..engine.days import plus


class CollectionPortal(models.AbstractModel):
    """What the customer's page shows, in texts of his language."""

    _inherit = "collection.portal"

    @api.model
    def _prepare_page(self, access):
        """:return: ``{"sections": [one a company]}``, each with one account a currency"""
        lines = self._open_lines(access)
        notices = self._notices(access)
        companies = lines.company_id | notices.company_id
        return {
            "by_link": access.by_link,
            "notice": access.notice,
            "customer": access.customer.name,
            "sections": [
                self._prepare_section(access, company, lines, notices)
                for company in (companies or access.companies[:1]).sorted("name")
            ],
        }

    @api.model
    def _prepare_section(self, access, company, lines, notices):
        lines = lines.filtered(lambda line: line.company_id == company)
        today = company._collection_today()
        last = plus(today, company.collection_portal_promise_days)
        status = self._status(access, company)
        return {
            "company": company,
            "accounts": [
                self._prepare_account(company, currency, lines, status, today)
                for currency in lines.currency_id.sorted(
                    lambda one: (one != company.currency_id, one.name)
                )
            ],
            "charges": self._prepare_charges(access, company, lines),
            "notices": [
                self._prepare_notice(notice)
                for notice in notices.filtered(lambda one: one.company_id == company)
            ],
            "promises": self._prepare_promises(access, company, lines),
            "disputes": self._prepare_disputes(access, company, lines),
            "reasons": self._reasons(company),
            "first_day": Date.to_string(today),
            "last_day": Date.to_string(last),
            "may_promise": company.collection_portal_promise
            and any(one["can_promise"] for one in status.values()),
            "may_dispute": company.collection_portal_dispute
            and any(one["can_dispute"] for one in status.values()),
            "may_name": company.collection_portal_contact,
            "contact": self._contact_of(access, company),
        }

    @api.model
    def _contact_of(self, access, company):
        """Who receives the reminders; not told to whoever has only a link."""
        if access.by_link:
            return self.env["res.partner"]
        return access.customer._collection_recipients(company)[access.customer.id]

    @api.model
    def _prepare_account(self, company, currency, lines, status, today):
        """One currency of one company: nothing in it is added to another."""
        lines = lines.filtered(lambda line: line.currency_id == currency)
        amounts = self._amounts(lines, status, today)

        def say(amount):
            return format_amount(self.env, amount, currency)

        return {
            "currency": currency,
            "rows": [self._prepare_row(line, status, today, say) for line in lines],
            "open": say(amounts["open"]),
            "overdue": amounts["overdue"] and say(amounts["overdue"]),
            "pay": {
                scope: say(amounts[f"pay_{scope}"]) if amounts[f"pay_{scope}"] > 0 else ""
                for scope in ("overdue", "open")
            },
            "pays_all": amounts["pay_overdue"] == amounts["pay_open"],
            # Safe: what is printed on every letter of the company.
            "bank": company.sudo()._collection_bank(currency)._collection_words(),
        }

    @api.model
    def _amounts(self, lines, status, today):
        """What is owed in one currency: credits count once, contested amounts are not
        asked for."""
        currency = lines.currency_id
        debts = lines.filtered(lambda line: line.amount_residual_currency > 0)
        credits = -sum((lines - debts).mapped("amount_residual_currency"))
        late = debts.filtered(lambda line: line.date_maturity and line.date_maturity < today)

        def wanted(items):
            items = items.filtered(lambda item: not status[item.id]["paying"])
            disputed = sum(status[item.id]["disputed"] for item in items)
            total = sum(items.mapped("amount_residual_currency")) - disputed - credits
            return max(currency.round(total), 0.0)

        return {
            "open": currency.round(sum(lines.mapped("amount_residual_currency"))),
            "overdue": currency.round(sum(late.mapped("amount_residual_currency"))),
            "pay_overdue": wanted(late),
            "pay_open": wanted(debts),
            "late": late,
            "debts": debts,
        }

    @api.model
    def _prepare_row(self, line, status, today, say):
        move, one = line.move_id, status.get(line.id, {})
        late = (today - line.date_maturity).days if line.date_maturity else 0
        is_debt = line.amount_residual_currency > 0
        reminder = line.collection_notice_line_ids.filtered(
            lambda row: row.stage == "issued" and row.kind == compose.ITEM
        ).notice_id.sorted(lambda notice: (notice.date, notice.id))[-1:]
        statements = self.env["collection.statement"]
        return {
            "id": line.id,
            "label": statements._say_document(move, line.amount_residual_currency),
            "reference": statements._own_reference(move),
            "url": move.get_portal_url() if move.is_sale_document() else "",
            "date": format_date(self.env, move.invoice_date or line.date),
            "due": format_date(self.env, line.date_maturity) if is_debt else "",
            "late": late if is_debt and late > 0 else 0,
            "open": say(line.amount_residual_currency),
            "disputed": say(one["disputed"]) if one.get("disputed") else "",
            "promised": format_date(self.env, one.get("promised")),
            "reminder": self._prepare_notice(reminder) if reminder else None,
            "paying": one.get("paying"),
            "can_promise": one.get("can_promise"),
            "can_dispute": one.get("can_dispute"),
        }

    @api.model
    def _prepare_notice(self, notice):
        """What the customer was told, in the words he was told it in."""
        return {
            "id": notice.id,
            "number": notice.name,
            "title": notice._letter_title(),
            "date": format_date(self.env, notice.date),
            "deadline": format_date(self.env, notice.deadline_date),
            "amount": format_amount(self.env, notice.amount_total, notice.currency_id),
        }

    @api.model
    def _prepare_charges(self, access, company, lines):
        """What is claimed for lateness; those booked stand among the items too."""
        # Safe: the customer's own.
        charges = self.env["collection.charge"].sudo()._search_open(company, access.customer.ids)
        if access.by_link:
            charges = charges.filtered(lambda charge: charge.move_line_id in lines)
        kinds = dict(charges._fields["kind"]._description_selection(self.env))
        return [
            {
                "kind": kinds[charge.kind],
                "invoice": charge.move_id.name or "",
                "document": charge.charge_move_id.name or "",
                "date": format_date(self.env, charge.date),
                "amount": format_amount(self.env, charge.amount_open, charge.currency_id),
            }
            for charge in charges
        ]

    @api.model
    def _prepare_promises(self, access, company, lines):
        promises = self._own(access, company, "collection.promise", lines)
        states = dict(promises._fields["state"]._description_selection(self.env))
        return [
            {
                "date": format_date(self.env, promise.date_promised),
                "amount": format_amount(self.env, promise.amount, promise.currency_id),
                "items": ", ".join(promise.move_line_ids.move_id.mapped("name")),
                "state": states[promise.state],
            }
            for promise in promises.filtered(lambda one: one.state not in ("draft", "cancelled"))
        ]

    @api.model
    def _prepare_disputes(self, access, company, lines):
        disputes = self._own(access, company, "collection.dispute", lines)
        states = dict(disputes._fields["state"]._description_selection(self.env))
        return [
            {
                "date": format_date(self.env, dispute.date_from),
                "reason": dispute.reason_id.name or "",
                "items": ", ".join(dispute.move_line_ids.move_id.mapped("name")),
                "amount": dispute.amount_disputed
                and format_amount(self.env, dispute.amount_disputed, dispute.currency_id),
                "state": states[dispute.state],
            }
            for dispute in disputes
        ]

    @api.model
    def _own(self, access, company, model, lines):
        """The last ones of the customer; by a link only about what the link shows."""
        # Safe: the domain is the customer's own.
        records = (
            self.env[model]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("partner_id.commercial_partner_id", "=", access.customer.id),
                ],
                limit=20,
            )
        )
        if access.by_link:
            records = records.filtered(lambda one: one.move_line_ids and one.move_line_ids <= lines)
        return records
