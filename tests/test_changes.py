"""FIELD_BUGS K: paid, cancelled, reversed, reset — before and after the notice."""

from datetime import timedelta

from odoo.tests import tagged

from .common import TODAY, CollectionsCommon


@tagged("post_install", "-at_install")
class TestChanges(CollectionsCommon):
    def _assert_dropped(self, notice, reason):
        self.assertEqual(notice.state, "cancelled")
        self.assertEqual(notice.line_ids.mapped("drop_reason"), [reason])
        self.assertFalse(notice.communication_ids)

    def test_k1_paid_between_proposal_and_issue(self):
        invoice = self._invoice(days_late=5)
        run = self._run(issue=False)
        self._pay(invoice)
        run.action_issue()
        self._assert_dropped(run.notice_ids, "nothing_due")
        self.assertSkipped(run, invoice, "nothing_due")
        self.assertFalse(invoice.collection_level_id)

    def test_k1_one_of_two_is_paid(self):
        paid = self._invoice(days_late=6, amount=60)
        self._invoice(days_late=5, amount=40)
        run = self._run(issue=False)
        self.assertEqual(run.notice_ids.amount_due, 100)
        self._pay(paid)
        run.action_issue()
        notice = run.notice_ids
        self.assertEqual(notice.state, "issued")
        self.assertEqual(notice.amount_due, 40)
        self.assertEqual(
            {line.move_id.id: line.stage for line in notice.line_ids},
            {
                paid.id: "dropped",
                (notice.line_ids.move_id - paid).id: "issued",
            },
        )

    def test_k1_partly_paid_meanwhile(self):
        invoice = self._invoice(days_late=5)
        run = self._run(issue=False)
        self._pay(invoice, 30)
        run.action_issue()
        self.assertEqual(run.notice_ids.amount_due, 70)
        self.assertRecordValues(
            run.notice_ids.line_ids,
            [{"amount_original": 100, "amount_paid": 30, "amount_residual": 70}],
        )

    def test_k_reset_to_draft_between_proposal_and_issue(self):
        invoice = self._invoice(days_late=5)
        run = self._run(issue=False)
        invoice.button_draft()
        run.action_issue()
        self.assertEqual(run.notice_ids.state, "cancelled")

    def test_k_reversed_between_proposal_and_issue(self):
        invoice = self._invoice(days_late=5)
        run = self._run(issue=False)
        self._reverse_invoice(invoice, post=True, date=TODAY, is_modify=False)
        (invoice.line_ids | invoice.reversal_move_ids.line_ids).filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
            and not line.reconciled
        ).reconcile()
        run.action_issue()
        self._assert_dropped(run.notice_ids, "nothing_due")

    def test_k_held_between_proposal_and_issue(self):
        self._invoice(days_late=5)
        run = self._run(issue=False)
        self.env["collection.hold"].create(
            {"partner_id": self.customer.id, "reason": "Talks", "date_from": TODAY}
        )
        run.action_issue()
        self._assert_dropped(run.notice_ids, "held")

    def test_k_due_date_moved_between_proposal_and_issue(self):
        """G5, K: a changed due date is looked at again."""
        invoice = self._invoice(days_late=5)
        run = self._run(issue=False)
        self._item(invoice).date_maturity = TODAY + timedelta(days=10)
        run.action_issue()
        self._assert_dropped(run.notice_ids, "not_due")

    def test_k3_issued_notice_never_blocks_the_invoice(self):
        """K3: reset, cancel and delete go on working; the record stays."""
        invoice = self._invoice(days_late=5)
        number = invoice.name
        notice = self._run().notice_ids
        invoice.button_draft()
        self.assertEqual(notice.state, "settled")
        invoice.button_cancel()
        self.assertEqual(notice.line_ids.move_name, number)
        self.assertEqual(notice.line_ids.amount_residual, 100)
        self.assertFalse(self._run(on=TODAY + timedelta(days=20)).notice_ids)

    def test_k3_the_line_knows_its_invoice_when_the_item_is_gone(self):
        invoice, other = self._invoice(days_late=5), self._invoice(days_late=6)
        line = self._run().notice_ids.line_ids.filtered(lambda row: row.move_id == invoice)
        invoice.button_draft()
        self._item(invoice).with_context(
            dynamic_unlink=True, force_delete=True, check_move_validity=False
        ).unlink()
        self.assertFalse(line.move_line_id)
        self.assertEqual(line.move_id, invoice)
        lines = line.search([("move_id", "in", invoice.ids)])
        self.assertEqual(lines, line)
        self.assertNotIn(line, line.search([("move_id", "not in", invoice.ids)]))
        self.assertEqual(line.search([("move_id", "=", other.id)]).move_id, other)

    def test_k3_posted_again_keeps_its_level(self):
        invoice = self._invoice(days_late=5)
        self._run()
        invoice.button_draft()
        invoice.action_post()
        self.assertEqual(invoice.collection_level_id, self.level_1)
        run = self._run(on=TODAY + timedelta(days=1), issue=False)
        self.assertFalse(run.notice_ids)

    def test_k_reversed_after_the_notice_settles_it(self):
        invoice = self._invoice(days_late=5)
        notice = self._run().notice_ids
        self._reverse_invoice(invoice, post=True, date=TODAY, is_modify=False)
        (invoice.line_ids | invoice.reversal_move_ids.line_ids).filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
            and not line.reconciled
        ).reconcile()
        self.assertEqual(notice.state, "settled")

    def test_k2_payment_without_entry_counts_as_in_progress(self):
        """K2, promise 3: money on its way is not chased."""
        invoice = self._invoice(days_late=5)
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.customer.id,
                "amount": 100,
                "date": TODAY,
            }
        )
        # Community makes an entry at once; the accounting app does not.
        payment.invoice_ids = invoice
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_payment SET state = 'in_process', move_id = NULL WHERE id = %s",
            [payment.id],
        )
        self.env.invalidate_all()
        run = self._run(issue=False)
        self.assertFalse(run.notice_ids)
        self.assertSkipped(run, invoice, "payment_in_progress")

    def test_k_blocked_by_core_is_held(self):
        invoice = self._invoice(days_late=5)
        invoice.action_toggle_block_payment()
        run = self._run(issue=False)
        self.assertSkipped(run, invoice, "held")

    def test_p7_issued_notice_is_frozen(self):
        """Promise 7: whatever happens to invoice, policy or template later."""
        self.level_1.write({"attach_letter": True, "letter_body": "<p>First text</p>"})
        invoice = self._invoice(days_late=5)
        notice = self._run().notice_ids
        letter = notice.letter_attachment_id.raw
        before = notice.read(
            ["email_body", "email_subject", "letter_body", "amount_due", "deadline_date"],
            load=None,
        )
        lines = notice.line_ids.read(load=None)
        self.level_1.letter_body = "<p>Second text</p>"
        self.level_1.deadline_days = 90
        self.template.body_html = "<p>Other</p>"
        self.customer.name = "Renamed"
        self._pay(invoice, 40)
        self.env.invalidate_all()
        self.assertEqual(
            notice.read(
                ["email_body", "email_subject", "letter_body", "amount_due", "deadline_date"],
                load=None,
            ),
            before,
        )
        self.assertEqual(notice.line_ids.read(load=None), lines)
        self.assertEqual(notice.letter_attachment_id.raw, letter)

    def test_j4_credit_booked_between_proposal_and_issue(self):
        """J4: money that covers the older invoice came in: only the other one
        advances, both are shown, the total is net."""
        older = self._invoice(days_late=10, amount=60)
        newer = self._invoice(days_late=5, amount=100)
        run = self._run(issue=False)
        self._unallocated_payment(80)
        run.action_issue()
        self.assertEqual(run.notice_ids.amount_due, 80)
        self.assertFalse(older.collection_level_id)
        self.assertEqual(newer.collection_level_id, self.level_1)
        self.assertSkipped(run, older, "net_credit")
        self.assertIn(
            ("listed", 60.0),
            [(line.kind, line.amount_residual) for line in run.notice_ids.line_ids],
        )
