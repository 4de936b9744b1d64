"""A company of customers with hostile names, and items nobody should have typed."""

import re
from datetime import date

import psycopg2

from odoo import Command
from odoo.exceptions import AccessError, LockError, UserError, ValidationError
from odoo.tests import freeze_time
from odoo.tools import mute_logger

from .absurd_common import FIRST, HOSTILE, LAST
from .charges_common import ChargesCommon
from .common import TODAY, later

# Due dates, and those of the year in which the tests live; None: none at all.
DUE = (FIRST, LAST, None, date(1900, 2, 28), later(-400), later(-31), later(-5), TODAY, later(2))
AMOUNTS = (1e12, 0.001, 999_999_999_999.999, 1.0, 10.0, 123.456)
# What could only come from a template or a markup that was taken for one.
EVALUATED = (str(7 * 19191 * 1000003), "odoo.sql_db.Cursor", "odoo.sql_db.TestCursor")
# What a program says, and no person.
UNEXPLAINED = re.compile(
    "Traceback|psycopg|object has no|division|out of range|verflow|NoneType|unsupported"
    "|not balanced|time data|duplicate key|violates"
)
EXPLAINED = (UserError, ValidationError, AccessError, LockError)

# Each counts rows that must not be.
INCONSISTENT = {
    "notices whose total is not what they add up to": """
        SELECT count(*) FROM collection_notice n JOIN res_currency c ON c.id = n.currency_id
         WHERE abs(n.amount_due + n.amount_charges - n.amount_total) > c.rounding / 2""",
    "notices that demand something else than their lines": """
        SELECT count(*) FROM (
            SELECT n.id FROM collection_notice n
              JOIN collection_notice_line l ON l.notice_id = n.id AND l.stage != 'dropped'
              JOIN res_currency c ON c.id = n.currency_id
             WHERE n.stage = 'issued'
             GROUP BY n.id, c.rounding
            HAVING abs(n.amount_due - sum(l.amount_residual - COALESCE(l.amount_disputed, 0)))
                   > c.rounding / 2) wrong""",
    "notices of nothing": """
        SELECT count(*) FROM collection_notice WHERE stage = 'issued' AND amount_total <= 0""",
    "amounts that are no money of their currency": """
        SELECT count(*) FROM (
            SELECT l.amount_residual AS amount, n.currency_id FROM collection_notice_line l
              JOIN collection_notice n ON n.id = l.notice_id
            UNION ALL SELECT amount_due, currency_id FROM collection_notice
            UNION ALL SELECT amount_total, currency_id FROM collection_notice
            UNION ALL SELECT amount, currency_id FROM collection_charge
            UNION ALL SELECT amount, currency_id FROM collection_promise
        ) every JOIN res_currency c ON c.id = every.currency_id
         WHERE abs(amount - round(amount / c.rounding) * c.rounding) > 0.0000001""",
    "items in another currency than their notice": """
        SELECT count(*) FROM collection_notice_line l JOIN collection_notice n ON n.id = l.notice_id
          JOIN account_move_line i ON i.id = l.move_line_id
         WHERE i.currency_id != n.currency_id""",
    "items twice at a level": """
        SELECT count(*) FROM (
            SELECT 1 FROM collection_notice_line WHERE kind = 'item' AND stage = 'issued'
             GROUP BY move_line_id, level_id, occurrence HAVING count(*) > 1) twice""",
    "items that are not where their last notice left them": """
        SELECT count(*) FROM account_move_line i
          LEFT JOIN LATERAL (
              SELECT l.level_id FROM collection_notice_line l
                JOIN collection_notice n ON n.id = l.notice_id
               WHERE l.move_line_id = i.id AND l.kind = 'item' AND l.stage = 'issued'
               ORDER BY n.date DESC, l.id DESC LIMIT 1) last ON true
         WHERE i.collection_level_id IS DISTINCT FROM last.level_id""",
    "charges that end before they begin": """
        SELECT count(*) FROM collection_charge WHERE date_from > date_to""",
    "charges whose periods add up to something else": """
        SELECT count(*) FROM collection_charge c JOIN res_currency u ON u.id = c.currency_id
         WHERE c.kind = 'interest' AND abs(c.amount - (
               SELECT sum((part ->> 'amount')::numeric)
                 FROM jsonb_array_elements(c.segments) part)) > u.rounding / 2""",
    "pauses that end before they begin": """
        SELECT (SELECT count(*) FROM collection_promise WHERE date_until < date_from
                   AND state != 'draft')
             + (SELECT count(*) FROM collection_hold WHERE date_until < date_from)""",
    "messages that say nothing of whom": """
        SELECT count(*) FROM collection_communication WHERE partner_id IS NULL""",
}


