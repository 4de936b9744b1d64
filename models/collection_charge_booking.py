from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from .collection_charge import CLAIMED_STATES, LIVE_STATES
from .collection_notice import MANAGER_GROUP


class CollectionCharge(models.Model):
    """Booking charges, and taking them back to the cent."""

    _inherit = "collection.charge"

    @api.model
    def _make(self, rows, date):
        """Write charges the assessment found, and book them as the company says.

        :param rows: dicts as :meth:`collection.assessment._assess` returns
        :return: the new charges, in the order of ``rows``
        """
        charges = self.create([{**row, "date": date, "state": "draft"} for row in rows])
        charges._add_taxes()
        for company, group in charges.grouped("company_id").items():
            if company.collection_charge_booking == "invoice":
                group._book(date)
        return charges

    def _book(self, date):
        """Book charges on debit invoices: one a customer, currency and journal.

        :raises UserError: when the company has no sales journal
        """
        groups = self.filtered(lambda row: row.state == "draft" and not row.charge_move_id)
        journals = {
            key: charges[:1]._journal() for key, charges in groups.grouped(_booked_by).items()
        }
        groups = groups.grouped(
            lambda row: (row.company_id, row.partner_id, row.currency_id, journals[_booked_by(row)])
        ).values()
        documents = self._create_documents(
            [charges._prepare_document("out_invoice", date) for charges in groups],
            [sum(charge._left_to_pay() for charge in charges) for charges in groups],
        )
        for charges, document in zip(groups, documents, strict=True):
            charges.write({"charge_move_id": document.id, "state": "posted"})

    # Taking back

    def _credit(self, amounts, date=None):
        """Credit parts of booked charges; nets to zero with what was booked.

        :param amounts: ``{charge id: amount with tax}``
        """
        if not self:
            return
        groups = self.grouped("charge_move_id")
        today = date or self.company_id[:1]._collection_today()
        # Together: posting one by one takes three times as long.
        refunds = self._create_documents(
            [
                {
                    **charges._prepare_document("out_refund", max(today, document.date), amounts),
                    "reversed_entry_id": document.id,
                    # At the rate of another day it would leave a difference in the books.
                    "invoice_currency_rate": document.invoice_currency_rate,
                }
                for document, charges in groups.items()
            ],
            [sum(amounts[charge.id] for charge in charges) for charges in groups.values()],
        )
        matches = []
        for (document, charges), refund in zip(groups.items(), refunds, strict=True):
            charges.write({"refund_move_ids": [Command.link(refund.id)]})
            receivable = (document | refund)._collection_open_items()
            if receivable.move_id == document | refund:
                matches.append(receivable)
        if matches:
            self.env["account.move.line"]._reconcile_plan(matches)

    def _reverse(self, reason, date=None, states=CLAIMED_STATES):
        """Take charges back, to the cent: the days may be charged again.

        A document that was cancelled or credited in accounting has gone already.
        """
        live = self.filtered(lambda charge: charge.state in states)
        booked = live.filtered(
            lambda charge: charge.charge_move_id.state == "posted"
            and charge.charge_move_id.payment_state != "reversed"
        )
        amounts = {charge.id: charge._left_to_pay() for charge in booked}
        booked.filtered(lambda row: amounts[row.id] > 0)._credit(amounts, date)
        live.write(
            {
                "state": "reversed",
                "leftover": "none",
                "is_outdated": False,
                "to_check": False,
                "reason": reason,
                "closed_by_id": self.env.uid,
                "closed_on": (live.company_id[:1] or self.env.company)._collection_today(),
            }
        )
        live._close_questions()
        live._close_outdated()

    def _waive(self, amounts, reason):
        """Give up charges, or parts of them.

        :param amounts: ``{charge id: amount with tax}``
        :raises UserError: for more than is open, or nothing
        """
        amounts = {charge.id: charge.currency_id.round(amounts[charge.id]) for charge in self}
        for charge in self:
            part = amounts[charge.id]
            if part <= 0 or charge.currency_id.compare_amounts(part, charge.amount_open) > 0:
                raise UserError(
                    self.env._(
                        "Of “%(charge)s”, %(amount)s is open: no more can be waived.",
                        charge=charge.display_name,
                        amount=charge.currency_id.format(charge.amount_open),
                    )
                )
        self.filtered("charge_move_id")._credit(amounts)
        for charge in self:
            charge._give_up(amounts[charge.id], reason)

    def _give_up(self, amount, reason):
        """Note that this much of a charge, with tax, is not claimed any more."""
        self.ensure_one()
        self.amount_waived = self.currency_id.round(self.amount_waived + amount)
        gone = self.currency_id.is_zero(self._left_to_pay())
        self.write(
            {
                "state": "waived" if gone else self.state,
                "leftover": "none" if gone else self.leftover,
                "reason": reason,
                "closed_by_id": self.env.uid,
            }
        )

    def action_reverse(self):
        """Take these charges back by credit notes; the days may be charged again, also
        those that were waived.

        :raises AccessError: unless a collections manager asks
        """
        self._check_manager()
        # Safe: the manager may; credit notes are booked on his word.
        reason = self.env._("Reversed by %(user)s", user=self.env.user.name)
        charges = self.sudo()
        charges._reverse(reason, states=LIVE_STATES)
        charges.is_refused = True

    def waive(self, reason, amount=None):
        """Give up these charges.

        :param reason: kept on each charge
        :param amount: with tax, in the charge's currency, of each; default: all of it
        :raises AccessError: unless a collections manager asks
        :raises UserError: without a reason, or for more than is open
        """
        self._check_manager()
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the charge is waived."))
        charges = self.sudo()
        amounts = {
            charge.id: charge.amount_open if amount is None else amount for charge in charges
        }
        charges._waive(amounts, reason)
        charges._close_questions()

    def action_waive(self):
        """Ask for the reason and the part to waive."""
        self._check_manager()
        return self.env["collection.charge.waive"]._open(self)

    def action_book(self):
        """Book charges that were only claimed so far."""
        self._check_manager()
        for company, charges in self.sudo().grouped("company_id").items():
            charges._book(company._collection_today())

    def _check_manager(self):
        self.check_access("read")
        if not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(self.env._("Only a collections manager decides about charges."))


def _booked_by(charge):
    """What decides the journal of a charge."""
    return charge.company_id, charge.fee_rule_id
