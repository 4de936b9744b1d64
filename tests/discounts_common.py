"""What the tests of discounts share: terms with tiers, invoices on them, payments in time."""

from contextlib import contextmanager

from odoo import Command, fields
from odoo.tests import freeze_time

from .common import CollectionsCommon

# "Pay 970.00 by 8 May, 980.00 by 15 May, 1,000.00 by 30 May."
INVOICED = fields.Date.to_date("2024-04-30")
FIRST_END = fields.Date.to_date("2024-05-08")
SECOND_END = fields.Date.to_date("2024-05-15")
DUE = fields.Date.to_date("2024-05-30")
TIERS = ((3.0, 8), (2.0, 15))
# Instalments: 30 % by 10 May, 70 % by 9 June, both with the discount.
THIRDS = ((30, 10, True), (70, 40, True))
# What the lines of an entry are.
BANK, DISCOUNT, TAX, ITEM, EXCHANGE = "bank", "discount", "tax", "item", "exchange"
SHOWN = ["discount_date", "discount_amount_currency", "discount_balance"]


def day(text):
    return fields.Date.to_date(text)


class DiscountsCommon(CollectionsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.collection_discount_nonworking = "keep"
        cls.tax_20 = cls._tax("20 %", 20)
        cls.tax_10 = cls._tax("10 %", 10)
        cls.tax_in_price = cls._tax("20 % included", 20, price_include_override="tax_included")
        cls.tax_piece = cls._tax("0.50 a piece", 0.5, amount_type="fixed")
        cls.term = cls._term()

    @classmethod
    def _tax(cls, name, amount, **values):
        return cls.env["account.tax"].create(
            {
                "name": name,
                "amount": amount,
                "type_tax_use": "sale",
                "company_id": cls.company.id,
                "invoice_repartition_line_ids": cls._repartition(),
                "refund_repartition_line_ids": cls._repartition(),
                **values,
            }
        )

    @classmethod
    def _repartition(cls):
        account = cls.company_data["default_account_tax_sale"]
        return [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "account_id": account.id}),
        ]

    @classmethod
    def _tier_commands(cls, tiers):
        return [
            Command.create({"discount_percentage": percent, "discount_days": days})
            for percent, days in tiers
        ]

    @classmethod
    def _term(cls, tiers=TIERS, lines=((100, 30, True),), mode="included", **values):
        """Payment terms; ``lines`` are ``(percent, days, bears the discount)``."""
        values.setdefault("name", "Tiers")
        return cls.env["account.payment.term"].create(
            {
                "early_pay_discount_computation": mode,
                "line_ids": [
                    Command.create(
                        {
                            "value": "percent",
                            "value_amount": percent,
                            "nb_days": days,
                            "collection_discount": bears,
                        }
                    )
                    for percent, days, bears in lines
                ],
                "discount_tier_ids": cls._tier_commands(tiers),
                **values,
            }
        )

    @classmethod
    def _core_term(cls, percent=3.0, days=8, mode="included", **values):
        """Core's own single discount."""
        return cls._term(
            tiers=(),
            mode=mode,
            early_discount=True,
            discount_percentage=percent,
            discount_days=days,
            **values,
        )

    @classmethod
    def _discounted(cls, amount=1000.0, term=None, on=INVOICED, taxes=(), post=True, **values):
        """An invoice of one line; ``amount`` may be a list of amounts, one a line, or of
        ``(amount, taxes)``."""
        lines = amount if isinstance(amount, list) else [(amount, taxes)]
        lines = [line if isinstance(line, tuple) else (line, taxes) for line in lines]
        values.setdefault("partner_id", cls.customer.id)
        return cls._create_invoice(
            invoice_line_ids=[
                Command.create(
                    {
                        "name": f"Service {number}",
                        "price_unit": price,
                        "tax_ids": [Command.set([tax.id for tax in line_taxes])],
                    }
                )
                for number, (price, line_taxes) in enumerate(lines, start=1)
            ],
            invoice_date=on,
            invoice_payment_term_id=(cls.term if term is None else term).id,
            post=post,
            **values,
        )

    @classmethod
    def _terms_items(cls, invoice):
        return invoice.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        ).sorted("date_maturity")

    @classmethod
    def _wizard(cls, invoices, on, **values):
        return (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoices.ids)
            .create({"payment_date": on, **values})
        )

    @classmethod
    def _pay_on(cls, invoices, on, **values):
        return cls._wizard(invoices, on, **values)._create_payments()

    @classmethod
    def _credit(cls, invoice, amount, on=INVOICED, taxes=()):
        """A credit note over a part of an invoice, set against it."""
        note = cls._create_invoice_one_line(
            move_type="out_refund",
            name="Returned",
            price_unit=amount,
            tax_ids=[Command.set([tax.id for tax in taxes])],
            partner_id=invoice.partner_id.id,
            currency_id=invoice.currency_id.id,
            invoice_date=on,
            invoice_payment_term_id=False,
            post=True,
        )
        (cls._item(note) | cls._terms_items(invoice)).reconcile()
        return note

    @contextmanager
    def _on(self, when):
        """As on that day; what was read before is forgotten, as another request would."""
        text = f"{when} 12:00:00" if len(str(when)) == 10 else str(when)
        with freeze_time(text):
            self.env.invalidate_all()
            yield
        self.env.invalidate_all()

    def _run_action(self):
        with self.enter_registry_test_mode():
            self.env.ref("account_collections.ir_cron_discounts").method_direct_trigger()
        self.env.invalidate_all()

    def assertOffers(self, invoice, expected):
        """:param expected: ``[(last day, to pay, discount)]`` by item and day"""
        offers = self._terms_items(invoice).sudo().collection_offer_ids
        offers = offers.sorted(lambda offer: (offer.move_line_id.date_maturity, offer.date_end))
        self.assertEqual(
            [
                (str(offer.date_end), offer.amount_to_pay, offer.amount_discount)
                for offer in offers
            ],
            expected,
        )

    def assertShows(self, item, end, to_pay, balance=None):
        item.invalidate_recordset(SHOWN)
        self.assertRecordValues(
            item,
            [
                {
                    "discount_date": end and day(str(end)),
                    "discount_amount_currency": to_pay,
                    "discount_balance": to_pay if balance is None else balance,
                }
            ],
        )


