from odoo import api, fields, models
from odoo.exceptions import UserError


class CollectionCaseHandOver(models.TransientModel):
    """Whom a case goes to; before the firm date, with a reason."""

    _name = "collection.case.hand.over"
    _description = "Hand Over a Case"
    _check_company_auto = True

    case_id = fields.Many2one("collection.case", required=True, ondelete="cascade")
    # With the rights of whoever asks: an onchange comes before `_check_readable`.
    company_id = fields.Many2one(related="case_id.company_id", related_sudo=False)
    kind = fields.Selection(
        related="case_id.kind", related_sudo=False, readonly=False, required=True
    )
    agency_id = fields.Many2one(
        related="case_id.agency_id", related_sudo=False, readonly=False, check_company=True
    )
    lawyer_id = fields.Many2one(
        related="case_id.lawyer_id", related_sudo=False, readonly=False, check_company=True
    )
    court = fields.Char(related="case_id.court", related_sudo=False, readonly=False)
    lang = fields.Selection(related="case_id.lang", related_sudo=False, readonly=False)
    date = fields.Date(
        required=True, compute="_compute_date", store=True, precompute=True, readonly=False
    )
    date_handover_due = fields.Date(related="case_id.date_handover_due", related_sudo=False)
    is_early = fields.Boolean(compute="_compute_is_early")
    early_reason = fields.Char(string="Why So Early")

    @api.constrains("case_id")
    def _check_readable(self):
        """Nobody hands over what he may not see; constraints run in sudo."""
        self.case_id.with_user(self.env.user).check_access("read")

    @api.depends("case_id")
    def _compute_date(self):
        for wizard in self:
            wizard.date = wizard.case_id.company_id._collection_today()

    @api.depends("date", "case_id.date_handover_due")
    def _compute_is_early(self):
        for wizard in self:
            due = wizard.date_handover_due
            wizard.is_early = bool(due and wizard.date and wizard.date <= due)

    def action_confirm(self):
        """Hand it over.

        :raises UserError: before the firm date without a reason, or without an agency
        """
        self.ensure_one()
        self.check_access("write")
        self.case_id._check_manager()
        if self.case_id.state != "prepared":
            raise UserError(self.env._("Only a prepared case can be handed over."))
        if self.date > self.company_id._collection_today():
            raise UserError(self.env._("A case is handed over today or was before, not later."))
        if self.is_early and not (self.early_reason or "").strip():
            raise UserError(
                self.env._(
                    "The customer may pay until the firm date. Say why the case is handed "
                    "over before it."
                )
            )
        self.case_id._hand_over(self.date, self.early_reason if self.is_early else "")
        return self.case_id._get_records_action()
