"""Every screen opens for every role, and lists cost the same for few and many rows."""

from datetime import timedelta

from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import Form, freeze_time, tagged

from .access_common import AccessCommon
from .common import TODAY

# How the names of numbers begin that mean nothing together.
NO_SUMS = ("delay_", "days_", "deadline_", "repeat_", "min_interval", "rate", "margin", "percent")


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestScreens(AccessCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(days_late=16)
        cls._at_level(cls.invoice, cls.level_1)
        cls.issued = cls._run().notice_ids
        cls._invoice(days_late=4, partner=cls._create_customer("No address", email=False))
        cls._invoice(days_late=4, partner=cls._create_customer("Second"))
        cls.run_today = cls._run(issue=False)
        cls.proposal = cls.run_today.notice_ids
        cls._pause("hold", partner=cls._create_customer("Held"))
        cls._pause("dispute")
        cls._pause("promise", partner=cls._create_customer("Promised"), date_promised=TODAY)

    @classmethod
    def _at_level(cls, invoice, level, days_ago=20):
        item = cls._item(invoice)
        item.collection_level_id = level
        item.collection_manual_date = TODAY - timedelta(days=days_ago)

    def _actions(self):
        data = self.env["ir.model.data"].search(
            [("module", "=", "account_collections"), ("model", "=", "ir.actions.act_window")]
        )
        actions = self.env["ir.actions.act_window"].browse(data.mapped("res_id"))
        return actions.filtered(lambda action: action.res_model != "res.config.settings")

    def test_l4_every_screen_opens_for_every_role(self):
        for action in self._actions():
            for role in ("auditor", "collector", "manager"):
                with self.subTest(action.name, role=role):
                    self._open(action, role)

    def _open(self, action, role):
        model = self._as(role, self.env[action.res_model])
        views = model.get_views([*action.views, (action.search_view_id.id, "search")])
        for kind, view in views["views"].items():
            if kind in ("list", "kanban", "calendar"):
                arch = etree.fromstring(view["arch"])
                names = {
                    node.get("name")
                    for node in arch.iter("field")
                    if not any(parent.tag == "field" for parent in node.iterancestors())
                }
                model.web_search_read([], {name: {} for name in names}, limit=40)
        record = model.search([], limit=1)
        if record and "form" in views["views"]:
            view_id = {kind: view for view, kind in action.views}.get("form")
            Form(record, view=view_id or None)

    def test_every_list_says_what_to_do_when_it_is_empty(self):
        # A dialog with a form has no list to be empty.
        for action in self._actions().filtered(lambda action: action.view_mode != "form"):
            self.assertIn("o_view_nocontent_smiling_face", action.help or "", action.name)

    def test_groups_add_up_only_what_adds_up(self):
        """Three levels after 10, 16 and 30 days are not one after 56."""
        for action in self._actions().filtered(lambda action: "list" in action.view_mode):
            model = self.env[action.res_model]
            arch = model.get_views([*action.views])["views"]["list"]["arch"]
            for node in etree.fromstring(arch).iter("field"):
                field = model._fields.get(node.get("name"))
                if field is not None and field.store and field.name.startswith(NO_SUMS):
                    with self.subTest(str(field)):
                        self.assertNotEqual(field.aggregator, "sum")

    def test_settings_open(self):
        self.env.user.group_ids |= self.env.ref("base.group_system")
        settings = self.env["res.config.settings"]
        self.assertIn("collection_start_due_date", settings.get_view(view_type="form")["arch"])
        settings.create({"min_days_after_sending": 3}).execute()
        self.assertEqual(self.company.min_days_after_sending, 3)

    # Dialogs

    def test_l5_lists_cost_the_same_for_few_and_many(self):
        """Opening a list runs no query per row."""
        customers = self.env["res.partner"].union(
            *(self._create_customer(f"Customer {number}") for number in range(12))
        )
        invoices = self.env["account.move"].union(
            *(self._invoice(days_late=20, partner=customer) for customer in customers)
        )
        notices = self._run(partner_ids=customers.ids).notice_ids
        lists = {
            invoices: ["collection_level_id", "collection_next_date", "collection_status"],
            customers: [
                "credit",
                "collection_amount_overdue",
                "collection_level_id",
                "collection_last_contact",
                "collection_notice_count",
            ],
            notices: ["state", "amount_total", "level_id", "letters_to_post"],
            notices.communication_ids: ["call_date", "call_script", "state", "address"],
        }
        for records, names in lists.items():
            with self.subTest(records._name):
                counts = [self._count_queries(part, names) for part in (records[:2], records)]
                self.assertEqual(*counts)

    def _count_queries(self, records, names):
        records = self._as("collector", self.env[records._name]).browse(records.ids)
        self.env.flush_all()
        for _warm in range(2):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.web_read({name: {} for name in names})
        return self.env.cr.sql_log_count - before

    def test_a_call_is_made(self):
        row = self.issued.communication_ids.filtered(lambda com: com.channel == "call")
        dialog = self._as("collector", self._dialog(self._as("collector", row).action_log_call()))
        with self.assertRaises(UserError):
            dialog.action_done()
        dialog.outcome = "Pays on Friday"
        dialog.action_done()
        self.assertEqual((row.state, row.outcome), ("done", "Pays on Friday"))
        self.assertEqual(row.user_id, self.users["collector"])
        with self.assertRaises(UserError, msg="made already"):
            dialog.action_done()

    def test_nobody_reached_is_a_contact_and_the_call_stays(self):
        row = self.issued.communication_ids.filtered(lambda com: com.channel == "call")
        dialog = self._as("collector", self._dialog(self._as("collector", row).action_log_call()))
        dialog.retry_date = TODAY + timedelta(days=2)
        dialog.action_retry()
        self.assertEqual((row.state, row.call_date), ("queued", dialog.retry_date))
        attempt = self.issued.communication_ids.filtered(lambda com: not com.automatic)
        self.assertEqual((attempt.state, attempt.channel), ("done", "call"))

    def test_preview_shows_the_text_and_changes_nothing(self):
        preview = self._dialog(self._as("auditor", self.proposal).action_preview_email())
        self.assertIn("please pay", preview.body)
        self.assertEqual(self.proposal.stage, "proposed")
        self.assertFalse(self.proposal.email_body)
        self.assertFalse(self.proposal.communication_ids)

    def _dialog(self, action):
        self.assertEqual(action["target"], "new")
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_hold_of_a_customer_closes_his_proposals(self):
        customer = self._as("collector", self.proposal.partner_id)
        context = customer.action_collection_hold()["context"]
        form = Form(self._as("collector", self.env["collection.hold"]).with_context(**context))
        form.reason = "Waiting for a credit note"
        hold = form.save()
        self.assertEqual(hold.partner_id, customer)
        self.assertEqual(self.proposal.stage, "cancelled")
        self.assertEqual(self.proposal.line_ids.drop_reason, "held")
        self.assertEqual(self.proposal.failure_reason, "On hold")

    def test_without_its_ultimatum_a_notice_needs_no_approval(self):
        customer = self._create_customer("Two levels")
        worst = self._invoice(days_late=40, partner=customer)
        self._at_level(worst, self.level_2)
        self._invoice(days_late=4, partner=customer)
        notice = self._run(issue=False, partner_ids=customer.ids).notice_ids
        self.assertEqual(notice.stage, "to_approve")
        line = notice.line_ids.filtered(lambda row: row.move_id == worst)
        self._as("collector", line).action_drop()
        self.assertEqual((notice.level_id, notice.stage), (self.level_1, "proposed"))
        self.assertTrue(notice.has_dropped_items)

    def test_letters_are_printed_and_posted(self):
        notice = self._as("collector", self.issued)
        self.assertTrue(notice.letters_to_post)
        letters = notice.communication_ids.filtered(lambda com: com.channel == "letter")
        self.assertEqual(letters.action_print_letters()["type"], "ir.actions.report")
        self.assertEqual(letters.state, "queued")
        notice.action_mark_posted()
        self.assertEqual(letters.state, "sent")
        self.assertFalse(notice.letters_to_post)

    def test_run_opens_what_it_made(self):
        run = self._as("auditor", self.run_today)
        for action in (
            run.action_open_notices(),
            run.action_open_skips(),
            run.action_open_to_approve(),
        ):
            self.assertEqual(action["domain"], [("run_id", "=", run.id)])
