from odoo import fields, models

from ..engine import contact_rules
from .res_partner import STAFF

# Rest days of a company that has no working hours: Saturday and Sunday.
WORKED_DAYS = frozenset(range(5))


class ResCompany(models.Model):
    """How often and when the company's customers may be contacted."""

    _inherit = "res.company"

    collection_max_contacts = fields.Integer(
        string="Contacts a Week",
        help="A customer is contacted at most this many times in seven days, whatever the "
        "channel; a notice counts once, however many ways it takes. 0: no limit.",
        groups=STAFF,
    )
    collection_quiet_from = fields.Float(
        string="Quiet From",
        help="From this time on (the company's local time) no message leaves and nobody is "
        "called. The same as the end: no quiet hours.",
        groups=STAFF,
    )
    collection_quiet_to = fields.Float(string="Quiet Until", groups=STAFF)
    collection_quiet_weekend = fields.Boolean(
        string="Quiet on Rest Days",
        help="Days without working hours; without a working schedule, Saturday and Sunday.",
        groups=STAFF,
    )
    collection_quiet_holidays = fields.Boolean(
        string="Quiet on Public Holidays",
        help="The public holidays of the company's working hours.",
        groups=STAFF,
    )
    collection_already_paid_days = fields.Integer(
        string="Time to Find a Payment",
        default=7,
        help="When a customer says on the phone that he has paid, the items wait this many "
        "days while somebody looks for the payment.",
        groups=STAFF,
    )
    collection_call_template_id = fields.Many2one(
        "mail.template",
        string="General Call Script",
        domain="[('model', '=', 'res.partner')]",
        ondelete="set null",
        help="What to say in a call that no level has planned. Empty: the one that comes "
        "with the module.",
        groups=STAFF,
    )

    _collection_max_contacts_positive = models.Constraint(
        "CHECK(collection_max_contacts >= 0)", "The number of contacts cannot be negative."
    )
    _collection_quiet_hours_sane = models.Constraint(
        "CHECK(collection_quiet_from >= 0 AND collection_quiet_from < 24"
        " AND collection_quiet_to >= 0 AND collection_quiet_to < 24)",
        "Quiet hours lie between 0:00 and 23:59.",
    )
    _collection_already_paid_days_positive = models.Constraint(
        "CHECK(collection_already_paid_days >= 0)",
        "The days to find a payment cannot be negative.",
    )

    def _collection_quiet(self, day):
        """The quiet times around ``day``, as the engine reads them."""
        self.ensure_one()
        company = self.sudo()
        weekdays, holidays = frozenset(), frozenset()
        if company.collection_quiet_weekend or company.collection_quiet_holidays:
            worked, free = company._collection_calendar(day)
            if company.collection_quiet_weekend:
                weekdays = frozenset(worked) or WORKED_DAYS
            if company.collection_quiet_holidays:
                holidays = frozenset(free)
        return contact_rules.Quiet(
            company.collection_quiet_from, company.collection_quiet_to, weekdays, holidays
        )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_max_contacts = fields.Integer(
        related="company_id.collection_max_contacts", readonly=False
    )
    collection_quiet_from = fields.Float(
        related="company_id.collection_quiet_from", readonly=False
    )
    collection_quiet_to = fields.Float(related="company_id.collection_quiet_to", readonly=False)
    collection_quiet_weekend = fields.Boolean(
        related="company_id.collection_quiet_weekend", readonly=False
    )
    collection_quiet_holidays = fields.Boolean(
        related="company_id.collection_quiet_holidays", readonly=False
    )
    collection_already_paid_days = fields.Integer(
        related="company_id.collection_already_paid_days", readonly=False
    )
    collection_call_template_id = fields.Many2one(
        related="company_id.collection_call_template_id", readonly=False
    )
