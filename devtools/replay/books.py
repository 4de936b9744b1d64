"""The ledger's invoices and payments as real documents in Odoo."""

from odoo import Command

# What a constant rate does to the replay: foreign invoices have a company-currency value.
RATES = {"USD": 1.0, "EUR": 0.9, "CAD": 1.33, "GBP": 0.78, "RON": 4.3, "CHF": 0.98}
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    # Nobody gets a mail about a task.
    "mail_activity_quick_update": True,
}


class Books:
    """One company of a fresh database, into which the ledger is booked."""

    def __init__(self, env, ledger):
        self.env = env(context={**env.context, **QUIET})
        self.ledger = ledger
        self.company = self.env.company
        self.items = {}  # invoice number -> id of its receivable item
        self.credits = {}  # payment -> id of its receivable item
        self._prepare_company()
        self.customers = self._create_customers()
        self.manager = self._create_manager()

    def _prepare_company(self):
        company = self.company
        codes = self.ledger.currencies
        currencies = self.env["res.currency"].with_context(active_test=False)
        found = currencies.search([("name", "in", codes)])
        self.currencies = {currency.name: currency for currency in found}
        if not company.chart_template:
            self.env["account.chart.template"].try_loading("generic_coa", company)
        if company.currency_id.name != codes[0]:
            company.currency_id = self.currencies[codes[0]]
        found.active = True
        main = RATES.get(codes[0], 1.0)
        self.env["res.currency.rate"].create(
            [
                {
                    "name": self.ledger.first,
                    "currency_id": currency.id,
                    "company_id": company.id,
                    "rate": RATES.get(currency.name, 1.0) / main,
                }
                for currency in found - company.currency_id
            ]
        )
        company.write({"name": "Replay Inc.", "email": "accounting@example.com"})
        domain = [("company_id", "=", company.id)]
        self.bank = self.env["account.journal"].search([*domain, ("type", "=", "bank")], limit=1)
        self.sales = self.env["account.journal"].search([*domain, ("type", "=", "sale")], limit=1)
        self.income = self.sales.default_account_id

    def _create_customers(self):
        country = self.env.ref("base.us")
        records = self.env["res.partner"].create(
            [
                {
                    "name": name,
                    "is_company": True,
                    "email": f"{name.lower()}@example.com",
                    "phone": "+1 555 0100",
                    "street": "1 Main Street",
                    "city": "Springfield",
                    "zip": "00000",
                    "country_id": country.id,
                }
                for name in self.ledger.customers
            ]
        )
        return dict(zip(self.ledger.customers, records, strict=True))

    def _create_manager(self):
        manager = self.env.ref("account_collections.group_collections_manager")
        return (
            self.env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    "name": "Manager",
                    "login": "manager",
                    "email": "manager@example.com",
                    "group_ids": [Command.link(manager.id)],
                    "company_id": self.company.id,
                    "company_ids": [Command.set(self.company.ids)],
                }
            )
        )

    def post(self, invoices):
        """Create and post the invoices of a day."""
        if not invoices:
            return
        moves = self.env["account.move"].create([self._prepare(invoice) for invoice in invoices])
        moves.action_post()
        for invoice, move in zip(invoices, moves, strict=True):
            self.items[invoice.number] = self._receivable(move).id

    def _prepare(self, invoice):
        return {
            "move_type": "out_invoice",
            "name": invoice.number,
            "journal_id": self.sales.id,
            "partner_id": self.customers[invoice.customer].id,
            "invoice_date": invoice.posted,
            "invoice_date_due": invoice.due,
            "invoice_payment_term_id": False,
            "currency_id": self.currencies[invoice.currency].id,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": invoice.number,
                        "quantity": 1,
                        "price_unit": invoice.cents / 100,
                        "account_id": self.income.id,
                        "tax_ids": [],
                    }
                )
            ],
        }

    def pay(self, payments):
        """Receive the payments of a day; they are allocated by :meth:`allocate`."""
        if not payments:
            return
        records = self.env["account.payment"].create(
            [
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": self.customers[payment.customer].id,
                    "amount": payment.cents / 100,
                    "currency_id": self.currencies[payment.currency].id,
                    "date": payment.paid,
                    "journal_id": self.bank.id,
                }
                for payment in payments
            ]
        )
        records.action_post()
        for payment, record in zip(payments, records, strict=True):
            self.credits[payment] = self._receivable(record.move_id).id

    def allocate(self, payments):
        """Reconcile payments with the invoices they pay: one plan for the whole day."""
        plan = [
            self.env["account.move.line"].browse(
                [
                    self.credits.pop(payment),
                    *(self.items.pop(invoice.number) for invoice in payment.invoices),
                ]
            )
            for payment in payments
        ]
        if plan:
            self.env["account.move.line"]._reconcile_plan(plan)

    def approve(self, notices):
        """Let the manager approve and issue notices, as the buttons do."""
        notices = notices.with_user(self.manager)
        notices.action_approve()
        notices.action_issue()

    def _receivable(self, move):
        return move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )


def deliver(env):
    """Mark the day's e-mails as delivered: nothing is sent in a replay."""
    env.flush_all()
    env.cr.execute("UPDATE mail_mail SET state = 'sent' WHERE state = 'outgoing'")
    env.cr.execute(
        "UPDATE collection_communication SET state = 'sent'"
        " WHERE state = 'queued' AND channel IN ('email', 'letter')"
    )
    env.invalidate_all()
