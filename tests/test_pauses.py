"""Holds, promises, disputes, go-live and everything else that makes an item wait.

FIELD_BUGS C7 and L3. Promises 3 (only what is owed) and 11 (explained).
"""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, tagged

from .common import TODAY, CollectionsCommon


def later(days):
    return TODAY + timedelta(days=days)


@tagged("post_install", "-at_install")
class TestHolds(CollectionsCommon):
    def test_l3_customer_whose_only_invoice_is_on_hold(self):
        """L3: nothing goes out, the reason is there, and the end of the hold ends it."""
        invoice = self._invoice(days_late=5)
        hold = self._pause("hold", invoice)
        run = self._run()
        self.assertFalse(run.notice_ids)
        self.assertSkipped(run, invoice, "held")
        self.assertEqual(run.skip_ids.detail, "Hold")
        hold.action_end()
        self._run(on=later(1))
        self.assertEqual(invoice.collection_level_id, self.level_1)

    def test_l3_held_invoice_beside_another(self):
        """L3: the other invoice is chased; the letter does not mention the held one."""
        held = self._invoice(days_late=40, amount=1000)
        free = self._invoice(days_late=5, amount=100)
        self._pause("hold", held)
        run = self._run()
        self.assertSkipped(run, held, "held")
        self.assertEqual(run.notice_ids.line_ids.move_id, free)
        self.assertRecordValues(
            run.notice_ids, [{"amount_due": 100.0, "level_id": self.level_1.id}]
        )

    def test_hold_on_the_customer_covers_all_his_invoices(self):
        first = self._invoice(days_late=5)
        second = self._invoice(days_late=9)
        stranger = self._invoice(days_late=5, partner=self._create_customer("Stranger"))
        self._pause("hold")
        run = self._run()
        self.assertEqual(
            self._reasons(run), {(first.name, "held"), (second.name, "held")}
        )
        self.assertEqual(run.notice_ids.line_ids.move_id, stranger)

    def test_hold_given_to_a_contact_covers_his_company(self):
        contact = self._create_customer("Contact", parent_id=self.customer.id)
        invoice = self._invoice(days_late=5)
        self._pause("hold", partner=contact)
        self.assertSkipped(self._run(), invoice, "held")

    def test_last_day_of_a_hold_is_held(self):
        invoice = self._invoice(days_late=5)
        self._pause("hold", invoice, date_until=later(10))
        self.assertSkipped(self._run(on=later(10)), invoice, "held")
        self._run(on=later(11))
        self.assertEqual(invoice.collection_level_id, self.level_1)

    def test_hold_that_begins_tomorrow_holds_nothing_today(self):
        invoice = self._invoice(days_late=5)
        self._pause("hold", invoice, date_from=later(1))
        self._run()
        self.assertEqual(invoice.collection_level_id, self.level_1)

    def test_hold_of_another_company_holds_nothing_here(self):
        other = self.setup_other_company(name="Other")["company"]
        invoice = self._invoice(days_late=5)
        self._pause("hold", company_id=other.id)
        self._run()
        self.assertEqual(invoice.collection_level_id, self.level_1)

    def test_held_invoice_shows_when_it_goes_on(self):
        """Promise 11: the reason, and the first day after the hold."""
        invoice = self._invoice(days_late=5)
        self._pause("hold", invoice, date_until=later(10))
        with freeze_time(TODAY):
            self.assertRecordValues(
                invoice,
                [
                    {
                        "collection_status": "paused",
                        "collection_next_date": later(11),
                        "collection_status_detail": "On hold: Hold",
                    }
                ],
            )

    def test_longest_of_several_pauses_counts(self):
        """Promise 11: the next date is the one on which nothing holds any more."""
        invoice = self._invoice(days_late=5)
        self._pause("hold", invoice, date_until=later(10))
        self._pause("hold", date_until=later(20), date_from=later(-1))
        self._pause("hold", invoice, date_until=later(5), date_from=later(-500))
        with freeze_time(TODAY):
            self.assertEqual(invoice.collection_next_date, later(21))
        self.assertSkipped(self._run(on=later(15)), invoice, "held")

    def test_follow_up_ends_a_hold_after_its_last_day(self):
        invoice = self._invoice(days_late=5)
        hold = self._pause("hold", invoice, date_until=later(10))
        endless = self._pause("hold", partner=self._create_customer("Other"))
        states = []
        for day in (10, 11):
            self.env["collection.hold"]._cron_follow_up(later(day))
            states.append((hold.state, endless.state))
        self.assertEqual(states, [("active", "active"), ("ended", "active")])

    def test_pause_names_items_of_its_own_customer(self):
        stranger = self._create_customer("Stranger")
        invoice = self._invoice(days_late=5)
        for kind in ("hold", "dispute"):
            with self.subTest(kind=kind), self.assertRaisesRegex(
                ValidationError, "another customer"
            ):
                self._pause(kind, invoice, partner=stranger)

    def test_pause_does_not_end_before_it_begins(self):
        with self.assertRaisesRegex(ValidationError, "cannot be before"):
            self._pause("hold", date_from=TODAY, date_until=later(-1))

    def test_invoice_blocked_for_payment_is_held(self):
        """The invoice's own “Block payment” is a hold too."""
        invoice = self._invoice(days_late=5)
        invoice.action_toggle_block_payment()
        self.assertSkipped(self._run(), invoice, "held")
        invoice.action_toggle_block_payment()
        self.assertTrue(self._run(on=later(1)).notice_ids)

    def test_invoice_excluded_from_follow_up(self):
        invoice = self._invoice(days_late=5)
        invoice.no_followup = True
        self.assertSkipped(self._run(), invoice, "no_followup")

    def test_archived_customer(self):
        invoice = self._invoice(days_late=5)
        self.customer.action_archive()
        run = self._run()
        self.assertSkipped(run, invoice, "archived_customer")
        self.assertFalse(run.notice_ids)

    def test_entry_without_a_customer(self):
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": later(-60),
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self.company_data["default_account_receivable"].id,
                            "debit": 10.0,
                            "date_maturity": later(-5),
                            "no_followup": False,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.company_data["default_account_revenue"].id,
                            "credit": 10.0,
                        }
                    ),
                ],
            }
        )
        move.action_post()
        run = self._run()
        self.assertSkipped(run, move, "no_customer")
        self.assertFalse(run.notice_ids)


