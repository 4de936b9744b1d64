import logging

import psycopg2

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import exception_to_unicode, format_date

from .collection_delivery_letters import ENGINE_FAILURES
from .collection_issue import RETRY_ERRORS
from .ir_actions_report_engine import PdfEngineError

_logger = logging.getLogger(__name__)

REPORT = "account_collections.action_report_statement"
TEMPLATE = "account_collections.mail_template_statement"


class CollectionStatement(models.AbstractModel):
    """Statements that go to customers, each with its row in the log."""

    _inherit = "collection.statement"

    @api.model
    def _send(
        self, company, customers, date_from, date_to, listing="all", can_wait=False, **values
    ):
        """E-mail their statements to customers; one that fails stops no other.

        :param can_wait: while the PDF engine is in trouble nothing is logged: whoever calls
            comes back
        :param values: further values of the communications
        :return: the communications, those that failed among them
        """
        period = {"date_from": date_from, "date_to": date_to, "listing": listing}
        recipients = customers._collection_recipients(company)
        delivery = self.env["collection.delivery"]
        unusable = delivery._unusable_addresses(
            company, self.env["res.partner"].union(*recipients.values())
        )
        rows = self.env["collection.communication"]
        trouble, failures = delivery._known_trouble(customers), 0
        for customer in customers:
            if trouble and can_wait:
                break
            vals = self._prepare_row(company, customer, recipients[customer.id], period)
            vals |= {"channel": "email", **values}
            vals |= delivery._prepare_email(recipients[customer.id], unusable)
            row, error = self._send_one(company, customer, vals, period, trouble.get(customer))
            rows |= row
            failures += bool(error)
            if failures == ENGINE_FAILURES and not trouble:
                # One may be this customer's own fault; now nobody waits for it again.
                delivery._pause(exception_to_unicode(error))
                trouble = delivery._known_trouble(customers)
        return rows

    @api.model
    def _send_one(self, company, customer, vals, period, trouble):
        """The e-mail of one customer, or the record of what prevents it.

        :param trouble: what the PDF engine has failed with just now, if it has
        :return: his communication, and what the PDF engine failed with, if it did
        """
        rows = self.env["collection.communication"]
        sent = dict(vals)
        try:
            with self.env.cr.savepoint():
                if "failure_kind" not in vals:
                    if trouble:
                        raise trouble
                    sent |= self._prepare_file(company, customer, period)
                    sent |= self._queue_mail(company, customer, sent, period)
                return self._create_row(sent), None
        except RETRY_ERRORS:
            raise
        except psycopg2.IntegrityError:
            # Another process has sent this month's at the same moment.
            _logger.info("Statement of customer %s was sent already", customer.id)
            return rows, None
        except Exception as error:  # noqa: BLE001 - one customer stops no other
            reason = exception_to_unicode(error)
            _logger.warning("Statement of customer %s: %s", customer.id, reason)
            failed = {"state": "failed", "failure_kind": "temporary", "failure_reason": reason}
            is_engine = isinstance(error, PdfEngineError) or self.env[
                "collection.delivery"
            ]._is_engine_missing(error)
            return rows.create({**vals, **failed}), error if is_engine else None

    @api.model
    def _post(self, company, customers, date_from, date_to, listing="all"):
        """Statements to be printed and put into the post; a person says when they were.

        :return: the communications, queued, each with its PDF
        """
        period = {"date_from": date_from, "date_to": date_to, "listing": listing}
        recipients = customers._collection_recipients(company)
        rows = self.env["collection.communication"]
        for customer in customers:
            recipient = recipients[customer.id]
            vals = self._prepare_row(company, customer, recipient, period)
            address = recipient._collection_postal_address()
            vals |= {"channel": "letter", "address": address}
            if not address:
                reason = self.env._("%(name)s has no postal address", name=recipient.name)
                vals |= {
                    "state": "failed",
                    "failure_kind": "address",
                    "failure_reason": reason,
                }
            else:
                vals |= self._prepare_file(company, customer, period)
            rows |= self._create_row(vals)
        return rows

    @api.model
    def _prepare_row(self, company, customer, recipient, period):
        lang = recipient._collection_lang(company)
        scoped = self.with_context(lang=lang)
        return {
            "company_id": company.id,
            "partner_id": customer.id,
            "recipient_id": recipient.id,
            "direction": "out",
            "state": "queued",
            "summary": scoped.env._(
                "Statement of account to %(date)s",
                date=format_date(scoped.env, period["date_to"]),
            ),
            "statement_date_from": period["date_from"],
            "statement_date_to": period["date_to"],
            "automatic": True,
            "user_id": self.env.uid,
        }

    @api.model
    def _render(self, company, customer, period):
        """The PDF of one customer's statement."""
        data = {
            "company_id": company.id,
            "date_from": fields.Date.to_string(period["date_from"]),
            "date_to": fields.Date.to_string(period["date_to"]),
            "listing": period["listing"],
        }
        # Safe: called for a collector, for the scheduler, or for the customer himself.
        report = self.env["ir.actions.report"].sudo().with_company(company)
        return report._render_qweb_pdf(REPORT, customer.ids, data=data)[0]

    @api.model
    def _filename(self, period, lang):
        scoped = self.with_context(lang=lang)
        name = scoped.env._("Statement of account %(date)s", date=period["date_to"])
        return f"{name}.pdf"

    @api.model
    def _prepare_file(self, company, customer, period):
        """The PDF, kept as it goes out."""
        lang = customer._collection_recipients(company)[customer.id]._collection_lang(company)
        file = self.env["ir.attachment"].create(
            {
                "name": self._filename(period, lang),
                "raw": self._render(company, customer, period),
                "mimetype": "application/pdf",
                "res_model": "collection.communication",
                "res_id": 0,
            }
        )
        return {"statement_attachment_id": file.id}

    @api.model
    def _create_row(self, vals):
        """What was sent is written once: the row comes last, with all it is about."""
        row = self.env["collection.communication"].create(vals)
        row.statement_attachment_id.res_id = row.id
        return row

    @api.model
    def _queue_mail(self, company, customer, vals, period):
        """Hand the e-mail to the queue, for a time that is not quiet."""
        recipient = self.env["res.partner"].browse(vals["recipient_id"])
        lang = recipient._collection_lang(company)
        sheet = self._prepare_sheets(company, customer, *period.values())[0]
        template = self.env.ref(TEMPLATE).with_context(lang=lang, statement=sheet)
        # Answers land on the customer.
        values = template._collection_prepare_mail(customer, customer, company, recipient)
        values["attachment_ids"] = [Command.link(vals["statement_attachment_id"])]
        mail = self.env["mail.mail"].create(values)
        return {"body": values["body"], "mail_mail_id": mail.id}
