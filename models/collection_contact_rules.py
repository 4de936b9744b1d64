from collections import defaultdict

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date, format_datetime

from ..engine import contact_rules
from .bulk import id_array


class CollectionContactRules(models.AbstractModel):
    """How often and when customers are contacted: the one place every channel asks."""

    _name = "collection.contact.rules"
    _description = "Contact Rules"

    @api.model
    def _limited(self, company, date, customers):
        """The customers who were contacted often enough in the week up to ``date``.

        :param customers: commercial ``res.partner`` records
        :return: ``{customer id: (reason, detail, last day of the rest)}``, see
            ``collection.pauses``
        """
        limit = company.sudo().collection_max_contacts
        limited = {}
        for customer, days in self._contact_days(company, date, customers).items():
            until = contact_rules.limited_until(days, limit, date)
            if until:
                detail = self._limit_detail(len(days), until)
                limited[customer] = ("contact_limit", detail, until)
        return limited

    @api.model
    def _check_limit(self, company, customers):
        """:raises UserError: for a collector, where a customer was contacted enough"""
        if self.env.user.has_group("account_collections.group_collections_manager"):
            return
        # Safe: that it is enough, is for whoever would contact him.
        limited = self.sudo()._limited(company, company._collection_today(), customers)
        if limited:
            names = customers.browse(limited).mapped("display_name")
            raise UserError(
                self.env._(
                    "Contacted often enough this week: %(customers)s. A manager may send all "
                    "the same.",
                    customers=", ".join(names),
                )
            )

    @api.model
    def _room(self, company, date, customers):
        """``{customer id: how many more notices he may get}``; None: any number."""
        limit = company.sudo().collection_max_contacts
        if limit <= 0:
            return None
        days = self._contact_days(company, date, customers)
        return {
            customer.id: contact_rules.room(days.get(customer.id, ()), limit, date)
            for customer in customers
        }

    @api.model
    def _limit_detail(self, count, until):
        return self.env._(
            "%(count)s contacts in seven days; again after %(date)s",
            count=count,
            date=format_date(self.env, until),
        )

    @api.model
    def _earliest(self, company, moment=None):
        """From when on a message may leave.

        :param moment: naive UTC; default: now
        :return: naive UTC ``datetime``, ``moment`` itself unless the time is quiet
        """
        moment = moment or fields.Datetime.now()
        zone = company._collection_zone()
        local = pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None)
        allowed = contact_rules.next_allowed(local, company._collection_quiet(local.date()))
        if allowed == local:
            return moment
        return zone.localize(allowed).astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _contact_day(self, company, day):
        """``day``, or the next day on which customers may be contacted."""
        return contact_rules.next_allowed_day(day, company._collection_quiet(day))

    @api.model
    def _check_call(self, company, partner, notice=None):
        """May this customer be called now? A manager may go on all the same.

        :param notice: the notice that planned the call; it is the same contact
        :return: what speaks against the call, to be recorded with it, or ""
        :raises UserError: for a collector, at a quiet time or above the limit
        """
        problem = self._call_problem(company, partner.commercial_partner_id, notice)
        if problem and not self.env.user.has_group(
            "account_collections.group_collections_manager"
        ):
            raise UserError(
                self.env._(
                    "%(problem)s A manager of collections may call all the same.",
                    problem=problem,
                )
            )
        return problem

    @api.model
    def _call_problem(self, company, customer, notice=None):
        """Why the customer should not be called now, as a sentence, or ""."""
        now = fields.Datetime.now()
        allowed = self._earliest(company, now)
        if allowed > now:
            zone = company._collection_zone().zone
            return self.env._(
                "This is a quiet time: nobody is called before %(moment)s.",
                moment=format_datetime(self.env, allowed, tz=zone, dt_format="short"),
            )
        today = company._collection_today()
        limit = company.sudo().collection_max_contacts
        days = self._contact_days(company, today, customer, notice).get(customer.id, ())
        until = contact_rules.limited_until(days, limit, today)
        if until:
            return self.env._(
                "%(customer)s has been contacted often enough: %(detail)s.",
                customer=customer.display_name,
                detail=self._limit_detail(len(days), until),
            )
        return ""

    @api.model
    def _contact_days(self, company, date, customers, notice=None):
        """The day of each contact of the week that ends on ``date``.

        A notice is one contact, on the day it was issued, whatever ways it took; its
        planned call moves it to the day the call was made. What failed, what came in,
        portal messages, meetings and calls to wrong numbers are none.

        :param notice: leave out the contact that this notice is
        :return: ``{customer id: [date]}``, empty when the company sets no limit
        """
        if company.sudo().collection_max_contacts <= 0 or not customers:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(self._contact_days_sql(company, date, customers, notice))
        days = defaultdict(list)
        for customer, day in rows:
            days[customer].append(day)
        return days

    @api.model
    def _contact_days_sql(self, company, date, customers, notice):
        return SQL(
            """
            SELECT customer, MAX(day)
              FROM (
                SELECT cust.commercial_partner_id AS customer,
                       CASE WHEN com.automatic AND com.notice_id IS NOT NULL
                            THEN com.notice_id ELSE -com.id END AS contact,
                       CASE WHEN com.automatic IS NOT TRUE OR com.notice_id IS NULL
                            THEN own.day
                            WHEN com.channel = 'call' AND com.state = 'done'
                            THEN GREATEST(notice.date, own.day)
                            ELSE notice.date END AS day
                  FROM collection_communication com
                  JOIN res_partner cust ON cust.id = com.partner_id
                  LEFT JOIN collection_notice notice ON notice.id = com.notice_id
                 CROSS JOIN LATERAL (
                       SELECT (com.date AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS day
                       ) own
                 WHERE com.company_id = %(company)s AND com.direction = 'out'
                   AND com.channel IN ('email', 'letter', 'sms', 'call')
                   AND (com.state != 'failed' OR com.failure_kind = 'unknown')
                   AND com.outcome_code IS DISTINCT FROM 'wrong_number'
                   AND (com.notice_id IS NOT NULL OR com.channel != 'call'
                        OR com.state != 'queued')
                   AND (%(notice)s IS NULL OR com.notice_id IS DISTINCT FROM %(notice)s
                        OR com.automatic IS NOT TRUE)
                   AND cust.commercial_partner_id = ANY(%(customers)s)
                   ) contacts
             GROUP BY customer, contact
            HAVING MAX(day) BETWEEN %(date)s::date - %(days)s AND %(date)s::date
            """,
            zone=company._collection_zone().zone,
            company=company.id,
            notice=notice.id if notice else None,
            customers=id_array(customers.ids),
            date=date,
            days=contact_rules.WEEK - 1,
        )
