"""What goes to the customer about a plan: its letter, and reminders before its dates."""

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..engine import contact_rules
from ..engine.days import plus

REPORT = "account_collections.action_report_plan"
LETTER = "account_collections.mail_template_plan"
REMINDER = "account_collections.mail_template_plan_reminder"


class CollectionCommunication(models.Model):
    _inherit = "collection.communication"

    plan_id = fields.Many2one(
        "collection.plan", check_company=True, index="btree_not_null", ondelete="set null"
    )
    promise_id = fields.Many2one(
        "collection.promise",
        string="Instalment",
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
        help="The instalment it reminds of.",
    )

    def action_resend(self):
        """Letters of plans and reminders of instalments that did not arrive go out again.

        :raises UserError: for a plan that is not before the customer
        """
        result = super().action_resend()
        # Safe: the right to write was checked; mails are the system's. Who presses twice
        # finds them locked, or dealt with.
        failed = self.filtered("plan_id").sudo().try_lock_for_update()
        failed.invalidate_recordset(["state", "resolved"])
        for row in failed.filtered(lambda row: row._is_undelivered() and row.automatic):
            row.resolved = True
            row.plan_id._queue_again(row.promise_id)
        return result


class CollectionPlan(models.Model):
    _inherit = "collection.plan"

    communication_ids = fields.One2many("collection.communication", "plan_id", readonly=True)

    def action_print(self):
        """The letter for signature."""
        self.check_access("read")
        return self.env.ref(REPORT).report_action(self)

    def action_send(self):
        """E-mail the letter for signature.

        :raises UserError: when it cannot reach the customer
        """
        self.check_access("write")
        self._check_limit()
        self.action_propose()
        for plan in self:
            # Safe: the right to write was checked; mails are the system's.
            row = plan.sudo()._queue_letter()
            if row.state == "failed":
                raise UserError(row.failure_reason)
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    def _queue_letter(self):
        """:return: the communication with the letter for signature, failed without an address"""
        self.ensure_one()
        row = self._queue(LETTER, self)
        if row.state == "queued":
            name = self.with_context(lang=self._letter_lang())._letter_filename()
            row.mail_mail_id.attachment_ids = [
                Command.create(
                    {
                        "name": f"{name}.pdf",
                        "raw": self._render_letter(),
                        "mimetype": "application/pdf",
                        "res_model": self._name,
                        "res_id": self.id,
                    }
                )
            ]
        return row

    def _queue_again(self, instalment):
        """What did not arrive, once more.

        :param instalment: the one reminded of; none: the letter of the plan
        :raises UserError: for a plan that is not before the customer
        """
        self.ensure_one()
        if self.state not in ("proposed", "active"):
            raise UserError(
                self.env._(
                    "%(plan)s is a draft or has ended: there is nothing to send.", plan=self.name
                )
            )
        if instalment:
            instalment.reminder_id = self._queue(REMINDER, instalment)
        else:
            self._queue_letter()
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    def _check_limit(self):
        """:raises UserError: for a collector, when the customer was contacted often enough"""
        for company, plans in self.grouped("company_id").items():
            customers = plans.partner_id.commercial_partner_id
            self.env["collection.contact.rules"]._check_limit(company, customers)

    def _render_letter(self):
        # Safe: the letter of the plan the caller may write.
        report = self.env["ir.actions.report"].sudo().with_company(self.company_id)
        return report._render_qweb_pdf(REPORT, self.ids)[0]

    def _remind(self, company, today):
        """An e-mail before the next instalment, once, when the customer may be contacted."""
        self.ensure_one()
        due = self.promise_ids.filtered(
            lambda line: line.state == "open"
            and not line._is_reminded(today)
            and self._remind_on(line) <= today < line.date_promised
            and line.currency_id.compare_amounts(line.amount_received, line.amount) < 0
        ).sorted("date_promised")[:1]
        customer = self.partner_id.commercial_partner_id
        if not due or customer.id in self.env["collection.contact.rules"]._limited(
            company, today, customer
        ):
            return
        due.reminder_id.resolved = True
        due.reminder_id = self._queue(REMINDER, due)
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    def _remind_on(self, line):
        """The day of an instalment's reminder; days on which nobody is contacted are
        passed over backwards, or it would leave when the instalment is late."""
        if not self.reminder_days:
            return line.date_promised
        day = plus(line.date_promised, -self.reminder_days)
        return contact_rules.last_allowed_day(day, self.company_id._collection_quiet(day))

    def _queue(self, template, record):
        """An e-mail by a template about ``record``, and its row in the log.

        :return: the communication, failed when there is no address
        """
        self.ensure_one()
        company, recipient = self.company_id, self.recipient_id
        template = self.env.ref(template).with_context(lang=self._letter_lang())
        # Answers land on the plan.
        mail = template.with_company(company)._collection_prepare_mail(
            record, self, company, recipient
        )
        if self.user_id.email_formatted:
            mail["email_from"] = self.user_id.email_formatted
        row = self.env["collection.communication"].create(
            {
                "company_id": company.id,
                "partner_id": self.partner_id.commercial_partner_id.id,
                "recipient_id": recipient.id,
                "plan_id": self.id,
                "promise_id": record.id if record._name == "collection.promise" else False,
                "channel": "email",
                "direction": "out",
                "state": "queued",
                "summary": mail["subject"],
                "body": mail["body"],
                "automatic": True,
                "user_id": self.env.uid,
                **self._prepare_email(),
            }
        )
        if row.state == "queued":
            row.mail_mail_id = self.env["mail.mail"].create(mail)
        return row

    def _message_post_after_hook(self, message, msg_values):
        """The customer's answer, with the signed letter perhaps: somebody reads it."""
        rows = self.env["collection.communication"].sudo().with_context(default_plan_id=self.id)
        if message.message_type == "email" and not rows._is_from_staff(message):
            rows._receive(self.partner_id.commercial_partner_id, self.company_id, message)
        return super()._message_post_after_hook(message, msg_values)

    def _message_receive_bounce(self, email, partner):
        """The customer's server returned the mail."""
        result = super()._message_receive_bounce(email, partner)
        self.sudo().communication_ids._bounced(email)
        return result

    def _mail_get_partner_fields(self, introspect_fields=False):
        return ["recipient_id", "partner_id"]

    def _prepare_email(self):
        """The address, or why there is none."""
        delivery = self.env["collection.delivery"]
        unusable = delivery._unusable_addresses(self.company_id, self.recipient_id)
        return delivery._prepare_email(self.recipient_id, unusable)


