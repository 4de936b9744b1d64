from odoo import fields, models
from odoo.tools import html2plaintext


class MailActivity(models.Model):
    _inherit = "mail.activity"

    collection_trouble = fields.Char(
        readonly=True,
        copy=False,
        index="btree_not_null",
        export_string_translation=False,
        help="The kind of daily work that failed; see `res_company_trouble`.",
    )

    def _action_done(self, feedback=False, attachment_ids=None):
        """A call that was made is a contact: it goes into the timeline."""
        calls = (
            self.env["collection.communication"]
            # Safe: only the caller's own activities are closed here.
            .sudo()
            .search([("activity_id", "in", self.ids), ("state", "=", "queued")])
        )
        calls.write(
            {
                "state": "done",
                "date": fields.Datetime.now(),
                "user_id": self.env.uid,
                "outcome": html2plaintext(feedback) if feedback else False,
            }
        )
        return super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
