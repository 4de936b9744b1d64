"""Holds, promises and disputes. FIELD_BUGS L3, promise 3: the undisputed part is
still chased."""

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, tagged

from .common import TODAY, CollectionsCommon, later


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