@tagged("post_install", "-at_install")
class TestPromisesAndDisputes(CollectionsCommon):
    def test_promised_day_still_belongs_to_the_customer(self):
        invoice = self._invoice(days_late=5)
        self._pause("promise", invoice, amount=100, date_promised=later(7))
        self.assertSkipped(self._run(on=later(7)), invoice, "promise")
        with freeze_time(TODAY):
            self.assertEqual(invoice.collection_next_date, later(8))
        self._run(on=later(8))
        self.assertEqual(invoice.collection_level_id, self.level_1)

    def test_promise_pauses_its_items_only(self):
        promised = self._invoice(days_late=5)
        free = self._invoice(days_late=6)
        self._pause("promise", promised, amount=100, date_promised=later(7))
        run = self._run()
        self.assertSkipped(run, promised, "promise")
        self.assertEqual(run.notice_ids.line_ids.move_id, free)

    def test_closed_promise_pauses_nothing(self):
        for method in ("action_kept", "action_broken", "action_cancel"):
            with self.subTest(method=method):
                customer = self._create_customer(f"Customer {method}")
                invoice = self._invoice(days_late=5, partner=customer)
                promise = self._pause("promise", invoice, amount=1, date_promised=later(7))
                self.assertSkipped(self._run(partner_ids=customer.ids), invoice, "promise")
                getattr(promise, method)()
                self._run(on=later(1), partner_ids=customer.ids)
                self.assertEqual(invoice.collection_level_id, self.level_1)

    def test_disputed_invoice_is_left_alone(self):
        disputed = self._invoice(days_late=5)
        free = self._invoice(days_late=6, amount=60)
        dispute = self._pause("dispute", disputed)
        run = self._run()
        self.assertSkipped(run, disputed, "disputed")
        self.assertEqual(run.notice_ids.line_ids.move_id, free)
        dispute.action_reject()
        self.assertIn(disputed, self._run(on=later(1)).notice_ids.line_ids.move_id)

    def test_p3_undisputed_part_is_still_chased(self):
        """Promise 3: 30 of 100 are contested: 70 are asked for."""
        invoice = self._invoice(days_late=5)
        self._pause("dispute", invoice, amount_disputed=30)
        notice = self._run().notice_ids
        self.assertRecordValues(notice, [{"amount_due": 70.0, "amount_overdue": 70.0}])
        self.assertRecordValues(
            notice.line_ids, [{"amount_residual": 100.0, "amount_disputed": 30.0}]
        )
        self.assertEqual(invoice.collection_level_id, self.level_1)

    def test_p3_only_the_disputed_part_is_left(self):
        """The customer paid what he does not contest."""
        invoice = self._invoice(days_late=5)
        self._pause("dispute", invoice, amount_disputed=30)
        self._pay(invoice, 70)
        run = self._run()
        self.assertSkipped(run, invoice, "disputed")
        self.assertFalse(run.notice_ids)

    def test_dispute_above_what_is_open(self):
        invoice = self._invoice(days_late=5)
        other = self._invoice(days_late=4, amount=10)
        self._pause("dispute", invoice, amount_disputed=5000)
        run = self._run()
        self.assertSkipped(run, invoice, "disputed")
        self.assertRecordValues(run.notice_ids, [{"amount_due": 10.0}])
        self.assertEqual(run.notice_ids.line_ids.move_id, other)

    def test_disputed_amount_is_spread_over_its_items_oldest_first(self):
        oldest = self._invoice(days_late=9, amount=100)
        middle = self._invoice(days_late=7, amount=100)
        free = self._invoice(days_late=5, amount=100)
        self._pause("dispute", oldest | middle, amount_disputed=130)
        run = self._run()
        self.assertSkipped(run, oldest, "disputed")
        self.assertRecordValues(
            run.notice_ids.line_ids.sorted("date_maturity"),
            [
                {"move_id": middle.id, "amount_disputed": 30.0},
                {"move_id": free.id, "amount_disputed": 0.0},
            ],
        )
        self.assertRecordValues(run.notice_ids, [{"amount_due": 170.0}])

    def test_dispute_of_everything(self):
        invoice = self._invoice(days_late=5)
        self._pause("dispute")
        self.assertSkipped(self._run(), invoice, "disputed")

    def test_disputed_amount_needs_its_items(self):
        """An amount without items has no currency."""
        with self.assertRaisesRegex(ValidationError, "Name the disputed items"):
            self._pause("dispute", amount_disputed=50)

    def test_two_disputes_on_one_invoice_add_up(self):
        invoice = self._invoice(days_late=5)
        self._pause("dispute", invoice, amount_disputed=30)
        self._pause("dispute", invoice, amount_disputed=25)
        self.assertRecordValues(self._run().notice_ids, [{"amount_due": 45.0}])


