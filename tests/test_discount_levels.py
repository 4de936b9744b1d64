"""What a discount notice leaves alone: the ladder, its levels, its charges."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .charges_common import ChargesCommon
from .common import TODAY, later
from .discount_notice_common import BEFORE, DiscountNoticeCommon


@tagged("post_install", "-at_install")
class TestDiscountLevels(DiscountNoticeCommon, ChargesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.level_2.fee_rule_id = False

    def test_the_ladder_does_not_move(self):
        invoice = self._offer()
        with freeze_time(TODAY):
            before = invoice.read(["collection_status", "collection_next_date"])
            self._run()
            self.assertEqual(
                before, invoice.read(["collection_status", "collection_next_date"])
            )
        item = self._item(invoice)
        self.assertFalse(item.collection_level_id)
        self.assertFalse(item.collection_date)
        self.assertFalse(invoice.collection_level_id)
        self.assertEqual(invoice.collection_notice_count, 1)
        # 25 days later the invoice falls due; three days after that it is reminded.
        self._run_days((27, 28))
        self.assertEqual(self._reached(invoice), [(3, "Level 1")])

    def test_a_courtesy_level_gives_way_until_the_next_day(self):
        courtesy = self._replace_policy("Courtesy", delays=(-25, 3))
        self._add_discount_level(courtesy)
        invoice = self._offer()
        run = self._run()
        self.assertEqual(run.notice_ids.line_ids.mapped("kind"), ["discount"])
        self.assertSkipped(run, invoice, "discount_notice")
        again = self._run()
        self.assertFalse(again.notice_ids)
        self.assertSkipped(again, invoice, "discount_notice")
        self._run(on=later(1))
        self.assertEqual(self._item(invoice).collection_level_id.name, "Level 1")

    def test_a_courtesy_proposed_before_gives_way_when_it_is_issued(self):
        courtesy = self._replace_policy("Courtesy", delays=(-25, 3))
        invoice = self._offer()
        waiting = self._run(issue=False)
        self.assertEqual(waiting.notice_ids.line_ids.mapped("kind"), ["item"])
        self._add_discount_level(courtesy)
        self._run()
        self.assertTrue(self._told(invoice))
        waiting.action_issue()
        self.assertEqual(waiting.notice_ids.state, "cancelled")
        self.assertEqual(waiting.notice_ids.line_ids.drop_reason, "discount_notice")

    def test_a_reminder_of_a_late_item_does_not_give_way(self):
        """Nor does a discount that outlives the due date."""
        term = self._create_term("Long", [(40, 3.0)], due_days=(30,))
        invoice = self._offer(term=term)
        notices = self._run().notice_ids
        self.assertEqual(
            sorted(notices.mapped("level_id.name")), ["Discount ends", "Level 1"]
        )
        self.assertEqual(self._item(invoice).collection_level_id, self.level_1)

    def test_other_items_do_not_wait(self):
        self._offer()
        late = self._invoice(5)
        notices = self._run().notice_ids
        self.assertEqual(len(notices), 2)
        self.assertEqual(self._reached(late), [(5, "Level 1")])
        self.assertNotIn(late, self._tells(notices.run_id).line_ids.move_id)

    def test_old_charges_are_not_demanded_on_it(self):
        """They stay for the next reminder."""
        self.level_1.fee_rule_id = self._fee_rule("Fee", interest_kind="none")
        self.customer.is_company = True
        late = self._invoice(5)
        self._run()
        self.assertEqual(self._charges(late).mapped("amount"), [40.0])
        self._offer()
        notice = self._tells(self._run(on=later(1)))
        self.assertEqual(notice.amount_charges, 0.0)
        self.assertEqual(notice.amount_total, 1000.0)
        self.assertFalse(notice.charge_details)

    # Levels and policies

    def test_a_discount_level_is_no_rung(self):
        self.assertNotIn(self.discount_level, self.policy.level_ids)
        self.assertEqual(self.policy.discount_level_ids, self.discount_level)
        self.assertNotIn(self.discount_level, self.policy._ordered_levels())
        self.assertNotIn(
            self.discount_level.id, [level.id for level in self.policy._ladder().levels]
        )
        copied = self.policy.copy()
        self.assertEqual(len(copied.level_ids), 3)
        self.assertEqual(copied.discount_level_ids.delay_days, -BEFORE)
        invoice = self._offer()
        with self.assertRaisesRegex(UserError, "no dunning level"):
            self._item(invoice).collection_level_id = self.discount_level

    @mute_logger("odoo.sql_db")
    def test_what_a_discount_level_may_be(self):
        for values in (
            {"delay_days": 1},
            {"delay_days": -366},
            {"deadline_days": 8},
            {"repeat_days": 5},
            {"min_interval_days": 2},
            {"make_charges": True},
            {"min_discount": -1},
        ):
            with (
                self.subTest(values),
                self.assertRaises(Exception) as caught,
                self.env.cr.savepoint(),
            ):
                self.discount_level.write(values)
                self.env.flush_all()
            self.assertIn("Check", type(caught.exception).__name__)
        with self.assertRaises(Exception) as caught, self.env.cr.savepoint():
            self._add_discount_level(self.policy)
        self.assertIn("Unique", type(caught.exception).__name__)

    def test_two_levels_before_the_due_date_at_most(self):
        self._replace_policy("Two", delays=(-10, -3, 5))
        with self.assertRaisesRegex(ValidationError, "at most 2 times before the due date"):
            self._create_policy("Three", delays=(-10, -5, -1, 5), is_default=False)
        with self.assertRaisesRegex(ValidationError, "at most 2"):
            self.policy.level_ids = [
                Command.create(
                    {
                        "name": f"Before {days}",
                        "sequence": -days,
                        "delay_days": -days,
                        "make_call": True,
                    }
                )
                for days in (9, 8, 7)
            ]

    def test_two_reminders_before_the_due_date_reach_the_customer(self):
        self._replace_policy("Two", delays=(-10, -3, 5))
        invoice = self._invoice(-12)
        self._run_days(range(14))
        lines = self._item(invoice).collection_notice_line_ids.sorted("id")
        self.assertEqual(lines.notice_id.sorted("id").mapped("date"), [later(2), later(9)])
        self.assertEqual(invoice.invoice_date_due - timedelta(days=10), later(2))

    def test_a_policy_that_only_tells_of_discounts(self):
        policy = self._replace_policy("Only", delays=())
        self._add_discount_level(policy)
        invoice = self._offer()
        self._run()
        self.assertEqual(self._told(invoice).notice_id.policy_id, policy)
