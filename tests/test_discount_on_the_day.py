"""Items show the tier in force, with the scheduled action and without it."""

from odoo.tests import freeze_time, new_test_user, tagged

from .discounts_common import DUE, FIRST_END, INVOICED, SECOND_END, SHOWN, DiscountsCommon


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
                    ([("discount_date.day_of_month", "=", end.day)], True),
                    ([("discount_date.day_of_month", "=", other.day)], False),
                    ([("payment_date.day_of_month", "=", end.day)], True),
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
