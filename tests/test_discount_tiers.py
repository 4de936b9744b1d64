"""Tiers are frozen on the invoice, and its items show the one in force."""

from odoo.exceptions import UserError
from odoo.tests import freeze_time, new_test_user, tagged

from .discounts_common import (
    DUE,
    FIRST_END,
    INVOICED,
    SECOND_END,
    SHOWN,
    DiscountsCommon,
    day,
)


@tagged("post_install", "-at_install")
class TestDiscountFreeze(DiscountsCommon):
    def test_offers_of_an_invoice(self):
        invoice = self._discounted()
        self.assertOffers(
            invoice, [("2024-05-08", 970.0, 30.0), ("2024-05-15", 980.0, 20.0)]
        )
        offers = invoice._collection_offers()
        self.assertEqual(offers.mapped("sequence"), [1, 2])
        self.assertRecordValues(
            offers[0],
            [
                {
                    "move_id": invoice.id,
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "date_invoice": INVOICED,
                    "payment_term_id": self.term.id,
                    "tier_id": self.term.discount_tier_ids[0].id,
                    "discount_percentage": 3.0,
                    "method": "price",
                    "tax_mode": "included",
                    "state": "open",
                    "amount_item": 1000.0,
                    "amount_offered": 30.0,
                    "balance_to_pay": 970.0,
                }
            ],
        )

    def test_a_draft_offers_nothing_yet(self):
        invoice = self._discounted(post=False)
        self.assertFalse(invoice._collection_offers())
        self.assertFalse(self._terms_items(invoice)._collection_offer_at(INVOICED))
        self.assertEqual(self._terms_items(invoice).discount_date, FIRST_END)

    def test_core_single_discount_is_one_offer(self):
        invoice = self._discounted(term=self._core_term())
        self.assertOffers(invoice, [("2024-05-08", 970.0, 30.0)])
        self.assertFalse(invoice._collection_offers().tier_id)

    def test_later_changes_of_the_terms_change_nothing(self):
        invoice = self._discounted()
        before = invoice._collection_offers().read()
        first, second = self.term.discount_tier_ids.sorted("discount_days")
        first.write({"discount_percentage": 9.0, "discount_days": 3})
        second.unlink()
        self.term.early_pay_discount_computation = "excluded"
        self.env.flush_all()
        after = invoice._collection_offers().read()
        for row in (*before, *after):
            for name in ("tier_id", "write_date", "display_name"):
                row.pop(name)
        self.assertEqual(after, before)
        with self._on("2024-05-10"):
            self.assertShows(self._terms_items(invoice), SECOND_END, 980.0)
            self.assertEqual(self._pay_on(invoice, day("2024-05-10")).amount, 980.0)

    def test_written_by_code_only(self):
        offers = self._discounted()._collection_offers().sudo(False)
        for act in (
            lambda: offers.write({"amount_to_pay": 1}),
            lambda: offers.unlink(),
            lambda: offers[0].copy(),
        ):
            with self.assertRaises(UserError):
                act()

    def test_a_duplicate_has_its_own(self):
        invoice = self._discounted()
        copy = invoice.copy({"invoice_date": day("2024-06-01")})
        self.assertFalse(copy.collection_offer_ids)
        copy.action_post()
        self.assertOffers(copy, [("2024-06-09", 970.0, 30.0), ("2024-06-16", 980.0, 20.0)])
        self.assertOffers(
            invoice, [("2024-05-08", 970.0, 30.0), ("2024-05-15", 980.0, 20.0)]
        )

    def test_a_backdated_invoice(self):
        with self._on("2024-05-12"):
            invoice = self._discounted()
            self.assertShows(self._terms_items(invoice), SECOND_END, 980.0)
        with self._on("2024-06-12"):
            invoice = self._discounted()
            self.assertShows(self._terms_items(invoice), SECOND_END, 980.0)
            wizard = self._wizard(invoice, day("2024-06-12"))
            self.assertEqual((wizard.amount, wizard.early_payment_discount_mode), (1000.0, False))

    def test_zero_and_negative(self):
        self.assertFalse(self._discounted(0.0)._collection_offers())
        invoice = self._discounted([1000.0, -400.0])
        self.assertOffers(invoice, [("2024-05-08", 582.0, 18.0), ("2024-05-15", 588.0, 12.0)])

    def test_a_credit_note_offers_nothing(self):
        note = self._discounted(move_type="out_refund")
        self.assertFalse(note._collection_offers())

    def test_a_receipt_does(self):
        receipt = self._discounted(move_type="out_receipt")
        self.assertOffers(
            receipt, [("2024-05-08", 970.0, 30.0), ("2024-05-15", 980.0, 20.0)]
        )
        self.assertEqual(self._pay_on(receipt, SECOND_END).amount, 980.0)

    def test_vendor_bill(self):
        bill = self._discounted(move_type="in_invoice")
        item = self._terms_items(bill)
        self.assertOffers(
            bill, [("2024-05-08", -970.0, -30.0), ("2024-05-15", -980.0, -20.0)]
        )
        with self._on("2024-05-09"):
            self.assertShows(item, SECOND_END, -980.0)
            self.assertEqual(self._wizard(bill, SECOND_END).amount, 980.0)
            payment = self._pay_on(bill, FIRST_END)
        self.assertEqual((payment.amount, payment.payment_type), (970.0, "outbound"))
        self.assertIn(bill.payment_state, ("paid", "in_payment"))
        gain = self.company.account_journal_early_pay_discount_gain_account_id
        self.assertEqual(payment.move_id.line_ids.filtered(
            lambda line: line.account_id == gain).balance, -30.0)

    def test_cash_rounding(self):
        # 1,000.02 rounded up to 1,000.05; 97 % of it is 970.05, 98 % is 980.05 (980.049).
        invoice = self._discounted(1000.02, invoice_cash_rounding_id=self.cash_rounding_a.id)
        self.assertEqual(invoice.amount_total, 1000.05)
        self.assertOffers(
            invoice, [("2024-05-08", 970.05, 30.0), ("2024-05-15", 980.05, 20.0)]
        )
        invoice = self._discounted(
            1000.02, taxes=self.tax_20, invoice_cash_rounding_id=self.cash_rounding_a.id
        )
        for offer in invoice._collection_offers():
            self.assertEqual(round(offer.amount_to_pay * 20, 6) % 1, 0.0)

    def test_foreign_currency(self):
        self.euro = self.setup_other_currency("EUR", rates=[("2024-01-01", 0.8)])
        invoice = self._discounted(1000.0, currency_id=self.euro.id)
        self.assertOffers(
            invoice, [("2024-05-08", 970.0, 30.0), ("2024-05-15", 980.0, 20.0)]
        )
        self.assertEqual(invoice._collection_offers().mapped("balance_to_pay"), [1212.5, 1225.0])
        with self._on("2024-05-10"):
            self.assertShows(self._terms_items(invoice), SECOND_END, 980.0, 1225.0)

    def test_working_days(self):
        for setting, ends in [
            ("keep", ["2024-06-01", "2024-06-08"]),
            ("after", ["2024-06-03", "2024-06-10"]),
            ("before", ["2024-05-31", "2024-06-07"]),
        ]:
            with self.subTest(setting=setting):
                self.company.collection_discount_nonworking = setting
                # 24 May + 8 days is Saturday, 1 June
                invoice = self._discounted(on=day("2024-05-24"))
                self.assertEqual(
                    [str(end) for end in invoice._collection_offers().mapped("date_end")], ends
                )
                self.assertShows(self._terms_items(invoice), ends[-1], 980.0)
                draft = self._discounted(on=day("2024-05-24"), post=False)
                self.assertEqual(str(self._terms_items(draft).discount_date), ends[0])


