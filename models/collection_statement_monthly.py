from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

BATCH = 20


class CollectionStatement(models.AbstractModel):
    """Monthly statements, once a month a customer."""

    _inherit = "collection.statement"

    @api.model
    def _cron_monthly_statements(self, date=None):
        """Last month's statement to whoever gets one and has not got it yet.

        Stopped at any instant, the next call goes on; the database refuses a second
        statement of a month.

        :param date: the day to run for; default: each company's local day
        """
        # Safe: private, and the scheduler's work is the system's.
        self = self.sudo()
        commit = self.env["collection.run"]._commit_batch
        work = []
        for company in self.env["res.company"].search([], order="id"):
            today = date or company._collection_today()
            scoped = self.with_company(company)
            work.append((scoped, company, today, scoped._monthly_customers(company, today)))
        commit(0, sum(len(customers) for *_rest, customers in work))
        for scoped, company, today, customers in work:
            for start in range(0, len(customers), BATCH):
                batch = customers[start : start + BATCH]
                scoped._send_monthly(company, today, batch)
                if not commit(len(batch)):
                    return

    @api.model
    def _month_before(self, today):
        """First and last day of the month before a day's."""
        first = today.replace(day=1)
        return first - relativedelta(months=1), first - relativedelta(days=1)

    @api.model
    def _monthly_customers(self, company, today):
        """Whose statement of last month is due today."""
        nobody = self.env["res.partner"]
        rules = self.env["collection.contact.rules"]
        if company._collection_working_day(today) != today:
            return nobody
        if rules._contact_day(company, today) != today:
            return nobody
        first, last = self._month_before(today)
        chosen = Domain("collection_statement_frequency", "=", "monthly")
        if company.collection_statement_frequency == "monthly":
            chosen |= Domain("collection_statement_frequency", "=", False)
        customers = nobody.search(
            Domain("id", "in", self._with_news(company, first, last)) & chosen, order="id"
        )
        done = self.env["collection.communication"]._read_group(
            [("company_id", "=", company.id), ("statement_month", "=", first)], ["partner_id"]
        )
        customers -= nobody.union(*(partner for (partner,) in done))
        customers -= self._left_alone(company, today, customers)
        # Contacted often enough already: another day of the month.
        return customers - nobody.browse(rules._limited(company, today, customers))

    @api.model
    def _with_news(self, company, first, last):
        """Ids of the commercial customers with anything open, or that happened."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT part.commercial_partner_id
                  FROM account_move_line aml
                  JOIN account_account acc
                    ON acc.id = aml.account_id AND acc.account_type = 'asset_receivable'
                  JOIN account_move am ON am.id = aml.move_id
                  JOIN res_partner part ON part.id = aml.partner_id
                 WHERE aml.company_id = %s AND aml.parent_state = 'posted'
                   AND COALESCE(am.invoice_date, am.date) <= %s
                   AND (aml.reconciled IS NOT TRUE OR COALESCE(am.invoice_date, am.date) >= %s)
                """,
                company.id,
                last,
                first,
            )
        )
        return [partner_id for (partner_id,) in rows]

    @api.model
    def _left_alone(self, company, today, customers):
        """Those who are held as a whole: nobody writes to them by himself."""
        holds = self.env["collection.hold"]._active_on(company, today)
        whole = holds.filtered(lambda hold: not hold.move_line_ids)
        return whole.partner_id.commercial_partner_id & customers

    @api.model
    def _send_monthly(self, company, today, customers):
        """The statements of one batch that no other process works on."""
        customers = customers.try_lock_for_update(allow_referencing=True)
        first, last = self._month_before(today)
        accounts = self._build(company, customers, first, last)
        customers = customers.filtered(lambda customer: accounts.get(customer.id))
        self._send(company, customers, first, last, statement_month=first)