@tagged("post_install", "-at_install")
class TestOnlyWhatIsOwed(CollectionsCommon):
    """Promise 3: everything is read again at the moment of issue."""

    def test_p3_what_changed_since_the_proposal_drops_out_with_its_reason(self):
        events = {
            "paid": (lambda move: self._pay(move), "nothing_due"),
            "in payment": (self._set_in_payment, "payment_in_progress"),
            "reversed": (self._reverse, "nothing_due"),
            "cancelled": (self._cancel, "nothing_due"),
            "reset to draft": (lambda move: move.button_draft(), "nothing_due"),
            "held": (lambda move: self._pause("hold", move), "held"),
            "blocked": (lambda move: move.action_toggle_block_payment(), "held"),
            "promised": (
                lambda move: self._pause("promise", move, date_promised=later(5)),
                "promise",
            ),
            "disputed": (lambda move: self._pause("dispute", move), "disputed"),
            "excluded": (self._exclude, "no_followup"),
            "more time": (self._postpone, "not_due"),
        }
        moves = {name: self._invoice(days_late=5) for name in events}
        partly_paid = self._invoice(days_late=5)
        partly_disputed = self._invoice(days_late=5)
        untouched = self._invoice(days_late=5)
        run = self._run(issue=False)
        notice = run.notice_ids
        self.assertRecordValues(notice, [{"amount_due": 1400.0}])
        for name, (event, _reason) in events.items():
            event(moves[name])
        self._pay(partly_paid, 40)
        self._pause("dispute", partly_disputed, amount_disputed=10)
        run.action_issue()

        lines = {line.move_name: line for line in notice.line_ids}
        self.assertEqual(
            {name: lines[move.name].drop_reason for name, move in moves.items()},
            {name: reason for name, (_event, reason) in events.items()},
        )
        self.assertEqual(
            {name: lines[move.name].stage for name, move in moves.items()},
            dict.fromkeys(moves, "dropped"),
        )
        self.assertFalse(
            [name for name, move in moves.items() if move.collection_level_id]
        )
        issued = notice.line_ids.filtered(lambda line: line.stage == "issued")
        self.assertEqual(issued.move_id, partly_paid | partly_disputed | untouched)
        self.assertRecordValues(notice, [{"amount_due": 250.0, "state": "issued"}])
        self.assertEqual(
            {skip.move_id: skip.reason for skip in run.skip_ids},
            {moves[name]: reason for name, (_event, reason) in events.items()},
        )

    def _set_in_payment(self, move):
        move.payment_state = "in_payment"

    def _reverse(self, move):
        credit_note = self._reverse_invoice(move, date=TODAY, post=True)
        items = self._item(move) | self._item(credit_note)
        items.filtered(lambda line: not line.reconciled).reconcile()

    def _cancel(self, move):
        move.button_draft()
        move.button_cancel()

    def _exclude(self, move):
        move.no_followup = True

    def _postpone(self, move):
        self._item(move).date_maturity = later(30)

    def test_p3_nothing_left_cancels_the_notice(self):
        invoice = self._invoice(days_late=5)
        run = self._run(issue=False)
        self._pay(invoice)
        run.action_issue()
        self.assertRecordValues(
            run.notice_ids, [{"state": "cancelled", "name": False, "communication_ids": []}]
        )
        self.assertTrue(run.notice_ids.failure_reason)
        self.assertEqual(run.state, "issued")

    def test_p3_level_falls_when_the_worst_item_drops_out(self):
        """The letter is worded for what is left, not for what was."""
        self.policy.advance_mode = "jump"
        worst = self._invoice(days_late=40)
        self._invoice(days_late=5)
        run = self._run(issue=False)
        self.assertEqual(run.notice_ids.level_id, self.level_3)
        self._pay(worst)
        run.action_issue()
        self.assertRecordValues(
            run.notice_ids,
            [{"level_id": self.level_1.id, "amount_due": 100.0, "state": "issued"}],
        )

    def test_p3_listed_item_that_was_paid_is_not_listed(self):
        listed = self._invoice(days_late=2, amount=1000)
        self._invoice(days_late=5)
        run = self._run(issue=False)
        self.assertRecordValues(run.notice_ids, [{"amount_due": 1100.0}])
        self._pay(listed)
        run.action_issue()
        self.assertRecordValues(run.notice_ids, [{"amount_due": 100.0, "state": "issued"}])
        self.assertNotIn(listed, run.notice_ids.line_ids.move_id)


