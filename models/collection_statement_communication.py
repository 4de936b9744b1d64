from odoo import api, fields, models
from odoo.exceptions import UserError

STATEMENT_FIELDS = {
    "statement_date_from",
    "statement_date_to",
    "statement_month",
    "statement_attachment_id",
}


class CollectionCommunication(models.Model):
    """A statement of account that went to a customer."""

    _inherit = "collection.communication"

    statement_date_from = fields.Date(string="Statement From", readonly=True)
    statement_date_to = fields.Date(string="Statement To", readonly=True)
    statement_month = fields.Date(
        readonly=True, help="First day of the month a monthly statement is about."
    )
    statement_attachment_id = fields.Many2one(
        "ir.attachment", string="Statement", readonly=True, index="btree_not_null"
    )

    # What could not be sent is no statement he got: the month is free for the next.
    _statement_monthly = models.UniqueIndex(
        "(company_id, partner_id, statement_month) WHERE statement_month IS NOT NULL"
        " AND (state != 'failed' OR failure_kind IS DISTINCT FROM 'temporary')",
        "This customer has got the statement of this month already.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            # Said, not left out: a default in the context would speak instead.
            nothing = dict.fromkeys(STATEMENT_FIELDS, False)
            vals_list = [{**vals, **nothing} for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        """:raises UserError: for a person who writes what a statement was about"""
        if not self.env.su and STATEMENT_FIELDS & set(vals):
            raise UserError(self.env._("What a statement of account was about is not typed in."))
        return super().write(vals)

    def action_resend(self):
        """Statements that did not arrive are made again, as the account stands now."""
        result = super().action_resend()
        # Safe: the right to write was checked; files and mails are the system's. Who
        # presses twice finds them locked, or dealt with.
        rows = self.filtered("statement_date_to").sudo().try_lock_for_update()
        rows.invalidate_recordset(["state", "resolved"])
        failed = rows.filtered(
            lambda row: row.automatic and row.state == "failed" and row._is_undelivered()
        )
        failed.resolved = True
        statements = self.env["collection.statement"].sudo()
        for (company, first, last, channel, month), group in failed.grouped(
            lambda row: (
                row.company_id,
                row.statement_date_from,
                row.statement_date_to,
                row.channel,
                # Of any other failure the month is taken.
                row.failure_kind == "temporary" and row.statement_month,
            )
        ).items():
            if month:
                # The one that goes out now stands for it.
                group.statement_month = False
            if channel == "letter":
                statements._post(company, group.partner_id, first, last)
            else:
                statements._send(company, group.partner_id, first, last, statement_month=month)
        return result

    def action_print_letters(self):
        """Statements that wait for the post, as they were made; else the letters."""
        self.check_access("read")
        statements = self.filtered("statement_attachment_id")
        if not statements:
            return super().action_print_letters()
        if statements != self or len(statements) > 1:
            raise UserError(
                self.env._("Print a statement of account by itself; it was printed when made.")
            )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{statements.statement_attachment_id.id}?download=true",
        }
