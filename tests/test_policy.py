"""Dunning policies: what they refuse, whom they concern, how they group."""

from datetime import timedelta

import psycopg2

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TODAY, CollectionsCommon


def later(days):
    return TODAY + timedelta(days=days)


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
class TestPolicyResolution(CollectionsCommon):
    """Invoice, else customer (per company), else the company's default."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.of_invoice = cls._create_policy("Of the invoice", delays=(1,), is_default=False)
        cls.of_customer = cls._create_policy("Of the customer", delays=(2,), is_default=False)
        cls.shared = cls.env["collection.policy"].search(
            [("company_id", "=", False), ("is_default", "=", True)]
        )

    def _policy_of(self, invoice, company=None):
        run = self._run(issue=False, company=company, move_ids=invoice.ids)
        policy = run.notice_ids.policy_id
        run.action_cancel()
        return policy

    def test_invoice_then_customer_then_company(self):
        invoice = self._invoice(days_late=50)
        self.assertEqual(self._policy_of(invoice), self.policy)
        self.customer.collection_policy_id = self.of_customer
        self.assertEqual(self._policy_of(invoice), self.of_customer)
        invoice.collection_policy_id = self.of_invoice
        self.assertEqual(self._policy_of(invoice), self.of_invoice)

    def test_archived_policies_are_passed_over(self):
        invoice = self._invoice(days_late=50, collection_policy_id=self.of_invoice.id)
        self.customer.collection_policy_id = self.of_customer
        expected = (self.of_customer, self.policy, self.shared)
        for archived, policy in zip(
            (self.of_invoice, self.of_customer, self.policy), expected, strict=True
        ):
            archived.action_archive()
            self.assertEqual(self._policy_of(invoice), policy)
        self.shared.action_archive()
        run = self._run()
        self.assertFalse(run.notice_ids)

    def test_archived_policies_are_passed_over_for_whoever_shows_them(self):
        """A list that shows archived records is no reason to use one."""
        self.policy.action_archive()
        Policy = self.env["collection.policy"].with_context(active_test=False)
        self.assertEqual(Policy._default_of(self.company), self.shared)

    def test_policy_without_levels_is_passed_over(self):
        self.customer.collection_policy_id = self.of_customer
        self.of_customer.level_ids.unlink()
        self.assertEqual(self._policy_of(self._invoice(days_late=50)), self.policy)

    def test_customers_policy_is_per_company(self):
        other = self.setup_other_company(name="Other")["company"]
        theirs = self._create_policy("Theirs", company_id=other.id)
        self.customer.collection_policy_id = self.of_customer
        self.assertFalse(self.customer.with_company(other).collection_policy_id)
        self.assertEqual(self._policy_of(self._invoice(days_late=50)), self.of_customer)
        self.assertEqual(self.env["collection.policy"]._default_of(other), theirs)

    def test_contact_follows_the_policy_of_his_company(self):
        contact = self._create_customer("Contact", parent_id=self.customer.id)
        self.customer.collection_policy_id = self.of_customer
        invoice = self._invoice(days_late=50, partner=contact)
        self.assertEqual(self._policy_of(invoice), self.of_customer)

    def test_policy_of_another_company_is_refused(self):
        other = self.setup_other_company(name="Other")["company"]
        theirs = self._create_policy("Theirs", company_id=other.id)
        invoice = self._invoice(days_late=50)
        with self.assertRaises(UserError):
            invoice.collection_policy_id = theirs

    def test_shared_policy_serves_a_company_without_one(self):
        self.policy.action_archive()
        self.assertEqual(self._policy_of(self._invoice(days_late=50)), self.shared)

    def _branch(self):
        self.company.write({"child_ids": [Command.create({"name": "Branch"})]})
        self.cr.precommit.run()  # loads the chart of accounts
        branch = self.company.child_ids
        self.env.user.company_ids |= branch
        return branch

    def _branch_invoice(self, branch, **values):
        due = later(-50)
        move = (
            self.env["account.move"]
            .with_company(branch)
            .create(
                {
                    "move_type": "out_invoice",
                    "company_id": branch.id,
                    "partner_id": self.customer.id,
                    "invoice_date": due,
                    "invoice_date_due": due,
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [
                        Command.create({"name": "x", "price_unit": 10, "tax_ids": []})
                    ],
                    **values,
                }
            )
        )
        move.action_post()
        return move

    def test_branch_uses_its_own_then_its_parents_then_the_shared(self):
        branch = self._branch()
        invoice = self._branch_invoice(branch)
        self.assertEqual(invoice.company_id, branch)
        self.assertEqual(self._policy_of(invoice, branch), self.policy)
        own = self._create_policy("Branch", company_id=branch.id)
        self.assertEqual(self._policy_of(invoice, branch), own)
        self.assertEqual(self._policy_of(self._invoice(days_late=50)), self.policy)
        (own | self.policy).action_archive()
        self.assertEqual(self._policy_of(invoice, branch), self.shared)

    def test_branch_invoice_may_name_a_policy_of_the_parent(self):
        branch = self._branch()
        invoice = self._branch_invoice(branch, collection_policy_id=self.of_invoice.id)
        self.assertEqual(self._policy_of(invoice, branch), self.of_invoice)

    def test_branch_and_parent_each_chase_their_own(self):
        branch = self._branch()
        theirs = self._branch_invoice(branch)
        ours = self._invoice(days_late=50)
        self.env["collection.run"]._cron_advance(TODAY)
        notices = self.env["collection.notice"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(
            {(notice.company_id, notice.line_ids.move_id) for notice in notices},
            {(branch, theirs), (self.company, ours)},
        )

    def test_changed_policy_goes_on_where_the_customer_stands(self):
        """Nobody starts again from the bottom: a level counts by its delay."""
        other = self._create_policy("Other", delays=(5, 10, 20, 60), is_default=False)
        invoice = self._invoice(days_late=14)
        self._run()
        self._run(on=later(1))
        self.assertEqual(invoice.collection_level_id, self.level_2)
        self.customer.collection_policy_id = other
        self.assertFalse(self._run(on=later(2)).notice_ids)
        self._run(on=later(6))
        self.assertEqual(invoice.collection_level_id.delay_days, 20)
        self.assertEqual(invoice.collection_level_id.policy_id, other)

    def test_policy_changed_between_proposal_and_issue(self):
        """The proposal is not sent under rules that no longer hold."""
        for name, change in (
            ("archived", self.policy.action_archive),
            ("of the customer", self._choose_another_policy),
        ):
            with self.subTest(name=name):
                invoice = self._invoice(days_late=50)
                run = self._run(issue=False, move_ids=invoice.ids)
                change()
                run.action_issue()
                self.assertRecordValues(run.notice_ids, [{"state": "cancelled"}])
                self.assertSkipped(run, invoice, "policy_changed")
                self.assertFalse(invoice.collection_level_id)
                again = self._run(on=later(1), move_ids=invoice.ids)
                self.assertRecordValues(again.notice_ids, [{"state": "issued"}])
                self.policy.action_unarchive()

    def _choose_another_policy(self):
        self.customer.collection_policy_id = self.of_customer


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
