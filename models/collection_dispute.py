from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CollectionDispute(models.Model):
    """An amount the customer contests: it is not chased, the rest is."""

    _name = "collection.dispute"
    _inherit = ["collection.pause"]
    _description = "Dispute"
    _pause_reason = "disputed"
    _pause_open_state = "open"
    _pause_gone_state = "withdrawn"

    reason_id = fields.Many2one(
        "collection.reason",
        string="Kind of Reason",
        domain="[('kind', '=', 'dispute'), ('company_id', 'in', (False, company_id))]",
        index="btree_not_null",
        ondelete="restrict",
    )
    amount_disputed = fields.Monetary(
        help="In the currency of the items. Empty: the whole open amount of the items."
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id", store=True)
    state = fields.Selection(
        [
            ("open", "Open"),
            ("accepted", "Accepted"),
            ("rejected", "Rejected"),
            ("withdrawn", "Withdrawn"),
        ],
        default="open",
        required=True,
        index=True,
    )

    _amount_positive = models.Constraint(
        "CHECK(amount_disputed >= 0)", "A disputed amount cannot be negative."
    )

    @api.depends("move_line_ids.currency_id", "company_id")
    def _compute_currency_id(self):
        for dispute in self:
            currency = dispute.move_line_ids.currency_id[:1]
            dispute.currency_id = currency or dispute.company_id.currency_id

    @api.constrains("move_line_ids", "amount_disputed")
    def _check_amount(self):
        for dispute in self.filtered("amount_disputed"):
            if len(dispute.move_line_ids.currency_id) != 1:
                raise ValidationError(
                    self.env._("Name the disputed items, in one currency, to give an amount.")
                )

    def write(self, vals):
        """A disputed part bears no interest, until it turns out that it was owed."""
        result = super().write(vals)
        if {"state", "amount_disputed", "move_line_ids"} & vals.keys():
            for dispute in self:
                self.env["collection.charge"].sudo()._mark_to_check(
                    [
                        ("partner_id", "=", dispute.partner_id.commercial_partner_id.id),
                        ("company_id", "=", dispute.company_id.id),
                    ]
                )
        return result

    def action_accept(self):
        self._resolve("accepted")

    def action_reject(self):
        self._resolve("rejected")

    def action_withdraw(self):
        self._resolve("withdrawn")

    def _resolve(self, state):
        self.check_access("write")
        self.filtered(lambda dispute: dispute.state == "open").state = state
