"""Which dunning policy an invoice follows: one place decides it."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import TODAY, CollectionsCommon, later


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

    def test_what_is_kept_in_memory_is_never_stale(self):
        """Every way a policy changes: made, filled, made the default, archived, deleted."""
        policies = self.env["collection.policy"]

        def known():
            usable = policies._usable(self.company)
            fresh = policies.sudo().search(
                [
                    ("company_id", "in", (False, self.company.id)),
                    "|",
                    ("level_ids", "!=", False),
                    ("discount_level_ids", "!=", False),
                ]
            )
            self.assertEqual(usable, fresh)
            return usable

        empty = policies.create({"name": "Without levels", "company_id": self.company.id})
        self.assertNotIn(empty, known())
        level = self.level_1.copy({"policy_id": empty.id})
        self.assertIn(empty, known())
        self.policy.is_default = False
        self.assertEqual(policies._default_of(self.company), self.shared)
        empty.is_default = True
        self.assertEqual(policies._default_of(self.company), empty)
        level.unlink()
        self.assertNotIn(empty, known())
        self.assertEqual(policies._default_of(self.company), self.shared)
        self.shared.company_id = self.setup_other_company()["company"]
        self.assertNotIn(self.shared, known())
        self.of_invoice.unlink()
        known()

    def test_the_fee_rule_kept_in_memory_follows_level_and_policy(self):
        rule = self.env["collection.fee.rule"].create({"name": "Rule", "interest_kind": "none"})
        invoice = self._invoice(days_late=50)
        items = invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")
        self.assertFalse(rule._of_items(items))
        self.level_2.fee_rule_id = rule
        self.assertEqual(rule._of_items(items), {items.id: rule})
        other = rule.copy()
        self.policy.fee_rule_id = other
        self.assertEqual(rule._of_items(items), {items.id: other})
        self.policy.fee_rule_id = self.level_2.fee_rule_id = False
        self.assertFalse(rule._of_items(items))

    def test_the_time_zone_kept_in_memory_follows_company_and_calendar(self):
        zone = self.company._collection_zone
        self.company.partner_id.tz = "Pacific/Kiritimati"
        self.assertEqual(zone().zone, "Pacific/Kiritimati")
        self.company.partner_id.tz = False
        calendar = self.env["resource.calendar"].create({"name": "Own", "tz": "Asia/Tokyo"})
        self.company.resource_calendar_id = calendar
        self.assertEqual(zone().zone, "Asia/Tokyo")
        calendar.tz = "Europe/Paris"
        self.assertEqual(zone().zone, "Europe/Paris")