class EntriesCommon(DiscountsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # 1.25 dollars a euro on the invoice; 1 dollar a euro when it is paid.
        cls.euro = cls.setup_other_currency(
            "EUR", rates=[("2024-01-01", 0.8), ("2024-05-05", 1.0)]
        )
        cls.bank = cls.company_data["default_journal_bank"]

    def _rows(self, *rows):
        """Company currency: the balance is the amount."""
        return [(kind, amount, amount) for kind, amount in rows]

    def _kind(self, line):
        company = self.company
        if line.account_id.account_type in ("asset_receivable", "liability_payable"):
            return ITEM
        if line.tax_repartition_line_id:
            return TAX
        if line.account_id in (
            company.account_journal_early_pay_discount_loss_account_id,
            company.account_journal_early_pay_discount_gain_account_id,
        ):
            return DISCOUNT
        if line.account_id in (
            company.expense_currency_exchange_account_id,
            company.income_currency_exchange_account_id,
        ):
            return EXCHANGE
        return BANK

    def _table(self, payment):
        """``[(kind, amount in the document's currency, balance)]`` of a payment's entry."""
        order = [BANK, DISCOUNT, TAX, EXCHANGE, ITEM]
        rows = [
            (self._kind(line), line.amount_currency, line.balance)
            for line in payment.move_id.line_ids
        ]
        return sorted(rows, key=lambda row: (order.index(row[0]), -abs(row[2]), row[1]))

    def assertBooked(self, invoice, on, expected):
        payment = self._pay_on(invoice, on)
        self.assertEqual(self._table(payment), expected)
        self.assertTrue(all(item.reconciled for item in self._terms_items(invoice)))
        self.assertEqual(invoice.amount_residual, 0.0)
        return payment
