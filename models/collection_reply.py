from odoo import api, fields, models
from odoo.tools import email_normalize_all, html2plaintext

from .mail_thread import AUTOMATIC

TASK = "account_collections.mail_activity_type_reply"


class CollectionCommunication(models.Model):
    """A customer's answer: it pauses reminders until somebody has read it."""

    _inherit = "collection.communication"

    pauses_until = fields.Date(
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The last day on which this answer keeps further reminders back.",
    )
    handled = fields.Boolean(
        copy=False, help="Somebody has read the answer and dealt with it: dunning goes on."
    )
    handled_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    handled_on = fields.Datetime(readonly=True, copy=False)
    is_to_handle = fields.Boolean(
        compute="_compute_is_to_handle",
        search="_search_is_to_handle",
        help="An answer nobody has dealt with yet.",
    )

    @api.depends("direction", "automatic", "handled")
    def _compute_is_to_handle(self):
        for row in self:
            row.is_to_handle = row.direction == "in" and row.automatic and not row.handled

    @api.model
    def _search_is_to_handle(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = [("direction", "=", "in"), ("automatic", "=", True), ("handled", "=", False)]
        return domain if True in value else ["!", "&", "&", *domain]

    @api.model_create_multi
    def create(self, vals_list):
        """Whoever types in a contact has dealt with it; only the system says what an
        answer pauses."""
        if not self.env.su:
            nothing = {"pauses_until": False, "handled_by_id": False, "handled_on": False}
            vals_list = [{**vals, **nothing} for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        """Who has read an answer ticks it, though its text is kept as it came.

        ``pauses_until`` and who handled it are the system's to write.
        """
        if set(vals) == {"handled"} and not self.env.su:
            self.check_access("write")
            return self._set_handled(vals["handled"])
        if not self.env.su:
            vals = {
                name: value
                for name, value in vals.items()
                if name not in ("pauses_until", "handled_by_id", "handled_on")
            }
        return super().write(vals)

    def action_handled(self):
        """The answer was read and dealt with: reminders go on."""
        self.check_access("write")
        self.filtered(lambda row: row.direction == "in")._set_handled(True)

    def action_not_handled(self):
        """It is to be read after all."""
        self.check_access("write")
        self._set_handled(False)

    def _set_handled(self, handled):
        """Said by the person; written in his name, and his task is done."""
        rows = self.sudo()
        tasks = rows.activity_id if handled else rows.activity_id.browse()
        rows.write(
            {
                "handled": handled,
                "handled_by_id": self.env.uid if handled else False,
                "handled_on": fields.Datetime.now() if handled else False,
            }
        )
        # Of several answers to one notice there is one task.
        for task in tasks.exists():
            if not self.sudo().search_count(
                [("activity_id", "=", task.id), ("is_to_handle", "=", True)], limit=1
            ):
                task._action_done()
        return True

    @api.model
    def _receive(self, partner, company, message, notice=None):
        """A mail a customer wrote: in his timeline, with a task for his collector, and no
        further reminder for some days. What a machine wrote is only kept.

        :param message: the posted ``mail.message``
        """
        automatic = bool(self.env.context.get(AUTOMATIC))
        # A mailbox has no language: the company's people read what is written down.
        self = company._collection_as_staff(self)
        row = self.create(
            {
                **self._prepare_received(partner, company, message, notice),
                "handled": automatic,
                "outcome": self.env._("Automatic answer") if automatic else False,
                "pauses_until": not automatic and self._reply_pause(company),
            }
        )
        if not automatic:
            row._give_reply_task()
        return row

    @api.model
    def _is_from_staff(self, message):
        """A colleague who writes into the thread is no customer."""
        return any(user._is_internal() for user in message.author_id.user_ids)

    @api.model
    def _prepare_received(self, partner, company, message, notice):
        plain = html2plaintext(message.body or "").strip()
        return {
            "company_id": company.id,
            "partner_id": partner.id,
            "recipient_id": message.author_id.id,
            "notice_id": notice.id if notice else False,
            "channel": "email",
            "direction": "in",
            "date": message.date or fields.Datetime.now(),
            "state": "done",
            "address": ", ".join(email_normalize_all(message.email_from or ""))
            or message.email_from,
            "summary": message.subject or plain[:80] or "…",
            "body": message.body,
            "automatic": True,
        }

    @api.model
    def _reply_pause(self, company):
        # Safe: the customer who answers on the portal does not read it.
        days = company.sudo().collection_reply_pause_days
        return days > 0 and fields.Date.add(company._collection_today(), days=days)

    def _give_reply_task(self):
        """One open task a notice, or customer, for his collector."""
        self.ensure_one()
        record = self.notice_id or self.partner_id
        open_task = record.activity_search([TASK], only_automated=False)[:1]
        if not open_task:
            customer = self.partner_id.commercial_partner_id
            collector = customer._collection_collectors(self.company_id)[customer.id]
            user = collector or self.company_id._collection_responsible()
            speaking = self.with_context(lang=user.lang or self.env.lang)
            open_task = record.activity_schedule(
                TASK,
                self.company_id._collection_today(),
                summary=speaking.env._("Answer of %(customer)s", customer=customer.name),
                note=self.summary,
                user_id=user.id,
            )
        self.activity_id = open_task


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """Whoever closes the task about an answer has dealt with it."""
        answers = (
            self.env["collection.communication"]
            # Safe: only the caller's own activities are closed here.
            .sudo()
            .search([("activity_id", "in", self.ids), ("is_to_handle", "=", True)])
        )
        answers.write(
            {
                "handled": True,
                "handled_by_id": self.env.uid,
                "handled_on": fields.Datetime.now(),
            }
        )
        return super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
