"""Statements of account: what stands in them, and how they reach the customer."""

import json
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from odoo.addons.mail.tests.common import MockEmail

from .access_common import AccessCommon
from .common import TODAY, later

REPORT = "account_collections.action_report_statement"
MARCH = (TODAY.replace(day=1), TODAY)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestStatement(AccessCommon, MockEmail):
    def _accounts(self, customer=None, date_from=MARCH[0], date_to=TODAY, company=None):
        customer = customer or self.customer
        accounts = self.env["collection.statement"]._build(
            company or self.company, customer, date_from, date_to
        )
        return accounts.get(customer.id, {})

    def _account(self, **values):
        accounts = self._accounts(**values)
        self.assertEqual(len(accounts), 1)
        return next(iter(accounts.values()))

    def _html(self, customers, **data):
        report = self.env["ir.actions.report"]
        html = report._render_qweb_html(REPORT, customers.ids, data=data)[0].decode()
        return html.replace("\u00a0", " ").replace("\u202f", " ")

    def _sums(self, account):
        """What must hold of every account."""
        self.assertAlmostEqual(account.closing, sum(account.aging.values()), places=2)
        self.assertAlmostEqual(account.closing, sum(item.open for item in account.items), places=2)
        moved = account.opening + sum(row.amount for row in account.movements)
        self.assertAlmostEqual(account.closing, moved, places=2)

    # What stands in it

    def test_opening_movements_closing(self):
        old = self._invoice(days_late=70, amount=100.0)
        self._pay(old, amount=30.0, on=TODAY - timedelta(days=60))
        new = self._invoice(days_late=-10, amount=50.0, invoice_date=TODAY - timedelta(days=5))
        payment = self._pay(old, amount=20.0, on=TODAY - timedelta(days=2))
        account = self._account()
        self.assertEqual((account.opening, account.closing), (70.0, 100.0))
        self.assertEqual(
            [(row.document, row.amount, row.balance) for row in account.movements],
            [(new.id, 50.0, 120.0), (payment.move_id.id, -20.0, 100.0)],
        )
        self.assertEqual(account.aging["late_90"], 50.0)
        self.assertEqual(account.aging["not_due"], 50.0)
        self.assertEqual(account.overdue, 50.0)
        self._sums(account)

    def test_as_it_stood_on_an_earlier_day(self):
        """What was paid since was open then."""
        invoice = self._invoice(days_late=40, amount=100.0)
        self._pay(invoice, on=TODAY)
        before = self._account(date_to=later(-1))
        self.assertEqual((before.closing, before.overdue), (100.0, 100.0))
        self._sums(before)
        account = self._account()
        self.assertEqual((account.closing, account.items), (0.0, []))
        self._sums(account)

    def test_credits_not_used_are_no_age(self):
        self._invoice(days_late=10, amount=100.0)
        self._credit_note(30.0)
        self._unallocated_payment(25.0)
        account = self._account()
        self.assertEqual(account.closing, 45.0)
        self.assertEqual((account.aging["late_30"], account.aging["credits"]), (100.0, -55.0))
        self._sums(account)

    def test_instalments_have_each_its_age(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Two halves",
                "line_ids": [
                    (0, 0, {"value": "percent", "value_amount": 50, "nb_days": 10}),
                    (0, 0, {"value": "percent", "value_amount": 50, "nb_days": 90}),
                ],
            }
        )
        self._create_invoice_one_line(
            price_unit=100.0,
            tax_ids=[],
            partner_id=self.customer.id,
            invoice_date=TODAY - timedelta(days=30),
            invoice_payment_term_id=term.id,
            post=True,
        )
        account = self._account()
        self.assertEqual(len(account.movements), 1)
        self.assertEqual((account.aging["late_30"], account.aging["not_due"]), (50.0, 50.0))

    def test_never_a_sum_of_two_currencies(self):
        other = self.setup_other_currency("EUR", rates=[("2016-01-01", 2.0)])
        self._invoice(days_late=10, amount=100.0)
        self._invoice(days_late=10, amount=80.0, currency_id=other.id)
        accounts = self._accounts()
        self.assertEqual(
            {currency.name: account.closing for currency, account in accounts.items()},
            {"EUR": 80.0, self.company.currency_id.name: 100.0},
        )

    def test_paid_in_another_currency(self):
        """The money leaves one account and settles the other: both end at nothing."""
        other = self.setup_other_currency("EUR", rates=[("2016-01-01", 2.0)])
        invoice = self._invoice(days_late=10, amount=80.0, currency_id=other.id)
        payment = self._unallocated_payment(40.0)
        (payment.move_id.line_ids | invoice.line_ids).filtered(
            lambda line: line.account_id == self._item(invoice).account_id
        ).reconcile()
        self.assertTrue(self._item(invoice).reconciled)
        for account in self._accounts().values():
            self.assertEqual((account.closing, account.items), (0.0, []))
            self._sums(account)

    def test_paid_by_another_customer(self):
        payer = self._create_customer("Mother House")
        invoice = self._invoice(days_late=10, amount=80.0)
        payment = self._unallocated_payment(80.0, partner=payer)
        (payment.move_id.line_ids | invoice.line_ids).filtered(
            lambda line: line.account_id == self._item(invoice).account_id
        ).reconcile()
        for customer in (self.customer, payer):
            account = self._account(customer=customer)
            self.assertEqual(account.closing, 0.0)
            self._sums(account)

    def test_each_company_its_own(self):
        other = self.setup_other_company()["company"]
        self._invoice(days_late=10, amount=100.0)
        self.assertFalse(self._accounts(company=other))

    def test_contacts_and_drafts(self):
        """Invoices of a contact stand on the customer's account; drafts on nobody's."""
        contact = self._create_customer("Branch", parent_id=self.customer.id)
        self._invoice(days_late=10, amount=100.0, partner=contact)
        self._invoice(days_late=10, amount=7.0, post=False)
        self.assertEqual(self._account().closing, 100.0)

    def test_constant_number_of_queries(self):
        customers = self.customer
        for number in range(8):
            customers |= self._create_customer(f"Customer {number}")
        for customer in customers:
            self._invoice(days_late=10, partner=customer)
            self._unallocated_payment(5.0, partner=customer)
        build = self.env["collection.statement"]._build
        self.env.flush_all()
        for some in (customers[0], customers):
            with self.assertQueryCount(4):
                build(self.company, some, *MARCH)

    # What is printed

    def test_all_at_once_say_what_each_says_alone(self):
        """And ask the database the same for one customer as for eight."""
        customers = self.env["res.partner"]
        for number in range(8):
            customer = self._create_customer(f"Customer {number}")
            customers |= customer
            invoice = self._invoice(days_late=number * 20, amount=100.0, partner=customer)
            self._pay(invoice, amount=10.0 + number, on=later(-number))
            self._credit_note(5.0, partner=customer)
        statements = self.env["collection.statement"]
        # The first one fills the caches of languages and formats.
        alone = [self._sheets(statements, customer)[0][0] for customer in customers]
        _sheets, few = self._sheets(statements, customers[:2])
        together, many = self._sheets(statements, customers)
        self.assertEqual(together, alone)
        self.assertTrue(all(len(sheet["accounts"][0]["rows"]) > 1 for sheet in together[:2]))
        self.assertLessEqual(many, few)

    def _sheets(self, statements, customers):
        """The sheets, and the queries they took from cold."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        sheets = statements._prepare_sheets(self.company, customers, later(-100), TODAY)
        return sheets, self.env.cr.sql_log_count - before

    def test_printed_in_three_languages(self):
        phrases = {
            "en_US": ("Invoice", "03/21/2026", "1,000.00"),
            "fr_FR": ("21/03/2026", "1 000,00"),
            "ro_RO": ("21.03.2026", "1.000,00"),
        }
        for lang, expected in phrases.items():
            with self.subTest(lang):
                self.env["res.lang"]._activate_lang(lang)
                self.customer.lang = lang
                self._invoice(days_late=10, amount=1000.0)
                html = self._html(self.customer, date_from="2026-03-01", date_to="2026-03-31")
                for phrase in expected:
                    self.assertIn(phrase, html)
                self._credit_note(1000.0)

    def test_hostile_names_are_text(self):
        self.customer.name = "<script>alert(1)</script> {{ 7 * 7 }} 😀"
        invoice = self._invoice(days_late=10)
        invoice.ref = "<t t-out='object'/>"
        html = self._html(self.customer)
        self.assertIn("&lt;script&gt;alert(1)", html)
        self.assertIn("{{ 7 * 7 }} 😀", html)
        self.assertIn("&lt;t t-out=", html)
        self.assertNotIn("<script>alert", html)

    def test_disputes_and_promises_are_noted(self):
        disputed, promised = self._invoice(days_late=10), self._invoice(days_late=20)
        self._pause("dispute", disputed)
        self._pause("promise", promised, date_promised=later(5))
        html = self._html(self.customer, listing="open")
        self.assertIn("in dispute", html)
        self.assertIn("promised for 04/05/2026", html)
        self.assertNotIn("Opening balance", html)

    def test_the_companys_own_words_about_a_payment_stay_in_the_house(self):
        invoice = self._invoice(days_late=10)
        payment = self._pay(invoice, amount=10.0)
        payment.move_id.ref = "Nearly bankrupt"
        self.assertNotIn("bankrupt", self._html(self.customer))

    def test_only_collectors_and_auditors_print(self):
        self._invoice(days_late=10)
        report = self.env["ir.actions.report"]
        for role in ("collector", "auditor"):
            self._as(role, report)._render_qweb_html(REPORT, self.customer.ids)
        for role in ("portal", "salesperson"):
            with self.subTest(role), self.assertRaises(AccessError):
                self._as(role, report)._render_qweb_html(REPORT, self.customer.ids)
        other = self.setup_other_company()["company"]
        with self.assertRaises(AccessError):
            self._as("collector", report)._render_qweb_html(
                REPORT, self.customer.ids, data={"company_id": other.id}
            )

    # How it reaches the customer

    def _wizard(self, customers=None, role="collector", **values):
        action = self._as(role, customers or self.customer).action_collection_statement()
        wizard = self._as(role, self.env["collection.statement.send"]).browse(action["res_id"])
        wizard.write(values)
        return wizard

    def _statements(self, customer=None):
        return self.env["collection.communication"].search(
            [
                ("statement_date_to", "!=", False),
                ("partner_id", "=", (customer or self.customer).id),
            ]
        )

    def test_sent_by_email(self):
        self.company.email = "company@example.com"
        self._invoice(days_late=10, amount=100.0)
        self._wizard().action_send()
        row = self._statements()
        self.assertEqual((row.channel, row.direction, row.state), ("email", "out", "queued"))
        self.assertTrue(row.statement_attachment_id)
        mail = row.mail_mail_id
        self.assertEqual(mail.attachment_ids, row.statement_attachment_id)
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertIn("100.00", mail.body_html)
        with self.mock_mail_gateway():
            mail.send()
        self.assertEqual(row.state, "sent")

    def test_sent_after_quiet_hours(self):
        self.company.write({"collection_quiet_from": 0.0, "collection_quiet_to": 23.5})
        self._invoice(days_late=10)
        self._wizard().action_send()
        self.assertTrue(self._statements().mail_mail_id.scheduled_date)

    def test_no_address_is_said_and_stops_nobody(self):
        lost = self._create_customer("Without Mail", email=False)
        self._invoice(days_late=10)
        self._invoice(days_late=10, partner=lost)
        wizard = self._wizard(self.customer | lost)
        self.assertIn("Without Mail has no e-mail", wizard.problems)
        self.assertEqual(wizard.action_send()["params"]["type"], "warning")
        self.assertEqual(self._statements(lost).state, "failed")
        self.assertEqual(self._statements().state, "queued")
        with self.assertRaises(UserError):
            self._wizard(lost).action_send()

    def test_sent_again(self):
        self.customer.email = False
        self._invoice(days_late=10)
        with self.assertRaises(UserError), self.cr.savepoint():
            self._wizard().action_send()
        statements = self.env["collection.statement"].sudo()
        rows = statements._send(self.company, self.customer, *MARCH)
        self.customer.email = "found@example.com"
        self._as("collector", rows).action_resend()
        self.assertEqual(self._statements().sorted("id").mapped("state"), ["failed", "queued"])

    def test_printed_to_post(self):
        self._invoice(days_late=10)
        action = self._wizard().action_post()
        self.assertEqual(action["report_name"], "account_collections.report_statement")
        json.dumps(action["data"])
        row = self._statements()
        self.assertEqual((row.channel, row.state), ("letter", "queued"))
        self.assertIn("Lyon", row.address)
        self._as("collector", row).action_mark_posted()
        self.assertEqual(row.state, "sent")

    def test_preview_logs_nothing(self):
        self._invoice(days_late=10)
        action = self._wizard(listing="open").action_print()
        self.assertEqual(action["data"]["listing"], "open")
        self.assertFalse(self._statements())

    def test_contact_limit(self):
        self.company.collection_max_contacts = 1
        self._invoice(days_late=10)
        self._wizard().action_send()
        with self.assertRaises(UserError):
            self._wizard().action_send()
        self._wizard(role="manager").action_send()

    def test_what_it_was_about_is_not_typed_in(self):
        values = {
            "company_id": self.company.id,
            "partner_id": self.customer.id,
            "channel": "call",
            "summary": "Called",
        }
        rows = self._as("collector", self.env["collection.communication"])
        row = rows.with_context(default_statement_month=TODAY).create(
            {**values, "statement_date_to": TODAY}
        )
        self.assertFalse(row.sudo().statement_date_to or row.sudo().statement_month)
        with self.assertRaises(UserError):
            row.statement_month = TODAY

    def test_nothing_of_another_company_is_sent(self):
        self._invoice(days_late=10)
        wizard = self._wizard()
        wizard.sudo().company_id = self.setup_other_company()["company"]
        for action in (wizard.action_send, wizard.action_post):
            with self.assertRaises(AccessError):
                action()

    def test_bystanders_open_no_dialog(self):
        for role in ("portal", "salesperson", "auditor"):
            with self.subTest(role), self.assertRaises(AccessError):
                self._as(role, self.customer).action_collection_statement()

    def _ledger(self, customer, day, currency=None):
        """The balance of the receivable account on a day, as core's ledger has it."""
        domain = [
            ("partner_id.commercial_partner_id", "=", customer.id),
            ("account_id.account_type", "=", "asset_receivable"),
            ("parent_state", "=", "posted"),
            ("company_id", "=", self.company.id),
            ("date", "<=", day),
        ]
        if currency:
            domain.append(("currency_id", "=", currency.id))
        lines = self.env["account.move.line"].search(domain)
        return sum(lines.mapped("amount_currency" if currency else "balance"))

    def test_field_bug_d5_aging_is_the_account_of_that_day(self):
        """D5: refunds, partial payments and past days; nothing is subtracted twice."""
        first = self._invoice(days_late=70, amount=100.0)
        second = self._invoice(days_late=40, amount=60.0)
        self._pay(first, amount=30.0, on=later(-50))
        self._pay(second, amount=10.0, on=later(-5))
        note = self._credit_note(25.0)
        (self._item(note) | self._item(first)).reconcile()
        self._credit_note(8.0)
        self._unallocated_payment(5.0)
        self._pay(second, amount=50.0, on=TODAY)
        written = self._invoice(days_late=20, amount=12.0)
        written.button_draft()
        written.button_cancel()
        for back in (120, 90, 69, 50, 49, 30, 6, 5, 1, 0):
            day = later(-back)
            with self.subTest(day=day):
                account = self._accounts(date_to=day, date_from=day).get(
                    self.company.currency_id
                )
                closing = account.closing if account else 0.0
                self.assertAlmostEqual(closing, self._ledger(self.customer, day), 2)
                if account:
                    self._sums(account)

    def test_field_bug_e5_aging_in_the_customers_currency(self):
        """E5, E4: each currency for itself, opening balance too, whatever the rates do."""
        other = self.setup_other_currency(
            "EUR", rates=[("2016-01-01", 2.0), ("2026-03-01", 4.0), ("2026-03-25", 3.0)]
        )
        here = self._invoice(days_late=10, amount=100.0)
        abroad = self._invoice(days_late=40, amount=80.0, currency_id=other.id)
        self._register_payment(
            abroad, payment_date=later(-8), amount=30.0, currency_id=other.id
        )
        self._pay(here, amount=40.0, on=later(-8))
        for back in (45, 20, 9, 8, 0):
            day = later(-back)
            accounts = self._accounts(date_to=day, date_from=later(-9))
            for currency in (self.company.currency_id, other):
                with self.subTest(day=day, currency=currency.name):
                    account = accounts.get(currency)
                    closing = account.closing if account else 0.0
                    self.assertAlmostEqual(
                        closing, self._ledger(self.customer, day, currency), 2
                    )
                    if account:
                        self._sums(account)
        self.assertEqual(accounts[other].aging["late_60"], 50.0)
        self.assertEqual(accounts[other].opening, 80.0)
        self.assertEqual(accounts[self.company.currency_id].aging["late_30"], 60.0)

    def test_field_bug_j2_every_instalment_is_aged(self):
        """J2: one late, one paid, one to come; each by its own due date."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Thirds",
                "line_ids": [
                    (0, 0, {"value": "percent", "value_amount": share, "nb_days": days})
                    for share, days in ((50, 10), (30, 60), (20, 120))
                ],
            }
        )
        invoice = self._create_invoice_one_line(
            price_unit=100.0,
            tax_ids=[],
            partner_id=self.customer.id,
            invoice_date=later(-80),
            invoice_payment_term_id=term.id,
            post=True,
        )
        account = self._account(date_from=later(-80))
        self.assertEqual(
            [account.aging[name] for name in ("late_90", "late_30", "not_due")],
            [50.0, 30.0, 20.0],
        )
        self._pay(invoice, amount=50.0)
        account = self._account(date_from=later(-80))
        self.assertEqual(
            [account.aging[name] for name in ("late_90", "late_30", "not_due")],
            [0.0, 30.0, 20.0],
        )
        self.assertEqual(account.overdue, 30.0)
        self._sums(account)

    def test_customers_with_statements_are_merged(self):
        """Both have last month's: the log of both is kept."""
        double = self._create_customer("The Same")
        log = self.env["collection.communication"].sudo()
        rows = log.create(
            [
                {
                    "company_id": self.company.id,
                    "partner_id": partner.id,
                    "channel": "email",
                    "state": "sent",
                    "summary": "Statement",
                    "statement_month": month,
                }
                for partner, month in (
                    (self.customer, "2026-02-01"),
                    (double, "2026-02-01"),
                    (double, "2026-01-01"),
                )
            ]
        )
        self.env["base.partner.merge.automatic.wizard"].sudo()._merge(
            (self.customer | double).ids, self.customer
        )
        rows.invalidate_recordset()
        self.assertEqual(rows.exists().partner_id, self.customer)
        self.assertEqual(len(rows.exists()), 3)
        self.assertEqual([bool(row.statement_month) for row in rows], [True, False, True])
