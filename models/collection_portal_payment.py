from odoo import api, models


class CollectionPortal(models.AbstractModel):
    """What the customer pays together: one company, one currency."""

    _inherit = "collection.portal"

    @api.model
    def _to_pay(self, access, company_id, currency_id, scope):
        """Open items less credits that were not used and amounts that are contested.

        :param scope: ``overdue``, or ``open`` for what is not due yet as well
        :return: dict with ``amount`` (0: nothing to pay), ``invoices`` …
        :raises AccessError: for a company whose books are not shown
        """
        company = self._company(access, company_id)
        lines = self._open_lines(access).filtered(
            lambda line: line.company_id == company and line.currency_id.id == currency_id
        )
        result = {
            "company": company,
            "currency": lines.currency_id,
            "scope": scope,
            "amount": 0.0,
            "invoices": lines.move_id.browse(),
        }
        if not lines:
            return result
        status = self._status(access, company)
        amounts = self._amounts(lines, status, company._collection_today())
        items = amounts["late"] if scope == "overdue" else amounts["debts"]
        payable = items.filtered(
            lambda item: (
                not status[item.id]["paying"]
                and not item.currency_id.is_zero(
                    item.amount_residual_currency - status[item.id]["disputed"]
                )
            )
        )
        if payable and amounts[f"pay_{scope}"] > 0:
            result |= {
                "amount": amounts[f"pay_{scope}"],
                "invoices": payable.move_id,
            }
        return result

    @api.model
    def _payment_reference(self, access, wanted):
        """The invoice's, else the notice's number, else one as core makes for several."""
        if len(wanted["invoices"]) == 1:
            return wanted["invoices"].payment_reference or wanted["invoices"].name
        if access.by_link:
            return access.notice.name
        return wanted["company"].get_next_batch_payment_communication()
