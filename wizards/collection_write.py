from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools import format_amount, format_date, html2plaintext

STATEMENT = "account_collections.action_report_statement"
MANAGER_GROUP = "account_collections.group_collections_manager"


class CollectionWrite(models.TransientModel):
    """An e-mail a collector writes himself: in the customer's language, in his timeline,
    and within the contact rules like every other message."""

    _name = "collection.write"
    _description = "Write to the Customer"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", required=True, readonly=True)
    recipient_id = fields.Many2one(
        "res.partner",
        string="To",
        required=True,
        domain="[('commercial_partner_id', '=', partner_id), ('email', '!=', False)]",
    )
    email = fields.Char(related="recipient_id.email")
    lang = fields.Char(compute="_compute_lang")
    lang_name = fields.Char(string="Language", compute="_compute_lang")
    template_id = fields.Many2one(
        "mail.template", domain="[('model', '=', 'res.partner')]"
    )
    notice_id = fields.Many2one(
        "collection.notice",
        string="Answers Go to",
        domain="[('partner_id', '=', partner_id), ('company_id', '=', company_id),"
        " ('stage', '=', 'issued')]",
        help="The customer's answer lands on this notice. Empty: on the customer.",
    )
    subject = fields.Char(
        compute="_compute_texts", store=True, readonly=False, required=True, precompute=True
    )
    body = fields.Html(
        compute="_compute_texts",
        store=True,
        readonly=False,
        sanitize="email_outgoing",
        precompute=True,
    )
    attach_letter = fields.Boolean(string="Attach the Notice's Letter")
    has_letter = fields.Boolean(compute="_compute_has_letter")
    attach_statement = fields.Boolean(string="Attach a Statement of Account")
    attachment_ids = fields.Many2many("ir.attachment", string="Attachments")
    limit_text = fields.Char(compute="_compute_rules")
    leaves_on = fields.Datetime(
        string="Leaves on", compute="_compute_rules", help="After the quiet hours."
    )
    may_override = fields.Boolean(compute="_compute_rules")
    override = fields.Boolean(string="Write All the Same")

    @api.constrains("company_id", "partner_id", "notice_id", "recipient_id")
    def _check_readable(self):
        """The letter shows what is behind them; constraints run in sudo.

        :raises AccessError: for what the user may not read, or a company not his
        :raises ValidationError: for a notice or a contact of somebody else
        """
        for wizard in self:
            if wizard.company_id not in self.env.user.company_ids:
                raise AccessError(self.env._("This company is not one of yours."))
            notice, customer = wizard.notice_id, wizard.partner_id.commercial_partner_id
            for record in (wizard.partner_id, wizard.recipient_id, notice):
                record.with_user(self.env.user).check_access("read")
            if notice and (
                notice.company_id != wizard.company_id or notice.partner_id != customer
            ):
                raise ValidationError(
                    self.env._("This notice is not about this customer and company.")
                )
            recipient = wizard.recipient_id
            # Who receives the reminders may be of another firm: an accountant, say.
            chosen = customer._collection_recipients(wizard.company_id).get(customer.id)
            if recipient.commercial_partner_id != customer and recipient != chosen:
                raise ValidationError(
                    self.env._("“%s” is no contact of this customer.", wizard.recipient_id.name)
                )

    @api.model
    def _open(self, partner):
        """:param partner: the customer, in the company of the environment"""
        self.check_access("create")
        company, customer = self.env.company, partner.commercial_partner_id
        notice = self.env["collection.notice"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "=", customer.id),
                ("stage", "=", "issued"),
            ],
            limit=1,
        )
        wizard = self.create(
            {
                "company_id": company.id,
                "partner_id": customer.id,
                "recipient_id": customer._collection_recipients(company)[customer.id].id,
                "notice_id": notice.id,
            }
        )
        return {
            **wizard._get_records_action(target="new"),
            "name": self.env._("Write to %(name)s", name=customer.display_name),
            "context": {"dialog_size": "large"},
        }

    @api.depends("recipient_id", "company_id")
    def _compute_lang(self):
        names = dict(self.env["res.lang"].get_installed())
        for wizard in self:
            wizard.lang = wizard.recipient_id._collection_lang(wizard.company_id)
            wizard.lang_name = names.get(wizard.lang, wizard.lang)

    @api.depends("recipient_id", "template_id")
    def _compute_texts(self):
        """A greeting, the overdue items and the sender, for the collector to fill in."""
        for wizard in self:
            scoped = wizard.with_context(lang=wizard.lang)
            if wizard.template_id:
                partner = wizard.recipient_id
                template = wizard.template_id
                for name, source in (("subject", "subject"), ("body", "body_html")):
                    texts = template._render_field(source, partner.ids, set_lang=wizard.lang)
                    wizard[name] = texts[partner.id]
            else:
                wizard.subject = scoped._default_subject()
                wizard.body = scoped._default_body()

    def _default_subject(self):
        return self.env._("Your account with %(company)s", company=self.company_id.name)

    def _default_body(self):
        """Rendered in the language of the context."""
        return self.env["ir.qweb"]._render(
            "account_collections.collection_write_body",
            {"wizard": self, "items": self._item_rows(), "sender": self.env.user},
        )

    def _item_rows(self):
        """The overdue items as the customer reads them."""
        company = self.company_id
        items = self.env["account.move.line"]
        items = items.search(
            items._collection_open_domain(company, self.partner_id)
            & Domain("amount_residual", ">", 0)
            & Domain("date_maturity", "<", company._collection_today()),
            order="date_maturity, id",
        )
        return [
            {
                "name": item.move_id.name,
                "due": format_date(self.env, item.date_maturity),
                "amount": format_amount(
                    self.env, item.amount_residual_currency, item.currency_id
                ),
            }
            for item in items
        ]

    @api.depends("notice_id")
    def _compute_has_letter(self):
        for wizard in self:
            wizard.has_letter = bool(wizard.notice_id.letter_attachment_id)

    @api.depends("partner_id", "company_id")
    @api.depends_context("uid")
    def _compute_rules(self):
        for wizard in self:
            rules = self.env["collection.contact.rules"]
            company = wizard.company_id
            limited = rules._limited(company, company._collection_today(), wizard.partner_id)
            now = fields.Datetime.now()
            earliest = rules._earliest(company, now)
            wizard.limit_text = limited.get(wizard.partner_id.id, ("", ""))[1]
            wizard.leaves_on = earliest if earliest > now else False
            wizard.may_override = self.env.user.has_group(MANAGER_GROUP)

    def action_send(self):
        """Queue the e-mail and write it into the customer's timeline.

        :raises UserError: above the limit of contacts, without an address or a text
        """
        self.check_access("write")
        self.ensure_one()
        self.env["collection.communication"].check_access("create")
        self._check_may_write()
        address = self._address()
        mail = self._queue_mail()
        # Safe: the right to log a contact was checked; the mail is the one just made.
        self.env["collection.communication"].sudo().create(
            {
                "company_id": self.company_id.id,
                "partner_id": self.partner_id.id,
                "recipient_id": self.recipient_id.id,
                "channel": "email",
                "direction": "out",
                "state": "queued",
                "address": address,
                "summary": self.subject,
                "body": self.body,
                "user_id": self.env.uid,
                "mail_mail_id": mail.id,
                "exception_reason": self.limit_text if self.override else False,
            }
        )
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger(
            at=self.leaves_on or None
        )
        return {"type": "ir.actions.act_window_close"}

    def _check_may_write(self):
        if self.limit_text and not (self.override and self.may_override):
            raise UserError(
                self.env._(
                    "%(customer)s has been contacted often enough: %(detail)s. A manager of "
                    "collections may write all the same.",
                    customer=self.partner_id.display_name,
                    detail=self.limit_text,
                )
            )
        if not html2plaintext(self.body or "").strip():
            raise UserError(self.env._("Write something to the customer."))

    def _address(self):
        """:raises UserError: when no mail can arrive"""
        emails = self.recipient_id._collection_emails()
        delivery = self.env["collection.delivery"].sudo()
        unusable = delivery._unusable_addresses(self.company_id, self.recipient_id)
        usable = [email for email in emails if email not in unusable]
        if not usable:
            reason = next((unusable[email] for email in emails), "")
            raise UserError(
                self.env._(
                    "%(name)s has no usable e-mail address. %(reason)s",
                    name=self.recipient_id.display_name,
                    reason=reason,
                ).strip()
            )
        return ", ".join(usable)

    def _queue_mail(self):
        record = self.notice_id or self.partner_id
        attachments = self.attachment_ids | self._own_attachments()
        sender = self.env.user.email_formatted or self.company_id.email_formatted
        vals = {
            "model": record._name,
            "res_id": record.id,
            "subject": self.subject,
            "body_html": self.body,
            "body": self.body,
            "recipient_ids": [Command.link(self.recipient_id.id)],
            "attachment_ids": [Command.set(attachments.ids)],
            "auto_delete": False,
            "email_from": sender,
            "author_id": self.env.user.partner_id.id,
        }
        if self.leaves_on:
            vals["scheduled_date"] = self.leaves_on
        # Safe: collectors send what they write; the queue itself is the system's.
        return self.env["mail.mail"].sudo().with_company(self.company_id).create(vals)

    def _own_attachments(self):
        """The notice's letter and the statement, where they were asked for."""
        attachments = self.env["ir.attachment"].sudo()
        if self.attach_letter:
            attachments |= self.notice_id.sudo().letter_attachment_id
        if self.attach_statement:
            report = (
                self.env["ir.actions.report"]
                .sudo()
                .with_company(self.company_id)
                .with_context(lang=self.lang)
            )
            content, kind = report._render_qweb_pdf(STATEMENT, res_ids=self.partner_id.ids)
            name = self.with_context(lang=self.lang).env._("Statement of account")
            attachments |= attachments.create({"name": f"{name}.{kind}", "raw": content})
        return attachments
