"""FIELD_BUGS C5: how an item climbs is an explicit choice of the policy."""

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .common import TODAY, CollectionsCommon, later


@tagged("post_install", "-at_install")
class TestModes(CollectionsCommon):
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

    def _pulls(self, invoice, prepare, **policy):
        """The level a young invoice gets beside an old one of 1,000."""
        self.policy.write({"advance_mode": "highest", **policy})
        prepare(invoice)
        young = self._invoice(days_late=5, amount=50.0)
        run = self._run()
        return run, young.collection_level_id

    def test_c5_highest_is_not_pulled_by_what_is_paid(self):
        """Paid by money that nobody has allocated yet, the rest of it disputed or not."""
        invoice = self._invoice(days_late=40, amount=1000.0)
        run, level = self._pulls(invoice, lambda _one: self._unallocated_payment(1000.0))
        self.assertSkipped(run, invoice, "net_credit")
        self.assertEqual(level, self.level_1)

    def test_c5_highest_is_not_pulled_by_a_paid_rest(self):
        def prepare(invoice):
            self._pause("dispute", invoice, amount_disputed=900.0)
            self._unallocated_payment(100.0)

        invoice = self._invoice(days_late=40, amount=1000.0)
        self.assertEqual(self._pulls(invoice, prepare)[1], self.level_1)

    def test_c5_highest_is_pulled_by_what_is_paid_in_part(self):
        invoice = self._invoice(days_late=40, amount=1000.0)
        level = self._pulls(invoice, lambda _one: self._unallocated_payment(999.0))[1]
        self.assertEqual(level, self.level_3)

    def test_c5_highest_is_pulled_where_credits_do_not_count(self):
        invoice = self._invoice(days_late=40, amount=1000.0)
        level = self._pulls(
            invoice, lambda _one: self._unallocated_payment(1000.0), net_credits=False
        )[1]
        self.assertEqual(level, self.level_3)

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
