from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..models.collection_statement_report import LISTINGS


class CollectionStatementSend(models.TransientModel):
    """Statements of account of some customers: to look at, to post, to e-mail."""

    _name = "collection.statement.send"
    _description = "Send Statements of Account"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    partner_ids = fields.Many2many("res.partner", string="Customers", required=True)
    date_from = fields.Date(
        string="From",
        required=True,
        compute="_compute_date_from",
        precompute=True,
        store=True,
        readonly=False,
        help="What lies before is the opening balance.",
    )
    date_to = fields.Date(
        string="To",
        required=True,
        default=lambda self: self.env.company._collection_today(),
    )
    listing = fields.Selection(LISTINGS, string="Lists", required=True, default="all")
    problems = fields.Text(compute="_compute_problems")

    @api.depends("company_id", "date_to")
    def _compute_date_from(self):
        """Suggested only: a day somebody chose stays."""
        for wizard in self:
            if not wizard.date_from and wizard.date_to:
                wizard.date_from = wizard.company_id._collection_statement_start(wizard.date_to)

    @api.depends("partner_ids", "company_id")
    def _compute_problems(self):
        """Who cannot be reached by e-mail, before anything is sent."""
        delivery = self.env["collection.delivery"].sudo()
        for wizard in self:
            customers = wizard._customers().sudo()
            recipients = customers._collection_recipients(wizard.company_id)
            unusable = delivery._unusable_addresses(
                wizard.company_id, customers.union(*recipients.values())
            )
            reasons = [
                delivery._email_problem(recipient, unusable) for recipient in recipients.values()
            ]
            wizard.problems = "\n".join(filter(None, reasons))

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for wizard in self:
            if wizard.date_from > wizard.date_to:
                raise ValidationError(self.env._("The end cannot be before the beginning."))

    @api.model
    def _open(self, partners):
        """:return: the dialog, filled in for these customers"""
        self.check_access("create")
        wizard = self.create({"partner_ids": partners.commercial_partner_id.ids})
        return {
            **wizard._get_records_action(target="new"),
            "name": self.env._("Statements of Account"),
        }

    def action_print(self):
        """A PDF to look at; nothing is logged."""
        self.check_access("read")
        report = self.env.ref("account_collections.action_report_statement")
        return report.report_action(
            self._customers(), data={**self._period_data(), "partner_ids": self._customers().ids}
        )

    def action_post(self):
        """One PDF to be put into the post; it waits among the letters to post."""
        self.check_access("write")
        self.env["collection.contact.rules"]._check_limit(self.company_id, self._customers())
        # Safe: a collector may write to his customers; files and rows are the system's.
        rows = self.env["collection.statement"].sudo()._post(*self._period())
        failed = rows.filtered(lambda row: row.state == "failed")
        if rows == failed:
            raise UserError("\n".join(failed.mapped("failure_reason")))
        report = self.env.ref("account_collections.action_report_statement")
        customers = (rows - failed).partner_id
        return report.report_action(
            customers, data={**self._period_data(), "partner_ids": customers.ids}
        )

    def action_send(self):
        """E-mail them; what could not be sent stands in the log with its reason."""
        self.check_access("write")
        self.env["collection.contact.rules"]._check_limit(self.company_id, self._customers())
        # Safe: as above.
        rows = self.env["collection.statement"].sudo()._send(*self._period())
        failed = rows.filtered(lambda row: row.state == "failed")
        if rows == failed:
            raise UserError("\n".join(failed.mapped("failure_reason")))
        sent, lost = len(rows - failed), len(failed)
        message = self.env._("Statements on their way: %(count)s.", count=sent)
        if lost:
            message += " " + self.env._("Not sent: %(count)s; see the communications.", count=lost)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if lost else "success",
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _customers(self):
        return self.partner_ids.commercial_partner_id

    def _period(self):
        """:raises AccessError: for a company or customers that are not the user's"""
        self.ensure_one()
        if self.company_id not in self.env.user.company_ids:
            raise AccessError(self.env._("This company is not one of yours."))
        self._customers().check_access("read")
        return self.company_id, self._customers(), self.date_from, self.date_to, self.listing

    def _period_data(self):
        return {
            "company_id": self.company_id.id,
            "date_from": fields.Date.to_string(self.date_from),
            "date_to": fields.Date.to_string(self.date_to),
            "listing": self.listing,
        }
