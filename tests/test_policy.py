"""Dunning policies: what they refuse, how they group, what a run is limited to."""

import psycopg2

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TODAY, CollectionsCommon, later


@tagged("post_install", "-at_install")
class TestPolicyConstraints(CollectionsCommon):
    def _assert_database_refuses(self, error, function):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(error),
            self.env.cr.savepoint(),
        ):
            function()
            self.env.flush_all()

    def test_c4_delays_rise_from_level_to_level(self):
        for delay in (3, 2, -5, 30, 31):
            with (
                self.subTest(delay=delay),
                self.assertRaisesRegex(ValidationError, "must wait longer"),
                self.env.cr.savepoint(),
            ):
                self.level_2.delay_days = delay
        self.level_2.delay_days = 29
        self.assertEqual(self.level_2.delay_days, 29)

    def test_c4_levels_are_not_reordered_against_their_delays(self):
        with self.assertRaisesRegex(ValidationError, "Level 2.*Level 3"):
            self.level_3.sequence = 15

    def test_only_the_last_level_repeats(self):
        with (
            self.assertRaisesRegex(ValidationError, "Only the last level.*Level 2"),
            self.env.cr.savepoint(),
        ):
            self.level_2.repeat_days = 7
        self.level_3.repeat_days = 7
        with self.assertRaisesRegex(ValidationError, "Only the last level.*Level 3"):
            self.level_3.copy({"sequence": 40, "delay_days": 60, "repeat_days": 0})

    def test_a_level_has_a_channel(self):
        with self.assertRaisesRegex(ValidationError, "at least one channel"):
            self.level_1.send_email = False

    def test_each_channel_alone_is_enough(self):
        for channel in ("send_letter", "make_call"):
            with self.subTest(channel=channel):
                self.level_1.write({channel: True, "send_email": False})
                self.level_1.write({channel: False, "send_email": True})

    def test_template_is_made_for_notices(self):
        template = self.env["mail.template"].create(
            {"name": "Greeting", "model_id": self.env["ir.model"]._get_id("res.partner")}
        )
        with self.assertRaisesRegex(ValidationError, "must be made for notices"):
            self.level_1.mail_template_id = template

    def test_one_default_a_company(self):
        self._assert_database_refuses(
            psycopg2.errors.UniqueViolation, lambda: self._create_policy("Second")
        )

    def test_one_default_shared_by_all_companies(self):
        shared = self.env["collection.policy"].search(
            [("company_id", "=", False), ("is_default", "=", True)]
        )
        self.assertEqual(len(shared), 1, "the policy that ships as data")
        self._assert_database_refuses(
            psycopg2.errors.UniqueViolation,
            lambda: self._create_policy("Shared", company_id=False),
        )

    def test_archived_default_makes_room(self):
        self.policy.action_archive()
        self.env.flush_all()
        other = self._create_policy("Second")
        self.assertEqual(self.env["collection.policy"]._default_of(self.company), other)
        self._assert_database_refuses(
            psycopg2.errors.UniqueViolation, self.policy.action_unarchive
        )

    def test_numbers_are_not_negative(self):
        for record, field in (
            (self.policy, "min_amount"),
            (self.level_1, "min_interval_days"),
            (self.level_1, "deadline_days"),
            (self.level_3, "repeat_days"),
            (self.level_3, "max_repeats"),
            (self.company, "min_days_after_sending"),
        ):
            with self.subTest(field=field):
                self._assert_database_refuses(
                    psycopg2.errors.CheckViolation,
                    lambda record=record, field=field: record.write({field: -1}),
                )

    def test_delay_is_within_ten_years(self):
        self._assert_database_refuses(
            psycopg2.errors.CheckViolation,
            lambda: self.level_3.write({"delay_days": 4000}),
        )

    def test_level_that_was_used_is_not_deleted(self):
        self._invoice(days_late=5)
        self._run()
        with self.assertRaisesRegex(ValidationError, "archive the policy"):
            self.level_1.unlink()
        self.level_3.unlink()

    def test_copy_is_no_default(self):
        copy = self.policy.copy()
        self.assertRecordValues(copy, [{"is_default": False, "name": "Standard (copy)"}])
        self.assertEqual(copy.level_ids.mapped("delay_days"), [3, 15, 30])
        self.assertFalse(copy.level_ids & self.policy.level_ids)


