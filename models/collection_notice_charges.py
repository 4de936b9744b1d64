from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..engine import compose
from ..engine.days import iso
from .collection_charge import CLAIMED_STATES
from .collection_notice import MANAGER_GROUP


class CollectionNotice(models.Model):
    _inherit = "collection.notice"

    charge_details = fields.Json(
        readonly=True,
        copy=False,
        help="The charges this notice demands, as it prints them; frozen when issued.",
    )
    charge_ids = fields.One2many("collection.charge", "notice_id", string="Charges Made")

    def _write_charges(self, details):
        self.ensure_one()
        total = self.currency_id.round(sum(row["amount"] for row in details))
        self.write(
            {
                "charge_details": details,
                "amount_charges": total,
                "amount_total": self.currency_id.round(self.amount_due + total),
            }
        )
        for line in self.line_ids.filtered(lambda line: line.kind != compose.CREDIT):
            own = sum(row["amount"] for row in details if row["line"] == line.move_line_id.id)
            if not self.currency_id.is_zero(own - line.amount_charges):
                line.amount_charges = self.currency_id.round(own)

    # And on the payment of what was charged: see `ledger_followers`.
    @api.depends("charge_ids.state", "charge_ids.charge_move_id")
    def _compute_state(self):
        return super()._compute_state()

    def _is_settled(self):
        """What the notice charged must be paid, or given up, too."""
        return super()._is_settled() and not any(
            charge.state in CLAIMED_STATES and not charge.currency_id.is_zero(charge.amount_open)
            for charge in self.charge_ids
        )

    def action_reverse(self):
        """Charges go back with the notice that made them, to the cent.

        :raises AccessError: when it has charged, unless a collections manager asks
        """
        claimed = self.sudo().charge_ids.filtered(lambda row: row.state in CLAIMED_STATES)
        if claimed and not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(
                self.env._(
                    "Only a collections manager takes back notices that have charged: %s",
                    ", ".join(claimed.notice_id.mapped("name")),
                )
            )
        result = super().action_reverse()
        # Safe: whoever may reverse the notice takes back what it charged.
        for notice in self.sudo():
            notice.charge_ids._reverse(
                notice.env._("Notice %(notice)s reversed", notice=notice.name)
            )
        return result


class CollectionNoticeLine(models.Model):
    _inherit = "collection.notice.line"

    def write(self, vals):
        """A person chose another level: the proposal shows what that one charges."""
        result = super().write(vals)
        if "level_id" in vals and not self.env.su:
            # Safe: the right to change the proposal was checked above.
            self.env["collection.issue"].sudo()._refresh(self.notice_id.sudo())
        return result


class CollectionCharge(models.Model):
    _inherit = "collection.charge"

    def _item(self):
        """The item charged; of an invoice that was built anew, its first."""
        self.ensure_one()
        return self.move_line_id or self.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        ).sorted(lambda line: (line.date_maturity or line.date, line.id))[:1]

    def _prepare_notice_row(self, item):
        """A row of `collection.notice.charge_details` for a charge made before."""
        self.ensure_one()
        return {
            "charge_id": self.id,
            "line": item.id,
            "move_id": self.move_id.id,
            "name": self.move_id.name or "",
            "kind": self.kind,
            "level_id": self.level_id.id,
            "fee_rule_id": self.fee_rule_id.id,
            "occurrence": self.occurrence,
            "is_notice_fee": self.is_notice_fee,
            "date_from": iso(self.date_from),
            "date_to": iso(self.date_to),
            "amount": self.amount_open,
            "claimed": self.amount_total,
            "net": self.amount,
            "tax": self.amount_tax,
            "segments": self.segments or [],
        }
