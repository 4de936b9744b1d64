"""Online: the portal's amounts, payment links, and what a transaction books."""

from unittest.mock import patch

from odoo.tests import freeze_time, tagged

from odoo.addons.account.controllers.portal import PortalAccount as AccountPortal
from odoo.addons.account_payment.controllers.portal import PortalAccount
from odoo.addons.account_payment.tests.common import AccountPaymentCommon

from .discounts_common import (
    BANK,
    DISCOUNT,
    EXCHANGE,
    FIRST_END,
    ITEM,
    SECOND_END,
    TAX,
    THIRDS,
    EntriesCommon,
)


@tagged("post_install", "-at_install")
class TestDiscountTransactions(AccountPaymentCommon, EntriesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.currency = cls.company.currency_id
        cls.partner = cls.customer

    def setUp(self):
        super().setUp()
        # Invoices are posted on their date, as items never show an earlier tier again.
        self.startPatcher(freeze_time("2024-04-30 12:00:00"))

    def _page(self, invoice, **values):
        def plain(self, document, access_token, values, *args, **kwargs):
            return values

        def amounts(self, invoices_data, *args, **kwargs):
            return {"to_pay": invoices_data["amount_residual"]}

        with (
            patch.object(AccountPortal, "_get_page_view_values", plain),
            patch.object(PortalAccount, "_get_common_page_view_values", amounts),
        ):
            return PortalAccount()._invoice_get_page_view_values(
                invoice, invoice.access_token, payment=True, **values
            )

    def _pay_online(self, invoices, amount, made, confirmed=None, **values):
        with freeze_time(made):
            self.env.invalidate_all()
            transaction = self._create_transaction(
                "redirect", amount=amount, invoice_ids=[(6, 0, invoices.ids)],
                reference=f"TX {invoices.ids} {amount}", state="pending", **values,
            )
            self.env.cr.flush()
            # The database's own clock stamps new records.
            self.env.cr.execute(
                "UPDATE payment_transaction SET create_date = %s WHERE id = %s",
                [made, transaction.id],
            )
            transaction.invalidate_recordset()
        with freeze_time(confirmed or made):
            self.env.invalidate_all()
            transaction._set_done()
            transaction._post_process()
        self.env.invalidate_all()
        return transaction.payment_id

    def test_next_payment_values(self):
        invoice = self._discounted()
        for when, state, due, end, left in [
            ("2024-05-01", "epd", 970.0, "2024-05-08", 7),
            ("2024-05-08", "epd", 970.0, "2024-05-08", 0),
            ("2024-05-09", "epd", 980.0, "2024-05-15", 6),
            ("2024-05-15", "epd", 980.0, "2024-05-15", 0),
            ("2024-05-16", None, 1000.0, None, None),
        ]:
            with self.subTest(when=when), self._on(when):
                values = invoice._get_invoice_next_payment_values()
                self.assertEqual(values["installment_state"], state)
                self.assertEqual(values["amount_due"], due)
                self.assertEqual(values["next_amount_to_pay"], 1000.0)
                self.assertEqual(values.get("discount_date"), end)
                self.assertEqual(values.get("epd_days_left"), left)

    def test_another_amount_is_not_discounted_twice(self):
        invoice = self._discounted()
        with self._on("2024-05-10"):
            for amount, state, due in [
                (500.0, "next", 980.0), (980.0, "epd", 980.0), (1000.0, "epd", 980.0)
            ]:
                values = invoice._get_invoice_next_payment_values(custom_amount=amount)
                self.assertEqual((values["installment_state"], values["amount_due"]), (state, due))

    def test_next_payment_values_of_instalments(self):
        invoice = self._discounted(term=self._term(lines=THIRDS, name="30/70"))
        for when, state, due, following in [
            ("2024-05-08", "next", 970.0, 291.0),
            ("2024-05-09", "next", 980.0, 294.0),
            ("2024-05-12", "overdue", 980.0, 294.0),
            ("2024-05-16", "overdue", 1000.0, 300.0),
        ]:
            with self.subTest(when=when), self._on(when):
                values = invoice._get_invoice_next_payment_values()
                self.assertEqual(
                    (values["installment_state"], values["amount_due"],
                     values["next_amount_to_pay"]),
                    (state, due, following),
                )

    def test_portal_page(self):
        invoice = self._discounted()
        for when, amount, saved in [
            ("2024-05-08", 970.0, 30.0), ("2024-05-09", 980.0, 20.0), ("2024-05-16", 1000.0, 0.0)
        ]:
            with self.subTest(when=when), self._on(when):
                values = self._page(invoice)
                self.assertEqual(values["amount_due"], amount)
                self.assertEqual((values["show_epd"], values["to_pay"]), (saved, amount))

    def test_portal_page_after_a_credit_note(self):
        invoice = self._discounted()
        self._credit(invoice, 250.0)
        with self._on("2024-05-09"):
            values = self._page(invoice)
            self.assertEqual((values["amount_due"], values["show_epd"]), (735.0, 15.0))

    def test_payment_link(self):
        invoice = self._discounted()
        for when, end in [("2024-05-08", FIRST_END), ("2024-05-09", SECOND_END)]:
            with self.subTest(when=when), self._on(when):
                values = invoice._get_default_payment_link_values()
                self.assertTrue(values["has_eligible_epd"])
                wizard = self.env["payment.link.wizard"].with_context(
                    active_model="account.move", active_id=invoice.id
                ).create({})
                self.assertEqual((wizard.amount, wizard.discount_date), (1000.0, end))
        with self._on("2024-05-16"):
            values = invoice._get_default_payment_link_values()
            self.assertFalse(values.get("has_eligible_epd"))

    def test_payment_link_of_instalments(self):
        invoice = self._discounted(term=self._term(lines=THIRDS, name="30/70"))
        with self._on("2024-05-09"):
            values = invoice._get_default_payment_link_values()
            self.assertEqual((values["amount"], values["amount_max"]), (294.0, 980.0))
            self.assertEqual(
                [part["amount"] for part in values["open_installments"]], [294.0, 686.0]
            )

    def test_paid_online(self):
        for made, amount, rows in [
            ("2024-05-08 10:00:00", 1125.2,
             [(DISCOUNT, 18.0), (DISCOUNT, 12.0), (TAX, 3.6), (TAX, 1.2)]),
            ("2024-05-15 10:00:00", 1136.8,
             [(DISCOUNT, 12.0), (DISCOUNT, 8.0), (TAX, 2.4), (TAX, 0.8)]),
            ("2024-05-20 10:00:00", 1160.0, []),
        ]:
            with self.subTest(made=made):
                invoice = self._discounted([(600.0, [self.tax_20]), (400.0, [self.tax_10])])
                payment = self._pay_online(invoice, amount, made)
                table = [(BANK, amount), *rows, (ITEM, -1160.0)]
                self.assertEqual(
                    self._table(payment), [(kind, value, value) for kind, value in table]
                )
                self.assertEqual(invoice.amount_residual, 0.0)

    def test_confirmed_after_midnight(self):
        """The customer paid on the last day; the provider said so the day after, or a week."""
        for confirmed in ("2024-05-09 00:30:00", "2024-05-15 09:00:00", "2024-05-22 09:00:00"):
            with self.subTest(confirmed=confirmed):
                invoice = self._discounted(taxes=self.tax_20)
                payment = self._pay_online(invoice, 1164.0, "2024-05-08 23:58:00", confirmed)
                self.assertEqual(
                    self._table(payment),
                    [(BANK, 1164.0, 1164.0), (DISCOUNT, 30.0, 30.0), (TAX, 6.0, 6.0),
                     (ITEM, -1200.0, -1200.0)],
                )
                self.assertEqual(invoice.amount_residual, 0.0)

    def test_the_day_is_the_companys(self):
        self.company.partner_id.tz = "Pacific/Auckland"
        invoice = self._discounted()
        # 12:30 UTC is the 9th in Auckland: 970.00 is not enough any more.
        payment = self._pay_online(invoice, 970.0, "2024-05-08 12:30:00")
        self.assertEqual(len(payment.move_id.line_ids), 2)
        self.assertEqual(invoice.amount_residual, 30.0)

    def test_the_whole_amount(self):
        invoice = self._discounted()
        payment = self._pay_online(invoice, 1000.0, "2024-05-08 10:00:00")
        self.assertEqual(len(payment.move_id.line_ids), 2)
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_instalments(self):
        for amount, made, residual, saved in [
            (291.0, "2024-05-08 10:00:00", 700.0, 9.0),
            (970.0, "2024-05-08 10:00:00", 0.0, 30.0),
            (980.0, "2024-05-12 10:00:00", 0.0, 20.0),
            (300.0, "2024-05-20 10:00:00", 700.0, 0.0),
        ]:
            with self.subTest(amount=amount):
                invoice = self._discounted(term=self._term(lines=THIRDS, name="30/70"))
                payment = self._pay_online(invoice, amount, made)
                self.assertEqual(invoice.amount_residual, residual)
                booked = payment.move_id.line_ids.filtered(
                    lambda line: self._kind(line) == DISCOUNT
                )
                self.assertEqual(sum(booked.mapped("balance")), saved)

    def test_foreign_currency(self):
        invoice = self._discounted(currency_id=self.euro.id, taxes=self.tax_20)
        payment = self._pay_online(
            invoice, 1176.0, "2024-05-12 10:00:00", currency_id=self.euro.id
        )
        self.assertEqual(
            self._table(payment),
            [(BANK, 1176.0, 1176.0), (DISCOUNT, 20.0, 25.0), (TAX, 4.0, 5.0),
             (EXCHANGE, 0.0, -6.0), (ITEM, -1200.0, -1200.0)],
        )
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_two_invoices_at_once(self):
        """The customer's overdue invoices are paid as they are, without discounts."""
        invoices = self._discounted() | self._discounted(500.0)
        payment = self._pay_online(invoices, 1500.0, "2024-06-08 10:00:00")
        self.assertEqual(len(payment.move_id.line_ids), 2)
        self.assertEqual(invoices.mapped("amount_residual"), [0.0, 0.0])

    def test_core_single_discount_books_every_tax(self):
        invoice = self._discounted(
            [(600.0, [self.tax_20]), (400.0, [self.tax_10])], term=self._core_term()
        )
        payment = self._pay_online(invoice, 1125.2, "2024-05-08 10:00:00")
        self.assertEqual(len(payment.move_id.line_ids), 6)
        self.assertEqual(invoice.amount_residual, 0.0)
