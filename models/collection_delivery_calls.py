"""Calls, into the lists of those who make them."""

from odoo import api, fields, models

from .bulk import bulk_copies, bulk_update

# The columns in which one planned call differs from another.
OWN_OF_CALL = ("res_id", "user_id", "date_deadline", "summary", "note")


class CollectionDelivery(models.AbstractModel):
    """The calls of notices, as core's activities: one as core makes it, the others like it."""

    _inherit = "collection.delivery"

    @api.model
    def _plan_calls(self, communications):
        """An activity for each communication."""
        if not communications:
            return
        values = self._prepare_calls(communications)
        # Collectors have their call list; a mail for each call is noise.
        Activity = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
        # What the collector says stands on the notice as it is, too: its template escapes
        # what is not its own, and cleaning it once more costs more than all the rest.
        first = Activity.create({**values[0], "note": False})
        bulk_update(first, [{"id": first.id, "note": values[0]["note"] or None}])
        copies = bulk_copies(
            first,
            [
                {
                    **{name: vals[name] or None for name in OWN_OF_CALL},
                    "res_name": row.notice_id.display_name,
                }
                for row, vals in zip(communications[1:], values[1:], strict=True)
            ],
        )
        self._tell_callers(copies)
        bulk_update(
            communications,
            [
                {"id": row.id, "activity_id": activity.id}
                for row, activity in zip(communications, first | copies, strict=True)
            ],
        )

    @api.model
    def _prepare_calls(self, rows):
        """Values of ``mail.activity`` for each communication."""
        activity_type = self.env.ref("mail.mail_activity_data_call")
        model_id = self.env["ir.model"]._get_id("collection.notice")
        responsible = {
            company: company._collection_responsible() for company in rows.company_id
        }
        return [
            {
                "activity_type_id": activity_type.id,
                "res_model_id": model_id,
                "res_id": row.notice_id.id,
                "user_id": (row.notice_id.collector_id or responsible[row.company_id]).id,
                "date_deadline": row.company_id._collection_working_day(row.notice_id.date),
                "summary": self._call_summary(row),
                "note": row.notice_id.call_script,
            }
            for row in rows
        ]

    @api.model
    def _tell_callers(self, activities):
        """What core does about activities it makes: who is to call follows the notice, and
        what he sees counts them."""
        today = fields.Date.today()
        for user, group in activities.grouped("user_id").items():
            notices = self.env["collection.notice"].browse(group.mapped("res_id"))
            notices.message_subscribe(user.partner_id.ids)
            due = group.filtered(lambda activity: activity.date_deadline <= today)
            if due:
                told = {"activity_created": True, "count_diff": len(due)}
                user._bus_send("mail.activity/updated", told)

    @api.model
    def _call_summary(self, communication):
        phone = communication.address or self.env._("no phone number on file")
        return f"{communication.recipient_id.name} · {phone}"