@freeze_time("2026-03-31")
class AbsurdWorld(ChargesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.is_default = False
        cls.policy = cls.env.ref("account_collections.policy_default")
        cls.policy.is_default = True
        cls.levels = cls.policy.level_ids.sorted("delay_days")
        cls.levels.write({"fee_rule_id": cls.rule.id, "requires_approval": False})
        # An ultimatum would open cases, which pause everything else.
        cls.levels.opens_case = False
        cls.currencies = cls.company.currency_id
        for code, rate in (("KWD", 0.3), ("JPY", 150.0), ("XOF", 600.0)):
            currency = cls.env.ref(f"base.{code}")
            currency.active = True
            cls.env["res.currency.rate"].create(
                {"name": "2016-01-01", "currency_id": currency.id, "rate": rate,
                 "company_id": cls.company.id}
            )  # fmt: skip
            cls.currencies |= currency
        cls.customers = cls.env["res.partner"].concat(
            *(cls._hostile(number, text) for number, text in enumerate(HOSTILE))
        )
        cls.invoices = cls.env["account.move"].concat(
            *(
                cls._owes(customer, 2 * number + offset)
                for number, customer in enumerate(cls.customers)
                for offset in range(2)
            )
        )
        cls.env.flush_all()

    @classmethod
    def _hostile(cls, number, text):
        """A customer with one text everywhere; every third has an address that works."""
        return cls._create_customer(
            text[:200],
            email=f"absurd{number}@example.com" if number % 3 else text[:60],
            street=text[:200],
            street2=text,
            city=text[:60],
            phone=text[:30],
            comment=text,
            ref=text[:60],
            vat=False,
        )

    @classmethod
    def _owes(cls, customer, number):
        """An invoice with an absurd amount, whose due date is changed behind the ORM."""
        currency = cls.currencies[number % len(cls.currencies)]
        amount = max(currency.round(AMOUNTS[number % len(AMOUNTS)]), currency.rounding)
        invoice = cls._create_invoice_one_line(
            name=HOSTILE[number % len(HOSTILE)][:200],
            price_unit=amount,
            tax_ids=[],
            partner_id=customer.id,
            currency_id=currency.id,
            ref=HOSTILE[(number + 1) % len(HOSTILE)][:100],
            invoice_date=later(-60),
            invoice_date_due=later(-5),
            invoice_payment_term_id=False,
            post=True,
        )
        cls._fall_due(invoice, DUE[number % len(DUE)])
        return invoice

    @classmethod
    def _fall_due(cls, invoices, day):
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE account_move_line SET date_maturity = %s WHERE id = ANY(%s)",
            (day, cls._item(invoices).ids),
        )
        cls.env.cr.execute(
            "UPDATE account_move SET invoice_date_due = COALESCE(%s, invoice_date)"
            " WHERE id = ANY(%s)",
            (day, invoices.ids),
        )
        cls.env.invalidate_all()

    def setUp(self):
        super().setUp()
        self.refusals = []

    def _issue_all(self, on=TODAY, **values):
        """Propose and issue on a day; nothing may fail but for a reason with words."""
        run = self._run(on=on, **values)
        failed = run.notice_ids.filtered(lambda notice: notice.stage == "failed")
        errors = run.skip_ids.filtered(lambda skip: skip.reason == "error")
        for text in failed.mapped("failure_reason") + errors.mapped("detail"):
            self.assertTrue(text)
            self.assertNotRegex(text, UNEXPLAINED)
        return run

    def _try(self, function, *args, **kwargs):
        """Call it; a refusal must be in words, and leave nothing behind.

        :return: what it returned, or None when it refused
        """
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                result = function(*args, **kwargs)
                self.env.flush_all()
                return result
        except EXPLAINED as error:
            self.assertTrue(str(error.args[0]).strip())
            self.refusals.append(str(error.args[0]))
        except psycopg2.IntegrityError as error:
            # Said in the words of the constraint to whoever comes by a screen.
            self.assertTrue(error.diag.constraint_name)
            self.refusals.append(error.diag.constraint_name)
        self.env.invalidate_all()
        return None

    def assertConsistent(self):
        self.env.flush_all()
        for text, query in INCONSISTENT.items():
            self.env.cr.execute(query)
            self.assertFalse(self.env.cr.fetchone()[0], text)

    def assertHarmless(self, html, where=""):
        """What customers are called is shown, and neither run nor evaluated."""
        html = str(html or "")
        for text in ("<script>alert", "<img src=x", '<t t-out="1/0"', "<GmbH>", *EVALUATED):
            self.assertNotIn(text, html, where)

    def assertAnswered(self, run):
        """Every open item is on a notice, left out with a reason, or knows what is next."""
        lines = run.notice_ids.line_ids.filtered(lambda line: line.stage != "dropped")
        answered = lines.move_line_id | run.skip_ids.move_line_id
        self.env.flush_all()
        self.env.invalidate_all()
        with freeze_time(run.date):
            self._check_answered(answered)
        self.env.invalidate_all()

    def _check_answered(self, answered):
        for item in self._item(self.invoices) - answered:
            if item.reconciled:
                continue
            move = item.move_id
            self.assertIn(move.collection_status, ("waiting", "finished", "paused"), move.name)
            self.assertTrue(
                move.collection_next_date
                or move.collection_status == "finished"
                or move.collection_status_detail,
                move.name,
            )

    def _command(self, records):
        return [Command.set(records.ids)]
