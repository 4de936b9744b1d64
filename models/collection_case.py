from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .typed_values import only_typed

STATES = [
    ("prepared", "Prepared"),
    ("handed_over", "Handed over"),
    ("in_progress", "In progress"),
    ("settled", "Settled"),
    ("closed", "Closed"),
    ("withdrawn", "Withdrawn"),
]
# Whose items are left alone by dunning.
LIVE_STATES = ("prepared", "handed_over", "in_progress")
WITH_THIRD_PARTY = ("handed_over", "in_progress")
# What the actions decide; nobody types it in.
SYSTEM_FIELDS = {
    "name",
    "company_id",
    "partner_id",
    "notice_id",
    "state",
    "early_reason",
    "closing_reason",
    "dossier_attachment_id",
    *(f"date_{state}" for state, _label in STATES),
}
# What the books say; an agency earns a share of some of it.
MONEY_FIELDS = {
    "amount_claimed",
    "amount_open",
    "amount_recovered",
    "amount_reported",
    "amount_written_off",
    "amount_fees",
}


class CollectionCase(models.Model):
    """A debt on its way to an agency or a court, until the money or the end.

    Its items are reminded of no more while the case lives.
    """

    _name = "collection.case"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Collection Case"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(string="Number", readonly=True, copy=False, index="trigram")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
    )
    kind = fields.Selection(
        [("agency", "Collection agency"), ("legal", "Court")],
        default="agency",
        required=True,
        tracking=True,
    )
    agency_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        tracking=True,
        default=lambda self: self.env.company.collection_agency_id,
    )
    lawyer_id = fields.Many2one(
        "res.partner", index="btree_not_null", check_company=True, ondelete="restrict"
    )
    court = fields.Char(help="The court that is asked, as the statement of claim names it.")
    file_number = fields.Char(
        string="Their Reference", tracking=True, help="The number the agency or court gave it."
    )
    line_ids = fields.One2many("collection.case.line", "case_id", string="Claimed Items")
    move_line_ids = fields.Many2many(
        "account.move.line",
        string="Items",
        compute="_compute_move_line_ids",
        inverse="_inverse_move_line_ids",
        search="_search_move_line_ids",
        readonly=False,
        domain="[('partner_id', 'child_of', partner_id), ('company_id', '=', company_id),"
        " ('account_id.account_type', '=', 'asset_receivable'), ('parent_state', '=', 'posted'),"
        " ('reconciled', '=', False), ('balance', '>', 0)]",
    )
    notice_id = fields.Many2one(
        "collection.notice",
        string="Ultimatum",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The notice that announced the hand-over.",
    )
    state = fields.Selection(
        STATES, default="prepared", required=True, index=True, copy=False, tracking=True
    )
    date_prepared = fields.Date(
        string="Prepared on",
        readonly=True,
        copy=False,
        default=lambda self: self.env.company._collection_today(),
    )
    date_handed_over = fields.Date(string="Handed over on", readonly=True, copy=False)
    date_in_progress = fields.Date(string="In progress since", readonly=True, copy=False)
    date_settled = fields.Date(string="Settled on", readonly=True, copy=False)
    date_closed = fields.Date(string="Closed on", readonly=True, copy=False)
    date_withdrawn = fields.Date(string="Withdrawn on", readonly=True, copy=False)
    date_handover_due = fields.Date(
        string="Firm Date",
        help="What the ultimatum set: handed over from the day after it.",
    )
    next_date = fields.Date(
        string="Next Step on",
        tracking=True,
        index="btree_not_null",
        help="The owner is given a task on this day.",
    )
    next_step = fields.Char(help="What is to be done or asked then.")
    user_id = fields.Many2one(
        "res.users", string="Owner", index="btree_not_null", tracking=True
    )
    lang = fields.Selection(
        lambda self: self.env["res.lang"].get_installed(),
        string="Language of the Dossier",
        default=lambda self: self.env.company.partner_id.lang or self.env.lang,
        help="That of the court or agency; the letters stay as they were sent.",
    )
    claim_note = fields.Text(
        string="Grounds", help="Printed in the statement of claim, in its language."
    )
    early_reason = fields.Char(
        readonly=True, copy=False, help="Why it was handed over before the firm date."
    )
    closing_reason = fields.Char(readonly=True, copy=False, tracking=True)
    dossier_attachment_id = fields.Many2one(
        "ir.attachment", string="Dossier", readonly=True, copy=False
    )
    is_live = fields.Boolean(compute="_compute_is_live", search="_search_is_live")
    is_due = fields.Boolean(
        string="Firm Date Passed",
        compute="_compute_is_due",
        help="The firm date has passed: it may be handed over.",
    )

    _name_unique = models.UniqueIndex(
        "(company_id, name) WHERE name IS NOT NULL", "A case number is used once."
    )

    @api.depends("line_ids.move_line_id")
    def _compute_move_line_ids(self):
        for case in self:
            case.move_line_ids = case.line_ids.move_line_id

    def _inverse_move_line_ids(self):
        lines, gone, added = self.line_ids, self.line_ids.browse(), []
        for case in self:
            wanted, known = case.move_line_ids, case.line_ids
            gone |= known.filtered(lambda line, wanted=wanted: line.move_line_id not in wanted)
            added += [(case, item) for item in wanted - known.move_line_id]
        gone.case_id._check_may_take_out()
        # Safe: who may take them out was asked. Before the new ones: an item may move from
        # one case to the other; `_check_items` says no when none is left.
        gone.sudo().unlink()
        lines._add(added)

    @api.model
    def _search_move_line_ids(self, operator, value):
        return [("line_ids.move_line_id", operator, value)]

    @api.depends("state")
    def _compute_is_live(self):
        for case in self:
            case.is_live = case.state in LIVE_STATES

    @api.model
    def _search_is_live(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("state", "in" if True in value else "not in", LIVE_STATES)]

    @api.depends("state", "date_handover_due")
    def _compute_is_due(self):
        for case in self:
            case.is_due = case.state == "prepared" and case._may_hand_over()

    @api.depends("name", "partner_id.name")
    def _compute_display_name(self):
        for case in self:
            case.display_name = " · ".join(filter(None, (case.name, case.partner_id.name)))

    @api.constrains("kind", "agency_id", "state")
    def _check_agency(self):
        for case in self:
            if case.kind == "agency" and case.state in WITH_THIRD_PARTY and not case.agency_id:
                raise ValidationError(self.env._("Say which agency works the case."))

    @api.constrains("move_line_ids")
    def _check_items(self):
        if self.filtered(lambda case: not case.line_ids):
            raise ValidationError(self.env._("A case is about one item at least."))

    @api.model_create_multi
    def create(self, vals_list):
        """Number, owner and firm date come by themselves; the items leave every
        open proposal."""
        for vals in vals_list:
            if not self.env.su and vals.get("state", "prepared") != "prepared":
                raise UserError(self.env._("A new case is prepared first."))
        decided = (SYSTEM_FIELDS | MONEY_FIELDS) - {"company_id", "partner_id"}
        self, vals_list = only_typed(self, vals_list, decided)  # noqa: PLW0642
        by_company = {}
        for vals in vals_list:
            by_company.setdefault(vals.get("company_id") or self.env.company.id, []).append(vals)
        for company_id, group in by_company.items():
            self._complete(self.env["res.company"].browse(company_id), group)
        cases = super().create(vals_list)
        cases._check_items()
        cases._set_firm_dates()
        for company, group in cases.grouped("company_id").items():
            self.env["collection.notice"]._refresh_open(company, group.partner_id)
        return cases

    def write(self, vals):
        """States and their dates are decided by the buttons, not typed in.

        :raises UserError: for a person who writes them, over RPC for instance
        """
        if not self.env.su:
            decided = (SYSTEM_FIELDS | MONEY_FIELDS) & vals.keys()
            if decided:
                raise UserError(
                    self.env._(
                        "A case is changed through its buttons, not by writing %(fields)s.",
                        fields=", ".join(sorted(decided)),
                    )
                )
            if {"move_line_ids", "line_ids", "date_handover_due"} & vals.keys():
                self._check_prepared()
            if self._is_for_managers(vals):
                self._check_manager()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_handed_over(self):
        if self.filtered(lambda case: case.state != "prepared" or case.notice_id):
            raise UserError(
                self.env._("A case is part of the record: withdraw it instead of deleting it.")
            )
