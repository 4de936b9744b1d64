from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .pairs import pair

# What the daily follow-up watches, in this order.
FOLLOWED_UP = [
    "collection.promise",
    "collection.plan",
    "collection.dispute",
    "collection.hold",
    "collection.case",
    "collection.write.off",
]


class CollectionPause(models.AbstractModel):
    """What holds, disputes and promises share: whom and when they pause."""

    _name = "collection.pause"
    _description = "Reason to Pause Collection"
    _order = "date_from desc, id desc"
    _check_company_auto = True
    _pause_reason = None
    _pause_open_state = None
    _pause_gone_state = None

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
    move_line_ids = fields.Many2many(
        "account.move.line",
        string="Items",
        domain="[('partner_id', 'child_of', partner_id), ('company_id', '=', company_id),"
        " ('account_id.account_type', '=', 'asset_receivable'), ('parent_state', '=', 'posted'),"
        " ('reconciled', '=', False)]",
        help="Empty: all items of the customer.",
    )
    reason = fields.Char(required=True)
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        index="btree_not_null",
    )
    date_from = fields.Date(required=True, default=fields.Date.context_today)
    date_until = fields.Date(string="Until", help="Last day of the pause. Empty: until ended.")

    @api.constrains("date_from", "date_until")
    def _check_dates(self):
        for pause in self:
            if pause.date_until and pause.date_until < pause.date_from:
                raise ValidationError(self.env._("The end cannot be before the beginning."))

    @api.constrains("partner_id", "move_line_ids", "company_id")
    def _check_items(self):
        for pause in self:
            commercial = pause.partner_id.commercial_partner_id
            for line in pause.move_line_ids.sudo():
                if line.company_id != pause.company_id:
                    raise ValidationError(
                        self.env._(
                            "“%(item)s” belongs to another company.", item=line.display_name
                        )
                    )
                if line.partner_id.commercial_partner_id != commercial:
                    raise ValidationError(
                        self.env._(
                            "“%(item)s” belongs to another customer.", item=line.display_name
                        )
                    )

    @api.depends("partner_id", "reason")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for pause in self:
            pause.display_name = pair(self.env, pause.partner_id.display_name, pause.reason)

    @api.model
    def _prepare_dialog(self, title, partner, items):
        """A new one, filled in, beginning on the company's day.

        :param items: journal items; none: everything of the customer
        """
        company = items.company_id[:1] or self.env.company
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_company_id": company.id,
                "default_partner_id": partner.commercial_partner_id.id,
                "default_move_line_ids": [Command.set(items.ids)],
                "default_date_from": fields.Date.to_string(company._collection_today()),
            },
        }

    @api.model
    def _active_domain(self, company, date):
        """Those that pause something on a day, both ends included."""
        return (
            Domain("company_id", "=", company.id)
            & Domain("state", "=", self._pause_open_state)
            & Domain("date_from", "<=", date)
            & (Domain("date_until", "=", False) | Domain("date_until", ">=", date))
        )

    @api.model
    def _active_on(self, company, date):
        return self.sudo().search(self._active_domain(company, date))

    @api.model
    def _cron_follow_up(self, date=None):
        """Evaluate every pause: promises, holds that end, deadlines that pass.

        The same whichever of the models it is called on.

        :param date: the day to evaluate; default: each company's local day
        """
        self = self.sudo()  # private; the scheduler's work is the system's
        run = self.env["collection.run"]
        for company in self.env["res.company"].search([], order="id"):
            today = date or company._collection_today()
            for name in FOLLOWED_UP:
                model = company._collection_as_staff(self.env[name])
                # A payment booked at this moment undoes one model's work of one company,
                # which is done again, and nothing else.
                run._retried(
                    company._collection_attempt,
                    f"follow_up.{name}",
                    model.env["ir.model"]._get(name).name,
                    model._follow_up,
                    company,
                    today,
                    cron="ir_cron_follow_up",
                )

    @api.model
    def _follow_up(self, company, today):
        """Watch the records of one company on one of its local days.

        :return: what failed, as texts
        """
        return []
