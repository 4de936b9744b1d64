from odoo import api, fields, models
from odoo.exceptions import UserError


class CollectionLevelReview(models.TransientModel):
    """A lawyer has read what these levels say."""

    _name = "collection.level.review"
    _description = "Legal Review of Texts"

    level_ids = fields.Many2many("collection.level", string="Levels", required=True)
    review_by = fields.Char(string="Reviewed By")
    review_date = fields.Date(
        string="Reviewed On",
        required=True,
        default=lambda self: self.env.company._collection_today(),
    )
    valid_until = fields.Date(
        required=True,
        default=lambda self: fields.Date.add(self.env.company._collection_today(), years=1),
    )

    @api.constrains("level_ids")
    def _check_writable(self):
        """Constraints run in sudo; only who may change the texts records a review."""
        self.level_ids.with_user(self.env.user).check_access("write")

    def action_confirm(self):
        """:raises UserError: for a review by nobody, in the future, or ended already"""
        self.ensure_one()
        self.level_ids.check_access("write")
        if not self.review_by:
            raise UserError(self.env._("Say who has read the texts."))
        today = self.env.company._collection_today()
        if self.review_date > today:
            raise UserError(self.env._("The review cannot be in the future."))
        if self.valid_until < today:
            raise UserError(self.env._("This review has ended already."))
        self.level_ids._record_review(self.review_by, self.review_date, self.valid_until)
        return {"type": "ir.actions.act_window_close"}
