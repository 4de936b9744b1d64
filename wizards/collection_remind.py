from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.pairs import pair


class CollectionRemind(models.TransientModel):
    """“Remind now”: shows what would go out, then goes through the same door."""

    _name = "collection.remind"
    _description = "Remind Now"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    date = fields.Date(required=True, readonly=True)
    partner_ids = fields.Many2many("res.partner", string="Customers", readonly=True)
    move_ids = fields.Many2many("account.move", string="Invoices", readonly=True)
    line_ids = fields.One2many("collection.remind.line", "wizard_id", readonly=True)
    can_issue = fields.Boolean(compute="_compute_can_issue")

    @api.depends("line_ids.outcome")
    def _compute_can_issue(self):
        for wizard in self:
            wizard.can_issue = "notice" in wizard.line_ids.mapped("outcome")

    @api.model
    def _open(self, partners, moves=None):
        """Open the preview for customers, or some of their invoices.

        :raises AccessError: for whoever may not work collections
        """
        self.env["collection.run"].check_access("create")
        company = moves.company_id[:1] if moves else self.env.company
        wizard = self.create(
            {
                "company_id": company.id,
                "date": company._collection_today(),
                "partner_ids": partners.ids,
                "move_ids": moves.ids if moves else [],
            }
        )
        wizard._preview()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Remind Now"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _preview(self):
        """What a run would do now, computed by the run's own code."""
        self.ensure_one()
        proposal = self.env["collection.proposal"].sudo().with_company(self.company_id)
        drafts, omissions, books = proposal._compute(
            self.company_id, self.date, self.partner_ids, self.move_ids or None
        )
        customers = self.env["res.partner"].browse({draft.customer for draft in drafts})
        recipients = customers._collection_recipients(self.company_id)
        rows = []
        for draft in drafts:
            recipient = recipients[draft.customer]
            rows.append(
                {
                    "outcome": "notice",
                    "partner_id": draft.customer,
                    "level_id": draft.level.id,
                    "recipient": recipient.email_formatted or recipient.display_name,
                    "currency_id": draft.currency,
                    "amount": draft.amount_due + sum(row["amount"] for row in draft.charges),
                    "detail": ", ".join(
                        books.rows[line.item_id]["move_name"] or "" for line in draft.advancing
                    ),
                }
            )
        skips = self.env["collection.skip"]
        for omission in omissions:
            row = books.rows[omission.item_id]
            detail = skips._say_detail(omission.reason, omission.detail)
            rows.append(
                {
                    "outcome": "skip",
                    "partner_id": row["partner_id"],
                    "level_id": omission.level.id if omission.level else False,
                    "currency_id": row["currency_id"],
                    "amount": row["residual"],
                    "detail": pair(
                        self.env, row["move_name"], skips._say(omission.reason, detail)
                    ),
                }
            )
        self.line_ids = [fields.Command.create(row) for row in rows]

    def _make_run(self):
        self.ensure_one()
        run = self.env["collection.run"].create(
            {
                "company_id": self.company_id.id,
                "date": self.date,
                "partner_ids": self.partner_ids.ids,
                "move_ids": self.move_ids.ids,
            }
        )
        run.action_propose()
        return run

    def action_issue(self):
        """Send what the preview showed; what needs approval waits for it.

        :raises UserError: when nothing is due
        """
        run = self._make_run()
        if not run.notice_ids:
            raise UserError(self.env._("No level has been earned yet: there is nothing to send."))
        run.action_issue()
        return run.notice_ids._get_records_action(name=self.env._("Notices"))

    def action_edit(self):
        """Open the proposal to change it before it goes out."""
        return self._make_run()._get_records_action()


class CollectionRemindLine(models.TransientModel):
    _name = "collection.remind.line"
    _description = "Remind Now Preview"

    wizard_id = fields.Many2one("collection.remind", required=True, ondelete="cascade", index=True)
    outcome = fields.Selection(
        [("notice", "To be sent"), ("skip", "Left out")], required=True, readonly=True
    )
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    level_id = fields.Many2one("collection.level", readonly=True)
    recipient = fields.Char(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(readonly=True)
    detail = fields.Char(readonly=True)
