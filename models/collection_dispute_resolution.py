from odoo import api, fields, models
from odoo.fields import Domain

from .collection_dispute import RESOLUTIONS, STATE_OF


class CollectionDispute(models.Model):
    """How a dispute ends, when, and what the customer's days are then."""

    _inherit = "collection.dispute"

    resolution_kind = fields.Selection(
        RESOLUTIONS, string="Way of Resolution", readonly=True, copy=False, tracking=True
    )
    resolution = fields.Text(copy=False, help="What was found and agreed.")
    date_resolved = fields.Date(string="Resolved On", readonly=True, copy=False, index=True)
    resolved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_wait = fields.Date(
        string="Customer's Days Until",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="What turned out to be owed is left alone up to this day: the customer has the "
        "days of the last reminder again.",
    )
    credit_note_ids = fields.Many2many(
        "account.move",
        "collection_dispute_credit_note_rel",
        "dispute_id",
        "move_id",
        string="Credit Notes",
        domain="[('move_type', '=', 'out_refund'), ('company_id', '=', company_id),"
        " ('commercial_partner_id', '=', partner_id)]",
        copy=False,
        check_company=True,
    )
    amount_credited = fields.Monetary(
        string="Credited", compute="_compute_amount_credited", help="By its credit notes."
    )
    days_open = fields.Integer(
        compute="_compute_days_open", help="To its resolution, else to today."
    )

    # And on the credit notes' amounts: see `ledger_followers`.
    @api.depends("credit_note_ids", "currency_id")
    def _compute_amount_credited(self):
        for dispute in self:
            # Safe: whoever reads the dispute reads what came of it.
            notes = dispute.sudo().credit_note_ids.filtered(
                lambda note, dispute=dispute: note.state == "posted"
                and note.currency_id == dispute.currency_id
            )
            dispute.amount_credited = sum(notes.mapped("amount_total"))

    @api.depends("date_from", "date_resolved")
    def _compute_days_open(self):
        for dispute in self:
            company = dispute.company_id or self.env.company
            end = dispute.date_resolved or company._collection_today()
            dispute.days_open = max((end - dispute.date_from).days, 0) if dispute.date_from else 0

    def action_reopen(self):
        """The customer has brought a proof: it is looked at again."""
        self.check_access("write")
        closed = self.filtered(lambda dispute: dispute.state != "open")
        closed.write(
            {
                "state": "open",
                "resolution_kind": False,
                "date_resolved": False,
                "resolved_by_id": False,
                "date_wait": False,
            }
        )
        closed._compute_date_deadline()
        closed._refresh_proposals()

    def _resolve(self, kind, text=None):
        """End those that are open, in one of the ways of ``RESOLUTIONS``."""
        self.check_access("write")
        vals = {"state": STATE_OF[kind], "resolution_kind": kind}
        if text:
            vals["resolution"] = text
        self.filtered(lambda dispute: dispute.state == "open").write(vals)

    def _on_resolved(self):
        """Who ended it and when, and from when on dunning resumes."""
        kinds = {"accepted": "other", "rejected": "rejected", "withdrawn": "withdrawn"}
        for dispute in self:
            today = dispute.company_id._collection_today()
            kind = dispute.resolution_kind or kinds[dispute.state]
            dispute.write(
                {
                    "resolution_kind": kind,
                    "date_resolved": today,
                    "resolved_by_id": self.env.uid,
                    "date_wait": dispute._customers_days(kind, today),
                }
            )
        self._close_tasks()

    def _customers_days(self, kind, today):
        """The last day on which what is owed after all is left alone, or False."""
        days = self.company_id.collection_dispute_rejected_days
        if kind not in ("rejected", "agreement") or days <= 0:
            return False
        return fields.Date.add(today, days=days)

    @api.model
    def _waiting_on(self, company, date):
        """Those about what is owed after all, on the customer's days to pay it."""
        return self.sudo().search(
            Domain(
                [
                    ("company_id", "=", company.id),
                    ("state", "in", ("accepted", "rejected")),
                    ("date_resolved", "<=", date),
                    ("date_wait", ">=", date),
                ]
            )
        )

    def action_resolve(self):
        """Ask how it ends: by credit note, agreement or rejection."""
        self.ensure_one()
        self.check_access("write")
        return self.env["collection.dispute.resolve"]._open(self)

    def action_resolve_rejected(self):
        """The customer owes it: ask for the reason."""
        self.ensure_one()
        self.check_access("write")
        return self.env["collection.dispute.resolve"]._open(self, "rejected")
