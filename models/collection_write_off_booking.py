from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from .collection_charge import CLAIMED_STATES
from .collection_discount_deduction_booking import KEPT_CONTEXT
from .collection_pause_effect import PAUSE_MODELS


class CollectionWriteOff(models.Model):
    """Booking a write-off, and taking it back to the cent.

    Always in sudo: a manager approved it; amounts come from the books, and the account is
    the one he has read.
    """

    _inherit = "collection.write.off"

    def _clean(self):
        """Without what the caller's context says about his own entries."""
        context = {
            name: value for name, value in self.env.context.items() if name in KEPT_CONTEXT
        }
        return self.with_env(self.env(su=True, context=context)).with_company(self.company_id)

    def _book(self):
        """:raises UserError: when it cannot be booked"""
        self.ensure_one()
        self = self._clean()  # noqa: PLW0642
        if self.include_charges:
            self._add_charges()
        items = self.line_ids.move_line_id
        items.lock_for_update(allow_referencing=True)
        items.invalidate_recordset()
        self.line_ids._check_open()
        self._check_taxes()
        for line in self.line_ids:
            line._book()
        self.write({"state": "posted"})
        self._close_pauses(items)

    def _check_taxes(self):
        """:raises UserError: where booking would make a tax fall due that never was"""
        if self.tax_relief:
            return
        for line in self.line_ids:
            tax = line.move_line_id._collection_unpaid_taxes()[:1]
            if tax:
                raise UserError(
                    self.env._(
                        "The tax “%(tax)s” of %(invoice)s falls due on payment. Write off with "
                        "tax relief: else it would fall due though nobody has paid.",
                        tax=tax.name,
                        invoice=line.move_id.name,
                    )
                )

    # Charges

    def _charges(self):
        """What these items were charged for lateness, and is open."""
        charges = self.env["collection.charge"].search(
            [
                ("move_line_id", "in", self.line_ids.move_line_id.ids),
                ("state", "in", CLAIMED_STATES),
            ]
        )
        return charges.filtered(lambda row: row.currency_id.compare_amounts(row.amount_open, 0) > 0)

    def _charges_balance(self):
        """What giving up the charges costs on top, in company currency, as of today."""
        company = self.company_id
        day = company._collection_today()
        # Those whose document is among the items are counted with them.
        charges = self._charges().filtered(
            lambda row: not row.charge_move_id.line_ids & self.line_ids.move_line_id
        )
        return sum(
            row.currency_id._convert(row.amount_open, company.currency_id, company, day)
            for row in charges
        )

    def _add_charges(self):
        """Late interest and fees: what is booked joins the items, the rest is waived."""
        charges = self._charges()
        claimed = charges.filtered(lambda row: not row.charge_move_id)
        if claimed:
            claimed._waive(
                {charge.id: charge.amount_open for charge in claimed},
                self.env._("Written off: %s", self.name),
            )
        documents = (charges - claimed).charge_move_id
        # A document may be about other items too: their charges stay open.
        whole = documents.filtered(lambda move: move.collection_booked_charge_ids <= charges)
        owed = whole.line_ids.filtered(lambda item: item._collection_is_owed())
        self.line_ids.create(
            [
                {"write_off_id": self.id, "move_line_id": item.id}
                for item in owed - self.line_ids.move_line_id
            ]
        )
        part = (charges - claimed).filtered(lambda row: row.charge_move_id not in whole)
        if part:
            part._waive(
                {charge.id: charge.amount_open for charge in part},
                self.env._("Written off: %s", self.name),
            )

    # What follows

    def _close_pauses(self, items):
        """Promises, disputes and holds about nothing but settled items have ended."""
        for name in PAUSE_MODELS:
            pauses = self.env[name].search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("partner_id.commercial_partner_id", "=", self.partner_id.id),
                    ("state", "=", self.env[name]._pause_open_state),
                ]
            )
            over = pauses.filtered(lambda pause: self._is_over(pause, items))
            over.write({"state": self.env[name]._pause_gone_state})

    def _is_over(self, pause, items):
        if not pause.move_line_ids:
            return not self._still_owed()
        return bool(pause.move_line_ids & items) and all(pause.move_line_ids.mapped("reconciled"))

    def _still_owed(self):
        """True while the customer owes anything."""
        items = self.env["account.move.line"]
        domain = items._collection_open_domain(self.company_id, self.partner_id)
        return bool(items.search_count(domain & Domain("amount_residual", ">", 0), limit=1))

    # Taking back

    def action_reverse(self):
        """The debt is claimed after all: what was booked is reversed, to the cent.

        :raises AccessError: unless a collections manager asks
        :raises UserError: when money was taken for it, or it is not posted
        """
        self._check_manager()
        for write_off in self:
            # Safe: checked above.
            write_off.sudo()._reverse(self.env.user)

    def _reverse(self, user):
        self.ensure_one()
        self._lock()
        if self.state != "posted":
            raise UserError(self.env._("“%s” is not posted.", self.display_name))
        if any(line.amount_recovered for line in self.line_ids):
            raise UserError(
                self.env._(
                    "Money was taken for “%s” after it was written off: undo the recovery first.",
                    self.display_name,
                )
            )
        clean = self._clean()
        documents = clean.line_ids.document_id
        # What an accountant has reversed himself is not taken back twice.
        undone = documents.reversal_move_ids.filtered(lambda move: move.state == "posted")
        left = documents.filtered(lambda move: move.state == "posted") - undone.reversed_entry_id
        left._collection_reverse_exactly()
        self.write(
            {
                "state": "reversed",
                "reversed_by": user.id,
                "date_reversed": self.company_id._collection_today(),
            }
        )


