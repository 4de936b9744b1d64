from collections import defaultdict

from odoo import api, models
from odoo.fields import Command
from odoo.tools import frozendict

from ..engine import discounts
from .account_payment_term import PRICE

# A caller that knows the day of the payment, or the discount, says so in the context.
DAY_KEYS = {"collection_discount_date", "collection_discount_offer_id"}


class AccountMove(models.Model):
    """What the books say when a tier is taken: the counterpart items of the discount.

    Core asks for them from the payment wizard, online payments and bank matching, always
    for its one discount; here for the tier in force on the day of the payment (context
    ``collection_discount_date``, default: the company's today), on any due date, and
    shrunk by credit notes.
    """

    _inherit = "account.move"

    @api.model
    def _get_invoice_counterpart_amls_for_early_payment_discount(
        self, aml_values_list, open_balance
    ):
        """Only items whose price is cut; a discount by credit note is booked by it.

        Context ``collection_discount_item_ids`` narrows the items down to those a payment
        settles, where it does not pay all instalments.
        """
        if not DAY_KEYS & self.env.context.keys():
            lines = self.env["account.move.line"].browse(
                values["aml"].id for values in aml_values_list
            )
            self = self.with_context(
                collection_discount_date=lines._collection_day_by_amount(open_balance)
            )
        wanted = self.env.context.get("collection_discount_item_ids")
        items = self.env["account.move.line"]
        chosen = [
            {**values, "aml": item}
            for values in aml_values_list
            # In this context: which tier counts depends on it.
            if (item := items.browse(values["aml"].id))._collection_books_discount()
            and (wanted is None or item.id in wanted)
        ]
        if not chosen:
            return {"term_lines": [], "tax_lines": [], "base_lines": [], "exchange_lines": []}
        return super()._get_invoice_counterpart_amls_for_early_payment_discount(
            chosen, open_balance
        )

    def _get_invoice_counterpart_amls_for_early_payment_discount_per_payment_term_line(self):
        if not self._collection_offers():
            return super()._get_invoice_counterpart_amls_for_early_payment_discount_per_payment_term_line()
        result = {
            "term_lines": defaultdict(dict),
            "tax_lines": defaultdict(dict),
            "base_lines": defaultdict(dict),
        }
        for item in self.line_ids.filtered(lambda line: line.display_type == "payment_term"):
            offer = item._collection_wanted_offer()
            if offer:
                parts = self._collection_discount_parts(item, offer)
                for kind, lines in parts.items():
                    result[kind][item] = lines
        return result

    def _collection_discount_parts(self, item, offer):
        """``{"base_lines" | "tax_lines" | "term_lines": {key: values}}``, together exactly
        the discount of ``offer`` on ``item``, signed like the item."""
        products = self.line_ids.filtered(lambda line: line.display_type == "product")
        if offer.tax_mode != discounts.INCLUDED or not products.tax_ids:
            return {"term_lines": self._collection_term_part(item, offer)}
        bases, taxes = self._collection_whole_discount(products, offer.discount_percentage)
        # What credit notes have left of the item, out of the invoice: as core scales it.
        credited, _by_voucher = item._collection_credited()
        total = self.amount_total_in_currency_signed
        part = (offer.amount_item - credited) / total if total else 0.0
        parts = {
            "base_lines": self._collection_scaled(bases, part),
            "tax_lines": self._collection_scaled(taxes, part),
        }
        self._collection_fit(parts, offer)
        return parts

    def _collection_discount_account(self):
        self.ensure_one()
        company = self.company_id
        if self.is_inbound(include_receipts=True):
            return company.account_journal_early_pay_discount_loss_account_id
        return company.account_journal_early_pay_discount_gain_account_id

    def _collection_discount_analytic(self):
        account = self._collection_discount_account()
        return self.env["account.analytic.distribution.model"]._get_distribution(
            {
                "account_prefix": account.code,
                "company_id": self.company_id.id,
                "partner_id": self.commercial_partner_id.id,
                "partner_category_id": self.partner_id.category_id.ids,
            }
        )

    def _collection_term_part(self, item, offer):
        """The discount in one line, where no tax follows it."""
        account = self._collection_discount_account()
        return {
            frozendict({"account_id": account.id}): {
                "name": self.env._("Early Payment Discount"),
                "partner_id": item.partner_id.id,
                "currency_id": item.currency_id.id,
                "amount_currency": offer.amount_discount,
                "balance": offer.balance_discount,
                "analytic_distribution": self._collection_discount_analytic(),
            }
        }

    def _collection_whole_discount(self, products, percent):
        """The difference between the invoice as it is and with all prices lowered.

        Computed on the lowered prices, as the tax authorities do, not on the difference:
        what remains is then right to the cent.

        :return: ``({key: values}, {key: values})`` of bases and taxes
        """
        AccountTax = self.env["account.tax"]
        lowered = []
        for product in products:
            line = self._prepare_product_base_line_for_taxes_computation(product)
            lowered.append(
                {
                    **line,
                    "is_refund": True,
                    "price_unit": line["price_unit"] * (100.0 - percent) / 100.0,
                    # A tax of so much a piece is owed whatever the price.
                    "tax_ids": line["tax_ids"].filtered(lambda tax: tax.amount_type != "fixed"),
                }
            )
        AccountTax._add_tax_details_in_base_lines(lowered, self.company_id)
        AccountTax._round_base_lines_tax_details(lowered, self.company_id)
        AccountTax._add_accounting_data_in_base_lines_tax_details(lowered, self.company_id)
        taxes = AccountTax._prepare_tax_lines(lowered, self.company_id)["tax_lines_to_add"]
        return self._collection_base_deltas(lowered), self._collection_tax_deltas(taxes)

    def _collection_base_deltas(self, lowered):
        analytic = self._collection_discount_analytic()
        account = self._collection_discount_account()
        deltas = {}
        for line in lowered:
            key = frozendict(
                {
                    "tax_ids": [Command.set(line["tax_ids"].ids)],
                    "tax_tag_ids": [Command.set(line["tax_tag_ids"].ids)],
                    "partner_id": line["partner_id"].id,
                    "currency_id": line["currency_id"].id,
                    "account_id": account.id,
                    "analytic_distribution": line["analytic_distribution"] or analytic,
                }
            )
            values = deltas.setdefault(
                key,
                {
                    "name": self.env._("Early Payment Discount"),
                    "amount_currency": 0.0,
                    "balance": 0.0,
                },
            )
            details, posted, sign = line["tax_details"], line["record"], self.direction_sign
            values["amount_currency"] += (
                sign * details["total_excluded_currency"] - posted.amount_currency
            )
            values["balance"] += sign * details["total_excluded"] - posted.balance
        return deltas

    def _collection_tax_deltas(self, lowered_taxes):
        names = (
            "account_id", "partner_id", "currency_id", "analytic_distribution",
            "tax_repartition_line_id", "tax_ids", "tax_tag_ids", "group_tax_id",
        )
        posted = self._collection_posted_taxes()
        totals = defaultdict(lambda: {"amount_currency": 0.0, "balance": 0.0})
        for line in lowered_taxes:
            for amount, total in totals[line["tax_repartition_line_id"]].items():
                totals[line["tax_repartition_line_id"]][amount] = total + line[amount]
        deltas = {}
        for line in lowered_taxes:
            repartition_id = line["tax_repartition_line_id"]
            if repartition_id not in posted:
                continue
            repartition = self.env["account.tax.repartition.line"].browse(repartition_id)
            values = {
                "name": self.env._(
                    "Early Payment Discount (%(tax)s)", tax=repartition.tax_id.name
                ),
            }
            for amount, total in totals[repartition_id].items():
                # One tax may have several items (by analytic account): each has its share.
                share = line[amount] / total if total else 0.0
                values[amount] = line[amount] - posted[repartition_id][amount] * share
            deltas[frozendict({name: line[name] for name in names})] = values
        return deltas

    def _collection_posted_taxes(self):
        """``{refund repartition line id: amounts}`` of the invoice's own tax items."""
        posted = defaultdict(lambda: {"amount_currency": 0.0, "balance": 0.0})
        for line in self.line_ids.filtered("tax_repartition_line_id"):
            repartition = line.tax_repartition_line_id
            tax = repartition.tax_id
            rank = list(tax.invoice_repartition_line_ids).index(repartition)
            amounts = posted[tax.refund_repartition_line_ids[rank].id]
            amounts["amount_currency"] += line.amount_currency
            amounts["balance"] += line.balance
        return posted

    def _collection_scaled(self, lines, part):
        """The part of the whole discount that falls on one item."""
        return {
            key: {
                **values,
                "amount_currency": self.currency_id.round(values["amount_currency"] * part),
                "balance": self.company_currency_id.round(values["balance"] * part),
            }
            for key, values in lines.items()
        }

    def _collection_fit(self, parts, offer):
        """What rounding leaves goes onto the biggest base line."""
        lines = [values for kind in parts.values() for values in kind.values()]
        biggest = max(parts["base_lines"].values(), key=lambda line: abs(line["amount_currency"]))
        for name, total in (
            ("amount_currency", offer.amount_discount),
            ("balance", offer.balance_discount),
        ):
            biggest[name] += total - sum(line[name] for line in lines)


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _collection_discount_day(self):
        """The day a discount is looked at for: the payment's, else today."""
        self.ensure_one()
        return (
            self.env.context.get("collection_discount_date") or self.company_id._collection_today()
        )

    def _collection_day_by_amount(self, open_balance):
        """Bank matching does not tell the day of the money, and may run days after it: the
        day on which these items together save what is lacking, else today."""
        today = self.company_id[:1]._collection_today()
        ends = set(self.sudo().collection_offer_ids.mapped("date_end"))
        for day in (today, *sorted(ends)):
            saved = sum(
                item._collection_discount_at(day)._lowers_price().balance_discount
                for item in self
            )
            if not self.company_currency_id[:1].compare_amounts(saved, open_balance):
                return day
        return today

    def _collection_wanted_offer(self):
        """The offer a payment of that day takes; a person may have named another."""
        self.ensure_one()
        chosen = self.env.context.get("collection_discount_offer_id")
        offers = self.sudo().collection_offer_ids
        if chosen:
            return offers.filtered(lambda offer: offer.id == chosen)
        return self._collection_discount_at(self._collection_discount_day())._lowers_price()

    def _collection_books_discount(self):
        """True when the payment's entry books the discount of this item."""
        self.ensure_one()
        if not self.move_id._collection_offers():
            return True  # core's own discount on an invoice older than this module
        offer = self._collection_wanted_offer()
        named = self.env.context.get("collection_discount_offer_id")
        return bool(offer) and (bool(named) or offer.method == PRICE)
