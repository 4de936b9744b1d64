"""Core's own tests of early payment and of terms, with this module installed.

They run as they are: nothing is skipped, and what core adds to them later is run too.
"""

from odoo.tests import HttpCase, tagged

from odoo.addons.account.tests import test_early_payment_discount, test_payment_term


class EarlyPaymentCommon(test_early_payment_discount.TestAccountEarlyPaymentDiscount):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # One of them prints an invoice; the style sheets are at the test server's port.
        cls.env["ir.config_parameter"].set_param("report.url", HttpCase.base_url())


@tagged("post_install", "-at_install")
class TestCoreEarlyPaymentDiscount(EarlyPaymentCommon):
    """Core's single discount stays as it is."""

    allow_inherited_tests_method = True

    def test_core_suite_is_here(self):
        """Odoo runs inherited tests only where the class says so."""
        self.assertGreater(len([name for name in dir(self) if name.startswith("test_")]), 20)


@tagged("post_install", "-at_install")
class TestCorePaymentTerms(test_payment_term.TestAccountPaymentTerms):
    """Terms without tiers stay as they are."""

    allow_inherited_tests_method = True

    def test_core_suite_is_here(self):
        self.assertGreater(len([name for name in dir(self) if name.startswith("test_")]), 15)


@tagged("post_install", "-at_install")
class TestCoreEarlyPaymentAsTier(EarlyPaymentCommon):
    """One tier in the place of core's discount does the same."""

    allow_inherited_tests_method = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.early_pay_10_percents_10_days.discount_tier_ids = [
            (0, 0, {"discount_percentage": 10, "discount_days": 10})
        ]

    def test_early_payment_date_eligibility2(self):
        """Core switches its discount off; tiers go by being removed."""
        self.early_pay_10_percents_10_days.discount_tier_ids.unlink()
        self.assertFalse(self.early_pay_10_percents_10_days.early_discount)
        return super().test_early_payment_date_eligibility2()
