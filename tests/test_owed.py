"""Promises 3 (only what is owed, read again when issuing) and 11 (explained)."""

from odoo.tests import freeze_time, tagged

from .common import TODAY, CollectionsCommon, later


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

    def test_p3_customer_that_joined_another_meanwhile(self):
        """Two customers turn out to be one company: no letter goes to the old one,
        and nobody is stopped by it."""
        parent = self._create_customer("Parent")
        moved = self._invoice(days_late=5)
        own = self._invoice(days_late=5, partner=parent, amount=60)
        run = self._run(issue=False)
        self.customer.parent_id = parent
        run.action_issue()
        self.assertRecordValues(
            run.notice_ids.sorted("id"),
            [
                {"partner_id": self.customer.id, "state": "cancelled", "amount_due": 100.0},
                {"partner_id": parent.id, "state": "issued", "amount_due": 60.0},
            ],
        )
        self.assertSkipped(run, moved, "nothing_due")
        again = self._run(on=later(1))
        self.assertRecordValues(again.notice_ids, [{"partner_id": parent.id}])
        self.assertEqual(own.collection_level_id, moved.collection_level_id)

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
        # An opening balance is nothing core has a due date, a payment state or a customer for.
        opening = self._opening_balance(dict.fromkeys(customers[:2], 20.0))
        self._item(opening).no_followup = False
        left_out = self._opening_balance({customers[2]: 20.0})
        moves += [held, small, covered, unreachable, opening, left_out]
        for day in (0, 1, 15, 16, 40, 90, 200):
            with self.subTest(day=day), freeze_time(later(day)):
                self.env["collection.run"]._cron_advance(later(day))
                run = self.env["collection.run"].search(
                    [("automatic", "=", True), ("date", "=", later(day))]
                )
                reasons = {skip.move_id: skip.reason for skip in run.skip_ids}
                for move in moves:
                    self._check_explained(move, reasons, later(day))

    def test_p11_what_is_left_out_says_where_to_change_that(self):
        left_out = self._opening_balance({self.customer: 20.0})
        run = self._run()
        self.assertSkipped(run, left_out, "no_followup")
        self.assertIn("Collect", run.skip_ids.detail)
        with freeze_time(TODAY):
            self.assertEqual(left_out.collection_status, "paused")
            self.assertIn("Collect", left_out.collection_status_detail)

    def test_p11_entries_that_are_no_debts_have_no_status(self):
        paid = self._opening_balance({self.customer: 20.0})
        invoice = self._invoice(days_late=5, amount=20)
        self._pay(invoice)
        money = invoice.reconciled_payment_ids.move_id
        (self._item(paid) | self._item(self._credit_note(20.0))).reconcile()
        bill = self._create_invoice_one_line(
            move_type="in_invoice", price_unit=10.0, partner_id=self.customer.id, post=True
        )
        draft = self._opening_balance({self.customer: 20.0}, post=False)
        none = paid | money | bill | draft
        with freeze_time(TODAY):
            self.assertEqual(set(none.mapped("collection_status")), {False})
            self.assertEqual(invoice.collection_status, "settled")
            self.assertFalse(none.collection_item_ids)

    def test_p11_entries_are_found_by_status(self):
        moves = self.env["account.move"]
        opening = self._opening_balance({self.customer: 20.0})
        self._item(opening).no_followup = False
        with freeze_time(TODAY):
            self.assertIn(opening, moves.search([("collection_status", "=", "due")]))
            self._item(opening).no_followup = True
            self.assertIn(opening, moves.search([("collection_status", "=", "paused")]))

    def test_p11_many_entries_cost_no_more_queries(self):
        def cost(count):
            moves = self.env["account.move"]
            for number in range(count):
                customer = self._create_customer(f"Owes {count} {number}")
                moves |= self._opening_balance({customer: 20.0})
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(set(moves.mapped("collection_status")), {"paused"})
            return self.env.cr.sql_log_count - before

        with freeze_time(TODAY):
            cost(1)
            self.assertLessEqual(cost(12), cost(3))

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
