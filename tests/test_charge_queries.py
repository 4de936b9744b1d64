"""FIELD_BUGS L5 for charges: the cost of a run does not grow with its items."""

from odoo import Command
from odoo.tests import tagged

from ..models.collection_assessment import Request
from .charges_common import ChargesCommon
from .common import TODAY, later

FEW, MANY = 6, 60


@tagged("post_install", "-at_install")
class TestChargeQueries(ChargesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule.write({"fixed_scope": "level", "notice_fee": 5.0})
        tax = cls.company_data["default_tax_sale"].copy({"name": "20 %", "amount": 20.0})
        cls.product = cls.env["product.product"].create(
            {"name": "Lateness", "type": "service", "taxes_id": tax.ids}
        )
        cls.warm = cls._many("Warm", FEW)
        cls.few = cls._many("Few", FEW)
        cls.many = cls._many("Many", MANY)

    @classmethod
    def _many(cls, name, count):
        """Invoices of half as many customers, 16 days late, one in three partly paid."""
        customers = cls.env["res.partner"].create(
            [
                {"name": f"{name} {number}", "email": "a@example.com", "is_company": True}
                for number in range(count // 2)
            ]
        )
        moves = cls.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": customers[number // 2].id,
                    "invoice_date": later(-60),
                    "invoice_date_due": later(-16),
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [
                        Command.create(
                            {"name": "Service", "price_unit": 1000.0 + number, "tax_ids": []}
                        )
                    ],
                }
                for number in range(count)
            ]
        )
        moves.action_post()
        for move in moves[::3]:
            cls._pay(move, 100.0, on=later(-5))
        items = cls._item(moves).sudo()
        items.collection_level_id = cls.level_1
        items.collection_manual_date = later(-60)
        cls.env.flush_all()
        return moves

    def _count(self, function, *args):
        """Queries of a call that starts with nothing in memory."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function(*args)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _assess(self, moves):
        items = self._item(moves).sudo()
        rows, problems = self.env["collection.assessment"].sudo()._assess(
            [
                Request(item, self.rule.sudo(), self.level_2, 1, number)
                for number, item in enumerate(items)
            ],
            TODAY,
        )
        self.assertEqual(len(rows), 3 * len(moves))
        self.assertFalse(problems)

    def test_l5_assessing(self):
        self._count(self._assess, self.warm)
        few, many = (self._count(self._assess, moves) for moves in (self.few, self.many))
        self.assertEqual(few, many)

    def test_l5_assessing_by_invoice(self):
        self.rule.fixed_scope = "invoice"

        def assess(moves):
            return self.rule.compute_charges(self._item(moves), TODAY)

        self._count(assess, self.warm)
        few, many = (self._count(assess, moves) for moves in (self.few, self.many))
        self.assertEqual(few, many)

    def _run_of(self, moves):
        return self.env["collection.run"].create(
            {"company_id": self.company.id, "date": TODAY, "partner_ids": moves.partner_id.ids}
        )

    def _proposals(self):
        self._run_of(self.warm).action_propose()
        runs = [self._run_of(moves) for moves in (self.few, self.many)]
        few, many = (self._count(run.action_propose) for run in runs)
        for run in runs:
            self.assertTrue(run.notice_ids)
            self.assertTrue(all(amount > 80 for amount in run.notice_ids.mapped("amount_charges")))
        self.assertEqual(few, many)

    def test_l5_proposing_with_charges(self):
        self._proposals()

    def test_l5_proposing_with_taxes(self):
        self.rule.write({"tax_handling": "product", "product_id": self.product.id})
        self._proposals()

    def test_l5_proposing_with_open_charges(self):
        """Charges of the level before are still open on every item."""
        self.level_3.fee_rule_id = self.rule
        for moves in (self.warm, self.few, self.many):
            run = self._run_of(moves)
            run.action_propose()
            run.action_issue()
        dates = {"date": later(15), "company_id": self.company.id}
        runs = [
            self.env["collection.run"].create({**dates, "partner_ids": moves.partner_id.ids})
            for moves in (self.warm, self.few, self.many)
        ]
        _warm, few, many = (self._count(run.action_propose) for run in runs)
        self.assertGreater(min(runs[2].notice_ids.mapped("amount_charges")), 160)
        self.assertEqual(few, many)

    def test_l5_live_interest_in_a_list(self):
        names = ["name", "collection_interest_accrued", "collection_charges_open"]
        self._count(self.warm.read, names)
        few, many = (self._count(moves.read, names) for moves in (self.few, self.many))
        self.assertTrue(all(self.many.mapped("collection_interest_accrued")))
        self.assertEqual(few, many)
