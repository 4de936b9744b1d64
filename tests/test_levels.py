"""FIELD_BUGS C: which level an item gets, and when. Promises 1, 6 and 11."""

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, tagged

from .common import CollectionsCommon, later


@tagged("post_install", "-at_install")
class TestLevels(CollectionsCommon):
    """C: partial payments, order of levels, days without a run."""

    def test_c1_partially_paid_invoice_is_still_reminded(self):
        """C1: the rest is reminded of, and the history stays."""
        invoice = self._invoice(days_late=5)
        first = self._run().notice_ids
        self._pay(invoice, 40)
        self.assertEqual(invoice.payment_state, "partial")
        self.assertEqual(invoice.collection_level_id, self.level_1)
        second = self._run(on=later(12)).notice_ids
        self.assertRecordValues(
            second.line_ids,
            [
                {
                    "level_id": self.level_2.id,
                    "previous_level_id": self.level_1.id,
                    "amount_original": 100.0,
                    "amount_paid": 40.0,
                    "amount_residual": 60.0,
                }
            ],
        )
        self.assertRecordValues(
            first | second,
            [{"amount_due": 100.0, "state": "issued"}, {"amount_due": 60.0, "state": "issued"}],
        )
        self.assertEqual(invoice.collection_notice_ids, first | second)

    def test_c1_invoice_in_payment_is_left_alone(self):
        """C1: paid as far as anybody can tell, the residual notwithstanding."""
        paid = self._invoice(days_late=5)
        still_open = self._invoice(days_late=5, amount=70)
        paid.payment_state = "in_payment"
        run = self._run()
        self.assertSkipped(run, paid, "payment_in_progress")
        self.assertRecordValues(run.notice_ids, [{"amount_due": 70.0}])
        self.assertEqual(run.notice_ids.line_ids.move_id, still_open)

    def test_c2_partial_settlement_still_visits_every_level(self):
        """C2: paying the oldest of several invoices skips no level of the others."""
        oldest = self._invoice(days_late=14)
        middle = self._invoice(days_late=8)
        youngest = self._invoice(days_late=2)
        self._run_days(range(3))
        self._pay(oldest, on=later(2))
        self._run_days(range(3, 35))
        self.assertEqual(self._reached(oldest), [(14, "Level 1"), (15, "Level 2")])
        self.assertEqual(
            self._reached(middle), [(8, "Level 1"), (15, "Level 2"), (30, "Level 3")]
        )
        self.assertEqual(
            self._reached(youngest), [(3, "Level 1"), (15, "Level 2"), (30, "Level 3")]
        )

    def test_c3_notice_is_settled_when_every_invoice_is(self):
        """C3: the last of three invoices is paid: the notice is not settled."""
        first = self._invoice(days_late=9)
        second = self._invoice(days_late=8)
        last = self._invoice(days_late=7)
        notice = self._run().notice_ids
        self.assertEqual(notice.line_ids.move_id, first | second | last)
        states = []
        for invoice in (last, first, second):
            self._pay(invoice)
            states.append(notice.state)
        self.assertEqual(states, ["issued", "issued", "settled"])

    def test_c3_part_payment_settles_nothing(self):
        invoice = self._invoice(days_late=9)
        notice = self._run().notice_ids
        self._pay(invoice, 99.99)
        self.assertEqual(notice.state, "issued")

    def test_c4_levels_typed_in_any_order_climb_by_delay(self):
        """C4: the order in which levels are entered means nothing."""
        self.policy.is_default = False
        self.env.flush_all()
        values = self.level_1._convert_to_write(self.level_1.copy_data()[0])
        policy = self.env["collection.policy"].create(
            {
                "name": "Upside down",
                "company_id": self.company.id,
                "is_default": True,
                "level_ids": [
                    Command.create(
                        {
                            **values,
                            "name": f"{delay} days",
                            "sequence": delay,
                            "delay_days": delay,
                        }
                    )
                    for delay in (30, 15, 3)
                ],
            }
        )
        self.assertEqual(policy._ordered_levels().mapped("delay_days"), [3, 15, 30])
        invoice = self._invoice(days_late=90)
        self._run_days(range(3))
        self.assertEqual(
            self._reached(invoice), [(90, "3 days"), (91, "15 days"), (92, "30 days")]
        )

    def test_c6_interval_is_per_item(self):
        """C6: reminding one invoice does not block the customer's others."""
        self.level_2.min_interval_days = 10
        old = self._invoice(days_late=14)
        self._run()
        young = self._invoice(days_late=2)
        run = self._run(on=later(1))
        self.assertSkipped(run, old, "min_interval")
        self.assertEqual(young.collection_level_id, self.level_1)
        self.assertEqual(run.notice_ids.line_ids.filtered("level_id").move_id, old | young)
        self.assertEqual(
            run.notice_ids.line_ids.filtered(lambda line: line.kind == "item").move_id, young
        )
        self.assertFalse(self._run(on=later(9)).notice_ids)
        self._run(on=later(10))
        self.assertEqual(self._reached(old), [(14, "Level 1"), (24, "Level 2")])

    def test_c6_interval_shows_its_end_as_next_date(self):
        """Promise 11: who waits for an interval sees when it ends."""
        self.level_2.min_interval_days = 10
        invoice = self._invoice(days_late=14)
        self._run()
        with freeze_time(later(1)):
            self.assertRecordValues(
                invoice,
                [{"collection_status": "waiting", "collection_next_date": later(10)}],
            )

    def test_c8_days_without_a_run_change_nothing_but_the_day(self):
        """C8: a server down for days leads to the same levels, later."""
        other = self._create_customer("Other")
        daily = self._invoice(days_late=0)
        rarely = self._invoice(days_late=0, partner=other)
        self._run_days(range(45), partner_ids=self.customer.ids)
        self._run_days((2, 6, 22, 23, 24, 38), partner_ids=other.ids)
        self.assertEqual(
            self._reached(daily), [(3, "Level 1"), (15, "Level 2"), (30, "Level 3")]
        )
        self.assertEqual(
            self._reached(rarely), [(6, "Level 1"), (22, "Level 2"), (38, "Level 3")]
        )

    def test_c8_long_outage_catches_up_one_level_a_day(self):
        """C8, promise 6: after a month without a run no level is skipped or doubled,
        and a day that was already run has nothing to explain."""
        invoice = self._invoice(days_late=0)
        self._run(on=later(40))
        again = self._run(on=later(40))
        self.assertFalse(again.notice_ids)
        self.assertFalse(again.skip_ids)
        self._run_days((41, 42, 43))
        self.assertEqual(
            self._reached(invoice), [(40, "Level 1"), (41, "Level 2"), (42, "Level 3")]
        )

    def test_c9_invoice_shows_the_highest_level_of_its_notices(self):
        """C9: the level is written on the invoice; it can be searched and grouped."""
        old = self._invoice(days_late=14)
        self._run()
        young = self._invoice(days_late=2)
        self._run(on=later(1))
        self.assertRecordValues(
            old | young,
            [
                {"collection_level_id": self.level_2.id, "collection_notice_count": 2},
                {"collection_level_id": self.level_1.id, "collection_notice_count": 1},
            ],
        )
        Move = self.env["account.move"]
        mine = [("partner_id", "=", self.customer.id)]
        self.assertEqual(
            Move.search([*mine, ("collection_level_id", "=", self.level_2.id)]), old
        )
        self.assertEqual(
            Move._read_group(mine, ["collection_level_id"], ["id:recordset"]),
            [(self.level_1, young), (self.level_2, old)],
        )

    def test_c9_one_notice_a_customer_each_item_at_its_own_level(self):
        """C9: all that is due in one letter, worded at the highest level."""
        self.policy.advance_mode = "jump"
        worst = self._invoice(days_late=40, amount=300)
        middle = self._invoice(days_late=20, amount=200)
        mild = self._invoice(days_late=5, amount=100)
        notice = self._run().notice_ids
        self.assertRecordValues(
            notice, [{"level_id": self.level_3.id, "amount_due": 600.0, "state": "issued"}]
        )
        self.assertRecordValues(
            notice.line_ids.sorted("date_maturity"),
            [
                {"move_id": worst.id, "level_id": self.level_3.id, "amount_residual": 300.0},
                {"move_id": middle.id, "level_id": self.level_2.id, "amount_residual": 200.0},
                {"move_id": mild.id, "level_id": self.level_1.id, "amount_residual": 100.0},
            ],
        )

    def test_c9_one_notice_a_level(self):
        """C9: grouping by level is honoured, and each item asked for once."""
        self.policy.write({"advance_mode": "jump", "grouping": "level"})
        for days_late, amount in ((40, 300), (20, 200), (21, 20), (5, 100)):
            self._invoice(days_late=days_late, amount=amount)
        notices = self._run().notice_ids.sorted(lambda notice: notice.level_id.delay_days)
        self.assertRecordValues(
            notices,
            [
                {"level_id": self.level_1.id, "amount_due": 100.0},
                {"level_id": self.level_2.id, "amount_due": 220.0},
                {"level_id": self.level_3.id, "amount_due": 300.0},
            ],
        )
        items = notices.line_ids.move_line_id
        self.assertEqual(len(items), len(notices.line_ids))

    def test_c4_descending_delays_are_rejected(self):
        with self.assertRaisesRegex(ValidationError, "Level 2.*Level 1"):
            self._create_policy("Wrong", delays=(15, 3), is_default=False)

    def test_c_corrected_invoice_keeps_its_level(self):
        """Promise 1: reset, corrected and posted again, it is not dunned from the
        bottom once more."""
        corrections = {
            "price": lambda move: setattr(move.invoice_line_ids, "price_unit", 90),
            "due date": lambda move: setattr(move, "invoice_date_due", later(-19)),
            "reference": lambda move: setattr(move, "ref", "PO 77"),
        }
        for name, correct in corrections.items():
            with self.subTest(name=name):
                invoice = self._invoice(days_late=20)
                self._run(move_ids=invoice.ids)
                invoice.button_draft()
                correct(invoice)
                invoice.action_post()
                self.assertEqual(invoice.collection_level_id, self.level_1)
