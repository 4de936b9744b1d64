"""Invoices in the currency of each country, and what its preset says of them."""

from odoo.fields import Date

from .common import CollectionsCommon


class FeePresetsCommon(CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.business = cls._create_customer("Business", is_company=True)
        cls.consumer = cls._create_customer("Consumer")

    @classmethod
    def _preset(cls, name):
        return cls.env.ref(f"account_collections.fee_rule_{name}")

    @classmethod
    def _late_invoice(cls, due, amount=10000.0, customer=None, currency="EUR"):
        """An invoice in a currency, due on a day."""
        return cls._invoice(
            0,
            amount,
            partner=customer or cls.business,
            on=Date.to_date(due),
            currency_id=cls._currency(currency).id,
        )

    @classmethod
    def _currency(cls, name):
        currency = cls.env["res.currency"].with_context(active_test=False)
        currency = currency.search([("name", "=", name)])
        currency.active = True
        return currency

    @classmethod
    def _remind(cls, invoice, day):
        """The first notice of an invoice, issued on a day; it charges nothing."""
        run = cls._run(on=Date.to_date(day))
        notice = run.notice_ids.filtered(lambda n: invoice in n.line_ids.move_id)
        assert notice.state == "issued", notice.state
        return notice

    @classmethod
    def _charges(cls, preset, invoices, day):
        """``{(kind, amount)}`` rows, sorted, of what a preset charges on a day."""
        rows = cls._preset(preset).compute_charges(cls._item(invoices), day)
        return sorted((row["kind"], row["amount"]) for row in rows)

    def assertCharges(self, preset, invoices, day, interest=None, compensation=None):
        """One amount of interest and one of compensation, or none of them."""
        expected = []
        if compensation:
            expected.append(("compensation", compensation))
        if interest:
            expected.append(("interest", interest))
        self.assertEqual(self._charges(preset, invoices, day), expected)
