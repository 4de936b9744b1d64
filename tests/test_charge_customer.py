"""Charges are asked of whoever owes what they are about, also when that changes."""

from odoo.tests import freeze_time, tagged

from .charges_common import ChargesCommon
from .common import TODAY, later


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestChargeCustomer(ChargesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parent = cls._create_customer("Parent", is_company=True)

    def _charged(self, booking, **values):
        """An invoice of a customer who has been charged 44.93."""
        self.company.collection_charge_booking = booking
        child = self._create_customer(f"Child {booking}", is_company=True)
        invoice = self._late(partner=child, **values)
        self._run(partner_ids=child.ids)
        self.assertEqual(invoice.collection_charges_open, 44.93)
        return child, invoice

    def _join(self, child):
        child.write({"is_company": False, "parent_id": self.parent.id})
        self.assertEqual(child.commercial_partner_id, self.parent)

    def test_customer_gets_a_parent_company(self):
        for booking in ("claim", "invoice"):
            with self.subTest(booking=booking):
                child, invoice = self._charged(booking)
                self._join(child)
                charges = self._charges(invoice)
                self.assertEqual(charges.partner_id, self.parent)
                self.assertEqual(self.parent.collection_charges_open, 44.93)
                notice = self._run(on=later(15), partner_ids=self.parent.ids).notice_ids
                self.assertRecordValues(
                    notice,
                    [
                        {
                            "partner_id": self.parent.id,
                            "level_id": self.level_3.id,
                            "amount_charges": 44.93,
                            "amount_total": 1044.93,
                        }
                    ],
                )
                self._pay(invoice, 500.0, on=later(-10))
                self.env["collection.charge"]._cron_charges(later(16))
                interest = charges.filtered(lambda row: row.kind == "interest")
                self.assertTrue(interest.is_outdated)
                self._pay(invoice)
                charges.action_reverse()

    def test_invoice_was_addressed_to_a_contact(self):
        """Core leaves the commercial partner of such an invoice as it was."""
        for booking in ("claim", "invoice"):
            with self.subTest(booking=booking):
                child = self._create_customer(f"Firm {booking}", is_company=True)
                contact = self._create_customer("Accounting", parent_id=child.id)
                self.company.collection_charge_booking = booking
                invoice = self._late(partner=contact)
                self._run(partner_ids=child.ids)
                self.assertEqual(self._charges(invoice).partner_id, child)
                self._join(child)
                self.assertEqual(self._charges(invoice).partner_id, self.parent)

    def test_customer_is_no_company_any_more(self):
        """A contact of another all the time, only now it is he who pays."""
        child = self._create_customer("Branch", is_company=True, parent_id=self.parent.id)
        invoice = self._late(partner=child)
        self._run(partner_ids=child.ids)
        child.is_company = False
        self.assertEqual(self._charges(invoice).partner_id, self.parent)

    def _correct(self, invoice, customer):
        invoice.button_draft()
        invoice.partner_id = customer
        invoice.action_post()

    def test_invoice_gets_another_customer(self):
        child, invoice = self._charged("claim")
        self._correct(invoice, self.parent)
        self.assertEqual(self._charges(invoice).partner_id, self.parent)
        self.assertEqual(child.collection_charges_open, 0.0)
        self.assertEqual(self.parent.collection_charges_open, 44.93)
        notice = self._run(on=later(15), partner_ids=self.parent.ids).notice_ids
        self.assertEqual(notice.amount_charges, 44.93)

    def test_what_is_booked_stays_with_whom_it_is_booked_on(self):
        """He owes the document in the books; the new customer does not."""
        child, invoice = self._charged("invoice")
        other = self._invoice(-12, 70.0, partner=child)
        self._correct(invoice, self.parent)
        self.assertEqual(self._charges(invoice).partner_id, child)
        run = self._run(on=later(15), partner_ids=(child | self.parent).ids)
        notices = run.notice_ids.grouped("partner_id")
        self.assertEqual(notices[self.parent].amount_total, 1000.0)
        self.assertEqual(notices[child].amount_total, 114.93)
        self.assertEqual(self._owed(child), 114.93)
        lines = notices[child].line_ids.sorted("amount_charges")
        self.assertEqual(lines.move_id, other | invoice)
        self.assertEqual(lines.mapped("amount_charges"), [0.0, 44.93])
