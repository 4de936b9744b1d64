from datetime import timedelta
from unittest.mock import patch

from stdnum.iso7064 import mod_97_10
from stdnum.util import get_cc_module

from odoo.tests import TransactionCase, tagged
from odoo.tools.convert import convert_file

from odoo.addons.base.models.ir_module import IrModuleModule

FILES = ("collection_demo_base.xml", "res.partner.csv", "collection_demo.xml")
MODULE = "account_collections"


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demonstration data loads, and every screen has something to show."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        update = IrModuleModule._update_translations

        def update_ours(modules, *args, **kwargs):
            # The terms of all other modules take longer than all the rest.
            ours = modules.filtered(lambda module: module.name == MODULE)
            return update(ours, *args, **kwargs)

        with patch.object(IrModuleModule, "_update_translations", update_ours):
            for name in FILES:
                convert_file(cls.env, MODULE, f"demo/{name}", {}, "init", noupdate=True)
        cls.companies = cls.env.ref(f"{MODULE}.company_fr") | cls.env.ref(f"{MODULE}.company_ro")
        domain = [("company_id", "in", cls.companies.ids)]
        cls.notices = cls.env["collection.notice"].search(domain)
        cls.skips = cls.env["collection.skip"].search(domain)
        cls.communications = cls.env["collection.communication"].search(domain)

    def test_every_stage(self):
        states = {"issued", "settled", "to_approve", "failed"}
        self.assertLessEqual(states, set(self.notices.mapped("state")))
        names = self.notices.filtered(lambda n: n.stage == "issued").level_id.mapped("name")
        self.assertGreaterEqual(len(set(names)), 4)
        self.assertEqual(set(self.notices.mapped("lang")), {"fr_FR", "ro_RO", "en_US"})
        self.assertEqual(
            set(self.notices.currency_id.mapped("name")), {"EUR", "RON", "USD"}
        )
        self.assertIn("credit", self.notices.line_ids.mapped("kind"))

    def test_every_language_is_its_own(self):
        """The texts were frozen in the customer's language."""
        french = self.notices.filtered(lambda n: n.lang == "fr_FR" and n.email_subject)
        romanian = self.notices.filtered(lambda n: n.lang == "ro_RO" and n.email_subject)
        self.assertFalse(
            set(french.mapped("email_subject")) & set(romanian.mapped("email_subject"))
        )

    def test_every_reason(self):
        reasons = {
            "archived_customer",
            "below_minimum",
            "disputed",
            "held",
            "net_credit",
            "no_followup",
            "no_recipient",
            "not_delivered",
            "promise",
            "sent_recently",
            "waiting_approval",
        }
        self.assertLessEqual(reasons, set(self.skips.mapped("reason")))
        self.assertNotIn("error", self.skips.mapped("reason"))

    def test_every_answer(self):
        """Promises kept, broken and open, a plan being paid, disputes settled both ways,
        answers, calls with reasons, a case at work, a debt given up."""
        domain = [("company_id", "in", self.companies.ids)]
        states = {
            name: set(self.env[f"collection.{name}"].search(domain).mapped("state"))
            for name in ("promise", "plan", "dispute", "hold", "case", "write.off")
        }
        self.assertLessEqual({"kept", "broken", "open"}, states["promise"])
        self.assertEqual(states["plan"], {"active"})
        plan = self.env["collection.plan"].search(domain)
        self.assertEqual(
            plan.promise_ids.sorted("date_promised").mapped("state"), ["kept", "open", "open"]
        )
        self.assertLessEqual({"open", "accepted", "rejected"}, states["dispute"])
        self.assertIn("active", states["hold"])
        self.assertLessEqual({"prepared", "in_progress"}, states["case"])
        self.assertEqual(states["write.off"], {"posted"})
        calls = self.communications.filtered("outcome_code")
        self.assertLessEqual(
            {"reached", "voicemail", "refuses", "already_paid", "promised"},
            set(calls.mapped("outcome_code")),
        )
        self.assertGreater(len(calls.lateness_reason_id), 2)
        self.assertTrue(
            self.communications.filtered(lambda r: r.direction == "in" and r.channel == "email")
        )

    def test_the_worklist_has_something_to_do(self):
        """Each company's list ranks its customers; who is away finds nothing in hers."""
        user = self.env.ref(f"{MODULE}.user_collector")
        away = self.env.ref(f"{MODULE}.user_collector_2")
        for company in self.companies:
            rows = (
                self.env["collection.worklist"]
                .with_user(user)
                .with_context(allowed_company_ids=company.ids)
                .search([])
            )
            kinds = set(rows.filtered("is_todo").mapped("next_kind"))
            self.assertGreaterEqual(len(kinds), 2)
            self.assertNotIn(away, rows.collector_id)
            self.assertIn(away, rows.assigned_id)
            self.assertTrue(any(row.promises_broken for row in rows))

    def test_every_contact(self):
        found = {(row.channel, row.state, row.failure_kind) for row in self.communications}
        self.assertLessEqual(
            {
                ("email", "sent", False),
                ("email", "failed", "address"),
                ("email", "failed", "unknown"),
                ("letter", "sent", False),
                ("letter", "queued", False),
                ("call", "done", False),
                ("call", "queued", False),
                ("meeting", "done", False),
            },
            found,
        )

    def test_nothing_is_left_to_send(self):
        """Installing the demonstration sends nothing, and its addresses are nobody's."""
        mails = self.env["mail.mail"].search(
            [("model", "=", "collection.notice"), ("state", "=", "outgoing")]
        )
        self.assertFalse(mails & self.communications.mail_mail_id)
        addresses = self.communications.filtered(lambda row: row.channel == "email")
        self.assertTrue(all("example.com" in row.address for row in addresses))

    def test_history_is_true(self):
        """Each item climbed level by level; the companies keep their currencies."""
        items = self.notices.line_ids.filtered(
            lambda line: line.kind == "item" and line.stage == "issued"
        )
        for lines in items.grouped("move_line_id").values():
            delays = lines.sorted(lambda line: line.notice_id.date).level_id.mapped("delay_days")
            self.assertEqual(delays, sorted(set(delays)))
        self.assertEqual(self.companies.currency_id.mapped("name"), ["EUR", "RON"])

    def test_lateness_is_charged(self):
        """By law in France, in its currencies too; by contract in Romania."""
        charges = self.env["collection.charge"].search([("company_id", "in", self.companies.ids)])
        self.assertEqual(
            {
                (charge.company_id, charge.kind, charge.currency_id.name, charge.fee_rule_id)
                for charge in charges
            },
            {
                (company, kind, currency, self.env.ref(f"{MODULE}.{rule}"))
                for company, currency, rule in (
                    (self.companies[0], "EUR", "fee_rule_fr_b2b"),
                    (self.companies[0], "USD", "fee_rule_fr_b2b"),
                    (self.companies[1], "RON", "fee_rule_demo_clause"),
                    (self.companies[1], "EUR", "fee_rule_demo_clause"),
                )
                for kind in ("interest", "compensation")
            },
        )
        self.assertEqual(
            set(charges.charge_move_id.journal_id.mapped("code")), {"PEN"}
        )
        demanded = self.notices.filtered(lambda n: n.stage == "issued" and n.amount_charges)
        self.assertLessEqual({"fr_FR", "ro_RO", "en_US"}, set(demanded.mapped("lang")))

    def test_charges_given_up_and_left_over(self):
        charges = self.env["collection.charge"].search([("company_id", "=", self.companies[0].id)])
        waived = charges.filtered(lambda charge: charge.state == "waived")
        self.assertEqual(waived.move_id.partner_id, self.env.ref(f"{MODULE}.partner_menuiserie"))
        self.assertTrue(waived.reason)
        left = charges.filtered(lambda charge: charge.leftover == "to_decide")
        self.assertEqual(left.move_id.partner_id, self.env.ref(f"{MODULE}.partner_librairie"))
        self.assertEqual(left.move_id.payment_state, "paid")
        self.assertGreater(sum(left.mapped("amount_open")), 40)
        task = self.env.ref(f"{MODULE}.mail_activity_type_charges")
        self.assertIn(task, left.move_id.activity_ids.activity_type_id)

    def test_no_rate_is_invented(self):
        """The statutory Romanian customer waits where no rate was published."""
        company = self.companies[1]
        customer = self.env.ref(f"{MODULE}.partner_editura").with_company(company)
        rule = customer.collection_fee_rule_id
        invoice = self.env["account.move"].search(
            [("partner_id", "=", customer.id), ("company_id", "=", company.id)]
        )
        rule.series_id.rate_ids.filtered(
            lambda rate: rate.date_from > invoice.invoice_date_due - timedelta(days=400)
        ).unlink()
        self.env["collection.run"]._prepare_day(company, company._collection_today())
        skips = self.env["collection.skip"].search([("partner_id", "=", customer.id)])
        self.assertIn("missing_rate", skips.mapped("reason"))

    def test_numbers_are_valid(self):
        for partner in self.env["res.partner"].search([("vat", "!=", False)]):
            if partner.get_external_id()[partner.id].startswith(MODULE):
                country = {"uk": "gb"}.get(partner.country_code.lower())
                checker = get_cc_module(country or partner.country_code.lower(), "vat")
                self.assertTrue(checker.is_valid(partner.vat), partner.vat)
        for account in self.companies.partner_id.bank_ids:
            number = account.acc_number.replace(" ", "")
            self.assertTrue(mod_97_10.is_valid(number[4:] + number[:4]), number)
