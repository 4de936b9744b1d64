"""FIELD_BUGS F: one customer, several companies."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .common import TODAY, CollectionsCommon


@tagged("post_install", "-at_install")
class TestCompanies(CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company(name="Other Company")["company"]
        cls.other.email = "other@example.com"
        cls.company.email = "first@example.com"
        cls.other_policy = cls._create_policy(
            "Slow", delays=(20, 40), company_id=cls.other.id
        )

    def _other_invoice(self, days_late):
        due = TODAY - timedelta(days=days_late)
        move = (
            self.env["account.move"]
            .with_company(self.other)
            .create(
                {
                    "move_type": "out_invoice",
                    "company_id": self.other.id,
                    "partner_id": self.customer.id,
                    "invoice_date": due - timedelta(days=30),
                    "invoice_date_due": due,
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [
                        Command.create({"name": "x", "price_unit": 70, "tax_ids": []})
                    ],
                }
            )
        )
        move.action_post()
        return move

    def test_f1_levels_and_policies_are_per_company(self):
        """F1, F3: what one company did says nothing about the other."""
        first = self._invoice(days_late=25)
        second = self._other_invoice(days_late=25)
        self.customer.with_company(self.other).collection_policy_id = self.other_policy
        run = self._run()
        self.assertEqual(run.notice_ids.line_ids.move_id, first)
        self.assertEqual(run.notice_ids.amount_due, 100)
        self.assertFalse(second.collection_level_id)
        other_run = self._run(company=self.other)
        self.assertEqual(other_run.notice_ids.policy_id, self.other_policy)
        self.assertEqual(second.collection_level_id, self.other_policy.level_ids[0])
        self.assertEqual(first.collection_level_id, self.level_1)

    def test_f2_header_and_sender_are_the_creditors(self):
        """F2: no company's header or sender on another's debt."""
        self.level_1.attach_letter = True
        self.other_policy.level_ids[0].attach_letter = True
        self._invoice(days_late=25)
        self._other_invoice(days_late=25)
        self.env["collection.run"]._cron_advance(TODAY)
        notices = self.env["collection.notice"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(len(notices), 2)
        for notice in notices:
            mail = notice.communication_ids.mail_mail_id
            self.assertIn(notice.company_id.email, mail.email_from)
            html = notice.letter_attachment_id.raw.decode()
            (stranger,) = (self.company | self.other) - notice.company_id
            self.assertNotIn(stranger.name, html)

    def test_a_scheduled_action_writes_to_the_companys_people_in_their_language(self):
        """Nobody's language is a scheduled action's own: what it says to people is in that
        of the company's, what it says to customers in theirs."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.company.collection_responsible_id = self.env.user
        self.env.user.lang = "fr_FR"
        self.level_1.requires_approval = True
        unreachable = self._create_customer("Muette", email=False, lang="en_US")
        self._invoice(days_late=25, partner=unreachable)
        self._invoice(days_late=25)
        self.env["collection.run"]._cron_advance(TODAY)
        run = self.env["collection.run"].search([("company_id", "=", self.company.id)])
        self.assertEqual(run.skip_ids.detail, "Muette n’a pas d’adresse e-mail")
        self.assertEqual(run.activity_ids.summary, "Relances à approuver\N{NO-BREAK SPACE}: 1")
        self.assertEqual(run.notice_ids.lang, "en_US")

    def test_f3_figures_do_not_depend_on_the_active_company(self):
        invoice = self._invoice(days_late=25)
        self._other_invoice(days_late=25)
        run = (
            self.env["collection.run"]
            .with_context(allowed_company_ids=(self.other | self.company).ids)
            .create({"company_id": self.company.id, "date": TODAY})
        )
        run.action_propose()
        self.assertEqual(run.notice_ids.line_ids.move_id, invoice)

    def test_f4_f5_user_of_one_company_sees_one(self):
        self._other_invoice(days_late=25)
        other_run = self._run(company=self.other)
        user = self.env["res.users"].create(
            {
                "name": "Collector A",
                "login": "collector_a",
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
                "group_ids": [
                    Command.set(
                        self.env.ref("account_collections.group_collections_collector").ids
                    )
                ],
            }
        )
        for model in ("run", "notice", "notice.line", "skip", "communication"):
            found = self.env[f"collection.{model}"].with_user(user).search([])
            self.assertFalse(found.filtered(lambda record: record.company_id == self.other))
        with self.assertRaises(AccessError):
            other_run.notice_ids.with_user(user).read(["amount_due"])
        with self.assertRaises(AccessError):
            other_run.with_user(user).action_reverse()

    def test_f_cron_serves_every_company_on_its_own_day(self):
        """A8, F: half past eleven in London is tomorrow in Auckland."""
        self.company.partner_id.tz = "America/Los_Angeles"
        self.other.partner_id.tz = "Pacific/Auckland"
        with freeze_time("2026-03-31 23:30:00"):
            self._invoice(days_late=25)
            self._other_invoice(days_late=25)
            self.env["collection.run"]._cron_advance()
        runs = self.env["collection.run"].search(
            [("company_id", "in", (self.company | self.other).ids)]
        )
        self.assertEqual(
            {run.company_id: str(run.date) for run in runs},
            {self.company: "2026-03-31", self.other: "2026-04-01"},
        )

    def test_a8_two_runs_around_midnight_utc_are_one_local_day(self):
        self.company.partner_id.tz = "Europe/Paris"
        self._invoice(days_late=100)
        for moment in ("2026-03-31 22:30:00", "2026-03-31 23:30:00", "2026-04-01 00:30:00"):
            with freeze_time(moment):
                self.env["collection.run"]._cron_advance()
        runs = self.env["collection.run"].search([("company_id", "=", self.company.id)])
        self.assertEqual(runs.mapped(lambda run: str(run.date)), ["2026-04-01"])
        self.assertEqual(len(runs.notice_ids), 1)