@tagged("post_install", "-at_install")
class TestDiscountAgain(DiscountsCommon):
    """Reset to draft, edited, posted again; reversed."""

    def test_the_same_offers_and_item(self):
        invoice = self._discounted()
        item, offers = self._terms_items(invoice), invoice._collection_offers()
        for when in ("2024-05-02", "2024-05-10", "2024-06-10"):
            with self.subTest(when=when), self._on(when):
                self._run_action()
                invoice.button_draft()
                self.assertShows(item, FIRST_END, 970.0)
                invoice.action_post()
                self.assertEqual(self._terms_items(invoice), item)
                self.assertEqual(invoice._collection_offers(), offers)

    def test_edited(self):
        invoice = self._discounted()
        item, offers = self._terms_items(invoice), invoice._collection_offers()
        with self._on("2024-05-10"):
            invoice.button_draft()
            invoice.invoice_line_ids.price_unit = 2000.0
            invoice.action_post()
            self.assertEqual(self._terms_items(invoice), item)
            self.assertEqual(invoice._collection_offers(), offers)
            self.assertOffers(
                invoice, [("2024-05-08", 1940.0, 60.0), ("2024-05-15", 1960.0, 40.0)]
            )
            self.assertShows(item, SECOND_END, 1960.0)

    def test_another_date(self):
        invoice = self._discounted()
        invoice.button_draft()
        invoice.invoice_date = day("2024-05-03")
        invoice.action_post()
        self.assertOffers(
            invoice, [("2024-05-11", 970.0, 30.0), ("2024-05-18", 980.0, 20.0)]
        )
        self.assertEqual(len(self._terms_items(invoice)), 1)

    def test_other_terms(self):
        net = self._term(tiers=(), name="Net")
        one = self._term(tiers=((1.0, 5),), name="One")
        parts = self._term(lines=((40, 20, False), (60, 60, True)), name="Parts")
        invoice = self._discounted()
        for term, expected in [
            (one, [("2024-05-05", 990.0, 10.0)]),
            (net, []),
            (parts, [("2024-05-08", 582.0, 18.0), ("2024-05-15", 588.0, 12.0)]),
            (self.term, [("2024-05-08", 970.0, 30.0), ("2024-05-15", 980.0, 20.0)]),
        ]:
            with self.subTest(term=term.name), self._on("2024-05-03"):
                invoice.button_draft()
                invoice.invoice_payment_term_id = term
                invoice.action_post()
                self.assertOffers(invoice, expected)
                self.assertEqual(
                    len(invoice.sudo().collection_offer_ids), len(expected), "nothing is left over"
                )
        invoice.button_draft()
        invoice.write({"invoice_payment_term_id": False, "invoice_date_due": DUE})
        invoice.action_post()
        self.assertFalse(invoice.sudo().collection_offer_ids)
        self.assertEqual(self._wizard(invoice, INVOICED).amount, 1000.0)
        self.assertFalse(self._terms_items(invoice).discount_date)

    def test_the_dunning_level_is_kept(self):
        invoice = self._discounted()
        item = self._terms_items(invoice)
        self._run(on=day("2024-06-05"))
        level = item.collection_level_id
        self.assertTrue(level)
        with self._on("2024-06-06"):
            self._run_action()
            invoice.button_draft()
            invoice.action_post()
        self.assertEqual(self._terms_items(invoice), item)
        self.assertEqual(item.collection_level_id, level)

    def test_writing_on_a_posted_invoice(self):
        """Core compares the items with the terms; a later tier does not confuse it."""
        invoice = self._discounted()
        item = self._terms_items(invoice)
        with self._on("2024-05-10"):
            self._run_action()
            invoice.write({"ref": "PO 1", "narration": "Thank you"})
            self.assertEqual(self._terms_items(invoice), item)
            self.assertShows(item, SECOND_END, 980.0)

    def test_reversed(self):
        invoice = self._discounted()
        note = self._reverse_invoice(invoice, post=True, date=day("2024-05-02"))
        self.assertFalse(note._collection_offers())
        if invoice.payment_state != "reversed":
            (self._item(note) | self._item(invoice)).reconcile()
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertEqual(
            [(offer.amount_discount, offer.amount_to_pay) for offer in invoice._collection_offers()],
            [(0.0, 0.0), (0.0, 0.0)],
        )
        self.assertFalse(self._terms_items(invoice)._collection_discount_at(INVOICED))

    def test_cancelled(self):
        invoice = self._discounted()
        invoice.button_cancel()
        self.assertFalse(invoice._collection_offers())
        self.assertFalse(self._terms_items(invoice)._collection_offer_at(INVOICED))


