"""Telling of discounts costs as many queries for two hundred items as for twenty."""

from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from .common import TODAY
from .discount_notice_common import BEFORE, DiscountNoticeCommon

FEW, MANY = 20, 200


@tagged("post_install", "-at_install")
class TestDiscountQueries(DiscountNoticeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.few = cls._many_offers("Few", FEW)
        cls.many = cls._many_offers("Many", MANY)
        # What Odoo keeps in memory for good is read before anything is counted.
        cls.warmup = cls._many_offers("Warm-up", FEW)

    @classmethod
    def _many_offers(cls, name, count):
        """Invoices of half as many customers, whose discounts end in turn."""
        customers = cls.env["res.partner"].create(
            [
                {"name": f"{name} {number}", "email": f"{name.lower()}{number}@example.com"}
                for number in range(count // 2)
            ]
        )
        moves = cls.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": customers[number // 2].id,
                    "invoice_date": TODAY - timedelta(days=8 - BEFORE + number % 4),
                    "invoice_payment_term_id": cls.term.id,
                    "invoice_line_ids": [
                        Command.create(
                            {"name": "Service", "price_unit": 100.0 + number, "tax_ids": []}
                        )
                    ],
                }
                for number in range(count)
            ]
        )
        moves.action_post()
        return moves

    def _count(self, function, *args):
        """Queries of a call that starts with nothing in memory."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function(*args)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _new_run(self, moves):
        return self.env["collection.run"].create(
            {
                "company_id": self.company.id,
                "date": TODAY,
                "partner_ids": moves.partner_id.ids,
            }
        )

    def test_proposing(self):
        self._new_run(self.warmup).action_propose()
        runs = [self._new_run(moves) for moves in (self.few, self.many)]
        few, many = (self._count(run.action_propose) for run in runs)
        self.assertEqual(len(runs[0].notice_ids.line_ids), FEW)
        self.assertEqual(len(runs[1].notice_ids.line_ids), MANY)
        self.assertEqual(few, many)

    def test_leaving_out(self):
        self.discount_level.min_discount = 3.04
        for moves in (self.warmup, self.few, self.many):
            for move in moves[::5]:
                self._pause("hold", move)
            for move in moves[2::10]:
                self._credit_note(1000, partner=move.partner_id)
        self._new_run(self.warmup).action_propose()
        runs = [self._new_run(moves) for moves in (self.few, self.many)]
        few, many = (self._count(run.action_propose) for run in runs)
        for run in runs:
            self.assertGreaterEqual(
                set(run.skip_ids.mapped("reason")), {"held", "net_credit", "small_discount"}
            )
        self.assertEqual(few, many)

    def test_an_idle_day(self):
        """Everybody has been told: nothing is read one by one."""
        self._new_run(self.many | self.few | self.warmup).action_propose()
        self.env["collection.notice"].search([]).action_issue()
        run = self._new_run(self.many)
        self.assertLess(self._count(run.action_propose), 60)
        self.assertFalse(run.notice_ids)
        self.assertFalse(run.skip_ids)

    def test_without_a_discount_level_nothing_is_asked(self):
        """A policy that tells nobody pays for no query about discounts."""
        candidate = self.env["collection.candidate"]
        books = candidate._read_books(self.company, TODAY, self.few.partner_id.ids)
        candidate._read_discounts(books)
        with_level = self._count(candidate._read_discounts, books)
        self.discount_level.unlink()
        # What is kept in memory about policies went with it.
        candidate._read_discounts(books)
        self.assertLess(self._count(candidate._read_discounts, books), with_level)
        self.assertFalse(books.discounts.offers)
