"""FIELD_BUGS L4: whoever has nothing to do with collections is not disturbed."""

import inspect
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, freeze_time, tagged

from .access_common import AccessCommon
from .common import TODAY

CRUD = {"create", "write", "unlink", "copy", "copy_data", "default_get", "fields_get"}
# They only describe a window; what it shows is under the rules of its model.
WINDOWS = {
    "action_open_notices",
    "action_open_rates",
    "action_open_skips",
    "action_open_to_approve",
    "get_import_templates",
}


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestAccessBystanders(AccessCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(days_late=16)
        cls._item(cls.invoice).collection_level_id = cls.level_1
        cls._item(cls.invoice).collection_manual_date = "2026-03-10"
        cls.notice = cls._run().notice_ids

    def _read_ours(self, records):
        """What this module adds and the user's rights leave him."""
        names = [name for name in records.fields_get() if name.startswith("collect")]
        self.assertTrue(names)
        records.read(names)

    def test_l4_a_customer_opens(self):
        for role in ("salesperson", "invoicer"):
            with self.subTest(role):
                customer = self._as(role, self.customer)
                self._read_ours(customer)
                with Form(customer) as form:
                    form.phone = "+33 1 11 11 11 11"
                self._as(role, self.env["res.partner"]).create({"name": f"Of {role}"})
                self.assertEqual(customer.collection_notice_count, 0)
                self.assertFalse(customer.collection_last_contact)

    def test_l4_an_invoice_opens(self):
        for role in ("salesperson", "invoicer"):
            with self.subTest(role):
                invoice = self._as(role, self.invoice)
                self._read_ours(invoice)
                self._read_ours(invoice.line_ids)
                arch = invoice.get_view(view_type="form")["arch"]
                # Discounts are part of invoicing.
                for of_discounts in ("collection_discounts", "collection_offer_ids"):
                    arch = arch.replace(of_discounts, "")
                self.assertNotIn("collection_", arch)
        Form(self._as("invoicer", self.invoice))
        # An integration that asks for every field gets every field it may read.
        self._as("invoicer", self.invoice).read()
        self._as("invoicer", self.invoice.line_ids).read()

    def test_l4_lists_and_searches_open(self):
        for role in ("salesperson", "invoicer"):
            moves = self._as(role, self.env["account.move"])
            views = moves.get_views([(False, "list"), (False, "kanban"), (False, "search")])
            for view in views["views"].values():
                self.assertNotIn("collection_", view["arch"])
            self._read_ours(moves.search([("partner_id", "=", self.customer.id)]))

    def test_l4_an_invoice_is_posted_and_paid(self):
        """The invoicing user books on a reminded invoice; its call is not made any
        more, and tracking writes on a notice he may not see."""
        call = self.notice.communication_ids.filtered(lambda row: row.channel == "call")
        self.assertEqual((self.notice.state, call.state), ("issued", "queued"))
        quiet = {"tracking_disable": False, "mail_notrack": False}
        invoice = self._as("invoicer", self.invoice).with_context(**quiet)
        self._as("invoicer", self._invoice(days_late=3, post=False)).action_post()
        self._register_payment(invoice, payment_date=TODAY)
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.assertEqual(self.notice.state, "settled")
        self.assertEqual(call.state, "failed")
        self.assertFalse(call.activity_id)

    def test_l4_an_invoice_is_reset_and_cancelled(self):
        invoice = self._as("invoicer", self.invoice)
        invoice.button_draft()
        invoice.button_cancel()
        self.assertEqual(self.notice.state, "settled")

    def test_l4_who_books_does_not_set_levels(self):
        item = self._item(self.invoice)
        with self.assertRaises(AccessError):
            self._as("invoicer", item).collection_level_id = self.level_3
        self._as("invoicer", item).write({"name": "Another label"})

    def test_every_public_method_refuses_bystanders(self):
        """Each method that RPC can reach says no to whoever has no role."""
        self.env["collection.dispute"].create(
            {"partner_id": self.customer.id, "reason": "x", "company_id": self.company.id}
        )
        self.env["collection.promise"].create(
            {
                "partner_id": self.customer.id,
                "reason": "x",
                "date_promised": TODAY,
                "company_id": self.company.id,
            }
        )
        self._pause("hold")
        self._charge()
        self._discount_taken_late()
        self._unallocated_payment(10.0)
        self.env["collection.allocate"]._open(self.customer)
        self.env["collection.remind"]._open(self.customer)
        self.notice.action_preview_email()
        self.notice.communication_ids.filtered(lambda r: r.channel == "call").action_log_call()
        for make in sorted(name for name in dir(self) if name.startswith("_make_")):
            getattr(self, make)()
        checked = 0
        for name in sorted(self.env.registry):
            model = self.env[name]
            if not name.startswith("collection.") or model._abstract:
                continue
            for method in self._public_methods(model):
                record = model.sudo().search([], limit=1)
                self.assertTrue(record, f"no {name} to try {method} on")
                for role in ("portal", "salesperson"):
                    with self.subTest(f"{name}.{method}", role=role):
                        with self.assertRaises(AccessError):
                            function = getattr(self._as(role, record), method)
                            function(*[None] * self._arguments(function))
                        checked += 1
        self.assertGreater(checked, 40)

    def _make_approval(self):
        """The dialogs about approval and legal review."""
        self.env["collection.approve"].create({"notice_ids": self.notice.ids})
        self.env["collection.level.review"].create(
            {"level_ids": self.level_1.ids, "review_by": "A lawyer"}
        )

    def _make_case(self):
        """A case, and the dialogs that hand it over, end it and export it."""
        case = self.env["collection.case"].create(
            {"partner_id": self.customer.id, "move_line_ids": self._item(self.invoice).ids}
        )
        self.env["collection.case.hand.over"].create({"case_id": case.id})
        self.env["collection.case.end"].create({"case_ids": case.ids, "state": "closed"})
        self.env["collection.case.export"].create(
            {"case_ids": case.ids, "layout_id": case._export_layout().id}
        )

    def _make_letter_batch(self):
        self.env["collection.letter.batch"].create({})

    def _make_plans(self):
        plan = self.env["collection.plan"].create(
            {"partner_id": self.customer.id, "move_line_ids": self._item(self.invoice).ids}
        )
        self.env["collection.plan.spread"].create({"plan_id": plan.id})

    def _charge(self):
        """A charge, with the dialogs about it and the rows a rule consists of."""
        rule = self.env["collection.fee.rule"].create(
            {"name": "Rule", "tier_ids": [Command.create({"amount_from": 0.0, "amount": 40.0})]}
        )
        charge = self.env["collection.charge"].sudo().create(
            {
                "move_line_id": self._item(self.invoice).id,
                "kind": "compensation",
                "fee_rule_id": rule.id,
                "date_from": TODAY,
                "date_to": TODAY,
                "amount": 40.0,
            }
        )
        self.env["collection.charge.waive"]._open(charge)
        self.env["collection.charge.items"]._open(moves=self.invoice)

    def _discount_taken_late(self):
        """A discount to decide about, an analysis of it, and a calculation."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Tiers",
                "discount_tier_ids": [
                    Command.create({"discount_days": 8, "discount_percentage": 3.0})
                ],
            }
        )
        self.company.collection_discount_tolerance_days = 30
        invoice = self._create_invoice_one_line(
            price_unit=1000.0,
            tax_ids=[],
            partner_id=self.customer.id,
            invoice_date=TODAY - timedelta(days=20),
            invoice_payment_term_id=term.id,
            post=True,
        )
        payment = self._unallocated_payment(970.0)
        (payment.move_id.line_ids | invoice.line_ids).filtered(
            lambda line: line.account_id == self._item(invoice).account_id
        ).reconcile()
        deductions = self.env["collection.discount.deduction"].search([])
        self.env["collection.discount.accept"]._open(deductions)
        self.env["collection.discount.whatif"].create({"term_id": term.id})

    def _make_disputes(self):
        """A dispute somebody is about to resolve; its line of the analysis."""
        dispute = self._pause("dispute", self.invoice)
        self.env.flush_all()
        dispute.action_resolve()

    def _make_worklist(self):
        """A rule, an absence, and the dialogs of the worklist."""
        manager = self.users["manager"]
        self.env["collection.assignment"].create({"user_id": manager.id})
        self.env["collection.absence"].create(
            {"delegate_id": manager.id, "date_from": TODAY, "date_until": TODAY}
        )
        self.env["collection.assign"]._open(self.customer)
        self.env["collection.write"]._open(self.customer)

    def _make_statement(self):
        self.env["collection.statement.send"]._open(self.customer)

    def _make_write_off(self):
        """A debt given up, money that came for it, and what an agency costs."""
        company = self.company_data
        self.company.collection_recovery_account_id = company["default_account_revenue"]
        customer = self._create_customer("Bankrupt")
        items = self._item(self._invoice(60, 100.0, partner=customer))
        write_off = self.env["collection.write.off"].create(
            {
                "partner_id": customer.id,
                "account_id": company["default_account_expense"].id,
                "reason": "x",
                "line_ids": [Command.create({"move_line_id": items.id})],
            }
        )
        write_off.action_request()
        self._unallocated_payment(10.0, partner=customer)
        write_off.action_recover()
        claimed = self._item(self._invoice(60, 50.0, partner=customer))
        case = self.env["collection.case"].create(
            {"partner_id": customer.id, "move_line_ids": [Command.set(claimed.ids)]}
        )
        self.env["collection.case.fee"].create({"case_id": case.id, "name": "x", "amount": 5.0})
        self.env["collection.case.payment"].create({"case_id": case.id, "amount": 1.0})

    def _arguments(self, function):
        """How many arguments a method cannot do without."""
        parameters = inspect.signature(function).parameters.values()
        return sum(one.default is one.empty for one in parameters)

    def test_abstract_models_have_no_public_methods(self):
        """The engine's doors cannot be opened over RPC at all."""
        for name in self.env.registry:
            model = self.env[name]
            if name.startswith("collection.") and model._abstract:
                self.assertFalse(self._public_methods(model), name)

    def _public_methods(self, model):
        """What this module adds to a model and RPC may call."""
        ours = [
            klass
            for klass in type(model).mro()
            if klass.__module__.startswith("odoo.addons.account_collections.")
        ]
        return sorted(
            {
                name
                for klass in ours
                for name, member in vars(klass).items()
                if inspect.isfunction(member)
                and not name.startswith("_")
                and not getattr(member, "_api_private", False)
                and name not in CRUD | WINDOWS
            }
        )

    def test_portal_user_has_no_access(self):
        for name in self.env.registry:
            model = self.env[name]
            if name.startswith("collection.") and not model._abstract:
                for operation in ("read", "write", "create", "unlink"):
                    self.assertFalse(self._as("portal", model).has_access(operation), name)
        with self.assertRaises(AccessError):
            self._as("portal", self.customer).action_collection_remind()