@tagged("post_install", "-at_install")
class TestPolicyRules(CollectionsCommon):
    """Minimum amount, what the letter lists, what a run is limited to."""

    def test_minimum_is_for_the_notice_not_for_the_item(self):
        self.policy.min_amount = 100
        self._invoice(days_late=5, amount=60)
        self._invoice(days_late=6, amount=40)
        self.assertRecordValues(self._run().notice_ids, [{"amount_due": 100.0}])

    def test_below_the_minimum_nobody_advances(self):
        self.policy.min_amount = 100
        first = self._invoice(days_late=5, amount=60)
        second = self._invoice(days_late=6, amount=39.99)
        run = self._run()
        self.assertFalse(run.notice_ids)
        self.assertEqual(
            self._reasons(run),
            {(first.name, "below_minimum"), (second.name, "below_minimum")},
        )
        self.assertFalse((first | second).collection_level_id)

    def test_what_is_not_due_does_not_lift_a_trifle_over_the_minimum(self):
        self.policy.write({"min_amount": 100, "listed_items": "open"})
        invoice = self._invoice(days_late=5, amount=60)
        self._invoice(days_late=-20, amount=1000)
        self.assertSkipped(self._run(), invoice, "below_minimum")

    def test_minimum_is_for_each_notice_of_a_level(self):
        self.policy.write(
            {
                "min_amount": 50,
                "grouping": "level",
                "advance_mode": "jump",
                "listed_items": "advancing",
            }
        )
        self._invoice(days_late=40, amount=60)
        small = self._invoice(days_late=5, amount=40)
        run = self._run()
        self.assertRecordValues(run.notice_ids, [{"level_id": self.level_3.id}])
        self.assertSkipped(run, small, "below_minimum")

    def test_trifle_goes_out_when_it_has_grown(self):
        self.policy.min_amount = 100
        self._invoice(days_late=5, amount=60)
        self.assertFalse(self._run().notice_ids)
        self._invoice(days_late=4, amount=60)
        self.assertRecordValues(
            self._run(on=later(1)).notice_ids, [{"amount_due": 120.0}]
        )

    def test_listed_items(self):
        advancing = self._invoice(days_late=5)
        overdue = self._invoice(days_late=2)
        coming = self._invoice(days_late=-5)
        for listed, expected in (
            ("advancing", advancing),
            ("overdue", advancing | overdue),
            ("open", advancing | overdue | coming),
        ):
            with self.subTest(listed=listed):
                self.policy.listed_items = listed
                run = self._run(issue=False)
                lines = run.notice_ids.line_ids
                self.assertEqual(lines.move_id, expected)
                self.assertEqual(
                    lines.filtered(lambda line: line.kind == "item").move_id, advancing
                )
                run.action_cancel()

    def test_listed_items_keep_their_level(self):
        """Being mentioned is not being reminded."""
        old = self._invoice(days_late=5)
        self._run()
        young = self._invoice(days_late=2)
        notice = self._run(on=later(1)).notice_ids
        self.assertEqual(notice.line_ids.move_id, old | young)
        self.assertRecordValues(
            self._item(old),
            [{"collection_level_id": self.level_1.id, "collection_date": TODAY}],
        )

    def test_listed_once_when_there_is_a_notice_a_level(self):
        self.policy.write({"grouping": "level", "advance_mode": "jump"})
        self._invoice(days_late=40)
        self._invoice(days_late=20)
        listed = self._invoice(days_late=2)
        notices = self._run().notice_ids
        self.assertEqual(len(notices), 2)
        lines = notices.line_ids.filtered(lambda line: line.move_id == listed)
        self.assertRecordValues(lines, [{"kind": "listed"}])
        self.assertEqual(lines.notice_id.level_id, self.level_3)

    def test_two_policies_of_one_customer_are_two_notices(self):
        other = self._create_policy("Other", delays=(1,), is_default=False)
        first = self._invoice(days_late=5)
        second = self._invoice(days_late=5, collection_policy_id=other.id)
        notices = self._run().notice_ids
        self.assertEqual(
            {(notice.policy_id, notice.line_ids.move_id) for notice in notices},
            {(self.policy, first), (other, second)},
        )

    def test_run_limited_to_policies(self):
        other = self._create_policy("Other", delays=(1,), is_default=False)
        first = self._invoice(days_late=5)
        second = self._invoice(days_late=5, collection_policy_id=other.id)
        run = self._run(policy_ids=other.ids)
        self.assertEqual(run.notice_ids.line_ids.move_id, second)
        self.assertFalse(run.skip_ids)
        self.assertFalse(first.collection_level_id)

    def test_run_limited_to_customers(self):
        other = self._create_customer("Other")
        contact = self._create_customer("Contact", parent_id=other.id)
        first = self._invoice(days_late=5)
        second = self._invoice(days_late=5, partner=other)
        run = self._run(partner_ids=contact.ids)
        self.assertEqual(run.notice_ids.line_ids.move_id, second)
        self.assertFalse(first.collection_level_id)

    def test_run_limited_to_invoices(self):
        """The customer's other overdue invoices are listed, they do not advance."""
        first = self._invoice(days_late=5)
        second = self._invoice(days_late=5)
        run = self._run(move_ids=first.ids)
        self.assertRecordValues(
            run.notice_ids.line_ids.sorted("kind"),
            [{"move_id": first.id, "kind": "item"}, {"move_id": second.id, "kind": "listed"}],
        )
        self.assertFalse(run.skip_ids)
        self.assertFalse(second.collection_level_id)
