"""Nobody sells to a customer with a case, unless a manager says so."""

from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, new_test_user, tagged

from ..hooks import post_init_hook
from .access_common import AccessCommon
from .common import TODAY, CollectionsCommon, later


class Order:
    """Stands in for an order of the sales application, which need not be installed."""

    def __init__(self, customer, company, paid=False):
        self.partner_id = self.partner_invoice_id = customer
        self.company_id = company
        self.paid = paid

    def _is_paid(self):
        return self.paid


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestCreditBlock(CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.collection_block_credit = "block"
        cls.seller = new_test_user(
            cls.env(su=True),
            login="credit_seller",
            groups="account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def _case(self, **values):
        invoice = self._invoice(60, 1000.0)
        return self.env["collection.case"].create(
            {
                "partner_id": self.customer.id,
                "move_line_ids": [Command.set(self._item(invoice).ids)],
                **values,
            }
        )

    def _sell(self, **values):
        return self._invoice(-30, 100.0, post=False, **values).with_user(self.seller)

    def test_a_customer_with_a_case_is_sold_nothing(self):
        before = self._sell()
        case = self._case()
        for invoice in (before, self._sell()):
            self.assertIn(case.name, invoice.partner_credit_warning)
            with self.assertRaisesRegex(UserError, case.name):
                invoice.action_post()
        # Whom the invoice is addressed to does not matter.
        contact = self.customer.create({"name": "Buyer", "parent_id": self.customer.id})
        with self.assertRaises(UserError):
            self._sell(partner=contact).action_post()
        case._set_state("closed")
        before.invalidate_recordset()
        self.assertFalse(before.partner_credit_warning)
        before.action_post()
        self.assertEqual(before.state, "posted")

    def test_the_settings_say_what_happens(self):
        self._case()
        self.company.collection_block_credit = "warning"
        invoice = self._sell()
        self.assertTrue(invoice.partner_credit_warning)
        invoice.action_post()
        self.company.collection_block_credit = "none"
        other = self._sell()
        self.assertFalse(other.partner_credit_warning)
        other.action_post()

    def test_core_warns_about_orders(self):
        """Core builds the warning of orders; its switch is on with ours."""
        self.assertTrue(self.company.account_use_credit_limit)
        case = self._case()
        message = self.env["account.move"]._build_credit_warning_message(
            Order(self.customer, self.company), current_amount=10.0
        )
        self.assertIn(case.name, message)
        self.customer.credit_limit = 5.0
        message = self.env["account.move"]._build_credit_warning_message(
            Order(self.customer, self.company), current_amount=10.0
        )
        self.assertIn(case.name, message)
        self.assertIn("credit limit", message)

    def test_a_manager_stops_credit_and_allows_it(self):
        self.customer.write(
            {"collection_credit_blocked": True, "collection_credit_reason": "Bankrupt"}
        )
        with self.assertRaisesRegex(UserError, "Bankrupt"):
            self._sell().action_post()
        for name, value in (
            ("collection_credit_blocked", False),
            ("collection_credit_override", TODAY),
            ("collection_credit_reason", "x"),
        ):
            with self.assertRaises(AccessError):
                self.customer.with_user(self.seller).write({name: value})
        # To the end of that day, and not longer.
        self.customer.collection_credit_override = TODAY
        self._sell().action_post()
        with freeze_time("2026-04-01 12:00:00"), self.assertRaises(UserError):
            self._sell(on=later(1)).action_post()

    def test_each_company_decides_for_itself(self):
        self.customer.collection_credit_blocked = True
        other = self.setup_other_company()["company"]
        self.assertTrue(self.customer._collection_credit_problem(self.company))
        self.assertFalse(self.customer._collection_credit_problem(other))

    def test_what_gives_no_credit_is_booked(self):
        """Late interest, the correction of an invoice, credit notes, what is paid."""
        invoice = self._invoice(60, 100.0)
        self._case()
        charge = self._sell()
        charge.sudo().collection_is_charge = True
        charge.action_post()
        self._credit_note(10.0)
        invoice.button_draft()
        invoice.action_post()
        paid = self._sell()
        provider = self.env["payment.provider"].sudo().search([], limit=1)
        method = self.env["payment.method"].sudo().with_context(active_test=False)
        method = method.search([], limit=1)
        transaction = self.env["payment.transaction"].sudo().create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "amount": paid.amount_total,
                "currency_id": paid.currency_id.id,
                "partner_id": self.customer.id,
                "reference": "paid-in-advance",
                "invoice_ids": [Command.set(paid.ids)],
            }
        )
        with self.assertRaises(UserError):
            paid.action_post()
        transaction.state = "done"
        paid.action_post()
        self.assertEqual(paid.state, "posted")

    # Orders

    def _confirm(self, *orders):
        """What happens before an order is confirmed, without the sales application."""
        self.env.registry["account.document.import.mixin"]._collection_check_orders(orders)

    def test_an_order_is_refused(self):
        order = Order(self.customer, self.company)
        self._confirm(order)
        case = self._case()
        with self.assertRaisesRegex(UserError, case.name):
            self._confirm(order)
        # What was paid in advance is no credit.
        self._confirm(Order(self.customer, self.company, paid=True))
        self.customer.collection_credit_override = TODAY
        self._confirm(order)

    def test_the_customer_reads_no_reason_online(self):
        self._case()
        portal = new_test_user(self.env(su=True), login="credit_portal", groups="base.group_portal")
        buyer = self.customer.with_user(portal).sudo()
        refusal = buyer.with_env(buyer.env(user=portal, su=True))._collection_credit_refusal(
            self.company
        )
        self.assertTrue(refusal)
        self.assertNotIn("case", refusal)

    def test_only_the_confirmation_of_an_order_is_looked_at(self):
        """The hook is in every document of accounting: it asks only orders."""
        mixin = self.env.registry["account.document.import.mixin"]
        asked = []
        with patch.object(mixin, "_collection_check_orders", asked.append):
            self._sell().write({"ref": "x"})
            self._sell().action_post()
        self.assertFalse(asked)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestCreditDefaults(AccessCommon):
    """As shipped: orders and invoices warn."""

    def _new_company(self, name, **values):
        return self.env["res.company"].sudo().create({"name": name, **values})

    def _warning(self, company):
        return self.env["account.move"]._build_credit_warning_message(
            Order(self.customer, company), current_amount=10.0
        )

    def test_orders_warn_without_anybody_choosing_that(self):
        self.assertEqual(self.company.collection_block_credit, "warning")
        self.assertTrue(self.company.account_use_credit_limit)
        self.customer.collection_credit_blocked = True
        self.assertIn("gets no more credit", self._warning(self.company))
        invoice = self._invoice(-30, 100.0, post=False)
        self.assertIn("gets no more credit", invoice.partner_credit_warning)
        invoice.action_post()
        self.assertEqual(invoice.state, "posted")
        # Who says otherwise, of one switch or the other, means it.
        for values in ({"account_use_credit_limit": False}, {"collection_block_credit": "none"}):
            company = self._new_company(str(values), **values)
            self.assertFalse(company.account_use_credit_limit, values)

    def test_orders_warn_after_installation(self):
        """But limits somebody has switched off do not come back by themselves."""
        plain, limited, default, nothing = companies = self.env["res.company"].union(
            *(self._new_company(name) for name in ("Plain", "Limited", "Default", "Nothing"))
        )
        nothing.collection_block_credit = "none"
        companies.account_use_credit_limit = False
        self.customer.sudo().with_company(limited).credit_limit = 5.0
        self.env["ir.default"].sudo().set(
            "res.partner", "credit_limit", 5.0, company_id=default.id
        )
        post_init_hook(self.env(su=True))
        self.assertTrue(plain.account_use_credit_limit)
        self.assertFalse((limited | default | nothing).filtered("account_use_credit_limit"))

    def test_the_settings_page_switches_on_what_is_chosen(self):
        self.env.user.sudo().group_ids |= self.env.ref("base.group_system")
        self.company.account_use_credit_limit = False
        # Else core warns of the taxes of the test's chart.
        self.company.tax_exigibility = True
        with Form(self.env["res.config.settings"]) as form:
            self.assertEqual(form.collection_block_credit, "warning")
            form.min_days_after_sending = 3
        form.record.execute()
        self.assertEqual(self.company.min_days_after_sending, 3)
        self.assertFalse(self.company.account_use_credit_limit)
        with Form(self.env["res.config.settings"]) as form:
            form.collection_block_credit = "block"
            self.assertTrue(form.account_use_credit_limit)
        form.record.execute()
        self.assertTrue(self.company.account_use_credit_limit)

    def test_whoever_sells_sees_it(self):
        """On the customer, and on his contacts, where the page of collections is not shown."""
        contact = self._create_customer("Buyer", parent_id=self.customer.id)
        self.customer.write(
            {"collection_credit_blocked": True, "collection_credit_reason": "Bankrupt"}
        )
        for role in ("salesperson", "invoicer", "collector"):
            for partner in (self.customer, contact):
                with self.subTest(role, partner=partner.name):
                    form = Form(self._as(role, partner))
                    self.assertIn("Bankrupt", form.collection_credit_problem)
                    hidden = form._get_modifier("collection_credit_problem", "invisible")
                    self.assertFalse(hidden)
