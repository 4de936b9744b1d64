"""Payment terms with tiers: what is refused, what core's own fields say."""

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .discounts_common import FIRST_END, INVOICED, DiscountsCommon, day


@tagged("post_install", "-at_install")
class TestDiscountTermRules(DiscountsCommon):
    def assertRefused(self, words, **values):
        with self.assertRaises(ValidationError) as caught:
            self._term(**values)
        self.assertIn(words, str(caught.exception))

    def test_later_tiers_give_less(self):
        for tiers in [((2, 8), (3, 15)), ((2, 8), (2, 15)), ((3, 8), (1, 15), (2, 20))]:
            with self.subTest(tiers=tiers):
                self.assertRefused("must give less", tiers=tiers)
        self._term(tiers=((2, 15), (3, 8), (1, 20)))  # in whatever order they are typed

    def test_two_on_one_day(self):
        self.assertRefused("same day", tiers=((3, 8), (2, 8)))

    def test_edited_later(self):
        first, second = self.term.discount_tier_ids.sorted("discount_days")
        with self.assertRaises(ValidationError):
            self.term.discount_tier_ids = [
                Command.update(second.id, {"discount_percentage": 5.0})
            ]
        with self.assertRaises(ValidationError):
            second.discount_percentage = 5.0
        with self.assertRaises(ValidationError):
            first.discount_days = 30
        with self.assertRaises(ValidationError):
            self.env["collection.discount.tier"].create(
                {"term_id": self.term.id, "discount_percentage": 9, "discount_days": 40}
            )

    def test_a_number_of_days_and_a_fixed_day_together(self):
        term = self._term(tiers=((2, 8),), name="Both")
        term.discount_tier_ids = [
            Command.create(
                {
                    "discount_percentage": 3,
                    "end_type": "day_following_month",
                    "day_of_month": 10,
                }
            )
        ]
        invoice = self._discounted(term=term, on=day("2024-05-02"))
        self.assertOffers(invoice, [("2024-06-10", 970.0, 30.0)])

    @mute_logger("odoo.sql_db")
    def test_bounds(self):
        for values in [
            {"discount_percentage": 0, "discount_days": 8},
            {"discount_percentage": -2, "discount_days": 8},
            {"discount_percentage": 100, "discount_days": 8},
            {"discount_percentage": 2, "discount_days": -1},
            {"discount_percentage": 2, "discount_days": 0},
            {"discount_percentage": 2, "discount_days": 100000},
            {"discount_percentage": 2, "end_type": "day_following_month", "day_of_month": 0},
            {"discount_percentage": 2, "end_type": "day_following_month", "day_of_month": 32},
        ]:
            with self.subTest(values=values), self.assertRaises(IntegrityError):
                self._term(tiers=(), discount_tier_ids=[Command.create(values)])
                self.env.flush_all()

    def test_instalments_with_tax_reduced_on_the_invoice(self):
        self.assertRefused("single due date", mode="mixed", lines=((30, 10, True), (70, 40, True)))

    def test_no_due_date_bears_it(self):
        self.assertRefused("none of its due dates", lines=((30, 10, False), (70, 40, False)))

    def test_a_voucher_needs_a_tier(self):
        self.assertRefused(
            "as a tier", tiers=(), early_discount=True, discount_percentage=2, discount_days=10,
            collection_discount_method="voucher",
        )