@tagged("post_install", "-at_install")
class TestSentRecently(CollectionsCommon):
    """The customer has had the invoice for some days before he is reminded of it."""

    def test_waits_the_full_number_of_days(self):
        self.company.min_days_after_sending = 5
        invoice = self._invoice(days_late=20)
        with freeze_time(TODAY):
            invoice.is_move_sent = True
            self.assertRecordValues(
                invoice,
                [{"collection_status": "paused", "collection_next_date": later(5)}],
            )
        self.assertSkipped(self._run(on=later(4)), invoice, "sent_recently")
        self._run(on=later(5))
        self.assertEqual(invoice.collection_level_id, self.level_1)

    def test_sending_again_does_not_start_again(self):
        self.company.min_days_after_sending = 5
        invoice = self._invoice(days_late=20)
        for day in (0, 4):
            with freeze_time(later(day)):
                invoice.is_move_sent = True
        self.assertEqual(invoice.collection_sent_date, TODAY)
        self.assertTrue(self._run(on=later(5)).notice_ids)

    def test_other_invoices_of_the_customer_do_not_wait(self):
        self.company.min_days_after_sending = 5
        fresh = self._invoice(days_late=20)
        old = self._invoice(days_late=20)
        with freeze_time(later(-1)):
            fresh.is_move_sent = True
        run = self._run()
        self.assertSkipped(run, fresh, "sent_recently")
        self.assertEqual(run.notice_ids.line_ids.move_id, old)

    def test_without_the_setting_nothing_waits(self):
        self.company.min_days_after_sending = 0
        invoice = self._invoice(days_late=20)
        with freeze_time(TODAY):
            invoice.is_move_sent = True
        self._run()
        self.assertEqual(invoice.collection_level_id, self.level_1)


