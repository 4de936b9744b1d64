"""FIELD_BUGS D: credit notes and unallocated payments. Promise 4, net truth."""

from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from .common import TODAY, CollectionsCommon


@tagged("post_install", "-at_install")
class TestCredits(CollectionsCommon):
    def _credits(self, notice):
        """``[(entry name, amount)]`` of the credits a notice shows."""
        return [
            (line.move_name, line.amount_residual)
            for line in notice.line_ids
            if line.kind == "credit"
        ]

    def _allocation_tasks(self, customer=None):
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "=", (customer or self.customer).id),
                (
                    "activity_type_id",
                    "=",
                    self.env.ref("account_collections.mail_activity_type_allocate").id,
                ),
            ]
        )

    def _debit_entry(self, amount, days_late, partner=None):
        """An opening balance: a journal entry that owes money and is followed up."""
        receivable = self.company_data["default_account_receivable"]
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": TODAY - timedelta(days=60),
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.id,
                            "partner_id": (partner or self.customer).id,
                            "debit": amount,
                            "date_maturity": TODAY - timedelta(days=days_late),
                            "no_followup": False,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.company_data["default_account_revenue"].id,
                            "credit": amount,
                        }
                    ),
                ],
            }
        )
        move.action_post()
        return move

    def test_d1_nothing_owed_net_is_a_task_not_a_notice(self):
        """D1: no mail that says 0.00; somebody is asked to allocate, once."""
        invoice = self._invoice(days_late=5)
        payment = self._unallocated_payment(100)
        run = self._run()
        self.assertFalse(run.notice_ids)
        self.assertSkipped(run, invoice, "net_credit")
        self.assertFalse(invoice.collection_level_id)
        task = self._allocation_tasks()
        self.assertEqual(len(task), 1)
        self._run(on=TODAY + timedelta(days=1))
        self.assertEqual(self._allocation_tasks(), task)
        (self._item(invoice) | self._item(payment.move_id)).reconcile()
        self.assertFalse(self._run(on=TODAY + timedelta(days=2)).skip_ids)
        self.assertEqual(invoice.collection_status, "settled")

    def test_d1_unreconciled_entry_and_payment(self):
        """D1: a debt that is no invoice is covered and chased like one."""
        entry = self._debit_entry(80, days_late=5)
        payment = self._unallocated_payment(80)
        run = self._run()
        self.assertFalse(run.notice_ids)
        self.assertSkipped(run, entry, "net_credit")
        payment.action_draft()
        notice = self._run(on=TODAY + timedelta(days=1)).notice_ids
        self.assertRecordValues(notice, [{"amount_due": 80.0, "level_id": self.level_1.id}])
        self.assertEqual(notice.line_ids.move_id, entry)

    def test_d1_credit_beyond_the_debt(self):
        """A customer who is owed money gets no notice of a negative amount."""
        invoice = self._invoice(days_late=5)
        self._credit_note(250)
        run = self._run()
        self.assertFalse(run.notice_ids)
        self.assertSkipped(run, invoice, "net_credit")

    def test_d1_cent_that_is_left_is_owed(self):
        self._invoice(days_late=5)
        self._unallocated_payment(99.99)
        self.assertRecordValues(self._run().notice_ids, [{"amount_due": 0.01}])

    def test_d2_linked_credit_note_lowers_the_debt(self):
        """D2: reconciled with its invoice, a credit note is in the residual, not a row."""
        invoice = self._invoice(days_late=5)
        notice = self._run().notice_ids
        credit_note = self._reverse_invoice(invoice, date=TODAY)
        credit_note.invoice_line_ids.price_unit = 30
        credit_note.action_post()
        (self._item(invoice) | self._item(credit_note)).reconcile()
        self.assertEqual(notice.state, "issued")
        second = self._run(on=TODAY + timedelta(days=12)).notice_ids
        self.assertRecordValues(second, [{"amount_due": 70.0, "level_id": self.level_2.id}])
        self.assertFalse(self._credits(second))

    def test_d2_full_reversal_settles_and_its_cancellation_reopens(self):
        """D2: credit note posted, then taken back: the statuses follow both ways."""
        invoice = self._invoice(days_late=5)
        notice = self._run().notice_ids
        credit_note = self._reverse_invoice(invoice, date=TODAY, is_modify=False, post=True)
        (self._item(invoice) | self._item(credit_note)).filtered(
            lambda line: not line.reconciled
        ).reconcile()
        self.assertEqual(notice.state, "settled")
        later = TODAY + timedelta(days=12)
        self.assertFalse(self._run(on=later).notice_ids)
        credit_note.button_draft()
        credit_note.button_cancel()
        self.assertEqual(notice.state, "issued")
        self.assertEqual(invoice.collection_level_id, self.level_1)
        self.assertRecordValues(
            self._run(on=later).notice_ids,
            [{"amount_due": 100.0, "level_id": self.level_2.id}],
        )

    def test_d2_standalone_credit_note_between_proposal_and_issue(self):
        """D2, promise 3: what was credited meanwhile is not asked for."""
        invoice = self._invoice(days_late=5)
        other = self._create_customer("Other")
        covered = self._invoice(days_late=5, partner=other)
        run = self._run(issue=False)
        self._credit_note(30)
        self._credit_note(100, partner=other)
        run.action_issue()
        notices = run.notice_ids.sorted("id")
        self.assertRecordValues(
            notices,
            [
                {"partner_id": self.customer.id, "state": "issued", "amount_due": 70.0},
                {"partner_id": other.id, "state": "cancelled", "amount_due": 100.0},
            ],
        )
        self.assertEqual(notices[1].line_ids.drop_reason, "net_credit")
        self.assertSkipped(run, covered, "net_credit")
        self.assertEqual(
            [invoice.collection_level_id, covered.collection_level_id],
            [self.level_1, self.level_1.browse()],
        )

    def test_d3_credits_are_negative_rows_and_the_total_is_net(self):
        """D3: credit notes and unallocated payments are shown, once each."""
        oldest = self._invoice(days_late=9, amount=100)
        younger = self._invoice(days_late=5, amount=60)
        credit_note = self._credit_note(20, on=TODAY - timedelta(days=2))
        payment = self._unallocated_payment(15, on=TODAY - timedelta(days=1))
        notice = self._run().notice_ids
        self.assertRecordValues(
            notice, [{"amount_due": 125.0, "amount_overdue": 125.0, "amount_total": 125.0}]
        )
        self.assertEqual(
            sorted(self._credits(notice)),
            sorted([(credit_note.name, -20.0), (payment.move_id.name, -15.0)]),
        )
        self.assertEqual(sum(notice.line_ids.mapped("amount_residual")), 125.0)
        self.assertRecordValues(
            (oldest | younger),
            [{"amount_residual": 100.0}, {"amount_residual": 60.0}],
        )

    def test_d3_oldest_items_first(self):
        """Promise 4: a credit is used up by the oldest debt, shown or not."""
        self.policy.listed_items = "advancing"
        self._invoice(days_late=60, amount=100)
        for day in range(3):
            self._run(on=TODAY - timedelta(days=10 - day))
        self._invoice(days_late=5, amount=50)
        self._credit_note(120)
        notice = self._run().notice_ids
        self.assertEqual(self._credits(notice), [(notice.line_ids[-1].move_name, -20.0)])
        self.assertRecordValues(notice, [{"amount_due": 30.0}])

    def test_d3_a_credit_is_used_once_across_notices(self):
        """Promise 4: one notice a level: the credit is not subtracted twice."""
        self.policy.write(
            {"advance_mode": "jump", "grouping": "level", "listed_items": "advancing"}
        )
        self._invoice(days_late=40, amount=100)
        self._invoice(days_late=5, amount=100)
        self._credit_note(130)
        run = self._run()
        self.assertRecordValues(
            run.notice_ids, [{"level_id": self.level_1.id, "amount_due": 70.0}]
        )
        self.assertEqual(run.skip_ids.mapped("reason"), ["net_credit"])

    def test_d3_debt_covered_before_the_due_date_is_not_asked_for(self):
        """What is not due yet takes no credit from what is overdue."""
        self._invoice(days_late=5, amount=100)
        self._invoice(days_late=-20, amount=500)
        self._credit_note(100)
        run = self._run()
        self.assertFalse(run.notice_ids)
        self.assertEqual(run.skip_ids.mapped("reason"), ["net_credit"])

    def test_d3_disputed_part_takes_no_credit(self):
        invoice = self._invoice(days_late=9, amount=100)
        self._invoice(days_late=5, amount=100)
        self._pause("dispute", invoice, amount_disputed=80)
        self._credit_note(50)
        notice = self._run().notice_ids
        self.assertRecordValues(notice, [{"amount_due": 70.0}])

    def test_d3_policy_may_ignore_credits(self):
        self.policy.net_credits = False
        self._invoice(days_late=5)
        self._credit_note(100)
        notice = self._run().notice_ids
        self.assertRecordValues(notice, [{"amount_due": 100.0}])
        self.assertFalse(self._credits(notice))

    def test_d3_credit_of_a_contact_belongs_to_his_company(self):
        """The customer is the commercial partner, whoever's name is on the paper."""
        contact = self._create_customer("Contact", parent_id=self.customer.id)
        branch = self._create_customer("Branch", parent_id=self.customer.id)
        self._invoice(days_late=5, partner=contact)
        self._credit_note(40, partner=branch)
        self.assertRecordValues(
            self._run().notice_ids, [{"partner_id": self.customer.id, "amount_due": 60.0}]
        )

    def test_d3_credit_of_another_customer_is_not_touched(self):
        self._invoice(days_late=5)
        self._credit_note(100, partner=self._create_customer("Stranger"))
        self.assertRecordValues(self._run().notice_ids, [{"amount_due": 100.0}])

    def test_d3_what_is_left_may_be_below_the_minimum(self):
        self.policy.min_amount = 30
        invoice = self._invoice(days_late=5)
        self._credit_note(71)
        run = self._run()
        self.assertFalse(run.notice_ids)
        self.assertSkipped(run, invoice, "below_minimum")

    def test_d4_only_posted_entries_count(self):
        """D4: drafts and cancelled entries are neither credits nor debts."""
        self._invoice(days_late=5)
        self._credit_note(100, post=False)
        self._credit_note(100).button_draft()
        cancelled = self._credit_note(100)
        cancelled.button_draft()
        cancelled.button_cancel()
        self._unallocated_payment(100, post=False)
        bounced = self._unallocated_payment(100)
        bounced.action_draft()
        bounced.action_cancel()
        self._invoice(days_late=50, amount=1000, post=False)
        dead = self._invoice(days_late=50, amount=1000)
        dead.button_draft()
        dead.button_cancel()
        run = self._run()
        self.assertRecordValues(run.notice_ids, [{"amount_due": 100.0}])
        self.assertFalse(self._credits(run.notice_ids))
        self.assertFalse(run.skip_ids)
        self.assertFalse(self._allocation_tasks())

    def test_d4_cancelled_credit_asks_nobody_to_allocate(self):
        """D4: a credit taken back between proposal and issue is no credit."""
        self._invoice(days_late=5)
        credit_note = self._credit_note(40)
        run = self._run(issue=False)
        self.assertRecordValues(run.notice_ids, [{"amount_due": 60.0}])
        credit_note.button_draft()
        run.action_issue()
        self.assertRecordValues(run.notice_ids, [{"amount_due": 100.0, "state": "issued"}])
        self.assertFalse(self._credits(run.notice_ids))

    def test_d4_draft_invoice_that_was_reminded_is_left_alone(self):
        invoice = self._invoice(days_late=5)
        notice = self._run().notice_ids
        invoice.button_draft()
        self.assertFalse(self._run(on=TODAY + timedelta(days=12)).notice_ids)
        self.assertEqual(notice.state, "settled")