@tagged("post_install", "-at_install")
class TestDiscountOnTheDay(DiscountsCommon):
    """The scheduled action has stopped: everything that reads is right all the same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2024-04-30 12:00:00"):
            cls.invoice = cls._discounted()
            cls.item = cls._terms_items(cls.invoice)
            cls.env.flush_all()

    def _domain(self):
        return [("id", "=", self.item.id)]

    def test_read(self):
        for when, end, to_pay in [
            ("2024-04-30", FIRST_END, 970.0),
            (FIRST_END, FIRST_END, 970.0),
            ("2024-05-09", SECOND_END, 980.0),
            (SECOND_END, SECOND_END, 980.0),
            ("2024-05-16", SECOND_END, 980.0),
            ("2025-01-01", SECOND_END, 980.0),
        ]:
            with self.subTest(when=when), self._on(when):
                self.assertShows(self.item, end, to_pay)
                row = self.item.read(SHOWN, load=None)[0]
                self.assertEqual((row["discount_date"], row["discount_balance"]), (end, to_pay))
                searched = self.env["account.move.line"].search_read(self._domain(), SHOWN)
                self.assertEqual(searched[0]["discount_amount_currency"], to_pay)

    def test_search(self):
        lines = self.env["account.move.line"]
        for when, end, to_pay in [
            (FIRST_END, FIRST_END, 970.0), ("2024-05-09", SECOND_END, 980.0)
        ]:
            other = SECOND_END if end == FIRST_END else FIRST_END
            with self.subTest(when=when), self._on(when):
                for domain, found in [
                    ([("discount_date", "=", end)], True),
                    ([("discount_date", "=", other)], False),
                    ([("discount_date", ">", FIRST_END)], end == SECOND_END),
                    ([("discount_date", "!=", False)], True),
                    ([("discount_amount_currency", "=", to_pay)], True),
                    ([("discount_balance", "<", 975)], to_pay == 970.0),
                ]:
                    hit = lines.search(self._domain() + domain)
                    self.assertEqual(bool(hit), found, domain)
                moves = self.env["account.move"].search(
                    [("id", "=", self.invoice.id), ("line_ids.discount_date", "=", end)]
                )
                self.assertTrue(moves)

    def test_group_and_order(self):
        lines = self.env["account.move.line"]
        with freeze_time("2024-04-30 12:00:00"):
            other = self._terms_items(self._discounted(term=self._core_term(1.0, 12)))
        both = [("id", "in", (self.item | other).ids)]
        for when, ordered, total in [
            (FIRST_END, self.item | other, 1960.0), ("2024-05-09", other | self.item, 1970.0)
        ]:
            with self.subTest(when=when), self._on(when):
                self.assertEqual(lines.search(both, order="discount_date, id"), ordered)
                groups = lines._read_group(
                    both, ["discount_date:day"], ["discount_amount_currency:sum"]
                )
                self.assertEqual(sum(amount for _day, amount in groups), total)
                self.assertIn(ordered[0].discount_date, [found for found, _sum in groups])

    def test_export(self):
        with self._on("2024-05-09"):
            rows = self.item.export_data(SHOWN)["datas"]
        self.assertEqual(rows, [[SECOND_END, 980.0, 980.0]])

    def test_payment_date(self):
        """Core's day by which it pays: the discount's, then the due date."""
        lines = self.env["account.move.line"]
        for when, expected in [
            (FIRST_END, FIRST_END), ("2024-05-09", SECOND_END), ("2024-05-16", DUE)
        ]:
            with self.subTest(when=when), self._on(when):
                self.assertEqual(self.item.payment_date, expected)
                self.assertTrue(
                    lines.search(self._domain() + [("payment_date", "=", expected)])
                )
                groups = lines._read_group(self._domain(), ["payment_date:day"])
                self.assertEqual(groups, [(expected,)])

    def test_whoever_may_read_the_item_reads_it(self):
        portal = self.env["res.users"].create(
            {
                "name": "Portal",
                "login": "discount_portal",
                "partner_id": self.customer.id,
                "group_ids": [self.env.ref("base.group_portal").id],
            }
        )
        seller = new_test_user(self.env, "discount_seller", "account.group_account_invoice")
        for user in (portal, seller):
            with self.subTest(user=user.name), self._on("2024-05-09"):
                item = self.item.with_user(user)
                self.assertEqual(item.discount_date, SECOND_END)
                self.assertEqual(item.discount_amount_currency, 980.0)
                found = item.search(self._domain() + [("discount_date", "=", SECOND_END)])
                self.assertEqual(found, item)

    def test_the_last_day_is_the_companys(self):
        """Midnight in Auckland and Los Angeles, whatever the user's own time zone."""
        calendar = self.company.partner_id
        for zone, still, over in [
            # 8 May ends at 12:00 UTC in Auckland (+12), at 07:00 UTC of the 9th in Los Angeles
            ("Pacific/Auckland", "2024-05-08 11:59:00", "2024-05-08 12:01:00"),
            ("America/Los_Angeles", "2024-05-09 06:59:00", "2024-05-09 07:01:00"),
            ("Europe/Paris", "2024-05-08 21:59:00", "2024-05-08 22:01:00"),
        ]:
            calendar.tz = zone
            self.company.resource_calendar_id.tz = zone
            for user_zone in ("Asia/Tokyo", "America/New_York", "UTC"):
                self.env.user.tz = user_zone
                self.env.flush_all()
                for when, end, to_pay in [(still, FIRST_END, 970.0), (over, SECOND_END, 980.0)]:
                    with self.subTest(zone=zone, user=user_zone, when=when), self._on(when):
                        self.assertShows(self.item, end, to_pay)
                        values = self.invoice._get_invoice_next_payment_values()
                        self.assertEqual(values["amount_due"], to_pay)


