"""A notice that reached nobody has charged nobody: promise 2, and frozen letters."""

import smtplib
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MockEmail

from ..models import collection_notice_undelivered
from .charges_common import ChargesCommon
from .common import TODAY, later

CHARGES = "odoo.addons.account_collections.models.collection_charge_follow_up"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestUndeliveredCharges(ChargesCommon, MockEmail):
    def _issued(self, on=TODAY):
        notice = self._run(on=on, partner_ids=self.customer.ids).notice_ids
        self.assertEqual(notice.stage, "issued")
        return notice

    def _refused(self, notice):
        """The mail server cannot be reached."""
        server = type(self.env["ir.mail_server"])
        down = smtplib.SMTPConnectError(421, b"down")
        with self.mock_mail_gateway(), patch.object(server, "_connect__", side_effect=down):
            notice.communication_ids.mail_mail_id.send()
        self.assertEqual(notice.stage, "failed")

    def _work(self, on=TODAY):
        """The day's work on charges; a failed notice asks for it at once."""
        self.env["collection.charge"]._cron_charges(on)

    def _live(self, invoice):
        return self._charges(invoice).filtered(lambda row: row.state != "reversed")

    def test_three_days_without_a_mail_server(self):
        """Each attempt charges from the first day, and leaves nothing behind."""
        invoice = self._late()
        for day, amount in ((0, 44.93), (1, 45.26), (2, 45.59)):
            notice = self._issued(later(day))
            self.assertAlmostEqual(notice.amount_charges, amount)
            self.assertEqual(self._owed(), 1000 + amount)
            self._refused(notice)
            self._work(later(day))
            self.assertEqual(self._owed(), 1000.0)
            self.assertFalse(self._live(invoice))
            self.assertIn("charges were taken back", notice.failure_reason)
            # What the letter said stays as it was.
            self.assertAlmostEqual(notice.amount_charges, amount)
        notice = self._issued(later(3))
        self._refused(notice)
        notice.action_cancel()
        self.assertEqual(self._owed(), 1000.0)

    def test_a_notice_without_charges(self):
        self._invoice(5)
        notice = self._issued()
        self._refused(notice)
        self._work()
        self.assertNotIn("charges", notice.failure_reason)
        notice.communication_ids.action_resend()
        self.assertEqual(notice.stage, "issued")

    def test_no_letter_over_charges_that_do_not_exist(self):
        """Failed, and closed: neither goes again."""
        self._late()
        notice = self._issued()
        self._refused(notice)
        self._work()
        for stage in ("failed", "cancelled"):
            if stage == "cancelled":
                notice.action_cancel()
            with self.assertRaisesRegex(UserError, notice.name):
                notice.communication_ids.action_resend()
            self.assertEqual(notice.stage, stage)
            self.assertEqual(len(notice.communication_ids), 1)

    def test_nor_over_those_a_manager_took_back(self):
        """One of two messages arrived, so the notice stands; its charge was reversed."""
        self.level_2.send_letter = True
        self._late()
        notice = self._issued()
        notice.communication_ids.sudo().filtered("mail_mail_id")._fail("temporary", "down")
        self.assertEqual(notice.stage, "issued")
        notice.charge_ids.action_reverse()
        with self.assertRaisesRegex(UserError, notice.name):
            notice.communication_ids.action_resend()

    def test_whatever_way_charges_are_booked(self):
        for booking in ("claim", "collective"):
            self.company.collection_charge_booking = booking
            invoice = self._late(partner=self._create_customer(booking, is_company=True))
            notice = self._run(partner_ids=invoice.partner_id.ids).notice_ids
            self._refused(notice)
            self._work()
            self.assertEqual(set(self._charges(invoice).mapped("state")), {"reversed"})

    def test_part_of_a_collective_document(self):
        """Booked together with another notice's: that one's charges stay."""
        self.company.collection_charge_booking = "collective"
        # Neither notice tells of the other invoice.
        self.policy.listed_items = "advancing"
        first, second = self._late(), self._late(500.0, days_late=16)
        bounced, arrived = (
            self._run(move_ids=invoice.ids).notice_ids for invoice in (first, second)
        )
        with freeze_time(later(5)):
            self.env["collection.charge"]._cron_charges(later(5))
            document = self._charges(first).charge_move_id
            self.assertEqual(document, self._charges(second).charge_move_id)
            bounced.communication_ids.sudo()._bounced("x@example.com")
            self._work(later(5))
        self.assertEqual(bounced.stage, "failed")
        self.assertFalse(self._live(first))
        self.assertEqual(self._live(second), arrived.charge_ids)
        self.assertEqual(self._owed(), 1500 + arrived.amount_charges)
        self.assertEqual(document.amount_residual, arrived.amount_charges)

    def test_what_was_paid_stays(self):
        """The mail bounced after the customer had paid what another way told him of."""
        invoice = self._late()
        notice = self._issued()
        self._pay(notice.charge_ids.charge_move_id, amount=10.0)
        notice.communication_ids.sudo()._bounced("x@example.com")
        self.assertEqual(notice.stage, "failed")
        self._work()
        kept = self._live(invoice)
        self.assertTrue(kept)
        self.assertFalse(any(row.amount_open == row.amount_total for row in kept))
        notice.action_cancel()
        self.assertEqual(self._live(invoice), kept)

    def test_what_a_later_notice_demands_stays_true(self):
        """The first mail comes back when the second notice has demanded its charges too;
        when that one fails as well, nothing is left."""
        invoice = self._late()
        first = self._issued()
        second = self._issued(later(15))
        told = first.charge_ids
        self.assertLessEqual(set(told.ids), second._told_charge_ids())
        first.communication_ids.sudo()._bounced("x@example.com")
        self._work(later(15))
        self.assertEqual(set(told.mapped("state")), {"posted"})
        self._refused(second)
        for _time in range(2):
            self._work(later(16))
            self.assertFalse(self._live(invoice))
            self.assertEqual(self._owed(), 1000.0)

    def test_what_a_person_decided_stays(self):
        invoice = self._late()
        notice = self._issued()
        self._pay(invoice)
        notice.charge_ids.action_claim()
        notice.communication_ids.sudo()._bounced("x@example.com")
        self._work()
        self.assertEqual(self._live(invoice), notice.charge_ids)

    def test_the_mail_queue_does_not_wait_for_credit_notes(self):
        """They are made at once, by the scheduled action; until then the letter is true,
        and may go again."""
        cron = self.env.ref("account_collections.ir_cron_charges")
        triggers = self.env["ir.cron.trigger"].sudo()
        self._late()
        notice = self._issued()
        before = triggers.search_count([("cron_id", "=", cron.id)])
        self._refused(notice)
        self.assertEqual(triggers.search_count([("cron_id", "=", cron.id)]), before + 1)
        self.assertEqual(self._owed(), 1044.93)
        notice.communication_ids.action_resend()
        self._work()
        self.assertEqual((notice.stage, self._owed()), ("issued", 1044.93))

    def test_one_customer_stops_no_other(self):
        odd = self._create_customer("Odd", is_company=True)
        invoices = self._late() | self._late(partner=odd)
        notices = self._run().notice_ids
        for notice in notices:
            self._refused(notice)
        Charge = self.env.registry["collection.charge"]
        genuine = Charge._credit

        def credit(charges, *args):
            if odd in charges.partner_id:
                raise ValueError("no journal")
            return genuine(charges, *args)

        with patch.object(Charge, "_credit", credit), mute_logger(CHARGES):
            self._work()
        self.assertEqual(self._live(invoices[0]).ids, [])
        self.assertTrue(self._live(invoices[1]))
        self._work()
        self.assertFalse(self._live(invoices[1]))

    def test_many_are_taken_back_in_parts(self):
        customers = [self._create_customer(f"C{n}", is_company=True) for n in range(3)]
        invoices = [self._late(partner=customer) for customer in customers]
        for notice in self._run().notice_ids:
            self._refused(notice)
        self.startPatcher(patch.object(collection_notice_undelivered, "BATCH", 2))
        for left in (1, 0):
            self._work()
            self.assertEqual(sum(bool(self._live(invoice)) for invoice in invoices), left)

    def test_a_collector_closes_it(self):
        """Nothing is decided about charges by closing what reached nobody."""
        self._late()
        notice = self._issued()
        self._refused(notice)
        collector = new_test_user(
            self.env, "closer", "account_collections.group_collections_collector"
        )
        notice.with_user(collector).action_cancel()
        self.assertEqual((notice.stage, self._owed()), ("cancelled", 1000.0))
        self.assertIn("charges were taken back", notice.failure_reason)

    def test_cancelling_the_run_closes_its_failed_notices(self):
        self._late()
        self._invoice(5, partner=self._create_customer("Other"))
        run = self._run(issue=False)
        notice = run.notice_ids.filtered(lambda one: one.partner_id == self.customer)
        notice.action_issue()
        self._refused(notice)
        run.action_cancel()
        self.assertEqual((notice.stage, self._owed()), ("cancelled", 1000.0))
