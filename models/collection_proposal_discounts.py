from odoo import api, models

from ..engine import compose, discount_notices, netting


class CollectionProposal(models.AbstractModel):
    """Notices that an early-payment discount ends."""

    _inherit = "collection.proposal"

    @api.model
    def _compute_discounts(self, books, moves=None, policies=None):
        """:return: ``(drafts, ids of the items told today, omissions)``"""
        self.env["collection.candidate"]._read_discounts(books)
        discounts = books.discounts
        drafts, omissions = discount_notices.compose_offers(
            books.items,
            discounts.offers,
            self._within(books, discounts.decisions, moves, policies),
            books.rules,
            books.credits,
            books.date,
            books.precisions,
        )
        if drafts:
            drafts, omissions = self._keep_reachable(books, drafts, omissions)
        told = {line.item_id for draft in drafts for line in draft.advancing}
        return drafts, told | discounts.told | discounts.proposed.keys(), omissions

    @api.model
    def _is_proposed_here(self, run, books, omission):
        level = omission.level.id if omission.level else None
        if level in books.discounts.level_ids:
            return books.discounts.proposed.get(omission.item_id) == run.id
        return super()._is_proposed_here(run, books, omission)

    @api.model
    def _prepare_totals(self, draft):
        return {
            **super()._prepare_totals(draft),
            "amount_discount": draft.amount_discount,
            "discount_date": next(
                (line.offer.end for line in draft.lines if line.kind == compose.OFFER), None
            ),
            "is_voucher": any(
                line.offer.voucher for line in draft.lines if line.kind == compose.OFFER
            ),
        }

    @api.model
    def _prepare_line(self, books, notice, draft, line):
        """What can be saved on an item, and until when; a credit lowers what is paid."""
        vals = super()._prepare_line(books, notice, draft, line)
        offer, precision = line.offer, books.precisions[draft.currency]
        if offer:
            paid = discount_notices.to_pay(line.amount, offer, precision)
        else:
            paid = netting.rounded(line.amount, precision) if draft.is_discount else 0.0
        return {
            **vals,
            "offer_id": offer.id if offer else None,
            "discount_date": offer.end if offer else None,
            "amount_discount": offer.saving if offer else 0.0,
            "amount_to_pay": paid,
        }

    @api.model
    def _add_open_charges(self, books, drafts):
        """Nobody is reminded of old charges while he is offered a discount."""
        return super()._add_open_charges(books, [row for row in drafts if not row.is_discount])
