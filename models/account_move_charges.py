from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from ..engine import allocation
from .account_move import COLLECTIONS_GROUPS, STAFF

_lt = LazyTranslate(__name__)
KEEP_DOCUMENT = _lt(
    "A charge document says what was charged. To take it back, reverse or waive its charges."
)


class AccountMove(models.Model):
    """Charge documents, and what lateness costs an invoice."""

    _inherit = "account.move"

    collection_is_charge = fields.Boolean(
        string="Charge Document",
        readonly=True,
        copy=False,
        groups=STAFF,
        help="Books late interest and fees; it is dunned only where the policy says so.",
    )
    collection_climbs = fields.Boolean(
        string="Dunned by Itself",
        readonly=True,
        copy=False,
        groups=STAFF,
        help="A person decided that this charge document climbs the ladder.",
    )
    collection_charge_ids = fields.One2many(
        "collection.charge", "move_id", string="Charges", groups=COLLECTIONS_GROUPS
    )
    collection_booked_charge_ids = fields.One2many(
        "collection.charge", "charge_move_id", string="Charges Booked", groups=COLLECTIONS_GROUPS
    )
    collection_charge_count = fields.Integer(
        compute="_compute_collection_charges", compute_sudo=True, groups=COLLECTIONS_GROUPS
    )
    collection_charges_open = fields.Monetary(
        string="Open Charges",
        compute="_compute_collection_charges",
        compute_sudo=True,
        currency_field="currency_id",
        groups=COLLECTIONS_GROUPS,
    )
    collection_interest_accrued = fields.Monetary(
        string="Interest to Date",
        compute="_compute_collection_interest_accrued",
        compute_sudo=True,
        currency_field="currency_id",
        groups=STAFF,
        help="Late interest up to today that has not been charged yet. Nothing is booked.",
    )
    collection_interest_note = fields.Char(
        compute="_compute_collection_interest_accrued",
        compute_sudo=True,
        groups=STAFF,
        help="Why the interest cannot be computed.",
    )

    @api.depends("collection_charge_ids.state", "collection_charge_ids.amount_open")
    def _compute_collection_charges(self):
        for move in self:
            charges = move.collection_charge_ids.filtered(lambda row: row.state != "reversed")
            move.collection_charge_count = len(charges)
            move.collection_charges_open = sum(charges.mapped("amount_open"))

    # And on what is left of its items: see `ledger_followers`.
    @api.depends("collection_charge_ids.state")
    def _compute_collection_interest_accrued(self):
        items = self.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        accrued, problems = self.env["collection.assessment"]._accrued(items)
        for move in self:
            lines = move.line_ids._origin
            move.collection_interest_accrued = sum(accrued.get(id_, 0.0) for id_ in lines.ids)
            notes = [problems[id_] for id_ in lines.ids if id_ in problems]
            move.collection_interest_note = self._collection_say_problem(*notes[0]) if notes else ""

    def button_draft(self):
        """:raises UserError: for a charge document, which says what was charged"""
        # Safe: whoever books need not see charges.
        if not self:
            return super().button_draft()
        charges = self.sudo().collection_booked_charge_ids
        if charges.filtered(lambda row: row.state in ("posted", "waived")) or self.filtered(
            lambda move: move.collection_is_charge and move.move_type == "out_refund"
        ):
            raise UserError(self.env._(KEEP_DOCUMENT))
        return super().button_draft()

    def _post(self, soft=True):
        """A corrected invoice or payment has the charges it concerns looked at.

        :raises UserError: for a credit note of a charge document made by hand: it
            would not say which charges it gives up
        """
        by_hand = self.sudo().filtered(
            lambda move: move.move_type == "out_refund"
            and move.reversed_entry_id.collection_is_charge
            and not move.collection_is_charge
        )
        if by_hand:
            raise UserError(self.env._(KEEP_DOCUMENT))
        self.line_ids._collection_look()
        posted = super()._post(soft)
        # Safe: whoever books need not see charges.
        charges = posted.sudo().collection_charge_ids
        if charges:
            charges._mark_to_check([("id", "in", charges.ids)])
        matched = posted.sudo().line_ids.matched_debit_ids.debit_move_id
        if matched:
            matched._collection_check_charges()
        return posted

    @api.model
    def _collection_say_problem(self, reason, detail):
        return self.env["collection.skip"]._say(reason, detail)

    def _collection_open_by_charge(self):
        """``{charge id: open amount}`` of one charge document."""
        self.ensure_one()
        charges = self.sudo().collection_booked_charge_ids
        left = {
            charge.id: charge._left_to_pay()
            for charge in charges
            if charge.state in ("posted", "waived")
        }
        result = dict.fromkeys(charges.ids, 0.0)
        if self.state != "posted":
            return result
        precision = self.currency_id.rounding
        paid = sum(left.values()) - self.amount_residual
        debts = [
            allocation.Debt(charge.id, charge._debt_kind(), left[charge.id], charge.date_from)
            for charge in charges
            if left.get(charge.id)
        ]
        settled = allocation.allocate(paid, debts, allocation.COSTS_FIRST, precision)
        result.update(left)
        for debt, part in settled:
            result[debt.id] = self.currency_id.round(result[debt.id] - part)
        return result

    def action_collection_charges(self):
        """The charges made on these invoices."""
        return self.collection_charge_ids._get_records_action(name=self.env._("Charges"))

    def action_collection_charged_invoices(self):
        """The invoices a charge document is about."""
        self.ensure_one()
        return self.collection_booked_charge_ids.move_id._get_records_action(
            name=self.env._("Charged Invoices")
        )
