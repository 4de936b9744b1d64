"""FIELD_BUGS J: each instalment has its own delay, level and rest."""

from odoo import Command
from odoo.tests import freeze_time, tagged

from .common import TODAY, CollectionsCommon, later


@tagged("post_install", "-at_install")
class TestInstalments(CollectionsCommon):
    """An invoice of 1000: 10 %, 30 % and 60 %, due 40, 5 and -20 days ago."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terms = cls.env["account.payment.term"].create(
            {
                "name": "Three instalments",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": percent, "nb_days": days}
                    )
                    for percent, days in ((10, 10), (30, 45), (60, 70))
                ],
            }
        )
        cls.invoice = cls._create_invoice_one_line(
            name="Project",
            price_unit=1000.0,
            tax_ids=[],
            partner_id=cls.customer.id,
            invoice_date=later(-50),
            invoice_payment_term_id=cls.terms.id,
            post=True,
        )
        cls.items = cls._item(cls.invoice).sorted("date_maturity")
        cls.first, cls.second, cls.third = cls.items

    def _pay_item(self, item, amount=None):
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move.line", active_ids=item.ids)
            .create({"payment_date": TODAY})
        )
        if amount is not None:
            wizard.amount = amount
        return wizard._create_payments()

    def test_j_set_up_is_what_it_says(self):
        self.assertRecordValues(
            self.items,
            [
                {"date_maturity": later(-40), "amount_residual": 100.0},
                {"date_maturity": later(-5), "amount_residual": 300.0},
                {"date_maturity": later(20), "amount_residual": 600.0},
            ],
        )

    def test_j1_only_the_late_rest_is_chased(self):
        """J1: one instalment is paid, one late, one not due: only the late one."""
        self._pay_item(self.first)
        notice = self._run().notice_ids
        self.assertRecordValues(
            notice, [{"amount_due": 300.0, "amount_overdue": 300.0, "state": "issued"}]
        )
        self.assertRecordValues(
            notice.line_ids,
            [
                {
                    "move_line_id": self.second.id,
                    "amount_residual": 300.0,
                    "amount_original": 300.0,
                    "date_maturity": later(-5),
                    "days_overdue": 5,
                    "level_id": self.level_1.id,
                }
            ],
        )
        self.assertEqual(
            [item.collection_level_id for item in self.items],
            [self.level_1.browse(), self.level_1, self.level_1.browse()],
        )

    def test_j1_one_late_instalment_is_enough_to_find_the_invoice(self):
        """J1: the filter does not wait for all instalments to be late."""
        Move = self.env["account.move"]
        with freeze_time(TODAY):
            self.assertEqual(self.invoice.collection_status, "due")
            self.assertIn(self.invoice, Move.search([("collection_status", "=", "due")]))
        self._run()
        with freeze_time(TODAY):
            self.assertNotIn(self.invoice, Move.search([("collection_status", "=", "due")]))
            self.assertEqual(self.invoice.collection_status, "waiting")

    def test_j3_every_row_has_its_own_amount(self):
        """J3: not the invoice's total, nor the last instalment's."""
        self.policy.listed_items = "open"
        notice = self._run().notice_ids
        self.assertRecordValues(
            notice.line_ids.sorted("date_maturity"),
            [
                {
                    "kind": "item",
                    "move_line_id": self.first.id,
                    "amount_original": 100.0,
                    "amount_residual": 100.0,
                    "days_overdue": 40,
                },
                {
                    "kind": "item",
                    "move_line_id": self.second.id,
                    "amount_original": 300.0,
                    "amount_residual": 300.0,
                    "days_overdue": 5,
                },
                {
                    "kind": "listed",
                    "move_line_id": self.third.id,
                    "amount_original": 600.0,
                    "amount_residual": 600.0,
                    "days_overdue": 0,
                },
            ],
        )
        self.assertRecordValues(notice, [{"amount_due": 1000.0, "amount_overdue": 400.0}])

    def test_j3_part_of_an_instalment_is_paid(self):
        self._pay_item(self.second, 120)
        notice = self._run().notice_ids
        self.assertRecordValues(
            notice.line_ids.sorted("date_maturity"),
            [
                {"amount_original": 100.0, "amount_paid": 0.0, "amount_residual": 100.0},
                {"amount_original": 300.0, "amount_paid": 120.0, "amount_residual": 180.0},
            ],
        )

    def test_j4_payment_not_allocated_to_its_instalment_still_counts(self):
        """J4: the money of the first instalment came in; nobody booked it there."""
        payment = self._unallocated_payment(100)
        notice = self._run().notice_ids
        self.assertRecordValues(notice, [{"amount_due": 300.0}])
        self.assertIn(payment.move_id, notice.line_ids.move_id)
        self.assertFalse(self.first.collection_level_id)
        self.assertEqual(self.second.collection_level_id, self.level_1)

    def test_j4_payment_of_all_that_is_due(self):
        """J4: both late instalments are covered; the one not due asks for nothing."""
        self._unallocated_payment(400)
        run = self._run()
        self.assertFalse(run.notice_ids)
        self.assertEqual(run.skip_ids.move_line_id, self.first | self.second)
        self.assertEqual(set(run.skip_ids.mapped("reason")), {"net_credit"})

    def test_j4_payment_of_the_invoice_serves_the_oldest_instalment(self):
        self._pay(self.invoice, 100)
        self.assertTrue(self.first.reconciled)
        notice = self._run().notice_ids
        self.assertEqual(notice.line_ids.move_line_id, self.second)

    def test_j5_first_instalment_does_not_wait_for_the_last(self):
        """J5: each is reminded in its own time, months before the last is due."""
        reached = {item.id: [] for item in self.items}
        for day in range(-50, 55):
            run = self._run(on=later(day))
            for line in run.notice_ids.line_ids.filtered(lambda row: row.kind == "item"):
                reached[line.move_line_id.id].append((line.days_overdue, line.level_id.name))
        expected = [(3, "Level 1"), (15, "Level 2"), (30, "Level 3")]
        self.assertEqual([reached[item.id] for item in self.items], [expected] * 3)

    def test_j_level_per_instalment_and_the_highest_on_the_invoice(self):
        for day in range(-40, 1):
            self._run(on=later(day))
        self.assertEqual(
            [item.collection_level_id for item in self.items],
            [self.level_3, self.level_1, self.level_1.browse()],
        )
        self.assertEqual(self.invoice.collection_level_id, self.level_3)
        with freeze_time(TODAY):
            self.assertRecordValues(
                self.invoice,
                [{"collection_status": "waiting", "collection_next_date": later(10)}],
            )

    def test_j_paid_instalment_no_longer_sets_the_level_of_the_next(self):
        """A later instalment starts at level 1, whatever the first went through."""
        for day in range(-40, 1):
            self._run(on=later(day))
        self._pay_item(self.first)
        self._pay_item(self.second)
        run = self._run(on=later(23))
        self.assertRecordValues(
            run.notice_ids, [{"level_id": self.level_1.id, "amount_due": 600.0}]
        )

    def test_j_highest_does_not_pull_what_is_not_due(self):
        self.policy.advance_mode = "highest"
        self._run()
        self.assertEqual(
            [item.collection_level_id for item in self.items],
            [self.level_3, self.level_3, self.level_1.browse()],
        )

    def test_j_hold_on_one_instalment(self):
        hold = self.env["collection.hold"].create(
            {
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "move_line_ids": self.first.ids,
                "reason": "Acceptance pending",
                "date_from": TODAY,
            }
        )
        run = self._run()
        self.assertEqual(run.skip_ids.move_line_id, self.first)
        self.assertEqual(run.skip_ids.reason, "held")
        self.assertEqual(run.notice_ids.line_ids.move_line_id, self.second)
        hold.action_end()
        run = self._run(on=later(1))
        self.assertIn(self.first, run.notice_ids.line_ids.move_line_id)

    def test_j_invoice_is_settled_with_its_last_instalment(self):
        notice = self._run().notice_ids
        self._pay_item(self.second)
        self.assertEqual(notice.state, "issued")
        self._pay_item(self.first)
        self.assertEqual(notice.state, "settled")
        with freeze_time(TODAY):
            self.assertEqual(self.invoice.collection_status, "waiting")
