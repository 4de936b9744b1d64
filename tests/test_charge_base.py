"""What interest is computed on, and from when."""

from odoo.tests import freeze_time, tagged

from .charges_common import ChargesCommon
from .common import TODAY, later


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestChargeBase(ChargesCommon):
    """Everything is due on TODAY: day 1 is the first day of interest."""

    def test_base_without_tax(self):
        tax = self.percent_tax(20)
        invoice = self._due_today()
        invoice.button_draft()
        invoice.invoice_line_ids.tax_ids = tax
        invoice.action_post()
        self._pay(invoice, 600.0, on=later(5))
        self.assertEqual(self._days(invoice), [(1, 5, 1200.0), (6, 30, 600.0)])
        self.rule.base_includes_tax = False
        self.assertEqual(self._days(invoice), [(1, 5, 1000.0), (6, 30, 500.0)])

    def test_base_without_tax_leaves_no_cent_behind(self):
        """Three payments that are no whole cents without tax end the interest."""
        tax = self.percent_tax(20)
        self.rule.write({"base_includes_tax": False, "compounding": "monthly"})
        invoice = self._due_today(100.0)
        invoice.button_draft()
        invoice.invoice_line_ids.tax_ids = tax
        invoice.action_post()
        for day in (1, 2, 3):
            self._pay(invoice, 40.0, on=later(day))
        self.assertEqual(self._days(invoice, 90)[-1][:2], (3, 3))

    def test_interest_from_the_first_notice(self):
        self.rule.interest_from = "notice"
        invoice = self._due_today()
        self.assertFalse(self._days(invoice))
        self._run(on=later(3))
        self.assertEqual(self._days(invoice), [(4, 30, 1000.0)])
