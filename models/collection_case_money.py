from odoo import api, fields, models


class CollectionCase(models.Model):
    """What a case is about in money: claimed, come, given up, still open, and its costs."""

    _inherit = "collection.case"

    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_claimed = fields.Monetary(
        string="Claimed",
        compute="_compute_money",
        compute_sudo=True,
        store=True,
        help="What was open when it was handed over, in the company's currency.",
    )
    amount_open = fields.Monetary(
        string="Open Amount", compute="_compute_money", compute_sudo=True, store=True
    )
    amount_recovered = fields.Monetary(
        string="Recovered",
        compute="_compute_recovered",
        compute_sudo=True,
        store=True,
        help="Money that came since the case was handed over, to us or through the agency, also "
        "after a write-off.",
    )
    amount_reported = fields.Monetary(
        string="At the Agency",
        compute="_compute_recovered",
        compute_sudo=True,
        store=True,
        help="Reported by the agency, and not passed on yet.",
    )
    amount_written_off = fields.Monetary(
        string="Written Off", compute="_compute_written_off", compute_sudo=True, store=True
    )
    amount_fees = fields.Monetary(
        string="Fees", compute="_compute_fees", compute_sudo=True, store=True
    )
    open_text = fields.Char(
        string="Open per Currency", compute="_compute_texts", compute_sudo=True
    )
    claimed_text = fields.Char(
        string="Claimed per Currency", compute="_compute_texts", compute_sudo=True
    )
    payment_ids = fields.One2many("collection.case.payment", "case_id", string="Payments")
    fee_ids = fields.One2many("collection.case.fee", "case_id", string="Agency Fees")
    write_off_ids = fields.One2many("collection.write.off", "case_id", string="Write-Offs")
    fees_to_bill = fields.Boolean(compute="_compute_fees_to_bill", compute_sudo=True)

    @api.depends(
        "company_id",
        "line_ids.amount_claimed",
        "line_ids.move_line_id.amount_residual",
        "line_ids.move_line_id.parent_state",
    )
    def _compute_money(self):
        for case in self:
            items = case.line_ids.move_line_id.filtered(lambda item: item.parent_state == "posted")
            case.amount_open = sum(items.mapped("amount_residual"))
            case.amount_claimed = sum(line._claimed_balance() for line in case.line_ids)

    @api.depends(
        "payment_ids.state", "payment_ids.balance", "payment_ids.amount", "payment_ids.is_before"
    )
    def _compute_recovered(self):
        for case in self:
            rows = case.payment_ids.filtered(lambda row: not row.is_before)
            received = rows.filtered(lambda row: row.state == "received")
            case.amount_recovered = sum(received.mapped("balance"))
            case.amount_reported = sum(
                row.currency_id._convert(
                    row.amount, case.company_id.currency_id, case.company_id, row.date
                )
                for row in rows - received
            )

    @api.depends("write_off_ids.state", "write_off_ids.amount_total")
    def _compute_written_off(self):
        for case in self:
            posted = case.write_off_ids.filtered(lambda row: row.state == "posted")
            case.amount_written_off = sum(posted.mapped("amount_total"))

    @api.depends("fee_ids.amount")
    def _compute_fees(self):
        for case in self:
            case.amount_fees = sum(case.fee_ids.mapped("amount"))

    @api.depends("fee_ids.amount", "fee_ids.bill_id.state")
    def _compute_fees_to_bill(self):
        for case in self:
            case.fees_to_bill = any(fee.amount and not fee._is_billed() for fee in case.fee_ids)

    @api.depends("line_ids.amount_claimed", "line_ids.amount_open")
    def _compute_texts(self):
        """Never a sum of two currencies."""
        for case in self:
            groups = case.line_ids.grouped("currency_id").items()
            case.claimed_text = " · ".join(
                currency.format(sum(lines.mapped("amount_claimed"))) for currency, lines in groups
            )
            case.open_text = " · ".join(
                currency.format(sum(lines.mapped("amount_open"))) for currency, lines in groups
            )

    def _hand_over(self, date, early_reason=""):
        """What came before is not claimed, and nobody's success."""
        result = super()._hand_over(date, early_reason)
        self.sudo().payment_ids.is_before = True
        return result

    def action_write_off(self):
        """Give up what is open on this case."""
        self.ensure_one()
        self.check_access("read")
        return self.env["collection.write.off"]._open(
            self.partner_id, self.line_ids.move_line_id, case_id=self.id
        )

    def action_recover(self):
        """Money came for what this case gave up."""
        self.ensure_one()
        self.check_access("read")
        return self.env["collection.recovery"]._open(
            self.write_off_ids.filtered(lambda row: row.state == "posted")
        )

    def action_bill_fees(self):
        """A draft vendor bill of the fees that are on none."""
        self.ensure_one()
        self.check_access("read")
        return self.fee_ids.filtered(lambda fee: not fee._is_billed()).action_create_bill()

    def action_open_write_offs(self):
        """What was given up on this case."""
        self.check_access("read")
        return self.write_off_ids._get_records_action(name=self.env._("Write-Offs"))


class CollectionCaseLine(models.Model):
    _inherit = "collection.case.line"

    def _claimed_balance(self):
        """In company currency, at the rate the item is kept at."""
        self.ensure_one()
        item, company = self.move_line_id, self.case_id.company_id
        if item.amount_currency:
            return company.currency_id.round(
                self.amount_claimed * item.balance / item.amount_currency
            )
        day = self.case_id.date_prepared or company._collection_today()
        currency = self.currency_id or company.currency_id
        return currency._convert(self.amount_claimed, company.currency_id, company, day)
