from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ..engine import assignment

TURNOVER_DAYS = 365


class CollectionAssignment(models.Model):
    """Applying the rules: by the daily job and by a button."""

    _inherit = "collection.assignment"

    def action_apply(self):
        """Assign the customers of these rules' companies now.

        :return: a message with how many customers changed
        """
        self.check_access("write")
        companies = self.company_id or self.env.company
        changed = sum(self._apply(company) for company in companies)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Customers assigned anew: %(count)s", count=changed),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_open_customers(self):
        """The customers the rule's collector works."""
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "account_collections.res_partner_action_collections"
            ),
            "domain": [("collector_id", "=", self.user_id.id)],
            "context": {},
        }

    @api.model
    def _cron_assign(self):
        """The daily job: one company's trouble stops no other."""
        self = self.sudo()  # private; the scheduler's work is the system's
        run = self.env["collection.run"]
        for company in self.search([]).company_id:
            staff = company._collection_as_staff(self)
            run._retried(
                company._collection_attempt,
                "assignment",
                staff.env._("Assigning customers to collectors"),
                staff._assign,
                company,
                cron="ir_cron_assign",
            )

    @api.model
    def _assign(self, company):
        self._apply(company)

    @api.model
    def _apply(self, company):
        """Give every customer who owes something to the first rule that fits.

        What a person assigned stays. A customer whom no rule fits any more loses the
        collector a rule gave him.

        :return: how many customers changed
        """
        # Safe: whoever may apply the rules assigns customers, not more.
        rules = self.sudo().search([("company_id", "=", company.id)])
        rules = [rule._engine_rule() for rule in rules if rule.user_id.active]
        changes = {}
        for customer, current in self._assignable(company):
            rule = assignment.first_fit(rules, customer)
            collector = rule.collector if rule else None
            if collector != current:
                changes.setdefault(collector, []).append(customer.id)
        partners = self.env["res.partner"].sudo().with_company(company)
        for collector, ids in changes.items():
            partners.browse(ids).with_context(collection_by_rule=True).write(
                {"collector_id": collector, "collector_assigned_by": collector and "rule"}
            )
        return sum(map(len, changes.values()))

    @api.model
    def _assignable(self, company):
        """Customers with open items, or whom a rule assigned, that nobody assigned by hand.

        :return: list of ``(engine customer, current collector id or None)``
        """
        self.env.flush_all()
        today = company._collection_today()
        rows = self.env.execute_query_dict(
            SQL(
                """
                WITH book AS (%(books)s)
                SELECT cp.id, cp.name, cp.country_id AS country, cp.user_id AS salesperson,
                       COALESCE(book.overdue, 0) AS overdue, COALESCE(book.turnover, 0) AS turnover,
                       (cp.collector_id->>%(company)s)::int AS current
                  FROM res_partner cp
             LEFT JOIN book ON book.partner_id = cp.id
                 WHERE CASE WHEN (cp.collector_id->>%(company)s) IS NULL
                            THEN book.is_open
                            ELSE cp.collector_assigned_by->>%(company)s = 'rule' END
              ORDER BY cp.id
                """,
                books=self._books(company, today),
                company=str(company.id),
            )
        )
        return [(assignment.Customer(**row), current) for row in rows for current in [row.pop("current")]]

    @api.model
    def _books(self, company, today):
        """What each commercial customer owes and has bought, in company currency."""
        return SQL(
            """
            SELECT part.commercial_partner_id AS partner_id,
                   BOOL_OR(NOT aml.reconciled AND aml.amount_residual > 0) AS is_open,
                   SUM(aml.amount_residual) FILTER (
                       WHERE NOT aml.reconciled AND aml.date_maturity < %(today)s) AS overdue,
                   SUM(aml.balance) FILTER (
                       WHERE am.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                         AND am.invoice_date >= %(since)s) AS turnover
              FROM account_move_line aml
              JOIN account_account acc
                ON acc.id = aml.account_id AND acc.account_type = 'asset_receivable'
              JOIN account_move am ON am.id = aml.move_id
              JOIN res_partner part ON part.id = aml.partner_id
             WHERE aml.company_id = %(company)s
               AND aml.parent_state = 'posted'
               AND (NOT aml.reconciled OR am.invoice_date >= %(since)s)
          GROUP BY part.commercial_partner_id
            """,
            company=company.id,
            today=today,
            since=today - timedelta(days=TURNOVER_DAYS),
        )

    @api.model
    def _count_assigned(self, company):
        """``{collector id: customers}`` of a company."""
        self.env.flush_all()
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT (collector_id->>%(company)s)::int, COUNT(*)
                      FROM res_partner
                     WHERE active AND collector_id->>%(company)s IS NOT NULL
                  GROUP BY 1
                    """,
                    company=str(company.id),
                )
            )
        )
