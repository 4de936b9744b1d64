from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import assignment


class CollectionAbsence(models.Model):
    """Somebody is away: a colleague works his customers until he is back."""

    _name = "collection.absence"
    _description = "Absence"
    _order = "date_from desc, id desc"

    user_id = fields.Many2one(
        "res.users",
        string="Away",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        ondelete="cascade",
    )
    date_from = fields.Date(string="From", required=True, default=fields.Date.context_today)
    date_until = fields.Date(string="Until", required=True, help="The last day away.")
    delegate_id = fields.Many2one(
        "res.users",
        required=True,
        index=True,
        domain=[("share", "=", False)],
        ondelete="restrict",
        help="Works the customers meanwhile. When he is away too, his own delegate does.",
    )
    note = fields.Char()

    _dates_in_order = models.Constraint(
        "CHECK(date_from <= date_until)", "The end cannot be before the beginning."
    )
    _delegate_is_another = models.Constraint(
        "CHECK(user_id != delegate_id)", "Somebody else stands in."
    )
    _once_at_a_time = models.Constraint(
        "EXCLUDE USING gist (int4range(user_id, user_id, '[]') WITH &&,"
        " daterange(date_from, date_until, '[]') WITH &&)",
        "This person is away on these days already.",
    )

    @api.constrains("delegate_id")
    def _check_delegate_works_collections(self):
        """:raises ValidationError: for a delegate who may not do the work"""
        for absence in self:
            if not absence.delegate_id.has_group(
                "account_collections.group_collections_collector"
            ):
                raise ValidationError(
                    self.env._(
                        "%(name)s does not work collections and cannot stand in.",
                        name=absence.delegate_id.name,
                    )
                )

    @api.depends("user_id", "delegate_id")
    def _compute_display_name(self):
        for absence in self:
            absence.display_name = f"{absence.user_id.name} → {absence.delegate_id.name}"

    @api.model
    def _stand_ins(self, company, day):
        """``{absent user id: res.users}`` of a day: who works in his place, empty
        where nobody of the chain is there or works for the company."""
        away = self.sudo().search([("date_from", "<=", day), ("date_until", ">=", day)])
        delegates = {absence.user_id.id: absence.delegate_id.id for absence in away}
        chosen = {user: assignment.stand_in(user, delegates) for user in delegates}
        acting = self.env["res.users"].sudo().browse(filter(None, set(chosen.values())))
        usable = acting.filtered(lambda user: user.active and company in user.company_ids)
        return {user: usable.filtered(lambda one, id_=id_: one.id == id_) for user, id_ in chosen.items()}
