"""Every reason not to remind either needs somebody or passes."""

from odoo.tests import TransactionCase, freeze_time, tagged

from ..models.collection_skip import (
    NEEDS_SOMEBODY,
    OBSTACLES,
    PASSING,
    REASONS,
    TOLD_OTHERWISE,
)
from .common import TODAY, CollectionsCommon


@tagged("post_install", "-at_install")
class TestSkipReasons(TransactionCase):
    def test_each_reason_is_in_one_class(self):
        self.assertEqual(
            sorted(OBSTACLES + TOLD_OTHERWISE + PASSING), sorted(code for code, _label in REASONS)
        )

    def test_the_screens_know_no_reasons_of_their_own(self):
        """They ask the model which reasons need somebody."""
        view = self.env.ref("account_collections.collection_skip_view_search")
        self.assertIn("[('needs_somebody', '=', True)]", view.arch)
        own = set(NEEDS_SOMEBODY) - {"error"}
        for name in ("search", "list"):
            arch = self.env.ref(f"account_collections.collection_skip_view_{name}").arch
            self.assertFalse([reason for reason in own if f"'{reason}'" in arch], name)


@tagged("post_install", "-at_install")
class TestNeedsSomebody(CollectionsCommon):
    def test_found_and_shown(self):
        invoice = self._invoice(days_late=5)
        run = self._run(issue=False)
        skips = self.env["collection.skip"].sudo()
        for code, _label in REASONS:
            skips |= skips.create(
                {
                    "run_id": run.id,
                    "company_id": self.company.id,
                    "date": run.date,
                    "move_line_id": self._item(invoice).id,
                    "reason": code,
                }
            )
        ours = [("id", "in", skips.ids)]
        needing = skips.search([*ours, ("needs_somebody", "=", True)])
        self.assertEqual(set(needing.mapped("reason")), set(NEEDS_SOMEBODY))
        self.assertEqual(needing, skips.filtered("needs_somebody").sorted())
        passing = skips.search([*ours, ("needs_somebody", "=", False)])
        self.assertEqual(set(passing.mapped("reason")), set(PASSING))
        self.assertEqual(passing, skips.search([*ours, ("needs_somebody", "!=", True)]))
        everything = [*ours, ("needs_somebody", "in", [True, False])]
        self.assertEqual(skips.search(everything), skips.sorted())

    @freeze_time("2026-03-31")
    def test_the_worklist_says_obstacles(self):
        """An archived customer's reminder does not go out."""
        self._invoice(days_late=5)
        self.customer.active = False
        self.env["collection.run"].sudo()._prepare_day(self.company, TODAY)
        row = self.env["collection.worklist"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(row.next_kind, "obstacle")
        self.assertIn("Archived", row.next_summary)
