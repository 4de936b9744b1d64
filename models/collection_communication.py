from odoo import api, fields, models
from odoo.exceptions import UserError

from .pairs import pair

CHANNELS = [
    ("email", "E-mail"),
    ("letter", "Letter"),
    ("sms", "SMS"),
    ("call", "Phone call"),
    ("portal", "Portal"),
    ("meeting", "Meeting"),
]
# Channels by which a notice is written to its customer.
WRITTEN = ("email", "letter", "sms")
# What delivery may still change on a row that left the house.
DELIVERY_FIELDS = {
    "state",
    "failure_kind",
    "failure_reason",
    "resolved",
    "mail_mail_id",
    "activity_id",
    "claimed_on",
    "by_post_service",
    "snailmail_letter_id",
    "batch_id",
    "batch_sequence",
    "page_count",
    "statement_month",
    "tracking_number",
    "proof_attachment_ids",
    "date_delivered",
}
# What came of a contact: known only after it left.
RESULT_FIELDS = {
    "outcome",
    "outcome_code",
    "outcome_date",
    "lateness_reason_id",
    "exception_reason",
    "handled",
    "handled_by_id",
    "handled_on",
    "amount_overdue",
    "date",
    "user_id",
}
# What ties a row to the machinery: through it a person could reach the mails and
# activities of others, so only the system writes it.
SYSTEM_FIELDS = {
    "automatic",
    "mail_mail_id",
    "activity_id",
    "claimed_on",
    "registered",
    "by_post_service",
    "snailmail_letter_id",
    "batch_id",
    "batch_sequence",
    "page_count",
}


class CollectionCommunication(models.Model):
    """Every contact with a customer: in or out, automatic or typed in."""

    _name = "collection.communication"
    _description = "Communication"
    _order = "date desc, id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="restrict"
    )
    recipient_id = fields.Many2one(
        "res.partner", string="Contact", index="btree_not_null", ondelete="restrict"
    )
    notice_id = fields.Many2one(
        "collection.notice", index="btree_not_null", ondelete="restrict", check_company=True
    )
    channel = fields.Selection(CHANNELS, required=True, index=True)
    direction = fields.Selection(
        [("out", "Outgoing"), ("in", "Incoming")], required=True, default="out"
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now, index=True)
    user_id = fields.Many2one(
        "res.users", default=lambda self: self.env.user, index="btree_not_null"
    )
    state = fields.Selection(
        [("queued", "Queued"), ("sent", "Sent"), ("failed", "Failed"), ("done", "Done")],
        required=True,
        default="done",
        index=True,
    )
    address = fields.Char(help="The e-mail address, phone number or postal address used.")
    summary = fields.Char(required=True)
    body = fields.Html(sanitize="email_outgoing")
    # Safe: written by the templates, and frozen.
    text = fields.Html(compute="_compute_text", sanitize=False)
    outcome = fields.Char()
    failure_kind = fields.Selection(
        [
            ("address", "Wrong address"),
            ("temporary", "Could not be sent"),
            ("unknown", "Unknown outcome"),
            ("cancelled", "Not needed any more"),
        ],
        index="btree_not_null",
    )
    failure_reason = fields.Char()
    resolved = fields.Boolean(
        help="A person has dealt with the failure; dunning goes on.",
    )
    automatic = fields.Boolean(
        readonly=True, help="Written by the system: neither edited nor deleted."
    )
    mail_mail_id = fields.Many2one(
        "mail.mail", index="btree_not_null", ondelete="set null", groups="base.group_user"
    )
    activity_id = fields.Many2one("mail.activity", index="btree_not_null", ondelete="set null")
    claimed_on = fields.Datetime(
        help="Set just before the e-mail is handed to the server, so that an interrupted "
        "sending is never repeated without a person."
    )

    @api.depends("body", "notice_id.email_body")
    def _compute_text(self):
        """What was written; what an e-mail of a notice says is kept once, on the notice."""
        for communication in self:
            sent = communication.automatic and communication.channel == "email"
            kept = sent and not communication.body and communication.notice_id.email_body
            communication.text = kept or communication.body

    @api.depends("channel", "summary")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["channel"]._description_selection(self.env))
        for communication in self:
            communication.display_name = pair(
                self.env, labels.get(communication.channel), communication.summary
            )

    @api.model_create_multi
    def create(self, vals_list):
        """Rows typed in by a person are contacts that took place."""
        if not self.env.su:
            # Said, not left out: a default in the context would speak instead.
            nothing = dict.fromkeys(SYSTEM_FIELDS, False)
            vals_list = [{**vals, **nothing} for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and SYSTEM_FIELDS & set(vals):
            raise UserError(self.env._("Only the system says how a message was delivered."))
        if not self.env.su or set(vals) - DELIVERY_FIELDS - RESULT_FIELDS:
            self._check_not_frozen()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        self._check_not_frozen()

    def _check_not_frozen(self):
        """:raises UserError: for what was sent, and for rows the system wrote"""
        if self.filtered(lambda row: row.automatic or row.state == "sent"):
            raise UserError(
                self.env._(
                    "What was sent is kept as it was sent: it can be neither changed nor deleted."
                )
            )

    def action_resolve(self):
        """A person accepts a failed delivery: the letter reached the customer
        another way, or the next level may follow all the same."""
        self.check_access("write")
        self.filtered(lambda row: row.state == "failed").sudo().resolved = True

    def action_mark_posted(self):
        """The person has posted these letters."""
        self.check_access("write")
        letters = self.filtered(lambda row: row.channel == "letter" and row.state == "queued")
        letters.sudo().write(
            {"state": "sent", "date": fields.Datetime.now(), "user_id": self.env.uid}
        )

    def action_open_notice(self):
        self.ensure_one()
        return self.notice_id._get_records_action()

    def _fail(self, kind, reason):
        """Delivery did not work; tell the notices."""
        self.write({"state": "failed", "failure_kind": kind, "failure_reason": reason})
        self.notice_id._on_delivery_failure()

    def _bounced(self, email):
        """The customer's server returned what went to this address."""
        mails = self.filtered(
            lambda row: row.channel == "email" and row.direction == "out" and row.state != "failed"
        )
        reason = self.env._("Returned by %(email)s", email=email)
        # Who has paid was reached: only the address is wrong from now on.
        settled = mails.filtered(lambda row: row.notice_id.state == "settled")
        settled.write({"state": "failed", "failure_kind": "address", "failure_reason": reason})
        (mails - settled)._fail("address", reason)

    def _lost(self, reason):
        """Somebody has taken queued ones out of their queue.

        Those that were being handed over may have arrived. Where the customer is reached
        another way it is left at that; else his level goes back.
        """
        for row in self.filtered(lambda row: row.state == "queued"):
            others = (row.notice_id.communication_ids - row).filtered(
                lambda other: other.direction == "out"
                and other.channel in WRITTEN
                and other.state in ("queued", "sent", "done")
            )
            if others and not row.claimed_on:
                row._not_needed(reason)
            else:
                row._fail("unknown" if row.claimed_on else "temporary", reason)

    def _not_needed(self, reason):
        """It did not leave, and need not any more; the notice has not failed."""
        self.write({"state": "failed", "failure_kind": "cancelled", "failure_reason": reason})

    def _sent(self):
        self.write({"state": "sent", "failure_kind": False, "failure_reason": False})