@tagged("post_install", "-at_install")
class TestGoLive(CollectionsCommon):
    """C7: the first run on old debt does not blast years of history."""

    def test_c7_debt_from_before_the_start_is_left_alone(self):
        self.company.collection_start_due_date = later(-30)
        ancient = self._invoice(days_late=31, amount=1000)
        old = self._invoice(days_late=30, amount=100)
        run = self._run()
        self.assertSkipped(run, ancient, "before_start")
        self.assertEqual(run.notice_ids.line_ids.move_id, old)
        self.assertRecordValues(run.notice_ids, [{"amount_due": 100.0}])
        with freeze_time(TODAY):
            self.assertEqual(ancient.collection_status, "paused")
            self.assertFalse(ancient.collection_next_date)

    def test_c7_old_debt_starts_at_the_chosen_level(self):
        self.company.write(
            {"collection_start_level_id": self.level_2.id, "collection_live_date": TODAY}
        )
        cases = {5: "Level 1", 14: "Level 1", 15: "Level 2", 29: "Level 2", 900: "Level 2"}
        invoices = {days: self._invoice(days_late=days) for days in cases}
        self._run()
        self.assertEqual(
            {days: move.collection_level_id.name for days, move in invoices.items()}, cases
        )
        self._run(on=later(1))
        self.assertEqual(invoices[900].collection_level_id, self.level_3)

    def test_c7_chosen_level_caps_the_jump(self):
        """In mode “jump” five years of history do not start with the ultimatum."""
        self.policy.advance_mode = "jump"
        self.company.write(
            {"collection_start_level_id": self.level_1.id, "collection_live_date": TODAY}
        )
        invoice = self._invoice(days_late=1800)
        self._run()
        self.assertEqual(invoice.collection_level_id, self.level_1)
        self._run(on=later(1))
        self.assertEqual(invoice.collection_level_id, self.level_3)

    def test_c7_what_falls_due_after_going_live_is_no_old_debt(self):
        """Promise 6: months later, a run that comes late skips no level."""
        self.company.write(
            {"collection_start_level_id": self.level_2.id, "collection_live_date": TODAY}
        )
        fresh = self._invoice(days_late=0)
        last_of_the_old = self._invoice(days_late=1)
        self._run(on=later(20))
        self.assertEqual(
            [fresh.collection_level_id, last_of_the_old.collection_level_id],
            [self.level_1, self.level_2],
        )

    def test_c7_day_of_going_live_is_remembered(self):
        with freeze_time(TODAY):
            self.company.collection_start_level_id = self.level_2
        self.assertEqual(self.company.collection_live_date, TODAY)
        with freeze_time(later(5)):
            self.company.collection_start_level_id = self.level_1
        self.assertEqual(self.company.collection_live_date, TODAY)

    def test_c7_chosen_level_of_another_policy_counts_by_its_delay(self):
        self.company.write(
            {"collection_start_level_id": self.level_2.id, "collection_live_date": TODAY}
        )
        self.customer.collection_policy_id = self._create_policy(
            "Patient", delays=(10, 14, 60), is_default=False
        )
        invoice = self._invoice(days_late=100)
        self._run()
        self.assertEqual(invoice.collection_level_id.delay_days, 14)