@tagged("post_install", "-at_install")
class TestDiscountTermMirror(DiscountsCommon):
    """Core's own fields say the first tier, where one due date bears it."""

    def assertMirrors(self, term, percent, days):
        self.assertEqual(
            (term.early_discount, term.discount_percentage, term.discount_days),
            (True, percent, days),
        )

    def test_first_tier(self):
        self.assertMirrors(self.term, 3.0, 8)

    def test_follows_the_tiers(self):
        first, second = self.term.discount_tier_ids.sorted("discount_days")
        first.write({"discount_percentage": 4.0, "discount_days": 5})
        self.assertMirrors(self.term, 4.0, 5)
        first.unlink()
        self.assertMirrors(self.term, 2.0, 15)
        self.term.discount_tier_ids = [
            Command.create({"discount_percentage": 2.5, "discount_days": 3})
        ]
        self.assertMirrors(self.term, 2.5, 3)
        self.term.discount_tier_ids = [Command.clear()]
        self.assertFalse(self.term.early_discount)
        self.assertFalse(second.exists())

    def test_core_fields_cannot_drift(self):
        self.term.discount_days = 3
        self.assertMirrors(self.term, 3.0, 8)
        self.term.early_discount = False
        self.assertMirrors(self.term, 3.0, 8)

    def test_instalments_have_none(self):
        term = self._term(lines=((30, 10, True), (70, 40, True)), name="30/70")
        self.assertFalse(term.early_discount)

    def test_one_due_date_becomes_two_and_one_again(self):
        (line,) = self.term.line_ids
        self.term.write(
            {
                "early_discount": False,
                "line_ids": [
                    Command.update(line.id, {"value_amount": 30.0}),
                    Command.create({"value": "percent", "value_amount": 70.0, "nb_days": 60}),
                ],
            }
        )
        self.assertFalse(self.term.early_discount)
        self.term.line_ids = [
            Command.delete(self.term.line_ids[1].id), Command.update(line.id, {"value_amount": 100})
        ]
        self.assertMirrors(self.term, 3.0, 8)

    def test_a_second_due_date(self):
        """Nobody has to switch off a discount that the screen does not show."""
        (line,) = self.term.line_ids
        self.term.line_ids = [
            Command.update(line.id, {"value_amount": 30.0}),
            Command.create({"value": "percent", "value_amount": 70.0, "nb_days": 60}),
        ]
        self.assertFalse(self.term.early_discount)
        with Form(self._term()) as form:
            with form.line_ids.edit(0) as due:
                due.value_amount = 50
            with form.line_ids.new() as due:
                due.value = "percent"
                due.value_amount = 50
                due.nb_days = 60
        self.assertEqual(len(form.record.line_ids), 2)
        self.assertFalse(form.record.early_discount)

    def test_a_voucher_lowers_no_price(self):
        self.term.collection_discount_method = "voucher"
        self.assertFalse(self.term.early_discount)
        invoice = self._discounted(taxes=self.tax_20)
        self.assertFalse(self._terms_items(invoice).discount_date)
        self.assertEqual(self._wizard(invoice, FIRST_END).amount, 1200.0)
        self.assertEqual(invoice._collection_offers().mapped("amount_discount"), [36.0, 24.0])
        self.term.collection_discount_method = "price"
        self.assertMirrors(self.term, 3.0, 8)

    def test_a_voucher_reduces_no_tax_in_advance(self):
        term = self._term(mode="mixed", collection_discount_method="voucher", name="Voucher")
        self.assertEqual(self._discounted(term=term, taxes=self.tax_20).amount_tax, 200.0)

    def test_copy(self):
        with mute_logger("odoo.tools.translate"):  # core's own copy outside of a request
            copy = self.term.copy()
        self.assertEqual(
            copy.discount_tier_ids.mapped("discount_percentage"),
            self.term.discount_tier_ids.mapped("discount_percentage"),
        )
        self.assertFalse(copy.discount_tier_ids & self.term.discount_tier_ids)
        self.assertMirrors(copy, 3.0, 8)

    def test_unlink(self):
        tiers = self.term.discount_tier_ids
        self.term.unlink()
        self.assertFalse(tiers.exists())

    def test_a_term_in_use_is_not_deleted(self):
        self._discounted()
        with self.assertRaises(UserError):
            self.term.unlink()

    def test_on_the_screen(self):
        with Form(self.env["account.payment.term"]) as form:
            form.name = "Typed"
            for percent, days in ((3, 8), (2, 15)):
                with form.discount_tier_ids.new() as tier:
                    tier.discount_percentage = percent
                    tier.discount_days = days
        self.assertMirrors(form.record, 3.0, 8)


@tagged("post_install", "-at_install")
class TestDiscountTermUntouched(DiscountsCommon):
    def test_existing_terms(self):
        for xmlid in ("account_payment_term_immediate", "account_payment_term_30days"):
            term = self.env.ref(f"account.{xmlid}")
            self.assertFalse(term.discount_tier_ids)
            self.assertEqual(term.collection_discount_method, "price")
            self.assertFalse(term.collection_preview)
            invoice = self._discounted(term=term)
            self.assertFalse(invoice._collection_offers())
            self.assertEqual(self._wizard(invoice, INVOICED).amount, 1000.0)

    def test_an_invoice_from_before(self):
        """Posted before this module: core's discount, without a frozen offer."""
        invoice = self._discounted(term=self._core_term())
        item = self._terms_items(invoice)
        self.env.cr.execute(
            "DELETE FROM collection_discount_offer WHERE move_id = %s", [invoice.id]
        )
        self.env.invalidate_all()
        self.assertShows(item, FIRST_END, 970.0)
        for on, amount in [(FIRST_END, 970.0), (day("2024-05-09"), 1000.0)]:
            self.assertEqual(self._wizard(invoice, on).amount, amount)
        payment = self._pay_on(invoice, FIRST_END)
        self.assertEqual(payment.amount, 970.0)
        self.assertEqual(invoice.amount_residual, 0.0)
