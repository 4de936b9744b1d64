"""A run about four customers, each with an invoice of his own."""

from .common import CollectionsCommon


class IssueCommon(CollectionsCommon):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls.env["res.partner"].union(
            *(cls._create_customer(f"Customer {number}") for number in range(4))
        )
        cls.invoices = cls.env["account.move"].union(
            *(cls._invoice(4, 100 + n, partner=cls.customers[n]) for n in range(4))
        )
