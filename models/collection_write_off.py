from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .typed_values import only_typed

STATES = [
    ("draft", "Draft"),
    ("to_approve", "To approve"),
    ("posted", "Booked"),
    ("reversed", "Reversed"),
    ("cancelled", "Cancelled"),
]
# What only code writes.
DECIDED = {
    "name", "state", "requested_by", "approved_by", "date_requested", "date_approved",
    "reversed_by", "date_reversed",
}
# What the approver has read: not changed behind his back.
CONTENT = {
    "company_id", "partner_id", "line_ids", "account_id", "journal_id", "date", "tax_relief",
    "include_charges", "reason", "case_id",
}


class CollectionWriteOff(models.Model):
    """Debts a company gives up: who asked, who agreed, on which account, and what came
    after all."""

    _name = "collection.write.off"
    _description = "Write-Off"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Number", readonly=True, copy=False, index="trigram")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        tracking=True,
    )
    case_id = fields.Many2one(
        "collection.case",
        compute="_compute_case_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
        domain="[('partner_id', '=', partner_id)]",
    )
    line_ids = fields.One2many("collection.write.off.line", "write_off_id", string="Items")
    account_id = fields.Many2one(
        "account.account",
        required=True,
        check_company=True,
        compute="_compute_account_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        domain="[('account_type', 'not in', ('asset_receivable', 'liability_payable',"
        " 'off_balance'))]",
        help="Bad debts; chosen in the settings.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        check_company=True,
        compute="_compute_journal_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('type', '=', 'general')]",
        help="Of the entries without tax relief; credit notes go into the journal of their "
        "invoice.",
    )
    date = fields.Date(
        required=True,
        default=lambda self: self.env.company._collection_today(),
        tracking=True,
        help="Of the entries and credit notes; today where that period is locked.",
    )
    tax_relief = fields.Boolean(
        compute="_compute_tax_relief",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="The tax of what is given up is claimed back, by a credit note with the taxes "
        "of the invoice. The law sets conditions: in France the debt must be irrecoverable "
        "for good and the customer gets a duplicate with a mention (CGI art. 272), in Romania "
        "the customer is bankrupt or under reorganisation, for instance (Codul fiscal "
        "art. 287). Without it, the whole amount is an expense.",
    )
    include_charges = fields.Boolean(
        string="Give Up Its Charges",
        help="Late interest and fees of these items are given up with them: those not booked "
        "are waived, those booked join the items. Else they stay open.",
    )
    reason = fields.Text(
        required=True, tracking=True, help="e.g. Bankruptcy closed for lack of assets, 12 March."
    )
    state = fields.Selection(
        STATES, default="draft", required=True, readonly=True, copy=False, index=True,
        tracking=True,
    )
    requested_by = fields.Many2one(
        "res.users", readonly=True, copy=False, index="btree_not_null"
    )
    date_requested = fields.Datetime(string="Requested on", readonly=True, copy=False)
    approved_by = fields.Many2one(
        "res.users", readonly=True, copy=False, index="btree_not_null", tracking=True
    )
    date_approved = fields.Datetime(string="Approved on", readonly=True, copy=False)
    reversed_by = fields.Many2one(
        "res.users", readonly=True, copy=False, index="btree_not_null"
    )
    date_reversed = fields.Date(string="Reversed on", readonly=True, copy=False)
    amount_total = fields.Monetary(
        string="Written Off", compute="_compute_amount_total", store=True
    )
    amount_recovered = fields.Monetary(
        string="Recovered", compute="_compute_amount_recovered", compute_sudo=True
    )
    document_count = fields.Integer(compute="_compute_documents", compute_sudo=True)
    needs_second = fields.Boolean(
        compute="_compute_needs_second", help="Another manager than the requester approves it."
    )
    can_approve = fields.Boolean(compute="_compute_can_approve")

    _name_once = models.UniqueIndex(
        "(company_id, name) WHERE name IS NOT NULL", "A write-off number is used once."
    )

    # Values

    @api.depends("company_id")
    def _compute_account_id(self):
        for write_off in self:
            company = write_off.company_id
            write_off.account_id = company and company._collection_write_off_account()

    @api.depends("company_id")
    def _compute_journal_id(self):
        for write_off in self:
            company = write_off.company_id
            write_off.journal_id = company and company._collection_misc_journal(
                company.collection_write_off_journal_id
            )

    @api.depends("line_ids.move_line_id")
    def _compute_tax_relief(self):
        """A tax that falls due on payment must not fall due by a write-off."""
        for write_off in self:
            items = write_off.line_ids.move_line_id
            write_off.tax_relief = write_off.tax_relief or bool(items._collection_unpaid_taxes())

    @api.depends("line_ids.move_line_id")
    def _compute_case_id(self):
        """The live case its items are in."""
        lines = self.env["collection.case.line"].sudo().search(
            [("move_line_id", "in", self.line_ids.move_line_id.ids), ("is_live", "=", True)]
        )
        for write_off in self:
            own = lines.filtered(
                lambda line, items=write_off.line_ids.move_line_id: line.move_line_id in items
            )
            write_off.case_id = write_off.case_id or own.case_id[:1]

    @api.depends("line_ids.balance")
    def _compute_amount_total(self):
        for write_off in self:
            write_off.amount_total = sum(write_off.line_ids.mapped("balance"))

    @api.depends("line_ids.balance_recovered")
    def _compute_amount_recovered(self):
        for write_off in self:
            write_off.amount_recovered = sum(write_off.line_ids.mapped("balance_recovered"))

    @api.depends("line_ids.document_id")
    def _compute_documents(self):
        for write_off in self:
            write_off.document_count = len(write_off._documents())

    @api.depends("amount_total", "company_id", "partner_id", "state", "include_charges")
    def _compute_needs_second(self):
        for write_off in self:
            write_off.needs_second = write_off._is_above_limit()

    @api.depends("state", "needs_second", "requested_by")
    @api.depends_context("uid")
    def _compute_can_approve(self):
        for write_off in self:
            write_off.can_approve = (
                write_off.state == "to_approve" and not write_off._approval_problem()
            )

    @api.depends("name", "partner_id.name")
    def _compute_display_name(self):
        for write_off in self:
            write_off.display_name = " · ".join(
                filter(None, (write_off.name, write_off.partner_id.name))
            )

    # Records

    @api.constrains("line_ids", "partner_id", "company_id")
    def _check_items(self):
        for write_off in self:
            if not write_off.line_ids:
                raise ValidationError(self.env._("Name the items to write off."))
            write_off.line_ids._check_owner()

    @api.model_create_multi
    def create(self, vals_list):
        """:raises AccessError: for a state that is decided by the buttons"""
        sequence = self.env["ir.sequence"].sudo()
        for vals in vals_list:
            # A form may send what it shows of a new record.
            self._check_decided({name for name in vals if vals[name] not in ("draft", False)})
        decided = DECIDED | {"amount_total"}
        self, vals_list = only_typed(self, vals_list, decided)  # noqa: PLW0642
        for vals in vals_list:
            company = self.env["res.company"].browse(vals.get("company_id") or self.env.company.id)
            partner = self.env["res.partner"].browse(vals.get("partner_id"))
            vals["partner_id"] = partner.commercial_partner_id.id
            vals["name"] = sequence.with_company(company).next_by_code(self._name)
        return super().create(vals_list)

    def write(self, vals):
        """:raises AccessError: for what the buttons decide
        :raises UserError: for what somebody has asked for, or approved"""
        self._check_decided(vals.keys())
        if not self.env.su and CONTENT & vals.keys():
            self._check_draft()
        _self, (vals,) = only_typed(self, [vals], {"amount_total"})
        return super().write(vals)

    @api.model
    def _check_decided(self, names):
        if DECIDED & names and not self.env.su:
            raise AccessError(
                self.env._("Write-offs are requested, approved and reversed by their buttons.")
            )

    def _check_draft(self):
        for write_off in self:
            if write_off.state != "draft":
                raise UserError(
                    self.env._(
                        "“%s” has been asked for: reset it to draft to change it.",
                        write_off.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        for write_off in self:
            if write_off.state not in ("draft", "cancelled"):
                raise UserError(
                    self.env._("“%s” is on record: reverse it.", write_off.display_name)
                )

    def _documents(self):
        """Entries and credit notes that book it, and what came after all."""
        return self.line_ids.document_id | self.line_ids.recovery_move_ids
