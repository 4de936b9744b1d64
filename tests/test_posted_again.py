"""FIELD_BUGS K: an invoice is corrected and posted again with other items: what was known of
them goes on with those that take their place."""

from datetime import date

from odoo import Command
from odoo.tests import BaseCase, freeze_time, tagged

from odoo.addons.account_collections.engine.successors import Part, successors

from .charges_common import ChargesCommon
from .common import TODAY, later


def _parts(*parts, first=1):
    return [
        Part(number, date(2026, 1, day), amount)
        for number, (day, amount) in enumerate(parts, start=first)
    ]


@tagged("post_install", "-at_install")
class TestSuccessors(BaseCase):
    def test_the_debt_is_the_same(self):
        third = ((1, 100.0), (11, 100.0), (21, 100.0))
        rows = (
            ("more", [(1, 300.0)], third, {11: [1], 12: [1], 13: [1]}),
            ("fewer", third, [(1, 300.0)], {11: [1, 2, 3]}),
            ("moved", third, [(2, 100.0), (12, 100.0), (22, 100.0)], {11: [1], 12: [2], 13: [3]}),
            ("other order", third, [(22, 100.0), (2, 200.0)], {12: [1, 2], 11: [3]}),
            ("dearer", third, [(1, 60.0), (11, 60.0), (21, 60.0)], {11: [1], 12: [2], 13: [3]}),
            ("rounded", [(1, 33.33), (2, 66.67)], [(1, 3.34), (2, 6.66)], {11: [1], 12: [2]}),
            ("a little one", [(1, 1.0), (2, 999.0)], [(1, 1000.0)], {11: [1, 2]}),
            ("split in the middle", third, [(1, 150.0), (2, 150.0)], {11: [1, 2], 12: [2, 3]}),
            ("none before", [], [(1, 150.0)], {11: []}),
        )
        for story, before, after, expected in rows:
            with self.subTest(story):
                found = successors(_parts(*before), _parts(*after, first=11))
                self.assertEqual(found, expected)


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestPostedAgain(ChargesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.level_2.fee_rule_id = False

    @classmethod
    def _term(cls, *parts):
        """Payment terms of ``(percent, days)``."""
        return cls.env["account.payment.term"].create(
            {
                "name": "Instalments",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": percent, "nb_days": days}
                    )
                    for percent, days in parts
                ],
            }
        )

    def _correct(self, invoice, **values):
        invoice.button_draft()
        invoice.write(values)
        invoice.action_post()
        self.env.invalidate_all()

    def _debts(self, invoice):
        return self._item(invoice).sorted("date_maturity")

    def _levels(self, invoice):
        return [item.collection_level_id.name or "" for item in self._debts(invoice)]

    def _dunned(self, invoice, *days):
        for day in days:
            with freeze_time(later(day)):
                self._run(on=later(day))
        return invoice

    def _instalments(self, *parts, **values):
        values.setdefault("invoice_date", later(-60))
        invoice = self._invoice(0, 900.0, post=False, **values)
        invoice.invoice_payment_term_id = self._term(*parts)
        invoice.action_post()
        return invoice

    # Levels

    def test_one_becomes_three(self):
        """No friendly reminder after the ultimatum, and none of what is not due."""
        invoice = self._invoice(45, 900.0, invoice_date=later(-60))
        self._dunned(invoice, -40, -28, -14)
        self.assertEqual(self._levels(invoice), ["Level 3"])
        self._correct(invoice, invoice_payment_term_id=self._term((30, 0), (30, 30), (40, 90)))
        first, second, third = self._debts(invoice)
        self.assertEqual(self._levels(invoice), ["Level 3", "Level 3", ""])
        self.assertEqual((first | second).mapped("collection_date"), [later(-14)] * 2)
        self.assertEqual(len(first.collection_notice_line_ids), 3)
        self.assertFalse((second | third).collection_notice_line_ids)
        self.assertEqual(invoice.collection_level_id, self.level_3)
        self.assertFalse(self._run().notice_ids)
        # The last one climbs from the beginning: thirty days from today it is due.
        self._dunned(invoice, 35)
        self.assertEqual(self._levels(invoice), ["Level 3", "Level 3", "Level 1"])

    def test_a_notice_that_is_reversed_takes_its_level_from_all(self):
        invoice = self._invoice(45, 900.0, invoice_date=later(-60))
        self._dunned(invoice, -40, -28, -14)
        self._correct(invoice, invoice_payment_term_id=self._term((30, 0), (30, 30), (40, 90)))
        notices = self._debts(invoice)[0].collection_notice_line_ids.notice_id.sorted("date")
        for notice, level in zip(reversed(notices), ("Level 2", "Level 1", ""), strict=True):
            notice.action_reverse()
            self.assertEqual(self._levels(invoice), [level, level, ""])

    def test_three_become_one(self):
        invoice = self._instalments((30, 0), (30, 30), (40, 90))
        self._dunned(invoice, -50, -40, -24)
        self.assertEqual(self._levels(invoice), ["Level 3", "Level 1", ""])
        notices = invoice.collection_notice_ids
        invoice.button_draft()
        invoice.write({"invoice_payment_term_id": False, "invoice_date_due": later(-50)})
        invoice.action_post()
        self.assertEqual(self._levels(invoice), ["Level 3"])
        self.assertEqual(self._debts(invoice).collection_date, later(-24))
        rows = notices.line_ids.filtered(lambda row: row.kind == "item")
        self.assertEqual(rows.move_id, invoice)
        self.assertFalse(self._run().notice_ids)

    def test_moved_by_a_day_each_keeps_its_own(self):
        invoice = self._instalments((30, 0), (30, 30), (40, 90))
        self._dunned(invoice, -50, -40, -24)
        self._correct(invoice, invoice_date=later(-59))
        self.assertEqual(self._levels(invoice), ["Level 3", "Level 1", ""])
        first, second, _third = self._debts(invoice)
        self.assertEqual(len(first.collection_notice_line_ids), 3)
        self.assertEqual(second.collection_notice_line_ids.level_id, self.level_1)
        # Reversible as before.
        second.collection_notice_line_ids.notice_id.action_reverse()
        self.assertEqual(self._levels(invoice), ["Level 2", "", ""])

    def test_nothing_but_the_text_was_corrected(self):
        invoice = self._instalments((30, 0), (30, 30), (40, 90))
        self._dunned(invoice, -50, -40, -24)
        items = self._debts(invoice)
        self._correct(invoice, ref="Order 12")
        self.assertEqual(self._debts(invoice), items)
        self.assertEqual(self._levels(invoice), ["Level 3", "Level 1", ""])
        self.assertFalse(invoice.collection_items_before)
        # What comes due later has not been reminded of before.
        self._dunned(invoice, 35)
        self._correct(invoice, ref="Order 13")
        self.assertEqual(self._levels(invoice)[2], "Level 1")

    def test_a_later_due_date_begins_anew(self):
        invoice = self._invoice(45, 900.0)
        self._dunned(invoice, -40, -28)
        self._correct(invoice, invoice_date_due=later(10))
        self.assertEqual(self._levels(invoice), [""])
        self._dunned(invoice, 14)
        self.assertEqual(self._levels(invoice), ["Level 1"])

    def test_an_amount_that_was_corrected_changes_no_level(self):
        invoice = self._invoice(45, 900.0)
        self._dunned(invoice, -40, -28)
        self._correct(
            invoice,
            invoice_line_ids=[Command.update(invoice.invoice_line_ids.id, {"price_unit": 800.0})],
        )
        self.assertEqual(self._levels(invoice), ["Level 2"])
        self.assertEqual(len(self._debts(invoice).collection_notice_line_ids), 2)

    def test_a_level_set_by_hand_goes_on(self):
        invoice = self._instalments((50, 0), (50, 90))
        self._debts(invoice)[0].collection_level_id = self.level_2
        self._correct(invoice, invoice_payment_term_id=self._term((50, 1), (25, 91), (25, 92)))
        self.assertEqual(self._levels(invoice), ["Level 2", "", ""])

    def test_charges_go_with_the_item(self):
        """The first of the new items is not charged a second time."""
        self.level_2.fee_rule_id = self.rule
        invoice = self._late(900.0, 15, invoice_date=later(-15))
        self._run()
        charges = self._charges(invoice)
        self.assertEqual(len(charges), 2)
        self._correct(invoice, invoice_payment_term_id=self._term((50, 0), (50, 90)))
        first, _second = self._debts(invoice)
        self.assertEqual(charges.move_line_id, first)
        self.assertFalse(self._amounts(self.rule, invoice, TODAY))

    def test_a_charge_is_of_the_item_whenever_that_is_due(self):
        """The compensation was charged once, whatever the due date is now."""
        self.level_2.fee_rule_id = self.rule
        invoice = self._late(900.0, 15)
        self._run()
        item = self._item(invoice)
        self._correct(invoice, invoice_date_due=later(5))
        self.assertEqual(self._levels(invoice), [""])
        self.assertEqual(self._charges(invoice).move_line_id, item)
        self.assertNotIn("compensation", self._amounts(self.rule, invoice, later(20)))

    def test_a_clerk_without_collections_corrects(self):
        invoice = self._invoice(45, 900.0, invoice_date=later(-60))
        self._dunned(invoice, -40, -28)
        self._pause("hold", invoice)
        clerk = self.env["res.users"].create(
            {
                "name": "Clerk",
                "login": "clerk",
                "group_ids": [
                    Command.set(
                        (
                            self.env.ref("base.group_user")
                            | self.env.ref("account.group_account_invoice")
                        ).ids
                    )
                ],
                "company_ids": [Command.set(self.company.ids)],
                "company_id": self.company.id,
            }
        )
        self._correct(
            invoice.with_user(clerk), invoice_payment_term_id=self._term((30, 0), (70, 1)).id
        )
        self.assertEqual(self._levels(invoice), ["Level 2", "Level 2"])
        self.assertEqual(invoice.collection_items_before, False)

    # What pauses

    def _named(self, kind, items, **values):
        return self._pause(kind, items.move_id, move_line_ids=items.ids, **values)

    def test_hold_and_dispute_follow_the_invoice(self):
        """Whichever of its items core takes for the one that stays."""
        for position in (0, 1):
            with self.subTest(position=position):
                self._follows_the_invoice(position)

    def _follows_the_invoice(self, position):
        customer = self._create_customer(f"Customer {position}")
        invoice = self._instalments((50, 0), (50, 15), partner=customer)
        other = self._invoice(20, 77.0, partner=customer)
        named = self._debts(invoice)[position]
        hold = self._named("hold", named)
        dispute = self._named("dispute", named, amount_disputed=100.0)
        promise = self._named(
            "promise", named, amount=100.0, date_promised=later(20), date_from=TODAY
        )
        self._correct(invoice, invoice_payment_term_id=False, invoice_date_due=later(-20))
        item = self._debts(invoice)
        for pause in (hold, dispute, promise):
            self.assertEqual(pause.move_line_ids, item)
        self.assertEqual((hold.state, dispute.state, promise.state), ("active", "open", "open"))
        run = self._run(partner_ids=[Command.set(customer.ids)])
        self.assertSkipped(run, invoice, "held")
        self.assertEqual(run.notice_ids.line_ids.move_id, other)

    def test_hold_on_one_instalment_stays_with_it(self):
        invoice = self._instalments((40, 0), (60, 15))
        first, _second = self._debts(invoice)
        hold = self._named("hold", first)
        self._correct(invoice, invoice_payment_term_id=self._term((40, 1), (30, 16), (30, 17)))
        self.assertEqual(hold.move_line_ids, self._debts(invoice)[0])

    def test_another_invoice_of_the_pause_stays_named(self):
        invoice, other = self._invoice(20, 900.0, invoice_date=later(-50)), self._invoice(20)
        hold = self._pause("hold", invoice | other)
        self._correct(invoice, invoice_payment_term_id=self._term((50, 0), (50, 5)))
        self.assertEqual(hold.move_line_ids, self._item(invoice | other))
        self.assertEqual(len(hold.move_line_ids), 3)

    def test_an_invoice_whose_lines_were_all_written_anew(self):
        """Without items it would hold the customer: it ends, and comes again with them."""
        invoice = self._invoice(20, 900.0)
        hold = self._pause("hold", invoice)
        dispute = self._pause("dispute", invoice, amount_disputed=100.0)
        invoice.button_draft()
        invoice.invoice_line_ids.unlink()
        self.assertEqual((hold.state, dispute.state), ("ended", "withdrawn"))
        invoice.invoice_line_ids = [
            Command.create({"name": "Work", "price_unit": 800.0, "tax_ids": []})
        ]
        invoice.action_post()
        self.assertEqual((hold.state, dispute.state), ("active", "open"))
        self.assertEqual(hold.move_line_ids, self._item(invoice))
        self.assertFalse(dispute.date_resolved)

    def test_what_a_person_ended_stays_ended(self):
        invoice = self._instalments((50, 0), (50, 15))
        hold = self._named("hold", self._debts(invoice)[0])
        invoice.button_draft()
        hold.action_end()
        invoice.invoice_payment_term_id = self._term((30, 0), (70, 15))
        invoice.action_post()
        self.assertEqual(hold.state, "ended")

    def test_an_invoice_that_is_deleted_ends_its_pauses(self):
        invoice = self._invoice(20, 900.0)
        hold = self._pause("hold", invoice)
        invoice.button_draft()
        invoice.with_context(force_delete=True).unlink()
        self.assertEqual(hold.state, "ended")

    def test_another_customer_takes_no_hold_with_him(self):
        invoice = self._instalments((50, 0), (50, 15))
        hold = self._named("hold", self._debts(invoice)[0])
        other = self._create_customer("Other")
        self._correct(
            invoice, partner_id=other.id, invoice_payment_term_id=self._term((30, 0), (70, 16)).id
        )
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(hold.partner_id, self.customer)

    def test_plan_and_instalments_follow_the_invoice(self):
        invoice = self._invoice(20, 900.0, invoice_date=later(-50))
        plan = self._active_plan(invoice)
        self._correct(invoice, invoice_payment_term_id=self._term((50, 0), (50, 5)))
        items = self._item(invoice)
        self.assertEqual(len(items), 2)
        self.assertEqual(plan.move_line_ids, items)
        for line in plan.promise_ids:
            self.assertEqual(line.move_line_ids, items)
        self._follow_up(1)
        self.assertEqual(plan.state, "active")
        self.assertIn("was corrected", plan.message_ids[0].body)
        self.assertEqual(self._run().skip_ids.mapped("reason"), ["promise", "promise"])

    def _active_plan(self, invoice):
        plan = self.env["collection.plan"].create(
            {
                "partner_id": self.customer.id,
                "move_line_ids": [Command.set(self._item(invoice).ids)],
                "needs_signature": False,
                "promise_ids": [
                    Command.create({"amount": 450.0, "date_promised": later(day)})
                    for day in (5, 60)
                ],
            }
        )
        plan.action_activate()
        return plan

    def _follow_up(self, days):
        with freeze_time(later(days)):
            self.env["collection.promise"]._cron_follow_up(later(days))

    # In draft over night

    def test_a_draft_is_no_end_of_a_plan(self):
        invoice = self._invoice(20, 900.0)
        plan = self._active_plan(invoice)
        invoice.button_draft()
        self._follow_up(1)
        self.assertEqual(plan.state, "active")
        self.assertEqual(plan.promise_ids.mapped("state"), ["open", "open"])
        # Nor is the other invoice of the plan all of it.
        invoice.action_post()
        self._follow_up(2)
        self.assertEqual(plan.state, "active")
        self._pay(invoice, on=later(3))
        self._follow_up(4)
        self.assertEqual(plan.state, "kept")

    def test_a_draft_beside_a_paid_invoice_keeps_no_promise(self):
        paid, corrected = self._invoice(20, 300.0), self._invoice(10, 600.0)
        plan = self._active_plan(paid | corrected)
        promise = self._pause(
            "promise", paid | corrected, amount=900.0, date_from=TODAY, date_promised=later(20)
        )
        corrected.button_draft()
        self._pay(paid, on=TODAY)
        self._follow_up(1)
        self.assertEqual((plan.state, promise.state), ("active", "open"))

    def test_a_draft_is_no_end_of_a_promise(self):
        invoice = self._invoice(20, 900.0)
        promise = self._pause(
            "promise", invoice, amount=900.0, date_from=TODAY, date_promised=later(3)
        )
        invoice.button_draft()
        self._follow_up(1)
        self._follow_up(10)
        self.assertEqual(promise.state, "open")
        invoice.action_post()
        self._follow_up(11)
        self.assertEqual(promise.state, "broken")
