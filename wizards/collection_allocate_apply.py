from odoo import models
from odoo.exceptions import UserError


class CollectionAllocate(models.TransientModel):
    """Settling what the person chose, exactly as the proposal showed it."""

    _inherit = "collection.allocate"

    def action_apply(self):
        """Reconcile exactly these amounts; claimed charges among them are booked.

        :raises AccessError: for whoever may not reconcile
        :raises UserError: when nothing is chosen, or the books have changed since
        """
        self.ensure_one()
        self._check_accounting()
        self.payment_id.check_access("write")
        self._lock()
        credits, parts = self._credits(), self._parts()
        if not parts:
            raise UserError(self.env._("Nothing is chosen to be settled."))
        self._check_fresh(credits, parts)
        self._give_discounts(parts)
        targets = self._targets(parts)
        # What is paid in part comes last, when the money is nearly used up: core
        # matches as much as two entries have open.
        targets.sort(key=lambda pair: pair[0].amount_residual_currency > pair[1])
        for target, part in targets:
            self._settle(target, part, credits)
        return {"type": "ir.actions.act_window_close"}

    def action_other_currency(self):
        """The open credits in the next currency."""
        self.ensure_one()
        credits = self._find_credits(self.company_id, self.partner_id)
        currencies = credits.currency_id.sorted("name")
        later = currencies.filtered(lambda currency: currency.name > self.currency_id.name)
        return self.with_company(self.company_id)._open(
            self.partner_id, currency=(later or currencies)[:1]
        )

    def _lock(self):
        """:raises UserError: while another process works on the customer"""
        # Safe: no value is read or written.
        customer = self.partner_id.sudo()
        if not customer.try_lock_for_update(allow_referencing=True):
            raise UserError(
                self.env._(
                    "Another process works on %s at this moment; try again.",
                    customer.display_name,
                )
            )

    def _check_fresh(self, credits, parts):
        """:raises UserError: when money or debts are not what the person saw"""
        same = self.currency_id.compare_amounts
        money = -sum(credits.mapped("amount_residual_currency"))
        stale = same(money, self.amount) or any(
            same(line._open_now(), line.amount_open) for line in parts
        )
        if stale:
            raise UserError(
                self.env._("The books have changed since this proposal: close it and look again.")
            )

    def _targets(self, parts):
        """``[(receivable item, amount)]``, the charges among them booked.

        :raises UserError: when a charge is booked on another receivable account
        """
        targets = [(line.move_line_id, part) for line, part in parts.items() if line.move_line_id]
        # Safe: who may reconcile may book what he settles; the amounts are the engine's.
        charges = self.line_ids.browse([line.id for line in parts]).charge_id.sudo()
        charges._book(self.company_id._collection_today())
        for document, group in charges.grouped("charge_move_id").items():
            items = document.line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable"
            ).sudo(False)
            if items.account_id != self.account_id:
                raise UserError(
                    self.env._(
                        "The charges are booked on another receivable account than the payment: "
                        "set them against each other by hand."
                    )
                )
            part = sum(part for line, part in parts.items() if line.charge_id.sudo() in group)
            # One item, or the instalments of the charges' payment terms.
            for item in items.sorted(lambda line: (line.date_maturity, line.id)):
                share = min(part, item.amount_residual_currency)
                if self.currency_id.compare_amounts(share, 0) > 0:
                    targets.append((item, self.currency_id.round(share)))
                part -= share
        return targets

    def _settle(self, target, part, credits):
        """Match one debt with the credits, the oldest first."""
        wanted = self.currency_id.round(target.amount_residual_currency - part)
        for credit in credits:
            if self.currency_id.compare_amounts(target.amount_residual_currency, wanted) <= 0:
                break
            if not credit.reconciled:
                (target | credit).reconcile()