class CollectionWriteOffLine(models.Model):
    _inherit = "collection.write.off.line"

    def _book(self):
        """:raises UserError: when it does not settle what it should"""
        item = self.move_line_id
        balance, rest = self._balance_of(self.amount), item.amount_residual_currency
        if self.write_off_id.tax_relief and item.move_id.is_invoice(include_receipts=True):
            document = self._book_document("out_refund", self.amount)
        else:
            document = self._book_entry(self.amount, balance, item.account_id, item.partner_id)
        self.write({"document_id": document.id, "balance": balance})
        self._settle(document, item)
        left = item.currency_id.round(rest - self.amount)
        if item.currency_id.compare_amounts(item.amount_residual_currency, left):
            raise UserError(
                self.env._("“%s” does not settle what is left.", document.display_name)
            )

    def _settle(self, document, item):
        own = document.line_ids.filtered(lambda line: line.account_id == item.account_id)
        (own | item).filtered(lambda line: not line.reconciled).reconcile()

    def _in_customer_language(self):
        customer = self.write_off_id.partner_id
        return self.with_context(lang=customer._collection_lang(self.company_id))

    # An entry

    def _book_entry(self, amount, balance, receivable, partner, recovery=False):
        """The whole amount on the bad-debt account, or from the recovery account.

        :param recovery: the account of money that came after all
        """
        write_off = self.write_off_id
        journal = write_off.journal_id or self.company_id._collection_misc_journal(
            self.company_id.collection_write_off_journal_id
        )
        if not journal:
            raise UserError(
                self.env._(
                    "%(company)s has no miscellaneous journal to book write-offs in.",
                    company=self.company_id.name,
                )
            )
        sign = 1 if recovery else -1
        name = self._title(recovery)
        rows = ((receivable, sign), (recovery or write_off.account_id, -sign))
        move = self.env["account.move"].with_context(skip_invoice_sync=True).create(
            {
                "move_type": "entry",
                "company_id": self.company_id.id,
                "journal_id": journal.id,
                "date": self._entry_date(journal, recovery),
                "ref": name,
                "partner_id": partner.id,
                self._back_link(recovery): self.id,
                "line_ids": [
                    Command.create(
                        {
                            "name": name,
                            "account_id": account.id,
                            "partner_id": partner.id,
                            "currency_id": self.currency_id.id,
                            "amount_currency": side * amount,
                            "balance": side * balance,
                        }
                    )
                    for account, side in rows
                ],
            }
        )
        move._post(soft=False)
        return move

    def _back_link(self, recovery):
        return "collection_recovery_line_id" if recovery else "collection_write_off_line_id"

    def _entry_date(self, journal, recovery=False):
        """The day the manager chose; today where that period is locked."""
        today = self.company_id._collection_today()
        day = today if recovery else self.write_off_id.date
        locked = self.company_id._get_violated_lock_dates(day, False, journal)
        return today if locked else day

    def _title(self, recovery=False):
        speaking = self._in_customer_language()
        if recovery:
            return speaking.env._("Received for %s, written off before", self.move_id.name or "")
        return speaking.env._("Written off: %s", self.move_id.name or "")
