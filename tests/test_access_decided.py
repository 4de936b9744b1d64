"""What whoever writes contacts, or books, does not decide; what a customer does not read."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .access_common import AccessCommon
from .common import TODAY


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestAccessDecided(AccessCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(days_late=5)
        cls.mild = cls._create_policy("Mild", is_default=False)
        cls.managed = {
            "collection_customer_type": "business",
            "collection_discount_own_tolerance": True,
            "collection_discount_tolerance_days": 9,
            "collection_discount_tolerance_amount": 5.0,
        }
        cls.of_policy = {"collection_policy_id": cls.mild.id}
        # A collector who keeps the customers' records too.
        cls.users["collector"].sudo().group_ids += cls.env.ref("base.group_partner_manager")

    # Customers

    def test_limits_of_a_customer_are_a_manager_s(self):
        for role in ("salesperson", "invoicer", "collector"):
            customer = self._as(role, self.customer)
            for name, value in self.managed.items():
                with self.subTest(name, role=role):
                    with self.assertRaises(AccessError):
                        customer.write({name: value})
                    with self.assertRaises(AccessError):
                        customer.create({"name": "New", name: value})
                    with self.assertRaises(AccessError):
                        customer.with_context(**{f"default_{name}": value}).create({"name": "x"})
        self._as("manager", self.customer).write(self.managed)
        self.assertEqual(self.customer.collection_discount_tolerance_days, 9)

    def test_a_policy_is_given_by_whoever_works_collections(self):
        for role in ("salesperson", "invoicer"):
            customer = self._as(role, self.customer)
            with self.subTest(role=role):
                with self.assertRaises(AccessError):
                    customer.write(self.of_policy)
                with self.assertRaises(AccessError):
                    customer.create({"name": "New", **self.of_policy})
        for role in ("collector", "manager"):
            self.customer.collection_policy_id = False
            self._as(role, self.customer).write(self.of_policy)
            self.assertEqual(self.customer.collection_policy_id, self.mild)

    def test_fee_rule_and_credit_are_not_slipped_in_by_the_context(self):
        partners = self._as("salesperson", self.env["res.partner"])
        for name in ("collection_fee_rule_id", "collection_credit_override"):
            value = "2026-12-31" if "credit" in name else self.env["collection.fee.rule"].search(
                [], limit=1
            ).id
            with self.subTest(name), self.assertRaises(AccessError):
                partners.with_context(**{f"default_{name}": value}).create({"name": "x"})

    def test_who_changes_nothing_is_not_asked(self):
        """An import that writes everything back; a copy; a merge of two."""
        self.customer.write({**self.managed, **self.of_policy})
        self.customer.collection_credit_override = "2026-04-30"
        customer = self._as("salesperson", self.customer)
        customer.write(
            {**self.managed, **self.of_policy, "collection_credit_override": "2026-04-30"}
        )
        twin = customer.copy()
        self.assertFalse(twin.collection_customer_type)
        other = self._as("manager", self.customer).copy()
        self.assertEqual(other.collection_customer_type, "business")
        merge = self._as("salesperson", self.env["base.partner.merge.automatic.wizard"])
        merge._update_values(customer, twin)
        self.assertEqual(twin.collection_policy_id, self.mild)
        self.assertEqual(twin.collection_customer_type, "business")

    def test_what_the_company_gives_everybody_is_nobody_s_choice(self):
        self.env["ir.default"].set(
            "res.partner", "collection_policy_id", self.mild.id, company_id=self.company.id
        )
        partners = self._as("salesperson", self.env["res.partner"])
        new = partners.create({"name": "New", **self.of_policy})
        self.assertEqual(new.collection_policy_id, self.mild)

    # Documents

    def test_who_books_does_not_decide_what_a_document_is(self):
        invoice = self._as("invoicer", self.invoice)
        line = self._write_off_line()
        values = {
            "collection_is_charge": True,
            "collection_climbs": True,
            "collection_write_off_line_id": line.id,
            "collection_recovery_line_id": line.id,
            "collection_policy_id": self.mild.id,
        }
        new = {"move_type": "out_invoice", "partner_id": self.customer.id}
        for name, value in values.items():
            with self.subTest(name):
                with self.assertRaises(AccessError):
                    invoice.write({name: value})
                with self.assertRaises(AccessError):
                    invoice.create({**new, name: value})
                with self.assertRaises(AccessError):
                    invoice.with_context(**{f"default_{name}": value}).create(new)
        # As they are: an import, or core.
        invoice.write(dict.fromkeys(values, False))
        self.assertTrue(invoice.copy())
        # Who books and works collections.
        self.users["invoicer"].sudo().group_ids += self.env.ref(
            "account_collections.group_collections_collector"
        )
        invoice.collection_policy_id = self.mild
        with self.assertRaises(AccessError):
            invoice.collection_is_charge = True

    def _write_off_line(self):
        write_off = self.env["collection.write.off"].create(
            {
                "partner_id": self.customer.id,
                "account_id": self.company_data["default_account_expense"].id,
                "reason": "x",
                "line_ids": [Command.create({"move_line_id": self._item(self.invoice).id})],
            }
        )
        return write_off.line_ids

    # Settings

    def test_customers_do_not_read_the_company_s_settings(self):
        company = self._as("portal", self.company)
        ours = [
            name
            for name, field in self.company._fields.items()
            if (name.startswith("collection_") or name == "min_days_after_sending")
            and field.store
        ]
        self.assertGreater(len(ours), 50)
        self.assertFalse(company.fields_get(ours))
        for name in ours:
            with self.subTest(name), self.assertRaises(AccessError):
                company.read([name])
        for role in ("salesperson", "collector"):
            self.assertTrue(self._as(role, self.company).read(ours))

    def test_what_customers_do_reads_the_settings_all_the_same(self):
        """An order online, a payment, an answer on the portal: the code asks, not they."""
        self.company.collection_block_credit = "block"
        self.company.collection_reply_pause_days = 3
        self.customer.collection_credit_blocked = True
        portal = self.users["portal"]
        portal.sudo().partner_id.parent_id = self.customer
        self.invoice.message_subscribe(self.customer.ids)
        customer = self.customer.with_user(portal)
        self.assertTrue(customer._collection_credit_refusal(self.company.with_user(portal)))
        self.assertFalse(self._as("portal", self.invoice)._collection_check_credit())
        terms = self._as("portal", self.env["account.payment.term"])
        self.assertFalse(terms._collection_ends(self.company.with_user(portal), TODAY, []))
        self.assertTrue(self._as("portal", self._item(self.invoice))._collection_grants_at_once())
        rows = self._as("portal", self.env["collection.communication"])
        self.assertTrue(rows._reply_pause(self.company.with_user(portal)))
