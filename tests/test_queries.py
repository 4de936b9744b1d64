"""FIELD_BUGS L5: the cost of a run does not grow with its items, and customers are
not written to."""

from datetime import timedelta

from odoo import Command
from odoo.tests import freeze_time, tagged

from .common import TODAY, CollectionsCommon

FEW, MANY = 20, 200
LIST_FIELDS = [
    "name",
    "collection_level_id",
    "collection_next_date",
    "collection_status",
    "collection_status_detail",
    "collection_notice_count",
]


@tagged("post_install", "-at_install")
class TestQueries(CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.few = cls._many_invoices("Few", FEW)
        cls.many = cls._many_invoices("Many", MANY)
        # What Odoo keeps in memory for good is read before anything is counted.
        cls.warmup = cls._many_invoices("Warm-up", FEW)

    @classmethod
    def _many_invoices(cls, name, count):
        """Invoices of half as many customers, from 25 days late to not yet due."""
        customers = cls.env["res.partner"].create(
            [
                {
                    "name": f"{name} {number}",
                    "email": f"{name.lower()}{number}@example.com",
                    "property_payment_term_id": False,
                }
                for number in range(count // 2)
            ]
        )
        moves = cls.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": customers[number // 2].id,
                    "invoice_date": TODAY - timedelta(days=60),
                    "invoice_date_due": TODAY - timedelta(days=number % 30 - 4),
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [
                        Command.create(
                            {"name": "Service", "price_unit": 10.0 + number, "tax_ids": []}
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

    def _partner_versions(self):
        """Where each customer's row is stored: an UPDATE moves it."""
        self.env.flush_all()
        self.env.cr.execute("SELECT id, ctid::text, write_date FROM res_partner ORDER BY id")
        return self.env.cr.fetchall()

    def test_l5_proposing_takes_as_many_queries_for_20_as_for_200(self):
        self._new_run(self.warmup).action_propose()
        runs = [self._new_run(moves) for moves in (self.few, self.many)]
        few, many = (self._count(run.action_propose) for run in runs)
        self.assertGreater(len(runs[1].notice_ids), 5 * len(runs[0].notice_ids))
        self.assertTrue(runs[0].notice_ids)
        self.assertEqual(few, many)

    def test_l5_skips_cost_no_more_than_notices(self):
        """Held, disputed, promised, credited, unreachable, too small: still constant."""
        self.policy.min_amount = 15
        for moves in (self.warmup, self.few, self.many):
            self._complicate(moves)
        self._new_run(self.warmup).action_propose()
        runs = [self._new_run(moves) for moves in (self.few, self.many)]
        few, many = (self._count(run.action_propose) for run in runs)
        self.assertEqual(
            set(runs[0].skip_ids.mapped("reason")), set(runs[1].skip_ids.mapped("reason"))
        )
        self.assertGreaterEqual(len(set(runs[0].skip_ids.mapped("reason"))), 5)
        self.assertEqual(few, many)

    def _complicate(self, moves):
        """One of each reason a few customers, in proportion to their number."""
        overdue = moves.filtered(lambda move: move.invoice_date_due < TODAY - timedelta(days=3))
        for move in overdue[::6]:
            self._pause("hold", move)
        for move in overdue[1::6]:
            self._pause("dispute", move, amount_disputed=5)
        for move in overdue[2::6]:
            self._pause("promise", move, date_promised=TODAY)
        overdue[3::6].partner_id.email = False
        for move in overdue[4::6]:
            self._credit_note(1000, partner=move.partner_id)
        overdue[5::6].no_followup = True

    def test_l5_invoice_list_takes_as_many_queries_for_20_as_for_200(self):
        for moves in (self.warmup, self.few, self.many):
            run = self._new_run(moves)
            run.action_propose()
            run.action_issue()
        with freeze_time(TODAY):
            self._count(self.warmup.read, LIST_FIELDS)
            few, many = (self._count(moves.read, LIST_FIELDS) for moves in (self.few, self.many))
            self.assertEqual(set(self.many.mapped("collection_status")), {"waiting"})
        self.assertTrue(self.many.collection_notice_ids)
        self.assertEqual(few, many)

    def test_l5_filter_by_status_is_constant(self):
        """Searching “next level earned” does not ask invoice by invoice."""
        Move = self.env["account.move"]
        domain = [("collection_status", "=", "due")]
        with freeze_time(TODAY):
            Move.search(domain)
            all_of_them = self._count(lambda: Move.search(domain))
            (self.many | self.warmup).button_draft()
            few = self._count(lambda: Move.search(domain))
            self.assertTrue(Move.search(domain) <= self.few)
        self.assertEqual(few, all_of_them)

    def test_l5_idle_day_is_cheap(self):
        """Nothing has been earned: no row of the ledger is read one by one."""
        self._new_run(self.many | self.few | self.warmup).action_propose()
        self.env["collection.notice"].search([]).action_issue()
        run = self._new_run(self.many)
        count = self._count(run.action_propose)
        self.assertFalse(run.notice_ids)
        self.assertFalse(run.skip_ids)
        self.assertLess(count, 60)

    def test_l5_customer_with_many_contacts(self):
        """A customer's hundred contacts are not read one by one."""
        self._new_run(self.warmup).action_propose()
        moves = self.few.filtered(lambda move: move.invoice_date_due < TODAY - timedelta(days=3))
        counts = []
        for partner, contacts in zip(moves.partner_id[:2], (3, 100), strict=True):
            self.env["res.partner"].create(
                [
                    {
                        "name": f"Contact {number}",
                        "parent_id": partner.id,
                        "type": "invoice" if number % 2 else "contact",
                        "email": f"contact{number}@example.com",
                    }
                    for number in range(contacts)
                ]
            )
            run = self._new_run(moves.filtered(lambda move, who=partner: move.partner_id == who))
            counts.append(self._count(run.action_propose))
            self.assertRecordValues(
                run.notice_ids, [{"partner_id": partner.id, "state": "proposed"}]
            )
            self.assertEqual(run.notice_ids.recipient_id.parent_id, partner)
        self.assertEqual(*counts)

    def test_l5_no_run_writes_to_a_customer(self):
        """No UPDATE of res_partner from proposal to issue, payment and reversal."""
        before = self._partner_versions()
        self.env["collection.run"]._cron_advance(TODAY)
        run = self.env["collection.run"].search(
            [("automatic", "=", True), ("company_id", "=", self.company.id)]
        )
        self.assertGreater(len(run.notice_ids), 50)
        self.assertEqual(set(run.notice_ids.mapped("state")), {"issued"})
        self.assertEqual(self._partner_versions(), before)
        run.action_reverse()
        self.assertEqual(self._partner_versions(), before)

    def test_l5_spy_sees_a_write_to_a_customer(self):
        """The check above can fail: a write that changes nothing still shows."""
        before = self._partner_versions()
        self.env.cr.execute(
            "UPDATE res_partner SET name = name WHERE id = %s", [self.customer.id]
        )
        self.assertNotEqual(self._partner_versions(), before)
