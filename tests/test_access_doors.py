"""Back doors a reviewer found: what a person may not decide, write or see by a side entrance."""

import base64
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged

from .access_common import AccessCommon
from .common import TODAY, later


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestAccessDoors(AccessCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(days_late=5)

    # Files

    def _secret(self):
        return self.env["ir.attachment"].create({"name": "salaries.txt", "raw": b"secret"})

    def _plan(self, role="collector", **values):
        return self._as(role, self.env["collection.plan"]).create(
            {
                "partner_id": self.customer.id,
                "move_line_ids": self._item(self.invoice).ids,
                **values,
            }
        )

    def test_a_plan_opens_no_other_file(self):
        """The signed letter is read and written in sudo: it is the plan's own or none."""
        secret = self._secret()
        vals = {"signed_attachment_id": secret.id}
        plans = self._plan(**vals) | self._plan().with_context(
            default_signed_attachment_id=secret.id
        ).copy()
        plans.write(vals)
        self.assertFalse(plans.signed_attachment_id)
        # Even where it came to stand there: it belongs to another.
        plan = plans[0]
        plan.sudo().signed_attachment_id = secret
        self.assertFalse(plan.signed_document)
        plan.signed_document = False
        self.assertTrue(secret.exists())
        plan.write({"signed_document": base64.b64encode(b"mine"), "signed_filename": "x.pdf"})
        self.assertEqual((secret.raw, secret.name), (b"secret", "salaries.txt"))
        self.assertEqual(base64.b64decode(plan.signed_document), b"mine")
        self.assertEqual(plan.signed_filename, "x.pdf")
        plan.signed_document = False
        self.assertFalse(plan.signed_attachment_id)

    def test_a_case_binds_no_file_its_collector_cannot_read(self):
        case = self._as("collector", self.env["collection.case"]).create(
            {"partner_id": self.customer.id, "move_line_ids": self._item(self.invoice).ids}
        )
        with self.assertRaises(AccessError):
            case.document_ids = self._secret()
        mine = self._as("collector", self.env["ir.attachment"]).create(
            {"name": "contract.pdf", "raw": b"%PDF"}
        )
        case.document_ids = mine
        self.assertEqual(case.document_ids, mine)

    def test_an_email_takes_no_file_its_writer_cannot_read(self):
        """Core sees to it that nobody links what he may not read."""
        writer = self._as("collector", self.env["collection.write"])
        wizard = writer.browse(writer._open(self.customer)["res_id"])
        with self.assertRaises(AccessError):
            wizard.attachment_ids = self._secret()

    # Cases

    def _case(self, *invoices, notice=None):
        items = self._item(self.env["account.move"].union(*invoices))
        return self.env["collection.case"].sudo().create(
            {
                "partner_id": self.customer.id,
                "move_line_ids": items.ids,
                "notice_id": notice and notice.id,
            }
        )

    def test_the_items_of_an_ultimatum_are_its_manager_s(self):
        """A collector takes nothing out of what a manager said is handed over."""
        second = self._invoice(days_late=6)
        notice = self._run().notice_ids
        case = self._case(self.invoice, second, notice=notice)
        line, rest = case.line_ids
        mine = self._as("collector", case)
        with self.assertRaises(AccessError):
            self._as("collector", line).unlink()
        with self.assertRaises(AccessError):
            mine.line_ids = [Command.delete(line.id)]
        with self.assertRaises(AccessError):
            mine.move_line_ids = rest.move_line_id
        self.assertEqual(case.line_ids, line | rest)
        self._as("manager", case).move_line_ids = rest.move_line_id
        self.assertEqual(case.line_ids, rest)

    def test_the_last_item_of_a_case_stays(self):
        second = self._invoice(days_late=6)
        case = self._as("collector", self._case(self.invoice, second))
        case.line_ids[0].unlink()
        for role in ("collector", "manager"):
            with self.subTest(role=role), self.assertRaises(UserError):
                self._as(role, case.line_ids).unlink()
        with self.assertRaises(ValidationError):
            case.move_line_ids = False
        # Exchanged, all of them, for others.
        other = self._item(self._invoice(days_late=7))
        case.move_line_ids = other
        self.assertEqual(case.line_ids.move_line_id, other)

    # Runs of a later day

    def test_tomorrow_is_looked_at_and_not_issued(self):
        """Customers are not reminded before their time, nor charged for days to come."""
        soon = self._invoice(days_late=-1)
        run = self._as("collector", self.env["collection.run"]).create({"date": later(4)})
        run.action_propose()
        self.assertIn(soon, run.notice_ids.line_ids.move_id)
        with self.assertRaises(UserError):
            run.action_issue()
        with self.assertRaises(UserError):
            run.notice_ids.action_issue()
        wizard = self._as("manager", self.env["collection.remind"]).create(
            {"company_id": self.company.id, "date": later(9)}
        )
        run.action_cancel()
        with self.assertRaises(UserError):
            wizard.action_issue()
        self.assertFalse(soon.collection_level_id)

    def test_what_was_made_in_advance_goes_out_on_its_day(self):
        run = self._as("collector", self.env["collection.run"]).create({"date": later(4)})
        run.action_propose()
        with freeze_time(later(4)):
            run.action_issue()
        self.assertEqual(run.notice_ids.mapped("stage"), ["issued"])
        self.assertEqual(run.notice_ids.date, later(4))

    # Approval

    def test_a_word_about_a_level_is_none_about_a_higher_one(self):
        """Lowered, approved, put back: the ultimatum still waits for its manager."""
        self.level_2.requires_approval = True
        self.level_3.opens_case = True
        self.policy.advance_mode = "jump"
        self.invoice.button_draft()
        invoice = self._invoice(days_late=40)
        notice = self._as("collector", self._run(issue=False).notice_ids)
        self.assertEqual((notice.level_id, notice.stage), (self.level_3, "to_approve"))
        notice.line_ids.level_id = self.level_2
        self.assertEqual(notice.stage, "to_approve")
        self._as("manager", notice).action_approve()
        self.assertEqual((notice.stage, notice.approved_level_id), ("proposed", self.level_2))
        # Lower still, and back to what was approved: that word counts.
        notice.line_ids.level_id = self.level_1
        notice.line_ids.level_id = self.level_2
        self.assertEqual(notice.stage, "proposed")
        notice.line_ids.level_id = self.level_3
        self.assertEqual((notice.level_id, notice.stage), (self.level_3, "to_approve"))
        self.assertFalse(notice.approved_by_id | notice.handover_answered_by_id)
        with self.assertRaises(UserError):
            notice.action_issue()
        self._as("manager", notice).action_approve()
        self.assertEqual(notice.handover_answer, "yes")
        notice.action_issue()
        self.assertEqual(invoice.collection_level_id, self.level_3)

    # Journal items

    def test_a_manager_sets_a_level_without_booking(self):
        item = self._as("manager", self._item(self.invoice))
        self.assertFalse(item.has_access("write"))
        item.collection_level_id = self.level_2
        self.assertEqual(item.collection_level_id, self.level_2)
        self.assertEqual(item.collection_date, TODAY)
        with self.assertRaises(AccessError):
            item.write({"collection_level_id": self.level_1.id, "name": "x"})
        for role in ("auditor", "invoicer", "salesperson"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._as(role, item).collection_level_id = self.level_1

    def test_a_level_is_set_on_what_one_may_read(self):
        other = self.setup_other_company(name="Elsewhere")["company"]
        self.users["manager"].sudo().write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        with self.assertRaises(AccessError):
            self._as("manager", self._item(self.invoice)).collection_level_id = self.level_2

    # What a manager agrees on with a customer

    def test_a_manager_keeps_the_customer_s_record(self):
        customer = self._as("manager", self.customer)
        contact = self._create_customer("Accounting", parent_id=self.customer.id)
        with Form(customer) as form:
            form.collection_policy_id = self.policy
            form.collection_contact_id = contact
        customer.write(
            {
                "collection_credit_blocked": True,
                "collection_credit_override": TODAY + timedelta(days=9),
                "collection_fee_rule_id": self.env.ref("account_collections.fee_rule_none").id,
                "collection_discount_own_tolerance": True,
            }
        )
        self.assertEqual(self.customer.collection_contact_id, contact)