@tagged("post_install", "-at_install")
class TestExplained(CollectionsCommon):
    """Promise 11: no open item without a reason, a next date or an end."""

    def test_p11_every_open_item_is_explained(self):
        customers = [self._create_customer(f"Customer {n}") for n in range(12)]
        nobody = self._create_customer("No Mail", email=False)
        self.level_2.min_interval_days = 20
        self.policy.min_amount = 10
        moves = [
            self._invoice(days_late=days, partner=customer)
            for customer, days in zip(customers, (-40, -3, 0, 3, 14, 15, 29, 30, 90), strict=False)
        ]
        held = self._invoice(days_late=5, partner=customers[9])
        self._pause("hold", held)
        small = self._invoice(days_late=5, amount=9, partner=customers[10])
        covered = self._invoice(days_late=5, partner=customers[11])
        self._credit_note(100, partner=customers[11])
        unreachable = self._invoice(days_late=5, partner=nobody)
        moves += [held, small, covered, unreachable]
        for day in (0, 1, 15, 16, 40, 90, 200):
            with self.subTest(day=day), freeze_time(later(day)):
                self.env["collection.run"]._cron_advance(later(day))
                run = self.env["collection.run"].search(
                    [("automatic", "=", True), ("date", "=", later(day))]
                )
                reasons = {skip.move_id: skip.reason for skip in run.skip_ids}
                for move in moves:
                    self._check_explained(move, reasons, later(day))

    def _check_explained(self, move, reasons, on):
        move.invalidate_recordset()
        if move in reasons:
            self.assertNotEqual(move.collection_status, "finished", move.name)
        elif move.collection_next_date:
            self.assertGreater(move.collection_next_date, on)
            self.assertEqual(move.collection_status, "waiting")
        else:
            self.assertEqual(move.collection_status, "finished")
            self.assertEqual(move.collection_level_id, self.level_3)

    def test_p11_waiting_invoice_costs_no_row(self):
        """An idle day writes neither notices nor skips."""
        self._invoice(days_late=1)
        self._invoice(days_late=5)
        self._run()
        idle = self._run(on=later(1))
        self.assertFalse(idle.notice_ids)
        self.assertFalse(idle.skip_ids)

    def test_p11_no_policy_is_said(self):
        """Where every policy was taken away, the invoice says so."""
        self.env["collection.policy"].search([]).action_archive()
        invoice = self._invoice(days_late=5)
        with freeze_time(TODAY):
            self.assertRecordValues(
                invoice,
                [
                    {
                        "collection_status": "finished",
                        "collection_status_detail": "No dunning policy",
                    }
                ],
            )
