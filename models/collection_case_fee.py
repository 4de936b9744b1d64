from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from .collection_notice import MANAGER_GROUP
from .typed_values import only_typed


class CollectionCaseFee(models.Model):
    """What an agency, a lawyer or a court costs, and the vendor bill that books it."""

    _name = "collection.case.fee"
    _description = "Fee of a Case"
    _order = "date, id"
    _check_company_auto = True

    case_id = fields.Many2one("collection.case", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="case_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    name = fields.Char(string="Description", required=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Owed to",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    date = fields.Date(
        required=True, default=lambda self: self.env.company._collection_today()
    )
    kind = fields.Selection(
        [("amount", "Fixed"), ("percent", "Percent of the recovered")],
        default="amount",
        required=True,
    )
    percent = fields.Float(string="%", digits=(16, 2), aggregator=None)
    amount_base = fields.Monetary(
        string="Recovered",
        compute="_compute_amount_base",
        store=True,
        readonly=False,
        precompute=True,
        help="What the percentage is of: the money that came, less what earlier fees of this "
        "kind were of.",
    )
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="Without tax.",
    )
    bill_id = fields.Many2one(
        "account.move",
        string="Vendor Bill",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    bill_state = fields.Selection(related="bill_id.state", string="Bill")

    _amounts_positive = models.Constraint(
        "CHECK(amount >= 0 AND percent >= 0 AND percent <= 100)",
        "A fee is not negative, and a percentage at most 100.",
    )

    @api.depends("case_id")
    def _compute_partner_id(self):
        for fee in self:
            case = fee.case_id
            third = case.lawyer_id if case.kind == "legal" else case.agency_id
            fee.partner_id = fee.partner_id or third or case.agency_id or case.lawyer_id

    @api.depends("kind", "case_id", "partner_id")
    def _compute_amount_base(self):
        for fee in self:
            if fee.kind != "percent":
                fee.amount_base = 0.0
                continue
            earlier = fee.case_id.fee_ids.filtered(
                lambda row, fee=fee: row.kind == "percent"
                and row._origin != fee._origin
                and row.partner_id == fee.partner_id
                and row._origin
            )
            recovered = fee.case_id.amount_recovered
            fee.amount_base = max(recovered - sum(earlier.mapped("amount_base")), 0.0)

    @api.depends("kind", "percent", "amount_base")
    def _compute_amount(self):
        for fee in self:
            if fee.kind == "percent":
                amount = fee.amount_base * fee.percent / 100.0
                fee.amount = fee.currency_id.round(amount) if fee.currency_id else amount

    def write(self, vals):
        """:raises UserError: for a fee that is on a bill"""
        if not self.env.su:
            vals = {name: value for name, value in vals.items() if name != "bill_id"}
            self._check_not_billed()
        return super().write(vals)

    @api.model_create_multi
    def create(self, vals_list):
        self, vals_list = only_typed(self, vals_list, {"bill_id"})  # noqa: PLW0642
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        self._check_not_billed()

    def _check_not_billed(self):
        for fee in self.filtered(lambda fee: fee._is_billed()):
            raise UserError(
                self.env._("“%(fee)s” is on bill %(bill)s.", fee=fee.name,
                           bill=fee.bill_id.display_name)
            )

    def _is_billed(self):
        return bool(self.bill_id) and self.bill_id.state != "cancel"

    def action_create_bill(self):
        """A draft vendor bill of these fees, one whom they are owed to.

        :raises AccessError: unless a collections manager asks
        :raises UserError: when there is nothing to bill
        """
        self.check_access("write")
        if not self.env.user.has_group(MANAGER_GROUP):
            raise AccessError(self.env._("Only a collections manager has fees billed."))
        fees = self.filtered(
            lambda fee: not fee._is_billed() and fee.currency_id.compare_amounts(fee.amount, 0) > 0
        )
        if not fees:
            raise UserError(self.env._("There is no fee to bill."))
        nobody = fees.filtered(lambda fee: not fee.partner_id)[:1]
        if nobody:
            raise UserError(self.env._("Say whom “%s” is owed to.", nobody.name))
        # Safe: checked above; it is a draft, which an accountant checks and posts.
        bills = self.env["account.move"].sudo()
        for (company, partner), group in fees.grouped(
            lambda fee: (fee.company_id, fee.partner_id)
        ).items():
            bills |= group.sudo()._create_bill(company, partner)
        return bills.sudo(False)._get_records_action(name=self.env._("Vendor Bill"))

    def _create_bill(self, company, partner):
        account = company.collection_agency_account_id
        bill = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "in_invoice",
                    "company_id": company.id,
                    "partner_id": partner.id,
                    "currency_id": company.currency_id.id,
                    "invoice_date": max(self.mapped("date")),
                    "invoice_origin": ", ".join(self.case_id.mapped("name")),
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": f"{fee.case_id.name}: {fee.name}",
                                "quantity": 1,
                                "price_unit": fee.amount,
                                **({"account_id": account.id} if account else {}),
                            }
                        )
                        for fee in self
                    ],
                }
            )
        )
        self.write({"bill_id": bill.id})
        return bill
