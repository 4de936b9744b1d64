from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .collection_notice import MANAGER_GROUP

MONEY_CAME = "account_collections.mail_activity_type_recovery"


class CollectionWriteOff(models.Model):
    """Money that comes after a debt was given up: income, and its tax is owed again."""

    _inherit = "collection.write.off"

    def action_recover(self):
        """Choose the money that came for these debts."""
        self._check_manager()
        return self.env["collection.recovery"]._open(self)

    def action_undo_recovery(self):
        """The money was meant for something else: it is free again.

        :raises AccessError: unless a collections manager asks
        """
        self._check_manager()
        for write_off in self.sudo():
            moves = write_off.line_ids.recovery_move_ids._collection_recovered_items().move_id
            moves.with_env(write_off._clean().env)._collection_reverse_exactly()

    @api.model
    def _recoverable(self, company, customers):
        """Posted write-offs of these customers, of which something is still missing, the
        oldest first."""
        found = self.search(
            Domain("company_id", "=", company.id)
            & Domain("partner_id", "in", customers.ids)
            & Domain("state", "=", "posted"),
            order="date, id",
        )
        return found.filtered(
            lambda write_off: any(
                line.currency_id.compare_amounts(line._left_to_recover(), 0) > 0
                for line in write_off.line_ids
            )
        )

    @api.model
    def _open_money(self, company, customers):
        """Money of these customers that nobody has set against anything."""
        items = self.env["account.move.line"]
        return items.search(
            items._collection_open_domain(company, customers)
            & Domain("amount_residual_currency", "<", 0)
            & Domain("move_id.move_type", "=", "entry"),
            order="date, id",
        )

    def _recover(self, credit, amount=None):
        """Take the open part of ``credit``, or ``amount`` of it, for these debts, the
        oldest first.

        :param credit: an open credit item of the customer
        :raises UserError: when nothing of these debts is missing in its currency
        """
        write_offs = self.sudo().sorted(lambda one: (one.date, one.id))
        rest = -credit.sudo().amount_residual_currency if amount is None else amount
        booked = self.env["account.move"].sudo()
        for line in write_offs.line_ids.filtered(lambda row: row.currency_id == credit.currency_id):
            part = min(rest, line._left_to_recover())
            if line.currency_id.compare_amounts(part, 0) > 0:
                line = line.with_env(line.write_off_id._clean().env)
                booked |= line._recover(credit.with_env(line.env), part)
                rest -= part
        if not booked:
            raise UserError(
                self.env._(
                    "Nothing is missing in %(currency)s of what was written off.",
                    currency=credit.currency_id.name,
                )
            )
        write_offs.activity_feedback([MONEY_CAME])
        return booked

    # Scheduled

    @api.model
    def _follow_up(self, company, today):
        """Money that has gone again recovers nothing; money that came waits for a word.

        :return: what failed, as texts
        """
        self = self.sudo()  # noqa: PLW0642 (private; the scheduler's work is the system's)
        attempt = self.env["collection.charge"]._attempt
        failures = []
        for item in self._bounced(company):
            failures += attempt(self._take_back_bounced, item.move_id)
        posted = self.search([("company_id", "=", company.id), ("state", "=", "posted")])
        credits = self._open_money(company, posted.partner_id).filtered(
            lambda item: item.journal_id.type in ("bank", "cash")
        )
        for customer in credits.partner_id.commercial_partner_id:
            own = credits.filtered(
                lambda item, one=customer: item.partner_id.commercial_partner_id == one
            )
            failures += attempt(self._look_at_money, company, customer, own, today)
        return failures

    @api.model
    def _bounced(self, company):
        """What was recovered by money that is not there any more."""
        items = self.env["account.move.line"]
        items = items.search(
            items._collection_open_domain(company)
            & Domain("move_id.collection_recovery_line_id", "!=", False)
        )
        return items.filtered(
            lambda item: not item.currency_id.compare_amounts(
                item.amount_residual_currency, item.amount_currency
            )
        )

    @api.model
    def _take_back_bounced(self, move):
        write_off = move.collection_recovery_line_id.write_off_id._clean()
        move.with_env(write_off.env)._collection_reverse_exactly()

    @api.model
    def _look_at_money(self, company, customer, credits, today):
        """Open money of a customer who owes nothing, but was let off a debt."""
        write_off = self._recoverable(company, customer)[:1]
        came = credits.filtered(lambda item: write_off and item.date >= write_off.date)
        if came and not write_off._still_owed():
            write_off._tell_money(came, today)

    def _tell_money(self, credits, today):
        """One task a write-off, for the customer's collector."""
        if self.activity_search([MONEY_CAME]):
            return
        customer, company = self.partner_id, self.company_id
        responsible = company._collection_responsible()
        collector = customer._collection_collectors(company)[customer.id]
        # Only a manager books it.
        may = collector and collector.has_group(MANAGER_GROUP)
        user = collector if may else responsible
        first = credits[:1]
        self.activity_schedule(
            MONEY_CAME,
            today,
            summary=self.env._(
                "%(amount)s came after the write-off: recovered?",
                amount=first.currency_id.format(-first.amount_residual_currency),
            ),
            user_id=user.id,
        )


class CollectionWriteOffLine(models.Model):
    _inherit = "collection.write.off.line"

    def _recover(self, credit, amount):
        """Book ``amount`` of an open credit as money for this debt.

        :return: the document, settled with the credit
        :raises UserError: without an account to book it on
        """
        self.ensure_one()
        account = self.company_id._collection_recovery_account()
        if not account:
            raise UserError(
                self.env._(
                    "%(company)s has no account for bad debts recovered: choose it in the "
                    "accounting settings.",
                    company=self.company_id.name,
                )
            )
        rate = credit.amount_residual / credit.amount_residual_currency
        if self.document_id.move_type == "out_refund":
            # The tax that was claimed back is owed again.
            document = self._book_document(
                "out_invoice", amount, account, invoice_currency_rate=1 / rate
            )
            term = document.line_ids.filtered(lambda line: line.display_type == "payment_term")
        else:
            balance = self.company_id.currency_id.round(amount * rate)
            if not credit.currency_id.compare_amounts(amount, -credit.amount_residual_currency):
                balance = -credit.amount_residual
            document = self._book_entry(
                amount, balance, credit.account_id, credit.partner_id, account
            )
            term = document.line_ids.filtered(lambda line: line.account_id == credit.account_id)
        (term | credit).reconcile()
        return document


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def action_collection_recovery(self):
        """This money was for debts that were given up."""
        write_offs = self.env["collection.write.off"]
        write_offs._check_manager()
        customer = self.partner_id.commercial_partner_id
        found = write_offs._recoverable(self.company_id[:1], customer)
        if not found:
            raise UserError(
                self.env._("Nothing of %s was written off.", customer[:1].display_name or "")
            )
        return self.env["collection.recovery"]._open(found, self.move_id.line_ids)
