"""What was offered, what became of it, and what it cost, from real entries."""

from datetime import timedelta

from odoo import Command, fields
from odoo.tests import freeze_time, tagged

from ..engine.discount_cost import annual_cost, cost_of_all
from .common import TODAY, CollectionsCommon, later


class DiscountCostCommon(CollectionsCommon):
    """A term of two tiers, and customers who take them or do not.

    Whether a discount is granted is tested elsewhere; here it is said, and what is
    tested is what the analysis makes of it.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.term = cls._create_term("3/8 2/15 net 30", [(3.0, 8), (2.0, 15)])
        cls.report = cls.env["collection.discount.report"]

    @classmethod
    def _create_term(cls, name, tiers, net=30):
        return cls.env["account.payment.term"].create(
            {
                "name": name,
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 100.0, "nb_days": net})
                ],
                "discount_tier_ids": [
                    Command.create({"discount_percentage": percent, "discount_days": days})
                    for percent, days in tiers
                ],
            }
        )

    @classmethod
    def _bill(cls, on, amount=1000.0, term=None, partner=None, **values):
        """A posted invoice of that day; without ``term`` on the two tiers."""
        return cls._create_invoice_one_line(
            name="Service",
            price_unit=amount,
            tax_ids=[],
            partner_id=(partner or cls.customer).id,
            invoice_date=on,
            invoice_payment_term_id=(cls.term if term is None else term).id,
            post=True,
            **values,
        )

    @classmethod
    def _offers(cls, invoice):
        return cls._item(invoice).collection_offer_ids.sorted("date_end").sudo()

    @classmethod
    def _take(cls, invoice, position, on, state="taken", amount=None):
        """The customer paid on a day and took the tier at that position."""
        offers = cls._offers(invoice)
        offer = offers[position]
        taken = offer.amount_discount if amount is None else amount
        cls._pay(invoice, amount=offer.amount_item - taken, on=on)
        if offer.state != state:
            offer._mark_taken(invoice, on, taken, late=state == "taken_late")

    def _row(self, invoice):
        return self.report.search([("move_id", "=", invoice.id)])

    def _amounts(self, row):
        return tuple(
            row[f"amount_{name}"]
            for name in ("offered", "taken", "taken_late", "refused", "open", "lapsed")
        )


@tagged("post_install", "-at_install")
@freeze_time("2026-03-31")
class TestDiscountReport(DiscountCostCommon):
    def test_what_became_of_it_adds_up(self):
        long_ago = TODAY - timedelta(days=60)
        first, second, late, refused, silent = (self._bill(long_ago) for _number in range(5))
        fresh = self._bill(TODAY)
        half = self._bill(TODAY - timedelta(days=10))
        self._take(first, 0, long_ago + timedelta(days=8))
        self._take(second, 1, long_ago + timedelta(days=12))
        self._take(late, 1, long_ago + timedelta(days=17), state="taken_late")
        self._offers(refused)[1]._mark_refused(TODAY)
        rows = [
            # invoice, outcome, offered, in time, late, refused, open, lapsed
            ("first tier", first, "taken", 30, 30, 0, 0, 0, 0),
            ("second tier", second, "taken", 30, 20, 0, 0, 0, 10),
            ("late, accepted", late, "taken_late", 30, 0, 20, 0, 0, 10),
            ("late, refused", refused, "refused", 30, 0, 0, 20, 0, 10),
            # Nobody has told these offers that their last days are over.
            ("never paid", silent, "lapsed", 30, 0, 0, 0, 0, 30),
            ("of today", fresh, "open", 30, 0, 0, 0, 30, 0),
            ("first tier over", half, "open", 30, 0, 0, 0, 20, 10),
        ]
        for story, invoice, state, *amounts in rows:
            with self.subTest(story):
                row = self._row(invoice)
                self.assertEqual(len(row), 1)
                self.assertEqual(row.state, state)
                self.assertEqual(self._amounts(row), tuple(amounts))
                self.assertEqual(row.amount_item, 1000)
                self.assertEqual(row.discount_percentage, 3)
                self.assertEqual(row.payment_term_id, self.term)
                self.assertEqual(row.partner_id, self.customer)

    def test_the_last_day_counts(self):
        invoice = self._bill(TODAY - timedelta(days=15))
        self.assertEqual(self._row(invoice).amount_open, 20)
        with freeze_time("2026-04-01"):
            self.env.invalidate_all()
            row = self._row(invoice)
            self.assertEqual((row.state, row.amount_open, row.amount_lapsed), ("lapsed", 0, 30))

    def test_paid_without_discount_is_no_more_open(self):
        invoice = self._bill(TODAY)
        self._offers(invoice)  # frozen
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create(
            {"payment_date": TODAY, "amount": 1000.0, "payment_difference_handling": "open"}
        )._create_payments()
        row = self._row(invoice)
        self.assertEqual((row.state, row.amount_open, row.amount_lapsed), ("lapsed", 0, 30))

    def test_days_gained_against_what_the_customer_usually_does(self):
        """Usually 42 days; 3 % were taken on the 8th: as a loan over 34 days."""
        start = TODAY - timedelta(days=100)
        usual = self._bill(start)
        self._pay(usual, on=start + timedelta(days=42))
        early = self._bill(start)
        self._take(early, 0, start + timedelta(days=8))
        row = self._row(early)
        self.assertEqual((row.days_to_pay, row.days_usual, row.days_gained), (8, 42, 34))
        self.assertEqual(row.percentage_taken, 3)
        expected = annual_cost(3, 8, 30, 42)
        self.assertAlmostEqual(row.cost_nominal, expected.nominal)
        self.assertAlmostEqual(row.cost_effective, expected.effective)
        # The other row has days too, but no gain and no cost.
        row = self._row(usual)
        self.assertEqual((row.state, row.days_to_pay, row.days_usual), ("lapsed", 42, 42))
        self.assertFalse(row.days_gained)
        self.assertFalse(row.cost_nominal)

    def test_the_due_date_counts_while_no_usual_day_is_known(self):
        start = TODAY - timedelta(days=50)
        invoice = self._bill(start)
        self._take(invoice, 1, start + timedelta(days=10))
        row = self._row(invoice)
        self.assertFalse(row.days_usual)
        self.assertEqual(row.days_gained, 20)
        # 2 % within 10 days, net 30.
        self.assertAlmostEqual(row.cost_nominal, 37.24, 2)
        self.assertAlmostEqual(row.cost_effective, 44.59, 2)

    def test_a_customer_who_pays_at_once_anyway(self):
        start = TODAY - timedelta(days=50)
        plain = self.env.ref("account.account_payment_term_30days")
        self._pay(self._bill(start, term=plain), on=start + timedelta(days=6))
        invoice = self._bill(start)
        self._take(invoice, 0, start + timedelta(days=8))
        row = self._row(invoice)
        self.assertEqual((row.days_usual, row.days_gained), (6, -2))
        self.assertAlmostEqual(row.cost_nominal, annual_cost(3, 8, 30).nominal)
        no_gain = self.report.search([("days_gained", "<=", 0), ("state", "=", "taken")])
        self.assertEqual(no_gain.move_id, invoice)

    def test_usual_days_are_of_this_customer_and_without_discounts(self):
        start = TODAY - timedelta(days=90)
        plain = self.env.ref("account.account_payment_term_30days")
        other = self._create_customer("Other")
        for days in (20, 40):
            self._pay(self._bill(start, term=plain), on=start + timedelta(days=days))
        self._pay(self._bill(start, term=plain, partner=other), on=start + timedelta(days=88))
        self._bill(start, term=plain)  # unpaid: says nothing yet
        credited = self._bill(start, term=plain)
        self._reverse_invoice(credited, is_modify=False)
        for _number in range(3):
            taken = self._bill(start)
            self._take(taken, 0, start + timedelta(days=2))
        self.assertEqual(self._row(taken).days_usual, 30)

    def test_the_rate_of_a_group_weighs_amounts_and_days(self):
        start = TODAY - timedelta(days=60)
        small, large = self._bill(start, amount=100.0), self._bill(start, amount=9000.0)
        self._take(small, 0, start + timedelta(days=1))
        self._take(large, 1, start + timedelta(days=15))
        self._bill(start, amount=50000.0)  # not taken: no part of the rate
        [[nominal, effective, offered, taken]] = self.report._read_group(
            [],
            aggregates=[
                "cost_nominal:avg", "cost_effective:avg", "amount_offered:sum", "amount_taken:sum"
            ],
        )  # fmt: skip
        expected = cost_of_all(3 + 180, 97 + 8820, 97 * 29 + 8820 * 15)
        self.assertAlmostEqual(nominal, expected.nominal)
        self.assertAlmostEqual(effective, expected.effective)
        self.assertEqual((offered, taken), (3 + 270 + 1500, 183))

    def test_a_discount_that_bought_no_day_makes_the_group_dearer(self):
        start = TODAY - timedelta(days=60)
        early, no_gain = self._bill(start), self._bill(start)
        self._take(early, 0, start + timedelta(days=8))
        [[alone]] = self.report._read_group([], aggregates=["cost_nominal:avg"])
        self._take(no_gain, 1, start + timedelta(days=35), state="taken_late")
        self.assertFalse(self._row(no_gain).cost_nominal)
        [[both]] = self.report._read_group([], aggregates=["cost_nominal:avg"])
        self.assertAlmostEqual(both / alone, 50 / 30)

    def test_an_absurd_rate_is_left_out_and_breaks_nothing(self):
        term = self._create_term("90 % on the spot", [(90.0, 1)], net=2)
        invoice = self._bill(TODAY - timedelta(days=9), term=term)
        self._take(invoice, 0, TODAY - timedelta(days=8))
        row = self._row(invoice)
        self.assertFalse(row.cost_effective)
        self.assertAlmostEqual(row.cost_nominal, annual_cost(90, 1, 2).nominal, 4)

    def test_foreign_currency_in_company_currency(self):
        currency = self.setup_other_currency("EUR", rates=[("2020-01-01", 2.0)])
        invoice = self._bill(TODAY, amount=1000.0, currency_id=currency.id)
        row = self._row(invoice)
        self.assertEqual(row.currency_id, currency)
        self.assertEqual(row.company_currency_id, self.company.currency_id)
        self.assertEqual((row.amount_item, row.amount_offered, row.amount_open), (500, 15, 15))

    def test_vendor_bills_and_credit_notes_are_not_ours(self):
        bill = self._bill(TODAY, move_type="in_invoice", partner=self._create_customer("Vendor"))
        self.assertTrue(bill.line_ids.collection_offer_ids)
        self.assertFalse(self._row(bill))
        refund = self._bill(TODAY, move_type="out_refund")
        self.assertFalse(self._row(refund))

    def test_cores_own_discount_is_a_row_too(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "2/10 net 30",
                "early_discount": True,
                "discount_percentage": 2.0,
                "discount_days": 10,
                "line_ids": [Command.create({"value": "percent", "value_amount": 100.0,
                                             "nb_days": 30})],
            }
        )  # fmt: skip
        row = self._row(self._bill(TODAY, term=term))
        self.assertEqual((row.amount_offered, row.amount_open, row.state), (20, 20, "open"))

    def test_months_terms_and_outcomes_group(self):
        self._bill(TODAY)
        self._bill(fields.Date.to_date("2026-02-10"), amount=500.0)
        groups = self.report._read_group(
            [], ["date_invoice:month", "state"], ["amount_offered:sum"]
        )
        self.assertEqual(
            [(day.isoformat(), state, offered) for day, state, offered in groups],
            [("2026-02-01", "lapsed", 15), ("2026-03-01", "open", 30)],
        )

    def test_the_row_leads_to_the_invoice(self):
        invoice = self._bill(TODAY)
        action = self._row(invoice).action_open_invoice()
        self.assertEqual((action["res_model"], action["res_id"]), ("account.move", invoice.id))

    def test_as_many_queries_for_many_rows_as_for_one(self):
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows = self.report.search([])
            rows.read(["amount_lapsed", "days_usual", "cost_effective"])
            return len(rows), self.env.cr.sql_log_count - before

        self._bill(TODAY)
        queries()
        counts = [queries()]
        for number in range(5):
            invoice = self._bill(TODAY - timedelta(days=40))
            if number % 2:
                self._take(invoice, 0, TODAY - timedelta(days=35))
        counts.append(queries())
        self.assertEqual([rows for rows, _count in counts], [1, 6])
        self.assertEqual(counts[0][1], counts[1][1])

    def test_later_days_change_nothing_that_was_taken(self):
        invoice = self._bill(TODAY)
        self._take(invoice, 0, later(0))
        before = self._amounts(self._row(invoice))
        with freeze_time("2027-01-15"):
            self.env.invalidate_all()
            self.assertEqual(self._amounts(self._row(invoice)), before)
