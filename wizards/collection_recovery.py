from odoo import api, fields, models
from odoo.exceptions import UserError


class CollectionRecovery(models.TransientModel):
    """Take money that came for debts that were given up."""

    _name = "collection.recovery"
    _description = "Recover Written-Off Debt"

    write_off_ids = fields.Many2many("collection.write.off", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    line_ids = fields.One2many("collection.recovery.line", "wizard_id", string="Money")
    missing_text = fields.Char(string="Still Missing", readonly=True)

    @api.model
    def _open(self, write_offs, items=None):
        """:param items: the money to choose from; default: all that is open
        :raises AccessError: unless a collections manager asks
        :raises UserError: when there is no open money"""
        write_offs._check_manager()
        posted = write_offs.filtered(lambda one: one.state == "posted")
        company, customer = posted.company_id[:1], posted.partner_id
        if len(posted.company_id) != 1 or len(customer) != 1:
            raise UserError(self.env._("Recover what was written off for one customer at a time."))
        money = posted._open_money(company, customer)
        if items is not None:
            money &= items
        missing = self._missing(posted)
        money = money.filtered(lambda item: item.currency_id in missing)
        if not money:
            raise UserError(
                self.env._(
                    "There is no open money of %(customer)s: register the payment first, and "
                    "leave it unallocated.",
                    customer=customer.display_name,
                )
            )
        wizard = self.create(
            {
                "write_off_ids": [fields.Command.set(posted.ids)],
                "partner_id": customer.id,
                "missing_text": " · ".join(
                    currency.format(amount) for currency, amount in missing.items()
                ),
                "line_ids": self._prepare_lines(money, missing),
            }
        )
        return {
            **wizard._get_records_action(target="new"),
            "name": self.env._("Recovered After Write-Off"),
        }

    @api.model
    def _missing(self, write_offs):
        """``{currency: amount}`` of what was given up and has not come."""
        missing = {}
        for line in write_offs.line_ids:
            left = line._left_to_recover()
            if line.currency_id.compare_amounts(left, 0) > 0:
                missing[line.currency_id] = missing.get(line.currency_id, 0.0) + left
        return missing

    @api.model
    def _prepare_lines(self, money, missing):
        """Taken up to what is missing, the oldest money first."""
        left = dict(missing)
        commands = []
        for item in money:
            part = min(-item.amount_residual_currency, left[item.currency_id])
            left[item.currency_id] -= part
            commands.append(
                fields.Command.create(
                    {"move_line_id": item.id, "amount": item.currency_id.round(part)}
                )
            )
        return commands

    def action_recover(self):
        """Book the money chosen.

        :raises AccessError: unless a collections manager asks
        :raises UserError: for more than the money, or than is missing
        """
        self.ensure_one()
        self.write_off_ids._check_manager()
        chosen = self.line_ids.filtered("amount")
        if not chosen:
            raise UserError(self.env._("Say how much is taken."))
        self._check_amounts(chosen)
        booked = self.env["account.move"]
        for line in chosen:
            # Safe: the manager may; the books are changed on his word.
            booked |= self.write_off_ids.sudo()._recover(line.move_line_id.sudo(), line.amount)
        return booked.sudo(False)._get_records_action(name=self.env._("Recovered After Write-Off"))

    def _check_amounts(self, chosen):
        missing = self._missing(self.write_off_ids)
        for line in chosen:
            currency, item = line.currency_id, line.move_line_id
            if currency.compare_amounts(line.amount, -item.amount_residual_currency) > 0:
                raise UserError(
                    self.env._(
                        "Of “%(item)s” only %(open)s is open.",
                        item=item.display_name,
                        open=currency.format(-item.amount_residual_currency),
                    )
                )
            left = missing.get(currency, 0.0) - line.amount
            if currency.compare_amounts(left, 0) < 0:
                raise UserError(
                    self.env._("More is taken than was written off and is still missing.")
                )
            missing[currency] = left


class CollectionRecoveryLine(models.TransientModel):
    _name = "collection.recovery.line"
    _description = "Money for Written-Off Debt"

    wizard_id = fields.Many2one(
        "collection.recovery", required=True, ondelete="cascade", index=True
    )
    move_line_id = fields.Many2one(
        "account.move.line", string="Item", required=True, readonly=True, ondelete="cascade"
    )
    move_id = fields.Many2one(related="move_line_id.move_id", string="Payment")
    date = fields.Date(related="move_line_id.date")
    currency_id = fields.Many2one(related="move_line_id.currency_id")
    amount_open = fields.Monetary(string="Open Amount", compute="_compute_amount_open")
    amount = fields.Monetary(string="Take", required=True)

    _positive = models.Constraint("CHECK(amount >= 0)", "An amount cannot be negative.")

    @api.depends("move_line_id.amount_residual_currency")
    def _compute_amount_open(self):
        for line in self:
            line.amount_open = -line.move_line_id.amount_residual_currency

    @api.constrains("move_line_id")
    def _check_readable(self):
        """The related fields show it without asking; constraints run in sudo. And money of
        other customers is not taken."""
        for line in self:
            item = line.move_line_id
            item.with_user(self.env.user).check_access("read")
            if item.partner_id.commercial_partner_id != line.wizard_id.partner_id:
                raise UserError(self.env._("This money is another customer's."))
