"""Promises: what they pause, what came of them, and what follows a broken one."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import TODAY, CollectionsCommon, later


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestPromises(CollectionsCommon):
    def _promise(self, invoices=None, days=7, **values):
        values.setdefault("date_from", TODAY)
        return self._pause("promise", invoices, date_promised=later(days), **values)

    def _follow_up(self, days):
        self.env["collection.promise"]._cron_follow_up(later(days))

    # Making one

    def test_dialog_suggests_what_is_open(self):
        """On one, several or all items; the amount is theirs."""
        first, second = self._invoice(5, 100.0), self._invoice(4, 60.0)
        rows = ((first, 100.0), (first | second, 160.0), (None, 160.0))
        for invoices, amount in rows:
            items = self._item(invoices) if invoices else self.env["account.move.line"]
            action = self.env["collection.promise"]._open_dialog(self.customer, items)
            form = Form(self.env["collection.promise"].with_context(**action["context"]))
            form.reason = "On the phone"
            form.date_promised = later(7)
            promise = form.save()
            self.assertEqual(promise.amount, amount)
            self.assertEqual(promise.move_line_ids, items)
            self.assertEqual((promise.date_from, promise.date_until), (TODAY, later(7)))
            promise.action_cancel()

    def test_from_invoices_and_from_a_notice(self):
        first, second = self._invoice(5, 100.0), self._invoice(4, 60.0)
        other = self._invoice(5, partner=self._create_customer("Other"))
        for name in ("action_collection_promise", "action_collection_plan"):
            context = getattr(first | second, name)()["context"]
            items = [Command.set(self._item(first | second).ids)]
            self.assertEqual(context["default_move_line_ids"], items)
            with self.assertRaisesRegex(UserError, "one customer"):
                getattr(first | other, name)()
        notice = self._run().notice_ids.filtered(lambda one: one.partner_id == self.customer)
        context = notice.action_promise()["context"]
        items = set(self._item(first | second).ids)
        self.assertEqual(set(context["default_move_line_ids"][0][2]), items)
        self._pay(first)
        with self.assertRaisesRegex(UserError, "Nothing is open"):
            first.action_collection_promise()

    def test_a_typed_amount_stays(self):
        promise = self._promise(self._invoice(5), amount=40.0)
        promise.write({"reason": "Another", "date_promised": later(9)})
        self.assertEqual(promise.amount, 40.0)

    def test_one_currency_a_promise(self):
        francs = self.setup_other_currency("CHF", rates=[("2020-01-01", 2.0)])
        own = self._invoice(5)
        other = self._invoice(5, currency_id=francs.id)
        self.assertEqual(self._promise(other).currency_id, francs)
        with self.assertRaisesRegex(ValidationError, "one currency"):
            self._promise(own | other)
        with self.assertRaisesRegex(UserError, "one currency"):
            self.env["collection.promise"]._open_dialog(
                self.customer, self._item(own | other)
            )

    def test_grace_prolongs_the_pause(self):
        """The company's days of grace, or the promise's own."""
        self.company.collection_promise_grace_days = 3
        invoice = self._invoice(5)
        promise = self._promise(invoice)
        self.assertEqual(promise.date_until, later(10))
        self.assertSkipped(self._run(on=later(10)), invoice, "promise")
        promise.grace_days = 1
        self._run(on=later(9))
        self.assertEqual(invoice.collection_level_id, self.level_1)

    # What came of it

    def test_kept_by_money_allocated_or_not(self):
        for how in ("allocated", "unallocated", "bank"):
            with self.subTest(how):
                customer = self._create_customer(f"Customer {how}")
                invoice = self._invoice(5, partner=customer)
                promise = self._promise(invoice)
                if how == "allocated":
                    self._pay(invoice, on=later(6))
                elif how == "unallocated":
                    self._unallocated_payment(100.0, partner=customer, on=later(7))
                else:
                    self._bank_entry(customer, 100.0, later(7))
                self._follow_up(8)
                self.assertRecordValues(
                    promise,
                    [{"state": "kept", "amount_received": 100.0, "date_closed": later(8)}],
                )
                self.assertEqual(sum(promise.receipt_ids.mapped("amount")), 100.0)
                self.assertEqual(customer.collection_promises_kept, 1)

    def test_a_promise_called_off_leaves_its_money_to_the_other(self):
        invoice = self._invoice(5)
        mistake = self._promise(invoice, amount=60.0, days=5)
        promise = self._promise(invoice, amount=50.0)
        self._unallocated_payment(50.0, on=later(2))
        self._follow_up(3)
        self.assertEqual((mistake.amount_received, promise.amount_received), (50.0, 0.0))
        mistake.action_cancel()
        self._follow_up(8)
        self.assertEqual((promise.state, promise.amount_received), ("kept", 50.0))

    def _bank_entry(self, customer, amount, day):
        account = self.company_data["default_account_receivable"]
        bank = self.company_data["default_journal_bank"]
        move = self.env["account.move"].create(
            {
                "journal_id": bank.id,
                "date": day,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": customer.id,
                            "credit": amount,
                        }
                    ),
                    Command.create(
                        {"account_id": bank.default_account_id.id, "debit": amount}
                    ),
                ],
            }
        )
        move.action_post()
        return move

    def test_kept_before_its_day_and_dunning_has_nothing_to_say(self):
        invoice = self._invoice(5)
        promise = self._promise(invoice)
        self._unallocated_payment(100.0, on=later(1))
        self._follow_up(2)
        self.assertEqual(promise.state, "kept")
        run = self._run(on=later(3))
        self.assertSkipped(run, invoice, "net_credit")

    def test_partly_kept_and_broken(self):
        invoice, other = self._invoice(5), self._invoice(5, partner=self._create_customer("B"))
        partly, broken = self._promise(invoice), self._promise(other)
        self._pay(invoice, 40.0, on=later(7))
        self._follow_up(7)
        self.assertEqual((partly.state, broken.state), ("open", "open"))
        self.assertEqual(partly.amount_received, 40.0)
        self._follow_up(8)
        self.assertEqual((partly.state, broken.state), ("partly_kept", "broken"))
        self.assertEqual(
            (self.customer.collection_promises_broken, other.partner_id.collection_promises_broken),
            (0, 1),
        )
        tasks = self.env["mail.activity"].search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", (self.customer | other.partner_id).ids),
            ]
        )
        self.assertEqual(set(tasks.mapped("res_id")), set((self.customer | other.partner_id).ids))
        self.assertEqual(len(tasks), 2)

    def test_money_counts_for_one_promise_only(self):
        first, second = self._invoice(9), self._invoice(5)
        promises = self._promise(first, days=5) | self._promise(second, days=7)
        self._unallocated_payment(100.0, on=later(2))
        self._follow_up(8)
        self.assertEqual(promises.mapped("state"), ["kept", "broken"])
        self._follow_up(30)
        self.assertEqual(promises.mapped("amount_received"), [100.0, 0.0])

    def test_closed_promises_keep_their_money(self):
        """A promise made later does not use the same money again."""
        invoice = self._invoice(9)
        first = self._promise(invoice, days=5)
        self._unallocated_payment(100.0, on=later(2))
        self._follow_up(3)
        self.assertEqual(first.state, "kept")
        second = self._promise(self._invoice(8), days=6, date_from=later(1))
        self._follow_up(20)
        self.assertEqual(second.state, "broken")

    def test_money_of_another_currency_company_or_time_is_not_it(self):
        francs = self.setup_other_currency("CHF", rates=[("2020-01-01", 2.0)])
        promise = self._promise(self._invoice(5))
        self._unallocated_payment(100.0, on=later(3), currency=francs)
        self._unallocated_payment(100.0, on=later(-1))
        self._unallocated_payment(100.0, on=later(8))
        self._unallocated_payment(100.0, on=later(3), partner=self._create_customer("Other"))
        self._unallocated_payment(100.0, on=later(3), post=False)
        self._follow_up(9)
        self.assertEqual((promise.state, promise.amount_received), ("broken", 0.0))

    def test_money_that_bounced_has_not_come(self):
        invoice = self._invoice(5)
        promise = self._promise(invoice)
        payment = self._unallocated_payment(100.0, on=later(2))
        entry = payment.move_id
        back = entry._reverse_moves([{"date": later(4)}], cancel=True)
        self.assertEqual(back.state, "posted")
        self._follow_up(8)
        self.assertEqual(promise.state, "broken")

    def test_credit_note_counts_for_the_item_it_settles(self):
        invoice, other = self._invoice(5), self._invoice(5)
        promise, elsewhere = self._promise(invoice), self._promise(other)
        note = self._credit_note(100.0, on=later(2))
        self._item(invoice | note).reconcile()
        self._credit_note(100.0, on=later(2))
        self._follow_up(8)
        self.assertEqual((promise.state, elsewhere.state), ("kept", "broken"))

    def test_a_write_off_keeps_no_promise(self):
        invoice = self._invoice(5)
        promise = self._promise(invoice)
        move = self.env["account.move"].create(
            {
                "date": later(2),
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self._item(invoice).account_id.id,
                            "partner_id": self.customer.id,
                            "credit": 100.0,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.company_data["default_account_expense"].id,
                            "debit": 100.0,
                        }
                    ),
                ],
            }
        )
        move.action_post()
        self._item(invoice | move).reconcile()
        self._follow_up(8)
        self.assertEqual(promise.state, "broken")

    def test_promise_about_an_invoice_that_is_cancelled_is_void(self):
        invoice = self._invoice(5)
        promise = self._promise(invoice)
        invoice.button_draft()
        invoice.button_cancel()
        self._follow_up(8)
        self.assertEqual(promise.state, "cancelled")

    def test_evaluating_fifty_times_changes_nothing(self):
        promise = self._promise(self._invoice(5))
        for _time in range(50):
            self._follow_up(8)
        self.assertEqual((promise.state, promise.date_closed), ("broken", later(8)))
        tasks = self.env["mail.activity"].search_count(
            [("res_model", "=", "res.partner"), ("res_id", "=", self.customer.id)]
        )
        self.assertEqual(tasks, 1)

    def test_only_a_person_counts_again(self):
        """A payment that was entered late, but came in time."""
        invoice = self._invoice(5)
        promise = self._promise(invoice)
        self._follow_up(8)
        self._unallocated_payment(100.0, on=later(7))
        self._follow_up(9)
        self.assertEqual(promise.state, "broken", "nobody has asked")
        with freeze_time(later(9)):
            promise.action_evaluate()
        self.assertRecordValues(
            promise, [{"state": "kept", "amount_received": 100.0, "date_closed": later(9)}]
        )
        self.assertEqual(self.customer.collection_promises_broken, 0)

    def test_counting_again_in_vain_changes_nothing(self):
        promise = self._promise(self._invoice(5))
        self._follow_up(8)
        with freeze_time(later(20)):
            promise.action_evaluate()
        self.assertEqual((promise.state, promise.date_closed), ("broken", later(8)))

    def test_one_customer_stops_nobody(self):
        bad = self._promise(self._invoice(5))
        good = self._promise(self._invoice(5, partner=self._create_customer("Good")))
        original = type(bad)._evaluate_customer

        def fail(records, *args):
            if bad in records:
                raise ValueError("broken data")
            return original(records, *args)

        with (
            patch.object(type(bad), "_evaluate_customer", fail),
            mute_logger("odoo.addons.account_collections.models.collection_promise_follow_up"),
        ):
            self._follow_up(8)
        self.assertEqual((bad.state, good.state), ("open", "broken"))

    def test_no_query_more_for_more_promises(self):
        """The money of all customers is read at once."""
        for number in range(6):
            self._promise(self._invoice(5, partner=self._create_customer(f"C{number}")))
        promises = self.env["collection.promise"].search([])
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(14):
            promises._read_money(self.company)

    # What follows a broken one

    def _break(self, invoice, days=2):
        promise = self._promise(invoice, days=days)
        self._follow_up(days + 1)
        return promise

    def test_resume_at_the_level_it_had(self):
        invoice = self._invoice(3)
        self._run()
        self.assertEqual(invoice.collection_level_id, self.level_1)
        promise = self._break(invoice)
        self.assertEqual(promise.state, "broken")
        self._run_days((3, 4, 11))
        self.assertEqual(self._reached(invoice), [(3, "Level 1")])
        self._run(on=later(12))
        self.assertEqual(self._reached(invoice), [(3, "Level 1"), (15, "Level 2")])

    def test_next_level_at_once_and_once(self):
        self.policy.broken_promise = "next"
        self.level_2.min_interval_days = 10
        invoice = self._invoice(3)
        bystander = self._invoice(4)
        self._run()
        self._break(invoice)
        self._run_days((3, 4, 5))
        self.assertEqual(self._reached(invoice), [(3, "Level 1"), (6, "Level 2")])
        self.assertEqual(self._reached(bystander), [(4, "Level 1")])
        self._run(on=later(27))
        self.assertEqual(self._reached(invoice)[-1], (30, "Level 3"))

    def test_next_level_for_a_promise_about_everything(self):
        """What he owed and was due by then, not what came afterwards."""
        self.policy.broken_promise = "next"
        invoice = self._invoice(3)
        self._run()
        newer = self._invoice(-1, invoice_date=later(1))
        promise = self._promise(days=2)
        self._follow_up(3)
        self.assertEqual(promise.state, "broken")
        with freeze_time(later(3)):
            self.assertEqual(invoice.collection_next_date, later(3))
        self._run(on=later(3))
        self.assertEqual(self._reached(invoice), [(3, "Level 1"), (6, "Level 2")])
        self.assertFalse(newer.collection_level_id)

    def test_scheduled_action_finds_the_broken_promise(self):
        self.policy.broken_promise = "next"
        invoice = self._invoice(3)
        self._run()
        self._break(invoice)
        customers = self.env["collection.candidate"]._earning_customers(self.company, later(3))
        self.assertEqual(customers, self.customer.ids)
        self._run(on=later(3))
        again = self.env["collection.candidate"]._earning_customers(self.company, later(4))
        self.assertFalse(again)

    def test_partly_kept_brings_no_next_level(self):
        self.policy.broken_promise = "next"
        invoice = self._invoice(3)
        self._run()
        promise = self._promise(invoice, days=2)
        self._pay(invoice, 10.0, on=later(1))
        self._follow_up(3)
        self.assertEqual(promise.state, "partly_kept")
        self._run_days((3, 4))
        self.assertEqual(self._reached(invoice), [(3, "Level 1")])

    # Screens and rights

    def test_a_promise_is_kept_on_record(self):
        promise = self._promise(self._invoice(5))
        collector = self.env["res.users"].create(
            {
                "name": "Collector",
                "login": "promise.collector",
                "group_ids": [
                    Command.set(
                        self.env.ref("account_collections.group_collections_collector").ids
                    )
                ],
                "company_ids": [Command.set(self.company.ids)],
                "company_id": self.company.id,
            }
        )
        with self.assertRaisesRegex(UserError, "kept on record"):
            promise.with_user(collector).unlink()
        promise.with_user(collector).action_broken()
        self.assertEqual((promise.state, promise.date_closed), ("broken", TODAY))

    def test_customer_opens_his_promises(self):
        promise = self._promise(self._invoice(5))
        action = self.customer.action_collection_promises()
        self.assertEqual(self.env["collection.promise"].search(action["domain"]), promise)
        for name in ("action_collection_promise", "action_collection_plan"):
            self.assertEqual(
                getattr(self.customer, name)()["context"]["default_partner_id"],
                self.customer.id,
            )
        Form(promise)

    def test_retroactive_promise_counts_what_came_since(self):
        invoice = self._invoice(20)
        promise = self._promise(invoice, days=2, date_from=TODAY - timedelta(days=10))
        self._unallocated_payment(100.0, on=later(-3))
        self._follow_up(1)
        self.assertEqual(promise.state, "kept")
