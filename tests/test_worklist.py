"""The collector's screen: who stands on it, in which order, why, and what is next."""

import random
from datetime import datetime, timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .access_common import AccessCommon
from .common import TODAY, later


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestWorklist(AccessCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.collection_responsible_id = cls.users["manager"]
        cls.foreign = cls.setup_other_currency("CHF", rates=[("2016-01-01", 2.0)])

    def _row(self, customer=None, role="collector"):
        self.env.invalidate_all()
        rows = self._as(role, self.env["collection.worklist"]).search(
            [("partner_id", "=", (customer or self.customer).id)]
        )
        self.assertLessEqual(len(rows), 1)
        return rows

    def _planned_call(self, days):
        """A call the engine planned, so many days from today."""
        self._item(self.invoice).collection_level_id = self.level_1
        self._item(self.invoice).collection_manual_date = later(-10)
        notice = self._run().notice_ids
        call = notice.communication_ids.filtered(lambda row: row.channel == "call")
        call.activity_id.date_deadline = later(days)
        return call

    # Who

    def test_who_owes_nothing_overdue_is_not_listed(self):
        self._invoice(days_late=0)
        self.assertFalse(self._row(), "the due day itself is never late")
        paid = self._invoice(days_late=20)
        self._pay(paid)
        self.assertFalse(self._row())
        self._invoice(days_late=1)
        self.assertTrue(self._row())

    def test_a_contact_s_invoice_is_his_company_s(self):
        contact = self._create_customer("Branch", parent_id=self.customer.id)
        self._invoice(days_late=5, partner=contact)
        self.assertEqual(self._row().amount_overdue, 100.0)
        self.assertFalse(self._row(contact))

    def test_something_of_collections_due_lists_him_too(self):
        self._invoice(days_late=-10)
        promise = self._pause("promise", date_promised=later(3), amount=50.0)
        self.assertFalse(self._row(), "nothing is due yet")
        promise.date_promised = TODAY
        row = self._row()
        self.assertEqual((row.next_kind, row.next_date, row.is_todo), ("promise", TODAY, True))

    def test_one_row_a_company(self):
        other = self.setup_other_company()["company"]
        self._invoice(days_late=5)
        row = self._row()
        self.assertEqual(row.company_id, self.company)
        both = self.env["collection.worklist"].with_context(
            allowed_company_ids=(self.company | other).ids
        )
        self.assertEqual(len(both.search([("partner_id", "=", self.customer.id)])), 1)
        elsewhere = self.env["collection.worklist"].with_company(other)
        self.assertFalse(
            elsewhere.with_context(allowed_company_ids=other.ids).search(
                [("partner_id", "=", self.customer.id)]
            )
        )

    def test_ids_last(self):
        """A button of a row that was read before acts on the same customer."""
        self._invoice(days_late=5)
        row = self._row()
        self._invoice(days_late=90, partner=self._create_customer("Another"), amount=9999.0)
        self.env.invalidate_all()
        self.assertEqual(row.partner_id, self.customer)
        self.assertEqual(row.id % 1024, self.company.id)

    # How much

    def test_amounts_per_currency_are_never_added(self):
        self._invoice(days_late=5, amount=300.0)
        self._invoice(days_late=-5, amount=50.0)
        self._invoice(days_late=5, amount=80.0, currency_id=self.foreign.id)
        row = self._row()
        company_currency = self.company.currency_id
        self.assertEqual(
            row.amounts,
            {
                str(company_currency.id): [350.0, 300.0],
                str(self.foreign.id): [80.0, 80.0],
            },
        )
        self.assertIn("300.00", row.overdue_text)
        self.assertIn("80.00", row.overdue_text)
        self.assertEqual(row.overdue_text.count("·"), 1)
        self.assertIn("350.00", row.open_text)
        # To rank, at the rate of the books: 80 / 2.
        self.assertAlmostEqual(row.amount_overdue, 340.0)

    def test_credits_count_once_in_their_currency(self):
        self._invoice(days_late=5, amount=300.0)
        self._invoice(days_late=5, amount=80.0, currency_id=self.foreign.id)
        self._unallocated_payment(500.0)
        row = self._row()
        self.assertAlmostEqual(row.amount_overdue, 40.0, msg="the foreign debt is still owed")
        self.assertNotIn("300", row.overdue_text)
        self.assertEqual(row.amounts[str(self.company.currency_id.id)][0], -200.0)

    # In which order, and why

    def test_rank_and_reason(self):
        """Amount × lateness × level × broken promises, each named with its number."""
        invoice = self._invoice(days_late=45, amount=1000.0)
        self._item(invoice).collection_level_id = self.level_2
        self._pause("promise", date_promised=later(-9), state="broken", amount=10.0)
        row = self._row()
        self.assertAlmostEqual(row.priority, 1000.0 * 2.5 * 3 * 2)
        reason = row.priority_reason.replace("\N{NO-BREAK SPACE}", " ")
        for part in ("1,000.00", "2.5 (45 days late)", "3.0 (level 2)", "2.0 (1 promise broken)"):
            self.assertIn(part, reason)
        self.assertEqual(reason.count("×"), 3)

    def test_one_day_late(self):
        self._invoice(days_late=1, amount=1000.0)
        self.assertIn("(1 day late)", self._row().priority_reason)

    def test_lateness_is_weighted_with_amounts(self):
        """An old trifle does not make a large new debt old."""
        self._invoice(days_late=700, amount=1.0)
        self._invoice(days_late=10, amount=999.0)
        self.assertAlmostEqual(self._row().days_late, 10.69)
        self.assertEqual(self._row().date_oldest, later(-700))

    def test_weights_of_the_settings(self):
        invoice = self._invoice(days_late=45, amount=1000.0)
        self._item(invoice).collection_level_id = self.level_2
        self.company.write(
            {"collection_weight_lateness": 0.0, "collection_weight_level": 2.0}
        )
        row = self._row()
        self.assertAlmostEqual(row.priority, 1000.0 * 9)
        self.assertNotIn("late", row.priority_reason)
        self.assertIn("9.0 (level 2)", row.priority_reason)

    def test_sql_and_engine_agree(self):
        dice = random.Random(5)
        for number in range(6):
            customer = self._create_customer(f"Dice {number}")
            for _item in range(dice.randint(1, 3)):
                invoice = self._invoice(
                    days_late=dice.randint(1, 90),
                    amount=dice.randint(10, 5000),
                    partner=customer,
                )
                self._item(invoice).collection_level_id = dice.choice(
                    [self.level_1, self.level_2, self.level_3]
                )
        self.company.write({"collection_weight_amount": 0.7, "collection_weight_lateness": 1.3})
        rows = self._as("collector", self.env["collection.worklist"]).search([])
        self.assertGreaterEqual(len(rows), 6)
        for row in rows:
            self.assertAlmostEqual(row.priority, row._factors().score, delta=0.001)
        self.assertEqual(rows.mapped("priority"), sorted(rows.mapped("priority"), reverse=True))

    # What is next

    def test_a_debt_always_has_a_next_date(self):
        """The ladder's next reminder; after the last level, somebody contacts him."""
        invoice = self._invoice(days_late=5)
        item = self._item(invoice)
        self._run()
        row = self._row()
        self.assertEqual((row.next_kind, row.next_date), ("reminder", later(10)))
        self.assertIn("Level 2", row.next_action)
        self.assertFalse(row.is_todo, "it goes out by itself")
        self.assertEqual(invoice.collection_next_date, row.next_date)
        item.collection_level_id = self.level_3
        self.env["collection.communication"].search([]).sudo().write(
            {"date": datetime(2026, 3, 29), "state": "sent"}
        )
        row = self._row()
        self.assertEqual((row.next_kind, row.next_date), ("contact", later(5)))
        self.env["collection.communication"].search([]).sudo().date = datetime(2026, 3, 1)
        self.assertEqual((self._row().next_date, self._row().is_todo), (TODAY, True))

    def test_who_was_never_reminded_is_due_now(self):
        invoice = self._invoice(days_late=40)
        row = self._row()
        self.assertEqual((row.next_kind, row.next_date), ("reminder", TODAY))
        self.assertEqual(invoice.collection_next_date, TODAY)

    def test_what_is_planned_first_is_next(self):
        self.invoice = self._invoice(days_late=20)
        call = self._planned_call(2)
        row = self._row()
        self.assertEqual((row.next_kind, row.next_date), ("call", later(2)))
        self.customer.activity_schedule(
            "mail.mail_activity_data_todo", later(1), summary="Find the payment"
        )
        row = self._row()
        self.assertEqual((row.next_kind, row.next_date), ("task", later(1)))
        self.assertIn("Find the payment", row.next_action)
        self.customer.activity_ids.unlink()
        call.activity_id.date_deadline = TODAY
        self.assertTrue(self._row().is_todo)

    def test_paused_items_wait_for_the_pause(self):
        invoice = self._invoice(days_late=40)
        hold = self._pause("hold", invoice, date_until=later(12))
        row = self._row()
        self.assertEqual((row.next_kind, row.next_date), ("hold", later(12)))
        self.assertTrue(row.is_held)
        hold.state = "ended"
        self._pause("dispute", invoice, date_deadline=later(4))
        row = self._row()
        self.assertEqual((row.next_kind, row.next_date), ("dispute", later(4)))
        self.assertEqual((row.disputes_open, row.is_held), (1, False))

    def test_an_approval_is_next(self):
        invoice = self._invoice(days_late=40)
        self._item(invoice).collection_level_id = self.level_2
        self._item(invoice).collection_manual_date = later(-9)
        self._run(issue=True)
        self.assertEqual(invoice.collection_notice_ids.stage, "to_approve")
        row = self._row()
        self.assertEqual((row.next_kind, row.is_todo), ("approve", True))
        self.assertEqual(row.action_open_next()["res_id"], invoice.collection_notice_ids.id)

    def test_who_cannot_be_reminded_is_for_a_person(self):
        """The scheduled action has tried; it will not work tomorrow either."""
        silent = self._create_customer("Silent", email=False)
        self._invoice(days_late=5, partner=silent)
        self.assertEqual(self._row(silent).next_kind, "reminder")
        self.env["collection.run"].sudo()._prepare_day(self.company, TODAY)
        row = self._row(silent)
        self.assertEqual((row.next_kind, row.next_date, row.is_todo), ("obstacle", TODAY, True))
        self.assertIn("No recipient", row.next_action)

    def test_last_contact_and_promises(self):
        self._invoice(days_late=40)
        communications = self._as("collector", self.env["collection.communication"])
        for day, state, summary in ((20, "done", "First"), (28, "done", "Last"), (30, "queued", "")):
            communications.create(
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "channel": "meeting",
                    "state": state,
                    "summary": summary or "Planned",
                    "date": datetime(2026, 3, day),
                }
            )
        self._pause("promise", date_promised=later(6), amount=40.0)
        self._pause("promise", date_promised=later(-6), amount=40.0, state="broken")
        row = self._row()
        self.assertEqual(row.last_contact_id.summary, "Last")
        self.assertEqual((row.promises_open, row.promises_broken), (1, 1))
        self.assertEqual(row.promise_date, later(6))
        self.assertIn("04/06/2026", row.promise_text)
        self.assertIn("1 broken", row.promise_text)

    # Whose

    def test_whose_it_is(self):
        self._invoice(days_late=5)
        row = self._row()
        self.assertEqual(row.collector_id, self.users["manager"], "the responsible")
        self.assertFalse(row.assigned_id)
        self.customer.with_company(self.company).collector_id = self.users["collector"]
        row = self._row()
        self.assertEqual(row.collector_id, self.users["collector"])
        self.assertEqual(row.assigned_id, self.users["collector"])

    def test_absences_delegate(self):
        self._invoice(days_late=5)
        self.customer.with_company(self.company).collector_id = self.users["collector"]
        absence = self.env["collection.absence"].create(
            {
                "user_id": self.users["collector"].id,
                "date_from": TODAY,
                "date_until": later(5),
                "delegate_id": self.users["manager"].id,
            }
        )
        row = self._row()
        self.assertEqual(row.collector_id, self.users["manager"])
        self.assertEqual(row.assigned_id, self.users["collector"])
        collectors = self.customer._collection_collectors(self.company)
        self.assertEqual(collectors[self.customer.id], self.users["manager"])
        notice = self._run().notice_ids
        self.assertEqual(notice.collector_id, self.users["manager"], "new tasks are his")
        absence.date_from = later(1)
        self.assertEqual(self._row().collector_id, self.users["collector"])

    # The page and the buttons

    def test_the_page_shows_everything_of_the_customer(self):
        invoice = self._invoice(days_late=5)
        self._unallocated_payment(10.0)
        hold = self._pause("hold", invoice)
        row = self._row()
        self.assertEqual(len(row.item_ids), 2)
        self.assertEqual(row.hold_ids, hold)
        self.assertEqual(row._overdue_items(), self._item(invoice))

    def test_buttons_act_on_the_customer_with_the_row_s_items(self):
        invoice = self._invoice(days_late=5)
        self._invoice(days_late=-5)
        row = self._row()
        for name in ("promise", "dispute", "hold", "plan", "hand_over"):
            with self.subTest(name):
                action = getattr(row, f"action_{name}")()
                context = action["context"]
                self.assertEqual(context["default_partner_id"], self.customer.id)
                self.assertEqual(
                    context["default_move_line_ids"], [Command.set(self._item(invoice).ids)]
                )
        for name in ("call", "write"):
            with self.subTest(name):
                action = getattr(row, f"action_{name}")()
                wizard = self._as("collector", self.env[action["res_model"]]).browse(
                    action["res_id"]
                )
                self.assertEqual(wizard.partner_id, self.customer)

    def test_two_currencies_one_promise(self):
        self._invoice(days_late=5, amount=80.0, currency_id=self.foreign.id)
        large = self._invoice(days_late=3, amount=300.0)
        action = self._row().action_promise()
        self.assertEqual(
            action["context"]["default_move_line_ids"], [Command.set(self._item(large).ids)]
        )

    def test_the_planned_call_is_made(self):
        self.invoice = self._invoice(days_late=20)
        call = self._planned_call(0)
        action = self._row().action_call()
        wizard = self.env["collection.call"].browse(action["res_id"])
        self.assertEqual(wizard.communication_id, call)

    def test_an_auditor_looks_and_does_nothing(self):
        self._invoice(days_late=5)
        row = self._row(role="auditor")
        self.assertTrue(row.priority_reason)
        self.assertTrue(row.item_ids)
        for name in ("promise", "dispute", "hold", "plan", "hand_over", "call", "write", "assign"):
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(row, f"action_{name}")()
        with self.assertRaises(AccessError):
            self._row(role="salesperson")

    # L5

    def test_l5_the_list_costs_the_same_for_few_and_many(self):
        customers = self.env["res.partner"].union(
            *(self._create_customer(f"Customer {number:02}") for number in range(50))
        )
        collectors = [self.users["collector"], self.users["manager"], self.env["res.users"]]
        for number, customer in enumerate(customers):
            self._invoice(days_late=10 + number, amount=100.0 + number, partner=customer)
            customer.with_company(self.company).collector_id = collectors[number % 3]
        self._run()
        view = self.env.ref("account_collections.collection_worklist_view_list")
        names = self.env["collection.worklist"].get_view(view.id)["models"]["collection.worklist"]
        model = self._as("collector", self.env["collection.worklist"])
        counts = []
        for some in (customers[:5], customers):
            domain = [("partner_id", "in", some.ids)]
            for _warm in range(2):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                found = model.web_search_read(
                    domain, {name: {"fields": {"display_name": {}}} if model._fields[name].relational
                             else {} for name in names}, limit=80
                )
            self.assertEqual(len(found["records"]), len(some))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)
        self.assertLess(counts[0], 60)

    def test_l5_a_large_ledger_is_ranked_in_a_moment(self):
        """Only the index decides: no function of the ORM is called for a row."""
        self._invoice(days_late=5)
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.env["collection.worklist"].search([], limit=1)
        self.assertLess(self.env.cr.sql_log_count - before, 25)

    def test_days_are_the_company_s(self):
        """Half past eleven in the evening in New York is still the due day."""
        self.company.partner_id.tz = "America/New_York"
        self._invoice(days_late=0)
        with freeze_time("2026-04-01 03:30:00"):
            self.assertFalse(self._row())
        with freeze_time("2026-04-01 04:30:00"):
            self.assertEqual(self._row().date_oldest, TODAY)
            self.assertEqual(self._row().days_late, 1.0)

    def test_contacts_within_the_page_are_the_newest(self):
        self._invoice(days_late=5)
        moment = datetime(2026, 3, 1)
        self.env["collection.communication"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "channel": "meeting",
                    "summary": str(number),
                    "date": moment + timedelta(hours=number),
                }
                for number in range(45)
            ]
        )
        shown = self._row().communication_ids
        self.assertEqual(len(shown), 40)
        self.assertIn("44", shown.mapped("summary"))
        self.assertNotIn("0", shown.mapped("summary"))
