"""What the letter and the e-mail of a notice say, ready to be printed.

Everything comes out in the language of the notice. An issued notice reads what
was frozen; a proposal is shown as it would go out today, and nothing is written.
"""

from odoo import api, fields, models
from odoo.tools import is_html_empty

from ..engine import compose

# In the context: what the texts of one moment have worked out for one another.
SAID_ALREADY = "collection_said_already"


class Said(dict):
    """Told from another by identity, as a context asks for."""

    __hash__ = object.__hash__

    def __eq__(self, other):
        return self is other


class CollectionNotice(models.Model):
    _name = "collection.notice"
    _inherit = ["collection.notice", "collection.letter"]

    amount_demanded = fields.Monetary(
        compute="_compute_amount_demanded",
        help="What the notice asks for: after the due date what is overdue, before it "
        "the whole amount.",
    )
    letter_details = fields.Json(
        readonly=True,
        copy=False,
        help="Frozen when issued: whom the letter is addressed to, where to pay, whom to ask.",
    )

    @api.depends("amount_overdue", "amount_charges", "amount_total", "level_id.delay_days")
    def _compute_amount_demanded(self):
        for notice in self:
            is_late = notice.currency_id.compare_amounts(notice.amount_overdue, 0) > 0
            if is_late and notice.level_id.delay_days > 0:
                notice.amount_demanded = notice.amount_overdue + notice.amount_charges
            else:
                notice.amount_demanded = notice.amount_total

    def _frozen_values(self):
        return {**super()._frozen_values(), "letter_details": self._current_details()}

    # In the customer's words

    def _letter_lang(self):
        """The notice's language; when it was switched off since, the company's
        customers are still served, in a language that can be written."""
        self.ensure_one()
        lang = self.lang
        if lang and (lang == self.env.context.get("lang") or self._is_active_lang(lang)):
            return lang
        return self.recipient_id._collection_lang(self.company_id)

    def _is_active_lang(self, code):
        return bool(self.env["res.lang"]._get_data(code=code))

    # What stands on the letter

    def _is_sent(self):
        """False for a proposal and for whatever did not go out in the end."""
        self.ensure_one()
        return self.stage in ("issued", "reversed")

    def _letter_mark(self):
        """What is printed across a letter that is none yet, or ""."""
        notice = self._in_its_language()
        if notice._is_sent():
            return ""
        if notice.stage in ("proposed", "to_approve"):
            return notice.env._("PROPOSAL – not sent")
        return notice.env._("NOT SENT")

    def _letter_title(self):
        """The subject; levels without a letter lend that of their e-mail."""
        notice = self._in_its_language()
        return (
            notice._letter_text("letter_subject")
            or notice.email_subject
            or notice.env._("Payment reminder")
        )

    def _letter_part(self, field):
        """A text of the letter, or None when it says nothing."""
        text = self._letter_text(field)
        return None if is_html_empty(text) else text

    def _letter_demand(self):
        """What is to be paid, and by when."""
        notice = self._in_its_language()
        amount = notice._say_amount(notice.amount_demanded)
        if not notice.deadline_date:
            return notice.env._("Amount payable: %(amount)s", amount=amount)
        return notice.env._(
            "Amount payable by %(date)s: %(amount)s",
            date=notice._say_date(notice.deadline_date, long=True),
            amount=amount,
        )

    def _payment_date(self):
        """The day the notice asks to pay by, or False."""
        self.ensure_one()
        return self.deadline_date

    def _is_partly_overdue(self):
        """True when the total holds something that is not overdue yet."""
        self.ensure_one()
        compare = self.currency_id.compare_amounts
        overdue = self.amount_overdue
        return compare(overdue, 0) > 0 and compare(overdue, self.amount_due) < 0

    def _letter_reference(self):
        """What to write on the transfer; a proposal's number is not given yet."""
        notice = self._in_its_language()
        return (
            notice.payment_reference
            or notice._find_payment_reference()
            or notice.env._("(the number of this letter)")
        )

    def _letter_words(self):
        return self.amount_in_words if self._is_sent() else self._words()

    def _letter_details(self):
        """Address, contact and bank account: ``{"address": [], "contact": {}, "bank": {}}``."""
        self.ensure_one()
        return self.letter_details or self._current_details()

    def _current_details(self):
        self.ensure_one()
        # Safe: exactly what goes to the customer, for whoever may read the notice.
        notice = self.sudo()._in_its_language()
        return {
            "address": notice._letter_address(),
            "contact": notice._prepare_contact(),
            "bank": notice._letter_account()._collection_words(),
        }

    def _prepare_contact(self):
        """Whom to ask: the collector, else the company."""
        company, collector = self.company_id, self.collector_id
        return {
            "name": collector.name or company.name,
            "is_person": bool(collector),
            "phone": collector.phone or company.phone or "",
            "email": collector.email or company.email or "",
        }

    def _letter_account(self):
        """The account to pay into: the frozen one, else the one it would be."""
        return self.partner_bank_id or self._find_bank()

    def _letter_qr_code(self):
        """A QR code to pay with, as a data URI, where core offers one."""
        self.ensure_one()
        # Safe: reads the bank account that is printed beside it.
        notice = self.sudo()
        if not notice.company_id.qr_code or notice.amount_demanded <= 0:
            return None
        reference = notice.payment_reference or notice._find_payment_reference()
        return notice._letter_account().build_qr_code_base64(
            notice.amount_demanded,
            reference,
            reference,
            notice.currency_id,
            notice.partner_id,
            silent_errors=True,
        )

    # The table of items

    def _listed_lines(self):
        """What the notice is about: debts by due date, then credits."""
        self.ensure_one()
        last = fields.Date.to_date("9999-12-31")
        return self.line_ids.filtered(lambda line: line.stage != "dropped").sorted(
            lambda line: (line.kind == compose.CREDIT, line.date_maturity or last, line.id)
        )

    def _letter_table(self):
        """Rows of formatted texts, and which of the optional columns say anything.

        :return: ``{"rows": [dict], "columns": set of names}``
        """
        notice = self._in_its_language()
        lines = notice._listed_lines().filtered(lambda line: not line._is_settled())
        columns = {
            name
            for name, used in (
                ("reference", any(line._letter_own_reference() for line in lines)),
                ("paid", any(line._letter_paid() for line in lines)),
                ("disputed", any(line.amount_disputed for line in lines)),
            )
            if used
        }
        return {"rows": [line._letter_row(notice) for line in lines], "columns": columns}

    def _mail_rows(self):
        """The rows of the e-mail's table."""
        notice = self._in_its_language()
        said = self.env.context.get(SAID_ALREADY)
        key = (notice.id, notice.env.lang)
        if said is not None and key in said:
            return said[key]
        lines = notice._listed_lines().filtered(lambda line: not line._is_settled())
        rows = [line._mail_row(notice) for line in lines]
        if said is not None:
            said[key] = rows
        return rows