@tagged("post_install", "-at_install")
class TestDiscountAction(DiscountsCommon):
    """The scheduled action rewrites the columns."""

    def _columns(self, items):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT discount_date, discount_amount_currency, discount_balance"
            "  FROM account_move_line WHERE id IN %s ORDER BY id",
            [tuple(items.ids)],
        )
        return [
            (str(end), float(to_pay), float(balance)) for end, to_pay, balance in
            self.env.cr.fetchall()
        ]

    def test_columns_follow(self):
        with self._on("2024-04-30"):
            items = self._terms_items(self._discounted() | self._discounted(500.0))
        for when, expected in [
            (FIRST_END, [("2024-05-08", 970.0, 970.0), ("2024-05-08", 485.0, 485.0)]),
            ("2024-05-09", [("2024-05-15", 980.0, 980.0), ("2024-05-15", 490.0, 490.0)]),
            ("2024-07-09", [("2024-05-15", 980.0, 980.0), ("2024-05-15", 490.0, 490.0)]),
        ]:
            for times in (1, 2):
                with self.subTest(when=when, times=times), self._on(when):
                    self._run_action()
                    self.assertEqual(self._columns(items.sorted("id")), expected)

    def test_twice_touches_nothing(self):
        with self._on("2024-04-30"):
            item = self._terms_items(self._discounted())
        with self._on("2024-05-09"):
            self._run_action()
            self.env.cr.execute("SELECT xmin, ctid FROM account_move_line WHERE id = %s", [item.id])
            before = self.env.cr.fetchall()
            self._run_action()
            self.env.cr.execute("SELECT xmin, ctid FROM account_move_line WHERE id = %s", [item.id])
            self.assertEqual(self.env.cr.fetchall(), before)

    def test_companies(self):
        """The day has ended in one company, and not yet in the other."""
        other = self.setup_other_company(name="Elsewhere")["company"]
        for company, zone in [(self.company, "Pacific/Auckland"), (other, "America/Los_Angeles")]:
            company.partner_id.tz = zone
            company.resource_calendar_id.tz = zone
        with self._on("2024-04-30"):
            mine = self._terms_items(self._discounted())
            invoice = self.env["account.move"].with_company(other).create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "invoice_date": INVOICED,
                    "invoice_payment_term_id": self.term.id,
                    "invoice_line_ids": [
                        (0, 0, {"name": "Service", "price_unit": 100.0, "tax_ids": []})
                    ],
                }
            )
            invoice.action_post()
            theirs = self._terms_items(invoice)
        with self._on("2024-05-08 13:00:00"):
            self._run_action()
            self.assertEqual(self._columns(mine), [("2024-05-15", 980.0, 980.0)])
            self.assertEqual(self._columns(theirs), [("2024-05-08", 97.0, 97.0)])
        with self._on("2024-05-09 08:00:00"):
            self.assertShows(theirs, SECOND_END, 98.0)
            self._run_action()
            self.assertEqual(self._columns(theirs), [("2024-05-15", 98.0, 98.0)])

    def test_queries_do_not_grow(self):
        with self._on("2024-04-30"):
            few = self._terms_items(self._discounted())
            many = few.browse()
            for _number in range(12):
                many |= self._terms_items(self._discounted())
        counts = []
        for items in (few, many):
            with self._on("2024-05-09"):
                self.env.flush_all()
                start = self.env.cr.sql_log_count
                items._collection_show_in_force()
                counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[0], 2)

    def test_a_posted_entry_stays_as_it_was(self):
        with self._on("2024-04-30"):
            invoice = self._discounted()
        before = invoice.line_ids.sorted("id").read(["debit", "credit", "amount_residual"])
        with self._on("2024-05-09"):
            self._run_action()
        self.assertEqual(
            invoice.line_ids.sorted("id").read(["debit", "credit", "amount_residual"]), before
        )
