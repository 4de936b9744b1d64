"""What the benchmarks promise for a hundred thousand items, at a size a test can afford: the
number of SQL queries, which no slow machine changes."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command, sql_db
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.account_collections.benchmarks import screens

from .common import TODAY, CollectionsCommon, later

INSTALMENTS = 10
FEW, MANY = 2, 20  # customers, each with an invoice of as many instalments
# Queries: upper bounds with some room, what was measured behind them.
IDLE = 110  # 100, with the companies of the tests' database
NOTICE = 0.5
# Queries of ours when a page is opened, see `benchmarks/RESULTS.md`.
OURS = {"customer": 10, "invoices": 20, "worklist": 16}


@tagged("post_install", "-at_install")
class TestBenchmarkQueries(CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.term = cls.env["account.payment.term"].create(
            {
                "name": "Instalments",
                "line_ids": [
                    Command.create(
                        {
                            "value": "percent",
                            "value_amount": 100 / INSTALMENTS,
                            "nb_days": number,
                        }
                    )
                    for number in range(INSTALMENTS)
                ],
            }
        )
        cls.customers = cls._add_customers(FEW)

    @classmethod
    def _add_customers(cls, count):
        """Customers with an invoice each, all of whose instalments are overdue."""
        names = [f"Bench {number} of {count}" for number in range(count)]
        customers = cls.env["res.partner"].concat(*map(cls._create_customer, names))
        moves = cls.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": customer.id,
                    "invoice_date": later(-60),
                    "invoice_payment_term_id": cls.term.id,
                    "invoice_line_ids": [
                        Command.create({"name": "Work", "price_unit": 1000, "tax_ids": []})
                    ],
                }
                for customer in customers
            ]
        )
        moves.action_post()
        return customers

    def _queries(self, function, *args):
        """How many queries a call takes that finds nothing in the caches."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function(*args)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _draft(self, on=TODAY):
        return self.env["collection.run"].create({"company_id": self.company.id, "date": on})

    def _propose(self, customers):
        """A proposal's queries; it must be about these customers."""
        run = self._draft()
        queries = self._queries(run.action_propose)
        self.assertEqual(run.notice_ids.partner_id, customers)
        items = run.notice_ids.line_ids.filtered(lambda line: line.kind == "item")
        self.assertEqual(len(items), len(customers) * INSTALMENTS)
        return run, queries

    def test_proposing_costs_the_same_however_many_items(self):
        run, _cold = self._propose(self.customers)
        run.action_cancel()
        run, few = self._propose(self.customers)
        run.action_cancel()
        self.customers |= self._add_customers(MANY - FEW)
        _run, many = self._propose(self.customers)
        self.assertLessEqual(many, few, f"{few} queries for 20 items, {many} for 200")

    def test_a_day_on_which_nothing_is_due_asks_little(self):
        few = self._idle(later(-91))
        self.customers |= self._add_customers(MANY - FEW)
        self.assertLessEqual(self._idle(later(-90)), min(few, IDLE))

    def test_the_day_after_everybody_was_reminded_asks_little(self):
        self.policy.level_ids.min_interval_days = 7
        self._run()
        few = self._idle(later(1))
        self.customers |= self._add_customers(MANY - FEW)
        self._run(on=later(2))
        self.assertLessEqual(self._idle(later(3)), min(few, IDLE))

    def _idle(self, day):
        """The scheduled action's queries on a day that leaves our customers alone."""
        runs = self.env["collection.run"]
        # The first call fills the caches.
        runs._cron_advance(day - timedelta(days=400))
        queries = self._queries(runs._cron_advance, day)
        run = runs.search(
            [("date", "=", day), ("automatic", "=", True), ("company_id", "=", self.company.id)]
        )
        self.assertTrue(run)
        self.assertFalse(run.notice_ids)
        return queries

    def test_issuing_asks_a_little_for_each_notice_and_not_more_for_more(self):
        # The first one fills the caches of templates and views.
        self._issue(self.customers)
        few = self._issue(self._add_customers(FEW))
        many = self._issue(self._add_customers(MANY))
        each = (many - few) / (MANY - FEW)
        self.assertLessEqual(each, NOTICE, f"{few} queries for 2 notices, {many} for 20")
        self.assertLessEqual(many / MANY, few / FEW)

    def test_letters_calls_and_cases_are_not_asked_for_one_by_one(self):
        self.policy.level_ids.write(
            {
                "send_letter": True,
                "make_call": True,
                "opens_case": True,
                "letter_body": "<p>Dear <t t-out='object.partner_id.name'/>,</p>",
                "call_script": "<t t-call='account_collections.mail_notice_items'/>",
            }
        )
        self._issue(self.customers)
        few = self._issue(self._add_customers(FEW))
        many = self._issue(self._add_customers(MANY))
        each = (many - few) / (MANY - FEW)
        self.assertLessEqual(each, NOTICE, f"{few} queries for 2 notices, {many} for 20")

    def _issue(self, customers):
        run = self._draft()
        run.partner_ids = customers
        run.action_propose()
        with patch.object(
            self.env.registry["collection.delivery"], "_render_letters", lambda _self, rows: rows
        ):
            queries = self._queries(run.action_issue)
        self.assertEqual(set(run.notice_ids.mapped("stage")), {"issued"})
        self.assertEqual(run.notice_ids.partner_id, customers)
        return queries

    def test_posting_and_paying_ask_next_to_nothing_of_collections(self):
        """The queries there are; what they cost, `./dev bench --books` says."""
        for measured in (False, True):  # the first one fills the caches
            invoice = self._invoice(10, post=False)
            posting = self._asked_of_collections(invoice.action_post)
            paying = self._asked_of_collections(self._pay, invoice)
            if measured:
                self.assertLessEqual(len(posting), 1, posting)
                self.assertLessEqual(len(paying), 3, paying)

    def _asked_of_collections(self, function, *args):
        """The statements of a call that read a table of ours."""
        asked, execute = [], sql_db.Cursor.execute

        def spy(cursor, query, *rest, **named):
            code = query.code if isinstance(query, SQL) else str(query)
            if 'FROM "collection_' in code or "FROM collection_" in code:
                asked.append(code)
            return execute(cursor, query, *rest, **named)

        self.env.flush_all()
        self.env.invalidate_all()
        with patch.object(sql_db.Cursor, "execute", spy):
            function(*args)
            self.env.flush_all()
        return asked

    def _opening(self, function):
        """Queries of the second opening: the first one fills the caches of views."""
        function()
        return self._queries(function)

    def _of_collections(self, records, kind):
        """Queries that only our fields of a page ask, once all others are there."""
        view = "account.view_out_invoice_tree" if kind == "list" else "base.view_partner_form"
        wanted = screens._specification(self.env, records._name, self.env.ref(view).id, kind)
        own = {name: spec for name, spec in wanted.items() if name.startswith("collection_")}
        self.assertTrue(own)
        core = {name: spec for name, spec in wanted.items() if name not in own}
        self.env.invalidate_all()
        records.web_read(core)
        before = self.env.cr.sql_log_count
        records.web_read(own)
        return self.env.cr.sql_log_count - before

    def test_screens_ask_the_same_however_many_records_they_show(self):
        self._run()
        invoice_list = self.env.ref("account.view_out_invoice_tree").id
        sold = [("move_type", "=", "out_invoice")]
        openings = {
            "customer": lambda: screens.open_form(self.env, self.customers[0]),
            "invoices": lambda: screens.open_list(self.env, "account.move", invoice_list, sold),
            "worklist": lambda: screens.open_list(self.env, "collection.worklist", None, []),
            "notices": lambda: screens.open_list(self.env, "collection.notice", None, []),
        }
        few = {name: self._opening(function) for name, function in openings.items()}
        self._add_customers(MANY)
        for number in range(MANY):
            self._invoice(10 + number, partner=self.customers[0])
        self._run(on=later(1))
        many = {name: self._opening(function) for name, function in openings.items()}
        ours = {
            "customer": self._of_collections(self.customers[0], "form"),
            "invoices": self._of_collections(self.env["account.move"].search(sold), "list"),
            "worklist": many["worklist"],
        }
        self.assertFalse({name: ours[name] for name in OURS if ours[name] > OURS[name]})
        # Another kind of thing to show (a second level) may cost its query, once.
        grown = {name: (few[name], many[name]) for name in few if many[name] > few[name] + 2}
        self.assertFalse(grown, "(queries for few, for many)")
