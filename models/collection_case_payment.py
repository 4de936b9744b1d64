from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .collection_discount_offer import CREDIT_NOTES
from .pairs import pair
from .typed_values import only_typed

# What the books say of a payment.
BOOKED = {"partial_id", "payment_move_id", "balance", "state", "is_before", "company_id"}


class CollectionCasePayment(models.Model):
    """Money that came while a case was at work: to us, or to the agency.

    What the books have received follows them; what an agency reports may be noted before
    it is passed on.
    """

    _name = "collection.case.payment"
    _description = "Payment During a Case"
    _order = "date desc, id desc"
    _check_company_auto = True

    case_id = fields.Many2one("collection.case", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="case_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="case_id.partner_id", store=True, index=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    partial_id = fields.Many2one(
        "account.partial.reconcile", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    move_line_id = fields.Many2one(
        "account.move.line", string="Item", index="btree_not_null", ondelete="set null"
    )
    move_id = fields.Many2one(related="move_line_id.move_id", string="Invoice")
    payment_move_id = fields.Many2one(
        "account.move", string="Booked by", readonly=True, index="btree_not_null",
        ondelete="set null",
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    amount = fields.Monetary(required=True)
    balance = fields.Monetary(
        string="In Company Currency", readonly=True, currency_field="company_currency_id"
    )
    paid_to = fields.Selection(
        [("us", "To us"), ("agency", "To the agency")], default="agency", required=True
    )
    state = fields.Selection(
        [("reported", "Reported"), ("received", "Received")],
        compute="_compute_state",
        store=True,
        help="Reported: the agency says so, and has not passed it on.",
    )
    is_before = fields.Boolean(
        string="Before the Hand-Over",
        readonly=True,
        help="It came while the case was being prepared: nobody earned a fee by it.",
    )
    note = fields.Char()

    _once = models.UniqueIndex(
        "(case_id, partial_id) WHERE partial_id IS NOT NULL", "A payment is followed once."
    )
    _amount_positive = models.Constraint("CHECK(amount > 0)", "A payment is more than nothing.")

    @api.depends("partial_id")
    def _compute_state(self):
        for row in self:
            row.state = "received" if row.partial_id else "reported"

    @api.depends("amount", "currency_id", "case_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for row in self:
            row.display_name = pair(
                self.env, row.case_id.name, row.currency_id.format(row.amount)
            )

    @api.constrains("move_line_id", "case_id")
    def _check_item(self):
        for row in self.sudo().filtered(lambda row: row.move_line_id and not row.partial_id):
            if row.move_line_id not in row.case_id.line_ids.move_line_id:
                raise ValidationError(
                    self.env._("“%s” is not in the case.", row.move_line_id.display_name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        self, vals_list = only_typed(self, vals_list, BOOKED)  # noqa: PLW0642
        return super().create(vals_list)

    def write(self, vals):
        """:raises UserError: for what the books say"""
        booked = self.filtered("partial_id")
        if booked and not self.env.su and vals.keys() - {"paid_to", "note"}:
            raise UserError(self.env._("The books say what was received: only note who got it."))
        _self, (vals,) = only_typed(self, [vals], BOOKED)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_booked(self):
        if not self.env.su and self.filtered("partial_id"):
            raise UserError(self.env._("The books say what was received: it is not deleted."))

    # From the books

    @api.model
    def _follow(self, partials):
        """Note the money among these reconciliations that settles items of cases."""
        cases = self._cases_of(partials.debit_move_id)
        for partial in partials:
            case = cases.get(partial.debit_move_id.id)
            if case and partial._collection_is_money():
                self._note(case, partial)

    @api.model
    def _cases_of(self, items):
        """``{item id: case}``: live cases of items, and of debts taken up again."""
        items._collection_look()
        lines = items.collection_case_line_ids.filtered("is_live")
        cases = {line.move_line_id.id: line.case_id for line in lines}
        for item in items:
            recovered = item.move_id.collection_recovery_line_id
            if recovered.write_off_id.case_id:
                cases[item.id] = recovered.write_off_id.case_id
        return cases

    @api.model
    def _note(self, case, partial):
        item, credit = partial.debit_move_id, partial.credit_move_id
        values = {
            "partial_id": partial.id,
            "move_line_id": item.id,
            "payment_move_id": credit.move_id.id,
            "date": credit.date,
            "currency_id": item.currency_id.id,
            "amount": partial.debit_amount_currency,
            "balance": partial.amount,
        }
        reported = self.search(
            [
                ("case_id", "=", case.id),
                ("partial_id", "=", False),
                ("move_line_id", "in", (False, item.id)),
                ("currency_id", "=", item.currency_id.id),
            ],
            order="date, id",
        ).filtered(lambda row: not item.currency_id.compare_amounts(row.amount, values["amount"]))
        if reported:
            # What the agency had reported has arrived.
            reported[:1].write({**values, "date": reported[:1].date})
            return
        agency = case.agency_id.commercial_partner_id
        from_agency = agency and credit.move_id.partner_id.commercial_partner_id == agency
        paid_to = "agency" if from_agency else "us"
        self.create({"case_id": case.id, "paid_to": paid_to, **values})


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        """Payments during a case are followed."""
        partials = super().create(vals_list)
        # Safe: whoever books money need not see cases.
        self.env["collection.case.payment"].sudo()._follow(partials.sudo())
        return partials

    def unlink(self):
        """Money that is taken off the item again did not come; what an agency has is still
        with it."""
        if not self:
            return super().unlink()
        # Safe: as above. Before the database does it behind the totals' back.
        rows = self.env["collection.case.payment"].sudo().search([("partial_id", "in", self.ids)])
        agency = rows.filtered(lambda row: row.paid_to == "agency")
        agency.write({"partial_id": False, "payment_move_id": False, "balance": 0.0})
        (rows - agency).unlink()
        return super().unlink()

    def _collection_is_money(self):
        """True when somebody has paid: no credit note, write-off or exchange difference."""
        self.ensure_one()
        move = self.credit_move_id.move_id
        return (
            bool(self.debit_amount_currency)
            and move.move_type not in CREDIT_NOTES
            and not move.collection_write_off_line_id
            and move.journal_id != move.company_id.currency_exchange_journal_id
            and move._collection_brings_money()
        )
