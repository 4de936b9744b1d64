"""What a second pair of eyes found."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .access_common import AccessCommon
from .common import TODAY, CollectionsCommon, later


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestReview(AccessCommon):
    def _communication(self, **values):
        return {
            "company_id": self.company.id,
            "partner_id": self.customer.id,
            "channel": "call",
            "summary": "Called",
            **values,
        }

    def test_portal_reads_nothing_of_collections(self):
        portal = self.users["portal"]
        portal.sudo().partner_id.parent_id = self.customer
        invoice = self._invoice(days_late=16)
        self._pause("hold", invoice, reason="Nearly bankrupt")
        invoice.message_subscribe(portal.partner_id.ids)
        for record in (invoice, self._item(invoice), portal.partner_id):
            record = record.with_user(portal)
            record.read(["display_name"])
            names = [name for name in record._fields if name.startswith("collect")]
            for name in set(names) - set(record.fields_get()):
                with self.subTest(name), self.assertRaises(AccessError):
                    record.read([name])
            readable = {name for name in names if name in record.fields_get()}
            self.assertLessEqual(
                readable, {"collection_notice_count", "collection_communication_count"}
            )

    def test_defaults_in_the_context_are_no_way_in(self):
        run = self._as("collector", self.env["collection.run"])
        run = run.with_context(default_automatic=True, default_state="issued").create(
            {"company_id": self.company.id, "date": TODAY}
        )
        self.assertEqual((run.automatic, run.state), (False, "draft"))
        mail = self.env["mail.mail"].create({"subject": "Of somebody else"})
        row = self._as("collector", self.env["collection.communication"])
        row = row.with_context(default_automatic=True, default_mail_mail_id=mail.id).create(
            self._communication()
        )
        self.assertFalse(row.automatic)
        self.assertFalse(row.sudo().mail_mail_id)

    def test_a_dialog_shows_nothing_of_another_company(self):
        other = self.setup_other_company()["company"]
        row = self.env["collection.communication"].create(
            self._communication(company_id=other.id, address="+33 secret", state="queued")
        )
        with self.assertRaises(AccessError):
            self._as("collector", self.env["collection.call"]).create({"communication_id": row.id})
        own = self.env["collection.communication"].create(self._communication(state="queued"))
        self._as("collector", self.env["collection.call"]).create({"communication_id": own.id})

    def test_an_invoicer_does_not_decide_who_is_reminded(self):
        invoice = self._invoice(days_late=16)
        for values in (
            {"collection_date": "2099-01-01"},
            {"collection_occurrence": 9},
            {"collection_manual_level_id": self.level_3.id},
            {"collection_manual_date": TODAY},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                self._as("invoicer", self._item(invoice)).write(values)
        # What belongs to his work goes on.
        self._as("invoicer", invoice).button_draft()
        self._as("invoicer", invoice).invoice_date_due = later(-5)
        self._as("invoicer", invoice).action_post()
        self.assertEqual(self._item(invoice).date_maturity, later(-5))

    def test_a_collector_who_left_signs_nothing(self):
        collector = self.users["collector"]
        self.customer.collector_id = collector
        self.company.collection_responsible_id = collector
        collector.sudo().active = False
        self._invoice(days_late=16)
        notice = self._run().notice_ids
        self.assertFalse(notice.collector_id)
        self.assertNotEqual(self.company._collection_responsible(), collector)

    def test_a_pause_ends_with_its_items(self):
        for kind, state in (("hold", "ended"), ("dispute", "withdrawn"), ("promise", "cancelled")):
            with self.subTest(kind):
                invoice, other = self._invoice(days_late=16), self._invoice(days_late=16)
                values = {"date_promised": later(30)} if kind == "promise" else {}
                pause = self._pause(kind, invoice, **values)
                both = self._pause(kind, invoice | other, **values)
                invoice.button_draft()
                invoice.unlink()
                self.assertEqual(pause.state, state)
                self.assertEqual(both.move_line_ids, self._item(other))
                both.unlink()
                run = self._run(issue=False)
                self.assertIn(other, run.notice_ids.line_ids.move_id)
                run.action_cancel()

    def test_k1_paid_before_the_mail_left(self):
        invoice = self._invoice(days_late=4)
        notice = self._run().notice_ids
        row = notice.communication_ids
        mail = row.mail_mail_id
        self._pay(invoice)
        self.assertEqual(notice.state, "settled")
        mail.send()
        self.assertEqual((mail.state, row.state, row.failure_kind), ("cancel", "failed", "cancelled"))
        self.assertFalse(notice.is_undelivered)
        self.assertEqual(notice.state, "settled")

    def test_letters_are_rendered_for_what_waits_only(self):
        """A level that gets a letter later does not make old notices get one."""
        self._invoice(days_late=4)
        notice = self._run().notice_ids
        notice.communication_ids.sudo()._sent()
        self.level_1.attach_letter = True
        self.env["collection.run"]._cron_render_letters()
        self.assertFalse(notice.letter_attachment_id)

    def test_f_each_company_gets_its_task_to_allocate(self):
        other = self.setup_other_company()["company"]
        self.env["mail.activity"].create(
            {
                "activity_type_id": self.env.ref(
                    "account_collections.mail_activity_type_allocate"
                ).id,
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": self.customer.id,
                "summary": f"{other.name}: allocate open credits",
                "user_id": self.env.uid,
            }
        )
        self._invoice(days_late=16)
        self._credit_note(500)
        for _again in range(2):
            self._run()
            tasks = self.customer.activity_ids.filtered(
                lambda task: task.summary.startswith(self.company.name)
            )
            self.assertEqual(len(tasks), 1)

    def test_install_leaves_opening_balances_alone(self):
        from ..hooks import post_init_hook

        company = self.setup_other_company()["company"]
        books = self.env["account.move"].with_company(company)
        accounts = self.env["account.account"].with_company(company).search(
            [("company_ids", "in", company.ids)]
        )
        pick = lambda kind: accounts.filtered(lambda acc: acc.account_type == kind)[:1].id  # noqa: E731
        books.create(
            {
                "move_type": "entry",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": pick("asset_receivable"),
                            "partner_id": self.customer.id,
                            "debit": 100,
                        }
                    ),
                    Command.create({"account_id": pick("income"), "credit": 100}),
                ],
            }
        ).action_post()
        company.collection_start_due_date = False
        post_init_hook(self.env)
        self.assertEqual(company.collection_start_due_date, TODAY)


@tagged("post_install", "-at_install")
class TestAfterTheReview(CollectionsCommon):
    def test_a_level_that_comes_to_need_approval_waits_for_it(self):
        self._invoice(days_late=5)
        run = self._run(issue=False)
        self.level_1.requires_approval = True
        run.action_issue()
        self.assertEqual(run.notice_ids.state, "to_approve")
        self.assertFalse(run.notice_ids.communication_ids)
        run.notice_ids.action_approve()
        run.notice_ids.action_issue()
        self.assertEqual(run.notice_ids.state, "issued")

    def test_an_ultimatum_whose_worst_item_was_paid_waits_for_nobody(self):
        self.level_3.requires_approval = True
        self.policy.advance_mode = "jump"
        worst = self._invoice(days_late=40)
        mild = self._invoice(days_late=5)
        cron = self.env["collection.run"]._cron_advance
        cron(TODAY)
        notice = self.env["collection.notice"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(notice.state, "to_approve")
        self._pay(worst)
        cron(TODAY + timedelta(days=1))
        self.assertEqual(notice.state, "cancelled")
        self.assertEqual(mild.collection_level_id, self.level_1)

    def test_a_policy_with_notices_is_archived_not_deleted(self):
        self._invoice(days_late=5)
        self._run()
        with self.assertRaises(UserError):
            self.policy.unlink()

    def test_a_language_switched_off_since_does_not_break_the_letter(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        self.level_1.attach_letter = True
        self._invoice(days_late=5)
        notice = self._run().notice_ids
        self.assertEqual(notice.lang, "fr_FR")
        self.customer.lang = "en_US"
        self.env["res.lang"].search([("code", "=", "fr_FR")]).sudo().active = False
        self.env["ir.actions.report"]._render_qweb_pdf(
            "account_collections.action_report_notice", notice.ids
        )
