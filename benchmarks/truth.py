"""The truth: ten customers and their hundred invoices, made through the ORM and posted.

Nothing here knows the module: the same ledger serves databases with and without it.
"""

from datetime import timedelta

from odoo import Command

from .sizes import CREDIT_NOTES, CUSTOMERS, DUE, INVOICES, PAYMENTS

FIRST_DELAY = 3  # days late at which the default policy's first level after the date comes
LATER = 10  # days until the first invoice that is not yet due falls due
TERM = 30  # days from invoice to due date

QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}
# What one euro costs.
RATES = {"USD": 1.1, "RON": 5.0}
COMPANY = {
    "name": "Bench SA",
    "street": "1 rue de la Paix",
    "zip": "75002",
    "city": "Paris",
    "email": "accounting@bench.example",
    "phone": "+33 1 40 00 00 00",
}
# Country, language, postal code, city, phone.
PLACES = (
    ("fr", "fr_FR", "69001", "Lyon", "+33 4 72 00 00 {:02}"),
    ("ro", "ro_RO", "400001", "Cluj-Napoca", "+40 264 000 0{:02}"),
    ("uk", "en_US", "EC1A 1BB", "London", "+44 20 7000 00{:02}"),
    ("be", "fr_FR", "1000", "Bruxelles", "+32 2 500 00 {:02}"),
    ("de", "en_US", "10115", "Berlin", "+49 30 00000 0{:02}"),
)


class Truth:
    """The records that are multiplied afterwards: ``customers``, ``moves``, ``payments``."""

    def __init__(self, env, day):
        self.env = env(context={**env.context, **QUIET})
        self.day = day
        self.company = self.env.company
        self._activate_languages()
        self._prepare_company()
        self.customers = self._create_customers()
        self.moves = self._create_invoices() | self._create_credit_notes()
        self.moves.action_post()
        self.payments = self._create_payments()
        self.payments.action_post()
        self.moves |= self.payments.move_id
        self.env.flush_all()

    def _activate_languages(self):
        languages = sorted({place[1] for place in PLACES} - {"en_US"})
        for language in languages:
            self.env["res.lang"]._activate_lang(language)
        modules = self.env["ir.module.module"]
        ours = modules.search([("name", "=", "account_collections"), ("state", "=", "installed")])
        modules._load_module_terms(ours.mapped("name"), languages)

    def _prepare_company(self):
        currencies = self.env["res.currency"].with_context(active_test=False)
        found = currencies.search([("name", "in", ["EUR", *RATES])])
        found.active = True
        self.currencies = {currency.name: currency for currency in found}
        euro = self.currencies["EUR"]
        self.company.write({**COMPANY, "country_id": self.env.ref("base.fr").id})
        if not self.company.chart_template:
            self.env["account.chart.template"].try_loading("generic_coa", self.company)
        self.company.currency_id = euro
        self.env["res.currency.rate"].search([("currency_id", "in", found.ids)]).unlink()
        self.env["res.currency.rate"].create(
            [
                {
                    "name": self.day - timedelta(days=365),
                    "currency_id": self.currencies[code].id,
                    "company_id": self.company.id,
                    "rate": rate,
                }
                for code, rate in RATES.items()
            ]
        )
        self.env["res.partner.bank"].create(
            {"acc_number": "FR7630006000011234567890189", "partner_id": self.company.partner_id.id}
        )
        of_company = [("company_id", "=", self.company.id)]
        journals = self.env["account.journal"]
        self.bank = journals.search([*of_company, ("type", "=", "bank")], limit=1)
        self.sales = journals.search([*of_company, ("type", "=", "sale")], limit=1)
        self.income = self.sales.default_account_id

    def _create_customers(self):
        return self.env["res.partner"].create(
            [self._prepare_customer(number) for number in range(CUSTOMERS)]
        )

    def _prepare_customer(self, number):
        country, language, code, city, phone = PLACES[number % len(PLACES)]
        return {
            "name": f"Customer {number}",
            "ref": f"C{number}",
            "is_company": True,
            "customer_rank": INVOICES // CUSTOMERS,
            "lang": language,
            "email": f"customer{number}@customers.example",
            "phone": phone.format(number),
            "street": f"{number + 1} Main Street",
            "zip": code,
            "city": city,
            "country_id": self.env.ref(f"base.{country}").id,
        }

    def _create_invoices(self):
        """65 that are 3 to 67 days late, 35 that fall due in 10 to 44 days, mixed."""
        due_days = [-FIRST_DELAY - number for number in range(DUE)]
        due_days += [LATER + number for number in range(INVOICES - DUE)]
        return self.env["account.move"].create(
            [
                # 37 and 100 have no common divisor: every customer gets some of each.
                self._prepare_invoice(number, due_days[number * 37 % INVOICES])
                for number in range(INVOICES)
            ]
        )

    def _prepare_invoice(self, number, due_days):
        customer = self.customers[number % CUSTOMERS]
        return {
            "move_type": "out_invoice",
            "partner_id": customer.id,
            "journal_id": self.sales.id,
            "currency_id": self._currency(number).id,
            "invoice_date": self._invoice_date(due_days),
            "invoice_date_due": self.day + timedelta(days=due_days),
            "invoice_payment_term_id": False,
            "invoice_line_ids": self._prepare_lines(100 + number * 12.5),
        }

    def _invoice_date(self, due_days):
        return min(self.day, self.day + timedelta(days=due_days - TERM))

    def _currency(self, number):
        """Two customers also buy in another currency."""
        foreign = {1: "RON", 2: "USD"}.get(number % CUSTOMERS)
        return self.currencies[foreign if foreign and number // CUSTOMERS % 2 else "EUR"]

    def _prepare_lines(self, amount):
        line = {
            "name": "Service",
            "quantity": 1,
            "price_unit": amount,
            "account_id": self.income.id,
            "tax_ids": [],
        }
        return [Command.create(line)]

    def _create_credit_notes(self):
        return self.env["account.move"].create(
            [
                {
                    "move_type": "out_refund",
                    "partner_id": self.customers[number].id,
                    "journal_id": self.sales.id,
                    "currency_id": self.currencies["EUR"].id,
                    "invoice_date": self.day - timedelta(days=5),
                    "invoice_date_due": self.day - timedelta(days=5),
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": self._prepare_lines(40 + number),
                }
                for number in range(CREDIT_NOTES)
            ]
        )

    def _create_payments(self):
        return self.env["account.payment"].create(
            [
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": self.customers[CUSTOMERS - 1 - number].id,
                    "amount": 60 + number,
                    "currency_id": self.currencies["EUR"].id,
                    "date": self.day - timedelta(days=4),
                    "journal_id": self.bank.id,
                }
                for number in range(PAYMENTS)
            ]
        )
