from odoo import fields, models

OUTCOMES = [
    ("reached", "Reached"),
    ("voicemail", "Voicemail"),
    ("no_answer", "No answer"),
    ("wrong_number", "Wrong number"),
    ("promised", "Promised to pay"),
    ("disputes", "Disputes"),
    ("refuses", "Refuses to pay"),
    ("already_paid", "Says it is paid"),
]


class CollectionCommunication(models.Model):
    """What came of a contact, in words that can be counted."""

    _inherit = "collection.communication"

    outcome_code = fields.Selection(OUTCOMES, string="Result", index="btree_not_null")
    outcome_date = fields.Date(
        string="Result Date",
        help="The day for which payment was promised, or on which the customer says he paid.",
    )
    exception_reason = fields.Char(
        string="Called in Spite Of",
        readonly=True,
        help="A manager called at a quiet time, or more often than the company allows.",
    )

    def _plan_call_activity(self, user, day):
        """Put a call that no notice has planned into a collector's list."""
        self.ensure_one()
        delivery = self.env["collection.delivery"]
        self.activity_id = self.partner_id.with_context(
            mail_activity_quick_update=True
        ).activity_schedule(
            "mail.mail_activity_data_call",
            day,
            summary=delivery._call_summary(self),
            user_id=user.id,
        )
