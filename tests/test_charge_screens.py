"""What the screens of charges and fee rules show."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged

from .access_common import AccessCommon
from .charges_common import ChargesCommon
from .common import later

ROLES = ("auditor", "collector", "manager")


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestChargeScreens(AccessCommon, ChargesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(15, 1000.0)
        item = cls._item(cls.invoice).sudo()
        item.collection_level_id = cls.level_1
        item.collection_manual_date = later(-60)
        cls.run_today = cls._run()
        cls.notice = cls.run_today.notice_ids
        cls.charges = cls.notice.charge_ids

    def test_the_calculation_is_shown(self):
        interest = self._charges(self.invoice, "interest")
        for role in ROLES:
            table = str(self._as(role, interest).segments_table)
            for text in ("03/17/2026", "03/31/2026", "1,000.00", "12 %", "4.93"):
                self.assertIn(text, table)
        self.assertFalse(self._charges(self.invoice, "compensation").segments_table)

    def test_texts_of_the_rule_are_escaped(self):
        self.rule.legal_basis = "<script>alert(1)</script>"
        table = str(self._charges(self.invoice, "interest").segments_table)
        self.assertNotIn("<script>", table)

    def test_a_notice_lists_its_charges(self):
        table = str(self._as("auditor", self.notice).charges_table)
        for text in (self.invoice.name, "4.93", "40.00", "44.93"):
            self.assertIn(text, table)
        self.assertNotIn("when issued", table)

    def test_a_proposal_shows_what_it_will_charge(self):
        other = self._create_customer("Other", is_company=True)
        self._ready(self._invoice(15, 1000.0, partner=other))
        proposal = self._run(issue=False).notice_ids
        table = str(self._as("collector", proposal).charges_table)
        self.assertIn("when issued", table)
        self.assertIn("44.93", table)

    def test_forms_show_what_lateness_costs(self):
        second = self._invoice(10, 1000.0)
        self.policy.fee_rule_id = self.rule
        for role in ROLES:
            for record in (self.invoice, second, self.charges.charge_move_id, self.customer):
                with self.subTest(role=role, record=record.display_name):
                    Form(self._as(role, record))
        Form(self._as("invoicer", self._unallocated_payment(10)))
        self.assertEqual(self._as("collector", second).collection_interest_accrued, 3.29)

    def test_smart_buttons_lead_to_the_right_places(self):
        charges = self._as("auditor", self.invoice).action_collection_charges()
        self.assertEqual(set(charges["domain"][0][2]), set(self.charges.ids))
        document = self._as("auditor", self.charges.charge_move_id)
        self.assertEqual(document.action_collection_charged_invoices()["res_id"], self.invoice.id)
        self.assertEqual(self._as("auditor", self.customer).collection_charge_count, 2)
        self.assertEqual(self._as("salesperson", self.customer).collection_charge_count, 0)
        action = self._as("auditor", self.customer).action_collection_charges()
        found = self.env["collection.charge"].search(action["domain"])
        self.assertEqual(found, self.charges)

    def test_charges_are_not_written_by_hand(self):
        for role in ROLES:
            with self.subTest(role), self.assertRaises(UserError):
                self._as(role, self.charges).write({"amount": 1.0})
        for role in ("auditor", "collector"):
            with self.subTest(role), self.assertRaises(AccessError):
                self._as(role, self.env["collection.charge"]).create({"kind": "fee"})

    def test_lists_cost_the_same_for_few_and_many(self):
        names = ("partner_id", "amount_open", "state", "charge_move_id", "display_name")
        for number in range(8):
            partner = self._create_customer(f"Customer {number}", is_company=True)
            self._ready(self._invoice(15, 1000.0, partner=partner))
        charges = self._run().notice_ids.charge_ids.sorted("id")
        self.assertGreater(len(charges), 10)
        self.assertEqual(self._queries(charges[:4], names), self._queries(charges, names))

    def _queries(self, records, names):
        records = self._as("collector", self.env[records._name]).browse(records.ids)
        self.env.flush_all()
        for _warm in range(2):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.web_read({name: {} for name in names})
        return self.env.cr.sql_log_count - before

    # Fee rules

    def test_a_rule_can_be_tried(self):
        with Form(self._as("manager", self.rule)) as form:
            self.assertEqual((form.try_amount, form.try_days), (1000.0, 30))
            # 1,000 x 12 % x 30 / 365.
            self.assertEqual((form.try_interest, form.try_fixed), (9.86, 40.0))
            form.try_days = 60
            form.try_amount = 2000.0
            self.assertEqual(form.try_total, 79.45)
            form.rate = 24.0
            self.assertEqual(form.try_interest, 78.9)
            form.grace_days = 60
            self.assertEqual(form.try_total, 0.0)
        self.assertEqual(self.rule.rate, 24.0)

    def test_a_scale_can_be_tried_before_it_is_saved(self):
        form = Form(self._as("manager", self.env["collection.fee.rule"]))
        form.name = "Scale"
        for amount_from, amount in ((0.0, 40.0), (1000.0, 70.0)):
            with form.tier_ids.new() as tier:
                tier.amount_from, tier.amount = amount_from, amount
        self.assertEqual(form.try_fixed, 70.0)
        form.try_amount = 999.99
        self.assertEqual(form.try_fixed, 40.0)

    def test_a_missing_rate_says_so(self):
        series = self._series({"2025-07-01": 2.15}, validity="half_year")
        self.rule.write({"interest_kind": "statutory", "series_id": series.id})
        form = Form(self._as("auditor", self.rule))
        self.assertIn("Reference", form.try_note)
        self.assertEqual(form.try_interest, 0.0)

    # Suggestions

    def _french(self):
        self.company.account_fiscal_country_id = self.company.country_id = self.env.ref("base.fr")
        return self.env.ref("account_collections.fee_rule_fr_b2b")

    def test_the_country_s_rules_are_suggested_and_never_set(self):
        preset = self._french()
        self.assertIn(preset, self.policy.suggested_fee_rule_ids)
        consumer = self.env.ref("account_collections.fee_rule_fr_b2c")
        self.assertNotIn(consumer, self.policy.suggested_fee_rule_ids)
        self.assertFalse(self.policy.fee_rule_id)
        rule = preset.with_context(collection_policy_id=self.policy.id)
        for role in ("auditor", "collector"):
            with self.assertRaises(AccessError):
                self._as(role, rule).action_use_in_policy()
        self._as("manager", rule).action_use_in_policy()
        self.assertEqual(self.policy.fee_rule_id, preset)
        self.assertFalse(self.policy.suggested_fee_rule_ids)

    def test_a_suggestion_needs_a_policy(self):
        with self.assertRaises(UserError):
            self._french().action_use_in_policy()

    def test_policy_and_level_forms_offer_the_rules(self):
        with Form(self._as("manager", self.policy)) as form:
            form.fee_rule_id = self.rule
            form.charge_at_payment = "rest"
        self.assertEqual(self.policy.fee_rule_id, self.rule)
        with Form(self._as("manager", self.level_1)) as form:
            form.make_charges = True
        self.assertEqual(self.level_1._charging_rule(self.customer), self.rule)

    def test_settings(self):
        self.env.user.group_ids |= self.env.ref("base.group_system")
        settings = self.env["res.config.settings"]
        arch = settings.get_view(view_type="form")["arch"]
        for name in ("collection_charge_booking", "collection_allocation_order"):
            self.assertIn(name, arch)
        settings.create({"collection_allocation_order": "costs_first"}).execute()
        self.assertEqual(self.company.collection_allocation_order, "costs_first")

    def test_an_undone_settlement_is_deleted_by_managers_only(self):
        row = self.env["collection.undone.settlement"].sudo().create(
            {
                "move_line_id": self._item(self.invoice).id,
                "amount": 10.0,
                "date_from": "2026-03-20",
                "date_to": "2026-03-25",
            }
        )
        for role in ("auditor", "collector"):
            with self.assertRaises(AccessError):
                self._as(role, row).unlink()
        self._as("manager", row).unlink()
        self.assertFalse(row.exists())

    def test_invoices_are_charged_from_their_list(self):
        action = self.env.ref("account_collections.collection_charge_action_from_invoices")
        context = {"active_model": "account.move", "active_ids": self.invoice.ids}
        run = self._as("collector", action).with_context(**context).run()
        self.assertEqual(run["res_model"], "collection.charge.items")
        self.assertEqual(action.group_ids, self.env.ref(
            "account_collections.group_collections_collector"
        ))
        other = self.setup_other_company()["company"]
        invoices = self.invoice | self._invoice_of(other)
        with self.assertRaises(UserError):
            invoices.action_collection_charge_lateness()

    def _invoice_of(self, company):
        self.env.user.company_ids |= company
        return self.env["account.move"].with_company(company).create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [Command.create({"name": "Service", "price_unit": 10.0})],
            }
        )
