from odoo import api, fields, models
from odoo.tools import format_date

from ..engine import rates
from ..engine.daycount import half_year_start

REMINDER = "account_collections.mail_activity_type_missing_rate"


class CollectionRateSeries(models.Model):
    """A reference rate that laws refer to, and its values in time.

    Values are public facts, so series belong to no company.
    """

    _name = "collection.rate.series"
    _description = "Reference Rate"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "name, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        copy=False, help="Short name that a file to import may use, in any language."
    )
    active = fields.Boolean(default=True)
    country_id = fields.Many2one("res.country")
    source = fields.Char(string="Publisher")
    validity = fields.Selection(
        [("half_year", "For its half-year only"), ("until_next", "Until the next value")],
        string="A Value Counts",
        default="half_year",
        required=True,
        help="For its half-year only: without a new value on 1 January and 1 July, charging "
        "stops and says so. Until the next value: for rates that change on any day, or never.",
    )
    note = fields.Text(translate=True)
    rate_ids = fields.One2many("collection.rate", "series_id", string="Values")
    current_rate = fields.Float(
        compute="_compute_current", digits=(16, 4), help="Percent a year, today."
    )
    is_current_missing = fields.Boolean(
        string="No Current Value",
        compute="_compute_current",
        search="_search_is_current_missing",
    )

    _code_unique = models.Constraint("UNIQUE(code)", "Another reference rate has this code.")

    @api.depends("rate_ids.date_from", "rate_ids.rate", "validity")
    def _compute_current(self):
        today = fields.Date.context_today(self)
        for series in self:
            rate = series._rate_on(today)
            series.current_rate = rate or 0.0
            series.is_current_missing = rate is None

    @api.model
    def _search_is_current_missing(self, operator, value):
        if operator != "in":
            return NotImplemented
        served = self._domain_served(fields.Date.context_today(self))
        known = self.with_context(active_test=False).search(served).ids
        return [("id", "not in" if True in value else "in", known)]

    @api.model
    def _domain_served(self, day):
        """Series with a value that counts on ``day``."""
        start = half_year_start(day)
        this_half_year = [("date_from", "<=", day), ("date_from", ">=", start)]
        return [
            "|",
            ("rate_ids", "any", this_half_year),
            "&",
            ("validity", "=", "until_next"),
            ("rate_ids.date_from", "<=", day),
        ]

    def _engine_series(self):
        """This series as the engine reads it."""
        self.ensure_one()
        return rates.Series(
            self.name,
            tuple(
                (rate.date_from, rate.rate)
                for rate in self.rate_ids
                # A line that is being typed in has no day yet.
                if rate.date_from
            ),
            self.validity == "half_year",
        )

    def _rate_on(self, day):
        """Percent a year on ``day``, or None where there is no value."""
        try:
            return float(self._engine_series().on(day))
        except rates.MissingRate:
            return None

    def action_open_rates(self):
        """The values as a list, which can be imported and exported."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collections.collection_rate_action"
        )
        return {
            **action,
            "domain": [("series_id", "=", self.id)],
            "context": {"default_series_id": self.id},
        }

    @api.model
    def _remind_missing(self, date):
        """Ask for the values that charges of this half-year will need.

        Whoever is responsible for a company that uses the rate gets one task a
        half-year; it closes itself when the value is entered.

        :param date: a day of the half-year
        """
        # Safe: private, and the scheduler's work is the system's.
        self = self.sudo()
        served = self.search(self._domain_served(date))
        missing = self.search([("validity", "=", "half_year")]) - served
        for company in self.env["res.company"].search([]) if missing else ():
            used = missing._used_by(company)
            if used:
                used._remind(company._collection_responsible(), date)

    def _used_by(self, company):
        """Those of these series that a rule chosen in a company refers to: on a
        level, a policy or a customer."""
        rules = self.env["collection.fee.rule"].search(
            ["|", ("series_id", "in", self.ids), ("floor_series_id", "in", self.ids)]
        )
        policies = self.env["collection.policy"]._usable(company)
        chosen = policies.fee_rule_id | policies.level_ids.fee_rule_id
        partners = self.env["res.partner"].with_company(company)
        for rule in rules - chosen:
            if partners.search_count([("collection_fee_rule_id", "=", rule.id)], limit=1):
                chosen |= rule
        chosen &= rules
        statutory = chosen.filtered(lambda rule: rule.interest_kind == "statutory")
        bearing = chosen.filtered(lambda rule: rule.interest_kind != "none")
        return self & (statutory.series_id | bearing.floor_series_id)

    def _remind(self, user, date):
        """A task for a user, unless he had one in this half-year, even a closed one."""
        self = self.with_context(lang=user.lang)
        start = half_year_start(date)
        asked = self.env["mail.activity"].with_context(active_test=False).search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("activity_type_id", "=", self.env.ref(REMINDER).id),
                ("user_id", "=", user.id),
                ("date_deadline", ">=", start),
            ]
        )
        for series in self.filtered(lambda series: series.id not in asked.mapped("res_id")):
            series.activity_schedule(
                REMINDER,
                date_deadline=date,
                user_id=user.id,
                note=self.env._(
                    "%(series)s has no value for the half-year from %(start)s. Until it is "
                    "entered, no interest that depends on it can be charged.",
                    series=series.name,
                    start=format_date(self.env, start),
                ),
            )

    def _close_reminders(self):
        """Close the tasks that asked for a half-year which now has its value."""
        activities = self.activity_search([REMINDER])
        for series in self:
            done = activities.filtered(
                lambda activity, series=series: activity.res_id == series.id
                and series._rate_on(activity.date_deadline) is not None
            )
            if done:
                done.action_feedback(feedback=self.env._("The value was entered."))
