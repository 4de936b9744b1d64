"""Which rule charges, on which notice; and what happens when a rate is missing."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .charges_common import ChargesCommon
from .common import TODAY, later


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestChargeRules(ChargesCommon):
    def _fee(self, amount, **values):
        """A rule that can be told by its amount."""
        return self._fee_rule(
            f"Fee of {amount}", interest_kind="none", fixed_amount=amount, **values
        )

    def _charged(self, partner=None):
        invoice = self._late(partner=partner or self.customer)
        self._run(partner_ids=invoice.partner_id.ids)
        return self._charges(invoice).mapped("amount")

    # Which rule

    def test_customer_before_level_before_policy(self):
        self.policy.fee_rule_id = self._fee(10.0)
        self.level_2.fee_rule_id = self._fee(20.0)
        self.assertEqual(self._charged(), [20.0])
        own = self._create_customer("Own", is_company=True)
        own.collection_fee_rule_id = self._fee(30.0)
        self.assertEqual(self._charged(own), [30.0])
        contact = self._create_customer("Contact", parent_id=own.id)
        self.assertEqual(self._charged(contact), [30.0])

    def test_level_without_rule_charges_when_it_says_so(self):
        self.policy.fee_rule_id = self._fee(10.0)
        self.level_2.fee_rule_id = False
        self.assertEqual(self._charged(), [])
        own = self._create_customer("Own", is_company=True)
        own.collection_fee_rule_id = self._fee(30.0)
        self.assertEqual(self._charged(own), [])
        self.level_2.make_charges = True
        self.assertEqual(self._charged(self._create_customer("Two", is_company=True)), [10.0])
        self.assertEqual(self._charged(self._create_customer("Three", is_company=True)), [10.0])
        third = self._create_customer("Four", is_company=True)
        third.collection_fee_rule_id = self._fee(40.0)
        self.assertEqual(self._charged(third), [40.0])

    def test_rule_of_a_customer_is_per_company(self):
        self.customer.collection_fee_rule_id = self._fee(30.0)
        other = self.setup_other_company(name="Other")["company"]
        self.assertFalse(self.customer.with_company(other).collection_fee_rule_id)

    # Which notice

    def test_charge_documents_that_climb_are_counted_once(self):
        """A line of its own with its residual, and no open charge of its invoice."""
        self.policy.dun_charges = True
        self.level_2.deadline_days = 1
        invoice = self._late()
        self._run()
        document = self._charges(invoice).charge_move_id
        self.assertEqual(document.invoice_date_due, later(1))
        notice = self._run(on=later(15)).notice_ids
        self.assertEqual(notice.line_ids.move_id, invoice | document)
        self.assertRecordValues(
            notice, [{"amount_due": 1044.93, "amount_charges": 0.0, "amount_total": 1044.93}]
        )
        self.assertEqual(notice.amount_total, self._owed())

    def test_each_level_its_notice(self):
        """Grouping by level: each charge is demanded by one notice only."""
        self.policy.grouping = "level"
        charged = self._late()
        fresh = self._invoice(3, 500.0)
        notices = self._run().notice_ids
        self.assertEqual(len(notices), 2)
        self.assertRecordValues(
            notices.sorted("amount_due"),
            [
                {"level_id": self.level_1.id, "amount_due": 500.0, "amount_charges": 0.0},
                {"level_id": self.level_2.id, "amount_due": 1000.0, "amount_charges": 44.93},
            ],
        )
        self.assertAlmostEqual(sum(notices.mapped("amount_total")), self._owed(), 2)
        later_notices = self._run(on=later(15)).notice_ids
        charges = [
            row["charge_id"] for notice in later_notices for row in notice.charge_details or []
        ]
        self.assertEqual(len(charges), len(set(charges)))
        self.assertTrue(set(self._charges(charged).ids) <= set(charges))
        self.assertAlmostEqual(sum(later_notices.mapped("amount_total")), self._owed(), 2)
        self.assertTrue(self._charges(fresh))

    def test_notice_that_shows_only_what_advances(self):
        """Charges of items the notice does not show are not on it."""
        self.policy.listed_items = "advancing"
        self._late()
        self._run()
        self._invoice(-7, 200.0)
        notice = self._run(on=later(10)).notice_ids
        self.assertRecordValues(
            notice, [{"amount_due": 200.0, "amount_charges": 0.0, "amount_total": 200.0}]
        )

    # Missing rates

    def _statutory(self, **kwargs):
        series = self._series({"2025-07-01": 2.0, "2026-01-01": 2.0}, **kwargs)
        self.rule.write(
            {"interest_kind": "statutory", "series_id": series.id, "margin": 8.0}
        )
        return series

    def test_missing_rate(self):
        """The item waits, with series and date; the next run catches up."""
        series = self._statutory(name="Bank of Nowhere")
        series.rate_ids.filtered(lambda rate: rate.date_from.year == 2026).unlink()
        invoice = self._late()
        plain = self._invoice(3, 100.0, partner=self._create_customer("Plain"))
        run = self._run()
        self.assertSkipped(run, invoice, "missing_rate")
        detail = run.skip_ids.filtered(lambda skip: skip.move_id == invoice).detail
        self.assertIn("Bank of Nowhere", detail)
        self.assertIn("01/01/2026", detail)
        self.assertEqual(run.notice_ids.line_ids.move_id, plain)
        self.assertEqual(invoice.collection_level_id, self.level_1)
        self.assertFalse(self._charges(invoice))
        with self.assertRaisesRegex(UserError, "Bank of Nowhere.*01/01/2026"):
            self.rule.compute_charges(self._item(invoice), TODAY)
        series.rate_ids = [(0, 0, {"date_from": "2026-01-01", "rate": 2.0})]
        again = self._run(on=later(1)).notice_ids
        self.assertEqual(invoice.collection_level_id, self.level_2)
        self.assertEqual(self._charges(invoice, "interest").amount, 4.38)
        self.assertEqual(again.amount_total, 1044.38)

    def test_rate_that_went_missing_before_the_issue(self):
        """Proposed with a rate, issued without: the notice does not go out."""
        series = self._statutory()
        invoice = self._late()
        run = self._run(issue=False)
        series.rate_ids.unlink()
        run.action_issue()
        self.assertEqual(run.notice_ids.state, "cancelled")
        self.assertSkipped(run, invoice, "missing_rate")
        self.assertFalse(self._charges(invoice))

    def test_half_years(self):
        """Each half-year has its own rate, and a segment of its own."""
        series = self._statutory()
        series.rate_ids.filtered(lambda rate: rate.date_from.year == 2026).rate = 3.0
        invoice = self._invoice((TODAY - fields.Date.to_date("2025-12-21")).days, 1000.0)
        rows = self.rule.compute_charges(self._item(invoice), "2026-01-10")
        self.assertEqual(
            [(part["days"], part["rate"], part["amount"]) for part in rows[0]["segments"]],
            [(10, 10.0, 2.74), (10, 11.0, 3.01)],
        )

    # Proposals that wait

    def test_proposal_is_what_is_issued(self):
        self._late()
        self._late(333.33)
        run = self._run(issue=False)
        proposed = run.notice_ids.read(["amount_due", "amount_charges", "amount_total"])
        run.action_issue()
        self.assertEqual(
            run.notice_ids.read(["amount_due", "amount_charges", "amount_total"]), proposed
        )
        self.assertEqual(run.notice_ids.amount_total, self._owed())

    def test_proposal_approved_days_later(self):
        """Interest runs to the day printed on the notice, and all of them agree."""
        self.level_2.requires_approval = True
        invoice = self._late()
        run = self._run(issue=False)
        notice = run.notice_ids
        self.assertRecordValues(notice, [{"state": "to_approve", "amount_total": 1044.93}])
        with freeze_time(later(4)):
            notice.action_approve()
            notice.action_issue()
        self.assertEqual(notice.date, later(4))
        interest = self._charges(invoice, "interest")
        self.assertRecordValues(interest, [{"date_to": later(4), "amount": 6.25}])
        self.assertEqual(notice.amount_total, 1046.25)
        self.assertEqual(notice.amount_total, self._owed())
        total = sum(row["amount"] for row in notice.charge_details)
        self.assertAlmostEqual(total, notice.amount_charges, 2)

    def test_level_lowered_on_a_proposal(self):
        """B8: a person chooses level 1, which charges nothing: the proposal says so."""
        self.policy.advance_mode = "jump"
        invoice = self._invoice(20, 1000.0)
        self._invoice(20, 500.0)
        run = self._run(issue=False)
        notice = run.notice_ids
        self.assertEqual(notice.amount_charges, 89.87)
        notice.line_ids.filtered(lambda line: line.move_id == invoice).level_id = self.level_1
        self.assertRecordValues(notice, [{"amount_charges": 43.29, "amount_total": 1543.29}])
        run.action_issue()
        self.assertEqual(notice.amount_total, 1543.29)
        self.assertFalse(self._charges(invoice))
        self.assertEqual(self._owed(), 1543.29)

    def test_partial_payment_between_proposal_and_issue(self):
        invoice = self._late()
        run = self._run(issue=False)
        self._pay(invoice, 400.0, on=later(-5))
        run.action_issue()
        self.assertEqual(self._charges(invoice, "interest").amount, 4.27)
        self.assertEqual(run.notice_ids.amount_total, 644.27)
        self.assertEqual(run.notice_ids.amount_total, self._owed())

    def test_remind_now_shows_and_charges_the_same(self):
        """The button goes through the same door."""
        invoice = self._late()
        action = self.env["collection.remind"]._open(self.customer)
        wizard = self.env["collection.remind"].browse(action["res_id"])
        self.assertEqual(wizard.line_ids.mapped("amount"), [1044.93])
        wizard.action_issue()
        self.assertEqual(sum(self._charges(invoice).mapped("amount")), 44.93)
        self.assertEqual(self._owed(), 1044.93)

    def test_run_days_add_up(self):
        """A run a day for two months charges what one charge would have."""
        self.level_3.write({"fee_rule_id": self.rule.id, "repeat_days": 5, "max_repeats": 4})
        invoice = self._invoice(0, 777.77)
        end = TODAY + timedelta(days=60)
        whole = self._amounts(self.rule, invoice, end)["interest"]
        self._run_days(range(61))
        rows = self.rule.compute_charges(self._item(invoice), end)
        rest = sum(row["amount"] for row in rows if row["kind"] == "interest")
        charged = sum(self._charges(invoice, "interest").mapped("amount"))
        self.assertGreater(len(self._charges(invoice, "interest")), 3)
        self.assertAlmostEqual(charged + rest, whole, 2)
