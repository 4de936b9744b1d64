"""FIELD_BUGS C: which level an item gets, and when. Promises 1, 6 and 11."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import freeze_time, tagged

from .common import TODAY, CollectionsCommon


def later(days):
    return TODAY + timedelta(days=days)


class LevelsCommon(CollectionsCommon):
    def _reached(self, invoice):
        """``[(days late when reached, level name)]`` of an invoice's issued levels."""
        lines = self._item(invoice).collection_notice_line_ids.filtered(
            lambda line: line.stage == "issued" and line.kind == "item"
        )
        return [(line.days_overdue, line.level_id.name) for line in lines.sorted("id")]

    def _run_days(self, days, **values):
        for day in days:
            self._run(on=later(day), **values)


@tagged("post_install", "-at_install")
class TestLevels(LevelsCommon):
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


@tagged("post_install", "-at_install")
class TestModes(LevelsCommon):
    """C5: whether delay, order or the worst item decides is an explicit choice."""

    def test_c5_step_takes_one_level_at_a_time(self):
        invoice = self._invoice(days_late=90)
        self._run_days(range(5))
        self.assertEqual(
            self._reached(invoice), [(90, "Level 1"), (91, "Level 2"), (92, "Level 3")]
        )

    def test_c5_jump_takes_the_level_the_delay_has_earned(self):
        self.policy.advance_mode = "jump"
        late = self._invoice(days_late=90)
        middle = self._invoice(days_late=15)
        mild = self._invoice(days_late=14)
        self._run()
        self.assertEqual(
            (late | middle | mild).mapped("collection_level_id.name"),
            ["Level 3", "Level 2", "Level 1"],
        )
        self._run_days((1, 2))
        self.assertEqual(self._reached(late), [(90, "Level 3")])
        self.assertEqual(self._reached(mild), [(14, "Level 1"), (15, "Level 2")])

    def test_c5_jump_waits_for_the_interval_of_the_level_it_takes(self):
        self.policy.advance_mode = "jump"
        self.level_3.min_interval_days = 20
        invoice = self._invoice(days_late=15)
        self._run()
        self.assertSkipped(self._run(on=later(16)), invoice, "min_interval")
        self._run(on=later(20))
        self.assertEqual(self._reached(invoice), [(15, "Level 2"), (35, "Level 3")])

    def test_c5_highest_takes_all_overdue_items_to_the_level_of_the_worst(self):
        self.policy.advance_mode = "highest"
        worst = self._invoice(days_late=20)
        barely = self._invoice(days_late=1)
        due_today = self._invoice(days_late=0)
        stranger = self._invoice(days_late=5, partner=self._create_customer("Stranger"))
        self._run()
        self.assertEqual(
            [
                invoice.collection_level_id.name
                for invoice in (worst, barely, due_today, stranger)
            ],
            ["Level 2", "Level 2", False, "Level 1"],
        )

    def test_c5_highest_is_pulled_by_the_level_the_worst_has_reached(self):
        """An invoice that becomes overdue joins the level its customer stands on."""
        self.policy.advance_mode = "highest"
        self._invoice(days_late=29)
        self._run()
        young = self._invoice(days_late=-1)
        self._run_days((1, 2))
        self.assertEqual(self._reached(young), [(1, "Level 3")])

    def test_c5_highest_is_not_pulled_by_a_paused_item(self):
        self.policy.advance_mode = "highest"
        held = self._invoice(days_late=60)
        mild = self._invoice(days_late=5)
        self._pause("hold", held)
        run = self._run()
        self.assertSkipped(run, held, "held")
        self.assertEqual(self._reached(mild), [(5, "Level 1")])

    def test_c5_manual_level_is_respected(self):
        """A level raised by hand counts as reached that day: the next one follows."""
        self.level_3.min_interval_days = 10
        invoice = self._invoice(days_late=60)
        with freeze_time(TODAY):
            self._item(invoice).collection_level_id = self.level_2
        self.assertRecordValues(
            self._item(invoice),
            [{"collection_level_id": self.level_2.id, "collection_date": TODAY}],
        )
        self.assertEqual(invoice.collection_level_id, self.level_2)
        self.assertSkipped(self._run(on=later(9)), invoice, "min_interval")
        self._run(on=later(10))
        self.assertEqual(self._reached(invoice), [(70, "Level 3")])

    def test_c5_level_is_not_lowered_below_what_was_issued(self):
        """Promise 1: going back is reversing; a level lowered by hand would be
        issued twice."""
        invoice = self._invoice(days_late=60)
        self._run_days((0, 1))
        item = self._item(invoice)
        with self.assertRaisesRegex(UserError, "[Rr]everse"), self.env.cr.savepoint():
            item.collection_level_id = self.level_1
        self.assertEqual(item.collection_level_id, self.level_2)
        item.collection_notice_line_ids.notice_id.sorted("id")[-1].action_reverse()
        self.assertEqual(item.collection_level_id, self.level_1)
        self._run(on=later(2))
        self.assertEqual(item.collection_level_id, self.level_2)

    def test_c5_manual_level_taken_back(self):
        """Without a level by hand, what was issued counts again."""
        invoice = self._invoice(days_late=60)
        self._run()
        item = self._item(invoice)
        with freeze_time(TODAY):
            item.collection_level_id = self.level_3
        self.assertEqual(invoice.collection_level_id, self.level_3)
        item.collection_level_id = False
        self.assertRecordValues(
            item, [{"collection_level_id": self.level_1.id, "collection_date": TODAY}]
        )
        self.assertEqual(invoice.collection_level_id, self.level_1)

    def test_c5_last_level_repeats_as_often_as_it_says(self):
        self.level_3.write({"repeat_days": 10, "max_repeats": 2})
        invoice = self._invoice(days_late=30)
        self._run_days(range(60))
        lines = self._item(invoice).collection_notice_line_ids.sorted("id")
        self.assertEqual(
            [(line.days_overdue, line.level_id.name, line.occurrence) for line in lines],
            [
                (30, "Level 1", 1),
                (31, "Level 2", 1),
                (32, "Level 3", 1),
                (42, "Level 3", 2),
                (52, "Level 3", 3),
            ],
        )
        with freeze_time(later(60)):
            self.assertRecordValues(
                invoice,
                [{"collection_status": "finished", "collection_next_date": False}],
            )

    def test_c5_last_level_without_repeat_is_the_end(self):
        invoice = self._invoice(days_late=90)
        self._run_days(range(5))
        run = self._run(on=later(200))
        self.assertFalse(run.notice_ids)
        self.assertFalse(run.skip_ids)
        with freeze_time(later(200)):
            self.assertEqual(invoice.collection_status, "finished")

    def test_c5_courtesy_level_only_before_the_due_date(self):
        """A text about a coming due date goes out until the due day, never after."""
        policy = self._replace_policy("With courtesy", delays=(-3, 3, 15))
        courtesy, oops = policy.level_ids.sorted("sequence")[:2]
        far = self._invoice(days_late=-4)
        near = self._invoice(days_late=-3)
        due_today = self._invoice(days_late=0)
        late = self._invoice(days_late=1)
        self._run()
        self.assertEqual(
            [invoice.collection_level_id for invoice in (far, near, due_today, late)],
            [courtesy.browse(), courtesy, courtesy, courtesy.browse()],
        )
        self._run(on=later(2))
        self.assertEqual(late.collection_level_id, oops)

    def test_c4_descending_delays_are_rejected(self):
        with self.assertRaisesRegex(ValidationError, "Level 2.*Level 1"):
            self._create_policy("Wrong", delays=(15, 3), is_default=False)
