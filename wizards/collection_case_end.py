from odoo import fields, models
from odoo.exceptions import UserError


class CollectionCaseEnd(models.TransientModel):
    """Why cases are withdrawn or closed."""

    _name = "collection.case.end"
    _description = "End of a Case"

    case_ids = fields.Many2many("collection.case")
    state = fields.Selection(
        [("withdrawn", "Withdrawn"), ("closed", "Closed")], required=True, readonly=True
    )
    reason = fields.Char(required=False)

    def action_confirm(self):
        """End the cases with the reason.

        :raises UserError: without a reason
        """
        self.ensure_one()
        self.check_access("write")
        self.case_ids._check_manager()
        self.case_ids._check_live()
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why the case ends."))
        self.case_ids._set_state(self.state, closing_reason=self.reason)
        return {"type": "ir.actions.act_window_close"}