class CollectionPromise(models.Model):
    _inherit = "collection.promise"

    reminder_id = fields.Many2one(
        "collection.communication",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    def _is_reminded(self, today):
        """True when the customer was reminded, may have been, or cannot be.

        What failed today is not tried again today, nor at an address known to be wrong,
        nor when a person has dealt with it.
        """
        self.ensure_one()
        last = self.reminder_id
        if not last or last.state != "failed" or last.resolved:
            return bool(last)
        if last.failure_kind == "address" and "failure_kind" in self.plan_id._prepare_email():
            return True
        return (
            last.failure_kind not in ("address", "temporary")
            or self.company_id._collection_local_day(last.date) >= today
        )

    def _is_overtaken(self):
        """True when there is nothing to remind of any more."""
        self.ensure_one()
        items = self.move_line_ids
        if self.state != "open" or self.date_promised < self.company_id._collection_today():
            return True
        return bool(items) and all(items.mapped("reconciled"))


class MailMail(models.Model):
    _inherit = "mail.mail"

    @api.model
    def _collection_overtaken(self, rows):
        """Reminders of instalments that were paid, or of plans that have ended, since."""
        # Money that came since the reminder was written is counted now.
        for company, promises in rows.promise_id.grouped("company_id").items():
            promises._evaluate(company, company._collection_today())
        return rows.filtered(lambda row: row.promise_id and row.promise_id._is_overtaken())

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        """Nobody is reminded of an instalment he has paid meanwhile."""
        rows = self._collection_overtaken(self._collection_rows())
        rows._not_needed(self.env._("Nothing left to collect"))
        return super().send(
            auto_commit=auto_commit,
            raise_exception=raise_exception,
            post_send_callback=post_send_callback,
        )
