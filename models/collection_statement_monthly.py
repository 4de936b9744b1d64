from datetime import datetime, time, timedelta

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

CRON = "ir_cron_statements"
# Statements between two commits. Each may take the PDF engine a quarter of a minute, and a
# worker of the scheduler is stopped after two minutes by default.
BATCH = 5
# When the PDF engine is tried again.
ENGINE_WAIT = timedelta(hours=1)


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
        run = self.env["collection.run"]
        work = []
        for company in self.env["res.company"].search([], order="id"):
            today = date or company._collection_today()
            scoped = self.with_company(company)
            customers = scoped._monthly_customers(company, today)
            work += [
                (scoped, company, today, customers[start : start + BATCH])
                for start in range(0, len(customers), BATCH)
            ]
        run._commit_batch(0, sum(len(batch) for *_rest, batch in work))
        for scoped, company, today, batch in work:
            run._retried(scoped._send_monthly, company, today, batch, cron=CRON)
            if self.env["collection.delivery"]._known_trouble(batch):
                # The others' stay due; nobody waits for an engine that hangs.
                again = fields.Datetime.now() + ENGINE_WAIT
                self.env.ref(f"account_collections.{CRON}")._trigger(at=again)
                run._commit_batch(0, 0)
                return
            if not run._commit_batch(len(batch)):
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
        begun, done = self._already_sent(company, today, first)
        customers -= done
        customers -= self._left_alone(company, today, customers)
        # Contacted often enough already: another day of the month.
        customers -= nobody.browse(rules._limited(company, today, customers))
        # What failed before comes last: it holds up nobody.
        return (customers - begun) | (customers & begun)

    @api.model
    def _already_sent(self, company, today, month):
        """Those with a statement of this month in the log, and those for whom it counts.

        One that could not be sent counts for the day: tomorrow it is due once more, unless
        a person has dealt with it.
        """
        midnight = company._collection_zone().localize(datetime.combine(today, time.min))
        counts = (
            Domain("state", "!=", "failed")
            | Domain("failure_kind", "!=", "temporary")
            | Domain("resolved", "=", True)
            | Domain("date", ">=", midnight.astimezone(pytz.utc).replace(tzinfo=None))
        )
        logged = Domain("company_id", "=", company.id) & Domain("statement_month", "=", month)
        return [
            self.env["res.partner"].union(
                *(
                    partner
                    for (partner,) in self.env["collection.communication"]._read_group(
                        domain, ["partner_id"]
                    )
                )
            )
            for domain in (logged, logged & counts)
        ]

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
        rows = self._send(company, customers, first, last, can_wait=True, statement_month=first)
        # What could not be sent before is dealt with.
        self.env["collection.communication"].search(
            [
                ("company_id", "=", company.id),
                ("statement_month", "=", first),
                ("partner_id", "in", rows.partner_id.ids),
                ("id", "not in", rows.ids),
            ]
        ).write({"resolved": True, "statement_month": False})
