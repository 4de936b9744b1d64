from datetime import datetime, timedelta

import pytz

from odoo import SUPERUSER_ID, api, fields, models, tools
from odoo.tools import SQL

from ..engine import ladder, workdays
from ..engine.days import plus
from .collection_notice import MANAGER_GROUP
from .res_partner import STAFF

# Modules that remind customers too: with two engines customers get every
# reminder twice.
RIVAL_MODULES = (
    "account_followup",
    "account_credit_control",
    "account_invoice_overdue_reminder",
    "account_invoice_overdue_warn",
)


class ResCompany(models.Model):
    _inherit = "res.company"

    min_days_after_sending = fields.Integer(
        string="Days after Sending",
        help="An invoice that went to the customer less than this many days ago is not "
        "reminded yet.",
        groups=STAFF,
    )
    collection_start_due_date = fields.Date(
        string="Collect Items Due From",
        help="Going live: items due before this date are left alone. Empty: no limit.",
        groups=STAFF,
    )
    collection_start_level_id = fields.Many2one(
        "collection.level",
        string="Start Old Debt At",
        domain="[('kind', '=', 'dunning')]",
        help="Going live: an item nobody was ever reminded of starts at this level, if it "
        "has earned it. Under another policy, at the level of the same lateness.",
        groups=STAFF,
    )
    collection_live_date = fields.Date(
        string="Went Live On",
        help="Only debt due before this day starts at the level above; what falls due later "
        "climbs from the first level. Empty when the level is set: that day.",
        groups=STAFF,
    )
    collection_workdays_only = fields.Boolean(
        string="Send on Working Days Only",
        help="On weekends and public holidays of the company's working hours the scheduled "
        "action waits for the next working day.",
        groups=STAFF,
    )
    collection_skip_retention_days = fields.Integer(
        string="Keep Skips (days)", default=90, help="0: for ever.", groups=STAFF
    )
    collection_responsible_id = fields.Many2one(
        "res.users",
        string="Collections Responsible",
        help="Gets the approvals, and the tasks of customers without a collector.",
        groups=STAFF,
    )

    _days_after_sending_positive = models.Constraint(
        "CHECK(min_days_after_sending >= 0)", "Days after sending cannot be negative."
    )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._collection_remember_live_date()
        return companies

    def write(self, vals):
        result = super().write(vals)
        if {"collection_start_level_id", "collection_live_date"} & vals.keys():
            self._collection_remember_live_date()
        return result

    def _collection_remember_live_date(self):
        """Without the day of going live, every later invoice would count as old
        debt, and skip levels whenever a run comes late."""
        for company in self:
            if company.collection_start_level_id and not company.collection_live_date:
                company.collection_live_date = company._collection_today()

    def _collection_rivals(self):
        """Names of other installed modules that remind customers, or ""."""
        rivals = (
            self.env["ir.module.module"]
            .sudo()
            .search([("name", "in", RIVAL_MODULES), ("state", "=", "installed")])
        )
        return ", ".join(rivals.mapped(lambda module: module.shortdesc or module.name))

    def _collection_today(self):
        """The company's local day: of its own time zone, else its calendar's."""
        return datetime.now(self._collection_zone()).date()

    def _collection_local_day(self, moment):
        """The company's local day of a moment as the database keeps it (naive UTC)."""
        return pytz.utc.localize(moment).astimezone(self._collection_zone()).date()

    def _collection_zone(self):
        self.ensure_one()
        return pytz.timezone(self._collection_zone_name())

    @tools.ormcache("self.id")
    def _collection_zone_name(self):
        """Every page that shows a day asks for it; see `res_company_zone` for who clears it."""
        company = self.sudo()
        return company.partner_id.tz or company.resource_calendar_id.tz or "UTC"

    @api.model
    def _collection_today_sql(self, alias, now):
        """The local day of ``alias.company_id``, for queries over several companies.

        :param now: aware ``datetime`` in UTC, or ``SQL`` of a naive one
        """
        return SQL(
            """(
                SELECT (%(now)s::timestamp AT TIME ZONE 'UTC' AT TIME ZONE
                        COALESCE(NULLIF(own.tz, ''), NULLIF(cal.tz, ''), 'UTC'))::date
                  FROM res_company com
                  JOIN res_partner own ON own.id = com.partner_id
                  LEFT JOIN resource_calendar cal ON cal.id = com.resource_calendar_id
                 WHERE com.id = %(company)s
            )""",
            now=now if isinstance(now, SQL) else now.replace(tzinfo=None),
            company=SQL.identifier(alias, "company_id"),
        )

    def _collection_start(self):
        """The go-live limits as the engine reads them."""
        self.ensure_one()
        level = self.sudo().collection_start_level_id
        return ladder.Start(
            self.collection_start_due_date or None,
            level.delay_days if level else None,
            self.collection_live_date or None,
        )

    def _collection_working_day(self, day):
        """``day``, or the next working day when the company sends on these only."""
        self.ensure_one()
        if not self.collection_workdays_only:
            return day
        return workdays.next_working_day(day, *self._collection_calendar(day))

    def _collection_calendar(self, day):
        """Worked weekdays and holidays around ``day``, from the working hours."""
        calendar = self.sudo().resource_calendar_id
        weekdays = {
            int(attendance.dayofweek)
            for attendance in calendar.attendance_ids
            if attendance.day_period != "lunch" and not attendance.display_type
        }
        zone = pytz.timezone(calendar.tz or "UTC")
        holidays = set()
        leaves = calendar.global_leave_ids.filtered(
            lambda leave: leave.date_to.date() >= plus(day, -1)
        )
        for leave in leaves:
            first = pytz.utc.localize(leave.date_from).astimezone(zone).date()
            last = pytz.utc.localize(leave.date_to).astimezone(zone).date()
            holidays.update(first + timedelta(days=n) for n in range((last - first).days + 1))
        return weekdays, holidays

    def _collection_deadline(self, day, level):
        """The firm date a notice of a level sets, on a working day; or None."""
        self.ensure_one()
        if not level.deadline_days:
            return None
        return self._collection_working_day(plus(day, level.deadline_days))

    def _collection_bank(self, currency):
        """The company's first account that takes the currency, else none.

        With the rights of whoever asks: a letter asks in sudo.
        """
        self.ensure_one()
        return self.partner_id.bank_ids.filtered(
            lambda bank: bank.currency_id.id in (False, currency.id)
            and bank.company_id.id in (False, self.id)
        )[:1]

    def _collection_as_staff(self, records):
        """The records as a scheduled action of this company meets them.

        Nobody asked for it: what it writes down (why somebody was not reminded, a task) is
        read by the company's people, so it is in their language.
        """
        lang = self._collection_responsible().lang or self.partner_id.lang
        return records.with_company(self).with_context(lang=lang or self.env.lang)

    def _collection_responsible(self):
        """Who gets the tasks: the responsible, else a manager of the company,
        else the administrator."""
        self.ensure_one()
        company = self.sudo()
        if company.collection_responsible_id.active:
            return company.collection_responsible_id
        # Not by ``env.ref``, which asks each time whether the record is still there.
        group_id = self.env["ir.model.data"]._xmlid_to_res_id(MANAGER_GROUP)
        people = company.env["res.groups"].browse(group_id).all_user_ids.filtered(
            lambda user: company in user.company_ids
            and user.active
            and not user.share
            and user.id != SUPERUSER_ID
        )
        return people[:1] or company.env.ref("base.user_admin")
