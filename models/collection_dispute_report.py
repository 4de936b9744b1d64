from odoo import fields, models
from odoo.tools import SQL

from .collection_dispute import RESOLUTIONS


class CollectionDisputeReport(models.Model):
    """Why customers dispute, how long it takes to answer them, and what comes of it.

    One row a dispute, in company currency. Only what is resolved has a time to
    resolution: the open ones would make it look shorter than it is.
    """

    _name = "collection.dispute.report"
    _description = "Dispute Analysis"
    _auto = False
    _rec_name = "dispute_id"
    _order = "date_from desc, id desc"

    dispute_id = fields.Many2one("collection.dispute", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    reason_id = fields.Many2one("collection.reason", string="Kind of Reason", readonly=True)
    user_id = fields.Many2one("res.users", string="Owner", readonly=True)
    state = fields.Selection(
        lambda self: self.env["collection.dispute"]._fields["state"].selection, readonly=True
    )
    resolution_kind = fields.Selection(RESOLUTIONS, string="Way of Resolution", readonly=True)
    date_from = fields.Date(string="Raised On", readonly=True)
    date_deadline = fields.Date(string="Deadline", readonly=True)
    date_resolved = fields.Date(string="Resolved On", readonly=True)
    is_late = fields.Boolean(
        string="Missed Its Deadline",
        readonly=True,
        help="Resolved after its deadline, or still open then.",
    )
    days_to_resolution = fields.Float(
        digits=(16, 1), readonly=True, aggregator="avg", help="Of the resolved ones."
    )
    days_open = fields.Float(
        digits=(16, 1), readonly=True, aggregator="avg", help="Of the open ones, up to today."
    )
    amount_contested = fields.Monetary(
        string="Contested", currency_field="company_currency_id", readonly=True
    )
    amount_credited = fields.Monetary(
        string="Credited", currency_field="company_currency_id", readonly=True
    )

    _depends = {
        "collection.dispute": [
            "company_id",
            "partner_id",
            "reason_id",
            "user_id",
            "state",
            "resolution_kind",
            "date_from",
            "date_deadline",
            "date_resolved",
            "amount_company",
            "credit_note_ids",
        ],
        "res.partner": ["commercial_partner_id", "country_id"],
        "account.move": ["state", "amount_total_signed"],
    }

    @property
    def _table_query(self):
        today = self.env["res.company"]._collection_today_sql(
            "dispute", fields.Datetime.now()
        )
        return SQL(
            """
            SELECT dispute.id, dispute.id AS dispute_id, dispute.company_id,
                   customer.commercial_partner_id AS partner_id, commercial.country_id,
                   dispute.reason_id, dispute.user_id, dispute.state,
                   dispute.resolution_kind, dispute.date_from, dispute.date_deadline,
                   dispute.date_resolved,
                   dispute.date_deadline < COALESCE(dispute.date_resolved, %(today)s) AS is_late,
                   CASE WHEN dispute.state != 'open'
                        THEN GREATEST(dispute.date_resolved - dispute.date_from, 0)
                    END AS days_to_resolution,
                   CASE WHEN dispute.state = 'open'
                        THEN GREATEST(%(today)s - dispute.date_from, 0)
                    END AS days_open,
                   dispute.amount_company AS amount_contested,
                   (SELECT COALESCE(-SUM(note.amount_total_signed), 0)
                      FROM collection_dispute_credit_note_rel rel
                      JOIN account_move note
                        ON note.id = rel.move_id AND note.state = 'posted'
                     WHERE rel.dispute_id = dispute.id) AS amount_credited
              FROM collection_dispute dispute
              JOIN res_partner customer ON customer.id = dispute.partner_id
              JOIN res_partner commercial ON commercial.id = customer.commercial_partner_id
            """,
            today=today,
        )

    def action_open_dispute(self):
        self.ensure_one()
        self.check_access("read")
        return self.dispute_id._get_records_action()
