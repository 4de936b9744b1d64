"""Core leaves the items of miscellaneous entries out of follow-up: a collector sees that, and
changes it where he works."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools.safe_eval import safe_eval

from .access_common import AccessCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestLeftOut(AccessCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._create_customer("Second")
        cls.opening = cls._opening_balance({cls.customer: 20.0, cls.second: 30.0})
        cls.items = cls._item(cls.opening)
        cls.view = cls.env.ref("account.view_move_form")

    def _use(self, action, role, records):
        """Choose a server action on records of a list."""
        action = self._as(role, self.env.ref(f"account_collections.{action}").with_env(self.env))
        return action.with_context(
            active_model=records._name, active_ids=records.ids, active_id=records.ids[0]
        ).run()

    def test_opening_balances_are_collected_when_a_collector_says_so(self):
        self.assertFalse(self._run().notice_ids)
        opening = self._as("collector", self.opening)
        with Form(opening, view=self.view) as form:
            self.assertTrue(form.collection_left_out)
            self.assertEqual(len(form.collection_item_ids), 2)
        opening.action_collection_collect()
        self.assertEqual(self.items.mapped("no_followup"), [False, False])
        self.opening.invalidate_recordset()
        with Form(opening, view=self.view) as form:
            self.assertFalse(form.collection_left_out)
            self.assertEqual(form.collection_status, "due")
        self.assertEqual(self._run().notice_ids.partner_id, self.customer | self.second)

    def test_one_item_of_an_entry(self):
        first, other = self.items
        self._as("collector", first).action_collection_collect()
        self.assertEqual((first.no_followup, other.no_followup), (False, True))
        self.opening.invalidate_recordset()
        self.assertTrue(self.opening.collection_left_out)
        self.assertEqual(self._run().notice_ids.partner_id, first.partner_id)
        self._as("collector", first).action_collection_leave_out()
        self.assertTrue(first.no_followup)

    def test_an_invoice_is_left_out_as_a_whole(self):
        invoice = self._invoice(days_late=5)
        items = self._as("collector", self._item(invoice))
        with Form(self._as("collector", invoice), view=self.view) as form:
            self.assertEqual(len(form.collection_item_ids), 1)
        items.action_collection_leave_out()
        self.assertTrue(invoice.no_followup)
        self.assertSkipped(self._run(), invoice, "no_followup")
        self.assertEqual(invoice.collection_status, "paused")
        items.action_collection_collect()
        self.assertFalse(invoice.no_followup)

    def test_selected_journal_items(self):
        self._use("action_collect_items", "collector", self.opening.line_ids)
        self.assertEqual(self.items.mapped("no_followup"), [False, False])
        # What is no customer's debt is none of ours.
        self.assertTrue((self.opening.line_ids - self.items).no_followup)
        self._use("action_leave_out_items", "manager", self.items)
        self.assertEqual(self.items.mapped("no_followup"), [True, True])
        with self.assertRaises(UserError):
            self._use("action_collect_items", "collector", self.opening.line_ids - self.items)

    def test_who_decides(self):
        for role in ("auditor", "invoicer", "salesperson", "portal"):
            with self.subTest(role):
                for method in ("action_collection_collect", "action_collection_leave_out"):
                    with self.assertRaises(AccessError):
                        getattr(self._as(role, self.items), method)()
                with self.assertRaises(AccessError):
                    self._as(role, self.opening).action_collection_collect()
                with self.assertRaises(AccessError):
                    self._use("action_collect_items", role, self.items)
        self.assertEqual(self.items.mapped("no_followup"), [True, True])

    def test_nothing_of_another_company(self):
        other = self.setup_other_company()["company"]
        self.users["collector"].sudo().write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        items = self._as("collector", self.items).with_context(allowed_company_ids=other.ids)
        with self.assertRaises(AccessError):
            items.action_collection_collect()

    def test_the_entry_remembers_who_decided(self):
        before = self.opening.message_ids
        self._as("collector", self.items).action_collection_collect()
        note = self.opening.message_ids - before
        self.assertEqual(note.author_id, self.users["collector"].partner_id)
        # Said again, nothing is noted.
        self._as("collector", self.items).action_collection_collect()
        self.assertEqual(self.opening.message_ids - before, note)

    def test_each_view_shows_it(self):
        lines = self._as("collector", self.env["account.move.line"])
        listed = lines.get_view(self.env.ref("account.view_move_line_tree").id, "list")
        self.assertIn('name="no_followup"', listed["arch"])
        search = self.env.ref("account.view_account_move_line_filter")
        self.assertIn("collection_left_out", lines.get_view(search.id, "search")["arch"])
        row = self._as("collector", self.env["collection.worklist"]).search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertTrue(row.item_ids.no_followup)
        arch = row.get_view(view_type="form")["arch"]
        self.assertIn('name="action_collection_collect"', arch)
        self.assertIn('name="no_followup"', arch)

    def test_the_menu_of_customers_knows_everybody_who_owes(self):
        """A customer joins a company that never bought anything: the debt is the company's."""
        domain = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collections.res_partner_action_collections"
        )["domain"]
        company, stranger = self._create_customer("Group"), self._create_customer("Owes nothing")
        self.second.parent_id = company
        customers = self._as("collector", self.env["res.partner"])
        found = customers.search(safe_eval(domain))
        self.assertLessEqual(self.customer | company, found)
        self.assertFalse(found & (self.second | stranger))
        self.assertEqual(
            (company | self.second | stranger).mapped("collection_has_debts"), [True, True, False]
        )
        self.opening.button_draft()
        self.assertNotIn(company, customers.search(safe_eval(domain)))
